"""Figures of events as SQL aggregates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Double, cast, distinct, func, true
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from engine.bind.conditions import FigureKind
from engine.compile.algebra import time_of
from engine.compile.core import ChildFigure, EdgeKind, Figure, Property, Value
from engine.compile.leaves import Leaves
from engine.language.catalog import Kind

__all__ = ["aggregate", "of_none", "of_values", "property_of"]

Sql = ColumnElement[Any]


def property_of(figure: Figure) -> Property:
    """The property that a figure is of."""
    if figure.of is None:
        raise TypeError(f"{figure.kind} is a figure of a property, and none is named")
    return Property(figure.of)


def aggregate(
    figure: Figure,
    which: ColumnElement[bool] | None,
    leaves: Leaves,
    *,
    zone: ZoneInfo,
    known: Mapping[Value, Sql],
) -> Sql:
    """The figure over rows of its events whose columns are `known`: those that `which` holds of.

    None is all of them. What comes out of no rows at all, `of_none` says.
    """
    if isinstance(figure.kind, EdgeKind):
        at, of = known[time_of(figure.events)], known[property_of(figure)]
        return leaves.edge(figure.kind, of, at, true() if which is None else which)
    over_rows = _over_rows(figure, leaves, zone, known)
    found: Sql = over_rows if which is None else over_rows.filter(which)
    return rounded(figure.kind, None if figure.of is None else figure.of.kind, found, leaves)


def of_values(
    kind: FigureKind, value: Sql | None, of: Kind | None, which: ColumnElement[bool], leaves: Leaves
) -> Sql:
    """A figure of the rows that `which` holds of: their number, or one of a value of each."""
    over_rows = func.count() if value is None else _of_property(kind, value)
    return rounded(kind, of, over_rows.filter(which), leaves)


def rounded(kind: FigureKind, of: Kind | None, found: Sql, leaves: Leaves) -> Sql:
    """A figure as computed numbers are: to 9 places, where it is no whole one."""
    if kind is FigureKind.AVERAGE or (of is Kind.NUMBER and kind in _COMPUTED):
        return leaves.finite(found)
    return found


_COMPUTED = frozenset({FigureKind.SUM, FigureKind.AVERAGE, FigureKind.HIGHEST, FigureKind.LOWEST})


def _over_rows(
    figure: Figure, leaves: Leaves, zone: ZoneInfo, known: Mapping[Value, Sql]
) -> FunctionElement[Any]:
    if isinstance(figure.kind, EdgeKind):
        raise TypeError("the first and the last are chosen by dialect")
    if figure.kind is FigureKind.TIMES:
        return func.count()
    if figure.of is not None:
        return _of_property(figure.kind, known[Property(figure.of)])
    day = leaves.local_date(known[time_of(figure.events)], zone)
    match figure.kind:
        case FigureKind.DAYS:
            return func.count(distinct(day))
        case FigureKind.WEEKS:
            return func.count(distinct(leaves.week(day)))
        case FigureKind.MONTHS:
            return func.count(distinct(leaves.month(day)))
        case _:
            raise TypeError(f"{figure.kind} is a figure of a property, and none is named")


def _of_property(kind: FigureKind, value: Sql) -> FunctionElement[Any]:
    match kind:
        case FigureKind.DISTINCT:
            return func.count(distinct(value))
        case FigureKind.SUM:
            return func.sum(value)
        case FigureKind.AVERAGE:
            return func.avg(cast(value, Double()))
        case FigureKind.HIGHEST:
            return func.max(value)
        case FigureKind.LOWEST:
            return func.min(value)
        case _:
            raise TypeError(f"{kind} is no figure of a property")


def of_none(figure: Figure | ChildFigure, found: Sql) -> Sql:
    """A figure as it was found, or where there was nothing to count: counts and sums are 0."""
    return found if figure.kind in _MISSING_OF_NONE else func.coalesce(found, 0, type_=found.type)


_MISSING_OF_NONE: frozenset[FigureKind | EdgeKind] = frozenset(
    {FigureKind.AVERAGE, FigureKind.HIGHEST, FigureKind.LOWEST, *EdgeKind}
)
