"""SQLite: an instant is microseconds since 1970, a date its ISO text."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Double,
    Integer,
    String,
    cast,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement

from engine.compile.core import Constant, EdgeKind, How
from engine.compile.dialects.writing import (
    EPOCH,
    MICROSECOND,
    bound,
    nine_places,
    parameter,
    rounded,
)
from engine.moments import Duration

__all__ = ["SqliteLeaves"]

Sql = ColumnElement[Any]


class SqliteLeaves:
    """SQLite, with the functions that the source registers on its connections."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; instants in microseconds, dates as text, booleans as 0 and 1."""
        match value.value:
            case datetime():
                return bound((value.value - EPOCH) // MICROSECOND, BigInteger())
            case date():
                return bound(value.value.isoformat(), String())
            case bool():
                return bound(int(value.value), Integer())
            case _:
                return parameter(value)

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
        microseconds = literal(by // MICROSECOND, BigInteger())
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
        """The store rounds ties away from zero."""
        return rounded(number, nine_places(number, lambda it: func.round(it, type_=Double())))
