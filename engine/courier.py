"""Carries what the outbox holds to its channels, from code that is not asynchronous itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from engine.decide.facts import TouchState
from engine.dispatch.deliver import Delivered, deliver
from engine.ledger.store import Ledger
from engine.ports import Channel

__all__ = ["Courier", "open_courier"]

Channels = Callable[[], Mapping[str, Channel]]


class Courier:
    """One loop and one set of connections for as long as a run lasts; opened when first needed."""

    def __init__(
        self,
        ledger: Ledger,
        channels: Channels,
        *,
        now: Callable[[], datetime],
        worker: str,
        progress: Callable[[Delivered], None] | None = None,
    ) -> None:
        self._ledger = ledger
        self._make_channels = channels
        self._channels: Mapping[str, Channel] | None = None
        self._now = now
        self._worker = worker
        self._progress = progress
        self._runner = asyncio.Runner()
        self._stop = asyncio.Event()
        self.trouble: dict[str, str] = {}
        """What was last wrong with a channel itself, by channel; empty where all of them work."""

    def send(self) -> bool:
        """Deliver what is due until nothing is left; whether anything was tried.

        Raises:
            Unreachable: the ledger cannot be read or written.
        """
        delivered = self._runner.run(self._deliver())
        for channel, states in delivered.counts.items():
            if states.get(TouchState.SENT):
                self.trouble.pop(channel, None)
        self.trouble |= delivered.trouble
        return delivered.tried > 0

    def stop(self) -> None:
        """Claim nothing more; what is in the middle of a message finishes."""
        self._runner.get_loop().call_soon_threadsafe(self._stop.set)

    def close(self) -> None:
        """End the connections and the loop."""
        if self._channels is not None:
            self._runner.run(_close(self._channels))
        self._runner.close()

    async def _deliver(self) -> Delivered:
        if self._channels is None:
            self._channels = self._make_channels()
        return await deliver(
            self._ledger,
            self._channels,
            self._now,
            worker=self._worker,
            stop=self._stop,
            progress=self._progress,
        )


async def _close(channels: Mapping[str, Channel]) -> None:
    for channel in channels.values():
        await channel.close()


@contextmanager
def open_courier(courier: Courier) -> Iterator[Courier]:
    """A courier that is closed at the end of the block, whatever happens in it."""
    try:
        yield courier
    finally:
        courier.close()
