"""Writing decisions: enrollments, touches and tasks, with their audit records, in one transaction.

Delivery page, "Touches", points 1 and 2: a touch is written, with its rendered bytes, together
with the step that asks for it, and under its idempotency key only once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from sqlalchemy import bindparam, insert, select, update

from engine.decide.facts import (
    Advanced,
    Decision,
    Enrollment,
    Entered,
    Left,
    NewTouch,
    Phase,
    StepSkipped,
    TouchKind,
    TouchMade,
    TouchState,
)
from engine.ledger.audit import Kind, canonical
from engine.ledger.database import Overtaken
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments, instant_text, tasks, touches

__all__ = ["END_KINDS", "INBOX", "Recorded", "record"]

INBOX = "inbox"
"""The channel of the built-in task inbox: its touches are sent by being written."""

END_KINDS = {
    TouchState.SENT: Kind.TOUCH_SENT,
    TouchState.FAILED: Kind.TOUCH_REFUSED,
    TouchState.SKIPPED: Kind.TOUCH_SKIPPED,
    TouchState.UNKNOWN: Kind.TOUCH_UNKNOWN,
    TouchState.DROPPED: Kind.TOUCH_DROPPED,
    TouchState.EXPIRED: Kind.TOUCH_EXPIRED,
}
"""The record that tells of each end of a touch."""

_WITHDRAWN = (TouchState.DRAFT, TouchState.READY, TouchState.CLAIMED)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a list of decisions came to. `repeated` are ids of touches that existed already."""

    entered: int
    made: int
    repeated: tuple[str, ...]
    left: int


@dataclass(slots=True)
class _Batch:
    """Decisions sorted by what is written; of several about one enrollment the last one stands."""

    entered: dict[str, Enrollment] = field(default_factory=dict)
    before: dict[str, Enrollment] = field(default_factory=dict)
    after: dict[str, Enrollment] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    touches: dict[str, NewTouch] = field(default_factory=dict)

    def add(self, decision: Decision) -> None:
        match decision:
            case Entered(enrollment):
                self.entered[enrollment.id] = enrollment
            case Advanced(before, after):
                self._move(before, after)
            case Left(enrollment):
                self._move(enrollment, enrollment)
                self.left[enrollment.id] = decision
            case TouchMade(touch):
                self.touches.setdefault(touch.id, touch)
            case StepSkipped():
                return  # told in the audit alone
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
) -> Recorded:
    """Write decisions, in their order, as far as one enrollment is concerned.

    A touch whose idempotency key exists is not written again; the audit says so.

    Raises:
        Overtaken: an enrollment is no longer as the decisions found it; nothing may be kept.
    """
    listed = list(decisions)
    batch = _Batch()
    for decision in listed:
        batch.add(decision)
    repeated = _existing(unit, batch.touches)
    _write_entered(unit, batch, run=run, at=at)
    _write_moved(unit, batch, at=at)
    _write_touches(unit, batch, repeated=repeated, run=run, at=at)
    for decision in listed:
        _tell(unit, decision, repeated=repeated, run=run, at=at, actor=actor)
    _drop_touches(unit, batch.left, at=at, actor=actor)
    return Recorded(
        entered=len(batch.entered),
        made=len(batch.touches) - len(repeated),
        repeated=tuple(sorted(repeated)),
        left=len(batch.left),
    )


# ---------------------------------------------------------------- enrollments


def _write_entered(unit: Unit, batch: _Batch, *, run: str, at: datetime) -> None:
    rows = []
    for enrollment in batch.entered.values():
        row = {**_position(enrollment), **_ending(batch.left.get(enrollment.id), at=at)}
        row |= {
            "id": enrollment.id,
            "playbook": enrollment.playbook,
            "entity": enrollment.entity,
            "key": enrollment.key,
            "number": enrollment.number,
            "entered_at": enrollment.entered_at,
            "run": run,
        }
        rows.append(row)
    if rows:
        unit.connection.execute(insert(enrollments), rows)


_MOVE = (
    update(enrollments)
    .where(
        enrollments.c.id == bindparam("was_id"),
        enrollments.c.left_at.is_(None),
        enrollments.c.step == bindparam("was_step"),
        enrollments.c.phase == bindparam("was_phase"),
    )
    .values(
        {
            name: bindparam(name)
            for name in (
                *("version", "step", "phase", "since", "waits_until"),
                *("left_at", "outcome", "reason"),
            )
        }
    )
)


def _write_moved(unit: Unit, batch: _Batch, *, at: datetime) -> None:
    rows = []
    for before in batch.before.values():
        row = {**_position(batch.after[before.id]), **_ending(batch.left.get(before.id), at=at)}
        row |= {"was_id": before.id, "was_step": before.step, "was_phase": before.phase}
        rows.append(row)
    if not rows:
        return
    moved = unit.connection.execute(_MOVE, rows).rowcount
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
    }


def _ending(left: Left | None, *, at: datetime) -> dict[str, object]:
    if left is None:
        return {"left_at": None, "outcome": "", "reason": ""}
    return {"left_at": at, "outcome": left.outcome, "reason": left.reason}


def _drop_touches(unit: Unit, left: Collection[str], *, at: datetime, actor: str) -> None:
    if not left:
        return
    gone = texts_relation(unit.connection, left)
    statement = (
        update(touches)
        .where(touches.c.enrollment.in_(select(gone.c.value)), touches.c.state.in_(_WITHDRAWN))
        .values(state=TouchState.DROPPED, reason="left", ended_at=at)
        .returning(touches.c.id, touches.c.enrollment, touches.c.playbook, touches.c.key)
    )
    for row in unit.connection.execute(statement).all():
        body = {"touch": row.id, "enrollment": row.enrollment, "reason": "left"}
        unit.note(Kind.TOUCH_DROPPED, body, at=at, actor=actor, playbook=row.playbook, key=row.key)


