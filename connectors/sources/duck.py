"""DuckDB as a store: what there is, values as relations, statements.

`files.py` and the fake source say what tables there are.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import duckdb
from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    FromClause,
    Select,
    String,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    func,
    literal_column,
    select,
    table,
    type_coerce,
)
from sqlalchemy.engine.interfaces import ExceptionContext, ExecutionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql import ClauseElement, ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import Function

from connectors.sources.columnar import integers_of
from connectors.sources.duck_forms import FORMS, quoted_text
from connectors.sources.forms import SQL_TYPES, Form, json_value
from connectors.sources.plain import blocks_of, result_of
from engine.language.catalog import Kind
from engine.ports import Filled, Row
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef

__all__ = ["DuckStore", "Tables", "duck_rows", "memory_engine", "quoted"]

_OFTEN = 16
"""How often a snapshot is asked for a table before it is worth to hold it in memory."""
_HELD_VALUES = 16_000_000
"""How many values of held statements are room enough; a number takes 8 bytes."""
_INTO, _FOUND = "touchline_into", "found_keys"
_JSON_TYPES: Mapping[Kind, str | list[str]] = {
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "BIGINT",
    Kind.LIST: ["VARCHAR"],
}
_DATA_ERRORS = (
    duckdb.InvalidInputException,  # a malformed line of CSV or JSON, text that is not UTF-8
    duckdb.IOException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.SerializationException,
    duckdb.PermissionException,
)


class Tables(Protocol):
    """Makes the tables of a snapshot reachable, when they are first asked for."""

    def prepare(self, connection: Connection, table: TableRef) -> None:
        """Have `connector.table` exist; raises SourceFault where there is none."""

    def keep(self, connection: Connection, table: TableRef) -> None:
        """Hold the rows of `connector.table` in memory, where it is worth it."""

    def never_blank(self, connection: Connection, table: TableRef) -> Collection[str]:
        """The columns of `connector.table` that are known to hold no blank text."""

    def fault(self, told: str, *, is_parser: bool) -> str | None:
        """What is wrong with a file of them, as `file_fault` says it; None where it is none."""


def quoted(name: str) -> str:
    """An identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def memory_engine(name: str, settings: Sequence[str]) -> Engine:
    """An engine on an empty database in memory that all its connections share.

    `settings` are run once; the last of them forbids any change of settings.
    """
    engine = create_engine(f"duckdb:///:memory:{name}", poolclass=QueuePool, max_overflow=-1)
    with engine.connect() as connection:
        for setting in settings:
            connection.exec_driver_sql(setting)
        connection.exec_driver_sql("SET GLOBAL TimeZone = 'UTC'")
        connection.exec_driver_sql("SET preserve_insertion_order = true")
        connection.exec_driver_sql("SET autoinstall_known_extensions = false")
        connection.exec_driver_sql("SET autoload_known_extensions = false")
        connection.exec_driver_sql("SET enable_external_access = false")
        connection.exec_driver_sql("SET lock_configuration = true")
        connection.commit()
    event.listen(engine, "before_cursor_execute", _into_table, retval=True)
    event.listen(engine, "handle_error", _let_go)
    return engine


def _let_go(failed: ExceptionContext) -> None:
    """A database that has failed itself takes nothing back, and closes."""
    if isinstance(failed.original_exception, duckdb.InternalException):
        failed.is_disconnect = True


def _into_table(
    connection: Connection,
    cursor: object,
    statement: str,
    parameters: object,
    context: ExecutionContext,
    executemany: bool,
) -> tuple[str, object]:
    """What a statement finds goes into a table where its options name one."""
    name = context.execution_options.get(_INTO) if context is not None else None
    return (statement if name is None else f"CREATE TEMP TABLE {name} AS {statement}"), parameters


