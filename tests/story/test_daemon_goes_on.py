"""A daemon that comes back goes on with the slot that it, or a fuse, or a source left open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

import cli
import engine.daemon as daemons
import engine.passes.run as passes
from engine.problems import Unreachable
from engine.stopping import Stop
from tests.support.stage import Stage


class Killed(BaseException):
    """The process ends here."""


ALL = ["ann1@example.com", "ann2@example.com", "ann3@example.com"]


@pytest.fixture(autouse=True)
def yearly(stage: Stage) -> None:
    """A slot that was due a minute ago, and comes again in a year only."""
    then = datetime.now(UTC) - timedelta(minutes=1)
    stage.write(
        "playbooks/checkup.yaml",
        f'playbook: checkup\nschedule: {{cron: "{then:%M %H %d %m} *", timezone: UTC}}\n'
        "segment: {of: user, where: [{everyone: true}]}\nsteps: [{email: hello}]\n",
    )


def test_a_daemon_that_died_while_entering_goes_on_with_its_slot(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.passes.portions._PORTION", 1)
    with monkeypatch.context() as patched:
        patched.setattr(passes, "end_run", _die)
        with pytest.raises(Killed):
            stage.do("daemon", "--once")
    assert stage.mail.received == []
    assert stage.do("daemon", "--once").status == 0
    assert stage.mailed == ALL


def _die(*_: object, **__: object) -> None:
    raise Killed


def test_what_a_person_approved_enters_at_the_next_pass_of_the_daemon(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "steps:", "entry: {fuse: {matched: 2}}\nsteps:")
    stage.do("daemon", "--once")
    (item,) = stage.do("held", "--format", "json").data
    stage.do("daemon", "--once")
    assert stage.mail.received == []
    assert stage.do("held", "approve", item["id"]).status == 0
    stage.put_users({"user_id": 1}, {"user_id": 3}, {"user_id": 9})
    stage.do("daemon", "--once")
    assert stage.mailed == ["ann1@example.com", "ann3@example.com"], "9 was not on the list"
    stage.do("daemon", "--once")
    assert len(stage.mail.received) == 2


def test_a_slot_whose_source_failed_is_tried_again_after_a_while(stage: Stage) -> None:
    users = stage.root / "data/users.csv"
    kept = users.read_bytes()
    users.unlink()
    assert stage.do("daemon", "--once").status == 3
    users.write_bytes(kept)
    stage.do("daemon", "--once")
    assert stage.mail.received == [], "not at once: the source has `pass_every` to come back"
    _set_back(stage, "UPDATE runs SET ended_at = '2020-01-01T00:00:00.000000Z'")
    stage.do("daemon", "--once")
    assert stage.mailed == ALL


@pytest.mark.parametrize("begun", [False, True], ids=["missed", "begun, and its source failed"])
@pytest.mark.parametrize(
    ("wakes", "tasks"),
    [("2026-07-06T08:59", 3), ("2026-07-06T09:20", 0)],
    ids=["in time", "too late"],
)
def test_a_slot_is_late_by_the_business_days_of_the_policy(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, wakes: str, tasks: int, *, begun: bool
) -> None:
    """A day of work after Thursday the second is Monday: Friday stands in for the fourth."""
    clock = [datetime.fromisoformat("2026-07-02T09:00Z")]
    monkeypatch.setattr(cli._SystemClock, "now", lambda _: clock[0])
    stage.edit("touchline.yaml", "people:", "policy: {holidays: US, pass_every: 7 days}\npeople:")
    stage.write(
        "playbooks/checkup.yaml",
        'playbook: checkup\nschedule: {cron: "0 9 2 7 *", timezone: UTC, '
        "max_lateness: 1 business day}\n"
        "segment: {of: user, where: [{everyone: true}]}\nsteps: [{task: look}]\n",
    )
    if begun:
        users = stage.root / "data/users.csv"
        kept = users.read_bytes()
        users.unlink()
        assert stage.do("daemon", "--once").status == 3
        users.write_bytes(kept)
        _set_back(stage, "UPDATE runs SET ended_at = '2020-01-01T00:00:00.000000Z'")
    clock[0] = datetime.fromisoformat(f"{wakes}Z")
    stage.do("daemon", "--once")
    assert len(stage.do("tasks", "--format", "json").data) == tasks


def _set_back(stage: Stage, statement: str) -> None:
    engine = create_engine(f"sqlite:///{stage.root}/.touchline/ledger.db")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_ledger_that_is_away_for_a_moment_does_not_end_the_daemon(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = iter([*[lambda _: None] * 3, Stop.ask])
    troubles = iter([Unreachable("the ledger cannot be used: the disk is full")])
    send = daemons.Courier.send

    def away(self: daemons.Courier) -> bool:
        if (trouble := next(troubles, None)) is not None:
            raise trouble
        return send(self)

    monkeypatch.setattr(Stop, "sleep", lambda stop, _: next(rounds)(stop))
    monkeypatch.setattr(daemons.Courier, "send", away)
    assert stage.do("daemon").status == 0
    assert stage.mailed == ALL
    assert "the disk is full" in caplog.text


def test_who_left_while_the_machine_slept_gets_nothing_when_it_wakes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first playbook of a round sends is its own: nobody has asked yet who left others."""
    clock = [datetime.fromisoformat("2026-03-10T03:00:00-04:00").astimezone(UTC)]
    monkeypatch.setattr(cli._SystemClock, "now", lambda _: clock[0])
    stage.edit(
        "touchline.yaml", "people:", 'policy: {send_window: {from: "09:00", to: "17:00"}}\npeople:'
    )
    for name, priority, who in (("first", 90, 2), ("second", 10, 1)):
        stage.write(
            f"playbooks/{name}.yaml",
            f'playbook: {name}\npriority: {priority}\nschedule: "0 3 10 3 *"\n'
            f"segment: {{of: user, where: [{{user_id: {who}}}]}}\n"
            "exit_when: {uses_reports: true}\nsteps: [{email: hello}]\n",
        )

    def sleep(*_: object) -> None:
        if clock[0].hour == 13:
            raise Killed
        clock[0] += timedelta(hours=6)
        stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2})

    monkeypatch.setattr(daemons.Stop, "sleep", sleep)
    with pytest.raises(Killed):
        stage.do("daemon")
    assert stage.mailed == ["ann2@example.com"]


