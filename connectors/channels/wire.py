"""The bytes of a message between DATA and the dot."""

from __future__ import annotations

from io import IncrementalNewlineDecoder

__all__ = ["as_it_travels"]

_CRLF = (None, "\r\n")  # None: a single line, without an end


def as_it_travels(payload: bytes) -> bytes | None:
    """A message with a dot more before each leading dot, and an end of line at its end.

    None where it holds a lone CR or LF: that ends a line to some servers and not to others, which
    is a way to smuggle a dot.
    """
    if _line_ends(payload) not in _CRLF:
        return None
    if payload.startswith(b"."):
        payload = b"." + payload
    payload = payload.replace(b"\r\n.", b"\r\n..")
    return payload if payload.endswith(b"\r\n") else payload + b"\r\n"


def _line_ends(payload: bytes) -> object:
    """The kinds of line ends in a message, which the decoder of text files notes as it reads."""
    seen = IncrementalNewlineDecoder(None, translate=False)
    seen.decode(payload.decode("latin-1"), final=True)
    return seen.newlines
