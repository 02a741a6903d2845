"""The line of one channel: lanes that take a claimed touch, send it, settle it, and take the next.

Delivery page, points 3 to 8. One touch at a time a lane: a server that hangs on one message holds
up one lane, one poison touch stops nobody, and a stop leaves nothing claimed behind. Touches are
claimed in advance, as many as go out in a moment; permits and answers of all lanes go to the ledger
in groups.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from engine.bind.policy import BoundPolicy
from engine.decide.facts import TouchState
from engine.dispatch.books import Books
from engine.dispatch.breaker import blames_channel, proves_channel, shuts_channel
from engine.dispatch.promises import Promises
from engine.dispatch.settle import Answered, Settled, settle_all
from engine.dispatch.tally import Tally
from engine.ledger.claims import Claimed, Claims, claim
from engine.ledger.pace import PATIENCE
from engine.ledger.permits import Asking, Permission, permit_all, put_back_all
from engine.ledger.recovery import OnUnknown
from engine.ledger.schema import refuse_other_schema
from engine.ledger.store import Unit
from engine.ports import Answer, Channel, Message, NotSent, Refusal, Sent, UnknownOutcome
from engine.problems import ClockLeapt, TouchlineError, Unreachable

__all__ = ["Cleared", "Delivery", "Line"]

Cleared = Callable[[Unit], Mapping[str, Collection[str]]]
"""The playbooks whose touches may go when they are claimed, each with its versions that may not."""

_CLAIM_LEASE = timedelta(minutes=10)
_MARGIN = timedelta(minutes=1)  # a lease outlasts the longest answer by this
_SETTLE_WAITS_S = (0.2, 0.5, 1.0, 2.0, 4.0)  # an answer that was given is worth some patience

_PUT_BACK = {
    "lease_ended": TouchState.READY,
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

_STOPS_MORE = frozenset({"halted", "paused"})
"""A permit that was refused for this says that what was claimed in advance will be, too."""

_FEWEST, _MOST = 4, 512  # touches that are claimed together
_SOON, _LATE = timedelta(seconds=0.25), timedelta(seconds=1)
"""How long what was claimed together should last: who is more urgent waits no longer than that."""

_LOG = logging.getLogger("touchline.dispatch")


@dataclass(slots=True)
class Delivery:
    """What the lines of one delivery share.

    `cleared` says which playbooks' touches may go; None: all. `real` is the time that rates go by,
    where `now` may be a run's fixed instant. `is_broken`: the ledger has failed, claim no more.
    """

    books: Books
    now: Callable[[], datetime]
    real: Callable[[], datetime]
    policy: BoundPolicy
    worker: str
    stop: asyncio.Event
    tally: Tally
    cleared: Cleared | None = None
    is_broken: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether another touch may be claimed."""
        return not (self.stop.is_set() or self.is_broken)

    def permit_all(self, unit: Unit, asked: Sequence[Asking]) -> list[Permission]:
        """Ask for the permits of many."""
        return permit_all(
            unit,
            asked,
            now=self.now(),
            actor=self.worker,
            policy=self.policy,
            real=self.real(),
        )

    def settle_all(self, unit: Unit, answered: Sequence[Answered]) -> list[Settled]:
        """Record the answers to many, also by a clock that has just leapt: they were given."""
        try:
            now = self.now()
        except ClockLeapt as leap:
            now = leap.sound_at
        return settle_all(unit, answered, now=now, actor=self.worker)

    async def put_back(self, touches: Collection[Claimed], reason: str) -> None:
        """Make claimed touches ready again."""
        claims = [(touch.id, touch.epoch) for touch in touches]
        if claims:
            await self.books.write(
                lambda unit: put_back_all(
                    unit, claims, reason=reason, now=self.now(), actor=self.worker
                )
            )


class _Asked:
    """The permit of one touch, and what the ledger said to it."""

    def __init__(self, delivery: Delivery, touch: Claimed, lease: timedelta) -> None:
        self.permission: Permission | None = None
        self._delivery = delivery
        self._touch = touch
        self._asking = Asking(touch.id, touch.epoch, lease)

    async def __call__(self) -> bool:
        """Commit `in_doubt`, and only then say yes; where a rate asks for it, in its turn.

        A process that stood still meanwhile until its lease was over says no: by now others may
        have closed the doubt, and a person may have had it sent again.
        """
        delivery = self._delivery
        began = delivery.real()
        self.permission = await self._ask()
        while turn := self.permission.turn_at:
            if turn - delivery.real() > PATIENCE:
                await delivery.put_back([self._touch], "rate")
                return False
            await _until(turn, delivery.real)
            self.permission = await self._ask()
        return self.permission.allowed and delivery.real() - began < self._asking.lease

    def _ask(self) -> Awaitable[Permission]:
        return self._delivery.books.ask(self._delivery.permit_all, self._asking)


