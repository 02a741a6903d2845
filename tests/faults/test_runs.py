"""Runs that take too long, find too many, or find something else than a moment ago."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text

import cli
from connectors.sources import postgres as postgres_source
from engine.bind.playbook import BoundPlaybook
from engine.language.playbook import Schedule
from engine.passes.journal import LedgerJournal
from engine.schedule import fires
from engine.spreading import CROWD, SPREAD, offsets
from engine.stopping import Stop
from tests.faults.clocks import Hands
from tests.faults.sources import USER, in_sqlite
from tests.read.projects import load
from tests.support.postgres import fresh_database
from tests.support.stage import Stage

NEXT_DAY = "2026-03-11T09:00:00-04:00"
EVERYONE = "segment: {of: user, where: [{everyone: true}]}\nsteps: [{email: hello}]\n"


def point_at(stage: Stage, port: int) -> None:
    """Let the mail server be another one."""
    stage.edit("touchline.yaml", f"port: {stage.mail.port}", f"port: {port}")


def execute(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


# ---------------------------------------------------------------- 101, 105: too slow, too many


def test_101_a_segment_that_sleeps(
    stage: Stage, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run fails as a whole, and says why; once the source is quick again, it goes on."""
    url = fresh_database(postgres)
    users = "SELECT n AS user_id, 1 AS account_id, 'Ann' AS first_name, n || '@x.example' AS email"
    rest = "now() AS signed_up_at, false AS uses_reports FROM generate_series(1, 3) AS n"
    events = "CREATE TABLE events (user_id int, name text, at timestamptz)"
    execute(
        url,
        f"CREATE VIEW users AS {users}, {rest} WHERE pg_sleep(30) IS NOT NULL",
        events,
        "INSERT INTO events VALUES (1, 'login', now() - interval '1 year')",
        "CREATE TABLE accounts (id int, name text, plan text, csm_name text, csm_email text)",
        "INSERT INTO accounts VALUES (1, 'Acme', 'pro', 'Casey', 'casey@acme.example.com')",
    )
    product = "product: {type: files, path: data, timezone: UTC}"
    stage.edit("touchline.yaml", product, f"product: {{type: sql, url: '{url}'}}")
    stage.write("playbooks/checkup.yaml", f"playbook: checkup\n{EVERYONE}")
    slow = tuple(
        "SET LOCAL statement_timeout = '100ms'" if "statement_timeout" in each else each
        for each in postgres_source._SETTINGS
    )
    with monkeypatch.context() as patched:
        patched.setattr(postgres_source, "_SETTINGS", slow)
        run = stage.run()
    [report] = run.data["runs"]
    assert (run.status, report["entered"]) == (3, 0), run
    assert "statement timeout" in report["error"]
    execute(url, f"CREATE OR REPLACE VIEW users AS {users}, {rest}")
    assert stage.run().data["runs"][0]["entered"] == 3


@pytest.mark.parametrize(
    ("fuse", "told"),
    [
        pytest.param("{matched: 6}", ("6", "8"), id="doubles"),
        pytest.param("{share: 50%}", ("50%", "8 of 8"), id="nearly all"),
    ],
)
def test_105_segment_doubles_or_covers_nearly_all(
    stage: Stage, fuse: str, told: tuple[str, str]
) -> None:
    """It stops before the first send, and names the limit, what was found and the total."""
    stage.write("playbooks/checkup.yaml", f"playbook: checkup\nentry: {{fuse: {fuse}}}\n{EVERYONE}")
    stage.put_users(*({"user_id": key} for key in range(1, 9)))
    run = stage.run()
    [report] = run.data["runs"]
    assert (report["entered"], stage.mail.received) == (0, []), run
    for words in told:
        assert words in report["held"]


# ---------------------------------------------------------------- 108: gone between plan and send


def meets_the_exit(stage: Stage) -> None:
    stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2})


def vanishes(stage: Stage) -> None:
    stage.put_users({"user_id": 2})


@pytest.mark.parametrize(
    ("happening", "reason"), [(meets_the_exit, "exit_when"), (vanishes, "gone")]
)
def test_108_subject_leaves_between_plan_and_send(
    stage: Stage, happening: Callable[[Stage], None], reason: str
) -> None:
    """Planned while the server is away; when it is back, only who is still inside gets it."""
    stage.put_users({"user_id": 1}, {"user_id": 2})
    port = stage.mail.port
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        point_at(stage, nobody.getsockname()[1])
        assert stage.run().data["runs"][0]["touches"] == {"email": {"ready": 2}}
        stage.edit("touchline.yaml", f"port: {nobody.getsockname()[1]}", f"port: {port}")
    happening(stage)
    stage.run(as_of=NEXT_DAY)
    assert stage.mailed == ["ann2@example.com"]
    log = stage.do("audit", "show", "--for", "1", "--format", "json").data
    left = [each["body"] for each in log if each["kind"] == "left"]
    assert [each["reason"] for each in left] == [reason]
    assert [each["body"]["reason"] for each in log if each["kind"] == "touch.dropped"] != []


