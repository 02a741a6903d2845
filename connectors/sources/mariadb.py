"""MariaDB and MySQL as a source: one read-only snapshot, streamed one statement at a time."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Executable,
    FromClause,
    Select,
    String,
    bindparam,
    create_engine,
    select,
    type_coerce,
)
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import ColumnElement

from connectors.sources.forms import SQL_TYPES, Form, no_table
from connectors.sources.mariadb_forms import FORMS, base_type, json_rows
from connectors.sources.mariadb_text import CodePointText, by_code_point, found_by_index
from connectors.sources.plain import result_of
from connectors.sources.reader import SourceReader
from connectors.sources.schema import Schema
from connectors.sources.writing import Writing
from engine.language.catalog import Kind
from engine.ports import Filled, Reader, Row, StoreKind
from engine.problems import Misuse, SourceFault, Unreachable
from engine.tables import ColumnRef, TableRef

__all__ = ["MariaDatabase", "maria_dialect", "maria_rows"]

_CONNECT_SECONDS = 10
_STATEMENT_SECONDS = 1_800  # a runaway query ends, and with it the run
_FETCHED_AT_ONCE = 10_000
_LONGEST_LIST_BYTES = 64 << 20
_SQL_MODE = (
    "STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_BACKSLASH_ESCAPES,NO_ENGINE_SUBSTITUTION"
)
_SETTINGS = (
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    f"SET SESSION group_concat_max_len = {_LONGEST_LIST_BYTES}",
    f"SET SESSION lock_wait_timeout = {_CONNECT_SECONDS}",
    f"SET SESSION net_write_timeout = {_STATEMENT_SECONDS}",  # we may read slowly
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
_SETTINGS_OF_MARIADB = (
    # Text compares by code point, and what follows it in blanks counts.
    "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin",
    f"SET SESSION max_statement_time = {_STATEMENT_SECONDS}",
    "SET SESSION join_cache_level = 4",  # values that were brought bear no index: hash them
)
_SETTINGS_OF_MYSQL = (
    "SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin",
    f"SET SESSION max_execution_time = {_STATEMENT_SECONDS * 1_000}",
)
_SETTINGS_TO_WRITE = (
    "SET SESSION time_zone = '+00:00'",
    f"SET SESSION innodb_lock_wait_timeout = {_CONNECT_SECONDS}",
    f"SET SESSION lock_wait_timeout = {_CONNECT_SECONDS}",
)
_ARGUMENTS = {"sql_mode": _SQL_MODE, "charset": "utf8mb4", "read_timeout": _STATEMENT_SECONDS + 60}

_TABLES = """
SELECT table_name FROM information_schema.tables WHERE table_schema = coalesce(%s, database())
"""
_SCHEMAS = "SELECT schema_name FROM information_schema.schemata"

_NO_RIGHT = {1044, 1142, 1143, 1370}
_MISSING = {1049, 1103, 1146}
_TOO_LATE = {1205, 1317, 1969, 3024}
_OUT_OF_REACH = {1040, 1045, 1049, 1129, 1130, 1203, 1226, 1227, 1698}
_TOO_LARGE = 1153
_BAD_DATA = {1690, 1366, 1411}
_FIRST_OF_CLIENT, _LAST_OF_CLIENT = 2000, 2999


class MariaDatabase:
    """The port `Database` over one server; `schemas` by the names of its connectors."""

    kind = StoreKind.ROW
    dialect: Dialect

    def __init__(self, url: URL, schemas: Mapping[str, Schema]) -> None:
        self.id = url.render_as_string(hide_password=True)
        self._url = url.set(drivername="mysql+pymysql")  # which tells MariaDB from MySQL by itself
        self.dialect = maria_dialect()
        self._schemas = schemas

    def begin_change(self) -> Writing:
        """A transaction to write in, which waits neither for a lock nor for the server for long."""
        connection = self._engine(f"connector {', '.join(self._schemas)} ({self.id})").connect()
        try:
            is_mariadb = connection.dialect.is_mariadb  # type: ignore[attr-defined]
            own = _SETTINGS_OF_MARIADB[:1] if is_mariadb else _SETTINGS_OF_MYSQL[:1]
            for setting in (*own, *_SETTINGS_TO_WRITE):
                connection.exec_driver_sql(setting)
        except DBAPIError:
            connection.close()
            raise
        zones = {name: schema.zone for name, schema in self._schemas.items()}
        return Writing(connection, _MariaStore(connection, self._schemas, self.id), zones)

    def _engine(self, subject: str) -> Engine:
        return create_engine(
            self._url, module=_driver(subject), poolclass=NullPool, connect_args=dict(_ARGUMENTS)
        )

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """One transaction, REPEATABLE READ and READ ONLY.

        Raises:
            Unreachable: the server does not answer or lets nobody in.
            Misuse: the driver is not installed.
        """
        subject = f"connector {', '.join(self._schemas)} ({self.id})"
        with ExitStack() as stack:
            with _faults(subject):
                connection = stack.enter_context(self._engine(subject).connect())
                is_mariadb = connection.dialect.is_mariadb  # type: ignore[attr-defined]
                for setting in _SETTINGS_OF_MARIADB if is_mariadb else _SETTINGS_OF_MYSQL:
                    connection.exec_driver_sql(setting)
                for setting in _SETTINGS:
                    connection.exec_driver_sql(setting)
            zones = {name: schema.zone for name, schema in self._schemas.items()}
            store = _MariaStore(connection, self._schemas, subject)
            stack.callback(store.close)
            yield SourceReader(store, zones)


def _driver(subject: str) -> ModuleType:
    try:
        return import_module("pymysql")  # an extra: only who reads MariaDB or MySQL needs it
    except ModuleNotFoundError:
        raise Misuse(
            f"{subject} needs the driver PyMySQL; install it with `pip install 'touchline[mysql]'`"
        ) from None


class _Column(NamedTuple):
    """The type of a column, and the collation of one that holds text."""

    stored: str
    collation: str | None


class _Stream:
    """Rows as the server sends them, or, once another statement wants the connection, from here."""

    def __init__(self, result: CursorResult[Any]) -> None:
        self._result = result
        self._kept: Sequence[Any] | None = None

    def __iter__(self) -> Iterator[Sequence[Row]]:
        while rows := self._more():
            yield rows

    def _more(self) -> Sequence[Any]:
        if self._kept is None:
            return self._result.fetchmany(_FETCHED_AT_ONCE)
        rows, self._kept = self._kept, ()
        return rows

    def keep(self) -> None:
        """Take in what is left, so that the connection is free."""
        if self._kept is None:
            self._kept = self._result.fetchall()

    def close(self) -> None:
        """Whoever asks for what is left is told that it is gone."""
        self._result.close()


class _MariaStore:
    """The port `Store` over a connection."""

    def __init__(self, connection: Connection, schemas: Mapping[str, Schema], subject: str) -> None:
        self._connection = connection
        self._schemas = schemas
        self._subject = subject
        self._columns: dict[tuple[str, str], Mapping[str, _Column]] = {}
        self._stream: _Stream | None = None

    def close(self) -> None:
        """End what was not read to its end."""
        if self._stream is not None:
            self._stream.close()

    def columns(self, table: TableRef) -> Mapping[str, str]:
        """Column names and the server's type names."""
        return {name: column.stored for name, column in self._columns_of(table).items()}

    def _columns_of(self, table: TableRef) -> Mapping[str, _Column]:
        key = (table.connector, table.table)
        if key not in self._columns:
            rows = self._described(table)
            self._columns[key] = {row[0]: _Column(row[1], row[2]) for row in rows}
        return self._columns[key]

    def _described(self, table: TableRef) -> Sequence[Any]:
        schema, name = self.address(table)
        self._free()
        path = _quoted(name) if schema is None else f"{_quoted(schema)}.{_quoted(name)}"
        try:
            return self._connection.exec_driver_sql(f"SHOW FULL COLUMNS FROM {path}").all()
        except DBAPIError as error:
            if _code(error) in _MISSING:
                raise self._missing(table, schema) from None
            raise _fault(error, self._subject) from None

    def _missing(self, table: TableRef, schema: str | None) -> SourceFault:
        schemas = sorted(row[0] for row in self._all(_SCHEMAS))
        if schema is not None and schema not in schemas:
            known = ", ".join(schemas)
            return SourceFault(f"{table.connector} has no schema `{schema}`; there is {known}")
        return no_table(
            table.connector, table.table, [row[0] for row in self._all(_TABLES, schema)]
        )

    def _all(self, statement: str, *values: str | None) -> Sequence[Any]:
        with _faults(self._subject):
            self._free()
            return self._connection.exec_driver_sql(statement, values or None).all()

    def _free(self) -> None:
        """A connection serves one result at a time: what is still coming is taken in first."""
        if self._stream is not None:
            self._stream.keep()
            self._stream = None

    def address(self, table: TableRef) -> tuple[str | None, str]:
        """The connector's schema and the table's name."""
        return self._schemas[table.connector].name, table.table

    def privilege(self) -> str:
        """Whether the login may do everything, on the server or in a database."""
        grants = [row[0] for row in self._all("SHOW GRANTS")]
        whole = next((each for each in grants if each.startswith("GRANT ALL PRIVILEGES ON ")), "")
        where = whole.removeprefix("GRANT ALL PRIVILEGES ON ").partition(" TO ")[0]
        return f"one with all privileges on {where}" if whole else ""

    def layout(self, table: TableRef) -> Hashable:
        """Where it is, and the columns with their collations."""
        return *self.address(table), *self._columns_of(table).items()

    def form(
        self,
        raw: ColumnElement[Any],
        stored: str,
        ref: ColumnRef,
        table: TableRef,
        zone: ZoneInfo,
    ) -> Form | None:
        """A raw column of the type `stored`, read as `ref` says."""
        found = FORMS[ref.kind](raw, base_type(stored), ref, zone)
        collation = self._columns_of(table)[ref.column].collation
        if found is not None and ref.kind is Kind.TEXT and collation is not None:
            return replace(found, plain=found_by_index(raw, collation))
        return found

    def shown(self, raw: ColumnElement[Any]) -> ColumnElement[Any]:
        """Its text: not every value has a counterpart in Python."""
        return by_code_point(raw)

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """Values travel as JSON, which the server reads as rows with the types of `columns`."""
        return maria_rows(name, name, columns, values)

    def held(self, statement: Select[Any]) -> None:
        """It is read, never written to."""

    def pages(self, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
        """The rows of a statement, from the server as they come."""
        with _faults(self._subject):
            self._free()
            with result_of(self._connection, statement, yield_per=_FETCHED_AT_ONCE) as result:
                stream = self._stream = _Stream(result)
                try:
                    yield from stream
                finally:  # also where whoever reads has had enough
                    if self._stream is stream:
                        self._stream = None


def maria_dialect(**options: Any) -> Dialect:
    """SQLAlchemy's dialect, as it is after a connection to any server that is read."""
    dialect = MySQLDialect_pymysql(**options)
    dialect._support_float_cast = True
    return dialect


def maria_rows(
    name: str, parameter: str, columns: Mapping[str, str], values: Sequence[Row]
) -> FromClause:
    """A relation of values that travel as JSON in the parameter of that name."""
    kinds = [Kind(kind) for kind in columns.values()]
    data = json.dumps([[_json_value(value) for value in row] for row in values])
    bound = bindparam(parameter, data, String(), unique=True)
    declared = ", ".join(f"c{at} {_STORED[kind]} PATH '$[{at}]'" for at, kind in enumerate(kinds))
    read = json_rows(bound, declared, *(f"c{at}" for at in range(len(kinds))))
    typed = [
        _typed(read.c[f"c{at}"], kind).label(column_name)
        for at, (column_name, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
    return select(*typed).subquery(name)


_STORED = {
    Kind.TEXT: "LONGTEXT CHARACTER SET utf8mb4",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "TINYINT",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "DATETIME(6)",
    Kind.LIST: "LONGTEXT CHARACTER SET utf8mb4",
}


def _typed(value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    if kind is Kind.TEXT:
        return type_coerce(by_code_point(value), CodePointText())
    return type_coerce(by_code_point(value) if kind is Kind.LIST else value, SQL_TYPES[kind])


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else value


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``").replace("%", "%%") + "`"


def _code(error: DBAPIError) -> int:
    arguments = () if error.orig is None else error.orig.args
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0


@contextmanager
def _faults(subject: str) -> Iterator[None]:
    """What the server says of itself or of the data, as ours; what we asked wrongly is our bug."""
    try:
        yield
    except DBAPIError as error:
        raise _fault(error, subject) from None


def _fault(error: DBAPIError, subject: str) -> Exception:
    code, told = _code(error), _told(error)
    if code in _NO_RIGHT:
        return SourceFault(f"{subject} may not be read: {told}; grant SELECT on it")
    if code in _TOO_LATE:
        return Unreachable(f"{subject} did not answer in time: {told}")
    if code in _OUT_OF_REACH or _FIRST_OF_CLIENT <= code <= _LAST_OF_CLIENT:
        return Unreachable(f"{subject} does not answer: {told}")
    if code == _TOO_LARGE:
        return SourceFault(
            f"{subject} does not take so many keys at once: {told}; raise `max_allowed_packet` "
            "on the server"
        )
    return SourceFault(f"{subject} cannot be read: {told}") if code in _BAD_DATA else error


def _told(error: DBAPIError) -> str:
    """The server's words, without the address, in which a password could stand."""
    arguments = () if error.orig is None else error.orig.args
    return " ".join(str(arguments[-1] if arguments else error.orig).split())
