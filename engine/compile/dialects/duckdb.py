"""DuckDB: an instant is a naive UTC TIMESTAMP, a date a DATE."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    Interval,
    cast,
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
    bound,
    first_instant,
    folded_by_table,
    in_order,
    local_time,
    parameter,
    rounded,
    store_lower,
)
from engine.moments import Duration

__all__ = ["DuckLeaves"]

Sql = ColumnElement[Any]


class DuckLeaves:
    """How DuckDB writes it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; instants without their zone."""
        if isinstance(value.value, datetime):
            return bound(value.value.astimezone(UTC).replace(tzinfo=None), DateTime())
        return parameter(value)

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII, else by table."""
        return folded_by_table(text, func.strlen(text) == func.length(text), store_lower(text))

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
        return cast(local_time(at, zone), Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """As naive UTC."""
        return first_instant(day, zone)

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps."""
        amount = cast(literal(sign * amount_of(duration)), Integer())
        if duration.unit in DAYS:
            return type_coerce(day + amount, Date())
        return cast(day + func.to_months(amount, type_=Interval()), Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """An interval on a timestamp without zone is exact."""
        return type_coerce(at + literal(by, Interval()), DateTime())

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """By an aggregate that is ordered."""
        ordered = aggregate_order_by(of, *in_order(kind, of, at))
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
        return rounded(number, func.round_even(number * NINE_PLACES, 0) / NINE_PLACES)
