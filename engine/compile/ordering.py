"""Comparisons as SQL, and those of times that are compared as a store holds them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import literal
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from engine.compile.core import Comparison, Constant, Value
from engine.compile.given import Given
from engine.ports import Ordered

__all__ = ["OPERATORS", "Looks", "beside_column", "beside_instant", "not_hidden", "stored"]

Sql = ColumnElement[Any]

Looks = Mapping[Value, Callable[[], Ordered | None]]
"""How columns of times may be compared as they are stored, each looked at when it is needed."""

OPERATORS: Mapping[Comparison, Callable[[Sql, Sql], ColumnElement[bool]]] = {
    Comparison.EQ: operator.eq,
    Comparison.NE: operator.ne,
    Comparison.LT: operator.lt,
    Comparison.GE: operator.ge,
    Comparison.GT: operator.gt,
    Comparison.LE: operator.le,
}

_BETWEEN_TWO = {
    Comparison.LT: Comparison.LE,
    Comparison.LE: Comparison.LE,
    Comparison.GT: Comparison.GT,
    Comparison.GE: Comparison.GT,
}
"""A bound that a form cannot say, as one at the last instant before it that the form can."""


def beside_instant(
    op: Comparison, times: Ordered, constant: Constant, given: Given
) -> ColumnElement[bool] | None:
    """A column of times beside an instant; None where its form has no such comparison."""
    at = constant.value
    if not isinstance(at, datetime):
        return None
    if at.microsecond:
        if op not in _BETWEEN_TWO:
            return None
        op = _BETWEEN_TWO[op]
    again = partial(_second, times.written, times.column.type)
    return OPERATORS[op](times.column, given.constant(constant, again(constant, None), again))


def _second(
    written: Callable[[datetime], object], kind: TypeEngine[Any], constant: Constant, home: object
) -> Sql:
    """The whole second that an instant is in, which is all that these forms can say."""
    if not isinstance(constant.value, datetime):
        raise TypeError(f"{constant.value!r} is no instant")
    return literal(written(constant.value.replace(microsecond=0)), kind)


def beside_column(
    op: Comparison, one: Ordered, other: Ordered | None
) -> ColumnElement[bool] | None:
    """Two columns of times; None where they are not of one form."""
    if other is None or one.form != other.form:
        return None
    return OPERATORS[op](one.column, other.column)


def stored(value: Value, looks: Looks) -> Ordered | None:
    """A value as its column holds it, where its order there is that of the instants."""
    look = looks.get(value)
    return None if look is None else look()


def not_hidden(looks: Looks, hidden: Container[Value]) -> Looks:
    """Those of an outer scope that no column of an inner one stands before."""
    return {value: look for value, look in looks.items() if value not in hidden}
