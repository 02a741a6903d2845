"""JSON values out of a text: one document, or several, as a line each or in a row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.inbound.events import Unread
from engine.places import Place

__all__ = ["Document", "documents_in"]

_SPACE = re.compile(r"[\s\x1e]*")  # with the separator of RFC 7464
_NEXT = re.compile(r"\n(?=[{\[])")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON value, and where it begins."""

    place: Place
    value: object


def documents_in(path: str, data: bytes) -> Iterator[Document | Unread]:
    """The JSON values in a file, which is called `path` to people.

    After one that is broken it goes on at the next line that begins with one.
    """
    text = data.decode("utf-8-sig", "replace")
    lines = _Lines(path, text)
    end = _after_space(text, 0)
    while end < len(text):
        place = lines.place(end)
        try:
            value, after = _DECODER.raw_decode(text, end)
        except json.JSONDecodeError as error:
            yield Unread(lines.place(error.pos), f"this is no JSON: {error.msg}")
            after = _resumed(text, end)
        except (ValueError, RecursionError):  # thousands of digits, brackets without an end
            yield Unread(place, "this is no JSON that anybody would send")
            after = _resumed(text, end)
        else:
            yield Document(place, value)
        end = _after_space(text, after)


class _Lines:
    """Lines and columns of positions that are asked for in ascending order."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text
        self._line, self._start, self._seen = 1, 0, 0

    def place(self, position: int) -> Place:
        lines = self._text.count("\n", self._seen, position)
        if lines:
            self._line += lines
            self._start = self._text.rfind("\n", self._seen, position) + 1
        self._seen = max(position, self._seen)
        return Place(self._path, self._line, position - self._start + 1)


def _after_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


def _resumed(text: str, start: int) -> int:
    found = _NEXT.search(text, start)
    return found.end() if found else len(text)
