"""Redshift: an instant is a TIMESTAMPTZ, a date a DATE, a list a SUPER.

Whatever the session's zone: nothing here asks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Double,
    Integer,
    String,
    cast,
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
    aware,
    cast_parameter,
    first_reading,
    folded_by_table,
    nine_places,
    rounded,
    store_lower,
)
from engine.compile.limits import Limit
from engine.moments import Duration

__all__ = ["REDSHIFT_LIMITS", "RedshiftLeaves"]

Sql = ColumnElement[Any]
INSTANT = DateTime(timezone=True)

REDSHIFT_LIMITS: Mapping[Limit, str] = {
    Limit.EDGE: "it has no aggregate that keeps the value of the first or last row",
    Limit.MEMBER: "a SUPER cannot be asked for a member inside a condition",
}


class RedshiftLeaves:
    """How Redshift writes it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; dates and instants from their text."""
        return cast_parameter(value, INSTANT, "+00")

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII, else by table."""
        is_ascii = func.octet_length(text) == func.char_length(text)
        return folded_by_table(text, is_ascii, store_lower(text))

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Functions of the store, none of which knows patterns."""
        match how:
            case How.ANYWHERE:
                return func.strpos(text, part) > 0
            case How.START:
                return func.strpos(text, part) == 1
            case How.END:
                return func.right(text, func.char_length(part), type_=String()) == part
            case How.MEMBER:
                raise TypeError("refused by its limits")

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date of the local timestamp."""
        return cast(func.timezone(literal(zone.key), at, type_=DateTime()), Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """Computed without a zone, then said to be UTC."""
        midnight = cast(day, DateTime())
        found = first_reading(
            midnight,
            beside=(_added("day", literal(-1), midnight), _added("day", literal(1), midnight)),
            clock=lambda at: func.convert_timezone(
                literal("UTC"), literal(zone.key), at, type_=DateTime()
            ),
            moved=lambda at, by: _added(
                "second", func.datediff(literal_column("second"), *by, type_=BigInteger()), at
            ),
        )
        return aware(found)

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """`DATEADD` clamps; `ADD_MONTHS` would keep to the ends of months."""
        unit = "day" if duration.unit in DAYS else "month"
        return cast(_added(unit, literal(sign * amount_of(duration), Integer()), day), Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Without a zone, so that no session's zone can stretch it."""
        naive = func.timezone(literal("UTC"), at, type_=DateTime())
        return aware(_added("microsecond", literal(by // MICROSECOND, BigInteger()), naive))

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """It cannot."""
        raise TypeError("refused by its limits")

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Boundaries of days."""
        return func.datediff(literal_column("day"), first, last, type_=BigInteger())

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
        """Whichever way the store rounds a tie."""
        return rounded(number, nine_places(number, lambda it: func.round(it, type_=Double())))


def _added(unit: str, amount: Sql, at: Sql) -> Sql:
    return func.dateadd(literal_column(unit), amount, at, type_=DateTime())
