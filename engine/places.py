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
    """A position in a file: path relative to the project, line and column counted from 1."""

    path: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.path else "(nowhere)"


NOWHERE = Place()
"""The place of what no file declares: defaults, and values made in tests."""


@dataclass(frozen=True, slots=True)
class SourceMap:
    """From a path inside one document to the place of its value, and of its key."""

    path: str
    values: Mapping[DocumentPath, tuple[int, int]] = field(default_factory=dict)
    keys: Mapping[DocumentPath, tuple[int, int]] = field(default_factory=dict)

    def value(self, path: DocumentPath) -> Place:
        """The place of the value at `path`, or of its nearest ancestor that has one."""
        return self._nearest(self.values, path)

    def key(self, path: DocumentPath) -> Place:
        """The place of the key that ends `path`, or where there is none of the value."""
        return Place(self.path, *self.keys[path]) if path in self.keys else self.value(path)

    def _nearest(self, table: Mapping[DocumentPath, tuple[int, int]], path: DocumentPath) -> Place:
        for end in range(len(path), -1, -1):
            if path[:end] in table:
                return Place(self.path, *table[path[:end]])
        return Place(self.path)
