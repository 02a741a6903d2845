"""Charts say what the playbook says, and are drawn whatever the words in it are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from tests.support.stage import Stage, open_stage

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "graph.json"
SVG = "{http://www.w3.org/2000/svg}"

PLAYBOOK = """\
playbook: checkup
schedule: "0 9 * * 1-5"
segment: {of: user, where: [{segment: fresh}, {uses_reports: false}]}
entry: {holdout: 10%}
exit_when: {uses_reports: true}
steps:
  - {id: hello, email: hello, from: account.csm, only_if: {did_not: logged_in}}
  - id: came
    wait_for: {did: logged_in, since: entered}
    at_most: 5 days
    then:
      - id: half
        split:
          - {name: call, share: 50%, steps: [{id: call, task: 'Call "<them>" & `see`; #1'}]}
          - {name: hook, share: 50%, steps: [{id: end, webhook: hook}]}
    else:
      - {id: gone, exit: never came}
  - {id: look, if: {uses_reports: false}, then: [{id: rest, wait: 2 days}]}
  - {id: next, enroll: other}
"""


@pytest.fixture
def charted(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as stage:
        stage.write("playbooks/checkup.yaml", PLAYBOOK)
        stage.write(
            "segments/fresh.yaml",
            "segment: fresh\nof: user\nwhere: [{signed_up_at: {days_ago: {at_most: 90}}}]\n",
        )
        stage.write(
            "playbooks/other.yaml",
            "playbook: other\nsegment: {of: user, where: [{everyone: true}]}\n"
            "steps: [{task: Look after them}]\n",
        )
        assert stage.do("validate").status == 0, stage.do("validate").out
        yield stage


def data(stage: Stage, *words: str) -> Any:
    found = stage.do("graph", *words, "--format", "json").data
    Draft202012Validator(json.loads(REPORT.read_text())).validate(found)
    return found


def test_the_flow_is_that_of_the_steps(charted: Stage) -> None:
    flow = data(charted, "checkup")
    arrows = {(each["from"], each["to"], each["label"]) for each in flow["edges"]}
    assert arrows == {
        (":entry", "hello", ""),
        ("hello", "came", ""),
        ("came", "half", "as soon as it holds"),
        ("came", "gone", "not within 5 days"),
        ("half", "call", "call: 50%"),
        ("half", "end", "hook: 50%"),
        ("call", "look", ""),
        ("end", "look", ""),
        ("look", "rest", "yes"),
        ("look", "next", "no"),
        ("rest", "next", ""),
        ("next", ":end", ""),
    }


def test_boxes_say_what_they_do_and_when(charted: Stage) -> None:
    boxes = {each["id"]: each for each in data(charted, "checkup")["nodes"]}
    assert boxes[":entry"]["notes"] == [
        "in the segment fresh",
        "uses_reports is false",
        "looked for at 0 9 * * 1-5",
        "10% of them are held out",
    ]
    assert boxes["hello"]["title"] == "email `hello` to user, from account.csm"
    assert boxes["hello"]["notes"] == ["only if did not logged_in"]
    assert boxes["gone"]["ends"] is True
    assert boxes[":end"]["notes"] == ["they leave at any time where uses_reports is true"]


def test_mermaid_gets_no_mark_of_its_own_from_a_text(charted: Stage) -> None:
    chart = charted.do("graph", "checkup").out
    lines = chart.splitlines()
    assert lines[0] == "flowchart TD"
    (call,) = [line for line in lines if "Call" in line]
    assert call.endswith(
        '["task #96;Call #34;#60;them#62;#34; #38; #96;see#96;#59; #35;1#96; for whoever takes it"]'
    )
    assert all("end" not in line.split("[")[0] for line in lines[1:]), "a word of Mermaid's own"
    assert len(lines) == 1 + 11 + 12


@pytest.mark.parametrize("words", [("checkup",), ("other",), ()], ids=["forks", "plain", "uses"])
def test_a_picture_is_sound_and_lies_within_its_edges(
    charted: Stage, words: tuple[str, ...]
) -> None:
    picture = ElementTree.fromstring(charted.do("graph", *words, "--format", "svg").out)
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])
    boxes = picture.findall(f"{SVG}rect")
    assert len(boxes) > 2
    for box in boxes[1:]:
        assert 0 <= float(box.attrib["x"]) <= width - float(box.attrib["width"])
        assert 0 <= float(box.attrib["y"]) <= height - float(box.attrib["height"])
    assert not _overlaps(boxes[1:])


def _overlaps(boxes: list[ElementTree.Element]) -> list[tuple[str, str]]:
    spans = [tuple(float(b.attrib[n]) for n in ("x", "y", "width", "height")) for b in boxes]
    return [
        (str(one), str(other))
        for place, one in enumerate(spans)
        for other in spans[place + 1 :]
        if abs(one[0] - other[0]) < one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    ]


def test_the_project_shows_what_uses_what(charted: Stage) -> None:
    found = data(charted)
    uses = {tuple(f"{e[end]['kind']} {e[end]['name']}" for end in e) for e in found["uses"]}
    assert {
        ("playbook checkup", "segment fresh"),
        ("playbook checkup", "email hello"),
        ("playbook checkup", "channel email"),
        ("playbook checkup", "channel hook"),
        ("playbook checkup", "playbook other"),
        ("playbook checkup", "event user.logged_in"),
        ("segment fresh", "entity user"),
        ("playbook other", "channel task"),
    } <= uses
    assert ("playbook other", "segment fresh") not in uses


def test_a_segment_that_is_named_outright_is_what_the_playbook_uses(charted: Stage) -> None:
    """What the segment asks for hangs on the segment, as where it is one condition of several."""
    charted.edit("segments/fresh.yaml", "where: [", "where: [{did: logged_in}, ")
    charted.edit(
        "playbooks/other.yaml", "segment: {of: user, where: [{everyone: true}]}", "segment: fresh"
    )
    found = data(charted)
    uses = {tuple(f"{e[end]['kind']} {e[end]['name']}" for end in e) for e in found["uses"]}
    assert ("playbook other", "segment fresh") in uses
    assert ("segment fresh", "event user.logged_in") in uses
    assert ("playbook other", "event user.logged_in") not in uses


def test_it_goes_into_a_file_where_one_is_named(charted: Stage, tmp_path: Path) -> None:
    target = tmp_path / "charts/checkup.svg"
    done = charted.do("graph", "checkup", "--format", "svg", "--out", str(target))
    assert done.out == f"wrote {target}\n"
    assert ElementTree.parse(target).getroot().tag == f"{SVG}svg"


def test_a_playbook_that_is_not_there_is_told(charted: Stage) -> None:
    refused = charted.do("graph", "chekup")
    assert refused.status == 1
    assert "did you mean checkup?" in refused.err


@pytest.mark.parametrize(
    ("name", "begins"),
    [("x.svg", "<svg"), ("x.json", "{"), ("x.mmd", "flowchart"), ("x.md", "flowchart")],
)
def test_a_file_gets_the_form_that_its_name_tells(charted: Stage, name: str, begins: str) -> None:
    assert charted.do("graph", "checkup", "--out", str(charted.root / name)).status == 0
    assert (charted.root / name).read_text("utf-8").startswith(begins)


def test_a_file_whose_name_tells_no_form_is_not_written(charted: Stage) -> None:
    answer = charted.do("graph", "checkup", "--out", str(charted.root / "x.png"))
    assert answer.status == 2
    assert "x.png: a chart ends in .svg, .json or .mmd; or say its --format" in answer.err
    assert not (charted.root / "x.png").exists()
    said = ("--out", str(charted.root / "x.chart"), "--format", "json")
    assert charted.do("graph", "checkup", *said).status == 0
