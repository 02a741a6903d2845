"""Carries what the outbox holds to its channels, from code that is not asynchronous itself.

Only touches of playbooks that a pass has cleared go out: exit and presence were asked of everyone
inside at most `pass_every` before (delivery page, "Touches", point 6). What passes of this process
clear is told to workers through the ledger, if it can have any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from engine.bind.acts import UPDATE_CHANNEL
from engine.bind.policy import BoundPolicy
from engine.decide.facts import TouchState
from engine.dispatch.deliver import Delivered, deliver
from engine.dispatch.line import Cleared
from engine.dispatch.unopened import Unopened
from engine.ledger.clearances import Clearance, clear, hold, hold_all_but
from engine.ledger.control import channel_states
from engine.ledger.held import ask_again
from engine.ledger.idle import is_idle
from engine.ledger.store import Ledger, Unit
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
        real: Callable[[], datetime],
        policy: BoundPolicy,
        worker: str,
        ages_by: Callable[[], datetime],
        cleared: Cleared | None = None,
        progress: Callable[[Delivered], None] | None = None,
    ) -> None:
        self._ledger = ledger
        self._make_channels = channels
        self._channels: Mapping[str, Channel] | None = None
        self._paused = frozenset[str]()  # here, since they were opened
        self._now = now
        self._real = real
        self._policy = policy
        self._asked_under: str | None = None
        self._worker = worker
        self._progress = progress
        self._runner = asyncio.Runner()
        self._stop = asyncio.Event()
        self._ages_by = ages_by
        self._may_go = cleared or self._cleared_here
        self._cleared: dict[str, Clearance] = {}
        self.went_wrong = 0
        """How many touches failed, came too late, or became unknown, whichever run made them."""
        self.trouble: dict[str, str] = {}
        """What was last wrong with a channel itself, by channel; empty where all of them work."""

    @property
    def unopened(self) -> frozenset[str]:
        """The channels that cannot be opened, whether or not there was anything to send."""
        opened = (self._channels or {}).items()
        return frozenset(name for name, each in opened if isinstance(each, Unopened))

    @property
    def exit_status(self) -> int:
        """3 where a channel is out of reach, 1 where one is not opened or a touch went wrong."""
        if self.trouble.keys() - self.unopened:
            return 3
        return 1 if self.trouble or self.went_wrong else 0

    def clear(self, playbook: str, given: Clearance) -> None:
        """Let touches of a playbook go, but those of versions that no longer bind."""
        self._cleared[playbook] = given
        if self._ledger.is_on_server:
            with self._ledger.write() as unit:
                clear(unit, playbook, given)

    def hold(self, playbook: str) -> None:
        """Let nothing of a playbook go until a pass has cleared it again."""
        self._cleared.pop(playbook, None)
        if self._ledger.is_on_server:
            with self._ledger.write() as unit:
                hold(unit, playbook)

    def hold_all_but(self, playbooks: Collection[str]) -> None:
        """Let nothing go of any playbook but these, as far as they were cleared."""
        self._cleared = {name: self._cleared[name] for name in playbooks if name in self._cleared}
        if self._ledger.is_on_server:
            with self._ledger.write() as unit:
                hold_all_but(unit, playbooks)

    def unbound(self, playbook: str) -> frozenset[str]:
        """The versions that the last pass over a playbook could not ask, where one went through."""
        given = self._cleared.get(playbook)
        return given.unbound if given else frozenset()

    def _cleared_here(self, _: Unit) -> dict[str, frozenset[str]]:
        now, given = self._ages_by(), self._cleared.items()
        return {name: each.unbound for name, each in given if each.until >= now}

    def send(self) -> bool:
        """Deliver what is due and cleared until nothing is left; whether anything came of it.

        Updates are left for `write_back`: sources are not written while they are read.

        Raises:
            Unreachable: the ledger cannot be read or written.
        """
        found = self._carried(is_written_back=False)
        return found.tried + found.expired + found.orphaned + found.given_up > 0

    def write_back(self) -> bool:
        """The same of updates, once no source is open; whether any of them came to its end.

        Raises:
            Unreachable: the ledger cannot be read or written.
        """
        states = self._carried(is_written_back=True).counts.get(UPDATE_CHANNEL, {})
        return any(TouchState(state).has_ended and count for state, count in states.items())

    def _carried(self, *, is_written_back: bool) -> Delivered:
        self._ask_again()
        if self._is_idle(is_written_back=is_written_back):
            return Delivered()
        delivered = self._runner.run(self._deliver(is_written_back=is_written_back))
        for channel, states in delivered.counts.items():
            if states.get(TouchState.SENT):
                self.trouble.pop(channel, None)
        self.trouble |= delivered.trouble
        self._paused = self._paused.union(delivered.paused)
        self.went_wrong += _went_wrong(delivered)
        return delivered

    def stop(self) -> None:
        """Claim nothing more; what is in the middle of a message finishes."""
        self._runner.get_loop().call_soon_threadsafe(self._stop.set)

    def use(self, channels: Channels, policy: BoundPolicy) -> None:
        """Go on with channels and policy as they are declared now; what was connected ends."""
        self._end_connections()
        self._make_channels = channels
        self._policy = policy

    def close(self) -> None:
        """End the connections and the loop."""
        self._end_connections()
        self._runner.close()

    def _end_connections(self) -> None:
        if self._channels is not None:
            self._runner.run(_close(self._channels))
            self._channels = None
            self._paused = frozenset()

    def _ask_again(self) -> None:
        """What another policy has put off is looked at under this one: once, then all is asked."""
        if self._asked_under == self._policy.digest:
            return
        left = True
        while left:
            with self._ledger.write() as unit:
                left = ask_again(unit, self._policy, now=self._now()) > 0
        self._asked_under = self._policy.digest

    def _is_idle(self, *, is_written_back: bool) -> bool:
        """Whether there is nothing to open a line for."""
        with self._ledger.read() as unit:
            return is_idle(unit, now=self._now(), is_written_back=is_written_back)

    async def _deliver(self, *, is_written_back: bool) -> Delivered:
        self._channels = channels = await self._opened()
        return await deliver(
            self._ledger,
            channels,
            self._now,
            worker=self._worker,
            stop=self._stop,
            cleared=self._may_go,
            only=[name for name in channels if (name == UPDATE_CHANNEL) is is_written_back],
            policy=self._policy,
            real=self._real,
            progress=self._progress,
        )

    def _resumed(self) -> frozenset[str]:
        if not self._paused:
            return self._paused
        with self._ledger.read() as unit:
            states = channel_states(unit)
        return self._paused - {name for name, state in states.items() if state.paused_at}

    async def _opened(self) -> Mapping[str, Channel]:
        """The channels; one that could not be opened before is tried again.

        One that was paused is opened anew once a person lets it go on: its secret may be another.
        """
        known, resumed = self._channels, self._resumed()
        anew = self.unopened | resumed
        if known is None or not anew:
            return known or self._make_channels()
        again = self._make_channels()
        await _close({name: known[name] for name in resumed})
        self._paused -= resumed
        return {name: again[name] if name in anew else each for name, each in known.items()}


def _went_wrong(delivered: Delivered) -> int:
    bad = (TouchState.FAILED, TouchState.UNKNOWN, TouchState.EXPIRED)
    states = delivered.counts.values()
    answered = sum(each.get(state, 0) for each in states for state in bad)
    return answered + delivered.unknown + delivered.expired


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
