"""Strict YAML: plain data, and the place of every value and key. Language, section 1.

Read as people expect of YAML 1.2: `on`, `yes`, `9:30`, `012`, `1e3`, `.nan` and `2026-01-02` are
text; only `true` and `false` are booleans, only plain decimal numbers are numbers, and `null`, `~`
and nothing at all are missing. One document a file; no aliases, anchors or tags; no key twice.

The parser's events are composed here and not by PyYAML: its C composer ends the whole process on
deep nesting, and a bomb of aliases must be refused before anything is built.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import yaml

from engine.places import DocumentPath, Place, SourceMap
from engine.problems import Problem, plain_hint
from engine.records import dataclass

__all__ = ["DEEPEST", "Document", "read_document"]

DEEPEST = 32
"""Levels of nesting that a document may have."""

_SPELL_OUT = "write it out where it is used; a condition can be a named segment"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_LONGEST_NUMBER = 40  # characters: more digits than any double or 64-bit integer can hold
_LARGEST_INTEGER = 2**63 - 1  # what every store can hold
_CONSTANTS: dict[str, bool | None] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says. `data` is None where it could not be read; `problems` say why."""

    data: object
    places: SourceMap
    problems: tuple[Problem, ...] = ()


class _Unreadable(Exception):
    """The rest of the document makes no sense any more."""

    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.column, self.message, self.hint = line, column, message, hint


def read_document(text: str, path: str, *, first_line: int = 1) -> Document:
    """Read YAML `text` of the file `path`; never raises for what people wrote.

    `first_line` is the line of the file on which `text` begins.
    """
    composer = _Composer(path, first_line)
    try:
        data = composer.compose(text)
    except _Unreadable as error:
        place = Place(path, error.line + first_line, error.column + 1)
        composer.problems.append(Problem(place, "bad-yaml", error.message, error.hint))
        data = None
    places = SourceMap(path, composer.values, composer.keys)
    return Document(data, places, tuple(composer.problems))


