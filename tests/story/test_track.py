"""Fields over time: tracked day by day, asked about, explained, and kept by the daemon."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

import cli
from tests.support.stage import Stage

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "track.json"

ACCOUNT = """\
entity: account
source: product.accounts
key: id
track: [plan, size, signals]
fields:
  id: integer
  plan: text
  logins: {count: user.logged_in, within: 30 days}
  size: {band: logins, of: [[busy, {at_least: 2}], [quiet, {}]]}
  signals: {labels: {free: {plan: free}, idle: {logins: 0}}}
"""
FELL = (
    "segment: fell\nof: account\nwhere: {plan: {changed: {from: pro, to: free, within: 7 days}}}\n"
)

Clock = Callable[[str], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the clock of the program: a local time of March 2026."""

    def set_to(text: str) -> None:
        local = datetime.fromisoformat(f"2026-03-{text}")
        now = local.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
        monkeypatch.setattr(cli._SystemClock, "now", lambda _: now)

    return set_to


@pytest.fixture
def accounts(stage: Stage) -> Callable[[Mapping[int, str]], None]:
    """Writes the accounts, by key and plan."""
    stage.write("catalog/account.yaml", ACCOUNT)
    stage.write("segments/fell.yaml", FELL)
    (stage.root / "playbooks/checkup.yaml").unlink()

    def put(plans: Mapping[int, str]) -> None:
        stage.table("accounts", [{"id": key, "plan": plan} for key, plan in plans.items()])

    return put


Put = Callable[[Mapping[int, str]], None]


def keys(stage: Stage, *words: str) -> list[int]:
    found: list[int] = stage.do("segment", "fell", "--format", "json", *words).data["keys"]
    return found


def kinds(stage: Stage) -> list[str]:
    audit = stage.do("audit", "show", "--format", "json").data
    return [record["kind"] for record in audit]


def test_a_plan_that_falls_is_seen_for_a_week(stage: Stage, accounts: Put, at: Clock) -> None:
    at("01T06:00")
    accounts({1: "pro", 2: "pro", 3: "free", 4: ""})
    told = stage.do("track", "--format", "json")
    assert told.status == 0
    Draft202012Validator(json.loads(REPORT.read_text())).validate(told.data)
    (entry,) = told.data["tracked"]
    assert (entry["rows"], entry["first"], entry["changes"]) == (4, 12, 0)
    assert keys(stage) == []
    at("02T06:00")
    accounts({1: "free", 2: "pro", 3: "free", 4: "free", 5: "free"})
    told = stage.do("track")
    assert told.out == "account: plan, size, signals of 5 rows: 4 changes, 3 values seen first\n"
    assert keys(stage) == [1]  # not the one whose plan was missing, nor the one that is new
    at("03T06:00")
    accounts({1: "free", 2: "free", 3: "pro", 4: ""})
    stage.do("track")
    assert keys(stage) == [1, 2]
    assert keys(stage, "--as-of", "2026-03-02T12:00") == [1]  # as it was then
    assert keys(stage, "--as-of", "2026-03-02T05:59") == []
    at("09T23:00")
    assert keys(stage) == [1, 2]
    at("10T00:30")
    assert keys(stage) == [2]
    assert stage.do("audit", "verify").status == 0


def test_what_changed_is_explained(stage: Stage, accounts: Put, at: Clock) -> None:
    for day, plan in (("01", "pro"), ("03", "free"), ("04", "")):
        at(f"{day}T06:00")
        accounts({1: plan, 2: "pro"})
        stage.do("track")
    tree = stage.do("explain", "fell", "--for", "1", "--format", "json").data["tree"]
    (leaf,) = tree["children"] or [tree]
    assert leaf["condition"] == "plan changed from pro to free within 7 days"
    assert leaf["holds"]
    assert leaf["seen"] == (
        "missing; history: free to missing on 2026-03-04 06:00:00 (today), pro to free on "
        "2026-03-03 06:00:00 (1 day ago), first seen as pro on 2026-03-01 06:00:00 (3 days ago)"
    )
    accounts({2: "pro", 3: "pro"})
    other = stage.do("explain", "fell", "--for", "3").out
    assert "no history of it is recorded" in other


def test_computed_fields_are_tracked_as_they_were_computed(
    stage: Stage, accounts: Put, at: Clock
) -> None:
    at("05T06:00")
    accounts({1: "pro"})
    stage.do("track")
    logins = [f"2026-03-{day}T00:00:00Z" for day in ("01", "05")]
    stage.table("events", [{"user_id": 1, "name": "login", "at": each} for each in logins])
    at("06T06:00")
    assert "1 change" in stage.do("track").out
    stage.write(
        "segments/fell.yaml",
        "segment: fell\nof: account\nwhere:\n  - size: {changed: {to: busy, within: 2 days}}\n"
        "  - size: {is_not: {field: size, at: 2026-03-05}}\n  - signals: {unchanged_for: 1 hour}\n",
    )
    at("06T08:00")
    assert keys(stage) == [1]


