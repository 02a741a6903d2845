"""Spark SQL, and Databricks, whose SQL it is: an instant is a TIMESTAMP, a date a DATE.

The session's zone is UTC: a TIMESTAMP of Spark is an instant, and only its calendar is asked there.
Java's calendar reads a doubled local time as its first and one that a clock change leaves out with
the offset before the change, as the language does.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Integer,
    cast,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement

from engine.compile.core import Constant, EdgeKind, How
from engine.compile.dialects.writing import (
    DAYS,
    MICROSECOND,
    NINE_PLACES,
    amount_of,
    folded_by_table,
    parameter,
    rounded,
    store_lower,
)
from engine.moments import Duration

__all__ = ["SparkLeaves"]

Sql = ColumnElement[Any]


class SparkLeaves:
    """How Spark writes it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; instants with their zone."""
        if isinstance(value.value, datetime):
            return literal(value.value.astimezone(UTC), DateTime(timezone=True))
        return parameter(value)

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII, else by table."""
        is_ascii = func.octet_length(text) == func.char_length(text)
        return folded_by_table(text, is_ascii, store_lower(text))

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Functions of the store, none of which knows patterns."""
        match how:
            case How.ANYWHERE:
                return func.contains(text, part, type_=Boolean())
            case How.START:
                return func.startswith(text, part, type_=Boolean())
            case How.END:
                return func.endswith(text, part, type_=Boolean())
            case How.MEMBER:
                return func.array_contains(text, part, type_=Boolean())

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date of the local time, which Spark gives as if it were UTC."""
        return cast(func.from_utc_timestamp(at, literal(zone.key), type_=DateTime()), Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """Midnight there; where there was none, the change of the clock."""
        midnight = cast(day, DateTime(timezone=True))
        return func.to_utc_timestamp(midnight, literal(zone.key), type_=DateTime(timezone=True))

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        amount = cast(literal(sign * amount_of(duration)), Integer())
        move = func.date_add if duration.unit in DAYS else func.add_months
        return move(day, amount, type_=Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Microseconds are added."""
        moved = _micros(at) + literal(by // MICROSECOND, BigInteger())
        return func.timestamp_micros(moved, type_=DateTime(timezone=True))

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """The value at the greatest pair of time and value; a missing value is the smallest."""
        time = _micros(at) if kind is EdgeKind.LAST else -_micros(at)
        found = func.max_by(of, func.struct(time, of), type_=of.type)
        return type_coerce(found.filter(which), of.type)

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Dates subtract to days."""
        return func.datediff(last, first, type_=Integer())

    def week(self, day: Sql) -> Sql:
        """The store's weeks start on Monday."""
        return func.trunc(day, literal("week"), type_=Date())

    def month(self, day: Sql) -> Sql:
        """Its first day."""
        return func.trunc(day, literal("month"), type_=Date())

    def year(self, day: Sql) -> Sql:
        """By a function."""
        return func.year(day, type_=Integer())

    def month_day(self, day: Sql) -> Sql:
        """By functions."""
        return func.month(day, type_=Integer()) * 100 + func.day(day, type_=Integer())

    def finite(self, number: Sql) -> Sql:
        """Ties to even."""
        return rounded(number, func.rint(number * NINE_PLACES, type_=Double()) / NINE_PLACES)


def _micros(at: Sql) -> Sql:
    return func.unix_micros(at, type_=BigInteger())
