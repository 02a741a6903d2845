"""Postgres as a source: one read-only snapshot, streamed from the server."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Engine,
    Executable,
    FromClause,
    Select,
    Text,
    bindparam,
    cast,
    column,
    create_engine,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from connectors.sources.forms import SQL_TYPES, Form, no_table
from connectors.sources.plain import result_of
from connectors.sources.postgres_forms import FORMS
from connectors.sources.reader import SourceReader
from connectors.sources.schema import Schema
from connectors.sources.writing import Writing
from engine.language.catalog import Kind
from engine.ports import Filled, Reader, Row, StoreKind
from engine.problems import SourceFault, Unreachable
from engine.tables import ColumnRef, TableRef

__all__ = ["PostgresDatabase", "postgres_rows"]

_CONNECT_SECONDS = 10
_STATEMENT_MINUTES = 30  # a runaway query ends, and with it the run
_FETCHED_AT_ONCE = 10_000
_SETTINGS = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO'",
    "SET LOCAL extra_float_digits = 1",  # a number as it is, not rounded
    "SET LOCAL standard_conforming_strings = on",
    f"SET LOCAL statement_timeout = '{_STATEMENT_MINUTES}min'",
    f"SET LOCAL lock_timeout = '{_CONNECT_SECONDS}s'",
    "SET LOCAL jit = off",  # compiling a statement takes longer than most of ours run
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)

_SETTINGS_TO_WRITE = ("SET LOCAL statement_timeout = '60s'",)

# A domain is what it is made of, an enum is text.
_COLUMNS = """
SELECT a.attname, CASE WHEN t.typtype = 'e' THEN 'enum'
                       ELSE format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END,
                                        NULL) END
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname = coalesce(%s, current_schema())
"""
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%'"
_IS_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
_OWNED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = coalesce(%s, current_schema())
      AND pg_get_userbyid(c.relowner) = current_user
ORDER BY c.relname LIMIT 1
"""
_HAS_SCHEMA = "SELECT to_regnamespace(quote_ident(%s)) IS NOT NULL"


class PostgresDatabase:
    """The port `Database` over one Postgres database; `schemas` by the names of its connectors."""

    kind = StoreKind.ROW
    dialect: Dialect

    def __init__(self, url: URL, schemas: Mapping[str, Schema]) -> None:
        self.id = url.render_as_string(hide_password=True)
        self._url = url.set(drivername="postgresql+psycopg")
        self.dialect = self._url.get_dialect()()
        self._schemas = schemas

    def begin_change(self) -> Writing:
        """A transaction to write in, which waits neither for a lock nor for the server for long."""
        connection = self._engine().connect()
        try:
            for setting in (*_SETTINGS, *_SETTINGS_TO_WRITE):
                connection.exec_driver_sql(setting)
        except DBAPIError:
            connection.close()
            raise
        zones = {name: schema.zone for name, schema in self._schemas.items()}
        return Writing(connection, _PostgresStore(connection, self._schemas, self.id), zones)

    def _engine(self) -> Engine:
        arguments = (
            {} if "connect_timeout" in self._url.query else {"connect_timeout": _CONNECT_SECONDS}
        )
        return create_engine(self._url, poolclass=NullPool, connect_args=arguments)

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """One transaction, REPEATABLE READ and READ ONLY.

        Raises:
            Unreachable: the server does not answer or lets nobody in.
        """
        subject = f"connector {', '.join(self._schemas)} ({self.id})"
        with ExitStack() as stack:
            with _faults(subject):
                connection = stack.enter_context(self._engine().connect()).execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                for setting in _SETTINGS:
                    connection.exec_driver_sql(setting)
                connection.exec_driver_sql("SELECT 1").all()  # the snapshot begins here
            zones = {name: schema.zone for name, schema in self._schemas.items()}
            yield SourceReader(_PostgresStore(connection, self._schemas, subject), zones)


