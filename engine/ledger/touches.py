"""The rows of the outbox: written once under their key, withdrawn, counted.

Delivery page, "Touches", points 1 and 2. A touch for the built-in inbox is sent by being written,
together with its task.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, not_, or_, select, update

from engine.bind.acts import TASK_CHANNEL
from engine.bind.policy import address_of
from engine.decide.facts import NewTouch, Outcome, TouchKind, TouchState
from engine.decide.policy import CAPPED
from engine.ledger.audit import Kind, canonical
from engine.ledger.chunks import hand_out
from engine.ledger.items import WAS_TAKEN_BACK, clear_for_remaking, regather, write_items
from engine.ledger.payloads import write_payloads
from engine.ledger.prepared import Prepared
from engine.ledger.statements import insert_rows, texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import (
    AT_REST,
    IN_HAND,
    IS_READY,
    NOBODYS,
    enrollments,
    items,
    reaches,
    tasks,
    touches,
)

__all__ = [
    "END_KINDS",
    "LEFT_EARLY",
    "Backlog",
    "TouchRow",
    "backlog",
    "counts_by_state",
    "existing_keys",
    "is_in_inbox",
    "list_touches",
    "touch_record",
    "withdraw_late",
    "withdraw_touches",
    "write_touches",
]

END_KINDS = {
    TouchState.SENT: Kind.TOUCH_SENT,
    TouchState.FAILED: Kind.TOUCH_REFUSED,
    TouchState.SKIPPED: Kind.TOUCH_SKIPPED,
    TouchState.UNKNOWN: Kind.TOUCH_UNKNOWN,
    TouchState.DROPPED: Kind.TOUCH_DROPPED,
    TouchState.EXPIRED: Kind.TOUCH_EXPIRED,
}
"""The record that tells of each end of a touch."""

LEFT_EARLY = and_(enrollments.c.left_at.is_not(None), enrollments.c.outcome != Outcome.COMPLETED)
"""Of those whose stay ended before its last step: by the goal, an exit, or with the playbook."""

_WITHDRAWN = (TouchState.DRAFT, TouchState.READY, TouchState.CLAIMED)


@dataclass(frozen=True, slots=True)
class TouchRow:
    """A touch as reports show it; what was rendered stays in the outbox."""

    id: str
    playbook: str
    entity: str
    key: str
    step: str
    kind: TouchKind
    channel: str
    state: TouchState
    reason: str
    detail: str
    recipient: str
    sender: str
    subject: str
    attempts: int
    made_at: datetime
    next_attempt_at: datetime
    in_doubt_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many touches are ready to go out, and since when the oldest waits."""

    ready: int
    oldest: datetime | None


# ---------------------------------------------------------------- writing


def withdraw_touches(unit: Unit, left: Collection[str], *, at: datetime, actor: str) -> None:
    """Drop what is not yet in doubt of the touches of enrollments that left."""
    if not left:
        return
    gone = texts_relation(unit.connection, left)
    statement = (
        update(touches)
        .where(touches.c.enrollment.in_(select(gone.c.value)), touches.c.state.in_(_WITHDRAWN))
        .values(state=TouchState.DROPPED, reason="left", ended_at=at, **NOBODYS)
        .returning(touches.c.id, touches.c.enrollment, touches.c.playbook, touches.c.key)
    )
    for row in unit.connection.execute(statement).all():
        body = {"touch": row.id, "enrollment": row.enrollment, "reason": "left"}
        unit.note(Kind.TOUCH_DROPPED, body, at=at, actor=actor, playbook=row.playbook, key=row.key)


def withdraw_late(unit: Unit, ids: Collection[str], *, at: datetime, actor: str) -> bool:
    """Drop those of some touches that are ready again, and whose customer left meanwhile.

    They were in doubt then, and nobody asks any more about a stay that is over. A digest that
    tells of one who left is taken back. Whether there was any.
    """
    again = texts_relation(unit.connection, ids)
    mine = (touches.c.id.in_(select(again.c.value)), touches.c.state == TouchState.READY)
    theirs = select(touches.c.enrollment).join(
        enrollments, enrollments.c.id == touches.c.enrollment
    )
    left = unit.connection.scalars(theirs.where(*mine, LEFT_EARLY)).all()
    withdraw_touches(unit, left, at=at, actor=actor)
    told = select(touches.c.id).join(items, items.c.touch == touches.c.id)
    told = told.join(enrollments, enrollments.c.id == items.c.enrollment).where(*mine, LEFT_EARLY)
    digests = unit.connection.scalars(told.distinct()).all()
    regather(unit, digests, at=at, actor=actor)
    return bool(left or digests)


def existing_keys(unit: Unit, keys: Collection[str]) -> frozenset[str]:
    """The idempotency keys among these that the outbox holds already, and that stand.

    A digest that was taken back does not stand: it is made again.
    """
    if not keys:
        return frozenset()
    return frozenset(row.id for row in _STANDING.rows(unit.connection, {"given": list(keys)}))


_STANDING = Prepared(
    lambda given: select(touches.c.id).where(
        touches.c.id.in_(select(given("touch").c.touch)), not_(WAS_TAKEN_BACK)
    )
)


