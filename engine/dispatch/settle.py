"""What becomes of a touch by the answer that its channel gave. Delivery page, point 4.

The touch, the suppression, the breaker and the records that tell of them change in one transaction.
The answer that nearly all get is recorded of many touches at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.decide.facts import TouchState
from engine.dispatch.breaker import (
    blames_channel,
    is_tripped,
    proves_channel,
    rest,
    shuts_channel,
)
from engine.dispatch.retry import BACKOFFS, draw, is_exhausted, wait
from engine.ledger import outbox
from engine.ledger.claims import Claimed
from engine.ledger.control import close_breaker, count_failure, open_breaker, pause_channel
from engine.ledger.outbox import Accepted
from engine.ledger.recovery import OnUnknown, for_touch
from engine.ledger.store import Unit
from engine.ledger.suppressions import suppress
from engine.ledger.touches import withdraw_late
from engine.ports import Answer, NotSent, Refusal, Sent, UnknownOutcome

__all__ = ["Answered", "Settled", "settle", "settle_all"]


@dataclass(frozen=True, slots=True)
class Answered:
    """A touch and what its channel answered.

    `failures` are those of the channel in a row that were known before.
    """

    touch: Claimed
    answer: Answer
    on_unknown: OnUnknown
    failures: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What was recorded.

    `failures` are those of the channel in a row. `is_newly_paused` says that this answer paused
    the channel. `state` is None where the touch was no longer this claim's.
    """

    state: TouchState | None
    failures: int
    is_newly_paused: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """An answered touch, and what all of its changes need."""

    unit: Unit
    touch: Claimed
    now: datetime
    actor: str


def settle(unit: Unit, answered: Answered, *, now: datetime, actor: str) -> Settled:
    """Record an answer."""
    case, answer = _Case(unit, answered.touch, now, actor), answered.answer
    state = _settle_touch(case, answer, answered.on_unknown)
    failures = _settle_channel(case, answer, answered.failures)
    is_newly_paused = shuts_channel(answer) and _pause(case, answer.detail)
    return Settled(state, failures, is_newly_paused)


def settle_all(
    unit: Unit, answered: Sequence[Answered], *, now: datetime, actor: str
) -> list[Settled]:
    """Record the answers to many; what was recorded, in their order."""
    if not all(proves_channel(each.answer) for each in answered):
        # How many failures there are in a row hangs on what came before what.
        return [settle(unit, each, now=now, actor=actor) for each in answered]
    sent = [each for each in answered if isinstance(each.answer, Sent)]
    done = iter(_settle_sent(unit, sent, now=now, actor=actor))
    return [
        next(done) if isinstance(each.answer, Sent) else settle(unit, each, now=now, actor=actor)
        for each in answered
    ]


def _settle_sent(
    unit: Unit, sent: Sequence[Answered], *, now: datetime, actor: str
) -> list[Settled]:
    accepted = [Accepted(each.touch.id, each.touch.epoch, each.answer.detail) for each in sent]
    done = outbox.settle_sent_all(unit, accepted, now=now, actor=actor) if sent else []
    for channel in sorted({each.touch.channel for each in sent}):
        close_breaker(unit, channel, at=now, actor=actor)
    return [Settled(TouchState.SENT if each else None, 0) for each in done]


def _settle_touch(case: _Case, answer: Answer, on_unknown: OnUnknown) -> TouchState | None:
    match answer:
        case Sent():
            return _sent(case, answer.detail)
        case UnknownOutcome():
            return _unknown(case, answer.detail, on_unknown)
        case NotSent():
            return _not_sent(case, answer)


def _not_sent(case: _Case, answer: NotSent) -> TouchState | None:
    match answer.refusal:
        case Refusal.LATER:
            return _later(case, answer.detail, asked_s=answer.retry_after)
        case Refusal.CHANNEL | Refusal.UNOPENED | Refusal.CREDENTIALS:
            return _postponed(case, answer)
        case Refusal.MAILBOX:
            _suppress(case, answer)
            return _failed(case, "mailbox", answer.detail)
        case Refusal.MESSAGE:
            return _failed(case, "refused", answer.detail)
        case Refusal.GONE:
            return _failed(case, "gone", answer.detail)


