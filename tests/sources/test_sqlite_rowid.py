"""A key that is SQLite's rowid holds nothing but integers and is read bare; no other column is."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from connectors.sources.sqlite import SqliteDatabase
from engine.language.catalog import Kind
from engine.tables import ColumnRef, TableRef

TABLE = TableRef("s", "t")
ID = ColumnRef("id", Kind.INTEGER)

ROWIDS = {
    "said with the column": "(id INTEGER PRIMARY KEY, n)",
    "said after it": "(id integer, n, PRIMARY KEY (id))",
    "said twice": "(id INTEGER UNIQUE PRIMARY KEY, n)",
    "in a strict table": "(id INTEGER PRIMARY KEY, n ANY) STRICT",
}
OTHERS = {
    "another word for integer": "(id INT PRIMARY KEY, n)",
    "descending": "(id INTEGER PRIMARY KEY DESC, n)",
    "of a table without rowid": "(id INTEGER PRIMARY KEY, n) WITHOUT ROWID",
    "with a second column": "(id INTEGER, n, PRIMARY KEY (id, n))",
    "no key": "(id INTEGER, n)",
}


def database(folder: Path, columns: str, *ids: object) -> SqliteDatabase:
    with sqlite3.connect(folder / "s.db") as connection:
        connection.execute(f"CREATE TABLE t {columns}")
        connection.executemany("INSERT INTO t VALUES (?, 0)", [(each,) for each in ids])
    connection.close()
    return SqliteDatabase(folder / "s.db", {"s": ZoneInfo("UTC")})


def keys(source: SqliteDatabase) -> tuple[str, list[object]]:
    """The statement that reads the key, and what it reads."""
    with source.open() as reader:
        relation = reader.relation(TABLE)
        statement = select(reader.column(relation, ID, TABLE)).order_by(relation.c["n"])
        return str(statement), [row[0] for row in reader.read(statement)]


@pytest.mark.parametrize("columns", ROWIDS.values(), ids=ROWIDS)
def test_a_rowid_is_read_bare(tmp_path: Path, columns: str) -> None:
    text, found = keys(database(tmp_path, columns, 7, 9))
    assert "typeof" not in text
    assert sorted(map(str, found)) == ["7", "9"]


@pytest.mark.parametrize("columns", OTHERS.values(), ids=OTHERS)
def test_any_other_column_may_hold_text(tmp_path: Path, columns: str) -> None:
    text, found = keys(database(tmp_path, columns, 7, "x"))
    assert "typeof" in text
    assert sorted(map(str, found)) == ["7", "None"]


def test_a_rowid_of_another_kind_is_read_as_that(tmp_path: Path) -> None:
    with database(tmp_path, ROWIDS["said with the column"], 7).open() as reader:
        relation = reader.relation(TABLE)
        column = reader.column(relation, ColumnRef("id", Kind.TEXT), TABLE)
        assert [row[0] for row in reader.read(select(column))] == ["7"]
