"""MariaDB and MySQL: an instant is a naive UTC DATETIME(6), a date a DATE, a list JSON text.

The session sees to it that text compares by code point (connectors.sources.mariadb). Servers seldom
have their tables of zones filled, so that the steps of a zone's offset stand in the statement.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    String,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement

from engine.compile.core import Constant, EdgeKind, How
from engine.compile.dialects.writing import (
    DAYS,
    MICROSECOND,
    NINE_PLACES,
    amount_of,
    parameter,
    rounded,
    store_lower,
)
from engine.compile.letters import case_table
from engine.moments import Duration, shift_date
from engine.offsets import Steps, offsets_of_days, offsets_of_instants

__all__ = ["MariaLeaves"]

Sql = ColumnElement[Any]

_TO_SECONDS_OF_1970 = 62_167_219_200
_TO_DAYS_OF_1970 = 719_528
_BLOCK = 128
_NOTHING = timedelta()
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_PLACES: Sql = literal_column("'$[*]' COLUMNS (n FOR ORDINALITY)")


class MariaLeaves:
    """How MariaDB and MySQL write it."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter; what the driver sends as text is cast."""
        match value.value:
            case datetime():
                naive = value.value.astimezone(UTC).replace(tzinfo=None)
                return _instant(func.timestamp(literal(naive, DateTime())))
            case date():
                return cast(literal(value.value, Date()), Date())
            case _:
                return parameter(value)

    def lower(self, text: Sql) -> Sql:
        """The store's for ASCII, else letter by letter by our own table, where there are such."""
        is_ascii = func.length(text) == func.char_length(text)
        has_letters = text.op("REGEXP", is_comparison=True)(literal_column(_cased_letters()))
        return case((is_ascii, store_lower(text)), (has_letters, _folded(text)), else_=text)

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Functions of the store, none of which knows patterns."""
        match how:
            case How.ANYWHERE:
                return func.locate(part, text) > 0
            case How.START:
                return func.left(text, func.char_length(part), type_=String()) == part
            case How.END:
                return func.right(text, func.char_length(part), type_=String()) == part
            case How.MEMBER:
                return func.json_contains(text, func.json_quote(part)) == literal(1)

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The date of the local time."""
        seconds, steps = func.to_seconds(at) - _TO_SECONDS_OF_1970, offsets_of_instants(zone)
        ahead = _looked_up(seconds, steps)
        return cast(_moved("SECOND", _inside(at, *_ends(steps)), ahead), Date())

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """Midnight, less what the day is ahead of UTC."""
        steps = offsets_of_days(zone)
        ahead = _looked_up(func.to_days(day) - _TO_DAYS_OF_1970, steps)
        least, most = _ends(steps)
        return _instant(_moved("SECOND", _inside(func.timestamp(day), -most, -least), -ahead))

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """Whole days, or months, which the store clamps; a day behind them all is no midnight."""
        unit = "DAY" if duration.unit in DAYS else "MONTH"
        amount = literal(sign * amount_of(duration), Integer())
        midnight = func.timestamp(cast(day, Date()))
        if sign > 0:
            last = datetime.combine(shift_date(date.max, duration, -1), time.max, UTC)
            return type_coerce(_moved(unit, func.least(midnight, _written(last)), amount), Date())
        first = datetime.combine(shift_date(date.min, duration, 1), time.min, UTC)
        return type_coerce(_moved(unit, func.greatest(midnight, _written(first)), amount), Date())

    def later(self, at: Sql, by: timedelta) -> Sql:
        """Microseconds are added."""
        microseconds = literal(by // MICROSECOND, BigInteger())
        inside = _inside(func.timestamp(at), by, by)
        return _instant(_moved("MICROSECOND", inside, microseconds))

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """The first of a list in order; its members are in hexadecimal, and none where missing."""
        member = func.coalesce(func.hex(cast(of, String())), literal_column("''"))
        by_time = at.desc() if kind is EdgeKind.LAST else at.asc()
        listed = func.aggregate_strings(case((which, member)), ",").aggregate_order_by(
            by_time,
            of.is_(None),
            of.desc(),  # in a list, NULL comes before what is negative
        )
        first = func.nullif(func.substring_index(listed, literal_column("','"), 1), "")
        text: Sql = cast(func.unhex(first), String())
        stored = Integer() if isinstance(of.type, Boolean) else of.type
        return type_coerce(cast(text, stored), of.type)

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """By the store's own count."""
        return func.datediff(last, first, type_=Integer())

    def week(self, day: Sql) -> Sql:
        """The store's weekdays start on Monday, with 0."""
        return _moved("DAY", day, -func.weekday(day))

    def month(self, day: Sql) -> Sql:
        """Year and month in one number."""
        return func.year(day) * 100 + func.month(day)

    def year(self, day: Sql) -> Sql:
        """By `year`."""
        return func.year(day, type_=Integer())

    def month_day(self, day: Sql) -> Sql:
        """By `month` and `day`."""
        return func.month(day, type_=Integer()) * 100 + func.dayofmonth(day)

    def finite(self, number: Sql) -> Sql:
        """Ties to even, as the store rounds doubles."""
        return rounded(number, func.round(number * NINE_PLACES) / NINE_PLACES)


def _moved(unit: str, at: Sql, amount: Sql) -> Sql:
    return func.timestampadd(literal_column(unit), amount, at)


def _inside(at: Sql, least: timedelta, most: timedelta) -> Sql:
    """An instant that stays in the calendar when it is moved by so much: what left it is NULL."""
    if most > _NOTHING:
        at = func.least(at, _written(_LAST - most))
    if least < _NOTHING:
        at = func.greatest(at, _written(_FIRST - least))
    return at


def _written(at: datetime) -> Sql:
    naive = at.replace(tzinfo=None).isoformat(" ", "microseconds")
    return literal_column(f"TIMESTAMP'{naive}'", DateTime())


def _ends(steps: Steps) -> tuple[timedelta, timedelta]:
    """The least and the most of the offsets of a zone."""
    values = (steps.first, *steps.values)
    return timedelta(seconds=min(values)), timedelta(seconds=max(values))


def _instant(at: Sql) -> Sql:
    return type_coerce(at, DateTime())


def _looked_up(point: Sql, steps: Steps) -> Sql:
    """The value that holds at a point, by `interval`, which searches constants in halves."""
    if not steps.starts:
        return literal_column(str(steps.first), Integer())
    starts: Sql = literal_column(", ".join(map(str, steps.starts)))
    values: Sql = literal_column(", ".join(map(str, (steps.first, *steps.values))))
    return type_coerce(func.elt(func.interval(point, starts) + 1, values), Integer())


@cache
def _cased_letters() -> str:
    """A pattern for texts in which a letter may have a lower case: the blocks of such letters."""
    blocks: list[tuple[int, int]] = []
    for code in sorted(map(ord, case_table()[0])):
        if blocks and code - blocks[-1][1] <= _BLOCK:
            blocks[-1] = (blocks[-1][0], code)
        else:
            blocks.append((code, code))
    ranges = "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in blocks)
    return f"'[{ranges}]'"


def _folded(text: Sql) -> Sql:
    """Each letter by itself, since the store's own folding hangs on its version of Unicode."""
    upper, lower = case_table()
    ordinals = func.concat("[0", func.repeat(",0", func.char_length(text) - 1), "]")
    places = func.json_table(ordinals, _PLACES).table_valued(column("n", Integer()))
    letter = func.substr(text, places.c["n"], 1)
    folded = func.substr(literal(lower), func.locate(letter, literal(upper)), 1)
    each = func.coalesce(func.nullif(folded, ""), letter, type_=String())
    whole = func.aggregate_strings(each, "").aggregate_order_by(places.c["n"])
    return select(whole).correlate_except(places).scalar_subquery()
