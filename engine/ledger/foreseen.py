"""What waits in the outbox, as a dispatch would find it now: told, and not done.

A rehearsal lets go what a run would (delivery page, "Touches", point 5): what earlier passes have
made and what waited for its window goes out by the very look that `permits` takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select

from engine.bind.policy import BoundPolicy, address_of
from engine.decide.facts import Item, NewTouch, TouchKind, TouchState
from engine.decide.policy import GiveUp, Wait
from engine.language.policy import TopicDefault
from engine.ledger.control import stops_in_force
from engine.ledger.held import Room
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import IS_COPY, items, of_playbook, touches
from engine.ledger.topics import Addressed, refusals_of

__all__ = ["foreseen"]

_SHOWN = (
    *("id", "enrollment", "playbook", "entity", "key", "step", "kind", "channel", "state"),
    *("reason", "recipient", "sender", "subject", "topic", "priority", "expires_at"),
    *("to_customer", "zone", "copy_of", "approver", "capped_at"),
)
_ASKED_BY = ("address_digest", "next_attempt_at")
_GOING = (TouchState.READY, TouchState.CLAIMED)


def foreseen(
    unit: Unit, playbook: str, policy: BoundPolicy, *, shut: Mapping[str, str], now: datetime
) -> Sequence[NewTouch]:
    """The touches of a playbook that have not ended, as they would be after a dispatch.

    In the order of their turns. One that goes is ready, without a reason; one that has still to
    wait is ready and due later, or bears the reason of its channel in `shut`; the others are
    drafts, or have ended with a reason. None where the playbook is halted.
    """
    if stops_in_force(unit).reason_for(playbook):
        return ()
    rows = _waiting(unit, playbook, now)
    refusals = refusals_of(unit, {_addressed(policy, row) for row in rows})
    room, told_of = Room(unit, rows, policy, now=now), _items(unit, rows)
    found: list[NewTouch] = []
    for row in rows:
        counted = sorted(each for each in room.counted(row) if not each.startswith(address_of("")))
        touch = replace(_touch(row), items=told_of.get(row.id, ()), rows=tuple(counted))
        if row.channel in shut and _is_due(row, now):
            found.append(replace(touch, reason=shut[row.channel]))
            continue
        refusal = refusals.get(_addressed(policy, row), "")
        found.append(_looked_at(touch, row, room, refusal=refusal, now=now))
    return found


def _waiting(unit: Unit, playbook: str, now: datetime) -> Sequence[Row[Any]]:
    """Drafts and what is ready, made by now; copies go with their mail, and after it."""
    mail = touches.alias()
    follows = select(mail.c.id).where(
        mail.c.id == touches.c.copy_of, mail.c.state != TouchState.DRAFT
    )
    wanted = (
        of_playbook(playbook),
        touches.c.made_at <= now,
        touches.c.state.in_((*_GOING, TouchState.DRAFT)),
        or_(~IS_COPY, follows.exists()),
    )
    order = (touches.c.priority.desc(), touches.c.made_at, touches.c.id)
    columns = (touches.c[name] for name in (*_SHOWN, *_ASKED_BY))
    return unit.connection.execute(select(*columns).where(*wanted).order_by(*order)).all()


def _touch(row: Row[Any]) -> NewTouch:
    values = {name: row._mapping[name] for name in _SHOWN}
    state = TouchState.READY if row.state in _GOING else TouchState(row.state)
    given = {"kind": TouchKind(row.kind), "state": state, "to_customer": bool(row.to_customer)}
    return NewTouch(**{**values, **given})


def _items(unit: Unit, rows: Sequence[Row[Any]]) -> Mapping[str, tuple[Item, ...]]:
    digests = [row.id for row in rows if not row.enrollment]
    given = texts_relation(unit.connection, digests)
    listed = select(items).where(items.c.touch.in_(select(given.c.value))).order_by(items.c.place)
    found: dict[str, tuple[Item, ...]] = {}
    for row in unit.connection.execute(listed):
        item = Item(row.enrollment, row.key, row.step)
        found[row.touch] = (*found.get(row.touch, ()), item)
    return found


def _addressed(policy: BoundPolicy, row: Row[Any]) -> Addressed:
    default = policy.default_of(row.topic) if row.to_customer else TopicDefault.SUBSCRIBED
    return row.address_digest, row.topic, default


def _is_due(row: Row[Any], now: datetime) -> bool:
    """Whether a dispatch would take it up, were its channel open."""
    is_late = row.expires_at is not None and row.expires_at <= now
    return row.state in _GOING and row.next_attempt_at <= now and not is_late


def _looked_at(
    touch: NewTouch, row: Row[Any], room: Room, *, refusal: str, now: datetime
) -> NewTouch:
    if touch.expires_at is not None and touch.expires_at <= now:
        return replace(touch, state=TouchState.EXPIRED, reason="expired")
    if touch.state is TouchState.DRAFT:
        return touch
    if row.next_attempt_at > now:
        return replace(touch, due_at=row.next_attempt_at)
    if refusal:
        return replace(touch, state=TouchState.SKIPPED, reason=refusal)
    verdict = room.verdict(row)
    if isinstance(verdict, GiveUp):
        return replace(touch, state=TouchState.SKIPPED, reason=verdict.reason)
    if isinstance(verdict, Wait):
        return replace(touch, reason=verdict.reason, due_at=verdict.until)
    room.take(row)
    return replace(touch, reason="")
