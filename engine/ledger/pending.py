"""What waits in the outbox: mails to customers that can still be stopped, and why touches wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from engine.bind.policy import BoundPolicy
from engine.decide.facts import RATE, UNBOUND, TouchState
from engine.ledger.audit import Kind
from engine.ledger.claims import follows, of_versions
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
    unit: Unit,
    policy: BoundPolicy,
    *,
    now: datetime,
    real: datetime,
    playbook: str | None = None,
    held: Collection[str] = (),
) -> dict[str, int]:
    """The same, where what is due is told by what keeps it now.

    That its version is one of those `held` as unbound, that its channel is shut, or (`rate`) that
    it has no turn. A window that has opened keeps nothing any more, though it stands on record
    until the touch goes.
    """
    counts = Counter(waiting_by_reason(unit, playbook=playbook))
    keeping = list(_keeping(unit, policy, now=now, real=real, held=held))
    if keeping:
        due = [IS_READY, touches.c.next_attempt_at <= now, follows()]
        due += [] if playbook is None else [touches.c.playbook == playbook]
        why = case(*((which, literal(reason)) for reason, which in keeping), else_="")
        said = (
            select(touches.c.reason, why, func.count()).where(*due).group_by(touches.c.reason, why)
        )
        for reason, now_kept_by, number in unit.connection.execute(said):
            if now_kept_by:
                counts[reason] -= number
                counts[now_kept_by] += number
    return {reason: number for reason, number in sorted(counts.items()) if reason and number > 0}


def _keeping(
    unit: Unit, policy: BoundPolicy, *, now: datetime, real: datetime, held: Collection[str]
) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """What may keep touches that are due, each with the touches that it keeps."""
    if held:
        yield UNBOUND, of_versions(sorted(held))
    for name, state in channel_states(unit).items():
        if reason := state.stops_for(now):
            yield reason, touches.c.channel == name
    if turns := has_turn(policy, real):
        yield RATE, not_(and_(*turns))
