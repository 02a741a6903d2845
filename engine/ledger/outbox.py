"""The outbox: claim, permit, settle. Two commits stand between a touch and its effect.

Delivery page, "Touches", points 3 to 7. `claimed` may be taken over; `in_doubt`, committed just
before the one act that cannot be taken back, never is. Every change asks for the epoch of the
claim it belongs to, so that a worker that was overtaken changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, func, or_, select, update

from engine.decide.facts import TouchKind, TouchState
from engine.ledger.audit import Kind
from engine.ledger.control import is_halted
from engine.ledger.store import Unit
from engine.ledger.suppressions import is_suppressed_digest
from engine.ledger.tables import IS_READY, channels, enrollments, halts, pauses, touches
from engine.ledger.touches import END_KINDS

__all__ = [
    "Claimed",
    "Permission",
    "claim",
    "permit",
    "settle_failed",
    "settle_later",
    "settle_postponed",
    "settle_sent",
    "settle_skipped",
    "settle_unknown",
]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A touch in the hands of one worker; every later change of it asks for `epoch`."""

    id: str
    epoch: int
    enrollment: str
    playbook: str
    entity: str
    key: str
    step: str
    kind: TouchKind
    channel: str
    recipient: str
    sender: str
    subject: str
    topic: str
    payload: bytes
    method: str
    headers: Mapping[str, str]
    priority: int
    attempts: int
    made_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether the act may follow, once the transaction has committed; else the reason why not.

    The reasons: `overtaken` (another worker has it, or it ended), `halted`, `paused`,
    `suppressed`, `expired`.
    """

    allowed: bool
    reason: str = ""


# ---------------------------------------------------------------- claiming


def claim(
    unit: Unit,
    worker: str,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    channels_open: Collection[str] | None = None,
    cleared: Mapping[str, Collection[str]] | None = None,
) -> list[Claimed]:
    """Take at most `limit` due touches for a worker, by priority, then age.

    `channels_open` narrows them to channels that the worker serves; None: all. What is halted,
    paused, or on a channel that is paused or whose breaker is open, stays where it is. `cleared`
    are the playbooks that a pass has just asked exits and presence of, each with its versions
    that could not be asked (delivery page, point 6); None: all.
    """
    if unit.ledger.halt_file_stands():
        return []
    wanted = [*_due(now), *_nothing_stops(now)]
    if channels_open is not None:
        wanted.append(touches.c.channel.in_(sorted(channels_open)))
    if cleared is not None:
        wanted.extend(_cleared(cleared))
    order = (touches.c.priority.desc(), touches.c.made_at, touches.c.id)
    picked = select(touches.c.id).where(*wanted).order_by(*order).limit(limit)
    # Two statements in one transaction: Postgres skips rows that another worker is taking,
    # SQLite has let in one writer only.
    ids = unit.connection.scalars(picked.with_for_update(skip_locked=True)).all()
    if not ids:
        return []
    return _take(unit, list(ids), worker=worker, now=now, lease=lease)


def _due(now: datetime) -> list[ColumnElement[bool]]:
    return [
        IS_READY,
        touches.c.next_attempt_at <= now,
        or_(touches.c.expires_at.is_(None), touches.c.expires_at > now),
    ]


def _nothing_stops(now: datetime) -> list[ColumnElement[bool]]:
    halted = select(halts.c.scope).where(halts.c.scope.in_(["", touches.c.playbook]))
    paused = select(pauses.c.playbook).where(
        pauses.c.playbook == touches.c.playbook, pauses.c.ended_at.is_(None)
    )
    shut = select(channels.c.name).where(
        channels.c.name == touches.c.channel,
        or_(channels.c.paused_at.is_not(None), channels.c.breaker_until > now),
    )
    return [~halted.exists(), ~paused.exists(), ~shut.exists()]


def _cleared(playbooks: Mapping[str, Collection[str]]) -> list[ColumnElement[bool]]:
    asked = touches.c.playbook.in_(sorted(playbooks))
    held = sorted({version for versions in playbooks.values() for version in versions})
    if not held:
        return [asked]
    by_held = select(enrollments.c.id).where(
        enrollments.c.id == touches.c.enrollment, enrollments.c.version.in_(held)
    )
    return [asked, ~by_held.exists()]


def _take(
    unit: Unit, ids: list[str], *, worker: str, now: datetime, lease: timedelta
) -> list[Claimed]:
    statement = (
        update(touches)
        .where(touches.c.id.in_(ids), touches.c.state == TouchState.READY)
        .values(
            state=TouchState.CLAIMED,
            epoch=touches.c.epoch + 1,
            attempts=touches.c.attempts + 1,
            worker=worker,
            lease_until=now + lease,
        )
        .returning(touches)
    )
    taken = {row.id: _claimed(row) for row in unit.connection.execute(statement)}
    for touch in taken.values():
        body = {"touch": touch.id, "epoch": touch.epoch, "attempt": touch.attempts}
        unit.note(
            Kind.TOUCH_CLAIMED, body, at=now, actor=worker, playbook=touch.playbook, key=touch.key
        )
    return [taken[touch] for touch in ids if touch in taken]


def _claimed(row: Row[tuple[object, ...]]) -> Claimed:
    return Claimed(
        id=row.id,
        epoch=row.epoch,
        enrollment=row.enrollment,
        playbook=row.playbook,
        entity=row.entity,
        key=row.key,
        step=row.step,
        kind=TouchKind(row.kind),
        channel=row.channel,
        recipient=row.recipient,
        sender=row.sender,
        subject=row.subject,
        topic=row.topic,
        payload=bytes(row.payload),
        method=row.method,
        headers=json.loads(row.headers),
        priority=row.priority,
        attempts=row.attempts,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )


# ---------------------------------------------------------------- permitting


def permit(
    unit: Unit, touch: str, *, epoch: int, now: datetime, lease: timedelta, actor: str
) -> Permission:
    """Mark a claimed touch in doubt, after a last look at what the ledger itself knows.

    The act may follow only once this unit has committed. `lease` must outlast the wait for the
    answer: what is in doubt longer becomes unknown. A touch that may not go out is skipped,
    expired or ready again accordingly.
    """
    found = select(touches).where(touches.c.id == touch).with_for_update()
    row = unit.connection.execute(found).first()
    if row is None or row.epoch != epoch or row.state != TouchState.CLAIMED:
        return Permission(False, "overtaken")
    if is_halted(unit, row.playbook):
        return _put_back(unit, row, "halted", now=now, actor=actor)
    if _is_paused(unit, row.playbook):
        return _put_back(unit, row, "paused", now=now, actor=actor)
    if row.expires_at is not None and row.expires_at <= now:
        return _end(unit, row, TouchState.EXPIRED, reason="expired", now=now, actor=actor)
    if is_suppressed_digest(unit, row.address_digest, row.topic):
        return _end(unit, row, TouchState.SKIPPED, reason="suppressed", now=now, actor=actor)
    values = {"state": TouchState.IN_DOUBT, "in_doubt_at": now, "lease_until": now + lease}
    _change(unit, touch, values)
    _tell(unit, row, Kind.TOUCH_IN_DOUBT, {}, now=now, actor=actor)
    return Permission(True)


def _is_paused(unit: Unit, playbook: str) -> bool:
    wanted = (pauses.c.playbook == playbook, pauses.c.ended_at.is_(None))
    return unit.connection.scalar(select(func.count()).where(*wanted)) != 0


def _put_back(
    unit: Unit, row: Row[tuple[object, ...]], reason: str, *, now: datetime, actor: str
) -> Permission:
    values = {"state": TouchState.READY, "worker": "", "lease_until": None}
    _change(unit, row.id, {**values, "attempts": touches.c.attempts - 1})
    _tell(unit, row, Kind.TOUCH_RELEASED, {"reason": reason}, now=now, actor=actor)
    return Permission(False, reason)


def _end(
    unit: Unit,
    row: Row[tuple[object, ...]],
    state: TouchState,
    *,
    reason: str,
    now: datetime,
    actor: str,
) -> Permission:
    _change(unit, row.id, {"state": state, "reason": reason, "ended_at": now, "lease_until": None})
    _tell(unit, row, END_KINDS[state], {"reason": reason}, now=now, actor=actor)
    return Permission(False, reason)


# ---------------------------------------------------------------- settling

# An answer that comes after the lease has run out finds the touch unknown; under the same epoch
# it is still this worker's own act that is answered, and the answer closes it.
_ACTED = (TouchState.IN_DOUBT, TouchState.UNKNOWN)
_HELD = (TouchState.CLAIMED, *_ACTED)


def settle_sent(
    unit: Unit, touch: str, *, epoch: int, now: datetime, detail: str, actor: str
) -> bool:
    """Record that the receiver took it. False: the touch is no longer this claim's; as it was."""
    values = {"state": TouchState.SENT, "reason": "", "detail": detail, "ended_at": now}
    return _settle(unit, touch, values, epoch=epoch, states=_ACTED, now=now, actor=actor)


