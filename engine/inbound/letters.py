"""Messages out of a file or a pipe: one, or an mbox of any size, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.inbound.events import Unread
from engine.places import Place

__all__ = ["MOST_BYTES", "Letter", "letters_in"]

MOST_BYTES = 4 * 1024 * 1024
"""Of one message: a report with the mail that it is about, and room to spare."""

# Stricter than a line that begins with "From ": so may a paragraph, and a report may hold it.
_FROM_LINE = re.compile(rb"From \S+ .*\d{1,2}:\d\d.*\d{4}\s*")


@dataclass(frozen=True, slots=True)
class Letter:
    """The bytes of a message, and where it begins."""

    place: Place
    data: bytes


def letters_in(path: str, lines: Iterable[bytes]) -> Iterator[Letter | Unread]:
    """The messages in some lines; `path` is how their file is called to people.

    An mbox is told by its first line. A server that hands a message to a pipe may put such a line
    before it.
    """
    begun, kept, size, is_mbox = 1, bytearray(), 0, False
    was_blank = True
    for number, line in enumerate(lines, 1):
        starts = was_blank and _FROM_LINE.fullmatch(line) is not None
        if starts and (number == 1 or is_mbox):
            yield from _letter(path, begun, kept, size)
            begun, kept, size, is_mbox = number, bytearray(), 0, True
        else:
            size += len(line)
            if size <= MOST_BYTES:
                kept += line
        was_blank = not line.strip()
    yield from _letter(path, begun, kept, size)


def _letter(path: str, line: int, kept: bytearray, size: int) -> Iterator[Letter | Unread]:
    if size > MOST_BYTES:
        why = f"a message of {size:,} bytes is longer than any report; expected {MOST_BYTES:,}"
        yield Unread(Place(path, line), f"{why} at most")
    elif kept.strip():
        yield Letter(Place(path, line), bytes(kept))