def test_what_was_never_tracked_is_said(stage: Stage, accounts: Put, at: Clock) -> None:
    at("05T06:00")
    accounts({1: "pro"})
    stage.write(
        "playbooks/fell.yaml",
        "playbook: fell\nsegment: fell\nsteps: [{task: Call, kind: call}]\n",
    )
    said = "the history of account.plan, which fell asks for, was never written"
    assert said in stage.do("run", "--dry-run").out
    assert said in stage.do("status").out
    (note,) = stage.do("run", "--format", "json").data["notes"]
    assert said in note
    stage.do("track")
    assert said not in stage.do("status").out
    at("05T07:00")
    assert "notes" not in stage.do("run", "--format", "json").data


def test_data_that_cannot_be_trusted_makes_no_history(
    stage: Stage, accounts: Put, at: Clock
) -> None:
    at("05T06:00")
    accounts({1: "pro"})
    stage.do("track")
    at("06T06:00")
    stage.write("data/accounts.csv", "id,plan\n")
    told = stage.do("track", "--format", "json")
    assert told.status == 1
    assert "holds no rows" in told.data["tracked"][0]["error"]
    assert kinds(stage)[-1] == "track.failed"
    (stage.root / "data/accounts.csv").unlink()
    assert stage.do("track").status == 3
    accounts({1: "free"})
    assert stage.do("track").status == 0
    assert keys(stage) == [1]
    again = stage.do("track")  # the same instant
    assert again.status == 1
    assert "look at the clock" in again.out


def test_a_ledger_that_only_rehearses_gets_no_history(
    stage: Stage, accounts: Put, at: Clock
) -> None:
    at("05T06:00")
    accounts({1: "pro"})
    stage.do("ledger", "init")
    stage.edit("touchline.yaml", 'ledger.db"', 'ledger.db", id: another')
    told = stage.do("track")
    assert (told.status, told.out) == (1, "")
    assert "nothing is recorded: touchline.yaml names the ledger another" in told.err
    assert "tracked" not in kinds(stage)


def test_a_field_that_cannot_be_tracked_stops_no_other(
    stage: Stage, accounts: Put, at: Clock
) -> None:
    at("05T06:00")
    accounts({1: "pro"})
    stage.edit("catalog/account.yaml", "track: [plan", "track: [plam, plan")
    told = stage.do("track")
    assert told.status == 1
    assert "account.plam cannot be tracked" in told.out
    assert "1 row: 0 changes, 3 values seen first" in told.out
    stage.write("catalog/account.yaml", ACCOUNT.replace("track: [plan, size, signals]\n", ""))
    assert "nothing is tracked" in stage.do("track").out


def test_the_daemon_tracks_once_a_day_and_fires_whatever_comes_of_it(
    stage: Stage, accounts: Put, at: Clock
) -> None:
    at("05T06:00")
    accounts({1: "pro"})
    assert stage.do("daemon", "--once").status == 0
    at("05T23:59")
    assert stage.do("daemon", "--once").status == 0
    assert kinds(stage).count("tracked") == 1
    at("06T00:00")
    accounts({1: "free"})
    stage.do("daemon", "--once")
    assert kinds(stage).count("tracked") == 2
    assert keys(stage) == [1]
    stage.edit("catalog/account.yaml", "track: [plan,", "track: [id, plan,")
    at("06T00:05")  # a field that was never tracked need not wait for tomorrow
    stage.do("daemon", "--once")
    assert kinds(stage).count("tracked") == 3
    stage.write("data/accounts.csv", "id,plan\n")
    stage.write(
        "playbooks/checkup.yaml",
        'playbook: checkup\nschedule: "* * * * *"\nsegment: {of: user, where: [{everyone: true}]}\n'
        'steps: [{task: "Look after {{ user.first_name }}"}]\n',
    )
    at("07T06:00")
    assert stage.do("daemon", "--once").status == 1
    assert kinds(stage).count("track.failed") == 1
    assert len(stage.do("tasks", "--format", "json").data) == 3


def test_one_inside_is_measured_against_the_day_of_entry(stage: Stage, at: Clock) -> None:
    """Whose health fell by twenty since entry leaves; `at: entered` asks the history."""
    stage.edit(
        "catalog/user.yaml", "uses_reports: boolean", "uses_reports: boolean\n  health: integer"
    )
    stage.edit("catalog/user.yaml", "fields:", "track: [health]\nfields:")
    stage.edit(
        "playbooks/checkup.yaml",
        "exit_when: {uses_reports: true}",
        "exit_when: {health: {at_most: {field: health, at: entered, plus: -20}}}",
    )
    at("10T08:00")
    stage.put_users({"user_id": 1, "health": 80}, {"user_id": 2, "health": 80})
    stage.do("track")
    stage.run()
    stage.put_users({"user_id": 1, "health": 61}, {"user_id": 2, "health": 60})
    stage.run(as_of="2026-03-12T09:00:00-04:00")
    log = stage.do("audit", "show", "--format", "json").data
    left = {each["key"]: each["body"]["reason"] for each in log if each["kind"] == "left"}
    assert left == {"2": "exit_when"}
