"""One SMTP connection after the greeting and the login: bytes out, replies in, and no guessing.

aiosmtplib connects, upgrades and logs in; then `Conversation` takes the transport over, because
delivery page, point 4, needs to know at every moment which byte has left: it says several commands
at once and gives each its reply (RFC 2920), separates the body from the dot, hears what a server
says unasked, and tells silence from an answer.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass

from connectors.channels.replies import Reply, ReplyReader

__all__ = ["Conversation"]

_BLOCK_BYTES = 128 * 1024
_MOST_UNASKED = 100  # replies: whoever says more out of turn is not listened to
_BUFFER_BYTES = 16 * 1024
_CLOSED = "the server closed the connection"


@dataclass(slots=True, eq=False)
class _Wait:
    """So many replies are waited for, or none: that the server takes more.

    `late` and `seconds` say what it means when nothing comes for so long.
    """

    count: int
    seconds: float
    late: str
    answer: asyncio.Future[list[Reply]]


class Conversation(asyncio.BufferedProtocol):
    """A connection in the state after EHLO, TLS and login.

    `end` is empty while the connection lasts, and then says in a few words why it is over;
    `fell_silent` whether it is because the server did not answer in time.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self.end = _CLOSED if transport.is_closing() else ""
        self.fell_silent = False
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._reader = ReplyReader()
        self._buffer = memoryview(bytearray(_BUFFER_BYTES))
        self._heard: list[Reply] = []
        self._waits: deque[_Wait] = deque()  # in the order of what was said
        self._is_stuck = False
        self._says_goodbye = False
        self._deadline = math.inf  # of the first that is waited for
        self._timer: asyncio.TimerHandle | None = None
        # Paused at the first byte that waits: a body that was taken is out before a permit is
        # asked. One, not zero: asyncio's TLS transport pauses at zero for ever.
        transport.set_write_buffer_limits(high=1)
        transport.set_protocol(self)

    @property
    def is_quiet(self) -> bool:
        """Whether the connection lasts and the server has said nothing that was not asked."""
        is_asked = bool(self._waits) or not self._heard
        return is_asked and not self.end and not self._transport.is_closing()

    def ask(self, data: bytes, count: int, *, timeout: float) -> asyncio.Future[list[Reply]]:
        """Say `data`, and give what will be its `count` answers, in order.

        Fewer where the connection ends before, where 421 announces that it will, and where it
        takes more than `timeout` seconds, which ends it. What the server had said before it was
        asked counts as an answer: `is_quiet` tells.
        """
        if self._transport.is_closing():
            self._lose(_CLOSED)
        if not self.end:
            self._transport.write(data)
        return self.expect(count, timeout=timeout)

    def expect(self, count: int, *, timeout: float) -> asyncio.Future[list[Reply]]:
        """The answers that follow those asked for so far, to more of the same `data`; as `ask`.

        Their time runs from the answer before them.
        """
        answer = self._wait(count, timeout, "the server gave no answer within")
        if self._heard or self.end or self._says_goodbye:
            self._settle()
        return answer

    async def hand_over(self, data: bytes, *, timeout: float) -> None:
        """Write until the last byte has left this process, unless the server speaks or goes.

        `timeout` is how many seconds the server may take nothing more.
        """
        for start in range(0, len(data), _BLOCK_BYTES):
            if not self.is_quiet:
                return
            self._transport.write(data[start : start + _BLOCK_BYTES])
            if self._is_stuck:
                # No answers are taken from the queue: whatever is said now was not asked.
                await self._wait(0, timeout, "the server took nothing more within")

    def unasked(self) -> Reply | None:
        """What the server said though it was not its turn, taken out of the queue."""
        return self._heard.pop(0) if self._heard else None

    def abort(self) -> None:
        """Drop the connection now: what was not written yet never leaves."""
        self._lose("the connection was dropped")
        self._transport.abort()

    # -- waiting: one timer a connection, moved on only when it fires

    def _wait(self, count: int, seconds: float, late: str) -> asyncio.Future[list[Reply]]:
        wait = _Wait(count, seconds, late, self._loop.create_future())
        self._waits.append(wait)
        if len(self._waits) == 1:
            self._watch(wait)
        return wait.answer

    def _watch(self, wait: _Wait) -> None:
        self._deadline = self._loop.time() + wait.seconds
        if self._timer is not None and self._timer.when() > self._deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        self._timer = None
        if self._deadline == math.inf:
            return
        if self._deadline > self._loop.time():
            self._timer = self._loop.call_at(self._deadline, self._look_at_the_clock)
            return
        self.fell_silent = True
        self._lose(f"{self._waits[0].late} {self._waits[0].seconds:g} s")
        self._transport.abort()

    def _settle(self) -> None:
        """Give the answers to those who wait, if they are complete or no more will come."""
        while self._waits:
            wait, heard = self._waits[0], self._heard
            if len(heard) < wait.count and not (self.end or self._says_goodbye):
                return
            self._waits.popleft()
            self._heard = heard[wait.count :]
            if self._waits:
                self._watch(self._waits[0])
            else:
                self._deadline = math.inf
            if not wait.answer.done():
                wait.answer.set_result(heard[: wait.count])

    def _lose(self, why: str) -> None:
        self.end = self.end or why
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._settle()

    # -- called by the transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        replies = self._reader.feed(bytes(self._buffer[:nbytes]))
        self._heard += replies
        for reply in replies:
            self._says_goodbye |= reply.code == 421
        fault = self._reader.fault
        if not fault and len(self._heard) > _MOST_UNASKED:
            fault = "the server speaks out of turn"
        if fault:
            self._lose(fault)
            self._transport.abort()
        else:
            self._settle()

    def eof_received(self) -> bool:
        self._lose(_CLOSED)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(f"the connection was lost: {exc}" if exc else "the connection was lost")

    def pause_writing(self) -> None:
        self._is_stuck = True

    def resume_writing(self) -> None:
        self._is_stuck = False
        if self._waits and not self._waits[0].count:
            self._settle()
