"""The outbox: permit and settle. Two commits stand between a touch and its effect.

Delivery page, "Touches", points 3 to 7. `claimed` may be taken over; `in_doubt`, committed just
before the one act that cannot be taken back, never is. Every change asks for the epoch of the
claim it belongs to, so that a worker that was overtaken changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select, update

from engine.bind.policy import NO_POLICY, BoundPolicy
from engine.decide.facts import TouchState
from engine.decide.policy import GiveUp, Wait
from engine.language.policy import TopicDefault
from engine.ledger.audit import Kind
from engine.ledger.control import is_halted
from engine.ledger.drafts import content_digest
from engine.ledger.held import alone, hold_back, let_others_ask, verdict_on
from engine.ledger.pace import names_of, turn_at
from engine.ledger.store import Unit
from engine.ledger.tables import pauses, touches
from engine.ledger.topics import refusal_of
from engine.ledger.touches import END_KINDS

__all__ = [
    "Permission",
    "permit",
    "put_back",
    "settle_failed",
    "settle_later",
    "settle_postponed",
    "settle_sent",
    "settle_skipped",
    "settle_unknown",
]


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether the act may follow, once the transaction has committed; else the reason why not.

    The reasons: `overtaken` (another worker has it, or it ended), `halted`, `paused`, `expired`,
    `unapproved` (a draft again), `suppressed`, `not_subscribed`, `window`, `capped`, and `rate`:
    then the touch is still claimed, and may be asked about again at `turn_at` (real time).
    """

    allowed: bool
    reason: str = ""
    turn_at: datetime | None = None


# ---------------------------------------------------------------- permitting


def permit(
    unit: Unit,
    touch: str,
    *,
    epoch: int,
    now: datetime,
    lease: timedelta,
    actor: str,
    policy: BoundPolicy = NO_POLICY,
    real: datetime | None = None,
) -> Permission:
    """Mark a claimed touch in doubt, after a last look at what the ledger itself knows.

    The act may follow only once this unit has committed. `lease` must outlast the wait for the
    answer: what is in doubt longer becomes unknown. A touch that may not go out is skipped,
    expired or ready again accordingly. `real` is what rates go by, where `now` is a run's fixed
    instant.
    """
    if policy.caps or policy.rates or policy.per_sender:
        alone(unit)
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
    if row.approver and row.approved != content_digest(row.payload):
        return _put_back(unit, row, "unapproved", now=now, actor=actor, state=TouchState.DRAFT)
    refusal = refusal_of(unit, row.address_digest, row.topic, default=_default(policy, row))
    if refusal:
        return _end(unit, row, TouchState.SKIPPED, reason=refusal, now=now, actor=actor)
    verdict = verdict_on(unit, row, policy, now=now)
    if isinstance(verdict, Wait):
        hold_back(unit, row, verdict, policy=policy, now=now, actor=actor)
        return Permission(False, verdict.reason)
    if isinstance(verdict, GiveUp):
        return _end(unit, row, TouchState.SKIPPED, reason=verdict.reason, now=now, actor=actor)
    names = names_of(policy, row.channel, row.sender)
    if turn := turn_at(unit, names, real=real or now):
        return Permission(False, "rate", turn)
    values = {"state": TouchState.IN_DOUBT, "in_doubt_at": now, "lease_until": now + lease}
    _change(unit, touch, values)
    _tell(unit, row, Kind.TOUCH_IN_DOUBT, {}, now=now, actor=actor)
    return Permission(True)


def _default(policy: BoundPolicy, row: Row[tuple[object, ...]]) -> TopicDefault:
    """Colleagues subscribe to nothing."""
    return policy.default_of(row.topic) if row.to_customer else TopicDefault.SUBSCRIBED


def put_back(unit: Unit, touch: str, *, epoch: int, reason: str, now: datetime, actor: str) -> bool:
    """Make a claimed touch ready again that did not come to its act; no attempt is used up."""
    mine = (
        touches.c.id == touch,
        touches.c.epoch == epoch,
        touches.c.state == TouchState.CLAIMED,
    )
    row = unit.connection.execute(select(touches).where(*mine).with_for_update()).first()
    if row is not None:
        _put_back(unit, row, reason, now=now, actor=actor)
    return row is not None


def _is_paused(unit: Unit, playbook: str) -> bool:
    wanted = (pauses.c.playbook == playbook, pauses.c.ended_at.is_(None))
    return unit.connection.scalar(select(func.count()).where(*wanted)) != 0


def _put_back(
    unit: Unit,
    row: Row[tuple[object, ...]],
    reason: str,
    *,
    now: datetime,
    actor: str,
    state: TouchState = TouchState.READY,
) -> Permission:
    values = {"state": state, "worker": "", "lease_until": None}
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
_COUNT = (TouchState.SENT, TouchState.UNKNOWN)  # against caps


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
    if row.to_customer and row.state not in _COUNT:
        let_others_ask(unit, row.id, now=now)
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
