"""Recording decisions: all or nothing, each once, and read back as facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.decide.facts import (
    Advanced,
    Decision,
    Enrollment,
    Entered,
    Left,
    Outcome,
    Past,
    Phase,
    StepSkipped,
    TouchKind,
    TouchMade,
    TouchState,
    enrollment_ids,
)
from engine.ledger.check import check_ledger
from engine.ledger.copies import copies_made
from engine.ledger.counts import Insiders, counts_by_step, insiders
from engine.ledger.database import Overtaken
from engine.ledger.due import DueEnrollment, due_enrollments
from engine.ledger.journey import open_enrollments
from engine.ledger.outbox import settle_sent
from engine.ledger.outcomes import states_by_channel
from engine.ledger.past import past_entries, past_entries_of_groups
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import enrollments, tasks, touches
from engine.ledger.tasks import list_tasks
from engine.ledger.touches import list_touches
from engine.problems import Unreachable
from tests.ledger.factories import (
    MINUTE,
    NOW,
    audited,
    claimed,
    keep,
    kinds,
    make_enrollment,
    make_task,
    make_touch,
    outbox,
    permitted,
    reading,
    touching,
    writing,
)
from tests.support.statements import telling


def inside(ledger: Ledger, playbook: str = "checkup") -> list[Enrollment]:
    """Everyone inside."""
    return reading(ledger, lambda unit: open_enrollments(unit, playbook, limit=100))


def due(ledger: Ledger, at: Any = NOW, limit: int | None = None) -> list[DueEnrollment]:
    """Who is due."""
    return reading(ledger, lambda unit: due_enrollments(unit, "checkup", at, limit=limit))


# ---------------------------------------------------------------- writing


def test_what_was_decided_is_read_back(ledger: Ledger) -> None:
    of = make_enrollment("Zoë/7", waits_until=NOW + MINUTE, phase=Phase.WAITING, number=3)
    keep(ledger, [Entered(of)])
    assert inside(ledger) == [of]
    assert check_ledger(ledger) == []


def test_an_enrollment_moves_as_far_as_one_pass_takes_it(ledger: Ledger) -> None:
    of = make_enrollment()
    second = replace(of, step="wait-1")
    waits = replace(second, phase=Phase.WAITING, waits_until=NOW + MINUTE)
    skipped = StepSkipped(of, "email-1", "only_if")
    keep(ledger, [Entered(of), skipped, Advanced(of, second), Advanced(second, waits)])
    assert inside(ledger) == [waits]
    assert kinds(ledger)[1:] == ["entered", "step.skipped", "step.reached", "step.waits"]
    third = replace(waits, step="email-2", phase=Phase.READY, waits_until=None, version="v2")
    keep(ledger, [Advanced(waits, third)])
    assert inside(ledger) == [third]
    assert '"version":"v2"' in audited(ledger)[-1].body


def test_touch_and_step_are_written_together_or_not_at_all(ledger: Ledger) -> None:
    of = make_enrollment()
    decisions = touching(of, make_touch(of), make_task(of, step="task-1"))
    for place in range(8):
        with pytest.raises(Unreachable), dying_after(place):
            keep(ledger, decisions)
        assert rows(ledger) == (0, 0, 0)
        assert kinds(ledger) == ["ledger.created"]
    keep(ledger, decisions)
    assert rows(ledger) == (1, 2, 1)


@contextmanager
def dying_after(statements: int) -> Iterator[None]:
    """The process dies after so many statements of a transaction."""
    left = iter(range(statements))

    def count(_: str) -> None:
        if next(left, None) is None:
            raise Unreachable("the process died")

    with telling(count):
        yield


def rows(ledger: Ledger) -> tuple[int, ...]:
    """How many rows there are of enrollments, touches and tasks."""
    count = [select(func.count()).select_from(table) for table in (enrollments, touches, tasks)]
    return reading(ledger, lambda unit: tuple(unit.connection.scalar(each) or 0 for each in count))


def test_the_same_touch_is_made_once(ledger: Ledger) -> None:
    of = make_enrollment()
    touch = make_touch(of)
    keep(ledger, touching(of, touch))
    changed = replace(touch, payload=b"other", recipient="other@example.com")
    fresh = make_touch(of, 1)
    keep(ledger, [TouchMade(changed), TouchMade(fresh), TouchMade(fresh)])
    found = {each.id: each.recipient for each in reading(ledger, list_touches)}
    assert found == {touch.id: touch.recipient, fresh.id: fresh.recipient}
    assert kinds(ledger)[-3:-1] == ["touch.repeated", "touch.made"]


@pytest.mark.parametrize(
    ("said", "state", "kind"),
    [
        pytest.param({}, "ready", "touch.made", id="ready"),
        pytest.param({"state": TouchState.DRAFT}, "draft", "touch.made", id="a draft"),
        pytest.param(
            {"state": TouchState.FAILED, "reason": "missing_value"},
            "failed",
            "touch.refused",
            id="failed in the making",
        ),
        pytest.param(
            {"state": TouchState.SKIPPED, "reason": "no_recipient"},
            "skipped",
            "touch.skipped",
            id="skipped in the making",
        ),
    ],
)
def test_a_touch_is_made_in_its_state(
    ledger: Ledger, said: dict[str, Any], state: str, kind: str
) -> None:
    outbox(ledger, **said)
    (row,) = reading(ledger, list_touches)
    assert (row.state, row.reason) == (state, said.get("reason", ""))
    assert (row.ended_at == NOW) is row.state.has_ended
    assert kinds(ledger)[2] == kind
    assert check_ledger(ledger) == []


def test_a_task_for_the_inbox_is_sent_by_being_written(ledger: Ledger) -> None:
    of = make_enrollment()
    keep(ledger, touching(of, make_task(of)))
    (task,) = reading(ledger, list_tasks)
    (touch,) = reading(ledger, list_touches)
    assert (task.id, task.title, task.assignee) == (touch.id, "Call them", "casey@acme.example")
    assert (touch.state, touch.kind) == (TouchState.SENT, TouchKind.TASK)
    assert [each.states for each in due(ledger)] == [(TouchState.SENT,)]
    assert claimed(ledger) == []


def test_a_task_that_was_not_made_is_in_no_inbox(ledger: Ledger) -> None:
    of = make_enrollment()
    keep(ledger, touching(of, make_task(of, state=TouchState.FAILED, reason="missing_value")))
    assert reading(ledger, list_tasks) == []
    assert check_ledger(ledger) == []


# ---------------------------------------------------------------- leaving


def test_who_leaves_takes_back_what_has_not_gone_out(ledger: Ledger) -> None:
    of = make_enrollment()
    states = [TouchState.DRAFT, TouchState.READY, TouchState.READY, TouchState.READY]
    made = [make_touch(of, place, state=state) for place, state in enumerate(states)]
    keep(ledger, touching(of, *made))
    doubtful, sent = claimed(ledger, limit=2)
    permitted(ledger, doubtful)
    permitted(ledger, sent)
    given: dict[str, Any] = {"epoch": 1, "now": NOW, "detail": "", "actor": "w"}
    writing(ledger, lambda unit: settle_sent(unit, sent.id, **given))
    (held,) = claimed(ledger)
    keep(ledger, [Left(inside(ledger)[0], Outcome.EXITED, "exit_when")])
    found = {each.id: each.state for each in reading(ledger, list_touches)}
    assert found[doubtful.id] == TouchState.IN_DOUBT
    assert found[sent.id] == TouchState.SENT
    assert (found[held.id], found[made[0].id]) == (TouchState.DROPPED, TouchState.DROPPED)
    assert permitted(ledger, held) == "overtaken"
    assert kinds(ledger)[-3:] == ["left", "touch.dropped", "touch.dropped"]
    assert inside(ledger) == []
    assert check_ledger(ledger) == []


def test_one_can_enter_and_leave_in_one_pass(ledger: Ledger) -> None:
    of = make_enrollment()
    after = replace(of, step="exit-1")
    keep(ledger, [Entered(of), Advanced(of, after), Left(after, Outcome.EXITED, "exit-1")])
    assert inside(ledger) == []
    past = reading(ledger, lambda unit: past_entries(unit, "checkup", ["7"], valued=[]))
    assert past == {"7": Past(1, last_left_at=NOW, has_open=False)}


# ---------------------------------------------------------------- overtaken

STALE = make_enrollment(step="email-0")


@pytest.mark.parametrize(
    "decision",
    [
        pytest.param(Entered(make_enrollment()), id="enters again"),
        pytest.param(Entered(make_enrollment(number=2)), id="a second open enrollment"),
        pytest.param(Advanced(STALE, replace(STALE, step="wait-1")), id="moved on from elsewhere"),
        pytest.param(Left(STALE, Outcome.COMPLETED), id="leaves from elsewhere"),
        pytest.param(
            Advanced(make_enrollment(phase=Phase.WAITING), make_enrollment()), id="another phase"
        ),
        pytest.param(Left(make_enrollment("8"), Outcome.REMOVED), id="nobody"),
    ],
)
def test_a_decision_on_what_is_no_longer_so_keeps_nothing(
    ledger: Ledger, decision: Decision
) -> None:
    keep(ledger, [Entered(make_enrollment())])
    other = make_enrollment("9")
    with pytest.raises(Overtaken):
        keep(ledger, [Entered(other), decision])
    assert [each.key for each in inside(ledger)] == ["7"]
    assert kinds(ledger) == ["ledger.created", "entered"]


def test_who_left_is_not_moved(ledger: Ledger) -> None:
    of = make_enrollment()
    keep(ledger, [Entered(of)])
    keep(ledger, [Left(of, Outcome.EXITED)])
    for decision in (Left(of, Outcome.COMPLETED), Advanced(of, replace(of, step="x"))):
        with pytest.raises(Overtaken):
            keep(ledger, [decision])


# ---------------------------------------------------------------- reading


def test_some_of_those_inside_are_the_first_by_key(ledger: Ledger) -> None:
    keys = ["10", "9", "Z", "a", "É", "é", "~", " ", "\U0001f600", "\uffff"]
    keep(ledger, [Entered(make_enrollment(key)) for key in keys])
    keep(ledger, [Entered(make_enrollment("other", playbook="other"))])
    found = reading(ledger, lambda unit: open_enrollments(unit, "checkup", limit=9))
    assert [each.key for each in found] == sorted(keys)[:9]


@pytest.mark.parametrize(
    ("phase", "until", "now", "is_due"),
    [
        pytest.param(Phase.READY, None, NOW, True, id="not begun"),
        pytest.param(Phase.WAITING, NOW + MINUTE, NOW, False, id="waiting"),
        pytest.param(Phase.WAITING, NOW + MINUTE, NOW + MINUTE, True, id="the wait is over"),
        pytest.param(Phase.TOUCHING, None, NOW, True, id="no touches at all"),
    ],
)
def test_who_is_due(ledger: Ledger, phase: Phase, until: Any, now: Any, is_due: bool) -> None:
    keep(ledger, [Entered(make_enrollment(phase=phase, waits_until=until))])
    assert len(due(ledger, now)) == is_due


def test_a_step_is_over_when_all_its_touches_have_ended(ledger: Ledger) -> None:
    of = make_enrollment()
    failed = make_touch(of, 2, state=TouchState.FAILED, reason="missing_value")
    keep(ledger, touching(of, make_touch(of), make_touch(of, 1), failed))
    first, second = claimed(ledger)
    for touch, at in ((first, NOW + MINUTE), (second, NOW + 2 * MINUTE)):
        assert due(ledger) == []
        permitted(ledger, touch)
        assert due(ledger) == []
        given: dict[str, Any] = {"epoch": 1, "now": at, "detail": "", "actor": "w"}
        writing(ledger, lambda unit, touch=touch, given=given: settle_sent(unit, touch.id, **given))
    (found,) = due(ledger)
    assert found.states == (TouchState.FAILED, TouchState.SENT, TouchState.SENT)
    assert found.ended_at == NOW + 2 * MINUTE


def test_touches_of_other_steps_hold_nobody(ledger: Ledger) -> None:
    of = make_enrollment()
    keep(ledger, touching(of, make_touch(of, step="email-0"), make_task(of)))
    (found,) = due(ledger)
    assert found.states == (TouchState.SENT,)


def test_who_is_due_comes_in_pages_in_the_order_in_which_they_entered(ledger: Ledger) -> None:
    waits = {"phase": Phase.WAITING, "waits_until": NOW}
    ids = enrollment_ids("checkup", list("fedcba"), [1] * 6, at=NOW)
    of = dict(zip("fedcba", ids, strict=True))
    keep(ledger, [Entered(make_enrollment(key, id=of[key])) for key in "ab"])
    keep(ledger, [Entered(make_enrollment(key, id=of[key], **waits)) for key in "cd"])
    keep(
        ledger,
        [Entered(make_enrollment(key, id=of[key], phase=Phase.TOUCHING)) for key in "ef"],
    )
    assert [each.enrollment.key for each in due(ledger, limit=3)] == ["b", "a", "d"]
    assert [each.enrollment.key for each in due(ledger)] == list("badcfe")


def test_past_entries_of_many_keys(ledger: Ledger) -> None:
    first = make_enrollment("1")
    keep(ledger, [Entered(first)])
    keep(ledger, [Left(first, Outcome.EXITED)], at=NOW + MINUTE)
    keep(ledger, [Entered(make_enrollment("1", number=2)), Entered(make_enrollment("2"))])
    keep(ledger, [Entered(make_enrollment("3", playbook="other"))])
    keys = [str(number) for number in range(50_000)]
    assert reading(ledger, lambda unit: past_entries(unit, "checkup", keys, valued=keys)) == {
        "1": Past(2, last_left_at=NOW + MINUTE, has_open=True),
        "2": Past(1, last_left_at=None, has_open=True),
    }


def test_values_are_remembered_of_whom_they_are_asked_of(ledger: Ledger) -> None:
    of = [make_enrollment(key, per=f"plan {key}", each="acme") for key in "ab"]
    keep(ledger, [Entered(each) for each in of])

    def asked(unit: Unit) -> tuple[dict[str, Past], dict[str, Past]]:
        own = past_entries(unit, "checkup", ["a", "b"], valued=["b"])
        return own, past_entries_of_groups(unit, "checkup", ["acme"], valued=["acme"])

    own, groups = reading(ledger, asked)
    assert {key: past.values for key, past in own.items()} == {
        "a": frozenset(),
        "b": frozenset({"plan b"}),
    }
    assert groups["acme"].values == {"plan a", "plan b"}


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(counts_by_step, {"email-1": 2, "wait-1": 1}, id="by step"),
        pytest.param(
            insiders,
            [
                Insiders("v1", "user", "email-1", 1),
                Insiders("v2", "user", "email-1", 1),
                Insiders("v2", "user", "wait-1", 1),
            ],
            id="by version and step",
        ),
    ],
)
def test_how_many_are_inside(
    ledger: Ledger, count: Callable[..., object], expected: object
) -> None:
    keep(ledger, [Entered(make_enrollment("1")), Entered(make_enrollment("2", version="v2"))])
    keep(ledger, [Entered(make_enrollment("3", version="v2", step="wait-1"))])
    gone = make_enrollment("4")
    keep(ledger, [Entered(gone), Left(gone, Outcome.EXITED)])
    assert reading(ledger, lambda unit: count(unit, "checkup")) == expected


def test_touches_of_a_run_are_counted_by_channel(ledger: Ledger) -> None:
    outbox(ledger, "1", "2")
    of = make_enrollment("3")
    keep(ledger, touching(of, make_task(of)))
    counted = reading(ledger, lambda unit: states_by_channel(unit, "r1"))
    assert counted == {"mail": {"ready": 2}, "task": {"sent": 1}}
    assert reading(ledger, lambda unit: states_by_channel(unit, "r2")) == {}


@pytest.mark.parametrize(
    ("narrowed", "seen"),
    [
        pytest.param({}, "123", id="all"),
        pytest.param({"key": "2"}, "2", id="one key"),
        pytest.param({"states": [TouchState.SENT]}, "", id="one state"),
    ],
)
def test_touches_are_listed_in_parts(ledger: Ledger, narrowed: dict[str, Any], seen: str) -> None:
    outbox(ledger, "1", "2", "3")
    found = reading(ledger, lambda unit: list_touches(unit, **narrowed))
    assert sorted(each.key for each in found) == list(seen)


@pytest.mark.parametrize(
    ("state", "is_there"),
    [
        pytest.param(TouchState.READY, True, id="on its way"),
        pytest.param(TouchState.FAILED, False, id="never went out"),
    ],
)
def test_a_copy_is_found_by_its_digest(ledger: Ledger, state: TouchState, is_there: bool) -> None:
    (touch,) = outbox(ledger, "1", copy="A@example.com", state=state)
    found = reading(
        ledger, lambda unit: copies_made(unit, "checkup", ("email-1",), ["a@example.com", "b@c.de"])
    )
    assert {copy: holder.touch for copy, holder in found.items()} == (
        {"a@example.com": touch} if is_there else {}
    )


def test_many_decisions_take_as_many_statements_as_few(ledger: Ledger) -> None:
    counted = []
    for size in (10, 500):
        statements: list[str] = []
        made = [make_enrollment(f"{size}-{number}") for number in range(size)]
        with telling(statements.append):
            keep(ledger, [each for of in made for each in touching(of, make_touch(of))])
        counted.append(len(statements))
    assert counted[0] == counted[1]
