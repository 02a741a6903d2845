"""SMTP replies, put together from bytes however they come: cut anywhere, several at once.

What is heard before a fault counts, whether or not it came in the same piece as the fault: the
answer to a dot must not be lost because nonsense follows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Reply", "ReplyReader", "reply_of"]

_LONGEST_REPLY = 32 * 1024  # bytes of one reply, however many lines: bounds what a server costs us
_LINE = re.compile(rb"(\d{3})(?:([ -])(.*))?\Z", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|\Z)")
_LONGEST_TEXT = 200  # characters of a server's words that are kept


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
    """Puts replies together from bytes as they come, several lines to a reply.

    `fault` is empty until something comes that is no reply; from then on nothing more is read.
    """

    def __init__(self) -> None:
        self.fault = ""
        self._rest = b""
        self._lines: list[str] = []
        self._size = 0

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that are complete with `data`."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        replies: list[Reply] = []
        for line in lines:
            if self.fault:
                break
            self._take(line.rstrip(b"\r"), replies)
        if not self.fault and self._size + len(self._rest) > _LONGEST_REPLY:
            self.fault = "the server's answer does not end"
        return replies

    def _take(self, line: bytes, replies: list[Reply]) -> None:
        if line[3:4] == b" " and not self._lines and (reply := _whole(line)):
            replies.append(reply)
            return
        match = _LINE.match(line)
        if match is None:
            words = _shown(line[:_LONGEST_TEXT].decode("utf-8", "replace"))
            self.fault = f"the server answered what is no SMTP: {words}"
            return
        code, mark, text = match.groups()
        self._lines.append((text or b"").decode("utf-8", "replace"))
        self._size += len(line)
        if mark != b"-":
            replies.append(reply_of(int(code), " ".join(self._lines)))
            self._lines, self._size = [], 0


def reply_of(code: int, text: str) -> Reply:
    """A reply from its parts; `text` is what followed the code."""
    shown = _shown(text)
    found = _ENHANCED.match(shown)
    enhanced = found.group(1) if found and shown[0] == str(code // 100) else ""
    return Reply(code, enhanced, shown)


@lru_cache(maxsize=64)  # servers say the same few lines for every message
def _whole(line: bytes) -> Reply | None:
    """A reply that is one line; None where the line is none."""
    if not line[:3].isdigit():
        return None
    return reply_of(int(line[:3]), line[4:].decode("utf-8", "replace"))


def _shown(text: str) -> str:
    """One line of printable characters, cut to what is kept."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())[:_LONGEST_TEXT]