class _Composer:
    """Builds plain data from the parser's events; depth is bounded, so recursion is too."""

    def __init__(self, path: str, first_line: int) -> None:
        self.path = path
        self.first_line = first_line
        self.values: dict[DocumentPath, tuple[int, int]] = {}
        self.keys: dict[DocumentPath, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._loader: Any = None  # PyYAML's stubs know nothing of the C parser's methods

    def compose(self, text: str) -> object:
        """The one document of `text`."""
        _refuse_unprintable(text)
        self._loader = yaml.CSafeLoader(text)
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            _refuse_syntax(error, text)
        finally:
            self._loader.dispose()

    def _document(self) -> object:
        self._loader.get_event()  # the stream starts
        if isinstance(self._loader.get_event(), yaml.StreamEndEvent):
            raise _Unreadable(0, 0, "the file is empty; expected a mapping of keys to values")
        data = self._node(self._loader.get_event(), ())
        self._loader.get_event()  # the document ends
        following = self._loader.get_event()
        if not isinstance(following, yaml.StreamEndEvent):
            _refuse(following, "a second document begins here", "a file holds one document")
        return data

    def _node(self, event: Any, path: DocumentPath) -> object:
        if isinstance(event, yaml.AliasEvent):
            _refuse(
                event,
                f"`*{event.anchor}` is an alias; aliases and anchors are not read",
                _SPELL_OUT,
            )
        if event.anchor is not None:
            _refuse(
                event,
                f"`&{event.anchor}` is an anchor; aliases and anchors are not read",
                _SPELL_OUT,
            )
        if event.tag is not None:
            _refuse(event, f"`{event.tag}` is a tag; tags are not read", "write the plain value")
        self.values[path] = self._position(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(path) >= DEEPEST:
            _refuse(event, f"this is more than {DEEPEST} levels deep")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return self._list(path)

    def _list(self, path: DocumentPath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: DocumentPath) -> dict[str, object]:
        items: dict[str, object] = {}
        while not isinstance(event := self._loader.get_event(), yaml.MappingEndEvent):
            key = self._key(event)
            at = (*path, key)
            is_new = key not in items
            if is_new:
                self.keys[at] = self._position(event)
            else:
                self._report_twice(event, key, at)
            value = self._node(self._loader.get_event(), at)
            if is_new:
                items[key] = value
        return items

    def _key(self, event: Any) -> str:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            _refuse(event, "aliases and anchors are not read")
        if not isinstance(event, yaml.ScalarEvent):
            hint = "a text that begins with `{` or `[` stands in quotes"
            _refuse(event, "a list or mapping stands as a key; expected text", hint)
        if event.tag is not None:
            _refuse(event, f"`{event.tag}` is a tag; tags are not read", "write the plain value")
        if event.implicit[0] and not isinstance(_plain(event.value), str):
            _refuse(event, f"the key `{event.value[:40]}` is no text", "write it in quotes")
        return str(event.value)

    def _scalar(self, event: Any) -> object:
        if not event.implicit[0]:
            if "\0" in event.value:  # written as an escape; no store can hold it
                _refuse(event, "the character U+0000 does not belong in a text")
            return event.value
        value = _plain(event.value)
        if value is _TOO_LARGE:
            place = Place(self.path, *self._position(event))
            self.problems.append(
                Problem(place, "bad-value", "this number is too large; expected at most 64 bits")
            )
            return 0
        return value

    def _report_twice(self, event: Any, key: str, at: DocumentPath) -> None:
        line, column = self._position(event)
        self.problems.append(
            Problem(
                Place(self.path, line, column),
                "duplicate-key",
                f"`{key}` stands twice, on line {self.keys[at][0]} and on line {line}",
                "keep one of them",
            )
        )

    def _position(self, event: Any) -> tuple[int, int]:
        mark = event.start_mark
        return mark.line + self.first_line, mark.column + 1


_TOO_LARGE = object()


def _plain(text: str) -> object:
    """The value of a scalar without quotes."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        if len(text) > _LONGEST_NUMBER or abs(int(text)) > _LARGEST_INTEGER:
            return _TOO_LARGE
        return int(text)
    if _NUMBER.fullmatch(text):
        number = float(text) if len(text) <= _LONGEST_NUMBER else math.inf
        return number if math.isfinite(number) else _TOO_LARGE
    return text


def _refuse(event: Any, message: str, hint: str = "") -> NoReturn:
    raise _Unreadable(event.start_mark.line, event.start_mark.column, message, hint)


def _refuse_unprintable(text: str) -> None:
    found = _UNPRINTABLE.search(text)
    if not found:
        return
    before = text[: found.start()]
    line = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    raise _Unreadable(
        line, column, f"the character U+{ord(found[0]):04X} does not belong in a text file"
    )


_ODD_BLANK = re.compile(r":[^\S \t\r]")
_CURES: Mapping[str, str] = {
    "expected ',' or": "close the `[` or `{` that stands open, or put a comma between the entries",
    "mapping values are not allowed": "a `:` and a blank part a key from its value; a text with "
    "`: ` in it stands in quotes, and the line above may lack its blank",
    "expected '-' indicator": "items of one list begin in the same column; line this one up",
    "could not find expected ':'": "a key is followed by `:` and a blank",
    "expected key": "keys of one mapping begin in the same column; line this one up, or close a "
    "quote that was opened above",
    "block end": "line this up with what it belongs to",
    "unexpected end of stream": "close the quote or bracket that stands open",
    "cannot start any token": "put this text in quotes",
}
"""What to do, by a part of what the parser says; it says the same in every version so far."""


def _refuse_syntax(error: yaml.MarkedYAMLError, text: str) -> NoReturn:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if _stands_at_tab(text, line, column):
        raise _Unreadable(
            line,
            column,
            "a tab stands here; YAML is indented with spaces",
            "put spaces in its place",
        )
    for above in (line - 1, line):  # a line may spoil the one that follows it
        if hint := plain_hint(_indent(text, above)):
            raise _Unreadable(above, 0, "this line is not indented with spaces", hint)
        if found := _ODD_BLANK.search(_line(text, above)):
            message = "the blank behind this `:` is no plain one"
            raise _Unreadable(above, found.start(), message, plain_hint(found[0]))
    problem = error.problem or "not readable"
    cure = next((cure for part, cure in _CURES.items() if part in problem), "")
    raise _Unreadable(line, column, f"this is no YAML: {problem}", cure)


def _indent(text: str, line: int) -> str:
    """What stands before the first word of a line."""
    found = _line(text, line)
    return found[: len(found) - len(found.lstrip())]


def _line(text: str, line: int) -> str:
    lines = text.split("\n")
    return lines[line] if 0 <= line < len(lines) else ""


def _stands_at_tab(text: str, line: int, column: int) -> bool:
    lines = text.splitlines()
    return line < len(lines) and lines[line][column : column + 1] == "\t"