class DuckStore:
    """One in-memory DuckDB: the port `Store` over an engine whose connections all see it."""

    def __init__(self, engine: Engine, tables: Tables) -> None:
        self._engine = engine
        self._tables = tables
        self._columns: dict[tuple[str, str], Mapping[str, str]] = {}
        self._known: dict[tuple[str, str], Collection[str]] = {}
        self._bound = count()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._held_values = 0
        self._stumbled_at = ""  # once DuckDB has failed itself it answers nothing any more

    def columns(self, table: TableRef) -> Mapping[str, str]:
        """Column names and DuckDB's type names."""
        key = (table.connector, table.table)
        if key not in self._columns:
            with self._connected(str(table)) as connection:
                self._tables.prepare(connection, table)
                described = connection.exec_driver_sql(
                    f"DESCRIBE {quoted(table.connector)}.{quoted(table.table)}"
                )
                self._columns[key] = {row[0]: row[1] for row in described}
                connection.commit()
        return self._columns[key]

    def address(self, table: TableRef) -> tuple[str | None, str]:
        """Each connector is a schema. What many statements ask for is read once for the rest."""
        key = (table.connector, table.table)
        self._asked[key] += 1
        if self._asked[key] == _OFTEN:
            with self._connected(str(table)) as connection:
                self._tables.keep(connection, table)
                connection.commit()
        return key

    def privilege(self) -> str:
        """Files have no logins."""
        return ""

    def layout(self, table: TableRef) -> Hashable:
        """The columns; who asks for them is about to read the table."""
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
        found = FORMS[ref.kind](raw, stored, ref, zone)
        if found is None or ref.kind is not Kind.TEXT or stored != "VARCHAR":
            return found
        return replace(found, never_blank=lambda: ref.column in self._never_blank(table))

    def _never_blank(self, table: TableRef) -> Collection[str]:
        key = (table.connector, table.table)
        if key not in self._known:
            with self._connected(str(table)) as connection:
                self._known[key] = self._tables.never_blank(connection, table)
        return self._known[key]

    def shown(self, raw: ColumnElement[Any]) -> ColumnElement[Any]:
        """Its text: not every value has a counterpart in Python."""
        return cast(raw, String())

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """Values travel as JSON, which DuckDB reads with the types of `columns`."""
        return duck_rows(name, name, columns, values)

    def held(self, statement: Select[Any]) -> FromClause | None:
        """The rows of a statement as a table in memory, as long as there is room for more."""
        if self._held_values > _HELD_VALUES:
            return None
        made = _Held(f"held_{next(self._bound)}", statement)
        with self._connected("the files") as connection:
            connection.execute(made)
            found = made.relation()
            rows = connection.scalar(select(func.count()).select_from(found))
            connection.commit()
        self._held_values += len(found.c) * int(rows or 0)
        return found

    def pages(self, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
        """The rows of a statement, on a connection of its own, so that several can be open."""
        with self._connected("the files") as connection:
            yield from blocks_of(connection, statement)

    def integers(self, statement: Executable | Filled) -> Iterator[Sequence[int]]:
        """The whole numbers of a statement's only column, some at a time.

        DuckDB hands over columns only of what bears no parameters: a table of the connection's
        own, in the order in which it was filled, which goes with the transaction.
        """
        with self._connected("the files") as connection:
            result_of(connection, statement, **{_INTO: _FOUND}).close()
            yield from integers_of(connection.connection.cursor().sql(f"FROM {_FOUND}"))

    @contextmanager
    def _connected(self, subject: str) -> Iterator[Connection]:
        """A connection, and what DuckDB says of broken data as a fault.

        What it refuses to run is a bug of ours.
        """
        if self._stumbled_at:
            raise SourceFault(self._stumbled_at)
        with self._engine.connect() as connection:
            try:
                yield connection
            except DBAPIError as error:
                if fault := self._fault(error, subject):
                    raise fault from error
                raise

    def _fault(self, error: DBAPIError, subject: str) -> SourceFault | None:
        """What a failure of DuckDB says of the data; None where that is nothing."""
        # What it meets inside of a Parquet file has no class of its own.
        is_parser = type(error.orig) is duckdb.Error
        is_own = isinstance(error.orig, duckdb.InternalException)
        if not (is_parser or is_own or isinstance(error.orig, _DATA_ERRORS)):
            return None
        told = str(error.orig)
        found = self._tables.fault(told, is_parser=is_parser)
        if is_own and not found:
            return None
        message = f"{subject} cannot be read: {found or _first_lines(told)}"
        if is_own:
            self._stumbled_at = message
        return SourceFault(message)


class _Held(Executable, ClauseElement):
    """Makes a table of the rows of a statement."""

    inherit_cache = False

    def __init__(self, name: str, statement: Select[Any]) -> None:
        self.name = name
        self.statement = statement

    def relation(self) -> FromClause:
        """The table, with the names and types of the statement's columns."""
        columns = (column(each.name, each.type) for each in self.statement.selected_columns)
        return table(self.name, *columns)


@compiles(_Held)
def _make_held(made: _Held, compiler: SQLCompiler, **options: Any) -> str:
    return f"CREATE TABLE {quoted(made.name)} AS {compiler.process(made.statement, **options)}"


def duck_rows(
    name: str, parameter: str, columns: Mapping[str, str], values: Sequence[Row]
) -> FromClause:
    """A relation of values that travel as JSON in the parameter of that name."""
    kinds = [Kind(kind) for kind in columns.values()]
    shape = {f"c{at}": _JSON_TYPES.get(kind, "VARCHAR") for at, kind in enumerate(kinds)}
    rows = [{f"c{at}": json_value(value) for at, value in enumerate(row)} for row in values]
    bound = bindparam(parameter, json.dumps(rows), String(), unique=True)
    read = func.from_json(bound, literal_column(quoted_text(json.dumps([shape]))))
    # Some dialects, once loaded, have an `unnest` of their own for everyone.
    unnested = select(Function("unnest", read).label("row")).subquery()
    typed = [
        _typed(func.struct_extract(unnested.c.row, f"c{at}"), kind).label(column)
        for at, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
    return select(*typed).subquery(name)


def _typed(member: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    value = func.make_timestamp(member) if kind is Kind.TIMESTAMP else member
    return type_coerce(value, SQL_TYPES[kind])


_NOT_TO_BE_TOLD = ("Original Line", "Possible fixes", "Possible Solution", "LINE 1: ")
_CLASS = re.compile(r"^[A-Z][A-Za-z ]* Error: ")


def _first_lines(told: str) -> str:
    """What happened, without a customer's row and without advice on options that are not ours."""
    for advice in _NOT_TO_BE_TOLD:
        told = told.split(advice, maxsplit=1)[0]
    return " ".join(_CLASS.sub("", told).split())[:300]
