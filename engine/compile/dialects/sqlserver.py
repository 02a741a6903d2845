"""SQL Server: an instant is a DATETIMEOFFSET(6), a date a DATE, a list JSON text.

Text compares by code point, trailing blanks aside: they count in no comparison there. Nothing here
asks the session's language or first day of the week.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Boolean,
    Double,
    Integer,
    String,
    cast,
    func,
    literal,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import False_, True_

from engine.compile.core import Constant, EdgeKind, How
from engine.compile.dialects.writing import (
    DAYS,
    amount_of,
    cast_parameter,
    nine_places,
    rounded,
)
from engine.compile.letters import case_table
from engine.compile.limits import Limit
from engine.moments import Duration
from engine.syntax import Named, Written

__all__ = ["SQL_SERVER_LIMITS", "SqlServerLeaves"]

Sql = ColumnElement[Any]
INSTANT = Named("datetimeoffset(6)")
DAY = Named("date")

SQL_SERVER_LIMITS: Mapping[Limit, str] = {
    Limit.LOWER: "it knows letters beyond 16 bits as two halves, and has the lower case of neither",
    Limit.LOCAL_DAY: "it knows the zones of Windows, and none by the name that the project gives; "
    "a project in UTC can ask it",
    Limit.TALLIED_EDGE: "it has no aggregate that keeps the value of the first or last row",
}


class SqlServerLeaves:
    """How SQL Server writes it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; dates and instants from their text, booleans as 0 and 1."""
        return cast_parameter(value, INSTANT, " +00:00", DAY)

    def lower(self, text: Sql) -> Sql:
        """By table, as far as letters have 16 bits: enough for an address of mail."""
        upper, lower = (_of_16_bits(letters) for letters in case_table())
        return func.translate(text, literal(upper), literal(lower), type_=String())

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """`CHARINDEX` knows no patterns, and trailing blanks count in what it looks for."""
        match how:
            case How.ANYWHERE:
                return func.charindex(part, text) > 0
            case How.START:
                return func.charindex(part, text) == 1
            case How.END:
                return func.charindex(func.reverse(part), func.reverse(text)) == 1
            case How.MEMBER:
                return Written(
                    "({0} IN (SELECT value COLLATE Latin1_General_100_BIN2 FROM OPENJSON({1})))",
                    *(part, text),
                    type_=Boolean(),
                )

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The day in UTC: other zones are beyond its limits."""
        return cast(func.switchoffset(at, literal_column("'+00:00'")), DAY)

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """Midnight in UTC."""
        return func.todatetimeoffset(
            cast(day, Named("datetime2(6)")), literal_column("'+00:00'"), type_=INSTANT
        )

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        unit = "day" if duration.unit in DAYS else "month"
        return _added(unit, literal(sign * amount_of(duration), Integer()), day, DAY)

    def later(self, at: Sql, by: timedelta) -> Sql:
        """In seconds, of which the largest number that is taken is 68 years."""
        seconds = literal(by // timedelta(seconds=1), Integer())
        return _added("second", seconds, at, INSTANT)

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """It cannot."""
        raise TypeError("refused by its limits")

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Boundaries of days."""
        return func.datediff(literal_column("day"), first, last, type_=BigInteger())

    def week(self, day: Sql) -> Sql:
        """Whole weeks since Monday 1 January 1900, whatever DATEFIRST says."""
        days = func.datediff(literal_column("day"), literal_column("'19000101'"), day)
        return func.floor(days / literal_column("7.0"), type_=Integer())

    def month(self, day: Sql) -> Sql:
        """Year * 100 + month."""
        return self.year(day) * 100 + func.month(day, type_=Integer())

    def year(self, day: Sql) -> Sql:
        """By a function."""
        return func.year(day, type_=Integer())

    def month_day(self, day: Sql) -> Sql:
        """By functions."""
        return func.month(day, type_=Integer()) * 100 + func.day(day, type_=Integer())

    def finite(self, number: Sql) -> Sql:
        """The store rounds ties away from zero."""

        def nearest(it: Sql) -> Sql:
            return func.round(it, literal_column("0"), type_=Double())

        return rounded(number, nine_places(number, nearest))


@compiles(True_, "mssql")
def _holds(element: True_, compiler: SQLCompiler, **_: Any) -> str:
    return "1 = 1"  # it has no truth values: nothing may stand alone where a condition is expected


@compiles(False_, "mssql")
def _fails(element: False_, compiler: SQLCompiler, **_: Any) -> str:
    return "1 = 0"


def _of_16_bits(letters: str) -> str:
    return "".join(letter for letter in letters if ord(letter) < 0x10000)


def _added(unit: str, amount: Sql, at: Sql, gives: Any) -> Sql:
    return func.dateadd(literal_column(unit), amount, at, type_=gives)