def settle_failed(
    unit: Unit, touch: str, *, epoch: int, now: datetime, reason: str, detail: str, actor: str
) -> bool:
    """Record that it was refused for good; `detail` may quote the server, `reason` is a word."""
    values = {"state": TouchState.FAILED, "reason": reason, "detail": detail, "ended_at": now}
    return _settle(unit, touch, values, epoch=epoch, states=_HELD, now=now, actor=actor)


def settle_skipped(
    unit: Unit, touch: str, *, epoch: int, now: datetime, reason: str, actor: str
) -> bool:
    """Record that it is not to go out after all, and did not."""
    values = {"state": TouchState.SKIPPED, "reason": reason, "ended_at": now}
    states = (TouchState.CLAIMED,)
    return _settle(unit, touch, values, epoch=epoch, states=states, now=now, actor=actor)


def settle_later(
    unit: Unit,
    touch: str,
    *,
    epoch: int,
    now: datetime,
    next_attempt_at: datetime,
    reason: str,
    detail: str,
    actor: str,
) -> bool:
    """Record that it certainly did not go out and is tried again from `next_attempt_at` on."""
    values = _ready_again(next_attempt_at, reason, detail)
    return _settle(unit, touch, values, epoch=epoch, states=_HELD, now=now, actor=actor)