# ---------------------------------------------------------------- touches


def _existing(unit: Unit, made: Mapping[str, NewTouch]) -> frozenset[str]:
    if not made:
        return frozenset()
    given = texts_relation(unit.connection, made)
    found = select(touches.c.id).where(touches.c.id.in_(select(given.c.value)))
    return frozenset(unit.connection.scalars(found))


def _write_touches(
    unit: Unit, batch: _Batch, *, repeated: frozenset[str], run: str, at: datetime
) -> None:
    fresh = [touch for touch in batch.touches.values() if touch.id not in repeated]
    rows = [_touch_row(unit, touch, run=run, at=at) for touch in fresh]
    if rows:
        unit.connection.execute(insert(touches), rows)
    work = [_task_row(touch, at=at) for touch in fresh if _is_in_inbox(touch)]
    if work:
        unit.connection.execute(insert(tasks), work)


def _is_in_inbox(touch: NewTouch) -> bool:
    return touch.channel == INBOX and touch.task is not None and not touch.state.has_ended


def _first_state(touch: NewTouch) -> TouchState:
    return TouchState.SENT if _is_in_inbox(touch) else touch.state


def _touch_row(unit: Unit, touch: NewTouch, *, run: str, at: datetime) -> dict[str, object]:
    state = _first_state(touch)
    return {
        "id": touch.id,
        "enrollment": touch.enrollment,
        "playbook": touch.playbook,
        "entity": touch.entity,
        "key": touch.key,
        "step": touch.step,
        "kind": touch.kind,
        "channel": touch.channel,
        "state": state,
        "reason": touch.reason,
        "detail": touch.detail,
        "recipient": touch.recipient,
        "address_digest": _address_digest(unit, touch),
        "sender": touch.sender,
        "subject": touch.subject,
        "topic": touch.topic,
        "payload": touch.payload,
        "method": touch.method,
        "headers": canonical(dict(touch.headers)),
        "priority": touch.priority,
        "run": run,
        "made_at": at,
        "next_attempt_at": touch.due_at or at,
        "expires_at": touch.expires_at,
        "ended_at": at if state.has_ended else None,
    }


def _address_digest(unit: Unit, touch: NewTouch) -> str:
    return unit.digest(touch.recipient) if touch.kind is TouchKind.EMAIL else ""


def _task_row(touch: NewTouch, *, at: datetime) -> dict[str, object]:
    task = touch.task
    assert task is not None
    return {
        "id": touch.id,
        "enrollment": touch.enrollment,
        "playbook": touch.playbook,
        "entity": touch.entity,
        "key": touch.key,
        "step": touch.step,
        "title": task.title,
        "kind": task.kind,
        "assignee": task.assignee,
        "assignee_name": task.assignee_name,
        "notes": task.notes,
        "urgency": task.urgency,
        "due_on": task.due_on,
        "state": "open",
        "made_at": at,
    }


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
            kind, body = Kind.ENTERED, _entered_body(of, run)
        case Advanced(before, of):
            kind, body = _advanced_record(before, of, decision.why)
        case StepSkipped(of, step, reason):
            kind, body = Kind.STEP_SKIPPED, {"enrollment": of.id, "step": step, "reason": reason}
        case TouchMade(touch):
            kind, body = _touch_record(unit, touch, repeated=repeated)
            unit.note(kind, body, at=at, actor=actor, playbook=touch.playbook, key=touch.key)
            return
        case Left(of):
            kind = Kind.LEFT
            body = {"enrollment": of.id, "outcome": decision.outcome, "reason": decision.reason}
        case _:
            assert_never(decision)
    unit.note(kind, body, at=at, actor=actor, playbook=of.playbook, key=of.key)


def _entered_body(of: Enrollment, run: str) -> dict[str, object]:
    return {
        "enrollment": of.id,
        "entity": of.entity,
        "number": of.number,
        "run": run,
        "step": of.step,
        "version": of.version,
    }


def _advanced_record(
    before: Enrollment, after: Enrollment, why: str
) -> tuple[Kind, dict[str, object]]:
    body: dict[str, object] = {
        "enrollment": after.id,
        "from": before.step,
        "phase": after.phase,
        "step": after.step,
        "why": why,
    }
    if after.version != before.version:
        body["version"] = after.version
    if after.waits_until is not None:
        body["until"] = instant_text(after.waits_until)
    waits = after.phase is Phase.WAITING and after.step == before.step
    return (Kind.STEP_WAITS if waits else Kind.STEP_REACHED), body


def _touch_record(
    unit: Unit, touch: NewTouch, *, repeated: frozenset[str]
) -> tuple[Kind, dict[str, object]]:
    body: dict[str, object] = {
        "channel": touch.channel,
        "enrollment": touch.enrollment,
        "kind": touch.kind,
        "step": touch.step,
        "touch": touch.id,
    }
    if touch.id in repeated:
        return Kind.TOUCH_REPEATED, body
    body |= {
        "content": unit.keyed(touch.payload) if touch.payload else "",
        "reason": touch.reason,
        "state": _first_state(touch),
        "to": unit.digest(touch.recipient),
        "topic": touch.topic,
    }
    made = touch.state not in END_KINDS or touch.state is TouchState.SENT
    return (Kind.TOUCH_MADE if made else END_KINDS[touch.state]), body
