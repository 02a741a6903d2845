"""The target of a link as it stands in a template: checked now where it is fixed, else later."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.messages.grammar import Fault
from engine.messages.links import (
    HOST_FILTER,
    LINK_FILTER,
    PART_FILTER,
    WHOLE_FILTER,
    UrlError,
    check_url,
)
from engine.messages.pieces import Piece, PieceKind, Pieces
from engine.messages.tree import StructureError

__all__ = ["link_target"]

_BEGINNING = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_IN_HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


def link_target(target: str, pieces: Pieces, escape: Callable[[str], str], *, line: int) -> str:
    """The target with words for its template syntax, ready to stand in one part of a message.

    Raises:
        StructureError: what is fixed of it is no link that a message may hold.
    """
    parts = pieces.of(target)
    if not any(isinstance(part, Piece) for part in parts):
        return escape(_fixed(target, line))
    output, before = [], ""
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else ""
        if isinstance(part, str):
            before += part
            output.append(escape(part))
        elif part.kind is PieceKind.PRINT:
            output.append(pieces.add(_value(part, before, after)))
            before = before or "\0"  # a value has begun the link, and decides where it goes
        else:
            output.append(pieces.add(part))
    if isinstance(parts[0], str) and not _BEGINNING.match(parts[0]):
        raise _unsafe(line, "a link begins with http://, https:// or mailto:, or with a value")
    return _around("".join(output), pieces, line)


def _fixed(target: str, line: int) -> str:
    try:
        return check_url(target)
    except UrlError as error:
        raise _unsafe(line, str(error)) from None


def _value(piece: Piece, before: str, after: str | Piece) -> Piece:
    """A printed value with the filter that its position asks for."""
    if not before:
        return _filtered(piece, WHOLE_FILTER)
    if not _IN_HOST.fullmatch(before):
        return _filtered(piece, PART_FILTER)
    is_bounded = isinstance(after, str) and after[:1] == "."
    if not before.endswith("://") and not is_bounded:
        raise _unsafe(piece.line, "a value stands at the end of a link's host; put a / before it")
    return _filtered(piece, HOST_FILTER)


def _filtered(piece: Piece, name: str) -> Piece:
    return Piece(PieceKind.PRINT, f"({piece.inside}) | {name}", piece.line)


def _around(text: str, pieces: Pieces, line: int) -> str:
    opening = pieces.add(Piece(PieceKind.MARKER, f"filter {LINK_FILTER}", line))
    closing = pieces.add(Piece(PieceKind.MARKER, "endfilter", line))
    return f"{opening}{text}{closing}"


def _unsafe(line: int, message: str) -> StructureError:
    return StructureError(Fault(line, "unsafe-link", message))
