"""From the core to SQLAlchemy: one function a node, and a node without one is an error.

Values are bound parameters; identifiers come from the catalog, through the `Reader`. Nothing is
decided here: what a missing value gives stands in the nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from sqlalchemy import (
    Double,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.sql import ColumnElement

from engine.bind.formulas import MissingPart
from engine.compile.aggregates import aggregate, of_none, property_of
from engine.compile.algebra import successor_of, time_of
from engine.compile.core import (
    After,
    All,
    Always,
    Among,
    Awaited,
    Change,
    Chosen,
    Compare,
    Comparison,
    Constant,
    DaysBetween,
    DayStart,
    Difference,
    EdgeKind,
    Either,
    Events,
    Figure,
    Followed,
    Gathered,
    Happened,
    IsSet,
    LocalDate,
    Lower,
    Match,
    MonthDay,
    Predicate,
    Ratio,
    Scaled,
    Score,
    Shifted,
    Tallied,
    Total,
    Value,
    YearOf,
)
from engine.compile.given import constant_again
from engine.compile.ordering import (
    OPERATORS,
    beside_column,
    beside_instant,
    stored,
)
from engine.compile.sight import EventRows, Scope
from engine.moments import Duration, Unit

__all__ = ["AWAITED", "flag", "predicate_sql", "value_sql"]

Sql = ColumnElement[Any]

AWAITED = "the value that a statement before finds"
"""What the parameter holds in whose place a value is to come."""


# ---------------------------------------------------------------- values


def value_sql(value: Value, scope: Scope) -> Sql:
    """The SQL of a value; NULL where it is missing."""
    known = scope.known.get(value)
    return _value(value, scope) if known is None else known


@singledispatch
def _value(value: Value, scope: Scope) -> Sql:
    raise TypeError(f"no SQL for the value {value!r}")


@_value.register
def _(value: Constant, scope: Scope) -> Sql:
    return _constant(value, scope)


def _constant(value: Constant, scope: Scope) -> Sql:
    return scope.given.constant(value, scope.leaves.constant(value), constant_again)


@_value.register
def _(value: Awaited, scope: Scope) -> Sql:
    return bindparam("edge", AWAITED, unique=True)


@_value.register
def _(value: Lower, scope: Scope) -> Sql:
    return scope.leaves.lower(value_sql(value.of, scope))


@_value.register
def _(value: Scaled, scope: Scope) -> Sql:
    number = value_sql(value.of, scope) * literal(value.multiplied_by)
    return scope.leaves.finite(number + literal(value.plus) if value.plus else number)


@_value.register
def _(value: LocalDate, scope: Scope) -> Sql:
    return scope.leaves.local_date(value_sql(value.of, scope), scope.zone)


@_value.register
def _(value: DayStart, scope: Scope) -> Sql:
    day = value_sql(value.of, scope)
    if value.later:
        day = scope.leaves.shift_date(day, Duration(value.later, Unit.DAY), 1)
    return scope.leaves.day_start(day, scope.zone)


@_value.register
def _(value: Shifted, scope: Scope) -> Sql:
    of = value_sql(value.of, scope)
    if value.duration.is_exact:
        return scope.leaves.later(of, value.sign * value.duration.exact)
    return scope.leaves.shift_date(of, value.duration, value.sign)


@_value.register
def _(value: DaysBetween, scope: Scope) -> Sql:
    return scope.leaves.days_between(value_sql(value.first, scope), value_sql(value.last, scope))


@_value.register
def _(value: YearOf, scope: Scope) -> Sql:
    return scope.leaves.year(value_sql(value.of, scope))


@_value.register
def _(value: MonthDay, scope: Scope) -> Sql:
    return scope.leaves.month_day(value_sql(value.of, scope))


@_value.register
def _(value: Total, scope: Scope) -> Sql:
    first, *others = (value_sql(part, scope) for part in value.parts)
    return sum(others, start=first)


@_value.register
def _(value: Chosen, scope: Scope) -> Sql:
    whens = [
        (predicate_sql(condition, scope), value_sql(each, scope))
        for condition, each in zip(value.conditions, value.values, strict=True)
    ]
    return case(*whens, else_=null())


@_value.register
def _(value: Ratio, scope: Scope) -> Sql:
    numerator: Sql = cast(value_sql(value.numerator, scope), Double())
    return scope.leaves.finite(numerator / _unless_zero(value.denominator, scope))


@_value.register
def _(value: Difference, scope: Scope) -> Sql:
    first: Sql = cast(value_sql(value.first, scope), Double())
    second: Sql = cast(value_sql(value.second, scope), Double())
    return scope.leaves.finite(first - second)


@_value.register
def _(value: Change, scope: Scope) -> Sql:
    recent: Sql = cast(value_sql(value.recent, scope), Double()) * literal(
        float(value.earlier_days)
    )
    earlier = _unless_zero(value.earlier, scope) * literal(float(value.recent_days))
    return scope.leaves.finite(recent / earlier - literal(1.0))


def _unless_zero(value: Value, scope: Scope) -> Sql:
    return func.nullif(cast(value_sql(value, scope), Double()), literal(0.0), type_=Double())


@_value.register
def _(value: Score, scope: Scope) -> Sql:
    """The parts that are there, scaled to 0 to 100 and clamped, over the weights that count."""
    zero: Sql = literal(0.0)
    weighted, counted = zero, zero
    whole = literal(sum(value.weights))
    for part, weight, worst, best in zip(
        value.parts, value.weights, value.worst, value.best, strict=True
    ):
        number: Sql = cast(value_sql(part, scope), Double())
        scaled = (number - literal(worst)) / literal(best - worst) * literal(100.0)
        clamped = case(
            (scaled < zero, zero), (scaled > literal(100.0), literal(100.0)), else_=scaled
        )
        weighted = weighted + func.coalesce(clamped * literal(weight), zero, type_=Double())
        counted = counted + case((number.is_(None), zero), else_=literal(weight))
    over = counted if value.missing is MissingPart.SKIP else whole
    mean = weighted / func.nullif(over, zero, type_=Double())
    return scope.leaves.finite(case((counted > zero, mean), else_=null()))


@_value.register
def _(value: Figure, scope: Scope) -> Sql:
    rows = _rows(value.events, scope)
    inside = scope.with_events(rows)
    such = _such(value.events, rows, inside)
    if isinstance(value.kind, EdgeKind):
        return _edge(value, rows, inside, such)
    figure = aggregate(value, None, inside.leaves, zone=inside.zone, known=inside.known)
    scalar = select(figure).select_from(rows.source).where(*such).correlate_except(rows.source)
    return of_none(value, scalar.scalar_subquery())


def _edge(
    figure: Figure, rows: EventRows, inside: Scope, such: tuple[ColumnElement[bool], ...]
) -> Sql:
    """The property of the first or last event, for one row: the order is that of the store."""
    at, of = inside.known[time_of(figure.events)], inside.known[property_of(figure)]
    by_time = at.desc() if figure.kind is EdgeKind.LAST else at.asc()
    found = select(of).select_from(rows.source).where(*such)
    # Not every store knows NULLS LAST.
    ordered = found.order_by(by_time, case((of.is_(None), 1), else_=0), of.desc()).limit(1)
    return ordered.correlate_except(rows.source).scalar_subquery()


def _rows(events: Events, scope: Scope) -> EventRows:
    if scope.correlated is None:
        raise TypeError(f"no events are within reach here: {events!r}")
    return scope.correlated(events)


def _such(events: Events, rows: EventRows, inside: Scope) -> tuple[ColumnElement[bool], ...]:
    return (*rows.tests[events], predicate_sql(events.counting, inside))


# ---------------------------------------------------------------- predicates


@singledispatch
def predicate_sql(node: Predicate, scope: Scope) -> ColumnElement[bool]:
    """The SQL of a predicate, as a `where` takes it: NULL there counts as false.

    No `NOT` may be put over it; `complement` gives the opposite.
    """
    raise TypeError(f"no SQL for the predicate {node!r}")


@predicate_sql.register
def _(node: Always, scope: Scope) -> ColumnElement[bool]:
    return true() if node.holds else false()


@predicate_sql.register
def _(node: All, scope: Scope) -> ColumnElement[bool]:
    return and_(*(predicate_sql(part, scope) for part in node.parts))


@predicate_sql.register
def _(node: Either, scope: Scope) -> ColumnElement[bool]:
    return or_(*(predicate_sql(part, scope) for part in node.parts))


@predicate_sql.register
def _(node: IsSet, scope: Scope) -> ColumnElement[bool]:
    value = _or_as_stored(node.value, scope)
    return value.is_not(None) if node.present else value.is_(None)


@predicate_sql.register
def _(node: Compare, scope: Scope) -> ColumnElement[bool]:
    holds = _in_order(node, scope)
    if holds is None:
        left, right = _served_by_index(node, scope)
        holds = OPERATORS[node.op](left, right)
    return _or_missing(holds, node.if_missing, (node.left, node.right), scope)


@predicate_sql.register
def _(node: Among, scope: Scope) -> ColumnElement[bool]:
    options = [_constant(option, scope) for option in node.options]
    is_plain = all(_is_solid(option) for option in node.options)
    value = _plain(node.value, scope) if is_plain else value_sql(node.value, scope)
    holds = value.in_(options) if node.inside else value.not_in(options)
    return _or_missing(holds, node.if_missing, (node.value,), scope)


@predicate_sql.register
def _(node: Match, scope: Scope) -> ColumnElement[bool]:
    found = scope.leaves.match(node.how, value_sql(node.text, scope), value_sql(node.part, scope))
    holds = found if node.holds else not_(found)  # of two texts that are there; else see below
    return _or_missing(holds, node.if_missing, (node.text, node.part), scope)


@predicate_sql.register
def _(node: Happened, scope: Scope) -> ColumnElement[bool]:
    rows = _rows(node.events, scope)
    inside = scope.with_events(rows)
    found = exists().select_from(rows.source).where(*_such(node.events, rows, inside))
    found = found.correlate_except(rows.source)
    return found if node.holds else not_(found)  # EXISTS is never unknown


@predicate_sql.register
def _(node: Followed, scope: Scope) -> ColumnElement[bool]:
    at = scope.known[node.at]
    latest = scope.leaves.later(at, node.within)
    soonest = scope.following.get(successor_of(node))
    if soonest is not None:
        return soonest <= latest if node.holds else or_(soonest.is_(None), soonest > latest)
    if scope.successors is None or scope.maker is None:
        raise TypeError(f"no event is in sight that another could follow: {node!r}")
    rows = scope.successors(node)
    inside = scope.with_successors(rows)
    after = rows.known[After(node.source.at)]
    found = exists().select_from(rows.source)
    found = found.where(rows.maker == scope.maker, after > at, after <= latest, *rows.tests)
    found = found.where(predicate_sql(node.counting, inside)).correlate_except(rows.source)
    return found if node.holds else not_(found)


def flag(node: Predicate, scope: Scope) -> ColumnElement[int]:
    """A predicate as a column: 1 where it holds, else 0."""
    return case((predicate_sql(node, scope), literal(1)), else_=literal(0))


def _in_order(node: Compare, scope: Scope) -> ColumnElement[bool] | None:
    """Times compared as they are stored, where the store's order is that of the instants."""
    left = stored(node.left, scope.ordered)
    if left is None:
        return None
    if isinstance(node.right, Constant):
        return beside_instant(node.op, left, node.right, scope.given)
    return beside_column(node.op, left, stored(node.right, scope.ordered))


