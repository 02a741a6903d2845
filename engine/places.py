"""Where something stands in a file: the place that every problem names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from engine.records import dataclass

__all__ = ["NOWHERE", "DocumentPath", "Place", "SourceMap"]

DocumentPath = tuple[str | int, ...]
"""Keys and list positions from the root of a document to one value."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file: path relative to the project, line and column counted from 1.

    `note` is the other end where a playbook uses a blueprint: what stands here is used there, or
    was written there.
    """

    path: str = ""
    line: int = 1
    column: int = 1
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.path}:{self.line}:{self.column}{note}" if self.path else "(nowhere)"


NOWHERE = Place()
"""The place of what no file declares: defaults, and values made in tests."""


@dataclass(frozen=True, slots=True)
class SourceMap:
    """From a path inside one document to the place of its value, and of its key.

    `parts` are first keys that come from another document. `note` is that of every place here;
    where all of it `stands_at` one place of another file, the note says where it was written.
    """

    path: str
    values: Mapping[DocumentPath, tuple[int, int]] = field(default_factory=dict)
    keys: Mapping[DocumentPath, tuple[int, int]] = field(default_factory=dict)
    parts: Mapping[str | int, SourceMap] = field(default_factory=dict)
    note: str = ""
    stands_at: Place | None = None

    def value(self, path: DocumentPath) -> Place:
        """The place of the value at `path`, or of its nearest ancestor that has one."""
        if path and path[0] in self.parts:
            return self.parts[path[0]].value(path)
        return self._nearest(self.values, path)

    def key(self, path: DocumentPath) -> Place:
        """The place of the key that ends `path`, or where there is none of the value."""
        if path and path[0] in self.parts:
            return self.parts[path[0]].key(path)
        return self._place(*self.keys[path]) if path in self.keys else self.value(path)

    def _nearest(self, table: Mapping[DocumentPath, tuple[int, int]], path: DocumentPath) -> Place:
        for end in range(len(path), -1, -1):
            if path[:end] in table:
                return self._place(*table[path[:end]])
        return Place(self.path)

    def _place(self, line: int, column: int) -> Place:
        if self.stands_at is None:
            return Place(self.path, line, column, self.note)
        at = self.stands_at
        return Place(at.path, at.line, at.column, f"{self.path}:{line}:{column}")
