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
    was written there. `within` is the document and the path of what stands here.
    """

    path: str = ""
    line: int = 1
    column: int = 1
    note: str = ""
    within: tuple[SourceMap, DocumentPath] | None = field(default=None, compare=False, repr=False)

    def of(self, *path: str | int) -> Place:
        """The place of the value that `path` leads to from here, or as near to it as there is."""
        if self.within is None:
            return self
        document, here = self.within
        return document.value((*here, *path)) if document.has((*here, *path[:1])) else self

    def of_key(self, *path: str | int) -> Place:
        """The place of the key that ends `path`, seen from here."""
        if self.within is None:
            return self
        document, here = self.within
        return document.key((*here, *path))

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

    def has(self, path: DocumentPath) -> bool:
        """Whether a value stands at `path`."""
        if path and path[0] in self.parts:
            return self.parts[path[0]].has(path)
        return path in self.values

    def value(self, path: DocumentPath) -> Place:
        """The place of the value at `path`, or of its nearest ancestor that has one."""
        if path and path[0] in self.parts:
            return self.parts[path[0]].value(path)
        return self._nearest(path)

    def key(self, path: DocumentPath) -> Place:
        """The place of the key that ends `path`, or where there is none of the value."""
        if path and path[0] in self.parts:
            return self.parts[path[0]].key(path)
        return self._place(self.keys[path], path) if path in self.keys else self.value(path)

    def head(self, key: str) -> Place:
        """The place of a first key, which stands for the document: all of it is within."""
        place = self.key((key,))
        return Place(place.path, place.line, place.column, place.note, (self, ()))

    def _nearest(self, path: DocumentPath) -> Place:
        for end in range(len(path), -1, -1):
            if path[:end] in self.values:
                return self._place(self.values[path[:end]], path[:end])
        return Place(self.path)

    def _place(self, position: tuple[int, int], path: DocumentPath) -> Place:
        line, column = position
        if self.stands_at is None:
            return Place(self.path, line, column, self.note, (self, path))
        at = self.stands_at
        return Place(at.path, at.line, at.column, f"{self.path}:{line}:{column}", (self, path))
