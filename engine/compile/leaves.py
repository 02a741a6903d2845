"""What the dialects say differently: one small class each, and nothing else in the compiler is.

A leaf takes SQL of the canonical forms (an instant is a naive UTC TIMESTAMP on DuckDB, a
timestamptz on Postgres, microseconds since 1970 on SQLite; a date is a DATE, on SQLite its ISO
text) and gives SQL of them. Days, clock changes and month ends come out as in `engine.moments`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Integer,
    Interval,
    String,
    case,
    cast,
    collate,
    extract,
    func,
    literal,
    null,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.types import TypeEngine

from engine.compile.core import Constant, EdgeKind, How
from engine.compile.letters import case_table
from engine.language.catalog import Kind
from engine.moments import Duration, Unit

__all__ = ["LEAVES", "DuckLeaves", "Leaves", "PostgresLeaves", "SqliteLeaves"]

Sql = ColumnElement[Any]


class Leaves(Protocol):
    """How one dialect writes what is not the same in all."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter in the canonical form of its kind."""

    def lower(self, text: Sql) -> Sql:
        """Lower case, code point by code point, as `letters.lower_case`."""

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Whether a text has another in it, taken literally, or a list of text as a member."""

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The calendar day of an instant."""

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """The first instant of a local day."""

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """A date moved by days or longer; months clamp."""

    def later(self, at: Sql, by: timedelta) -> Sql:
        """An instant moved by an exact time."""

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """As an aggregate: the value of the first or last of the rows that `which` holds of.

        Of two at one time it is the greater value, and the missing one where both are missing.
        """

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Calendar days from one date to another."""

    def week(self, day: Sql) -> Sql:
        """The Monday of a date's week."""

    def month(self, day: Sql) -> Sql:
        """What two dates of one month have in common."""

    def year(self, day: Sql) -> Sql:
        """The year of a date."""

    def month_day(self, day: Sql) -> Sql:
        """Month * 100 + day of a date."""

    def finite(self, number: Sql) -> Sql:
        """A computed number: NULL where it is NaN or infinite, else rounded to 9 places."""


# ---------------------------------------------------------------- what several share


def _finite(number: Sql, rounded: Sql) -> Sql:
    """`rounded` is the number to 9 places; every store puts NaN above all numbers, or has none."""
    return case(
        (func.abs(number) < _EXACT_ROUNDING_BELOW, rounded),
        (func.abs(number) <= _LARGEST, number),
        else_=null(),
    )


def _folded_by_table(text: Sql, ascii_only: ColumnElement[bool], ascii_lower: Sql) -> Sql:
    """Stores differ beyond ASCII (locale, version of Unicode), so that our own table is asked."""
    upper, lower = case_table()
    translated = func.translate(text, literal(upper), literal(lower), type_=String())
    return case((ascii_only, ascii_lower), else_=translated)


def _local(naive_utc: Sql, zone: ZoneInfo) -> Sql:
    at = func.timezone(literal("UTC"), naive_utc, type_=DateTime(timezone=True))
    return func.timezone(literal(zone.key), at, type_=DateTime())


def _start_of_day(day: Sql, zone: ZoneInfo) -> Sql:
    """The first instant of a local day as naive UTC.

    Stores take the second of a doubled midnight, so their own conversion will not do. The offset
    of the day before reads a doubled midnight as its first, and one that a clock change leaves
    out as the change itself; the offset of the day after serves where the change came earlier.
    """
    midnight = cast(day, DateTime())
    before, after = (
        _with_offset_of(midnight, midnight + literal(side, Interval()), zone)
        for side in (-timedelta(days=1), timedelta(days=1))
    )
    return case(
        (before == after, before),
        (_local(before, zone) == midnight, before),
        (_local(after, zone) == midnight, after),
        else_=before,
    )


def _with_offset_of(local: Sql, at: Sql, zone: ZoneInfo) -> Sql:
    return type_coerce(at + (local - _local(at, zone)), DateTime())


def _in_order(kind: EdgeKind, of: Sql, at: Sql) -> tuple[UnaryExpression[Any], ...]:
    by_time = at.desc() if kind is EdgeKind.LAST else at.asc()
    return by_time, of.desc().nulls_last()


# ---------------------------------------------------------------- the dialects


