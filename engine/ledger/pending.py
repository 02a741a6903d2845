"""What waits in the outbox: mails to customers that can still be stopped, and why touches wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, not_, or_, select, update
from sqlalchemy.sql import and_

from engine.bind.policy import BoundPolicy
from engine.decide.facts import RATE, TouchState
from engine.ledger.audit import Kind
from engine.ledger.control import channel_states
from engine.ledger.pace import has_turn
from engine.ledger.prepared import Prepared
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import AT_REST, IS_COPY, IS_READY, touches

__all__ = [
    "PendingMail",
    "pending_mails",
    "skip_pending",
    "waiting_by_reason",
    "waiting_for_people",
    "waiting_under",
]

_PENDING = (TouchState.DRAFT, TouchState.READY)
_OPEN = (*_PENDING, TouchState.CLAIMED, TouchState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class PendingMail:
    """An email to a customer that nobody has claimed."""

    id: str
    entity: str
    key: str
    topic: str


_SHOWN = tuple(touches.c[name] for name in PendingMail.__slots__)


def pending_mails(unit: Unit, playbook: str, *, after: str, limit: int) -> Sequence[PendingMail]:
    """A page of a playbook's, by id, beginning after `after`."""
    values = {"mine": playbook, "after": after, "most": limit}
    return [PendingMail(*row) for row in _PAGE.ordered(unit.connection, values)]


_PAGE = Prepared(
    lambda _: (
        select(*_SHOWN)
        .where(
            touches.c.playbook == bindparam("mine"),
            AT_REST,
            touches.c.state.in_(_PENDING),
            touches.c.to_customer == 1,
            touches.c.id > bindparam("after"),
        )
        .order_by(touches.c.id)
        .limit(bindparam("most"))
    )
)


def skip_pending(
    unit: Unit, ids: Collection[str], reason: str, *, at: datetime, actor: str
) -> None:
    """End mails that nobody has claimed meanwhile; the others are as they were."""
    given = texts_relation(unit.connection, ids)
    mine = (touches.c.id.in_(select(given.c.value)), touches.c.state.in_(_PENDING))
    values = {"state": TouchState.SKIPPED, "reason": reason, "ended_at": at}
    columns = (touches.c.id, touches.c.channel, touches.c.playbook, touches.c.key)
    statement = update(touches).where(*mine).values(values).returning(*columns)
    for row in unit.connection.execute(statement).all():
        body = {"touch": row.id, "channel": row.channel, "reason": reason}
        unit.note(Kind.TOUCH_SKIPPED, body, at=at, actor=actor, playbook=row.playbook, key=row.key)


def waiting_by_reason(unit: Unit, *, playbook: str | None = None) -> dict[str, int]:
    """Why touches that are ready have not gone out, with their number: of a playbook, or of all."""
    asked = _WAITING if playbook is None else _WAITING_OF_ONE
    return dict(sorted(asked.rows(unit.connection, {"mine": playbook})))


def _waiting(*which: ColumnElement[bool]) -> Select[Any]:
    said = select(touches.c.reason, func.count().label("number"))
    return said.where(IS_READY, touches.c.reason != "", *which).group_by(touches.c.reason)


_WAITING = Prepared(lambda _: _waiting())
_WAITING_OF_ONE = Prepared(lambda _: _waiting(touches.c.playbook == bindparam("mine")))


def waiting_for_people(unit: Unit, playbooks: Collection[str]) -> int:
    """How many touches of some playbooks wait for a person: drafts, and of unknown outcome."""
    wanted = (
        touches.c.playbook.in_(sorted(playbooks)),
        AT_REST,
        touches.c.state.in_((TouchState.DRAFT, TouchState.UNKNOWN)),
        or_(touches.c.state != TouchState.DRAFT, ~IS_COPY),
    )
    return unit.connection.scalar(select(func.count()).where(*wanted)) or 0


def waiting_under(
    unit: Unit, policy: BoundPolicy, *, now: datetime, real: datetime, playbook: str | None = None
) -> dict[str, int]:
    """The same, and those that are due by what keeps them all the same: that their channel is shut,
    or as `rate` the turn of their channel or sender.

    A window that has opened keeps none of those any more, though it stands on record until they go.
    A copy waits with its mail, and counts by itself once that has gone.
    """
    counts = Counter(waiting_by_reason(unit, playbook=playbook))
    mail = touches.alias()
    with_it = mail.c.id == touches.c.copy_of, mail.c.state.in_(_OPEN)
    waits_along = and_(IS_COPY, select(mail.c.id).where(*with_it).exists())
    due = [IS_READY, touches.c.next_attempt_at <= now, ~waits_along]
    if playbook is not None:
        due.append(touches.c.playbook == playbook)
    for kept, which in _kept_back(unit, policy, now=now, real=real):
        said = select(touches.c.reason, func.count()).where(*due, which).group_by(touches.c.reason)
        for reason, number in unit.connection.execute(said):
            counts[reason] -= number
            counts[kept] += number
    counts.pop("", None)
    return {reason: number for reason, number in sorted(counts.items()) if number > 0}


def _kept_back(
    unit: Unit, policy: BoundPolicy, *, now: datetime, real: datetime
) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """What keeps touches that are due, and which: each by one thing alone."""
    shut = {
        name: why for name, each in channel_states(unit).items() if (why := each.stops_for(now))
    }
    for reason in sorted(set(shut.values())):
        yield reason, touches.c.channel.in_([name for name in sorted(shut) if shut[name] == reason])
    if turns := has_turn(policy, real):
        yield RATE, and_(touches.c.channel.not_in(sorted(shut)), not_(and_(*turns)))