# ---------------------------------------------------------------- 111: names that are no names

NAMES = (
    'a"b',
    'a""; --',
    "a; DROP TABLE users",
    "it's",
    "select",
    "n" * 60,
    "👍 yes",
    "100 %(x)s ?",
    ":p0",
    "a\\b",
)


@pytest.mark.parametrize("store", ["files", "sqlite"])
def test_111_identifiers_with_everything_in_them(stage: Stage, store: str) -> None:
    """Only declared names reach a statement, and each means the column of that very name."""
    users = [
        {"user_id": key, "email": f"a{key}@x.example", "first_name": "A"}
        | {name: f"{at} of {key}" for at, name in enumerate(NAMES)}
        for key in (1, 2)
    ]
    stage.table("users", users)
    if store == "sqlite":
        in_sqlite(stage, users)
    (stage.root / "catalog/account.yaml").unlink()
    odd = [
        f"  odd_{at}: {{type: text, column: {json.dumps(name, ensure_ascii=False)}}}"
        for at, name in enumerate(NAMES)
    ]
    stage.write("catalog/user.yaml", "\n".join([USER, *odd, ""]))
    tests = ", ".join(f"{{odd_{at}: {at} of 2}}" for at in range(len(NAMES)))
    stage.write(
        "playbooks/checkup.yaml",
        f"playbook: checkup\nsegment: {{of: user, where: [{tests}]}}\n"
        "steps: [{email: hello, from: house.dana}]\n",
    )
    run = stage.run()
    assert run.status == 0, run.out + run.err
    assert stage.mailed == ["a2@x.example"]


# ---------------------------------------------------------------- 112, 116: slots


@pytest.mark.parametrize(
    ("zone", "day", "hour", "expected"),
    [
        pytest.param(
            "America/New_York", "2026-03-08", "2:30", "2026-03-08T07:00Z", id="New York, gap"
        ),
        pytest.param(
            "America/New_York", "2026-11-01", "1:30", "2026-11-01T05:30Z", id="New York, overlap"
        ),
        pytest.param("Europe/Berlin", "2026-03-29", "2:30", "2026-03-29T01:00Z", id="Berlin, gap"),
        pytest.param(
            "Europe/Berlin", "2026-10-25", "2:30", "2026-10-25T00:30Z", id="Berlin, overlap"
        ),
        pytest.param(
            "Australia/Lord_Howe", "2026-10-04", "2:15", "2026-10-03T15:30Z", id="Lord Howe, gap"
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-04-05",
            "1:45",
            "2026-04-04T14:45Z",
            id="Lord Howe, overlap",
        ),
        pytest.param(
            "Africa/Cairo", "2022-04-29", "0:30", "2022-04-28T22:30Z", id="Cairo, no change in 2022"
        ),
        pytest.param(
            "Africa/Cairo", "2023-04-28", "0:30", "2023-04-27T22:00Z", id="Cairo, a gap since 2023"
        ),
    ],
)
def test_112_one_run_per_local_slot(zone: str, day: str, hour: str, expected: str) -> None:
    """A time that does not come fires at the end of the gap, one that comes twice at its first."""
    hours, minutes = hour.split(":")
    where = ZoneInfo(zone)
    start = datetime.fromisoformat(day).replace(tzinfo=where) - timedelta(hours=4)
    first, second = islice(fires(Schedule(f"{minutes} {hours} * * *"), where, start), 2)
    assert f"{first.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}" == expected
    assert second.at - first.at > timedelta(hours=20)


@pytest.mark.parametrize(
    "cron",
    ["0 0 30 2 *", "* * * * * *", "@reboot", "@daily", "60 * * * *", "", "0 9 * * 8", "a b c"],
)
def test_118_cron_that_is_none(tmp_path: Path, cron: str) -> None:
    """Each is a problem with its place: none is a schedule that silently never fires."""
    playbook = f"playbook: checkup\nschedule: {json.dumps(cron)}\n{EVERYONE}"
    problems = load(tmp_path, {"playbooks/checkup.yaml": playbook}).problems
    told = [each for each in problems if each.place.path == "playbooks/checkup.yaml"]
    assert [each.place.line for each in told] == [2], problems