def halted(stage: Stage) -> None:
    assert stage.do("halt", "--why", "a look first").status == 0


def halted_alone(stage: Stage) -> None:
    assert stage.do("halt", "checkup").status == 0


def resumed(stage: Stage) -> None:
    assert stage.do("resume", "--yes").status == 0


def resumed_alone(stage: Stage) -> None:
    assert stage.do("resume", "checkup", "--yes").status == 0


def paused(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "segment:", "status: paused\nsegment:")


def unpaused(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "status: paused\nsegment:", "segment:")


@pytest.mark.parametrize(
    ("stops", "goes_on"),
    [(halted, resumed), (halted_alone, resumed_alone), (paused, unpaused)],
    ids=["a halt", "a halt of its own", "a pause"],
)
def test_a_slot_that_comes_while_its_playbook_stands_still_is_caught_up_with(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    stops: Callable[[Stage], None],
    goes_on: Callable[[Stage], None],
) -> None:
    """It was on record as `overlap` two seconds later, though no run was there, and was lost."""
    stage.do("ledger", "init")
    counts: list[int] = []
    rounds = iter([*[lambda _: None] * 4, goes_on, *[lambda _: None] * 3])

    def sleep(stop: Stop, _: float) -> None:
        counts.append(len(stage.mail.received))
        if (move := next(rounds, None)) is None:
            stop.ask()
        else:
            move(stage)

    stops(stage)
    monkeypatch.setattr(Stop, "sleep", sleep)
    assert stage.do("daemon").status == 0
    assert (counts[:5], stage.mailed) == ([0] * 5, ALL)
    log = stage.do("audit", "show", "--format", "json").data
    fires = [each["kind"] for each in log if each["kind"].startswith("run.")]
    assert fires == ["run.started", "run.ended"]
    assert sum("halted" in each.message for each in caplog.records) <= 1, "told once"


def all_well(_: Stage) -> None:
    """Three mails go out."""


def no_source(stage: Stage) -> None:
    (stage.root / "data/users.csv").unlink()


def empty_source(stage: Stage) -> None:
    users = stage.root / "data/users.csv"
    users.write_text(users.read_text().splitlines()[0] + "\n")


def no_mail_server(stage: Stage) -> None:
    stage.edit("touchline.yaml", f"port: {stage.mail.port}", "port: 1")


def a_fuse(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "segment:", "entry: {fuse: {matched: 2}}\nsegment:")


def drafts(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "{email: hello}", "{email: hello, approve: house.dana}")


def a_paused_channel(stage: Stage) -> None:
    assert stage.do("ledger", "init").status == 0
    _set_back(stage, "INSERT INTO channels (name, paused_at) VALUES ('email', '2020-01-01')")


ENDS = [
    (all_well, 0),
    (no_source, 3),
    (empty_source, 1),
    (no_mail_server, 3),
    (a_fuse, 1),
    (drafts, 1),
    (a_paused_channel, 1),
]


@pytest.mark.parametrize("words", [("run",), ("daemon", "--once")], ids=" ".join)
@pytest.mark.parametrize(("happens", "status"), ENDS)
def test_one_round_ends_as_a_run_does(
    stage: Stage, happens: Callable[[Stage], None], status: int, words: tuple[str, ...]
) -> None:
    """Cron hears of it: 3 where something is out of reach, 1 where something waits or failed."""
    happens(stage)
    assert stage.do(*words).status == status
