"""Times that SQLite holds as text: bare where all are of one form, and the same either way."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from connectors.sources.sqlite import SqliteDatabase
from engine.compile.core import Comparison, Constant
from engine.compile.dialects.sqlite import SqliteLeaves
from engine.compile.given import NOTHING_GIVEN
from engine.compile.ordering import OPERATORS, beside_column, beside_instant
from engine.language.catalog import Kind
from engine.ports import Row
from engine.tables import ColumnRef, TableRef

TABLE = TableRef("s", "t")
ONE, OTHER = ColumnRef("one", Kind.TIMESTAMP), ColumnRef("other", Kind.TIMESTAMP)
DAYS = ("2026-03-09", "2026-03-10", "2026-03-11")
FORMS = {
    "T and Z": [f"{day}T13:00:00Z" for day in DAYS],
    "T and an offset of nothing": [f"{day}T13:00:00+00:00" for day in DAYS],
    "a space, no offset": [f"{day} 13:00:00" for day in DAYS],
    "with missing ones": [None, "2026-03-10T13:00:00Z", None],
}
NOT_ALIKE = {
    "two forms": ["2026-03-10T13:00:00Z", "2026-03-10 13:00:00"],
    "another offset": ["2026-03-10T13:00:00+05:30"],
    "fractions of a second": ["2026-03-10T13:00:00.5Z"],
    "white space": ["2026-03-10T13:00:00Z", " 2026-03-10T13:00:00Z"],
    "blank text": ["2026-03-10T13:00:00Z", ""],
    "a date alone": ["2026-03-10"],
    "a day that does not exist": ["2026-03-10T13:00:00Z", "2026-02-30T13:00:00Z"],
    "an hour that does not exist": ["2026-03-10T13:00:00Z", "2026-03-10T25:00:00Z"],
    "the year 0": ["2026-03-10T13:00:00Z", "0000-03-10T13:00:00Z"],
    "a number": ["2026-03-10T13:00:00Z", 5],
    "bytes": ["2026-03-10T13:00:00Z", b"2026-03-10T13:00:00Z"],
    "none at all": [None],
}
BOUNDS = {
    "on the second": datetime(2026, 3, 10, 13, tzinfo=UTC),
    "after the second": datetime(2026, 3, 10, 13, 0, 0, 5, tzinfo=UTC),
    "before the second": datetime(2026, 3, 10, 12, 59, 59, 999_999, tzinfo=UTC),
}
ORDERS = (Comparison.LT, Comparison.LE, Comparison.GT, Comparison.GE)


def database(folder: Path, values: Sequence[object], zone: str = "UTC") -> SqliteDatabase:
    connection = sqlite3.connect(folder / "t.db")
    connection.execute("CREATE TABLE t (one, other)")
    connection.executemany(
        "INSERT INTO t VALUES (?, ?)", [(one, other) for one in values for other in values]
    )
    connection.commit()
    connection.close()
    return SqliteDatabase(folder / "t.db", {"s": ZoneInfo(zone)})


@pytest.mark.parametrize("values", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("at", BOUNDS.values(), ids=BOUNDS)
@pytest.mark.parametrize("op", ORDERS)
def test_the_bare_column_finds_the_same(
    tmp_path: Path, values: Sequence[object], at: datetime, op: Comparison
) -> None:
    with database(tmp_path, values).open() as reader:
        relation = reader.relation(TABLE)
        typed = reader.column(relation, ONE, TABLE)
        ordered = reader.ordered(relation, ONE, TABLE)
        assert ordered is not None
        bare = beside_instant(op, ordered, Constant(at, Kind.TIMESTAMP), NOTHING_GIVEN)
        assert bare is not None
        asked = OPERATORS[op](typed, SqliteLeaves().constant(Constant(at, Kind.TIMESTAMP)))
        found: list[list[Row]] = [
            list(reader.read(select(relation.c["one"]).where(each))) for each in (bare, asked)
        ]
    assert found[0] == found[1]
    assert "tl_" not in str(bare)


@pytest.mark.parametrize("values", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("op", ORDERS)
def test_two_bare_columns_compare_as_two_typed_ones(
    tmp_path: Path, values: Sequence[object], op: Comparison
) -> None:
    with database(tmp_path, values).open() as reader:
        relation = reader.relation(TABLE)
        one, other = (reader.ordered(relation, each, TABLE) for each in (ONE, OTHER))
        assert one is not None
        bare = beside_column(op, one, other)
        assert bare is not None
        typed = [reader.column(relation, each, TABLE) for each in (ONE, OTHER)]
        found = [
            list(reader.read(select(*relation.c).where(each)))
            for each in (bare, OPERATORS[op](*typed))
        ]
    assert found[0] == found[1]


@pytest.mark.parametrize("values", NOT_ALIKE.values(), ids=NOT_ALIKE)
def test_what_is_not_all_alike_is_read_one_by_one(tmp_path: Path, values: Sequence[object]) -> None:
    with database(tmp_path, values).open() as reader:
        assert reader.ordered(reader.relation(TABLE), ONE, TABLE) is None


def test_local_times_do_not_order_as_instants(tmp_path: Path) -> None:
    values = FORMS["a space, no offset"]
    with database(tmp_path, values, "America/New_York").open() as reader:
        assert reader.ordered(reader.relation(TABLE), ONE, TABLE) is None


def test_an_instant_between_two_seconds_equals_none(tmp_path: Path) -> None:
    with database(tmp_path, FORMS["T and Z"]).open() as reader:
        ordered = reader.ordered(reader.relation(TABLE), ONE, TABLE)
    assert ordered is not None
    at = Constant(BOUNDS["after the second"], Kind.TIMESTAMP)
    assert beside_instant(Comparison.EQ, ordered, at, NOTHING_GIVEN) is None
