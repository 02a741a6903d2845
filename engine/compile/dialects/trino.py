"""Trino: an instant is a TIMESTAMP(6) WITH TIME ZONE, a date a DATE, a list an ARRAY of VARCHAR."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    Double,
    cast,
    extract,
    func,
    literal,
    literal_column,
    type_coerce,
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

__all__ = ["TrinoLeaves"]

Sql = ColumnElement[Any]
INSTANT = Named("TIMESTAMP(6) WITH TIME ZONE")
_CLOCK = Named("TIMESTAMP(6)")


class TrinoLeaves:
    """How Trino writes it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; dates and instants from their text."""
        return cast_parameter(value, INSTANT, " UTC")

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII, else by table."""
        is_ascii = func.length(func.to_utf8(text)) == func.length(text)
        return folded_by_table(text, is_ascii, store_lower(text))

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Functions of the store, none of which knows patterns."""
        match how:
            case How.ANYWHERE:
                return func.strpos(text, part) > 0
            case How.START:
                return func.starts_with(text, part, type_=Boolean())
            case How.END:
                return func.starts_with(func.reverse(text), func.reverse(part), type_=Boolean())
            case How.MEMBER:
                return func.contains(text, part, type_=Boolean())

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date that a clock of the zone shows."""
        return cast(func.at_timezone(at, literal(zone.key), type_=INSTANT), Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """A clock's time is the instant that shows it in UTC."""
        midnight = _as_utc(cast(day, _CLOCK))
        return first_reading(
            midnight,
            beside=(_added("hour", literal(-24), midnight), _added("hour", literal(24), midnight)),
            clock=lambda at: _as_utc(
                cast(func.at_timezone(at, literal(zone.key), type_=INSTANT), _CLOCK)
            ),
            moved=lambda at, by: _added(
                "second", func.date_diff(literal_column("'second'"), *by, type_=BigInteger()), at
            ),
        )

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        unit: Sql = literal_column("'day'" if duration.unit in DAYS else "'month'")
        amount = literal(sign * amount_of(duration), BigInteger())
        return func.date_add(unit, amount, day, type_=Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Milliseconds are its smallest unit, and nothing that is asked is finer than minutes."""
        return _added("millisecond", literal(by // (1000 * MICROSECOND), BigInteger()), at)

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """The first of an array that is ordered."""
        order = "DESC" if kind is EdgeKind.LAST else "ASC"
        values = Written(
            f"ARRAY_AGG({{0}} ORDER BY {{1}} {order}, {{2}} DESC NULLS LAST) FILTER (WHERE {{3}})",
            *(of, at, of, which),
            type_=ARRAY(of.type),
        )
        return type_coerce(func.element_at(values, literal_column("1"), type_=of.type), of.type)

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Boundaries of days."""
        return func.date_diff(literal_column("'day'"), first, last, type_=BigInteger())

    def week(self, day: Sql) -> Sql:
        """The store's weeks start on Monday."""
        return func.date_trunc(literal_column("'week'"), day)

    def month(self, day: Sql) -> Sql:
        """Its first day."""
        return func.date_trunc(literal_column("'month'"), day)

    def year(self, day: Sql) -> Sql:
        """By `extract`."""
        return extract("year", day)

    def month_day(self, day: Sql) -> Sql:
        """By `extract`."""
        return extract("month", day) * 100 + extract("day", day)

    def finite(self, number: Sql) -> Sql:
        """The store rounds ties away from zero."""
        return rounded(number, nine_places(number, lambda it: func.round(it, type_=Double())))


def _as_utc(clock: Sql) -> Sql:
    return func.with_timezone(clock, literal("UTC"), type_=INSTANT)


def _added(unit: str, amount: Sql, at: Sql) -> Sql:
    return func.date_add(literal_column(f"'{unit}'"), amount, at, type_=INSTANT)
