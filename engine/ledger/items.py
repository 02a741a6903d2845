"""Of whom digests tell: rows of stays that wait for one and the same touch.

Delivery page, "Touches", point 2. A digest that is not in doubt can be taken back, when one of whom
it tells leaves: the others are gathered anew, and it is made again under the same key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, Row, and_, bindparam, delete, insert, select, update

from engine.decide.facts import NewTouch, Phase, TouchState
from engine.ledger.audit import Kind
from engine.ledger.database import Overtaken
from engine.ledger.instants import instant_text
from engine.ledger.pending import PendingMail
from engine.ledger.prepared import Prepared
from engine.ledger.retention import empty_touches
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import AT_REST, NOBODYS, enrollments, items, reaches, touches

__all__ = [
    "TAKEN_BACK",
    "WAS_TAKEN_BACK",
    "clear_for_remaking",
    "ends_of_items",
    "pending_items",
    "refuse_second_digests",
    "regather",
    "regather_without",
    "waits_for_digest",
    "write_items",
]

TAKEN_BACK = "regathered"
_NOT_IN_DOUBT = (TouchState.DRAFT, TouchState.READY, TouchState.CLAIMED)

WAS_TAKEN_BACK = and_(touches.c.state == TouchState.DROPPED, touches.c.reason == TAKEN_BACK)
"""The digests that never went out, and may be made again."""


def write_items(unit: Unit, made: Collection[NewTouch]) -> None:
    """Write of whom new digests tell."""
    rows = [
        {
            "touch": touch.id,
            "enrollment": each.enrollment,
            "key": each.key,
            "step": each.step,
            "place": place,
        }
        for touch in made
        for place, each in enumerate(touch.items)
    ]
    if rows:
        unit.connection.execute(insert(items), rows)


def refuse_second_digests(repeated: Iterable[NewTouch]) -> None:
    """Those of whom the digest that was made first does not tell must not count as told of.

    Raises:
        Overtaken: there is a digest among these touches, whose keys exist.
    """
    if any(touch.items for touch in repeated):
        raise Overtaken("another process made this digest meanwhile; nothing was kept")


def clear_for_remaking(unit: Unit, made: Collection[NewTouch]) -> dict[str, int]:
    """Take away the digests among these that were taken back; by id, the epoch to go on with.

    Whoever still has one of them in hand has an older epoch, and is told no.
    """
    ids = [touch.id for touch in made if touch.items]
    if not ids:
        return {}
    given = texts_relation(unit.connection, ids)
    gone = delete(touches).where(touches.c.id.in_(select(given.c.value)), WAS_TAKEN_BACK)
    rows = unit.connection.execute(gone.returning(touches.c.id, touches.c.epoch)).all()
    return {row.id: row.epoch + 1 for row in rows}


# ---------------------------------------------------------------- taking back


def regather_without(unit: Unit, left: Collection[str], *, at: datetime, actor: str) -> None:
    """Take back the digests that tell of enrollments that left, as `regather` does."""
    if not left:
        return
    given = texts_relation(unit.connection, left)
    told = select(items.c.touch).where(items.c.enrollment.in_(select(given.c.value)))
    mine = (touches.c.id.in_(told), touches.c.state.in_(_NOT_IN_DOUBT))
    found = unit.connection.scalars(select(touches.c.id).where(*mine))
    regather(unit, list(found), at=at, actor=actor)


def regather(unit: Unit, digests: Collection[str], *, at: datetime, actor: str) -> None:
    """Take back digests that are not in doubt; who still waits for one is gathered anew."""
    if not digests:
        return
    given = texts_relation(unit.connection, digests)
    mine = (touches.c.id.in_(select(given.c.value)), touches.c.state.in_(_NOT_IN_DOUBT))
    values = {"state": TouchState.DROPPED, "reason": TAKEN_BACK, "ended_at": at, **NOBODYS}
    columns = (touches.c.id, touches.c.playbook)
    taken = unit.connection.execute(
        update(touches).where(*mine).values(values).returning(*columns)
    ).all()
    for row in taken:
        body = {"touch": row.id, "reason": TAKEN_BACK}
        unit.note(Kind.TOUCH_DROPPED, body, at=at, actor=actor, playbook=row.playbook)
    ids = [row.id for row in taken]
    empty_touches(unit, ids)  # nothing says any more of whom it told: an erasure would not find it
    _put_back(unit, ids, at=at, actor=actor)


def _put_back(unit: Unit, digests: Collection[str], *, at: datetime, actor: str) -> None:
    given = texts_relation(unit.connection, digests)
    told = items.c.touch.in_(select(given.c.value))
    waiting = _told_of(items.c.enrollment == enrollments.c.id, told)
    values = {"phase": Phase.GATHERING, "waits_until": at, "fixed": 1}
    columns = [enrollments.c[name] for name in ("id", "playbook", "key", "step")]
    mine = (enrollments.c.left_at.is_(None), enrollments.c.phase == Phase.TOUCHING, waiting)
    statement = update(enrollments).where(*mine).values(values).returning(*columns)
    for row in unit.connection.execute(statement).all():
        _tell(unit, row, at=at, actor=actor)
    for table in (items, reaches):
        unit.connection.execute(delete(table).where(table.c.touch.in_(select(given.c.value))))


def _told_of(*which: ColumnElement[bool]) -> Exists:
    step = items.c.step == enrollments.c.step
    return select(items.c.touch).where(*which, step).exists()


def _tell(unit: Unit, row: Row[Any], *, at: datetime, actor: str) -> None:
    body = {
        "enrollment": row.id,
        "from": row.step,
        "phase": Phase.GATHERING,
        "step": row.step,
        "until": instant_text(at),
        "why": TAKEN_BACK,
    }
    unit.note(Kind.STEP_WAITS, body, at=at, actor=actor, playbook=row.playbook, key=row.key)


# ---------------------------------------------------------------- reading


def pending_items(unit: Unit, playbook: str) -> list[PendingMail]:
    """Of whom digests to customers tell that nobody has claimed, each with the digest's id."""
    return [PendingMail(*row) for row in _PENDING.ordered(unit.connection, {"mine": playbook})]


_PENDING = Prepared(
    lambda _: (
        select(touches.c.id, touches.c.entity, items.c.key, touches.c.topic)
        .join(items, items.c.touch == touches.c.id)
        .where(
            touches.c.playbook == bindparam("mine"),
            AT_REST,
            touches.c.state.in_((TouchState.DRAFT, TouchState.READY)),
            touches.c.to_customer == 1,
        )
        .order_by(touches.c.id, items.c.place)
    )
)


def waits_for_digest() -> ColumnElement[bool]:
    """Whether an enrollment stands at a step whose digest has not ended."""
    pending = (
        select(items.c.touch)
        .join(touches, touches.c.id == items.c.touch)
        .where(
            items.c.enrollment == enrollments.c.id,
            items.c.step == enrollments.c.step,
            touches.c.ended_at.is_(None),
        )
    )
    return pending.exists()


def ends_of_items(
    unit: Unit, stays: Collection[str]
) -> list[tuple[str, str, TouchState, datetime | None]]:
    """Of each digest that tells of some enrollments: enrollment, step, its state and its end."""
    rows = _ENDS.rows(unit.connection, {"given": list(stays)})
    return [(of, step, TouchState(state), at) for of, step, state, at in rows]


_ENDS = Prepared(
    lambda given: (
        select(items.c.enrollment, items.c.step, touches.c.state, touches.c.ended_at)
        .join(touches, touches.c.id == items.c.touch)
        .where(items.c.enrollment.in_(select(given("enrollment").c.enrollment)))
    )
)
