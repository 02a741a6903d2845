"""BigQuery: an instant is a TIMESTAMP, a date a DATE, a list an ARRAY of STRING."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Double,
    Integer,
    extract,
    func,
    literal,
    literal_column,
)
from sqlalchemy.sql import ColumnElement

from engine.compile.core import Constant, EdgeKind, How
from engine.compile.dialects.writing import (
    DAYS,
    MICROSECOND,
    amount_of,
    cast_parameter,
    first_reading,
    folded_by_table,
    nine_places,
    rounded,
    store_lower,
)
from engine.moments import Duration
from engine.syntax import Named, Written

__all__ = ["BigQueryLeaves"]

Sql = ColumnElement[Any]
INSTANT = Named("TIMESTAMP")
_ONE_DAY = 86_400_000_000  # in microseconds


class BigQueryLeaves:
    """How BigQuery writes it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; dates and instants from their text."""
        return cast_parameter(value, INSTANT, "+00:00")

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII, else by table."""
        is_ascii = func.byte_length(text) == func.char_length(text)
        return folded_by_table(text, is_ascii, store_lower(text))

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Functions of the store, none of which knows patterns."""
        match how:
            case How.ANYWHERE:
                return func.strpos(text, part) > 0
            case How.START:
                return func.starts_with(text, part, type_=Boolean())
            case How.END:
                return func.ends_with(text, part, type_=Boolean())
            case How.MEMBER:
                return Written("({0} IN UNNEST({1}))", part, text, type_=Boolean())

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date that a clock of the zone shows."""
        return func.date(at, literal(zone.key), type_=Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """A clock's time is the instant that shows it in UTC."""
        midnight = func.timestamp(day, literal("UTC"), type_=INSTANT)
        return first_reading(
            midnight,
            beside=(
                _added(midnight, -_ONE_DAY),
                _added(midnight, _ONE_DAY),
            ),
            clock=lambda at: func.timestamp(
                func.datetime(at, literal(zone.key)), literal("UTC"), type_=INSTANT
            ),
            moved=_moved,
        )

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        unit = "DAY" if duration.unit in DAYS else "MONTH"
        amount = literal(sign * amount_of(duration), BigInteger())
        return Written(f"DATE_ADD({{0}}, INTERVAL {{1}} {unit})", day, amount, type_=Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Microseconds are exact."""
        return _added(at, by // MICROSECOND)

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """The first of an array of structs, since an array leaves a missing value out.

        A missing value sorts below all others, so that it is the last where the order descends.
        """
        order = "DESC" if kind is EdgeKind.LAST else "ASC"
        return Written(
            "ARRAY_AGG(CASE WHEN {0} THEN STRUCT({1} AS v) END "
            f"IGNORE NULLS ORDER BY {{2}} {order}, {{3}} DESC LIMIT 1)[SAFE_OFFSET(0)].v",
            *(which, of, at, of),
            type_=of.type,
        )

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Boundaries of days."""
        return func.date_diff(last, first, literal_column("DAY"), type_=BigInteger())

    def week(self, day: Sql) -> Sql:
        """Weeks are told to start on Monday."""
        return func.date_trunc(day, literal_column("WEEK(MONDAY)"))

    def month(self, day: Sql) -> Sql:
        """Its first day."""
        return func.date_trunc(day, literal_column("MONTH"))

    def year(self, day: Sql) -> Sql:
        """By `extract`."""
        return extract("year", day)

    def month_day(self, day: Sql) -> Sql:
        """By `extract`."""
        return extract("month", day) * 100 + extract("day", day)

    def finite(self, number: Sql) -> Sql:
        """The store rounds ties of FLOAT64 away from zero."""
        return rounded(number, nine_places(number, lambda it: func.round(it, type_=Double())))


def _added(at: Sql, microseconds: int) -> Sql:
    amount = literal(microseconds, BigInteger())
    return Written("TIMESTAMP_ADD({0}, INTERVAL {1} MICROSECOND)", at, amount, type_=INSTANT)


def _moved(at: Sql, by: tuple[Sql, Sql]) -> Sql:
    start, end = by
    apart = func.timestamp_diff(end, start, literal_column("SECOND"), type_=Integer())
    return Written("TIMESTAMP_ADD({0}, INTERVAL {1} SECOND)", at, apart, type_=INSTANT)
