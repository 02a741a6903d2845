"""Rows given as values, in SQLite in memory: what examples are carried out on.

One database holds the tables of all connectors of a project. Values are stored by their kinds and
not in the forms of the real source, which is what reading that source is about. It is wiped and
used again, so that what was compiled for one example serves the next.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Executable, FromClause, Select, create_engine, type_coerce
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql import ColumnElement

from connectors.sources.forms import SQL_TYPES, WHITE_SPACE, Form, microseconds
from connectors.sources.plain import blocks_of
from connectors.sources.reader import SourceReader
from connectors.sources.sqlite import sqlite_rows, with_functions
from connectors.sources.writing import Writing
from engine.language.catalog import Kind
from engine.ports import Filled, Reader, Row, StoreKind
from engine.tables import ColumnRef, TableRef

__all__ = ["MemoryDatabase"]

Tables = Mapping[tuple[str, str], Mapping[str, ColumnRef]]
Values = Mapping[str, tuple[ColumnRef, object]]

_UTC = ZoneInfo("UTC")
_DECLARED: Mapping[Kind, str] = {
    Kind.INTEGER: "INTEGER",
    Kind.NUMBER: "REAL",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.TIMESTAMP: "INTEGER",
}


class _MemoryStore:
    """The port `Store`. Every column holds the own form of its kind: nothing can be misread."""

    def __init__(self, connection: Connection, declared: Mapping[str, Mapping[str, str]]) -> None:
        self._connection = connection
        self._declared = declared

    def columns(self, table: TableRef) -> Mapping[str, str]:
        """Column names and declared types; every table of the catalog is there."""
        return self._declared[_name_of(table)]

    def address(self, table: TableRef) -> tuple[str | None, str]:
        """The table's name, with that of its connector."""
        return None, _name_of(table)

    def privilege(self) -> str:
        """There is no login."""
        return ""

    def layout(self, table: TableRef) -> Hashable:
        """The columns; they stay as they are."""
        return tuple(self.columns(table).items())

    def form(
        self, raw: ColumnElement[Any], stored: str, ref: ColumnRef, table: TableRef, zone: ZoneInfo
    ) -> Form:
        """The column as it is."""
        typed = type_coerce(raw, SQL_TYPES[ref.kind])
        return Form(lambda: typed, plain=None if ref.kind is Kind.TIMESTAMP else typed)

    def shown(self, raw: ColumnElement[Any]) -> ColumnElement[Any]:
        """The value itself."""
        return raw

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """Values travel as a JSON array of arrays."""
        return sqlite_rows(name, name, columns, values)

    def held(self, statement: Select[Any]) -> None:
        """There is too little to be worth it."""

    def pages(self, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
        """The rows of a statement."""
        return blocks_of(self._connection, statement)


class MemoryDatabase:
    """The port `Database` over tables of rows that are put in one by one; times in UTC.

    `tables` are by connector and table, with their columns. Nobody else may use it meanwhile: it
    is one connection.
    """

    kind = StoreKind.ROW
    dialect: Dialect

    def __init__(self, tables: Tables) -> None:
        self.id = "memory"
        self.dialect = SQLiteDialect_pysqlite()
        self._declared = {
            _name(*place): {name: _DECLARED.get(ref.kind, "TEXT") for name, ref in columns.items()}
            for place, columns in tables.items()
        }
        self._zones = {connector: _UTC for connector, _ in tables}
        self._connection: sqlite3.Connection | None = None
        self._engine = create_engine("sqlite://", creator=self._opened, poolclass=StaticPool)

    def wipe(self) -> None:
        """Take all rows out."""
        for name in self._declared:
            self._opened().execute(f"DELETE FROM {_quoted(name)}")  # noqa: S608

    def put(self, table: TableRef, values: Values, *, key: str | None) -> None:
        """Add a row; one that bears the same value in the column `key` is changed instead."""
        name = _quoted(_name(table.connector, table.table))
        stored = {column: _stored(value) for column, (_, value) in values.items()}
        if key is not None and self._change(name, stored, key):
            return
        columns, marks = ", ".join(map(_quoted, stored)), ", ".join("?" * len(stored))
        statement = f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608
        self._opened().execute(statement, tuple(stored.values()))

    def _change(self, name: str, stored: Mapping[str, object], key: str) -> bool:
        changes = ", ".join(f"{_quoted(column)} = ?" for column in stored)
        statement = f"UPDATE {name} SET {changes} WHERE {_quoted(key)} = ?"  # noqa: S608
        done = self._opened().execute(statement, (*stored.values(), stored[key]))
        return done.rowcount > 0

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """The rows as they are now."""
        with self._engine.connect() as connection:
            yield SourceReader(_MemoryStore(connection, self._declared), self._zones)

    def begin_change(self) -> Writing:
        """A transaction to change a row in."""
        connection = self._engine.connect()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return Writing(connection, _MemoryStore(connection, self._declared), self._zones)

    def close(self) -> None:
        """Forget everything."""
        self._engine.dispose()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            self._connection = with_functions(made)
            for name, columns in self._declared.items():
                self._connection.execute(_made(name, columns))
        return self._connection


def _made(name: str, columns: Mapping[str, str]) -> str:
    declared = ", ".join(f"{_quoted(each)} {kind}" for each, kind in columns.items())
    return f"CREATE TABLE {_quoted(name)} ({declared})"


def _name(connector: str, table: str) -> str:
    return f"{connector}.{table}"


def _name_of(table: TableRef) -> str:
    return _name(table.connector, table.table)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _stored(value: object) -> object:
    """A value in the form that columns of its kind are read in."""
    match value:
        case datetime():
            return microseconds(value)
        case date():
            return value.isoformat()
        case bool():
            return int(value)
        case str():
            return value if value.strip(WHITE_SPACE) else None  # blank text is missing
        case tuple():
            return json.dumps([each for each in value if each.strip(WHITE_SPACE)])
        case _:
            return value
