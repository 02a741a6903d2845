"""What waits in the outbox, as a dispatch would find it now: told, and not done.

A rehearsal lets go what a run would (delivery page, "Touches", point 5): what earlier passes have
made and what waited for its window goes out by the very look that `permits` takes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from engine.bind.policy import BoundPolicy, address_of
from engine.decide.facts import Item, NewTouch, TouchKind, TouchState
from engine.ledger.control import is_halted, pause_until
from engine.ledger.held import HELD_REASONS, Room, late_from
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import items, of_playbook, touches
from engine.ledger.topics import addressed, refusals_of

__all__ = ["Going", "foreseen"]

_SHOWN = (
    *("id", "enrollment", "playbook", "entity", "key", "step", "kind", "channel", "state"),
    *("reason", "recipient", "sender", "subject", "topic", "priority", "expires_at"),
    *("to_customer", "zone", "copy_of", "approver", "capped_at"),
)
_ASKED_BY = ("address_digest", "next_attempt_at", "held_by", "made_at")
_GOING = (TouchState.READY, TouchState.CLAIMED)


@dataclass(frozen=True, slots=True)
class Going:
    """What a dispatch would find: the channels that are `shut`, each with the reason.

    `retried` are the reasons of what it would try at once, though the next attempt is later.
    """

    shut: Mapping[str, str]
    retried: Collection[str] = ()


def foreseen(
    unit: Unit, playbook: str, policy: BoundPolicy, going: Going, *, now: datetime
) -> Sequence[NewTouch]:
    """The touches of a playbook that have not ended, as they would be after a dispatch.

    In the order of their turns. One that is due is ready, without a reason: window and caps are
    asked when it goes. One that has still to wait is ready and due later, or bears the reason of
    its channel that is shut; the others are drafts, or have ended with a reason. None where the
    playbook is halted; a pause is over, and has moved on what may expire.
    """
    if is_halted(unit, playbook):
        return ()
    rows = _waiting(unit, playbook, now)
    refusals = refusals_of(unit, {addressed(policy, row) for row in rows})
    room, told_of = Room(unit, rows, policy, now=now), _items(unit, rows)
    pause = pause_until(unit, playbook, now)
    stood_from = late_from(rows, pause) if pause else {}
    found: list[NewTouch] = []
    for row in rows:
        counted = sorted(each for each in room.counted(row) if not each.startswith(address_of("")))
        touch = replace(_touch(row), items=told_of.get(row.id, ()), rows=tuple(counted))
        refusal = refusals.get(addressed(policy, row), "")
        if pause and touch.expires_at:
            moved = pause.moved(touch.expires_at, since=stood_from[row.id])
            touch = replace(touch, expires_at=moved)
        later = None if row.reason in going.retried else _later(row, policy, now)
        found.append(_looked_at(touch, shut=going.shut, later=later, refusal=refusal, now=now))
    return found


def _waiting(unit: Unit, playbook: str, now: datetime) -> Sequence[Row[Any]]:
    """Drafts and what is ready, made by now; copies go with their mail, and after it."""
    wanted = (
        of_playbook(playbook),
        touches.c.made_at <= now,
        touches.c.state.in_((*_GOING, TouchState.DRAFT)),
    )
    order = (touches.c.priority.desc(), touches.c.made_at, touches.c.id)
    columns = (touches.c[name] for name in (*_SHOWN, *_ASKED_BY))
    return unit.connection.execute(select(*columns).where(*wanted).order_by(*order)).all()


def _touch(row: Row[Any]) -> NewTouch:
    values = {name: row._mapping[name] for name in (*_SHOWN, "made_at")}
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


def _later(row: Row[Any], policy: BoundPolicy, now: datetime) -> datetime | None:
    """When it is looked at next; None: now, as also where another policy has put it off."""
    is_asked_again = row.reason in HELD_REASONS and row.held_by != policy.digest
    return None if row.next_attempt_at <= now or is_asked_again else row.next_attempt_at


def _looked_at(
    touch: NewTouch,
    *,
    shut: Mapping[str, str],
    later: datetime | None,
    refusal: str,
    now: datetime,
) -> NewTouch:
    if touch.expires_at is not None and touch.expires_at <= now:
        return replace(touch, state=TouchState.EXPIRED, reason="expired")
    if touch.state is TouchState.DRAFT:
        return touch
    if later is not None:
        return replace(touch, due_at=later)
    if touch.channel in shut:
        return replace(touch, reason=shut[touch.channel])
    if refusal:
        return replace(touch, state=TouchState.SKIPPED, reason=refusal)
    return replace(touch, reason="")