def write_touches(unit: Unit, made: Collection[NewTouch], *, run: str, at: datetime) -> None:
    """Write new touches, and the tasks of those that go to the inbox."""
    epochs = clear_for_remaking(unit, made)
    # As they will be claimed: neighbours go out together, and lie on few pages of the table.
    made = sorted(made, key=lambda touch: (-touch.priority, touch.id))
    rows = [
        {**_touch_row(unit, touch, run=run, at=at), "epoch": epochs.get(touch.id, 0)}
        for touch in made
    ]
    if rows:
        insert_rows(unit.connection, touches, rows)
        hand_out(unit, rows, at=at)
    write_payloads(unit, {touch.id: touch.payload for touch in made})
    write_items(unit, made)
    reached = [row for touch in made for row in _reaching(unit, touch)]
    if reached:
        insert_rows(unit.connection, reaches, reached)
    work = [_task_row(touch, at=at) for touch in made if is_in_inbox(touch)]
    if work:
        unit.connection.execute(insert(tasks), work)


def is_in_inbox(touch: NewTouch) -> bool:
    """Whether a new touch is a task of the built-in inbox: it is there once it is written."""
    return touch.channel == TASK_CHANNEL and touch.task is not None and not touch.state.has_ended


def _first_state(touch: NewTouch) -> TouchState:
    return TouchState.SENT if is_in_inbox(touch) else touch.state


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
        "copy_digest": unit.digest(touch.copy),
        "sender": touch.sender,
        "subject": touch.subject,
        "topic": touch.topic,
        "to_customer": int(touch.to_customer),
        "zone": touch.zone,
        "method": touch.method,
        "headers": canonical(dict(touch.headers)),
        "priority": touch.priority,
        "run": run,
        "made_at": at,
        "next_attempt_at": touch.due_at or at,
        "expires_at": touch.expires_at,
        "capped_at": at if touch.reason == CAPPED else None,
        "held_by": touch.held_by,
        "approver": touch.approver,
        "copy_of": touch.copy_of,
        "ended_at": at if state.has_ended else None,
    }


def _reaching(unit: Unit, touch: NewTouch) -> list[dict[str, str]]:
    """Whom an email to a customer reaches, as caps count it."""
    if not touch.to_customer or touch.state.has_ended:
        return []
    whom = {address_of(_address_digest(unit, touch)), *touch.rows}
    return [{"touch": touch.id, "whom": each} for each in sorted(whom)]


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
        "outcomes": json.dumps(task.outcomes),
        "closes": int(task.closes),
        "state": "open",
        "made_at": at,
        "assigned_at": at,
    }


def touch_record(
    unit: Unit, touch: NewTouch, *, repeated: frozenset[str]
) -> tuple[Kind, dict[str, object]]:
    """What the audit tells of a touch that was made, or that was there already."""
    body: dict[str, object] = {
        "channel": touch.channel,
        "enrollment": touch.enrollment,
        "kind": touch.kind,
        "step": touch.step,
        "touch": touch.id,
    }
    if touch.id in repeated:
        return Kind.TOUCH_REPEATED, body
    if touch.approver:
        body["approver"] = unit.digest(touch.approver)
    if touch.copy_of:
        body["copy_of"] = touch.copy_of
    if touch.items:
        body |= {"items": [each.key for each in touch.items], "number": len(touch.items)}
    body |= {
        "content": unit.keyed(touch.payload) if touch.payload else "",
        "reason": touch.reason,
        "state": _first_state(touch),
        "to": unit.digest(touch.recipient),
        "topic": touch.topic,
    }
    made = touch.state not in END_KINDS or touch.state is TouchState.SENT
    return (Kind.TOUCH_MADE if made else END_KINDS[touch.state]), body


# ---------------------------------------------------------------- reading


def list_touches(
    unit: Unit, *, key: str | None = None, states: Collection[TouchState] = ()
) -> list[TouchRow]:
    """Touches, the oldest first; each narrowing that is said must hold, no states mean all."""
    wanted: list[ColumnElement[bool]] = []
    if key is not None:
        told_of = select(items.c.touch).where(items.c.key == key)
        wanted.append(or_(touches.c.key == key, touches.c.id.in_(told_of)))
    if states:
        wanted.append(touches.c.state.in_(list(states)))
    statement = select(*_SHOWN).where(*wanted).order_by(touches.c.made_at, touches.c.id)
    return [_shown(row._asdict()) for row in unit.connection.execute(statement)]


_SHOWN = tuple(touches.c[name] for name in TouchRow.__slots__)


def _shown(row: dict[str, Any]) -> TouchRow:
    return TouchRow(**{**row, "kind": TouchKind(row["kind"]), "state": TouchState(row["state"])})


def counts_by_state(unit: Unit, playbook: str | None = None) -> dict[str, int]:
    """How many touches are in each state, of one playbook or of all."""
    counts: Counter[str] = Counter()
    for some in (AT_REST, IN_HAND):  # each by its index
        statement = select(touches.c.state, func.count()).where(some).group_by(touches.c.state)
        if playbook is not None:
            statement = statement.where(touches.c.playbook == playbook)
        for state, number in unit.connection.execute(statement):
            counts[state] += number
    return dict(sorted(counts.items()))


def backlog(unit: Unit, playbook: str | None = None) -> Backlog:
    """What is ready and has not gone out: what a resume will let go."""
    statement = select(func.count(), func.min(touches.c.made_at)).where(IS_READY)
    if playbook is not None:
        statement = statement.where(touches.c.playbook == playbook)
    number, oldest = unit.connection.execute(statement).one()
    return Backlog(number, oldest)
