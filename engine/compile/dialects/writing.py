"""What several dialects write alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Interval,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.types import TypeEngine

from engine.compile.core import Constant, EdgeKind
from engine.compile.letters import case_table
from engine.language.catalog import Kind
from engine.moments import Duration, Unit
from engine.syntax import iso_text

__all__ = [
    "DAYS",
    "EPOCH",
    "MICROSECOND",
    "MONTHS",
    "NINE_PLACES",
    "amount_of",
    "aware",
    "bound",
    "cast_parameter",
    "first_instant",
    "first_reading",
    "folded_by_table",
    "in_order",
    "local_time",
    "nine_places",
    "parameter",
    "rounded",
    "store_lower",
]

Sql = ColumnElement[Any]


def rounded(number: Sql, rounded: Sql) -> Sql:
    """`rounded` is the number to 9 places; every store puts NaN above all numbers, or has none."""
    return case(
        (func.abs(number) < _EXACT_ROUNDING_BELOW, rounded),
        (func.abs(number) <= _LARGEST, number),
        else_=null(),
    )


def folded_by_table(text: Sql, ascii_only: ColumnElement[bool], ascii_lower: Sql) -> Sql:
    """Stores differ beyond ASCII (locale, version of Unicode), so that our own table is asked."""
    upper, lower = case_table()
    translated = func.translate(text, literal(upper), literal(lower), type_=String())
    return case((ascii_only, ascii_lower), else_=translated)


def nine_places(number: Sql, nearest: Callable[[Sql], Sql]) -> Sql:
    """A number to 9 places, ties to even, whichever way `nearest` rounds a tie to a whole number.

    Half of a tie is none, so that its double is the even one of the two.
    """
    scaled = number * NINE_PLACES
    whole = nearest(scaled)
    tie = func.abs(whole - scaled) == 0.5
    return case((tie, nearest(scaled / 2.0) * 2.0), else_=whole) / NINE_PLACES


def local_time(naive_utc: Sql, zone: ZoneInfo) -> Sql:
    """The local clock time of an instant, both without a zone."""
    at = func.timezone(literal("UTC"), naive_utc, type_=DateTime(timezone=True))
    return func.timezone(literal(zone.key), at, type_=DateTime())


def first_instant(day: Sql, zone: ZoneInfo) -> Sql:
    """The first instant of a local day as naive UTC."""
    midnight = cast(day, DateTime())
    one_day = timedelta(days=1)
    return first_reading(
        midnight,
        beside=(midnight + literal(-one_day, Interval()), midnight + literal(one_day, Interval())),
        clock=lambda at: local_time(at, zone),
        moved=lambda at, by: type_coerce(at + (by[1] - by[0]), DateTime()),
    )


def first_reading(
    midnight: Sql,
    *,
    beside: tuple[Sql, Sql],
    clock: Callable[[Sql], Sql],
    moved: Callable[[Sql, tuple[Sql, Sql]], Sql],
) -> Sql:
    """The first instant at which a local clock shows midnight, or would have shown it.

    All are instants, a clock's time the one that it would be in UTC: `clock` gives the local one
    of an instant, `moved` an instant moved by the time from the one to the other, and `beside`
    are the same midnight a day earlier and later.

    Stores take the second of a doubled midnight, so their own conversion will not do. The offset
    of the day before reads a doubled midnight as its first, and one that a clock change leaves
    out as the change itself; the offset of the day after serves where the change came earlier.
    """
    before, after = (moved(at, (clock(at), midnight)) for at in beside)
    return case(
        (before == after, before),
        (clock(before) == midnight, before),
        (clock(after) == midnight, after),
        else_=before,
    )


def in_order(kind: EdgeKind, of: Sql, at: Sql) -> tuple[UnaryExpression[Any], ...]:
    """The order in which the value of the first or last event comes first."""
    by_time = at.desc() if kind is EdgeKind.LAST else at.asc()
    return by_time, of.desc().nulls_last()


def cast_parameter(
    value: Constant, instant: TypeEngine[Any], suffix: str, day: TypeEngine[Any] | None = None
) -> Sql:
    """A bound parameter; an instant and a date are cast from their text.

    `suffix` says UTC behind an instant, as the store reads it; `day` is the type of a date, where
    it is not DATE.
    """
    match value.value:
        case datetime():
            return cast(iso_text(value.value, suffix), instant)
        case date():
            return cast(iso_text(value.value), day or Date())
        case _:
            return parameter(value)


def parameter(value: Constant) -> Sql:
    """A bound parameter of the constant's kind, which is no instant."""
    if value.kind is Kind.INTEGER and abs(int(str(value.value))) >= _BEYOND_64_BITS:
        return bound(float(str(value.value)), Double())
    return bound(value.value, _TYPES[value.kind])


def bound(value: object, type_: TypeEngine[Any]) -> Sql:
    """A value as a parameter; what `literal` gives, which looks first whether it is no SQL."""
    return bindparam(None, value, type_=type_, unique=True)


def store_lower(text: Sql) -> Sql:
    """Lower case as the store has it."""
    return func.lower(text, type_=String())


def aware(naive_utc: Sql) -> Sql:
    """A timestamp without a zone, said to be UTC."""
    return func.timezone(literal("UTC"), naive_utc, type_=DateTime(timezone=True))


def amount_of(duration: Duration) -> int:
    """How many days, or months, a duration of days or longer is."""
    return duration.amount * (DAYS.get(duration.unit) or MONTHS[duration.unit])


DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
NINE_PLACES = 1e9
_EXACT_ROUNDING_BELOW = 2.0**23
"""From here on doubles lie further apart than 1e-9: rounded to 9 places each is itself."""
_LARGEST = sys.float_info.max
_BEYOND_64_BITS = 2**63
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.TEXT: String(),
    Kind.INTEGER: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Date(),
}