class DuckLeaves:
    """DuckDB."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; instants without their zone."""
        if isinstance(value.value, datetime):
            return literal(value.value.astimezone(UTC).replace(tzinfo=None), DateTime())
        return _typed(value)

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII, else by table."""
        return _folded_by_table(text, func.strlen(text) == func.length(text), _lower(text))

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Functions of the store, none of which knows patterns."""
        match how:
            case How.ANYWHERE:
                return func.contains(text, part, type_=Boolean())
            case How.START:
                return func.starts_with(text, part, type_=Boolean())
            case How.END:
                return func.ends_with(text, part, type_=Boolean())
            case How.MEMBER:
                return func.list_contains(text, part, type_=Boolean())

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date of the local timestamp."""
        return cast(_local(at, zone), Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """As naive UTC."""
        return _start_of_day(day, zone)

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        amount = cast(literal(sign * _amount(duration)), Integer())
        if duration.unit in _DAYS:
            return type_coerce(day + amount, Date())
        return cast(day + func.to_months(amount, type_=Interval()), Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """An interval on a timestamp without zone is exact."""
        return type_coerce(at + literal(by, Interval()), DateTime())

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """By an aggregate that is ordered."""
        ordered = aggregate_order_by(of, *_in_order(kind, of, at))
        return type_coerce(func.first(ordered).filter(which), of.type)

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Boundaries of days."""
        return func.date_diff(literal("day"), first, last, type_=BigInteger())

    def week(self, day: Sql) -> Sql:
        """The store's weeks start on Monday."""
        return func.date_trunc(literal("week"), day)

    def month(self, day: Sql) -> Sql:
        """Its first day."""
        return func.date_trunc(literal("month"), day)

    def year(self, day: Sql) -> Sql:
        """By `extract`."""
        return extract("year", day)

    def month_day(self, day: Sql) -> Sql:
        """By `extract`."""
        return extract("month", day) * 100 + extract("day", day)

    def finite(self, number: Sql) -> Sql:
        """Ties to even."""
        return _finite(number, func.round_even(number * _NINE_PLACES, 0) / _NINE_PLACES)


class PostgresLeaves:
    """Postgres. Whatever the session's zone and locale: nothing here asks them."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; instants with their zone."""
        if isinstance(value.value, datetime):
            return literal(value.value.astimezone(UTC), DateTime(timezone=True))
        return _typed(value)

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII and by the C locale, else by table."""
        is_ascii = func.octet_length(text) == func.char_length(text)
        return _folded_by_table(text, is_ascii, _lower(collate(text, "C")))

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Functions of the store, none of which knows patterns."""
        match how:
            case How.ANYWHERE:
                return func.strpos(text, part) > 0
            case How.START:
                return func.starts_with(text, part, type_=Boolean())
            case How.END:
                return func.right(text, func.char_length(part), type_=String()) == part
            case How.MEMBER:
                return func.array_position(text, part).is_not(None)

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date of the local timestamp."""
        return cast(func.timezone(literal(zone.key), at, type_=DateTime()), Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """Computed without a zone, then said to be UTC."""
        return _aware(_start_of_day(day, zone))

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        amount = literal(sign * _amount(duration), Integer())
        if duration.unit in _DAYS:
            return type_coerce(day + amount, Date())
        months = func.make_interval(literal(0, Integer()), amount, type_=Interval())
        return cast(day + months, Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Without a zone: drivers say 24 hours as a day, which a session's zone can stretch."""
        naive = func.timezone(literal("UTC"), at, type_=DateTime())
        return _aware(naive + literal(by, Interval()))

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """The first of an array that is ordered."""
        ordered = aggregate_order_by(of, *_in_order(kind, of, at))
        values = func.array_agg(ordered, type_=ARRAY(of.type)).filter(which)
        return type_coerce(values, ARRAY(of.type))[1]

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Dates subtract to days."""
        return type_coerce(last - first, Integer())

    def week(self, day: Sql) -> Sql:
        """The store's weeks start on Monday."""
        return func.date_trunc(literal("week"), cast(day, DateTime()))

    def month(self, day: Sql) -> Sql:
        """Its first day."""
        return func.date_trunc(literal("month"), cast(day, DateTime()))

    def year(self, day: Sql) -> Sql:
        """By `extract`."""
        return extract("year", day)

    def month_day(self, day: Sql) -> Sql:
        """By `extract`."""
        return extract("month", day) * 100 + extract("day", day)

    def finite(self, number: Sql) -> Sql:
        """Ties to even, as the store rounds doubles."""
        return _finite(number, func.round(number * _NINE_PLACES) / _NINE_PLACES)


