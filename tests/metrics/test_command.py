"""`touchline metrics`: as text, JSON, CSV and a picture, and what it refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from tests.support.stage import AS_OF, Stage, open_stage

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "schemas/reports/metrics.json").read_text("utf-8")
)
METRICS = {
    "adoption": """\
description: Who uses reports, of those who log in.
of: user
share: {of: {uses_reports: true}, among: {everyone: true}}
by: first_name
every: month
""",
    "middle": "of: user\nmedian: user_id\n",
    "with": "of: user\nshare: {of: {uses_reports: true}, among: {everyone: true}}\n",
    "without": "of: user\nshare: {of: {uses_reports: false}, among: {everyone: true}}\n",
    "lead": "of: user\ndifference: [with, without]\nby: uses_reports\n",
    "members": "of: user\ncount: {everyone: true}\n",
    "accounts": "of: account\ncount: {everyone: true}\n",
    "members-per-account": "of: account\nratio: [members, accounts]\n",
}
GOAL = "goal: {name: used, when: {uses_reports: true}, within: 10 days}\nentry: {holdout: 50%}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("stage")) as opened:
        for name, text in METRICS.items():
            opened.write(f"metrics/{name}.yaml", f"metric: {name}\n{text}")
        opened.edit("playbooks/checkup.yaml", "exit_when: {uses_reports: true}", GOAL)
        names = ("Ann", "=HYPERLINK(1)", "Ann", "<b>&", "+1", "@x", "\tt", "-5", "")
        opened.put_users(
            *(
                {"user_id": n, "first_name": name, "uses_reports": str(n < 4).lower()}
                for n, name in enumerate(names, 1)
            )
        )
        yield opened


def figures(stage: Stage, *words: str) -> Any:
    answer = stage.do("metrics", "--as-of", AS_OF, "--format", "json", *words)
    assert answer.status == 0, answer.err
    Draft202012Validator(SCHEMA).validate(answer.data)
    return answer.data


def test_everything_is_told(stage: Stage) -> None:
    data = figures(stage)
    told = {each["name"]: (each["value"], each["rows"]) for each in data["metrics"]}
    assert told == {
        "accounts": (1, 1),
        "adoption": (pytest.approx(3 / 9), 9),
        "lead": (pytest.approx(-3 / 9), 9),
        "members": (9, 9),
        "members-per-account": (9.0, None),
        "middle": (5.0, 9),
        "with": (pytest.approx(3 / 9), 9),
        "without": (pytest.approx(6 / 9), 9),
    }
    kinds = {each["name"]: each["kind"] for each in data["metrics"]}
    assert (kinds["lead"], kinds["members-per-account"]) == ("difference", "ratio")
    [adoption] = [each for each in data["metrics"] if each["name"] == "adoption"]
    assert adoption["by"][-1] == {"group": None, "value": 0.0, "rows": 1}
    assert [point["as_of"][:10] for point in adoption["series"][-2:]] == [
        "2026-03-01",
        "2026-03-10",
    ]
    assert adoption["as_now"] == ["first_name", "uses_reports"]
    assert [each["goal"] for each in data["goals"]] == ["used"]
    assert data["left_out"] == []


def test_names_narrow_and_by_tells_apart(stage: Stage) -> None:
    data = figures(stage, "members", "--by", "uses_reports")
    assert data["goals"] == []
    assert [each["by"] for each in data["metrics"]] == [
        [{"group": False, "value": 6, "rows": 6}, {"group": True, "value": 3, "rows": 3}]
    ]
    assert [each["playbook"] for each in figures(stage, "checkup")["goals"]] == ["checkup"]


def test_text_says_what_cannot_be_known_of_the_past(stage: Stage) -> None:
    text = stage.do("metrics", "--as-of", AS_OF).out
    assert "adoption: 33.3% of 9 users\nWho uses reports" in text
    assert "In every month these are as they are now: first_name, uses_reports." in text
    assert "members: 9 users" in text
    assert "lead: -33.3 points of 9 users" in text
    assert "true          +100.0 points     3" in text
    assert "Too few yet: 0 treated and 0 held out" in text


def test_csv_carries_no_formula(stage: Stage) -> None:
    out = stage.do("metrics", "adoption", "--as-of", AS_OF, "--format", "csv").out
    rows = list(csv.DictReader(StringIO(out)))
    groups = {row["group"] for row in rows}
    assert groups == {"", "Ann", "'=HYPERLINK(1)", "<b>&", "'+1", "'@x", "'\tt", "'-5", "(none)"}
    assert {row["value"] for row in rows if row["group"] == "Ann"} == {"1.0"}
    goal = stage.do("metrics", "checkup", "--as-of", AS_OF, "--format", "csv").out
    assert [row["group"] for row in csv.DictReader(StringIO(goal))][:2] == ["treated", "held_out"]


def test_the_picture_is_svg_whatever_the_data(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "figures.svg"
    answer = stage.do("metrics", "--as-of", AS_OF, "--out", str(file))
    assert answer.out == f"wrote {file}\n"
    drawn = ElementTree.parse(file).getroot()
    words = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "adoption: 33.3%" in words
    assert "<b>&" in words
    assert {"lead: -33.3 points", "by uses_reports", "Who uses reports, of those who log in."} <= {
        *words
    }
    stage.do("metrics", "--as-of", AS_OF, "--out", str(tmp_path / "again.svg"))
    assert (tmp_path / "again.svg").read_text() == file.read_text()


def test_what_is_below_0_is_drawn_to_its_left(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "lead.svg"
    stage.do("metrics", "lead", "--as-of", AS_OF, "--out", str(file))
    bars = [
        {name: each.get(name) for name in ("class", "x", "width")}
        for each in ElementTree.parse(file).getroot().iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert bars[1:] == [
        {"class": "m", "x": "170.0", "width": "210.0"},
        {"class": "b", "x": "380.0", "width": "210.0"},
    ]


REFUSED = [
    (
        "unknown",
        ["adaption"],
        1,
        "there is no metric or playbook `adaption`; did you mean adoption",
    ),
    ("by-unknown", ["members", "--by", "acount.plan"], 2, "did you mean account"),
    ("by-a-time", ["members", "--by", "signed_up_at"], 2, "members --by signed_up_at"),
    ("by-across", ["members-per-account", "--by", "plan"], 2, "of one entity"),
    ("by-some", ["--by", "uses_reports"], 2, "accounts --by uses_reports"),
]


@pytest.mark.parametrize(
    ("words", "status", "fragment"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_makes_no_sense_is_refused(
    stage: Stage, words: list[str], status: int, fragment: str
) -> None:
    answer = stage.do("metrics", "--as-of", AS_OF, *words)
    assert (answer.status, answer.out) == (status, "")
    assert fragment in answer.err


def test_what_is_broken_is_left_out_and_says_so(tmp_path: Path) -> None:
    """And stops the answer only where it was asked for by its name."""
    with open_stage(tmp_path) as stage:
        stage.write("metrics/good.yaml", "metric: good\nof: user\ncount: {everyone: true}\n")
        stage.write("metrics/bad.yaml", "metric: bad\nof: user\nsum: seats\n")
        stage.write("metrics/worse.yaml", "metric: worse\nof: user\n")
        answer = stage.do("metrics", "--format", "json")
        assert answer.status == 1
        assert [each["name"] for each in answer.data["metrics"]] == ["good"]
        assert answer.data["left_out"] == ["bad", "worse"]
        assert stage.do("metrics", "good").status == 0
        for name, place in (("bad", "metrics/bad.yaml:3:6"), ("worse", "metrics/worse.yaml:1:1")):
            answer = stage.do("metrics", name)
            assert (answer.status, answer.out) == (1, "")
            assert place in answer.err


def test_data_that_is_not_as_the_catalog_says_is_named(tmp_path: Path) -> None:
    with open_stage(tmp_path) as stage:
        stage.write("metrics/good.yaml", "metric: good\nof: user\nmedian: user_id\n")
        stage.put_users({"user_id": 1}, {"user_id": "one"})
        answer = stage.do("metrics", "good")
        assert answer.status == 1
        assert "user_id" in answer.err
