"""Carries what is ready to its channels. Delivery page, points 3 to 8 and 12."""

from __future__ import annotations

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from engine.bind.policy import NO_POLICY, BoundPolicy
from engine.dispatch.books import Books
from engine.dispatch.line import Cleared, Delivery, Line
from engine.dispatch.tally import Delivered, Progress, Tally
from engine.dispatch.workers import gone_among
from engine.ledger.control import channel_states
from engine.ledger.recovery import OnUnknown, end_copies, expire, leaseholders, release, sweep
from engine.ledger.store import Ledger, Unit
from engine.ports import Channel
from engine.problems import TouchlineError

__all__ = ["Delivered", "deliver"]

_QUESTIONS_OF_A_LANE = 2  # the answer to its last message, and the permit of the next
_GRACE = timedelta(seconds=25)  # what looks after services usually kills them after 30 s


async def deliver(
    ledger: Ledger,
    channels: Mapping[str, Channel],
    now: Callable[[], datetime],
    *,
    worker: str,
    stop: asyncio.Event,
    cleared: Cleared | None = None,
    only: Collection[str] | None = None,
    policy: BoundPolicy = NO_POLICY,
    real: Callable[[], datetime] | None = None,
    progress: Progress | None = None,
    grace: timedelta = _GRACE,
) -> Delivered:
    """Send everything that is due on these channels, and return when nothing is left.

    First, what workers that are gone have left is taken back, and what came too late expires. What
    fails for now stays ready, with the instant of its next attempt: nobody sleeps here. `cleared`
    gives, at each claim, the playbooks whose touches may go; None: all. `only`
    narrows what is sent to some of the channels; all are asked what an unknown means. What
    `policy` holds back waits with its reason. `real` is what rates go by; None: `now`.

    Once `stop` is set nothing new is claimed, and what is in the middle of a message has `grace`
    to finish. Cancelling ends it at once: what had its dot, or may have had it, stays in doubt.

    Raises:
        Unreachable: the ledger cannot be read or written; what was in doubt stays so.
    """
    async with Books(ledger) as books:
        delivery = Delivery(books, now, real or now, policy, worker, stop, Tally(progress), cleared)
        failures = await _take_over(delivery, channels)
        lines = [
            Line(delivery, channel, failures.get(name, 0))
            for name, channel in sorted(channels.items())
            if only is None or name in only
        ]
        books.most = _QUESTIONS_OF_A_LANE * sum(line.lanes for line in lines)
        await _run(delivery, lines, grace)
        if delivery.tally.withheld:
            await _end_copies(delivery)
        return delivery.tally.delivered()


async def _take_over(delivery: Delivery, channels: Mapping[str, Channel]) -> dict[str, int]:
    """Close what earlier workers left open; gives each channel's failures in a row so far."""
    on_unknown = {name: OnUnknown(channel.on_unknown) for name, channel in channels.items()}
    actor, tally = delivery.worker, delivery.tally

    def act(unit: Unit) -> dict[str, int]:
        now, gone = delivery.now(), gone_among(leaseholders(unit))
        tally.unknown = sweep(unit, now=now, on_unknown=on_unknown, gone=gone, actor=actor)
        tally.expired = expire(unit, now=now, actor=actor)
        tally.orphaned = end_copies(unit, now=now, actor=actor)
        return {name: state.failures for name, state in channel_states(unit).items()}

    return await delivery.books.write(act)


async def _end_copies(delivery: Delivery) -> None:
    """A mail that did not go gives its copies free at once: somebody else's may go there now."""
    tally, actor = delivery.tally, delivery.worker

    def act(unit: Unit) -> int:
        return end_copies(unit, now=delivery.now(), actor=actor)

    tally.orphaned += await delivery.books.write(act)


async def _run(delivery: Delivery, lines: Sequence[Line], grace: timedelta) -> None:
    """Wait for all lanes, cut off those that outlast the grace; raises what the first raised."""
    lanes = [asyncio.create_task(line.lane()) for line in lines for _ in range(line.lanes)]
    try:
        await _until_done(delivery, lines, lanes, grace=grace)
    finally:
        were_cut = [lane for lane in lanes if lane.cancel()]
        ends = await asyncio.gather(*lanes, return_exceptions=True)
        if were_cut:
            await _release(delivery)
    for end in ends:
        if isinstance(end, Exception):
            with suppress(TouchlineError):  # it may be back: what was claimed need not wait
                await _release(delivery)
            raise end


async def _until_done(
    delivery: Delivery,
    lines: Sequence[Line],
    lanes: Collection[asyncio.Task[None]],
    *,
    grace: timedelta,
) -> None:
    if not lanes:
        return
    stopped = asyncio.create_task(delivery.stop.wait())
    running: set[asyncio.Task[object]] = {*lanes}
    try:
        while running and not stopped.done():
            ended, _ = await asyncio.wait({*running, stopped}, return_when=FIRST_COMPLETED)
            running -= ended
        for line in lines if running else ():
            await line.put_back("shutdown")  # at once: a lane may wait long for its answer
        if running:
            await asyncio.wait(running, timeout=grace.total_seconds())
    finally:
        stopped.cancel()


async def _release(delivery: Delivery) -> None:
    """What was claimed and cut off before its permit is ready again."""
    actor = delivery.worker
    await delivery.books.write(lambda unit: release(unit, actor, now=delivery.now(), actor=actor))