def _or_as_stored(value: Value, scope: Scope) -> Sql:
    """For whether it is there at all."""
    found = stored(value, scope.ordered)
    return value_sql(value, scope) if found is None else found.column


def _served_by_index(node: Compare, scope: Scope) -> tuple[Sql, Sql]:
    is_plain = node.op in (Comparison.EQ, Comparison.NE) and _is_solid(node.right)
    left = _plain(node.left, scope) if is_plain else value_sql(node.left, scope)
    return left, value_sql(node.right, scope)


def _plain(value: Value, scope: Scope) -> Sql:
    """A value beside constants that blank text cannot equal."""
    return scope.plain[value] if value in scope.plain else value_sql(value, scope)


def _is_solid(value: Value) -> bool:
    """Whether it is a constant that blank text cannot equal."""
    return isinstance(value, Constant) and bool(str(value.value).strip())


def _or_missing(
    holds: ColumnElement[bool], if_missing: bool, sides: tuple[Value, ...], scope: Scope
) -> ColumnElement[bool]:
    if not if_missing:
        return holds
    missing = [each for side in sides for each in _may_be_missing(side)]
    return or_(holds, *(_or_as_stored(each, scope).is_(None) for each in missing))


def _may_be_missing(value: Value) -> Iterator[Value]:
    """The values without which this one is missing; a count never is."""
    match value:
        case Constant() | Awaited() | Total():
            return
        case Lower(of) | LocalDate(of) | DayStart(of) | Shifted(of) | YearOf(of) | MonthDay(of):
            yield from _may_be_missing(of)
        case DaysBetween(first, last):
            yield from _may_be_missing(first)
            yield from _may_be_missing(last)
        case Figure(of=None) | Tallied(Figure(of=None)):
            return
        case Gathered(_, figure) if figure.of is None:
            return
        case _:
            yield value