@pytest.mark.parametrize(
    ("crowd", "takes", "skipped"),
    [(CROWD, 11, ["13:20"]), (0, 11, []), (0, 13, ["13:20"])],
    ids=["alone", "spread by two minutes, and done before its next turn", "spread, and not done"],
)
def test_116_run_longer_than_its_interval(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, crowd: int, takes: int, skipped: list[str]
) -> None:
    """The slot that came meanwhile is a skip on record; the one after it runs."""
    monkeypatch.setattr("engine.spreading.CROWD", crowd)
    stage.write(
        "playbooks/checkup.yaml",
        f'playbook: checkup\nschedule: {{cron: "*/10 * * * *", timezone: UTC}}\n{EVERYONE}',
    )
    hands = Hands(datetime(2026, 3, 10, 13, 9, 58, tzinfo=UTC))
    monkeypatch.setattr(cli, "_SystemClock", lambda: hands)
    deliver, over = LedgerJournal.deliver, datetime(2026, 3, 10, 13, 10 + takes, tzinfo=UTC)

    def slow(journal: LedgerJournal) -> bool:
        if hands.at >= datetime(2026, 3, 10, 13, 10, tzinfo=UTC):
            hands.go_on(max(over - hands.at, timedelta(0)))
        return deliver(journal)

    def sleep(stop: Stop, _: float) -> None:
        if hands.at >= datetime(2026, 3, 10, 13, 34, tzinfo=UTC):
            stop.ask()
        hands.go_on(timedelta(seconds=20))

    monkeypatch.setattr(Stop, "sleep", sleep)
    monkeypatch.setattr(LedgerJournal, "deliver", slow)
    assert stage.do("daemon").status == 0
    log = stage.do("audit", "show", "--format", "json").data
    fires = [
        (each["kind"], each["body"]["fire"][-5:], each["body"].get("reason", ""))
        for each in log
        if each["kind"] in ("run.started", "run.skipped")
    ]
    slots = ["13:00", "13:10", "13:20", "13:30"]
    assert fires == [
        ("run.skipped", slot, "overlap") if slot in skipped else ("run.started", slot, "")
        for slot in slots
    ]


def at_midnight(name: str) -> str:
    return f'playbook: {name}\nschedule: {{cron: "0 0 * * *", timezone: UTC}}\n{EVERYONE}'


def test_117_five_hundred_playbooks_at_one_minute(tmp_path: Path) -> None:
    """Each has its own part of four minutes, whoever else is there; a few are not put off."""
    names = [f"book-{number}" for number in range(500)]
    many = [scheduled(name) for name in names]
    spread = offsets(many)
    assert set(spread) == set(names)
    assert all(timedelta(0) <= each < SPREAD for each in spread.values())
    by_minute = Counter(each // timedelta(minutes=1) for each in spread.values())
    assert sorted(by_minute) == [0, 1, 2, 3]
    assert max(by_minute.values()) < 2 * min(by_minute.values()), by_minute
    half = offsets(many[::2])
    assert half == {name: spread[name] for name in names[::2]}, "stable, whoever else is there"
    others = [scheduled("other", "5 0 * * *"), scheduled("away", timezone="Asia/Kolkata")]
    assert offsets([*many[:CROWD], *others]) == {}


def scheduled(name: str, cron: str = "0 0 * * 1-5", timezone: str = "UTC") -> BoundPlaybook:
    """As much of a playbook as decides when it fires."""
    return cast(
        BoundPlaybook,
        SimpleNamespace(name=name, schedule=Schedule(cron), zone=ZoneInfo(timezone)),
    )


def test_117_a_crowd_at_midnight_fires_once_each_and_keeps_the_cap(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the minutes after it, each slot once under its own time; and two mails a day."""
    monkeypatch.setattr("engine.spreading.CROWD", 3)
    for number in range(4):
        stage.write(f"playbooks/book-{number}.yaml", at_midnight(f"book-{number}"))
    (stage.root / "playbooks/checkup.yaml").unlink(missing_ok=True)
    stage.put_users({"user_id": 1})
    settings = (stage.root / "touchline.yaml").read_text().split("policy:\n")[0]
    caps = "policy:\n  frequency_caps: [{channel: email, at_most: 2, per: 1 day}]\n"
    stage.write("touchline.yaml", settings + caps)
    hands = Hands(datetime(2026, 3, 10, 23, 59, 50, tzinfo=UTC))
    monkeypatch.setattr(cli, "_SystemClock", lambda: hands)
    rounds = iter([timedelta(seconds=15), *[timedelta(minutes=2)] * 3])

    def sleep(stop: Stop, _: float) -> None:
        length = next(rounds, None)
        if length is None:
            stop.ask()
        else:
            hands.go_on(length)

    monkeypatch.setattr(Stop, "sleep", sleep)
    assert stage.do("daemon").status == 0
    log = stage.do("audit", "show", "--format", "json").data
    fires = [each for each in log if each["kind"] == "run.started"]
    assert Counter(each["playbook"] for each in fires) == Counter(
        f"book-{number}" for number in range(4)
    )
    assert {each["body"]["fire"] for each in fires} == {"2026-03-11T00:00"}
    assert len({each["at"] for each in fires}) > 1, "not all at once"
    assert not [each for each in log if each["kind"] == "run.skipped"]
    assert len(stage.letters) == 2