# ---------------------------------------------------------------- the touch


def _sent(case: _Case, detail: str) -> TouchState | None:
    done = outbox.settle_sent(
        case.unit,
        case.touch.id,
        epoch=case.touch.epoch,
        now=case.now,
        detail=detail,
        actor=case.actor,
    )
    return TouchState.SENT if done else None


def _failed(case: _Case, reason: str, detail: str) -> TouchState | None:
    done = outbox.settle_failed(
        case.unit,
        case.touch.id,
        epoch=case.touch.epoch,
        now=case.now,
        reason=reason,
        detail=detail,
        actor=case.actor,
    )
    return TouchState.FAILED if done else None


def _unknown(case: _Case, detail: str, on_unknown: OnUnknown) -> TouchState | None:
    match for_touch(case.touch.kind, case.touch.method, on_unknown):
        case OnUnknown.ASSUME_SENT:
            return _sent(case, f"assumed: {detail}")
        case OnUnknown.RESEND:
            return _later(case, detail)
        case OnUnknown.HOLD:
            done = outbox.settle_unknown(
                case.unit,
                case.touch.id,
                epoch=case.touch.epoch,
                now=case.now,
                detail=detail,
                actor=case.actor,
            )
            return TouchState.UNKNOWN if done else None


def _later(case: _Case, detail: str, *, asked_s: float | None = None) -> TouchState | None:
    """Try again with the same bytes, unless this was the last attempt."""
    touch = case.touch
    backoff = BACKOFFS[touch.kind]
    if is_exhausted(backoff, touch.attempts):
        return _failed(case, "attempts", f"given up after {touch.attempts} attempts: {detail}")
    jitter = draw(touch.id, str(touch.attempts))
    done = outbox.settle_later(
        case.unit,
        touch.id,
        epoch=touch.epoch,
        now=case.now,
        next_attempt_at=case.now + wait(backoff, touch.attempts, jitter=jitter, asked_s=asked_s),
        reason="later",
        detail=detail,
        actor=case.actor,
    )
    return _again(case) if done else None


def _postponed(case: _Case, answer: NotSent) -> TouchState | None:
    """The channel failed, not the touch: it waits, so that another is the next to be tried."""
    touch = case.touch
    jitter = draw(touch.id, case.now.isoformat())
    done = outbox.settle_postponed(
        case.unit,
        touch.id,
        epoch=touch.epoch,
        now=case.now,
        next_attempt_at=case.now + wait(BACKOFFS[touch.kind], 1, jitter=jitter),
        reason=answer.refusal.value,
        detail=answer.detail,
        actor=case.actor,
    )
    return _again(case) if done else None


def _again(case: _Case) -> TouchState:
    """It goes again, unless whom it is for has left while its answer was awaited."""
    left = withdraw_late(case.unit, [case.touch.id], at=case.now, actor=case.actor)
    return TouchState.DROPPED if left else TouchState.READY


def _suppress(case: _Case, answer: NotSent) -> None:
    why = f"the mail server says there is no such mailbox ({answer.code})"
    suppress(case.unit, case.touch.recipient, why=why, at=case.now, actor=case.actor)


# ---------------------------------------------------------------- the channel


def _settle_channel(case: _Case, answer: Answer, failures: int) -> int:
    """Count what blames the channel, forget it all once the channel is seen to work."""
    channel = case.touch.channel
    if blames_channel(answer):
        failures = count_failure(case.unit, channel)
        if is_tripped(answer, failures):
            _trip(case, answer, failures)
        return failures
    if proves_channel(answer):
        close_breaker(case.unit, channel, at=case.now, actor=case.actor)
        return 0
    return failures


def _trip(case: _Case, answer: Answer, failures: int) -> None:
    jitter = draw(case.touch.channel, str(failures))
    until = case.now + rest(failures, jitter)
    open_breaker(
        case.unit,
        case.touch.channel,
        until=until,
        why=answer.detail,
        at=case.now,
        actor=case.actor,
    )


def _pause(case: _Case, why: str) -> bool:
    return pause_channel(case.unit, case.touch.channel, why=why, at=case.now, actor=case.actor)
