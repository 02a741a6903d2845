"""Writing decisions: enrollments, touches and tasks, with their audit records, in one transaction.

Delivery page, "Touches", points 1 and 2: a touch is written, with its rendered bytes, together
with the step that asks for it, and under its idempotency key only once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import Row, Select, bindparam, select, update

from engine.decide.became import passed_by
from engine.decide.facts import (
    Advanced,
    Climbed,
    Decision,
    Enrollment,
    Entered,
    Invited,
    Left,
    Moved,
    NewTouch,
    Phase,
    Reached,
    StepSkipped,
    TouchMade,
)
from engine.ledger.audit import Kind
from engine.ledger.database import Overtaken
from engine.ledger.items import (
    refuse_second_digests,
    regather_without,
)
from engine.ledger.moves import rename_steps
from engine.ledger.prepared import Prepared
from engine.ledger.statements import insert_new_rows, insert_rows
from engine.ledger.stays import DONE, SKIPPED
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments, invitations, passed
from engine.ledger.told import advanced_record, entered_body, moved_record
from engine.ledger.touches import (
    existing_keys,
    touch_record,
    withdraw_touches,
    write_touches,
)

__all__ = [
    "FACTS",
    "IN_TURN",
    "OPEN",
    "enrollment_of",
    "entered_row",
    "inside",
    "open_enrollment",
    "open_enrollments",
    "record",
]


@dataclass(slots=True)
class _Batch:
    """Decisions sorted by what is written; of several about one enrollment the last one stands."""

    entered: dict[str, Enrollment] = field(default_factory=dict)
    before: dict[str, Enrollment] = field(default_factory=dict)
    after: dict[str, Enrollment] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    touches: dict[str, NewTouch] = field(default_factory=dict)
    invited: list[Invited] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    def add(self, decision: Decision) -> None:
        match decision:
            case Entered(enrollment):
                self.entered[enrollment.id] = enrollment
            case Advanced(before, after) | Reached(before, after) | Climbed(before, after):
                self._move(before, after)
            case Moved(before, after):
                self._move(before, after)
                self.moved.append(decision)
            case Left(enrollment):
                self._move(enrollment, enrollment)
                self.left[enrollment.id] = decision
            case TouchMade(touch):
                self.touches.setdefault(touch.id, touch)
            case Invited():
                self.invited.append(decision)
            case StepSkipped():
                pass
            case _:
                assert_never(decision)

    def _move(self, before: Enrollment, after: Enrollment) -> None:
        if before.id in self.entered:
            self.entered[before.id] = after
            return
        self.before.setdefault(before.id, before)
        self.after[before.id] = after


def record(
    unit: Unit, decisions: Iterable[Decision], *, at: datetime, actor: str, run: str
) -> None:
    """Write decisions, in their order, as far as one enrollment is concerned.

    A touch whose idempotency key exists is not written again; the audit says so.

    Raises:
        Overtaken: an enrollment is no longer as the decisions found it, or another process has
            made a digest of these; nothing may be kept.
    """
    listed = list(decisions)
    batch = _Batch()
    for decision in listed:
        batch.add(decision)
    repeated = existing_keys(unit, batch.touches)
    refuse_second_digests(batch.touches[touch] for touch in repeated)
    _write_entered(unit, batch, run=run, at=at)
    _write_moved(unit, batch, at=at)
    rename_steps(unit, batch.moved)
    _write_passed(unit, listed)
    _write_invited(unit, batch, at=at)
    fresh = [touch for touch in batch.touches.values() if touch.id not in repeated]
    write_touches(unit, fresh, run=run, at=at)
    for decision in listed:
        _tell(unit, decision, repeated=repeated, run=run, at=at, actor=actor)
    withdraw_touches(unit, batch.left, at=at, actor=actor)
    regather_without(unit, batch.left, at=at, actor=actor)


# ---------------------------------------------------------------- enrollments


def _write_entered(unit: Unit, batch: _Batch, *, run: str, at: datetime) -> None:
    rows = []
    for enrollment in batch.entered.values():
        left = batch.left.get(enrollment.id)
        rows.append(entered_row(enrollment, run=run) | _ending(left, at=at))
    insert_rows(unit.connection, enrollments, rows)


def entered_row(enrollment: Enrollment, *, run: str) -> dict[str, object]:
    """The row of one who has just entered, in a run or (empty) in none."""
    return {
        **_position(enrollment),
        **_ending(None, at=enrollment.entered_at),
        "id": enrollment.id,
        "playbook": enrollment.playbook,
        "entity": enrollment.entity,
        "key": enrollment.key,
        "number": enrollment.number,
        "entered_at": enrollment.entered_at,
        "holdout": int(enrollment.holdout),
        "per": enrollment.per,
        "each": enrollment.each,
        "goal_until": enrollment.goal_until,
        "run": run,
    }


_MOVED = (
    *("version", "step", "phase", "since", "waits_until", "fixed", "arm", "goal_at"),
    *("level", "left_at", "outcome", "reason"),
)
_MOVE = Prepared(
    lambda _: (
        update(enrollments)
        .where(
            enrollments.c.id == bindparam("was_id"),
            enrollments.c.left_at.is_(None),
            enrollments.c.step == bindparam("was_step"),
            enrollments.c.phase == bindparam("was_phase"),
            enrollments.c.version == bindparam("was_version"),
            enrollments.c.level == bindparam("was_level"),
        )
        .values({name: bindparam(name) for name in _MOVED})
    )
)


def _write_moved(unit: Unit, batch: _Batch, *, at: datetime) -> None:
    rows = []
    for before in batch.before.values():
        row = {**_position(batch.after[before.id]), **_ending(batch.left.get(before.id), at=at)}
        row |= {"was_id": before.id, "was_step": before.step, "was_phase": before.phase}
        row |= {"was_version": before.version, "was_level": before.level}
        rows.append(row)
    if not rows:
        return
    moved = _MOVE.write_each(unit.connection, rows)
    if moved != len(rows):
        raise Overtaken(
            f"{len(rows) - moved} enrollments were moved by another process meanwhile; nothing "
            "was kept, run it again"
        )


def _position(enrollment: Enrollment) -> dict[str, object]:
    return {
        "version": enrollment.version,
        "step": enrollment.step,
        "phase": enrollment.phase,
        "since": enrollment.since,
        "waits_until": enrollment.waits_until,
        "fixed": int(enrollment.fixed),
        "arm": enrollment.arm,
        "goal_at": enrollment.goal_at,
        "level": enrollment.level,
    }


def _ending(left: Left | None, *, at: datetime) -> dict[str, object]:
    if left is None:
        return {"left_at": None, "outcome": "", "reason": ""}
    return {"left_at": at, "outcome": left.outcome, "reason": left.reason}


def _write_passed(unit: Unit, decisions: Iterable[Decision]) -> None:
    rows = [
        {
            "enrollment": each.enrollment,
            "step": each.step,
            "at": each.at,
            "became": SKIPPED if each.skipped else DONE,
        }
        for each in passed_by(decisions)
    ]
    if rows:
        # Where an edit puts a step behind another one it is reached again; it happened once.
        insert_new_rows(unit.connection, passed, rows)


def _write_invited(unit: Unit, batch: _Batch, *, at: datetime) -> None:
    rows = [
        {
            "playbook": each.playbook,
            "key": each.enrollment.key,
            "enrollment": each.enrollment.id,
            "step": each.step,
            "at": at,
        }
        for each in batch.invited
    ]
    if rows:
        insert_new_rows(unit.connection, invitations, rows)


# ---------------------------------------------------------------- telling


def _tell(
    unit: Unit,
    decision: Decision,
    *,
    repeated: frozenset[str],
    run: str,
    at: datetime,
    actor: str,
) -> None:
    match decision:
        case Entered(of):
            kind, body = Kind.ENTERED, entered_body(of, run)
        case Advanced(before, of):
            kind, body = advanced_record(before, of, decision.why)
        case Reached(_, of, goal):
            kind, body = Kind.GOAL_REACHED, {"enrollment": of.id, "goal": goal}
        case Climbed(_, of, goal):
            kind = Kind.LEVEL_REACHED
            body = {"enrollment": of.id, "goal": goal, "level": of.level}
        case Invited(of, step, playbook):
            kind, body = Kind.INVITED, {"enrollment": of.id, "step": step, "into": playbook}
        case StepSkipped(of, step, reason):
            kind, body = Kind.STEP_SKIPPED, {"enrollment": of.id, "step": step, "reason": reason}
        case TouchMade(touch):
            kind, body = touch_record(unit, touch, repeated=repeated)
            unit.note(kind, body, at=at, actor=actor, playbook=touch.playbook, key=touch.key)
            return
        case Moved(_, of):
            kind, body = moved_record(decision)
        case Left(of):
            kind = Kind.LEFT
            body = {"enrollment": of.id, "outcome": decision.outcome, "reason": decision.reason}
        case _:
            assert_never(decision)
    unit.note(kind, body, at=at, actor=actor, playbook=of.playbook, key=of.key)


# ---------------------------------------------------------------- reading


FACTS = tuple(enrollments.c[name] for name in Enrollment.__slots__)
"""The columns that an enrollment is made of."""

OPEN = enrollments.c.left_at.is_(None)
"""Of those that have not ended."""

IN_TURN = (enrollments.c.waits_until, enrollments.c.id)
"""Whose turn it is, as the index of who is due has them: of equal waits who entered first."""


def open_enrollments(unit: Unit, playbook: str, *, limit: int) -> list[Enrollment]:
    """So many of those inside a playbook, the first by key."""
    wanted = (enrollments.c.playbook == playbook, OPEN)
    statement = select(*FACTS).where(*wanted).order_by(enrollments.c.key).limit(limit)
    return [enrollment_of(row) for row in unit.connection.execute(statement)]


def open_enrollment(unit: Unit, playbook: str, key: str) -> Enrollment | None:
    """The open enrollment of one customer in a playbook, to be changed: nobody else does."""
    row = unit.connection.execute(_of(playbook, key).with_for_update()).first()
    return None if row is None else enrollment_of(row)


def inside(unit: Unit, playbook: str, key: str) -> Enrollment | None:
    """The open enrollment of one customer in a playbook, to be looked at."""
    row = unit.connection.execute(_of(playbook, key)).first()
    return None if row is None else enrollment_of(row)


def _of(playbook: str, key: str) -> Select[Any]:
    mine = (enrollments.c.playbook == playbook, enrollments.c.key == key, OPEN)
    return select(*FACTS).where(*mine)


def enrollment_of(row: Row[Any]) -> Enrollment:
    """The enrollment of a row of `FACTS`."""
    told = list(row)  # by their places: a pass may read a million
    told[_PHASE] = Phase(row[_PHASE])
    told[_FIXED], told[_HOLDOUT] = bool(row[_FIXED]), bool(row[_HOLDOUT])
    return Enrollment(*told)


_PHASE, _FIXED, _HOLDOUT = map(Enrollment.__slots__.index, ("phase", "fixed", "holdout"))
