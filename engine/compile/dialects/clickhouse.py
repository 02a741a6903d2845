"""ClickHouse: an instant is a DateTime64(6, 'UTC'), a date a Date32, a list an Array(String).

Its calendar goes from 1900 to 2299; what lies outside counts as its end. Statements ask for the
settings of `CLICKHOUSE_SETTINGS`, without which joins and aggregates give 0 for what is missing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Boolean, Integer, String, func, literal, literal_column
from sqlalchemy.sql import ColumnElement

from engine.compile.core import Constant, EdgeKind, How
from engine.compile.dialects.writing import (
    DAYS,
    MICROSECOND,
    NINE_PLACES,
    amount_of,
    first_reading,
    parameter,
    rounded,
)
from engine.compile.letters import case_table
from engine.moments import Duration
from engine.syntax import Named, Written, iso_text

__all__ = ["CLICKHOUSE_SETTINGS", "ClickHouseLeaves"]

Sql = ColumnElement[Any]
INSTANT = Named("DateTime64(6, 'UTC')")
_DAY = Named("Date32")

CLICKHOUSE_SETTINGS = (
    "SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, cast_keep_nullable = 1"
)
"""What ends every statement."""


class ClickHouseLeaves:
    """How ClickHouse writes it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; dates and instants from their text."""
        match value.value:
            case datetime():
                return _utc(iso_text(value.value))
            case date():
                return func.toDate32(iso_text(value.value), type_=_DAY)
            case _:
                return parameter(value)

    def lower(self, text: Sql) -> Sql:
        """By table, code point by code point."""
        upper, lower = case_table()
        return func.translateUTF8(text, literal(upper), literal(lower), type_=String())

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Functions of the store, none of which knows patterns."""
        match how:
            case How.ANYWHERE:
                return func.position(text, part) > 0
            case How.START:
                return func.startsWith(text, part, type_=Boolean()) == 1
            case How.END:
                return func.endsWith(text, part, type_=Boolean()) == 1
            case How.MEMBER:
                return func.has(text, part, type_=Boolean()) == 1

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date that a clock of the zone shows."""
        return func.toDate32(func.toTimeZone(at, literal(zone.key)), type_=_DAY)

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """A clock's time is the instant that shows it in UTC."""
        midnight, one_day = _utc(day), 86_400
        return first_reading(
            midnight,
            beside=(
                _seconds_later(midnight, literal(-one_day)),
                _seconds_later(midnight, literal(one_day)),
            ),
            clock=lambda at: _seconds_later(
                at, func.timezoneOffset(func.toTimeZone(at, literal(zone.key)))
            ),
            moved=lambda at, by: _seconds_later(
                at, func.dateDiff(_sql("'second'"), *by, type_=BigInteger())
            ),
        )

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        amount = literal(sign * amount_of(duration), Integer())
        added = func.addDays if duration.unit in DAYS else func.addMonths
        return added(day, amount, type_=_DAY)

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Microseconds are exact."""
        return func.addMicroseconds(at, literal(by // MICROSECOND, BigInteger()), type_=INSTANT)

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """The value beside the greatest time; in a tuple, since aggregates pass over a NULL.

        To find the first, times are told as how long before they lie.
        """
        sign = "" if kind is EdgeKind.LAST else "-"
        return Written(
            f"tupleElement(argMaxIf(tuple({{0}}), ({sign}toUnixTimestamp64Micro({{1}}), "
            "isNotNull({2}), assumeNotNull({3})), {4}), 1)",
            *(of, at, of, of, which),
            type_=of.type,
        )

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Boundaries of days."""
        return func.dateDiff(_sql("'day'"), first, last, type_=BigInteger())

    def week(self, day: Sql) -> Sql:
        """From the day of the week, 1 on Mondays."""
        return func.addDays(day, 1 - func.toDayOfWeek(day, type_=Integer()), type_=_DAY)

    def month(self, day: Sql) -> Sql:
        """`YYYYMM` as a number."""
        return func.toYYYYMM(day, type_=Integer())

    def year(self, day: Sql) -> Sql:
        """By a function."""
        return func.toYear(day, type_=Integer())

    def month_day(self, day: Sql) -> Sql:
        """By functions."""
        return func.toMonth(day, type_=Integer()) * 100 + func.toDayOfMonth(day, type_=Integer())

    def finite(self, number: Sql) -> Sql:
        """Ties to even."""
        return rounded(number, func.roundBankers(number * NINE_PLACES) / NINE_PLACES)


def _sql(text: str) -> Sql:
    return literal_column(text)


def _utc(value: Sql) -> Sql:
    return func.toDateTime64(value, _sql("6"), _sql("'UTC'"), type_=INSTANT)


def _seconds_later(at: Sql, amount: Sql) -> Sql:
    return func.addSeconds(at, amount, type_=INSTANT)