def _done() -> Awaitable[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


async def _until(turn: datetime, real: Callable[[], datetime]) -> None:
    await asyncio.sleep(max((turn - real()).total_seconds(), 0))


class _Next:
    """What a lane sends after its touch: taken from those claimed in advance, when it is asked."""

    def __init__(self, line: Line) -> None:
        self.touch: Claimed | None = None
        self._line = line

    def __call__(self) -> Message | None:
        self.touch = self._line.promise()
        return _message(self.touch) if self.touch else None


class Line:
    """A channel and the touches that go through it. `failures` are the channel's in a row.

    `lanes` is how many messages may be under way at the same time.
    """

    def __init__(self, delivery: Delivery, channel: Channel, failures: int) -> None:
        self.lanes = channel.at_once
        self._delivery = delivery
        self._channel = channel
        self._failures = failures
        self._is_drained = False
        self._turn = asyncio.Lock()
        self._ahead: deque[Claimed] = deque()  # claimed, and in no lane's hands yet
        self._promises = Promises()
        self._size = _FEWEST
        self._claimed_at: datetime | None = None

    async def lane(self) -> None:
        """Carry one touch after the other until nothing is due or nothing may be claimed.

        Raises:
            Unreachable: the ledger failed; all lanes of the delivery end with it.
        """
        before: Awaitable[None] = _done()
        after = _Next(self)
        try:
            while (settling := await self._step(after)) is not None:
                written, before = before, settling
                await written  # with the permit of the touch after it, or sooner
        except TouchlineError:
            self._delivery.is_broken = True
            await before  # its answer was given, and may have been lost with that permit
            raise
        await before

    async def put_back(self, reason: str) -> None:
        """Make everything ready again that was claimed in advance."""
        ahead = [*self._promises.take_all(), *self._ahead]
        self._ahead.clear()
        await self._delivery.put_back(ahead, reason)

    def promise(self) -> Claimed | None:
        """The touch that the lane which asks for it sends next, unless it is put back before."""
        if not self._ahead or self._must_stop():
            return None
        touch = self._ahead.popleft()
        self._promises.make(touch)
        return touch

    async def _step(self, after: _Next) -> Awaitable[None] | None:
        """Carry one touch, and give the writing of its answer; None where there is none."""
        touch = None if self._must_stop() else self._promises.keep(after.touch)
        after.touch = None
        if touch is None:
            async with self._turn:
                touch = await self._next()
                if touch and self._failures:
                    # On probation: one at a time, until one shows that it works.
                    return await self._carry(touch, after)
        touch = touch or await self._promises.broken()
        return await self._carry(touch, after) if touch else None

    def _must_stop(self) -> bool:
        """Whether what was claimed in advance goes back."""
        return bool(self._failures) or not self._delivery.goes_on

    async def _next(self) -> Claimed | None:
        if self._failures and (self._ahead or self._promises):
            await self.put_back("channel")
        if not self._ahead:
            self._ahead.extend(await self._claim())
        if not self._delivery.goes_on:
            await self.put_back("shutdown")
        return self._ahead.popleft() if self._ahead else None

    async def _claim(self) -> Sequence[Claimed]:
        self._choose_size()
        while not self._is_drained and self._delivery.goes_on:
            found = await self._delivery.books.write(self._ask)
            self._delivery.tally.gave_up(found.given_up)
            if found.touches:
                return found.touches
            if found.is_busy:
                return ()  # the lane that has it in hand asks again
            if not found.goes_on and not await self._waited(found.turn_at):
                self._is_drained = True  # for the other lanes too
        return ()

    def _choose_size(self) -> None:
        """Claim more where the last ones were gone at once, fewer where they took their time."""
        real, before = self._delivery.real(), self._claimed_at
        self._claimed_at = real
        if before is not None and real - before < _SOON:
            self._size = min(self._size * 2, _MOST)
        elif before is not None and real - before > _LATE:
            self._size = max(self._size // 2, 1)

    def _ask(self, unit: Unit) -> Claims:
        refuse_other_schema(unit)
        cleared = self._delivery.cleared
        return claim(
            unit,
            self._delivery.worker,
            now=self._delivery.now(),
            lease=_CLAIM_LEASE,
            limit=1 if self._failures else self._size,
            channels_open=(self._channel.name,),
            cleared=cleared and cleared(unit),
            policy=self._delivery.policy,
            real=self._delivery.real(),
        )

    async def _waited(self, turn: datetime | None) -> bool:
        """Wait for the turn of a rate, if it is near; False where there is none to wait for."""
        real = self._delivery.real
        if turn is None or turn - real() > PATIENCE:
            return False
        await _until(turn, real)
        return True

    async def _carry(self, touch: Claimed, after: _Next) -> Awaitable[None]:
        self._delivery.tally.claimed()
        lease = timedelta(seconds=self._channel.patience) + _MARGIN
        asked = _Asked(self._delivery, touch, lease)
        answer = await self._answer(touch, asked, after)
        if asked.permission is not None and not asked.permission.allowed:
            self._note_refusal(touch, asked.permission.reason)
            if asked.permission.reason in _STOPS_MORE:
                await self.put_back(asked.permission.reason)
            return _done()
        settling = self._settle(touch, answer)
        if isinstance(answer, Sent) and not self._failures:
            return settling
        await settling  # what may stop the channel is known before the next touch is taken
        if shuts_channel(answer):
            await self.put_back("channel")
        return _done()

    async def _answer(self, touch: Claimed, asked: _Asked, after: _Next) -> Answer:
        try:
            return await self._channel.send(_message(touch), asked, follow=after)
        except TouchlineError:
            raise
        except Exception as error:
            # The outermost loop of a worker: one touch must not stop the next.
            _LOG.exception("a channel failed", extra={"touch": touch.id, "action": "send"})
            detail = f"a fault in the channel `{touch.channel}`: {type(error).__name__}"
            if asked.permission is None:
                return NotSent(Refusal.MESSAGE, detail)
            return UnknownOutcome(detail)

    def _settle(self, touch: Claimed, answer: Answer) -> _Settling:
        """Record the answer; where the ledger does not take it the touch stays in doubt.

        It stands in the queue when this returns: before anything that the lane asks after it.
        """
        on_unknown = OnUnknown(self._channel.on_unknown)
        return _Settling(Answered(touch, answer, on_unknown, self._failures), self._write)

    def _write(self, answered: Answered) -> asyncio.Future[Settled]:
        writing = self._delivery.books.ask(self._delivery.settle_all, answered)
        writing.add_done_callback(partial(self._note_written, answered))
        return writing

    def _note_written(self, answered: Answered, written: asyncio.Future[Settled]) -> None:
        if written.cancelled():
            return
        if written.exception() is None:
            self._note(answered, written.result())
        else:
            self._delivery.is_broken = True  # nothing more goes out meanwhile

    # ------------------------------------------------------------ telling

    def _note_refusal(self, touch: Claimed, reason: str) -> None:
        _LOG.info("not sent: %s", reason, extra={"touch": touch.id, "action": reason})
        if reason in _PUT_BACK:
            self._delivery.tally.came_to(touch.channel, _PUT_BACK[reason])

    def _note(self, answered: Answered, settled: Settled) -> None:
        touch, answer = answered.touch, answered.answer
        tally, state = self._delivery.tally, settled.state
        self._failures = settled.failures
        # What is unknown waits for a person, who is told of it: that is no server out of reach.
        is_unknown = state is TouchState.UNKNOWN
        if (blames_channel(answer) and not is_unknown) or settled.is_newly_paused:
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


class _Settling:
    """The writing of an answer, which goes on by itself; it is tried again for whoever awaits it.

    No task of its own: it is tried again where the ledger fails, which is nearly never.
    """

    __slots__ = ("_answered", "_first", "_write")

    def __init__(
        self, answered: Answered, write: Callable[[Answered], asyncio.Future[Settled]]
    ) -> None:
        self._answered = answered
        self._write = write
        self._first = write(answered)

    def __await__(self) -> Generator[Any, None, None]:
        return self._written().__await__()

    async def _written(self) -> None:
        writing = self._first
        for seconds in _SETTLE_WAITS_S:
            try:
                await writing
                return
            except Unreachable:
                await asyncio.sleep(seconds)
            writing = self._write(self._answered)
        await writing


def _message(touch: Claimed) -> Message:
    return Message(
        id=touch.id,
        channel=touch.channel,
        recipient=touch.recipient,
        sender=touch.sender,
        payload=touch.payload,
        method=touch.method or "POST",
        headers=touch.headers,
        token=touch.token,
    )
