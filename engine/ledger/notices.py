"""Telling assignees of their tasks: since when, and of which. Language, section 6, `policy.tasks`.

A notice is a touch as any other. It is written in one transaction with the mark on each task that
it tells of, so that nobody is told twice, whatever stops in between.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from engine.decide.facts import NO_PLAYBOOK, Assigned, NewTouch, TouchState
from engine.ledger.audit import Kind
from engine.ledger.statements import insert_new, texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import IS_TOLD, IS_UNTOLD, notices, tasks, touches
from engine.ledger.task_tables import tellings
from engine.ledger.tasks import TaskState
from engine.ledger.touches import existing_keys, touch_record, write_touches

__all__ = [
    "Telling",
    "are_untold",
    "are_waiting",
    "digest_told",
    "drop_moot_notices",
    "notices_of",
    "set_telling",
    "tell_anew",
    "telling",
    "untold_tasks",
    "write_notice",
]


@dataclass(frozen=True, slots=True)
class Telling:
    """How assignees are told. What was assigned before `since` is not new.

    Times of a cron up to `looked_at` are over with.
    """

    notify: str
    since: datetime
    looked_at: datetime


_WAITING = (touches.c.playbook == NO_PLAYBOOK, touches.c.state == TouchState.READY)


def telling(unit: Unit) -> Telling | None:
    """How assignees are told by now; None: nobody is."""
    columns = (notices.c.notify, notices.c.since, notices.c.looked_at)
    row = unit.connection.execute(select(*columns)).first()
    return None if row is None else Telling(*row)


def set_telling(unit: Unit, notify: str, *, at: datetime) -> None:
    """Tell assignees in another way from now on; empty: nobody.

    Only what comes to somebody from then on is new that begins it.
    """
    if not notify:
        unit.connection.execute(delete(notices))
    elif telling(unit) is None:
        row = {"one": 1, "notify": notify, "since": at, "looked_at": at}
        unit.connection.execute(insert_new(unit.connection, notices), [row])
    else:
        unit.connection.execute(update(notices).values(notify=notify, looked_at=at))


def digest_told(unit: Unit, *, at: datetime) -> None:
    """Times of a cron up to an instant are over with."""
    unit.connection.execute(update(notices).values(looked_at=at))


def untold_tasks(unit: Unit, since: datetime) -> list[Assigned]:
    """The open tasks that came to somebody from an instant on who was not told; due ones first.

    For a unit that writes: nobody else can tell of them until it ends.
    """
    columns = [tasks.c[name] for name in Assigned.__slots__]
    order = (tasks.c.due_on == "", tasks.c.due_on, tasks.c.made_at, tasks.c.id)
    statement = select(*columns).where(IS_UNTOLD, tasks.c.assigned_at >= since).order_by(*order)
    rows = unit.connection.execute(statement.with_for_update())
    return [
        Assigned(**{**row._asdict(), "outcomes": tuple(json.loads(row.outcomes))}) for row in rows
    ]


def write_notice(
    unit: Unit, touch: NewTouch, told: Sequence[Assigned], *, at: datetime, actor: str
) -> None:
    """Write the touch that tells of some tasks, and that they were told."""
    repeated = existing_keys(unit, [touch.id])
    ids = [task.id for task in told]
    if not repeated:
        write_touches(unit, [touch], run="", at=at)
        unit.connection.execute(insert(tellings), [{"touch": touch.id, "task": of} for of in ids])
    given = texts_relation(unit.connection, ids)
    mine = tasks.c.id.in_(select(given.c.value))
    unit.connection.execute(update(tasks).where(mine).values(notice=touch.id))
    kind, body = touch_record(unit, touch, repeated=repeated)
    unit.note(kind, {**body, "tasks": ids}, at=at, actor=actor)


def are_untold(unit: Unit, since: datetime) -> bool:
    """Whether `untold_tasks` would find any."""
    untold = select(tasks.c.id).where(IS_UNTOLD, tasks.c.assigned_at >= since).limit(1)
    return unit.connection.scalar(untold) is not None


def are_waiting(unit: Unit) -> bool:
    """Whether notices wait to go out."""
    waiting = select(touches.c.id).where(*_WAITING).limit(1)
    return unit.connection.scalar(waiting) is not None


def drop_moot_notices(unit: Unit, *, at: datetime, actor: str) -> int:
    """Drop the notices that wait, and tell of nothing that is still to be done; how many."""
    open_still = select(tasks.c.id).where(
        IS_TOLD, tasks.c.notice == touches.c.id, tasks.c.state == TaskState.OPEN
    )
    statement = (
        update(touches)
        .where(*_WAITING, ~open_still.exists())
        .values(state=TouchState.DROPPED, reason="closed", ended_at=at)
        .returning(touches.c.id, touches.c.channel)
    )
    dropped = unit.connection.execute(statement).all()
    for row in dropped:
        body = {"touch": row.id, "channel": row.channel, "reason": "closed"}
        unit.note(Kind.TOUCH_DROPPED, body, at=at, actor=actor)
    return len(dropped)


def notices_of(*which: ColumnElement[bool]) -> Select[tuple[str]]:
    """The notices that tell, or told, of some tasks, whoever has them by now."""
    return select(tellings.c.touch).join(tasks, tasks.c.id == tellings.c.task).where(*which)


def tell_anew(unit: Unit, *dropped: ColumnElement[bool]) -> None:
    """Have assignees told anew of the tasks of notices that are dropped before they went out."""
    ids = select(touches.c.id).where(touches.c.playbook == NO_PLAYBOOK, *dropped)
    mine = update(tasks).where(IS_TOLD, tasks.c.notice.in_(ids))
    unit.connection.execute(mine.values(notice=""))
