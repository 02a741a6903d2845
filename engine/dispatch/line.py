"""The line of one channel: lanes that claim a touch, send it, settle it, and ask for the next.

Delivery page, points 3 to 8. One touch at a time a lane: a server that hangs on one message holds
up one lane, one poison touch stops nobody, and a stop leaves nothing claimed behind.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.bind.policy import BoundPolicy
from engine.decide.facts import TouchState
from engine.dispatch.books import Books
from engine.dispatch.breaker import blames_channel, proves_channel
from engine.dispatch.settle import Settled, settle
from engine.dispatch.tally import Tally
from engine.ledger.claims import Claimed, Claims, claim
from engine.ledger.outbox import Permission, permit, put_back
from engine.ledger.recovery import OnUnknown
from engine.ledger.schema import refuse_other_schema
from engine.ledger.store import Unit
from engine.ports import Answer, Channel, Message, NotSent, Refusal, UnknownOutcome
from engine.problems import TouchlineError, Unreachable

__all__ = ["Delivery", "Line"]

_CLAIM_LEASE = timedelta(minutes=10)
_MARGIN = timedelta(minutes=1)  # a lease outlasts the longest answer by this
_SETTLE_WAITS_S = (0.2, 0.5, 1.0, 2.0, 4.0)  # an answer that was given is worth some patience

_PUT_BACK = {
    "halted": TouchState.READY,
    "paused": TouchState.READY,
    "window": TouchState.READY,
    "capped": TouchState.READY,
    "rate": TouchState.READY,
    "unapproved": TouchState.DRAFT,
    "suppressed": TouchState.SKIPPED,
    "not_subscribed": TouchState.SKIPPED,
    "expired": TouchState.EXPIRED,
}
"""What the ledger has made of a touch whose permit it refused; one overtaken is another's."""

_RATE_PATIENCE = timedelta(seconds=5)
"""A lane waits so long for its turn; what has to wait longer stays ready, and no worker with it."""

_LOG = logging.getLogger("touchline.dispatch")


