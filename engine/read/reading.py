"""One document being read: where its values stand, and what was found wrong so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from engine.places import DocumentPath, Place, SourceMap
from engine.problems import Problem, plain_hint
from engine.records import dataclass

__all__ = ["Names", "Reading", "called", "joined", "shown"]

_LONGEST_SHOWN = 60  # characters of a value that a message repeats


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a project that tell one form from another, declared soundly or not.

    `links` are by entity, each with the entity that it leads to; `segments` are named ones, with
    the entity that they are of.
    """

    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    entities: frozenset[str] = frozenset()
    segments: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """Collects the problems of one document by path.

    Names of `entity`, where it is known, are what conditions use: a name of one of its links tells
    `{LINK: C}` from `{FIELD: TEST}`. An entity's name tells a formula over rows from one over
    events. What a name leads to is a matter of binding.
    """

    places: SourceMap
    names: Names = Names()
    entity: str = ""
    problems: list[Problem] = field(default_factory=list)
    faults: list[tuple[DocumentPath, str]] = field(default_factory=list)

    def seen_from(self, entity: object) -> Reading:
        """The same reading where the names of another entity are used; its problems are these."""
        return replace(self, entity=entity if isinstance(entity, str) else "")

    def through(self, link: str) -> Reading:
        """The same where the names of a parent are used, by a link or a path of links."""
        parent = self.entity
        for name in link.split("."):
            parent = self.names.links.get(parent, {}).get(name, "")
        return self.seen_from(parent)

    def is_link(self, name: str) -> bool:
        """Whether an entity in sight has a link of that name: every one, where none is known."""
        own = self.names.links.get(self.entity)
        in_sight = self.names.links.values() if own is None else (own,)
        return any(name in links for links in in_sight)

    def report(self, path: DocumentPath, code: str, message: str, hint: str = "") -> None:
        """Add a problem with the value at `path`."""
        self._add(self.places.value(path), path, code, message, hint)

    def report_key(self, path: DocumentPath, code: str, message: str, hint: str = "") -> None:
        """Add a problem with the key that ends `path`."""
        self._add(self.places.key(path), path, code, message, hint)

    def not_supported(self, path: DocumentPath, what: str) -> None:
        """Say that a word of the language cannot be carried out yet; never silently ignored."""
        self.report_key(
            path,
            "not-supported",
            f"{what} is part of the language but not carried out by this version yet",
        )

    def place(self, path: DocumentPath) -> Place:
        """The place of the value at `path`."""
        return self.places.value(path)

    def is_sound(self, path: DocumentPath) -> bool:
        """Whether nothing at or below `path` was found wrong."""
        return not any(fault[: len(path)] == path for fault, _ in self.faults)

    def _add(self, place: Place, path: DocumentPath, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(place, code, message, hint or plain_hint(message)))
        self.faults.append((path, code))


def called(path: DocumentPath) -> str:
    """What a message calls the value at `path`: its key, or its position in a list."""
    if not path:
        return "this file"
    last = path[-1]
    if isinstance(last, str):
        return f"`{last}`"
    return f"item {last + 1} of {called(path[:-1])}" if len(path) > 1 else f"item {last + 1}"


def shown(value: object) -> str:
    """A value as a message repeats it."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"`{str(value).lower()}`"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case int() | float():
            return f"the number {value}"
        case _:
            text = str(value)
            return f"`{text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '…'}`"


def joined(words: list[str], last: str = "or") -> str:
    """`a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
