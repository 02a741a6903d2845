"""One SMTP connection after the greeting and the login: lines out, replies in, and no guessing.

aiosmtplib connects, upgrades and logs in; then `Conversation` takes the transport over, because
delivery page, point 4, needs to know at every moment which byte has left: it separates the body
from the dot, hears what a server says unasked, and tells silence from an answer.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import dataclass

__all__ = ["Conversation", "Lost", "Reply", "ReplyReader", "reply_of"]

_LONGEST_REPLY = 32 * 1024  # bytes of one reply, however many lines: bounds what a server costs us
_LINE = re.compile(rb"(\d{3})(?:([ -])(.*))?\Z", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|\Z)")
_LONGEST_TEXT = 200  # characters of a server's words that are kept


class Lost(Exception):
    """The connection broke, fell silent, or spoke what is no SMTP; the text says which."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its code, its enhanced status code (RFC 3463) or empty, and its cleaned text."""

    code: int
    enhanced: str
    text: str

    @property
    def kind(self) -> int:
        """The first digit: 2 done, 3 go on, 4 not now, 5 no."""
        return self.code // 100

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


class ReplyReader:
    """Puts replies together from bytes as they come, several lines to a reply."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._size = 0

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that are complete with `data`; raises Lost on what is no reply."""
        self._buffer += data
        replies: list[Reply] = []
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end]).rstrip(b"\r")
            del self._buffer[: end + 1]
            replies.extend(self._take(line))
        if self._size + len(self._buffer) > _LONGEST_REPLY:
            raise Lost("the server's answer does not end")
        return replies

    def _take(self, line: bytes) -> list[Reply]:
        match = _LINE.match(line)
        if match is None:
            words = _shown(line[:_LONGEST_TEXT].decode("utf-8", "replace"))
            raise Lost(f"the server answered what is no SMTP: {words}")
        code, mark, text = match.groups()
        self._lines.append((text or b"").decode("utf-8", "replace"))
        self._size += len(line)
        if mark == b"-":
            return []
        reply = reply_of(int(code), " ".join(self._lines))
        self._lines, self._size = [], 0
        return [reply]


def reply_of(code: int, text: str) -> Reply:
    """A reply from its parts; `text` is what followed the code."""
    shown = _shown(text)
    found = _ENHANCED.match(shown)
    enhanced = found.group(1) if found and shown[0] == str(code // 100) else ""
    return Reply(code, enhanced, shown)


def _shown(text: str) -> str:
    """One line of printable characters, cut to what is kept."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:_LONGEST_TEXT]


class Conversation(asyncio.Protocol):
    """A connection in the state after EHLO, TLS and login."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._reader = ReplyReader()
        self._replies: deque[Reply] = deque()
        self._end = "" if not transport.is_closing() else "the server closed the connection"
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        # Paused at the first byte that waits: a drained body is out before a permit is asked.
        # One, not zero: asyncio's TLS transport pauses at zero for ever.
        transport.set_write_buffer_limits(high=1)
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether the server has neither closed nor broken the connection."""
        return not self._end and not self._transport.is_closing()

    def unasked(self) -> Reply | None:
        """What the server said though it was not its turn, taken out of the queue."""
        return self._replies.popleft() if self._replies else None

    async def command(self, line: str, *, timeout: float) -> Reply:
        """Say one line and hear the answer; raises Lost, ValueError for a line that is two."""
        if re.search(r"[\x00-\x1f\x7f]", line):
            raise ValueError("a command holds a control character")
        self.write(line.encode() + b"\r\n")
        return await self.reply(timeout=timeout)

    async def reply(self, *, timeout: float) -> Reply:
        """The next answer within `timeout` seconds; raises Lost."""
        try:
            async with asyncio.timeout(timeout):
                while not self._replies:
                    self._raise_if_lost()
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise Lost(f"the server gave no answer within {timeout:g} s") from None
        return self._replies.popleft()

    def write(self, data: bytes) -> None:
        """Hand bytes to the connection; raises Lost where it is known to be gone."""
        if not self.is_open:
            raise Lost(self._end or "the connection was closed")
        self._transport.write(data)

    async def drain(self, *, timeout: float) -> None:
        """Wait until what was written has left this process; raises Lost."""
        await asyncio.sleep(0)  # a server that takes all at once still gets its word in
        try:
            async with asyncio.timeout(timeout):
                await self._writable.wait()
        except TimeoutError:
            raise Lost(f"the server took nothing more within {timeout:g} s") from None
        self._raise_if_lost()

    def abort(self) -> None:
        """Drop the connection now: what was not written yet never leaves."""
        self._transport.abort()

    def _raise_if_lost(self) -> None:
        if self._end:
            raise Lost(self._end)

    def _lose(self, why: str) -> None:
        self._end = self._end or why
        self._news.set()
        self._writable.set()

    # -- called by the transport

    def data_received(self, data: bytes) -> None:
        try:
            self._replies.extend(self._reader.feed(data))
        except Lost as lost:
            self._lose(str(lost))
            self._transport.abort()
        self._news.set()

    def eof_received(self) -> bool:
        self._lose("the server closed the connection")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(f"the connection was lost: {exc}" if exc else "the connection was lost")

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()
