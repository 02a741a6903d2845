"""`touchline simulate`: small examples reckoned by hand, and the same as real passes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from engine.audience import tables
from engine.compile.kept import asked_of
from engine.compile.relations import Home
from engine.report.picture import bars
from tests.support.stage import Answer, Stage, open_stage

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "simulate.json"
CHECKUP = "playbooks/checkup.yaml"
MONDAY, FRIDAY = "2026-03-02", "2026-03-06"
NOTE = """\
playbook: note
schedule: "0 9 * * 1-5"
segment: {of: user, where: [{everyone: true}]}
steps: [{email: hello}]
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The stage, its check-up at nine on weekdays."""
    with open_stage(tmp_path) as opened:
        opened.edit(CHECKUP, "owner:", 'schedule: "0 9 * * 1-5"\nowner:')
        yield opened


def replay(stage: Stage, *names: str, first: str = MONDAY, last: str = FRIDAY) -> Answer:
    words = ("simulate", *names, "--from", first, "--to", last, "--format", "json")
    answer = stage.do(*words)
    assert answer.status == 0, answer.err
    return answer


def policy(stage: Stage, text: str) -> None:
    stage.edit("touchline.yaml", "people:", f"policy: {text}\npeople:")


def column(data: dict[str, Any], name: str) -> list[Any]:
    return [day[name] for day in data["days"]]


def sent(data: dict[str, Any], channel: str = "email") -> list[int]:
    return [day["touches"].get(channel, {}).get("sent", 0) for day in data["days"]]


def test_a_week_by_hand(stage: Stage) -> None:
    """Ann matches from the start, Ben from Wednesday (30 days old), Cid leaves it on Thursday."""
    stage.put_users(
        {"user_id": 1},
        {"user_id": 2, "signed_up_at": "2026-02-02T17:00:00Z"},
        {"user_id": 3, "signed_up_at": "2025-12-04T17:00:00Z"},
    )
    stage.edit(CHECKUP, "exit_when: {uses_reports: true}\n", "")
    data = replay(stage, last="2026-03-09").data
    assert column(data, "date")[0] == MONDAY
    assert column(data, "matched") == [2, 2, 3, 2, 2, 0, 0, 2]
    assert column(data, "entered") == [2, 0, 1, 0, 0, 0, 0, 0]
    assert sent(data) == [2, 0, 1, 0, 0, 0, 0, 0]
    assert sent(data, "task") == sent(data, "hook") == [0, 0, 0, 0, 0, 2, 0, 1]
    assert column(data, "left") == [0, 0, 0, 0, 0, 2, 0, 1]
    [told] = data["playbooks"]
    assert (told["entered"], told["left"], told["inside"]) == (3, 3, 0)
    schema = Draft202012Validator(json.loads(REPORT.read_text()))
    for sample in (data, *schema.schema["examples"]):
        schema.validate(sample)
    assert stage.mail.received == []
    assert not (stage.root / ".touchline").exists()


def test_two_playbooks_that_compete(stage: Stage) -> None:
    stage.write("playbooks/note.yaml", NOTE)
    stage.edit(CHECKUP, "owner:", "priority: 1\nowner:")
    policy(stage, "{frequency_caps: [{channel: email, at_most: 1, per: 1 day}]}")
    data = replay(stage, last="2026-03-03").data
    assert sent(data) == [3, 3]
    assert column(data, "put_off") == [{"capped": 3}, {}]
    assert data["overlaps"] == [{"playbooks": ["checkup", "note"], "people": 3, "capped": 3}]
    text = stage.do("simulate", "--from", MONDAY, "--to", MONDAY).out
    assert "checkup and note" in text


def test_what_waits_for_the_window_goes_out_when_it_opens(stage: Stage) -> None:
    stage.edit(CHECKUP, "0 9 * * 1-5", "0 18 * * 1")
    policy(stage, '{send_window: {days: mon-fri, from: "09:00", to: "17:00"}}')
    data = replay(stage, last="2026-03-03").data
    assert (sent(data), column(data, "put_off")) == ([0, 3], [{"window": 3}, {}])


def test_a_condition_that_is_waited_for_is_looked_at_each_hour(stage: Stage) -> None:
    waiting = "wait_for: {did: logged_in, within: 1 day}\n    at_most: 5 days"
    stage.edit(CHECKUP, "wait: 5 days", waiting)
    stage.edit(CHECKUP, "0 9 * * 1-5", "0 20 * * 1-5")
    stage.table("events", [{"user_id": 1, "name": "login", "at": "2026-03-03T02:30:00Z"}])
    assert sent(replay(stage, last=MONDAY).data, "hook") == [1]


def test_a_digest_fires_at_the_hour_of_a_look(stage: Stage) -> None:
    """Also in a playbook in which nobody waits for a condition: by the evening it is too late."""
    step = '{email: list, max_lateness: 1 hour, digest: {by: account.csm, schedule: "0 12 * * *"}}'
    waiting = "wait_for: {did: logged_in, within: 1 day}\n    at_most: 5 days"
    stage.edit(CHECKUP, "wait: 5 days", waiting)
    stage.write("emails/list.md", "---\nsubject: Today\n---\n{{ items | length }}\n")
    stage.write("playbooks/note.yaml", NOTE.replace("{email: hello}", step))
    stage.put_users({"user_id": 1})
    assert sent(replay(stage, last=MONDAY).data) == [2]


def test_who_leaves_does_so_on_the_day(stage: Stage) -> None:
    stage.edit(CHECKUP, "{uses_reports: true}", "{did: logged_in, within: 1 day}")
    stage.table("events", [{"user_id": 1, "name": "login", "at": "2026-03-02T20:00:00Z"}])
    data = replay(stage, last=MONDAY).data
    assert (column(data, "entered"), column(data, "left")) == ([3], [1])


def test_who_leaves_at_night_may_enter_elsewhere_in_the_morning(stage: Stage) -> None:
    """As in passes every fifteen minutes, of which the last comes before the fire."""
    policy(stage, "{one_at_a_time: true}")
    stage.edit(CHECKUP, "{uses_reports: true}", "{did: logged_in, within: 1 day}")
    early = "schedule: {cron: '30 8 * * 1-5', from: 2026-03-03}"
    stage.write("playbooks/note.yaml", NOTE.replace('schedule: "0 9 * * 1-5"', early))
    stage.put_users({"user_id": 1})
    stage.table("events", [{"user_id": 1, "name": "login", "at": "2026-03-03T08:00:00Z"}])
    assert column(replay(stage, last="2026-03-03").data, "entered") == [1, 1]


def test_fuses_and_drafts_are_told_and_go_on(stage: Stage) -> None:
    policy(stage, "{first_run: {matched: 2}}")
    stage.edit(CHECKUP, "from: account.csm", "from: account.csm\n    approve: house.dana")
    stage.edit(CHECKUP, "owner:", "status: draft\nowner:")
    data = replay(stage, "checkup", last=MONDAY).data
    [fuse] = data["fuses"]
    assert "3 of 3 would enter" in fuse["why"]
    assert (column(data, "entered"), sent(data)) == ([3], [3])


def test_who_has_unsubscribed_gets_nothing(stage: Stage) -> None:
    assert stage.do("ledger", "init").status == 0
    assert stage.do("suppress", "add", "ann2@example.com").status == 0
    before = stage.do("audit", "verify", "--format", "json").data["records"]
    data = replay(stage, last=MONDAY).data
    assert data["days"][0]["touches"]["email"] == {"sent": 2, "skipped": 1}
    assert data["days"][0]["withheld"] == {"suppressed": 1}
    assert stage.do("audit", "verify", "--format", "json").data["records"] == before


def test_without_a_schedule_nothing_fires(stage: Stage) -> None:
    stage.edit(CHECKUP, 'schedule: "0 9 * * 1-5"\n', "")
    data = replay(stage, last=MONDAY).data
    assert column(data, "matched") == [0]
    assert data["notes"] == ["checkup has no schedule: it never fires by itself"]


def test_the_same_as_real_passes(stage: Stage) -> None:
    """Entries and mails of each day are those of runs at the same instants."""
    young = [{"user_id": n, "signed_up_at": f"2026-02-{n:02}T17:00:00Z"} for n in range(1, 5)]
    old = [{"user_id": 10 + n, "signed_up_at": f"2025-12-{n:02}T17:00:00Z"} for n in range(2, 6)]
    stage.put_users(*young, *old)
    limited = "entry: {per_run: 2, holdout: 20%}"
    stage.edit(CHECKUP, "exit_when: {uses_reports: true}", limited)
    policy(stage, "{frequency_caps: [{channel: email, at_most: 1, per: 1 day}]}")
    simulated = replay(stage, last="2026-03-05").data
    for day, told in enumerate(simulated["days"], start=2):
        run = stage.run(as_of=f"2026-03-{day:02}T09:00:00-05:00")
        [real] = run.data["runs"]
        assert (told["matched"], told["entered"]) == (real["matched"], real["entered"])
        assert told["not_entering"] == real["skipped"]
    assert sum(sent(simulated)) == len(stage.mail.received) > 0


WRONG = {
    "order": (["--from", FRIDAY, "--to", MONDAY], 2, "lies before --from"),
    "future": (["--from", MONDAY, "--to", "2999-01-01"], 2, "is not over yet"),
    "long": (["--from", "2020-01-01", "--to", MONDAY], 2, "over 366 days"),
    "no day": (["--from", "soon", "--to", MONDAY], 2, "soon"),
    "name": (["nobody", "--from", MONDAY, "--to", MONDAY], 1, "there is no playbook `nobody`"),
    "file": (
        ["--from", MONDAY, "--to", MONDAY, "--out", "/dev/null/x.svg"],
        1,
        "cannot be written",
    ),
}


@pytest.mark.parametrize(("words", "status", "told"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_asked(stage: Stage, words: list[str], status: int, told: str) -> None:
    answer = stage.do("simulate", *words)
    assert (answer.status, told in answer.err) == (status, True), answer.err


def test_data_that_is_not_as_the_catalog_says(stage: Stage) -> None:
    stage.put_users({"user_id": 1, "signed_up_at": "soon"})
    answer = stage.do("simulate", "--from", MONDAY, "--to", MONDAY)
    assert (answer.status, "`soon`" in answer.err) == (1, True)


def test_the_picture_is_sound_and_as_high_as_the_figures(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "days.svg"
    words = ("simulate", "--from", MONDAY, "--to", MONDAY, "--out", str(file))
    assert stage.do(*words).status == 0
    assert "3 email" in file.read_text()


def test_bars_stand_on_one_another() -> None:
    series = {"<a>": [1, 4], "b": [3, 0]}
    picture = ET.fromstring(bars("a & b", ["Mon", "Tue"], series))
    name = "{http://www.w3.org/2000/svg}"
    found = {
        each.findtext(f"{name}title"): (float(each.attrib["y"]), float(each.attrib["height"]))
        for each in picture.iter(f"{name}rect")
        if each.find(f"{name}title") is not None
    }
    assert set(found) == {"Mon: 1 <a>", "Mon: 3 b", "Tue: 4 <a>"}
    (low, height), (high, rest) = found["Mon: 1 <a>"], found["Mon: 3 b"]
    assert high + rest == pytest.approx(low)
    assert rest == pytest.approx(3 * height)
    assert found["Tue: 4 <a>"] == pytest.approx((high, height + rest))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "30 days"), "`30 days` is no day; expected one as 2026-03-10"),
        (("--from", MONDAY, "--out", "days.png"), "name a file that ends in .svg, not days.png"),
    ],
    ids=["day", "picture"],
)
def test_what_is_meant_otherwise_is_refused(
    stage: Stage, words: tuple[str, ...], told: str
) -> None:
    answer = stage.do("simulate", *words, "--to", FRIDAY)
    assert (answer.status, told in answer.err) == (2, True), answer.err


def test_replayed_data_are_looked_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A week of passes asks no more of what stands still than a day of them."""
    asked: list[str] = []

    def noted(home: Home, write: Any, *of: Any) -> Any:
        asked.append(write.__name__)
        return asked_of(home, write, *of)

    monkeypatch.setattr(tables, "asked_of", noted)
    replay(stage, last=MONDAY)
    of_a_day = sorted(each for each in asked if each != "_newest")
    asked.clear()
    replay(stage)
    assert "_twice" in of_a_day
    assert sorted(each for each in asked if each != "_newest") == of_a_day
