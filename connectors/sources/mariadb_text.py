"""Text in MariaDB and MySQL that an index finds, though its collation takes much for the same.

Columns compare there as their collation says: as a rule without case, accents and spaces at the
end. The language compares by code point, as the session does; an index only serves a comparison in
the collation of its column. So both stand side by side: the column's own, which misses nothing
that is equal, for the index, and the session's, which decides.
"""

from __future__ import annotations

import operator
import re
from typing import Any

from sqlalchemy import (
    Select,
    String,
    TypeCoerce,
    and_,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement, operators
from sqlalchemy.types import TypeDecorator

__all__ = ["CodePointText", "by_code_point", "found_by_index"]

Raw = ColumnElement[Any]

_COLLATION = re.compile(r"([a-z0-9]+)_[a-z0-9_]+")


def by_code_point(raw: Raw) -> Raw:
    """A value as text in the character set and collation of the session."""
    return cast(raw, String())


def found_by_index(raw: Raw, collation: str) -> Raw | None:
    """A column of text by code point, whose own collation leads where it is asked for `=` or `IN`.

    None where the collation's name says no character set.
    """
    named = _COLLATION.fullmatch(collation)
    return type_coerce(by_code_point(raw), _Led(named[1], collation)) if named else None


class CodePointText(TypeDecorator[str]):
    """Text by code point; `typed = column` is turned round for the column's index."""

    impl = String
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """As any text's, but for that."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """What SQLAlchemy asks of an operator."""
            if op is operator.eq and _column_of(other[0]) is not None:
                return other[0] == type_coerce(self.expr, String())
            return super().operate(op, *other, **options)

    comparator_factory = Comparator


class _Led(TypeDecorator[str]):
    """Text by code point, of a column that has a character set and a collation of its own."""

    impl = String
    cache_ok = True

    def __init__(self, character_set: str, collation_name: str) -> None:
        super().__init__()
        self.character_set = character_set
        self.collation_name = collation_name

    class Comparator(TypeDecorator.Comparator[str]):
        """Finds by the column, and decides by code point."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """What SQLAlchemy asks of an operator."""
            decided = super().operate(op, *other, **options)
            column = _column_of(self.expr)
            if column is None or op not in (operator.eq, operators.in_op):
                return decided
            return and_(op(column, _in_collation_of(self.expr.type, other[0])), decided)

    comparator_factory = Comparator


def _column_of(value: Any) -> Raw | None:
    """The column that a value is of; None for what was selected from it, and for all others."""
    if isinstance(value, TypeCoerce) and isinstance(value.type, _Led):
        column: Raw = value.clause.clause
        return column
    return None


def _in_collation_of(led: Any, asked: Any) -> Any:
    """One value, a list of them, or a selection, as an index of the column can look for it."""
    if isinstance(asked, list | tuple):
        return [_in_collation_of(led, each) for each in asked]
    if isinstance(asked, Select):
        return select(*(_in_collation_of(led, each) for each in asked.subquery().c))
    value = asked if isinstance(asked, ColumnElement) else literal(asked, String())
    converted = func.convert(value.op("USING")(literal_column(led.character_set)))
    return converted.collate(led.collation_name)
