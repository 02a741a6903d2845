"""Whole numbers as DuckDB hands over columns are those that rows would give, in their order."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, func, literal_column, select, type_coerce

from connectors.fakes import FakeDatabase, FakeTable
from connectors.sources.columnar import integers_of
from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.forms import LARGEST_INTEGER, SMALLEST_INTEGER
from engine.ports import Reader
from engine.problems import SourceFault
from engine.tables import TableRef

USERS = TableRef("s", "users")


@pytest.fixture(name="connection")
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def found(connection: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    return list(chain.from_iterable(integers_of(connection.sql(query))))


QUERIES = {
    "none": "SELECT range AS key FROM range(0)",
    "one": "SELECT -1::BIGINT AS key",
    "a page": "SELECT range AS key FROM range(10000)",
    "a page and one": "SELECT range AS key FROM range(10001)",
    "several batches": "SELECT range AS key FROM range(2500001) WHERE range % 3 > 0 OR range > 9",
    "a part of a vector": "SELECT range AS key FROM range(5000) OFFSET 1234",
    "a constant": "SELECT 7::BIGINT AS key FROM range(3000)",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_it_is_what_the_rows_are(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    expected = [row[0] for row in connection.execute(query).fetchall()]
    assert found(connection, query) == expected


@given(st.lists(st.integers(SMALLEST_INTEGER, LARGEST_INTEGER)))
@settings(max_examples=25, deadline=None)
def test_any_whole_number_comes_out_as_it_is(numbers: list[int]) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest(?::BIGINT[]) AS key", [numbers])
        assert found(connection, "FROM t") == numbers


REFUSED = {
    "a missing value": ("SELECT unnest([1, NULL]::BIGINT[])", "NoneType is no type of keys"),
    "a narrower number": ("SELECT 1::INTEGER", "columns of the forms [b'i'] are no keys"),
    "text": ("SELECT 'a'", "columns of the forms [b'u'] are no keys"),
    "two columns": ("SELECT 1::BIGINT, 2::BIGINT", "columns of the forms [b'l', b'l'] are no keys"),
}


@pytest.mark.parametrize(("query", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_column_of_whole_numbers_is_refused(
    connection: duckdb.DuckDBPyConnection, query: str, message: str
) -> None:
    with pytest.raises(TypeError) as refused:
        found(connection, query)
    assert str(refused.value) == message


def test_what_duckdb_meets_on_its_way_is_told(connection: duckdb.DuckDBPyConnection) -> None:
    late = "CASE range WHEN 2500000 THEN 'x' ELSE range::VARCHAR END::BIGINT"
    with pytest.raises(duckdb.Error):
        found(connection, f"SELECT {late} AS key FROM range(3000000)")


def test_who_stops_in_the_middle_lets_go_of_everything(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    pages = integers_of(connection.sql("SELECT range AS key FROM range(2000000)"))
    assert list(islice(chain.from_iterable(pages), 3)) == [0, 1, 2]
    del pages
    gc.collect()
    assert found(connection, "SELECT 1::BIGINT") == [1]


# ---------------------------------------------------------------- as a source reads them


def keys(reader: Reader, *, descending: bool = False) -> list[int | str]:
    key = type_coerce(reader.relation(USERS).c["id"], BigInteger())
    order = key.desc() if descending else key
    pages = reader.keys(select(key.label("key")).where(key > 5).order_by(order))
    return list(chain.from_iterable(pages))


def users(folder: Path, number: int) -> FilesDatabase:
    """So many, in no order."""
    with duckdb.connect() as connection:
        rows = f"SELECT (i * 7919) % {number} AS id FROM range({number}) AS t(i)"
        connection.execute(f"COPY ({rows}) TO '{folder / 'users.parquet'}'")
    return FilesDatabase({"s": Folder(folder, ZoneInfo("UTC"))})


def test_keys_of_many_row_groups_come_in_order(tmp_path: Path) -> None:
    with users(tmp_path, 300_000).open() as reader:
        assert keys(reader) == list(range(6, 300_000))
        assert keys(reader, descending=True) == list(range(299_999, 5, -1))


def test_two_may_be_read_at_once(tmp_path: Path) -> None:
    with users(tmp_path, 20_000).open() as reader:
        key = type_coerce(reader.relation(USERS).c["id"], BigInteger())
        statement = select(key.label("key")).order_by(key)
        both = zip(reader.keys(statement), reader.keys(statement), strict=True)
        assert [one == other for one, other in both] == [True, True]


def test_broken_data_is_a_fault_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text('id\n1\n"2', encoding="utf-8")
    with FilesDatabase({"s": Folder(tmp_path, ZoneInfo("UTC"))}).open() as reader:
        statement = select(func.length(reader.relation(USERS).c["id"], type_=BigInteger()))
        with pytest.raises(SourceFault, match="the files cannot be read"):
            list(reader.keys(statement))


def test_what_is_neither_number_nor_text_is_no_key() -> None:
    with FakeDatabase({"s.users": FakeTable([{"id": 1}])}).open() as reader:
        statement = select(literal_column("1.5::DOUBLE")).select_from(reader.relation(USERS))
        with pytest.raises(TypeError, match="float is no type of keys"):
            list(reader.keys(statement))