class SqliteLeaves:
    """SQLite, with the functions that the source registers on its connections."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; instants in microseconds, dates as text, booleans as 0 and 1."""
        match value.value:
            case datetime():
                return literal((value.value - _EPOCH) // _MICROSECOND, BigInteger())
            case date():
                return literal(value.value.isoformat(), String())
            case bool():
                return literal(int(value.value), Integer())
            case _:
                return _typed(value)

    def lower(self, text: Sql) -> Sql:
        """By a registered function."""
        return func.tl_lower(text, type_=String())

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """`instr` and `substr`, which count in code points."""
        match how:
            case How.ANYWHERE:
                return func.instr(text, part) > 0
            case How.START:
                return func.substr(text, 1, func.length(part), type_=String()) == part
            case How.END:
                return func.substr(text, -func.length(part), type_=String()) == part
            case How.MEMBER:
                return func.tl_includes(text, part) == literal(1)

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """By a registered function."""
        return func.tl_local_date(at, literal(zone.key), type_=String())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """By a registered function."""
        return func.tl_day_start(day, literal(zone.key), type_=BigInteger())

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """By a registered function."""
        unit = literal(duration.unit.value)
        return func.tl_shift_date(day, duration.amount, unit, sign, type_=String())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Microseconds are added."""
        microseconds = literal(by // _MICROSECOND, BigInteger())
        return type_coerce(type_coerce(at, BigInteger()) + microseconds, BigInteger())

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """By a registered function."""
        chosen = func.tl_last if kind is EdgeKind.LAST else func.tl_first
        return type_coerce(chosen(at, of).filter(which), of.type)

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Julian days of two midnights differ by a whole number."""
        return cast(func.julianday(last) - func.julianday(first), Integer())

    def week(self, day: Sql) -> Sql:
        """The next Monday, from six days before."""
        return func.date(day, literal("-6 days"), literal("weekday 1"), type_=String())

    def month(self, day: Sql) -> Sql:
        """`YYYY-MM`."""
        return func.substr(day, 1, 7, type_=String())

    def year(self, day: Sql) -> Sql:
        """Of the ISO text."""
        return cast(func.substr(day, 1, 4), Integer())

    def month_day(self, day: Sql) -> Sql:
        """Of the ISO text."""
        month, of_month = func.substr(day, 6, 2), func.substr(day, 9, 2)
        return cast(month, Integer()) * 100 + cast(of_month, Integer())

    def finite(self, number: Sql) -> Sql:
        """The store rounds ties away from zero; half of it rounded and doubled is even."""
        scaled = number * _NINE_PLACES
        nearest: Sql = func.round(scaled, type_=Double())
        even = case(
            (func.abs(nearest - scaled) == 0.5, func.round(scaled / 2.0, type_=Double()) * 2.0),
            else_=nearest,
        )
        return _finite(number, even / _NINE_PLACES)


def _typed(value: Constant) -> Sql:
    if value.kind is Kind.INTEGER and abs(int(str(value.value))) >= _BEYOND_64_BITS:
        return literal(float(str(value.value)), Double())
    return literal(value.value, _TYPES[value.kind])


def _lower(text: Sql) -> Sql:
    return func.lower(text, type_=String())


def _aware(naive_utc: Sql) -> Sql:
    return func.timezone(literal("UTC"), naive_utc, type_=DateTime(timezone=True))


def _amount(duration: Duration) -> int:
    return duration.amount * (_DAYS.get(duration.unit) or _MONTHS[duration.unit])


_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_NINE_PLACES = 1e9
_EXACT_ROUNDING_BELOW = 2.0**23
"""From here on doubles lie further apart than 1e-9: rounded to 9 places each is itself."""
_LARGEST = sys.float_info.max
_BEYOND_64_BITS = 2**63
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.TEXT: String(),
    Kind.INTEGER: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Date(),
}

LEAVES: Mapping[str, Leaves] = {
    "duckdb": DuckLeaves(),
    "postgresql": PostgresLeaves(),
    "sqlite": SqliteLeaves(),
}
"""The dialects there are, by SQLAlchemy's name."""
