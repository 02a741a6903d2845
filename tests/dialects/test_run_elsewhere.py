"""Dates as a dialect writes them, turned into DuckDB's SQL by a parser that knows both, and run.

No proof of the store itself; but a wrong function, unit, sign or order of arguments shows. Only
what the parser can turn over is asked: it knows not every function of every dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from sqlalchemy import select
from sqlalchemy.sql import ColumnElement

from engine.compile.core import Constant
from engine.compile.dialects.table import LEAVES
from engine.compile.leaves import Leaves
from engine.language.catalog import Kind
from engine.moments import Duration, Unit, local_date, shift_date, start_of_day
from tests.dialects.asking import databases

pytestmark = pytest.mark.dialects

ZONES = [ZoneInfo(name) for name in ("America/New_York", "America/Havana", "America/Sao_Paulo")]
DAYS = [
    date(2026, 3, 8),
    date(2026, 11, 1),  # midnight twice in Havana
    date(2018, 11, 4),  # none in Sao Paulo
    date(2024, 2, 29),
    date(2026, 1, 31),
]
LAST = date(2026, 12, 31)
MONTH = Duration(1, Unit.MONTH)
Asked = tuple[ColumnElement[Any], object]


def day(value: date, leaves: Leaves) -> ColumnElement[Any]:
    """A day as a constant."""
    return leaves.constant(Constant(value, Kind.DATE))


def starts(leaves: Leaves) -> Iterable[Asked]:
    """The first instants of days."""
    for each in DAYS:
        for zone in ZONES:
            yield leaves.day_start(day(each, leaves), zone), start_of_day(each, zone)


def ends(leaves: Leaves) -> Iterable[Asked]:
    """The local days of the last microsecond of a day."""
    for each in DAYS:
        for zone in ZONES:
            at = start_of_day(each, zone) - timedelta(microseconds=1)
            instant = leaves.constant(Constant(at, Kind.TIMESTAMP))
            yield leaves.local_date(instant, zone), local_date(at, zone)


def parts(leaves: Leaves) -> Iterable[Asked]:
    """Months later and earlier, days between, and what a date is made of."""
    for each in DAYS:
        on = day(each, leaves)
        for sign in (-1, 1):
            yield leaves.shift_date(on, MONTH, sign), shift_date(each, MONTH, sign)
        yield leaves.days_between(on, day(LAST, leaves)), (LAST - each).days
        yield leaves.month_day(on), each.month * 100 + each.day
        yield leaves.week(on), each - timedelta(days=each.weekday())


ASKED: Mapping[str, Callable[[Leaves], Iterable[Asked]]] = {
    "starts": starts,
    "ends": ends,
    "parts": parts,
}
CAN_BE_TURNED = {
    "bigquery": ("starts", "ends", "parts"),
    "redshift": ("starts", "ends", "parts"),
    "snowflake": ("ends", "parts"),
    "trino": ("parts",),
}


@pytest.mark.parametrize(
    ("dialect", "what"),
    [(dialect, what) for dialect, whats in CAN_BE_TURNED.items() for what in whats],
)
def test_dates_come_out_as_the_calendar_has_them(dialect: str, what: str) -> None:
    loaded = next(iter(databases(dialect).values())).dialect
    asked = list(ASKED[what](LEAVES[loaded.name]))
    statements = [
        select(each).compile(dialect=loaded, compile_kwargs={"literal_binds": True})
        for each, _ in asked
    ]
    found = [run(str(each), dialect) for each in statements]
    expected = [each for _, each in asked]
    assert [_like(one, other) for one, other in zip(found, expected, strict=True)] == expected


def run(statement: str, dialect: str) -> object:
    """What DuckDB gives for a statement of another dialect."""
    import sqlglot

    [turned] = sqlglot.transpile(statement, read=dialect, write="duckdb")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        [row] = connection.execute(turned).fetchall()
    return row[0]


def _like(found: object, expected: object) -> object:
    """A date that came as a timestamp, or an instant without its zone, as what is expected."""
    if not isinstance(found, datetime):
        return found
    if not isinstance(expected, datetime):
        return found.date()
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
