"""What people do: tasks, suppressions, halts, pauses, leases; and the log of contacts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.decide.facts import Entered, Left, NewTask, Outcome, Phase
from engine.language.policy import TopicDefault
from engine.ledger import control
from engine.ledger.contacts import LedgerContacts
from engine.ledger.due import due_enrollments
from engine.ledger.journey import open_enrollments
from engine.ledger.leases import end_lease, lease_of, renew_lease, take_lease
from engine.ledger.outbox import settle_failed, settle_sent
from engine.ledger.store import Ledger, Unit
from engine.ledger.suppressions import list_suppressions, suppress, unsuppress
from engine.ledger.tables import enrollments
from engine.ledger.tasks import TaskState, finish_task, list_tasks, reassign_task
from engine.ledger.topics import (
    SUPPRESSED,
    refusals_among,
    refusals_of,
    subscribe,
    unsubscribe,
)
from engine.problems import Refused, Unreachable
from tests.ledger.factories import (
    LEASE,
    MINUTE,
    NOW,
    audited,
    claimed,
    keep,
    kinds,
    make_enrollment,
    make_task,
    outbox,
    permitted,
    reading,
    touching,
    writing,
)
from tests.ledger.test_outbox import sweeping

ANY = TopicDefault.SUBSCRIBED
SAID: dict[str, Any] = {"at": NOW, "actor": "ann"}

# ---------------------------------------------------------------- tasks


@pytest.fixture
def task(ledger: Ledger) -> str:
    """The id of an open task."""
    of = make_enrollment()
    keep(ledger, touching(of, make_task(of)))
    (made,) = reading(ledger, list_tasks)
    assert (made.state, made.key, made.made_at) == (TaskState.OPEN, "7", NOW)
    return made.id


def test_a_task_is_done_once(ledger: Ledger, task: str) -> None:
    done = writing(ledger, lambda unit: finish_task(unit, task, outcome="reached", **SAID))
    assert (done.state, done.outcome, done.done_at, done.done_by) == ("done", "reached", NOW, "ann")
    assert reading(ledger, list_tasks) == []
    assert len(reading(ledger, lambda unit: list_tasks(unit, state=None))) == 1
    for act in (finish_task, lambda unit, task, **said: reassign_task(unit, task, "x", **said)):
        with pytest.raises(Refused, match="is done already"):
            writing(ledger, lambda unit, act=act: act(unit, task, **SAID))
    assert kinds(ledger)[-1] == "task.done"


def test_a_task_goes_to_somebody_else(ledger: Ledger, task: str) -> None:
    given = writing(
        ledger, lambda unit: reassign_task(unit, task, "robin@acme.example", name="Robin", **SAID)
    )
    assert (given.assignee, given.assignee_name) == ("robin@acme.example", "Robin")
    mine = reading(ledger, lambda unit: list_tasks(unit, assignee="robin@acme.example"))
    assert [each.id for each in mine] == [task]
    assert reading(ledger, lambda unit: list_tasks(unit, assignee="casey@acme.example")) == []


OUTCOMES = [
    pytest.param("reached", "", id="one of them"),
    pytest.param("", "--outcome reached\\|no-answer", id="none"),
    pytest.param("reachd", "`reachd` is no outcome of this task; did you mean reached", id="near"),
]


@pytest.mark.parametrize(("outcome", "refused"), OUTCOMES)
def test_a_task_ends_with_one_of_its_outcomes(ledger: Ledger, outcome: str, refused: str) -> None:
    of = make_enrollment()
    work = NewTask("Call", "call", "casey@acme.example", outcomes=("reached", "no-answer"))
    keep(ledger, touching(of, make_task(of, task=work)))
    (made,) = reading(ledger, list_tasks)
    assert made.outcomes == ("reached", "no-answer")
    if not refused:
        done = writing(ledger, lambda unit: finish_task(unit, made.id, outcome=outcome, **SAID))
        assert done.outcome == outcome
        return
    with pytest.raises(Refused, match=refused):
        writing(ledger, lambda unit: finish_task(unit, made.id, outcome=outcome, **SAID))
    assert len(reading(ledger, list_tasks)) == 1


def test_the_inbox_is_in_the_order_in_which_it_presses(ledger: Ledger) -> None:
    wanted = [
        ("2026-03-09", ""), ("2026-03-11", "low"), ("", "high"), ("", "normal"), ("", "low"),
    ]  # fmt: skip
    for key, (due, urgency) in enumerate(reversed(wanted)):
        of = make_enrollment(str(key))
        work = NewTask("Do it", "other", "", due_on=due, urgency=urgency)
        keep(ledger, touching(of, make_task(of, task=work)))
    found = reading(ledger, list_tasks)
    assert [(each.due_on, each.urgency) for each in found] == wanted


def test_a_task_that_is_not_there_is_told(ledger: Ledger, task: str) -> None:
    with pytest.raises(Refused, match=f"did you mean {task}"):
        writing(ledger, lambda unit: finish_task(unit, task[:-1] + "?", **SAID))


# ---------------------------------------------------------------- suppressions


@pytest.mark.parametrize(
    ("topic", "asked", "is_stopped"),
    [
        pytest.param("", "tips", True, id="everything"),
        pytest.param("tips", "tips", True, id="the topic"),
        pytest.param("tips", "renewals", False, id="another topic"),
        pytest.param("tips", "", False, id="a topic, and a mail without"),
        pytest.param("general", "", True, id="a mail without topic is general"),
    ],
)
def test_a_suppression_stops_its_topic(
    ledger: Ledger, topic: str, asked: str, is_stopped: bool
) -> None:
    stopping(ledger, "Ann@Example.com", topic)
    with ledger.read() as unit:
        refused = refusals_among(unit, {"ann@EXAMPLE.com", "bob@example.com"}, asked, default=ANY)
        assert refusals_of(unit, [("", asked, ANY)]) == {}
        mail = (unit.digest("ann@example.com"), asked, ANY)  # as the last look asks
        assert refusals_of(unit, [mail]) == ({mail: SUPPRESSED} if is_stopped else {})
    assert refused == ({"ann@EXAMPLE.com": SUPPRESSED} if is_stopped else {})


def stopping(ledger: Ledger, address: str, topic: str = "") -> bool:
    """Somebody unsubscribes."""
    return writing(ledger, lambda unit: suppress(unit, address, topic=topic, why="asked", **SAID))


def test_a_suppression_is_added_and_lifted_once(ledger: Ledger) -> None:
    assert [stopping(ledger, "a@b.de"), stopping(ledger, "A@B.DE")] == [True, False]
    assert stopping(ledger, "a@b.de", "tips")
    for expected in (True, False):
        lifted = writing(ledger, lambda unit: unsuppress(unit, "a@b.de", why="", **SAID))
        assert lifted is expected
    with ledger.read() as unit:
        assert refusals_among(unit, {"a@b.de"}, "tips", default=ANY) == {"a@b.de": SUPPRESSED}
        assert refusals_among(unit, {"a@b.de"}, "other", default=ANY) == {}
    assert kinds(ledger)[1:] == ["suppressed", "suppressed", "unsuppressed"]


def test_only_addresses_that_the_outbox_names_are_listed_by_name(ledger: Ledger) -> None:
    outbox(ledger)
    stopping(ledger, "person7@example.com")
    stopping(ledger, "stranger@example.com", "tips")
    listed = reading(ledger, list_suppressions)
    assert {(each.address, each.topic, each.why) for each in listed} == {
        ("person7@example.com", "", "asked"),
        ("", "tips", "asked"),
    }
    assert len({each.address_digest for each in listed}) == 2


@pytest.mark.parametrize("act", [suppress, unsuppress, subscribe, unsubscribe])
def test_no_address_that_a_reason_quotes_is_in_the_log(
    ledger: Ledger, act: Callable[..., bool]
) -> None:
    before = {unsuppress: suppress, unsubscribe: subscribe}.get(act)  # type: ignore[call-overload]
    said: dict[str, Any] = {"topic": "tips", "why": "so says ann@example.com", **SAID}
    for each in (before, act) if before else (act,):
        assert writing(ledger, lambda unit, each=each: each(unit, "a@b.de", **said))
    assert "so says" in str(audited(ledger)[-1].body)
    assert "ann@example.com" not in str([each.body for each in audited(ledger)])
    for listed in reading(ledger, list_suppressions):
        assert "ann@example.com" not in listed.why


# ---------------------------------------------------------------- halts


def test_a_halt_is_a_row_and_a_file(ledger: Ledger) -> None:
    control.halt(ledger, [], why="wrong template", **SAID)
    assert ledger.halt_file.read_text() == "wrong template\n"
    (found,) = reading(ledger, control.halts_in_force)
    assert (found.scope, found.why, found.actor) == (control.EVERYTHING, "wrong template", "ann")
    control.halt(ledger, [], why="again", **SAID)
    assert kinds(ledger)[1:] == ["halted"]
    assert control.resume(ledger, [], **SAID) == [control.EVERYTHING]
    assert not ledger.halt_file.exists()
    assert reading(ledger, control.halts_in_force) == []
    assert control.resume(ledger, [], **SAID) == []


@pytest.mark.parametrize("remains", ["row", "file"])
def test_either_of_them_halts(ledger: Ledger, remains: str) -> None:
    control.halt(ledger, [], why="", **SAID)
    if remains == "row":
        ledger.halt_file.unlink()
    else:
        with ledger.write() as unit:
            unit.connection.exec_driver_sql("DELETE FROM halts")
    assert reading(ledger, lambda unit: control.is_halted(unit, "checkup"))
    assert len(reading(ledger, control.halts_in_force)) == 1
    assert control.resume(ledger, [], **SAID) == [control.EVERYTHING]
    assert not reading(ledger, lambda unit: control.is_halted(unit, "checkup"))


def test_playbooks_halt_and_go_on_by_name(ledger: Ledger) -> None:
    control.halt(ledger, ["a", "b"], why="", **SAID)
    assert not ledger.halt_file.exists()
    control.halt(ledger, [], why="", **SAID)
    assert control.resume(ledger, [], **SAID) == [control.EVERYTHING]
    assert control.resume(ledger, ["b", "c"], **SAID) == ["b"]
    with ledger.read() as unit:
        assert [control.is_halted(unit, name) for name in "abc"] == [True, False, False]


def test_a_halt_stands_by_its_file_where_the_ledger_is_gone(ledger: Ledger) -> None:
    def gone(*_: object) -> None:
        raise Unreachable("the server is gone")

    broken = replace_write(ledger, gone)
    with pytest.raises(Unreachable):
        control.halt(broken, [], why="now", **SAID)
    assert ledger.halt_file_stands()


def replace_write(ledger: Ledger, act: Callable[..., Any]) -> Any:
    """The ledger, but it cannot be written."""

    class Broken(Ledger):
        write = act  # type: ignore[assignment]

    return Broken(ledger.engine, ledger.identity, shown="gone", halt_file=ledger.halt_file)


# ---------------------------------------------------------------- pauses


@pytest.mark.parametrize(
    ("since", "shifted"),
    [
        pytest.param(-MINUTE, timedelta(hours=1), id="began before"),
        pytest.param(timedelta(minutes=20), timedelta(minutes=40), id="began meanwhile"),
    ],
)
def test_what_stands_still_goes_on_later_by_as_much(
    ledger: Ledger, since: timedelta, shifted: timedelta
) -> None:
    until = NOW + timedelta(hours=2)
    waiting = make_enrollment("1", phase=Phase.WAITING, since=NOW + since, waits_until=until)
    of = make_enrollment("2")
    keep(ledger, touching(waiting)[:1], at=NOW + since)
    outbox(ledger, "2", expires_at=until)
    assert writing(ledger, lambda unit: control.pause_started(unit, "checkup", **SAID))
    assert not writing(ledger, lambda unit: control.pause_started(unit, "checkup", **SAID))
    over = {"at": NOW + timedelta(hours=1), "actor": "ann"}
    length = writing(ledger, lambda unit: control.pause_ended(unit, "checkup", **over))
    assert length == timedelta(hours=1)
    assert writing(ledger, lambda unit: control.pause_ended(unit, "checkup", **over)) is None
    first, second = reading(ledger, lambda unit: open_enrollments(unit, "checkup", limit=9))
    assert (first.waits_until, second.waits_until) == (until + shifted, None)
    (touch,) = claimed(ledger)
    assert (touch.expires_at, touch.enrollment) == (until + timedelta(hours=1), of.id)
    assert kinds(ledger)[-3:] == ["pause.started", "pause.ended", "touch.claimed"]


@pytest.mark.parametrize(
    ("phase", "fixed", "until", "shifted"),
    [
        pytest.param(Phase.WATCHING, False, 120, 60, id="the limit of wait_for"),
        pytest.param(Phase.HOLDING, False, 120, 60, id="the limit of hold_while"),
        pytest.param(Phase.RESTING, False, 120, 60, id="a holdout's window"),
        pytest.param(Phase.WAITING, True, 120, 0, id="a moment of the calendar goes on"),
        pytest.param(Phase.WAITING, True, 30, 30, id="who came to a moment goes on after it"),
        pytest.param(Phase.WAITING, False, -1, 61, id="and so does whose wait was over before"),
        pytest.param(Phase.WAITING, False, 30, 60, id="but a wait for a time stands still"),
        pytest.param(Phase.WATCHING, False, -1, 0, id="a limit that was over is over"),
    ],
)
def test_what_a_pause_moves(
    ledger: Ledger, phase: Phase, fixed: bool, until: int, shifted: int
) -> None:
    ends = NOW + until * MINUTE
    one = make_enrollment(
        "1", phase=phase, fixed=fixed, since=NOW - 9 * MINUTE, waits_until=ends, goal_until=ends
    )
    keep(ledger, touching(one)[:1], at=NOW - MINUTE)
    writing(ledger, lambda unit: control.pause_started(unit, "checkup", **SAID))
    over = {"at": NOW + timedelta(hours=1), "actor": "ann"}
    writing(ledger, lambda unit: control.pause_ended(unit, "checkup", **over))
    (found,) = reading(ledger, lambda unit: open_enrollments(unit, "checkup", limit=9))
    assert found.waits_until == ends + shifted * MINUTE
    assert found.goal_until == ends + (60 if until > 0 else 0) * MINUTE


@pytest.mark.parametrize(
    ("leaves", "until", "shifted"),
    [
        pytest.param(-1, 120, 60, id="left before it"),
        pytest.param(30, 120, 60, id="left in it"),
        pytest.param(-1, -1, 0, id="whose window was over"),
    ],
)
def test_a_pause_moves_the_goals_window_of_those_who_have_left(
    ledger: Ledger, leaves: int, until: int, shifted: int
) -> None:
    """Those held out are inside until theirs ends: both are looked at equally long."""
    ends = NOW + until * MINUTE
    one = make_enrollment("1", entered_at=NOW - 9 * MINUTE, goal_until=ends)
    keep(ledger, [Entered(one)], at=NOW - 9 * MINUTE)
    leaving = [Left(one, Outcome.COMPLETED)]
    if leaves < 0:
        keep(ledger, leaving, at=NOW + leaves * MINUTE)
    writing(ledger, lambda unit: control.pause_started(unit, "checkup", **SAID))
    if leaves > 0:
        keep(ledger, leaving, at=NOW + leaves * MINUTE)
    over = {"at": NOW + timedelta(hours=1), "actor": "ann"}
    writing(ledger, lambda unit: control.pause_ended(unit, "checkup", **over))
    found = reading(ledger, lambda unit: unit.connection.scalar(select(enrollments.c.goal_until)))
    assert found == ends + shifted * MINUTE


def test_a_pause_shifts_nothing_of_others(ledger: Ledger) -> None:
    other = make_enrollment("1", playbook="other", phase=Phase.WAITING, waits_until=NOW)
    keep(ledger, touching(other)[:1])
    writing(ledger, lambda unit: control.pause_started(unit, "checkup", **SAID))
    over = {"at": NOW + timedelta(days=9), "actor": "ann"}
    writing(ledger, lambda unit: control.pause_ended(unit, "checkup", **over))
    found = reading(ledger, lambda unit: due_enrollments(unit, "other", NOW, limit=9))
    assert [each.enrollment.waits_until for each in found] == [NOW]


# ---------------------------------------------------------------- channels


def test_a_channel_is_shut_and_opened(ledger: Ledger) -> None:
    def act(unit: Unit) -> list[Any]:
        return [
            control.pause_channel(unit, "mail", why="535 for ann@example.com", **SAID),
            control.pause_channel(unit, "mail", why="again", **SAID),
            control.count_failure(unit, "mail"),
            control.count_failure(unit, "mail"),
            control.count_failure(unit, "hook"),
        ]

    assert writing(ledger, act) == [True, False, 1, 2, 1]
    mail = reading(ledger, control.channel_states)["mail"]
    assert (mail.failures, mail.paused_at) == (2, NOW)
    assert "ann@example.com" not in mail.paused_why
    assert writing(ledger, lambda unit: control.close_breaker(unit, "hook", **SAID))
    assert not writing(ledger, lambda unit: control.close_breaker(unit, "hook", **SAID))
    assert writing(ledger, lambda unit: control.resume_channel(unit, "mail", **SAID))
    assert not writing(ledger, lambda unit: control.resume_channel(unit, "mail", **SAID))
    assert reading(ledger, control.channel_states)["mail"].failures == 0


def test_a_breaker_lets_through_when_its_time_is_over(ledger: Ledger) -> None:
    outbox(ledger)
    until = NOW + MINUTE
    writing(
        ledger,
        lambda unit: control.open_breaker(unit, "mail", until=until, why="5.7.1", **SAID),
    )
    assert claimed(ledger) == []
    assert len(claimed(ledger, now=until)) == 1


# ---------------------------------------------------------------- leases


def test_a_lease_is_in_one_hand(ledger: Ledger) -> None:
    def take(holder: str, now: Any = NOW) -> Any:
        return writing(ledger, lambda unit: take_lease(unit, "daemon", holder, now=now, ttl=LEASE))

    first = take("a")
    assert (first.epoch, first.until) == (1, NOW + LEASE)
    assert take("b") is None
    assert take("b", NOW + LEASE - timedelta(microseconds=1)) is None
    renewed = writing(ledger, lambda unit: renew_lease(unit, first, now=NOW + MINUTE, ttl=LEASE))
    assert renewed is not None
    assert renewed.until == NOW + MINUTE + LEASE
    assert take("b", NOW + LEASE) is None
    second = take("b", renewed.until)
    assert (second.holder, second.epoch) == ("b", 2)
    assert writing(ledger, lambda unit: renew_lease(unit, first, now=NOW, ttl=LEASE)) is None
    assert not writing(ledger, lambda unit: end_lease(unit, first, now=NOW))
    assert writing(ledger, lambda unit: end_lease(unit, second, now=second.until))
    assert take("a", second.until).epoch == 3
    assert reading(ledger, lambda unit: lease_of(unit, "other")) is None


# ---------------------------------------------------------------- contacts


@pytest.fixture
def contacted(ledger: Ledger) -> Ledger:
    """A ledger that sent to 1, knows not of 2, was refused by 3, has 4 ready, and tasks."""
    outbox(ledger, "1", recipient="Ann@Example.COM")
    outbox(ledger, "2")
    outbox(ledger, "3")
    given: dict[str, Any] = {"epoch": 1, "now": NOW + 20 * MINUTE, "detail": "", "actor": "w"}
    for touch in claimed(ledger):
        permitted(ledger, touch, NOW + int(touch.key) * MINUTE)
        with ledger.write() as unit:
            if touch.key == "1":
                settle_sent(unit, touch.id, **given)
            if touch.key == "3":
                settle_failed(unit, touch.id, reason="refused", **given)
    sweeping(ledger, now=NOW + 30 * MINUTE)
    outbox(ledger, "4")
    for key, kind in (("5", "call"), ("6", "other"), ("8", "meeting")):
        of = make_enrollment(key, playbook="calls")
        made = make_task(of)
        work = NewTask("Do it", kind, "casey@acme.example")
        keep(ledger, touching(of, replace(made, task=work)))
    with ledger.write() as unit:
        for open_task in list_tasks(unit):
            if open_task.key != "8":
                finish_task(unit, open_task.id, at=NOW + 5 * MINUTE, actor="casey")
    return ledger


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        pytest.param({}, "125", id="sent, unknown, and tasks done"),
        pytest.param({"since": NOW + 2 * MINUTE}, "25", id="since, included"),
        pytest.param({"until": NOW + 2 * MINUTE}, "12", id="until, included"),
        pytest.param({"until": NOW}, "", id="before all"),
        pytest.param({"channel": "mail"}, "12", id="by mail"),
        pytest.param({"channel": "task"}, "5", id="by task"),
        pytest.param({"channel": "hook"}, "", id="by a channel that reached nobody"),
        pytest.param({"playbook": "calls"}, "5", id="by a playbook"),
        pytest.param({"playbook": "calls", "channel": "mail"}, "", id="by both"),
    ],
)
def test_who_was_contacted(contacted: Ledger, said: dict[str, Any], keys: str) -> None:
    given = {"since": None, "until": NOW + timedelta(days=1), "channel": None, "playbook": None}
    found = list(LedgerContacts(contacted).contacts(**{**given, **said}))
    assert sorted(each.key for each in found) == list(keys)


def test_a_contact_tells_whom_when_and_how(contacted: Ledger) -> None:
    found = LedgerContacts(contacted).contacts(None, NOW + timedelta(days=1), None, None)
    rows = {each.key: each for each in found}
    assert (rows["1"].address, rows["1"].at) == ("ann@example.com", NOW + MINUTE)
    assert (rows["1"].channel, rows["1"].entity) == ("mail", "user")
    assert rows["1"].enrollment == make_enrollment("1").id
    assert (rows["5"].address, rows["5"].channel) == ("", "task")
    assert rows["5"].at == NOW + 5 * MINUTE
    assert rows["5"].at.utcoffset() == timedelta(0)
    assert len(audited(contacted)) > len(rows)
