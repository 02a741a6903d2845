"""Postgres: an instant is a timestamptz, a date a DATE."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    DateTime,
    Integer,
    Interval,
    String,
    cast,
    collate,
    extract,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql import ColumnElement

from engine.compile.core import Constant, EdgeKind, How
from engine.compile.dialects.writing import (
    DAYS,
    NINE_PLACES,
    amount_of,
    aware,
    bound,
    first_instant,
    folded_by_table,
    in_order,
    parameter,
    rounded,
    store_lower,
)
from engine.moments import Duration

__all__ = ["PostgresLeaves"]

Sql = ColumnElement[Any]


class PostgresLeaves:
    """Postgres. Whatever the session's zone and locale: nothing here asks them."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; instants with their zone."""
        if isinstance(value.value, datetime):
            return bound(value.value.astimezone(UTC), DateTime(timezone=True))
        return parameter(value)

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII and by the C locale, else by table."""
        is_ascii = func.octet_length(text) == func.char_length(text)
        return folded_by_table(text, is_ascii, store_lower(collate(text, "C")))

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
        return aware(first_instant(day, zone))

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        amount = literal(sign * amount_of(duration), Integer())
        if duration.unit in DAYS:
            return type_coerce(day + amount, Date())
        months = func.make_interval(literal(0, Integer()), amount, type_=Interval())
        return cast(day + months, Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Without a zone: drivers say 24 hours as a day, which a session's zone can stretch."""
        naive = func.timezone(literal("UTC"), at, type_=DateTime())
        return aware(naive + literal(by, Interval()))

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """The first of an array that is ordered."""
        ordered = aggregate_order_by(of, *in_order(kind, of, at))
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
        return rounded(number, func.round(number * NINE_PLACES) / NINE_PLACES)
