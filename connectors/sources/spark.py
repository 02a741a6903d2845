"""Spark SQL as a source, through its Hive Thrift server: read-only, scanned, streamed.

Spark has no transaction over tables, views or files: a snapshot here is one session, in which every
statement sees what is there when it runs. The docs say what follows.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    FromClause,
    Select,
    String,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import ColumnElement

from connectors.sources.forms import SQL_TYPES, Form, microseconds, no_table
from connectors.sources.plain import result_of
from connectors.sources.reader import SourceReader
from connectors.sources.schema import Schema
from connectors.sources.spark_dialect import DEFAULT_PORT, SparkDialect
from connectors.sources.spark_forms import FORMS
from engine.language.catalog import Kind
from engine.ports import Filled, Reader, Row, StoreKind
from engine.problems import Misuse, SourceFault, Unreachable
from engine.tables import ColumnRef, TableRef

__all__ = ["SparkDatabase", "spark_rows"]

_CONNECT_SECONDS = 10
_STATEMENT_SECONDS = 30 * 60  # a runaway query ends, and with it the run
_FETCHED_AT_ONCE = 10_000
_SETTINGS = (
    "SET spark.sql.variable.substitute = false",  # first: `${…}` is text from here on
    "SET spark.sql.session.timeZone = UTC",
    "SET spark.sql.ansi.enabled = true",  # what overflows is an error, and no other number
    f"SET spark.sql.thriftServer.queryTimeout = {_STATEMENT_SECONDS}",
)
_JSON_TYPES = {
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "INT",
    Kind.TIMESTAMP: "BIGINT",
    Kind.LIST: "ARRAY<STRING>",
}
_FIRST_DAY = date(1970, 1, 1).toordinal()


class SparkDatabase:
    """The port `Database` over one Thrift server; `schemas` by the names of its connectors."""

    kind = StoreKind.COLUMN
    dialect: Dialect

    def __init__(self, url: URL, schemas: Mapping[str, Schema]) -> None:
        self.id = url.render_as_string(hide_password=True)
        self.dialect = SparkDialect()
        self._url = url
        self._schemas = schemas

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """One session of the server.

        Raises:
            Unreachable: the server does not answer or lets nobody in.
            Misuse: PyHive is not installed.
        """
        subject = f"connector {', '.join(self._schemas)} ({self.id})"
        with ExitStack() as stack:
            with _faults(subject):
                _knock(self._url)
                connection = stack.enter_context(_session(self._url, subject))
                for setting in _SETTINGS:
                    connection.exec_driver_sql(setting)
            zones = {name: schema.zone for name, schema in self._schemas.items()}
            yield SourceReader(_SparkStore(connection, self._schemas, subject), zones)


def _session(url: URL, subject: str) -> Connection:
    """A session, by our dialect: the one that PyHive registers would paste values into text."""
    try:
        driver = SparkDialect.import_dbapi()
        import thrift_sasl  # noqa: F401  (PyHive asks for it when it connects)
    except ImportError:
        raise Misuse(
            f"{subject} is reached through PyHive, which is not installed; "
            "install it with: pip install 'touchline[spark]'"
        ) from None
    dialect = SparkDialect(dbapi=driver)
    arguments = dialect.create_connect_args(url)[1]
    pool = NullPool(lambda: dialect.connect(**arguments), dialect=dialect)
    try:
        return Engine(pool, dialect, url, query_cache_size=0).connect()
    except (TypeError, ValueError, RuntimeError) as error:  # an `auth` that it does not know
        raise Misuse(f"{subject} cannot be reached so: {error}") from None


def _knock(url: URL) -> None:
    """The driver would wait for minutes where nobody answers."""
    address = (url.host or "localhost", url.port or DEFAULT_PORT)
    socket.create_connection(address, timeout=_CONNECT_SECONDS).close()


class _SparkStore:
    """The port `Store` over a session."""

    def __init__(self, connection: Connection, schemas: Mapping[str, Schema], subject: str) -> None:
        self._connection = connection
        self._schemas = schemas
        self._subject = subject
        self._columns: dict[tuple[str, str], Mapping[str, str]] = {}

    def columns(self, table: TableRef) -> Mapping[str, str]:
        """Column names and Spark's type names."""
        key = (table.connector, table.table)
        if key not in self._columns:
            schema, name = self.address(table)
            path = _quoted(name) if schema is None else f"{_quoted(schema)}.{_quoted(name)}"
            described = self._described(path)
            if described is None:
                raise self._missing(table, schema)
            self._columns[key] = described
        return self._columns[key]

    def _described(self, path: str) -> Mapping[str, str] | None:
        """The columns of a table, None where there is no such table."""
        try:
            rows = self._connection.exec_driver_sql(f"DESCRIBE TABLE {path}").all()
        except DBAPIError as error:
            if _NO_SUCH_TABLE in _reasons(error):
                return None
            with _faults(self._subject):
                raise
        # What says how the table is partitioned stands below, under a heading.
        names = [row[0] for row in rows]
        end = names.index("") if "" in names else _first_heading(names)
        return {row[0]: row[1] for row in rows[:end]}

    def _missing(self, table: TableRef, schema: str | None) -> SourceFault:
        known = self._names("SHOW SCHEMAS")
        if schema is not None and schema not in known:
            return SourceFault(
                f"{table.connector} has no schema `{schema}`; there is {', '.join(known)}"
            )
        within = "" if schema is None else f" IN {_quoted(schema)}"
        return no_table(table.connector, table.table, self._names(f"SHOW TABLES{within}"))

    def _names(self, statement: str) -> list[str]:
        """What a statement lists: schemas in its first column, tables in the second."""
        with _faults(self._subject):
            rows = self._connection.exec_driver_sql(statement).all()
        return sorted(row[1 if len(row) > 1 else 0] for row in rows)

    def address(self, table: TableRef) -> tuple[str | None, str]:
        """The connector's schema and the table's name."""
        return self._schemas[table.connector].name, table.table

    def privilege(self) -> str:
        """Its sessions are who the server says; nothing tells what they may."""
        return ""

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
        return cast(raw, String())

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """Values travel as one text of JSON, which Spark reads with the types of `columns`."""
        return spark_rows(name, columns, values)

    def held(self, statement: Select[Any]) -> None:
        """It is read, never written to."""

    def pages(self, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
        """The rows of a statement, from the server's own cursor."""
        with (
            _faults(self._subject),
            result_of(self._connection, statement, yield_per=_FETCHED_AT_ONCE) as result,
        ):
            yield from result.partitions()


def spark_rows(name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
    """A relation of values that travel as one text of JSON."""
    kinds = [Kind(kind) for kind in columns.values()]
    shape = ", ".join(f"c{at}: {_JSON_TYPES.get(k, 'STRING')}" for at, k in enumerate(kinds))
    rows = [{f"c{at}": _json_value(value) for at, value in enumerate(row)} for row in values]
    read = func.inline(
        func.from_json(literal(json.dumps(rows)), literal(f"ARRAY<STRUCT<{shape}>>"))
    )
    members = read.table_valued(*(f"c{at}" for at in range(len(kinds))))
    typed = [
        _typed(members.c[f"c{at}"], kind).label(column)
        for at, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
    return select(*typed).subquery(name)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _first_heading(names: Sequence[str]) -> int:
    return next((at for at, name in enumerate(names) if name.startswith("# ")), len(names))


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return microseconds(value)
    return value.toordinal() - _FIRST_DAY if isinstance(value, date) else value


def _typed(member: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    match kind:
        case Kind.TIMESTAMP:
            member = func.timestamp_micros(member)
        case Kind.DATE:
            member = func.date_from_unix_date(member)
    return type_coerce(member, SQL_TYPES[kind])


# ---------------------------------------------------------------- what goes wrong


_REASON = re.compile(r"\[([A-Z][A-Z0-9_]*)[A-Z0-9_.]*\]")
_NO_SUCH_TABLE = "TABLE_OR_VIEW_NOT_FOUND"
_OF_THE_DATA = frozenset(
    {
        "ARITHMETIC_OVERFLOW",
        "CANNOT_PARSE_TIMESTAMP",
        "CAST_INVALID_INPUT",
        "CAST_OVERFLOW",
        "FAILED_READ_FILE",
        "INCOMPATIBLE_VIEW_SCHEMA_CHANGE",
        "MALFORMED_CSV_RECORD",
        "MALFORMED_RECORD_IN_PARSING",
        "PATH_NOT_FOUND",
        "UNABLE_TO_INFER_SCHEMA",
    }
)
"""Reasons of Spark that a file, or a view of somebody else, gives."""


@contextmanager
def _faults(subject: str) -> Iterator[None]:
    """What Spark says of itself or of the data, as ours; a refused statement is a bug of ours."""
    try:
        yield
    except DBAPIError as error:
        reasons, told = _reasons(error), _told(error)
        if "INSUFFICIENT_PERMISSIONS" in reasons:
            raise SourceFault(f"{subject} may not be read: {told}; grant SELECT on it") from None
        if reasons & _OF_THE_DATA:
            raise SourceFault(f"{subject} cannot be read: {told}") from None
        if not reasons:
            raise Unreachable(f"{subject} does not answer: {told}") from None
        raise
    except _lost_connections() as error:
        told = " ".join(str(error).split()) or type(error).__name__
        raise Unreachable(f"{subject} does not answer: {told}") from None


def _lost_connections() -> tuple[type[Exception], ...]:
    """What the wire raises; the driver passes it on as it is."""
    try:
        from thrift.Thrift import TException  # comes with PyHive, which is optional
    except ImportError:
        return (OSError,)
    return OSError, EOFError, TException


def _message(error: DBAPIError) -> str:
    """The server's own words, which PyHive wraps in its answer."""
    answer = error.orig.args[0] if error.orig is not None and error.orig.args else error
    status = getattr(answer, "status", answer)
    return str(getattr(status, "errorMessage", None) or answer)


def _reasons(error: DBAPIError) -> frozenset[str]:
    return frozenset(_REASON.findall(_message(error)))


def _told(error: DBAPIError) -> str:
    """What happened, without our statement, which stands below it."""
    return " ".join(_message(error).split("== SQL")[0].split())[:300]