def settle_postponed(
    unit: Unit,
    touch: str,
    *,
    epoch: int,
    now: datetime,
    next_attempt_at: datetime,
    reason: str,
    detail: str,
    actor: str,
) -> bool:
    """As `settle_later`, where the channel failed and not the touch: no attempt is used up."""
    values = _ready_again(next_attempt_at, reason, detail)
    values["attempts"] = touches.c.attempts - 1
    return _settle(unit, touch, values, epoch=epoch, states=_HELD, now=now, actor=actor)


def _ready_again(next_attempt_at: datetime, reason: str, detail: str) -> dict[str, object]:
    return {
        "state": TouchState.READY,
        "reason": reason,
        "detail": detail,
        "next_attempt_at": next_attempt_at,
        "in_doubt_at": None,
        "ended_at": None,
    }


def settle_unknown(
    unit: Unit, touch: str, *, epoch: int, now: datetime, detail: str, actor: str
) -> bool:
    """Record that the act was done and no answer came; it is held for a person."""
    values = {
        "state": TouchState.UNKNOWN,
        "reason": "no_answer",
        "detail": detail,
        "ended_at": now,
    }
    states = (TouchState.IN_DOUBT,)
    return _settle(unit, touch, values, epoch=epoch, states=states, now=now, actor=actor)


def _settle(
    unit: Unit,
    touch: str,
    values: Mapping[str, object],
    *,
    epoch: int,
    states: Collection[TouchState],
    now: datetime,
    actor: str,
) -> bool:
    mine = (touches.c.id == touch, touches.c.epoch == epoch, touches.c.state.in_(list(states)))
    statement = (
        update(touches)
        .where(*mine)
        .values({**values, "worker": "", "lease_until": None})
        .returning(touches)
    )
    row = unit.connection.execute(statement).first()
    if row is None:
        return False
    kind = END_KINDS.get(TouchState(row.state), Kind.TOUCH_DEFERRED)
    body = {"reason": row.reason, "attempt": row.attempts}
    _tell(unit, row, kind, body, now=now, actor=actor)
    return True


def _change(unit: Unit, touch: str, values: Mapping[str, object]) -> None:
    unit.connection.execute(update(touches).where(touches.c.id == touch).values(values))


def _tell(
    unit: Unit,
    row: Row[tuple[object, ...]],
    kind: Kind,
    body: Mapping[str, object],
    *,
    now: datetime,
    actor: str,
) -> None:
    told = {"touch": row.id, "channel": row.channel, "epoch": row.epoch, **body}
    unit.note(kind, told, at=now, actor=actor, playbook=row.playbook, key=row.key)
