"""Figures of events as SQL aggregates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Double, cast, distinct, func
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from engine.bind.conditions import FigureKind
from engine.compile.core import TOUCH_AT, Events, Figure, Property, Touches, Value
from engine.compile.leaves import Leaves
from engine.language.catalog import Kind

__all__ = ["aggregate", "of_none", "time_of"]

Sql = ColumnElement[Any]


def time_of(events: Events) -> Property:
    """The time of each of these events."""
    return Property(TOUCH_AT if isinstance(events.source, Touches) else events.source.at)


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
    over_rows = _over_rows(figure, leaves, zone, known)
    found: Sql = over_rows if which is None else over_rows.filter(which)
    if figure.kind is FigureKind.AVERAGE or (figure.of and figure.of.kind is Kind.NUMBER):
        return leaves.finite(found) if figure.kind in _COMPUTED else found
    return found


_COMPUTED = frozenset({FigureKind.SUM, FigureKind.AVERAGE, FigureKind.HIGHEST, FigureKind.LOWEST})


def _over_rows(
    figure: Figure, leaves: Leaves, zone: ZoneInfo, known: Mapping[Value, Sql]
) -> FunctionElement[Any]:
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


def of_none(figure: Figure, found: Sql) -> Sql:
    """A figure as it was found, or where there were no events: counts and sums are 0."""
    return found if figure.kind in _MISSING_OF_NONE else func.coalesce(found, 0, type_=found.type)


_MISSING_OF_NONE = frozenset({FigureKind.AVERAGE, FigureKind.HIGHEST, FigureKind.LOWEST})
