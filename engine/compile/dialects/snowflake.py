"""Snowflake: an instant is a TIMESTAMP_TZ, a date a DATE, a list an ARRAY.

Nothing here asks a parameter of the session: neither its zone nor the first day of its weeks.
"""

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
    String,
    case,
    cast,
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
    in_order,
    nine_places,
    rounded,
    store_lower,
)
from engine.moments import Duration
from engine.syntax import Named

__all__ = ["SnowflakeLeaves"]

Sql = ColumnElement[Any]
INSTANT = Named("TIMESTAMP_TZ")
_CLOCK = Named("TIMESTAMP_NTZ")
_VARIANT = Named("VARIANT")


def _unit(name: str) -> Sql:
    return literal_column(f"'{name}'")


class SnowflakeLeaves:
    """How Snowflake writes it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; dates and instants from their text."""
        return cast_parameter(value, INSTANT, "+00:00")

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII, else by table."""
        return folded_by_table(
            text, func.octet_length(text) == func.length(text), store_lower(text)
        )

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
                return func.array_contains(cast(part, _VARIANT), text, type_=Boolean())

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date that a clock of the zone shows."""
        return cast(func.convert_timezone(literal(zone.key), at, type_=INSTANT), Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """Computed without a zone, then said to be UTC by a text in a format of ours."""
        midnight = cast(day, _CLOCK)
        found = first_reading(
            midnight,
            beside=(_added("day", -1, midnight), _added("day", 1, midnight)),
            clock=lambda at: func.convert_timezone(
                literal("UTC"), literal(zone.key), at, type_=_CLOCK
            ),
            moved=lambda at, by: _added(
                "second", func.datediff(_unit("second"), *by, type_=BigInteger()), at
            ),
        )
        text = func.to_char(found, literal("YYYY-MM-DD HH24:MI:SS.FF6"), type_=String())
        return func.to_timestamp_tz(
            text.concat(literal("+00:00")),
            literal("YYYY-MM-DD HH24:MI:SS.FF6TZH:TZM"),
            type_=INSTANT,
        )

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """`DATEADD` clamps; `ADD_MONTHS` would keep to the ends of months."""
        unit = "day" if duration.unit in DAYS else "month"
        added = func.dateadd(_unit(unit), literal(sign * amount_of(duration), Integer()), day)
        return cast(added, Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Microseconds are exact, whatever the offset."""
        amount = literal(by // MICROSECOND, BigInteger())
        return func.dateadd(_unit("microsecond"), amount, at, type_=INSTANT)

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """The first of an array of arrays, since an array leaves a missing value out."""
        kept = case((which, func.array_construct(of)))
        found = func.array_agg(kept).within_group(*in_order(kind, of, at))
        first = func.get(func.get(found, literal_column("0")), literal_column("0"))
        return cast(first, of.type)

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Boundaries of days."""
        return func.datediff(_unit("day"), first, last, type_=BigInteger())

    def week(self, day: Sql) -> Sql:
        """From the ISO day of the week, 1 on Mondays, which no parameter moves."""
        return func.dateadd(_unit("day"), 1 - func.dayofweekiso(day, type_=Integer()), day)

    def month(self, day: Sql) -> Sql:
        """Its first day."""
        return func.date_trunc(_unit("month"), day)

    def year(self, day: Sql) -> Sql:
        """By a function."""
        return func.year(day, type_=Integer())

    def month_day(self, day: Sql) -> Sql:
        """By functions."""
        return func.month(day, type_=Integer()) * 100 + func.dayofmonth(day, type_=Integer())

    def finite(self, number: Sql) -> Sql:
        """The store rounds ties away from zero."""
        return rounded(number, nine_places(number, lambda it: func.round(it, type_=Double())))


def _added(unit: str, amount: int | Sql, at: Sql) -> Sql:
    number = literal(amount, Integer()) if isinstance(amount, int) else amount
    return func.dateadd(_unit(unit), number, at, type_=_CLOCK)