class _PostgresStore:
    """The port `Store` over a connection."""

    def __init__(self, connection: Connection, schemas: Mapping[str, Schema], subject: str) -> None:
        self._connection = connection
        self._schemas = schemas
        self._subject = subject
        self._columns: dict[tuple[str, str], Mapping[str, str]] = {}

    def columns(self, table: TableRef) -> Mapping[str, str]:
        """Column names and Postgres's type names."""
        key = (table.connector, table.table)
        if key not in self._columns:
            schema, name = self.address(table)
            path = _quoted(name) if schema is None else f"{_quoted(schema)}.{_quoted(name)}"
            found = {row[0]: row[1] for row in self._all(_COLUMNS, path)}
            if not found:
                raise self._missing(table, schema)
            self._columns[key] = found
        return self._columns[key]

    def _missing(self, table: TableRef, schema: str | None) -> SourceFault:
        if schema is not None and not self._all(_HAS_SCHEMA, schema)[0][0]:
            known = ", ".join(sorted(row[0] for row in self._all(_SCHEMAS)))
            return SourceFault(f"{table.connector} has no schema `{schema}`; there is {known}")
        return no_table(
            table.connector, table.table, [row[0] for row in self._all(_TABLES, schema)]
        )

    def _all(self, statement: str, *values: str | None) -> Sequence[Any]:
        with _faults(self._subject):
            return self._connection.exec_driver_sql(statement, values or None).all()

    def address(self, table: TableRef) -> tuple[str | None, str]:
        """The connector's schema and the table's name."""
        return self._schemas[table.connector].name, table.table

    def privilege(self) -> str:
        """Whether the login is a superuser, or owns tables of the schemas."""
        if self._all(_IS_SUPERUSER)[0][0]:
            return "a superuser of the server"
        schemas = [schema.name for schema in self._schemas.values()]
        owned = next((row[0] for each in schemas for row in self._all(_OWNED, each)), None)
        return f"the owner of tables, as of `{owned}`" if owned else ""

    def layout(self, table: TableRef) -> Hashable:
        """Where it is, and the columns."""
        return *self.address(table), *self.columns(table).items()

    def form(
        self,
        raw: ColumnElement[Any],
        stored: str,
        ref: ColumnRef,
        table: TableRef,
        zone: ZoneInfo,
    ) -> Form | None:
        """A raw column of the type `stored`, read as `ref` says."""
        return FORMS[ref.kind](raw, stored, ref, zone)

    def shown(self, raw: ColumnElement[Any]) -> ColumnElement[Any]:
        """Its text: not every value has a counterpart in Python."""
        return cast(raw, Text())

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """Values travel as jsonb, which Postgres reads with the types of `columns`."""
        return postgres_rows(name, name, columns, values)

    def held(self, statement: Select[Any]) -> None:
        """It is read, never written to."""

    def pages(self, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
        """The rows of a statement, from a cursor on the server."""
        with (
            _faults(self._subject),
            result_of(self._connection, statement, yield_per=_FETCHED_AT_ONCE) as result,
        ):
            yield from result.partitions()


def postgres_rows(
    name: str, parameter: str, columns: Mapping[str, str], values: Sequence[Row]
) -> FromClause:
    """A relation of values that travel as jsonb in the parameter of that name."""
    kinds = [Kind(kind) for kind in columns.values()]
    rows = [{f"c{at}": _json_value(value) for at, value in enumerate(row)} for row in values]
    bound = bindparam(parameter, json.dumps(rows), Text(), unique=True)
    read = (
        func.jsonb_to_recordset(cast(bound, JSONB()))
        .table_valued(*(column(f"c{at}", _stored_type(k)) for at, k in enumerate(kinds)))
        .render_derived(with_types=True)
    )
    typed = [
        type_coerce(_typed(read.c[f"c{at}"], kind), SQL_TYPES[kind]).label(column_name)
        for at, (column_name, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
    return select(*typed).subquery(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _stored_type(kind: Kind) -> TypeEngine[Any]:
    return DateTime(timezone=True) if kind is Kind.TIMESTAMP else SQL_TYPES[kind]


def _typed(value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    return value.collate("C") if kind is Kind.TEXT else value


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def _faults(subject: str) -> Iterator[None]:
    """What Postgres says of itself or of the data, as ours; a refused statement is a bug of ours.

    Its words are shown without the address, in which a password could stand.
    """
    try:
        yield
    except DBAPIError as error:
        cause = error.orig
        told = " ".join(str(cause).split())
        if isinstance(cause, psycopg.errors.InsufficientPrivilege):
            raise SourceFault(f"{subject} may not be read: {told}; grant SELECT on it") from None
        if isinstance(cause, psycopg.errors.QueryCanceled):
            raise Unreachable(f"{subject} did not answer in time: {told}") from None
        if isinstance(cause, psycopg.OperationalError):
            raise Unreachable(f"{subject} does not answer: {told}") from None
        if isinstance(cause, psycopg.DataError):
            raise SourceFault(f"{subject} cannot be read: {told}") from None
        raise
