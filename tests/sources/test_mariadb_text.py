"""MariaDB's own comparisons take much for the same: indexes serve, and code points decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Executable, create_engine, func, literal, make_url, select
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import ColumnElement

from connectors.sources.mariadb import MariaDatabase
from connectors.sources.schema import Schema
from engine.language.catalog import Kind
from engine.ports import Reader
from engine.tables import ColumnRef, TableRef
from tests.support.mariadb import fresh_mariadb

LIKE = ["a", "A", "á", "a ", "b", "ß", "ss", "😀", "🙃", "a%"]
"""Texts of which the usual collation takes several for the same."""
KEY = ColumnRef("k", Kind.TEXT)
COLLATIONS = ["utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_bin", "utf8mb4_nopad_bin"]
Sql = ColumnElement[Any]


@pytest.fixture(scope="module")
def url(mariadb: str) -> str:
    """A database of one table for each collation, and one in another character set."""
    fresh = fresh_mariadb(mariadb)
    engine = create_engine(fresh, poolclass=NullPool)
    with engine.begin() as connection:
        for collation in COLLATIONS:
            column = f"k varchar(20) CHARACTER SET utf8mb4 COLLATE {collation}"
            connection.exec_driver_sql(f"CREATE TABLE {collation} ({column}, KEY by_k (k))")
            others = [f"other {number}" for number in range(500)]
            connection.exec_driver_sql(
                f"INSERT INTO {collation} VALUES (%s)", [(each,) for each in [*LIKE, " ", *others]]
            )
            connection.exec_driver_sql(f"ANALYZE TABLE {collation}")
        connection.exec_driver_sql("CREATE TABLE latin (k varchar(9) CHARACTER SET latin1)")
        connection.exec_driver_sql("INSERT INTO latin VALUES ('?'), ('á'), ('a')")
    engine.dispose()
    return fresh


@pytest.fixture
def reader(url: str) -> Iterator[Reader]:
    with MariaDatabase(make_url(url), {"s": Schema(None, ZoneInfo("UTC"))}).open() as opened:
        yield opened


def column(reader: Reader, table: str) -> Sql:
    ref = TableRef("s", table)
    return reader.plain(reader.relation(ref), KEY, ref)


def texts(reader: Reader, asked: Executable) -> list[object]:
    return sorted(row[0] for row in reader.read(asked))


def given(reader: Reader, *values: str) -> Any:
    return reader.rows("given", {"v": "text"}, [(value,) for value in values]).c.v


ASKED: dict[str, Callable[[Reader, Sql], ColumnElement[bool]]] = {
    "a constant": lambda reader, key: key == "a",
    "constants": lambda reader, key: key.in_([literal("a"), literal("ss")]),
    "a selection": lambda reader, key: key.in_(select(given(reader, "a", "ss"))),
    "a value": lambda reader, key: key == select(given(reader, "a")).scalar_subquery(),
    "a value, the other way round": lambda reader, key: given(reader, "a") == key,
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("collation", COLLATIONS)
def test_a_text_equals_itself_alone(collation: str, asked: str, reader: Reader) -> None:
    key = column(reader, collation)
    found = texts(reader, select(key).where(ASKED[asked](reader, key)))
    assert found == (["a", "ss"] if asked in ("constants", "a selection") else ["a"])


@pytest.mark.parametrize("collation", COLLATIONS)
def test_groups_and_differences_are_exact(collation: str, reader: Reader) -> None:
    key = column(reader, collation)
    groups = select(key.label("key"), func.count()).where(key.in_(LIKE)).group_by(key)
    assert sorted(reader.read(groups)) == sorted((text, 1) for text in LIKE)
    assert texts(reader, select(key).where(key != "a", key.in_(LIKE))) == sorted({*LIKE} - {"a"})
    typed = reader.rows("given", {"v": "text"}, [(text,) for text in LIKE])
    assert texts(reader, select(typed.c.v).where(typed.c.v == key)) == sorted(LIKE)


def test_a_character_that_a_column_cannot_hold_equals_nothing_in_it(reader: Reader) -> None:
    key = column(reader, "latin")
    found = select(key).where(key.in_(select(given(reader, "😀", "á"))))
    assert texts(reader, found) == ["á"]
    assert texts(reader, select(key).where(key == "😀")) == []


@pytest.mark.parametrize("asked", [name for name in ASKED if name != "a value"])
@pytest.mark.parametrize("collation", COLLATIONS)
def test_an_index_finds_it(collation: str, asked: str, url: str, reader: Reader) -> None:
    key = column(reader, collation)
    statement = select(key).where(ASKED[asked](reader, key))
    engine = create_engine(url, poolclass=NullPool)
    compiled = statement.compile(engine, compile_kwargs={"render_postcompile": True})
    with engine.connect() as connection:
        connection.exec_driver_sql("SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin")
        plan = connection.exec_driver_sql(f"EXPLAIN {compiled}", dict(compiled.params))
        assert "by_k" in {row["key"] for row in plan.mappings()}
