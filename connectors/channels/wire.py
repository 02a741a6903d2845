"""The bytes of a message between DATA and the dot."""

from __future__ import annotations

import re

__all__ = ["as_it_travels"]

# Nearly all messages travel as they are, and two passes over their bytes tell so: every CR is
# followed by an LF, which no dot follows; and line ends by themselves are CR, LF in turn.
_PLAIN_LINES = re.compile(rb"(?:[^\r]*+\r\n(?!\.))++\Z")
_NO_LINE_END = bytes(set(range(256)) - set(b"\r\n"))
_LONE_CR = re.compile(rb"\r(?!\n)")


def as_it_travels(payload: bytes) -> bytes | None:
    """A message with a dot more before each leading dot, and an end of line at its end.

    None where it holds a lone CR or LF: that ends a line to some servers and not to others, which
    is a way to smuggle a dot.
    """
    ends = payload.translate(None, _NO_LINE_END)
    if ends != b"\r\n" * (len(ends) // 2):
        return None
    if _PLAIN_LINES.match(payload) and not payload.startswith(b"."):
        return payload
    if _LONE_CR.search(payload):
        return None
    if payload.startswith(b"."):
        payload = b"." + payload
    payload = payload.replace(b"\r\n.", b"\r\n..")
    return payload if payload.endswith(b"\r\n") else payload + b"\r\n"
