"""Who inside a playbook has something to do: a step begins, a wait is over, touches have ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from engine.decide.facts import Enrollment, Phase, TouchState
from engine.ledger.items import ends_of_items, waits_for_digest
from engine.ledger.journey import FACTS, IN_TURN, OPEN, enrollment_of
from engine.ledger.prepared import Given, Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments, touches

__all__ = ["DueEnrollment", "due_enrollments", "due_playbooks", "ended_already"]


@dataclass(frozen=True, slots=True)
class DueEnrollment:
    """An enrollment that something has to be decided on.

    For one in phase `touching`, `states` are the ends of its step's touches, but of copies for
    people in `cc`, and `ended_at` the last of all; a wait after the step counts from there.
    """

    enrollment: Enrollment
    states: tuple[TouchState, ...] = ()
    ended_at: datetime | None = None


def due_enrollments(
    unit: Unit,
    playbook: str,
    as_of: datetime,
    *,
    limit: int | None,
    passing_over: Collection[str] = (),
) -> list[DueEnrollment]:
    """Those whose step has not begun, whose wait is over, or whose touches have all ended.

    `passing_over` are versions that cannot go on for now.
    """
    found: list[DueEnrollment] = []
    given = {"mine": playbook, "now": as_of, "given": list(passing_over)}
    for due in _DUE:
        room = _ALL if limit is None else limit - len(found)
        rows = due.ordered(unit.connection, {**given, "most": room})
        found.extend(_with_ends(unit, [enrollment_of(row) for row in rows]))
    return found


def ended_already(unit: Unit, inside: Sequence[Enrollment]) -> dict[str, tuple[TouchState, ...]]:
    """By enrollment the ends of those touches of its step that have ended; others may go on."""
    return {
        each.enrollment.id: tuple(state for state in each.states if state.has_ended)
        for each in _with_ends(unit, inside)
    }


def _due(which: Callable[[], Sequence[ColumnElement[bool]]]) -> Prepared:
    def statement(given: Given) -> Select[Any]:
        held = enrollments.c.version.in_(select(given("version").c.version))
        wanted = (enrollments.c.playbook == bindparam("mine"), OPEN, ~held, *which())
        return select(*FACTS).where(*wanted).order_by(*IN_TURN).limit(bindparam("most"))

    return Prepared(statement)


def due_playbooks(unit: Unit, as_of: datetime) -> frozenset[str]:
    """The playbooks in which `due_enrollments` finds somebody."""
    some = or_(*(and_(*due) for due in (_begun(), _waited(), _touched())))
    asked = select(enrollments.c.playbook).where(OPEN, some).distinct()
    return frozenset(unit.connection.scalars(asked, {"now": as_of}))


def _begun() -> list[ColumnElement[bool]]:
    return [enrollments.c.phase == Phase.READY]


def _waited() -> list[ColumnElement[bool]]:
    is_over = enrollments.c.waits_until <= bindparam("now")
    return [enrollments.c.phase == Phase.WAITING, is_over]


def _touched() -> list[ColumnElement[bool]]:
    pending = select(touches.c.id).where(
        touches.c.enrollment == enrollments.c.id,
        touches.c.step == enrollments.c.step,
        touches.c.ended_at.is_(None),
    )
    return [enrollments.c.phase == Phase.TOUCHING, ~pending.exists(), ~waits_for_digest()]


_DUE = tuple(map(_due, (_begun, _waited, _touched)))
_ALL = 2**31 - 1

_ENDS = Prepared(
    lambda given: select(
        *(touches.c[name] for name in ("enrollment", "step", "state", "ended_at", "copy_of"))
    ).where(touches.c.enrollment.in_(select(given("enrollment").c.enrollment)))
)


def _with_ends(unit: Unit, found: Sequence[Enrollment]) -> list[DueEnrollment]:
    touching = {each.id: each.step for each in found if each.phase is Phase.TOUCHING}
    if not touching:
        return [_ended(each, ()) for each in found]
    ends: dict[str, list[tuple[TouchState | None, datetime | None]]] = {of: [] for of in touching}
    for row in _ENDS.rows(unit.connection, {"given": list(touching)}):
        if touching[row.enrollment] == row.step:
            state = None if row.copy_of else TouchState(row.state)
            ends[row.enrollment].append((state, row.ended_at))
    for of, step, state, at in ends_of_items(unit, touching):
        if touching[of] == step:
            ends[of].append((state, at))
    return [_ended(each, ends.get(each.id, ())) for each in found]


def _ended(
    enrollment: Enrollment, ends: Iterable[tuple[TouchState | None, datetime | None]]
) -> DueEnrollment:
    states = tuple(sorted(state for state, _ in ends if state is not None))
    last = max((at for _, at in ends if at is not None), default=None)
    return DueEnrollment(enrollment, states, last)