@dataclass(slots=True)
class Delivery:
    """What the lines of one delivery share.

    `cleared` are the playbooks whose touches may go, each with its versions that may not; None:
    all. `real` is the time that rates go by, where `now` may be a run's fixed instant.
    `is_broken`: the ledger has failed, claim no more.
    """

    books: Books
    now: Callable[[], datetime]
    real: Callable[[], datetime]
    policy: BoundPolicy
    worker: str
    stop: asyncio.Event
    tally: Tally
    cleared: Mapping[str, Collection[str]] | None = None
    is_broken: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether another touch may be claimed."""
        return not (self.stop.is_set() or self.is_broken)


class _Asked:
    """The permit of one touch, and what the ledger said to it."""

    def __init__(self, delivery: Delivery, touch: Claimed, lease: timedelta) -> None:
        self.permission: Permission | None = None
        self._delivery = delivery
        self._touch = touch
        self._lease = lease

    async def __call__(self) -> bool:
        """Commit `in_doubt`, and only then say yes; where a rate asks for it, in its turn.

        A process that stood still meanwhile until its lease was over says no: by now others may
        have closed the doubt, and a person may have had it sent again.
        """
        delivery = self._delivery
        began = delivery.real()
        self.permission = await delivery.books.write(self._ask)
        while turn := self.permission.turn_at:
            if turn - delivery.real() > _RATE_PATIENCE:
                await delivery.books.write(self._put_back)
                return False
            await _until(turn, delivery.real)
            self.permission = await delivery.books.write(self._ask)
        return self.permission.allowed and delivery.real() - began < self._lease

    def _put_back(self, unit: Unit) -> bool:
        return put_back(
            unit,
            self._touch.id,
            epoch=self._touch.epoch,
            reason="rate",
            now=self._delivery.now(),
            actor=self._delivery.worker,
        )

    def _ask(self, unit: Unit) -> Permission:
        return permit(
            unit,
            self._touch.id,
            epoch=self._touch.epoch,
            now=self._delivery.now(),
            lease=self._lease,
            actor=self._delivery.worker,
            policy=self._delivery.policy,
            real=self._delivery.real(),
        )


async def _until(turn: datetime, real: Callable[[], datetime]) -> None:
    await asyncio.sleep(max((turn - real()).total_seconds(), 0))


class Line:
    """A channel and the touches that go through it. `failures` are the channel's in a row."""

    def __init__(self, delivery: Delivery, channel: Channel, failures: int) -> None:
        self._delivery = delivery
        self._channel = channel
        self._failures = failures
        self._is_drained = False
        self._turn = asyncio.Lock()

    async def lane(self) -> None:
        """Carry one touch after the other until nothing is due or nothing may be claimed.

        Raises:
            Unreachable: the ledger failed; all lanes of the delivery end with it.
        """
        try:
            while await self._step():
                pass
        except TouchlineError:
            self._delivery.is_broken = True
            raise

    async def _step(self) -> bool:
        """Claim and carry one touch; False where there is none."""
        async with self._turn:
            touch = await self._claim()
            if touch is None:
                return False
            if self._failures:  # on probation: one at a time, until one shows that it works
                await self._carry(touch)
                return True
        await self._carry(touch)
        return True

    async def _claim(self) -> Claimed | None:
        while not self._is_drained and self._delivery.goes_on:
            found = await self._delivery.books.write(self._ask)
            if found.touches:
                self._delivery.tally.claimed()
                return found.touches[0]
            if found.is_busy:
                return None  # the lane that has it in hand asks again
            if not found.goes_on and not await self._waited(found.turn_at):
                self._is_drained = True  # for the other lanes too
        return None

    def _ask(self, unit: Unit) -> Claims:
        refuse_other_schema(unit)
        return claim(
            unit,
            self._delivery.worker,
            now=self._delivery.now(),
            lease=_CLAIM_LEASE,
            limit=1,
            channels_open=(self._channel.name,),
            cleared=self._delivery.cleared,
            policy=self._delivery.policy,
            real=self._delivery.real(),
        )

    async def _waited(self, turn: datetime | None) -> bool:
        """Wait for the turn of a rate, if it is near; False where there is none to wait for."""
        real = self._delivery.real
        if turn is None or turn - real() > _RATE_PATIENCE:
            return False
        await _until(turn, real)
        return True

    async def _carry(self, touch: Claimed) -> None:
        lease = timedelta(seconds=self._channel.patience) + _MARGIN
        asked = _Asked(self._delivery, touch, lease)
        answer = await self._answer(touch, asked)
        if asked.permission is not None and not asked.permission.allowed:
            self._note_refusal(touch, asked.permission.reason)
            return
        settled = await self._settle(touch, answer)
        self._note(touch, answer, settled)

    async def _answer(self, touch: Claimed, asked: _Asked) -> Answer:
        try:
            return await self._channel.send(_message(touch), asked)
        except TouchlineError:
            raise
        except Exception as error:
            # The outermost loop of a worker: one touch must not stop the next.
            _LOG.exception("a channel failed", extra={"touch": touch.id, "action": "send"})
            detail = f"a fault in the channel `{touch.channel}`: {type(error).__name__}"
            if asked.permission is None:
                return NotSent(Refusal.MESSAGE, detail)
            return UnknownOutcome(detail)

    async def _settle(self, touch: Claimed, answer: Answer) -> Settled:
        """Record the answer; where the ledger does not take it the touch stays in doubt."""

        def act(unit: Unit) -> Settled:
            return settle(
                unit,
                touch,
                answer,
                on_unknown=OnUnknown(self._channel.on_unknown),
                failures=self._failures,
                now=self._delivery.now(),
                actor=self._delivery.worker,
            )

        for seconds in _SETTLE_WAITS_S:
            try:
                return await self._delivery.books.write(act)
            except Unreachable:
                self._delivery.is_broken = True  # nothing more goes out meanwhile
                await asyncio.sleep(seconds)
        return await self._delivery.books.write(act)

    # ------------------------------------------------------------ telling

    def _note_refusal(self, touch: Claimed, reason: str) -> None:
        _LOG.info("not sent: %s", reason, extra={"touch": touch.id, "action": reason})
        if reason in _PUT_BACK:
            self._delivery.tally.came_to(touch.channel, _PUT_BACK[reason])

    def _note(self, touch: Claimed, answer: Answer, settled: Settled) -> None:
        tally, state = self._delivery.tally, settled.state
        self._failures = settled.failures
        if blames_channel(answer) or settled.is_newly_paused:
            tally.failed(touch.channel, answer.detail)
        elif proves_channel(answer):
            tally.works(touch.channel)
        if settled.is_newly_paused:
            tally.paused(touch.channel)
            _LOG.error("channel paused: %s", answer.detail, extra={"channel": touch.channel})
        action = state.value if state else "overtaken"
        _LOG.info("%s: %s", touch.id, action, extra={"touch": touch.id, "action": action})
        if state is not None:
            tally.came_to(touch.channel, state)


def _message(touch: Claimed) -> Message:
    return Message(
        id=touch.id,
        channel=touch.channel,
        recipient=touch.recipient,
        sender=touch.sender,
        payload=touch.payload,
        method=touch.method or "POST",
        headers=touch.headers,
    )
