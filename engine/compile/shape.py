"""The shape of what is asked: all that the text of its statement hangs on, and its values apart.

Two questions of one shape have one text. Values are numbered as they come, equal ones alike, so
that a shape says which are the same; and it says of each value what the text may hang on: its
type, whether it is blank, a whole second or beyond 64 bits, and in which order instants come.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.bind.catalog import EntityRef, EventRef
from engine.compile.core import After, Always, Constant, Field, Key, Property
from engine.compile.given import Given, constant_name, rows_name
from engine.compile.question import Linked, Question
from engine.compile.relations import Held, Sheet, Supplied
from engine.tables import ColumnRef

__all__ = ["parted"]

_64_BITS = 63


def parted(asked: object) -> tuple[Hashable, Given]:
    """The shape and the values of what a statement is written for."""
    parts = _Parts()
    shape = parts.shape(asked)
    return (shape, parts.order()), Given(tuple(parts.values), parts.numbers)


class _Parts:
    """The values that were met, each with its number."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.numbers: dict[Hashable, int] = {}

    def order(self) -> Hashable:
        """The numbers of the instants, the earliest first."""
        instants = [
            (each.value, number)
            for number, each in enumerate(self.values)
            if isinstance(each, Constant) and isinstance(each.value, datetime)
        ]
        return tuple(number for _, number in sorted(instants))

    def shape(self, part: object) -> Hashable:
        """The shape of a part; its values are numbered."""
        kind = type(part)
        if kind not in _SHAPES:
            _SHAPES[kind] = _shape_of_kind(kind)
        return _SHAPES[kind](part, self)

    def number(self, name: Hashable, value: object) -> int:
        """The number of a value."""
        found = self.numbers.get(name)
        if found is None:
            found = self.numbers[name] = len(self.values)
            self.values.append(value)
        return found


Shape = Callable[[Any, _Parts], Hashable]


def _itself(part: Any, parts: _Parts) -> Hashable:
    found: Hashable = part
    return found


def _typed(part: Any, parts: _Parts) -> Hashable:
    """1, 1.0 and true are equal, and 0.0 and -0.0."""
    return type(part), repr(part)


def _constant(part: Constant, parts: _Parts) -> Hashable:
    value = part.value
    number = parts.number(constant_name(part), part)
    match value:
        case str():
            aspect = not value.strip()
        case datetime():
            aspect = value.microsecond > 0
        case int():
            aspect = value.bit_length() > _64_BITS
        case _:
            aspect = False
    return number, part.kind, type(value), aspect


def _instant(part: datetime, parts: _Parts) -> Hashable:
    """One that stands in no text: of when the rows are that the ledger has."""
    return "instant", parts.number(("instant", part), part)


def _rows(rows: object, parts: _Parts) -> Hashable:
    return None if rows is None else parts.number(rows_name(rows), rows)


def _sheet(part: Sheet, parts: _Parts) -> Hashable:
    return Sheet, part.name, tuple(part.columns.items()), _rows(part.rows, parts)


def _question(part: Question, parts: _Parts) -> Hashable:
    return (
        *(Question, part.entity, part.zone.key, _rows(part.among, parts)),
        *map(parts.shape, (part.linked, part.filters, part.outputs)),
    )


def _linked(part: Linked, parts: _Parts) -> Hashable:
    return Linked, part.by, _rows(part.keys, parts)


def _mapping(part: Mapping[Any, Any], parts: _Parts) -> Hashable:
    return tuple((parts.shape(name), parts.shape(each)) for name, each in part.items())


def _sequence(part: Any, parts: _Parts) -> Hashable:
    return tuple(map(parts.shape, part))


def _supplied(part: Supplied, parts: _Parts) -> Hashable:
    each = (part.parents, part.counted, part.ledger, part.children, part.successors)
    return tuple(map(parts.shape, each)) if any(each) else None


def _shape_of_kind(kind: type) -> Shape:
    """Of a node: its class and the shapes of its parts; of what is no such thing: itself."""
    if not is_dataclass(kind):
        return _itself
    names = tuple(each.name for each in fields(kind))

    def shape(part: Any, parts: _Parts) -> Hashable:
        return kind, *(parts.shape(getattr(part, name)) for name in names)

    return shape


_SHAPES: dict[type, Shape] = {
    Constant: _constant,
    datetime: _instant,
    date: _typed,
    int: _typed,
    float: _typed,
    bool: _itself,
    tuple: _sequence,
    list: _sequence,
    dict: _mapping,
    Sheet: _sheet,
    Question: _question,
    Linked: _linked,
    Supplied: _supplied,
    ZoneInfo: lambda part, parts: part.key,
    Held: _itself,
    # The catalog is the same where shapes are compared: no 1 in one of these is true elsewhere.
    **dict.fromkeys((EntityRef, EventRef, Field, Key, Property, After, Always, ColumnRef), _itself),
}
"""How each type is shaped; nodes are added as they are met."""
