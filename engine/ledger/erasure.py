"""Removing a person's data: what a customer's rows hold goes, keys and counts stay.

Delivery page, "Audit", and contract, command line, `erase`. The audit holds no addresses and no
contents, so that its chain verifies as before. Addresses stay suppressed by their digests, and the
key is kept, so that whoever was erased is neither written to nor let in anew by the next read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update

from engine.decide.facts import Enrollment, TouchState
from engine.decide.stay import leave
from engine.ledger.audit import Kind
from engine.ledger.journey import FACTS, enrollment_of, record
from engine.ledger.notices import notices_of, tell_anew
from engine.ledger.prepared import Prepared
from engine.ledger.retention import empty_touches
from engine.ledger.statements import insert_new, stand_beside, stand_in_line, texts_relation
from engine.ledger.store import Unit
from engine.ledger.suppressions import suppress
from engine.ledger.tables import (
    NOBODYS,
    enrollments,
    erasures,
    history,
    invitations,
    items,
    tasks,
    touches,
)
from engine.ledger.tasks import close_tasks
from engine.problems import Refused

__all__ = ["Erased", "at_the_door", "erase", "erased_among", "erased_of", "hold_the_door"]

_WHY = "erased"
_LOCK = 0x646F6F72  # of Postgres: one name for all entries and erasures


@dataclass(frozen=True, slots=True)
class Erased:
    """What was removed: stays that ended, touches and tasks that were emptied, values of histories.

    `given_up` are the mails among them of which nobody knows whether they arrived. `suppressed`
    are the addresses that get nothing from now on, as far as they did until now.
    """

    stays: int
    touches: int
    given_up: int
    tasks: int
    values: int
    suppressed: int
    was_erased: bool


def erase(unit: Unit, entity: str, key: str, *, at: datetime, actor: str) -> Erased:
    """Remove what is known of one customer, and keep it away from now on.

    Of digests and notices that told of the customer the whole content goes. What is known of the
    customer's children or parents is theirs, and stays.

    Raises:
        Refused: something is on its way to them right now.
    """
    at_the_door(unit)
    mine = _touches_of(entity, key)
    _refuse_what_is_on_its_way(unit, mine)
    stays = _leave(unit, entity, key, at=at, actor=actor)
    suppressed = _suppress(unit, entity, key, at=at, actor=actor)
    told_of = unit.connection.scalars(select(touches.c.id).where(mine)).all()
    given_up = _give_up(unit, mine, [TouchState.UNKNOWN], at=at, actor=actor)
    tell_anew(unit, mine, touches.c.state.in_(_WAITING))
    _give_up(unit, mine, _WAITING, at=at, actor=actor)
    found = Erased(
        stays=stays,
        touches=empty_touches(unit, told_of),
        given_up=given_up,
        tasks=_empty_tasks(unit, entity, key, at=at, actor=actor),
        values=_forget_history(unit, entity, key),
        suppressed=suppressed,
        was_erased=not _remember(unit, entity, key, at=at, actor=actor),
    )
    body = {"entity": entity, "stays": stays, "touches": found.touches, "given_up": given_up}
    told = {"tasks": found.tasks, "values": found.values, "suppressed": suppressed}
    unit.note(Kind.ERASED, {**body, **told}, at=at, actor=actor, key=key)
    return found


def at_the_door(unit: Unit) -> None:
    """Stand in line with everyone who lets customers in or erases them, until this unit ends."""
    stand_in_line(unit.connection, _LOCK)


def hold_the_door(unit: Unit) -> None:
    """Let nobody be erased until this unit ends; others may let customers in meanwhile."""
    stand_beside(unit.connection, _LOCK)


def erased_among(unit: Unit, entity: str, keys: Iterable[str]) -> frozenset[str]:
    """Those of some customers whose data was erased."""
    return erased_of(unit, entity).intersection(keys)


def erased_of(unit: Unit, entity: str) -> frozenset[str]:
    """The keys of all rows of an entity whose data was erased."""
    return frozenset(_ERASED.column(unit.connection, {"mine": entity}))


_ERASED = Prepared(lambda _: select(erasures.c.key).where(erasures.c.entity == bindparam("mine")))


def _touches_of(entity: str, key: str) -> ColumnElement[bool]:
    """What went to them, or is about them: what tells of them among others, too."""
    theirs = and_(enrollments.c.entity == entity, enrollments.c.key == key)
    told = select(items.c.touch).join(enrollments, enrollments.c.id == items.c.enrollment)
    return or_(
        and_(touches.c.entity == entity, touches.c.key == key),
        touches.c.id.in_(told.where(items.c.key == key, theirs)),
        touches.c.id.in_(notices_of(tasks.c.entity == entity, tasks.c.key == key)),
    )


def _refuse_what_is_on_its_way(unit: Unit, mine: ColumnElement[bool]) -> None:
    moving = select(touches.c.id).where(mine, touches.c.state == TouchState.IN_DOUBT)
    if touch := unit.connection.scalars(moving.limit(1)).first():
        raise Refused(
            f"nothing was erased: {touch} is on its way right now; say it again in a minute, when "
            "its outcome is known"
        )


def _leave(unit: Unit, entity: str, key: str, *, at: datetime, actor: str) -> int:
    columns, open_ = enrollments.c, enrollments.c.left_at.is_(None)
    inside = select(*FACTS).where(columns.entity == entity, columns.key == key, open_)
    found = [enrollment_of(row) for row in unit.connection.execute(inside)]
    for each in found:
        record(unit, [leave(each, _WHY)], at=max(at, each.since), actor=actor, run="")
    _uninvite(unit, found, key)
    return len(found)


def _uninvite(unit: Unit, left: Iterable[Enrollment], key: str) -> None:
    """Who is gone does not come in by an invitation that nobody has answered yet."""
    given = texts_relation(unit.connection, [each.id for each in left])
    theirs = invitations.c.enrollment.in_(select(given.c.value))
    unanswered = invitations.c.answered_at.is_(None)
    unit.connection.execute(delete(invitations).where(theirs, unanswered))


def _suppress(unit: Unit, entity: str, key: str, *, at: datetime, actor: str) -> int:
    mine = (touches.c.entity == entity, touches.c.key == key, touches.c.to_customer == 1)
    known = select(touches.c.recipient).where(*mine, touches.c.recipient != "").distinct()
    addresses = unit.connection.scalars(known).all()
    done = [suppress(unit, each, why=_WHY, at=at, actor=actor) for each in addresses]
    return sum(done)


_WAITING = (TouchState.DRAFT, TouchState.READY, TouchState.CLAIMED)
"""Of a stay that is over all the same: a copy, a notice, or what a person has had sent again."""


def _give_up(
    unit: Unit,
    mine: ColumnElement[bool],
    states: Collection[TouchState],
    *,
    at: datetime,
    actor: str,
) -> int:
    """No touch can be sent without its text; and nobody is asked about an unknown one any more."""
    values: dict[str, Any] = {"state": TouchState.DROPPED, "reason": _WHY, "ended_at": at}
    columns = (touches.c.id, touches.c.enrollment, touches.c.playbook, touches.c.key)
    theirs = (mine, touches.c.state.in_(states))
    statement = update(touches).where(*theirs).values({**NOBODYS, **values}).returning(*columns)
    rows = unit.connection.execute(statement).all()
    for row in rows:
        body = {"touch": row.id, "enrollment": row.enrollment, "reason": _WHY}
        unit.note(Kind.TOUCH_DROPPED, body, at=at, actor=actor, playbook=row.playbook, key=row.key)
    return len(rows)


def _empty_tasks(unit: Unit, entity: str, key: str, *, at: datetime, actor: str) -> int:
    mine = (tasks.c.entity == entity, tasks.c.key == key)
    ids = unit.connection.scalars(select(tasks.c.id).where(*mine)).all()
    close_tasks(unit, ids, _WHY, at=at, actor=actor)
    emptied = update(tasks).where(*mine).values(title="", notes="", outcome="")
    return unit.connection.execute(emptied).rowcount


def _forget_history(unit: Unit, entity: str, key: str) -> int:
    mine = (history.c.entity == entity, history.c.key == key)
    return unit.connection.execute(delete(history).where(*mine)).rowcount


def _remember(unit: Unit, entity: str, key: str, *, at: datetime, actor: str) -> bool:
    row = {"entity": entity, "key": key, "at": at, "actor": actor}
    done = unit.connection.execute(insert_new(unit.connection, erasures).values(row))
    return done.rowcount == 1
