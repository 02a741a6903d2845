"""SQLite as a source: opened read-only, one read transaction a snapshot."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Connection,
    Executable,
    FromClause,
    Select,
    String,
    bindparam,
    column,
    create_engine,
    func,
    select,
    type_coerce,
)
from sqlalchemy import table as sql_table
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import ColumnElement

from connectors.sources.forms import SQL_TYPES, Form, json_value, no_table
from connectors.sources.plain import blocks_of
from connectors.sources.reader import SourceReader
from connectors.sources.sqlite_forms import FORMS
from connectors.sources.sqlite_functions import AGGREGATES, FUNCTIONS
from connectors.sources.sqlite_order import (
    a_value_of,
    pattern_of,
    written,
    written_otherwise,
)
from connectors.sources.writing import Writing
from engine.language.catalog import Kind
from engine.ports import Filled, Ordered, Reader, Row, StoreKind
from engine.problems import SourceFault, Unreachable
from engine.tables import ColumnRef, TableRef

__all__ = ["OnSqlite", "SqliteDatabase", "sqlite_borne", "sqlite_rows", "with_functions"]

_BUSY_SECONDS = 10.0
_OUT_OF_REACH = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
_ROWID = """
SELECT min(name) FROM pragma_table_xinfo(?) WHERE pk > 0
HAVING count(*) = 1 AND max(upper(type)) = 'INTEGER'
AND NOT EXISTS (SELECT * FROM pragma_index_list(?) WHERE origin = 'pk')
"""
"""The column that is the rowid by another name, the one kind that nothing but integers fits in.

Any other primary key has an index of its own.
"""
_TOO_MUCH = ("parser stack overflow", "Expression tree is too large", "too many SQL variables")
"""What SQLite says of a statement that is deeper or longer than it takes."""

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SqliteDatabase:
    """The port `Database` over one SQLite file; `zones` by the names of its connectors."""

    kind = StoreKind.ROW
    dialect: Dialect

    def __init__(self, path: Path, zones: Mapping[str, ZoneInfo]) -> None:
        self.id = f"sqlite:{path}"
        self.dialect = SQLiteDialect_pysqlite()
        self._path = path
        self._zones = zones

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """One read transaction; every statement in it sees the same data.

        Raises:
            Unreachable: there is no such file, or it stays locked.
            SourceFault: it is no SQLite database.
        """
        connector = ", ".join(self._zones)
        if not self._path.is_file():
            raise Unreachable(
                f"connector {connector}: there is no file {self._path}; "
                "check its `url` in touchline.yaml"
            )
        engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        with ExitStack() as stack:
            with _faults(f"connector {connector} ({self._path})"):
                connection = stack.enter_context(engine.connect())
                connection.exec_driver_sql("BEGIN")
                # The snapshot begins with the first read.
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").all()
            yield SourceReader(_SqliteStore(connection), self._zones, borne=sqlite_borne)

    def begin_change(self) -> Writing:
        """A transaction that nobody else writes beside."""
        if not self._path.is_file():
            raise Unreachable(f"there is no file {self._path}")
        engine = create_engine("sqlite://", creator=self._connect_to_write, poolclass=NullPool)
        connection = engine.connect()
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except DBAPIError:
            connection.close()
            raise
        return Writing(connection, _SqliteStore(connection), self._zones)

    def _connect(self) -> sqlite3.Connection:
        connection = self._opened("ro")
        connection.execute("PRAGMA query_only = true")
        return connection

    def _connect_to_write(self) -> sqlite3.Connection:
        return self._opened("rw")

    def _opened(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode={mode}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        # Bytes that are no UTF-8 come as surrogates: they fail what prints them, and nothing else.
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        connection.execute("PRAGMA trusted_schema = false")
        return with_functions(connection)


def with_functions(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A connection that knows the functions of the language that SQLite lacks."""
    for name, (arguments, function) in FUNCTIONS.items():
        connection.create_function(name, arguments, function, deterministic=True)
    for name, (arguments, aggregate) in AGGREGATES.items():
        connection.create_aggregate(name, arguments, aggregate)
    return connection


class OnSqlite:
    """What of the port `Store` is the same for rows in a file and for rows in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def privilege(self) -> str:
        """SQLite has no logins."""
        return ""

    def shown(self, raw: ColumnElement[Any]) -> ColumnElement[Any]:
        """The value itself: any can be read."""
        return raw

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """Values travel as a JSON array of arrays."""
        return sqlite_rows(name, name, columns, values)

    def held(self, statement: Select[Any]) -> None:
        """A file is never written to, and in memory there is too little to be worth it."""

    def pages(self, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
        """The rows of a statement."""
        with _faults("the SQLite source"):
            yield from blocks_of(self._connection, statement)


class _SqliteStore(OnSqlite):
    """The port `Store` over a connection to a file."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._columns: dict[str, Mapping[str, str]] = {}
        self._rowids: dict[str, str | None] = {}
        self._written: dict[tuple[str, str, str], str | None] = {}

    def columns(self, table: TableRef) -> Mapping[str, str]:
        """Column names and declared types, looked up before any statement names them.

        SQLite would take a quoted name that is no column for text, and say nothing.
        """
        if table.table not in self._columns:
            described = self._connection.exec_driver_sql(
                "SELECT name, type FROM pragma_table_xinfo(?)", (table.table,)
            )
            found = {row[0]: row[1] for row in described}
            if not found:
                raise no_table(table.connector, table.table, self._tables())
            self._columns[table.table] = found
            rowid = self._connection.exec_driver_sql(_ROWID, (table.table, table.table)).scalar()
            self._rowids[table.table] = rowid
        return self._columns[table.table]

    def _tables(self) -> list[str]:
        listed = self._connection.exec_driver_sql(
            "SELECT name FROM sqlite_master "
            "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        )
        return [row[0] for row in listed]

    def address(self, table: TableRef) -> tuple[str | None, str]:
        """The table's name."""
        return None, table.table

    def layout(self, table: TableRef) -> Hashable:
        """The columns, and which of them is the rowid."""
        return tuple(self.columns(table).items()), self._rowids[table.table]

    def form(
        self,
        raw: ColumnElement[Any],
        stored: str,
        ref: ColumnRef,
        table: TableRef,
        zone: ZoneInfo,
    ) -> Form:
        """A raw column, read as `ref` says."""
        if ref.kind is Kind.INTEGER and ref.column == self._rowids[table.table]:
            return Form(lambda: type_coerce(raw, BigInteger()))
        found = FORMS[ref.kind](raw, stored, ref, zone)
        if ref.kind is not Kind.TIMESTAMP or ref.format is not None:
            return found
        return replace(found, ordered=lambda: self._ordered(raw, ref, table, zone))

    def _ordered(
        self, raw: ColumnElement[Any], ref: ColumnRef, table: TableRef, zone: ZoneInfo
    ) -> Ordered | None:
        """The column as text, where all its times are written alike and in UTC."""
        asked = (table.table, ref.column, zone.key)
        if asked not in self._written:
            name = column(ref.column, String())
            sql_table(table.table, name)
            self._written[asked] = self._one_writing(name, zone)
        pattern = self._written[asked]
        if pattern is None:
            return None
        return Ordered(type_coerce(raw, String()), pattern, partial(written, pattern))

    def _one_writing(self, times: ColumnElement[Any], zone: ZoneInfo) -> str | None:
        """The pattern that writes every time of a column as it stands there, if there is one."""
        with _faults("the SQLite source"):
            pattern = pattern_of(self._connection.scalar(a_value_of(times)), zone)
            if pattern is None or self._connection.scalar(written_otherwise(times, pattern)):
                return None
        return pattern


def sqlite_rows(
    name: str, parameter: str, columns: Mapping[str, str], values: Sequence[Row]
) -> FromClause:
    """A relation of values that travel as a JSON array of arrays in the parameter of that name."""
    *paths, data = sqlite_borne(columns, values)
    bound = bindparam(parameter, data, String(), unique=True)
    each = func.json_each(bound).table_valued("value").alias()
    typed = [
        type_coerce(func.json_extract(each.c.value, path), SQL_TYPES[Kind(kind)]).label(column)
        for path, (column, kind) in zip(paths, columns.items(), strict=True)
    ]
    return select(*typed).subquery(name)


def sqlite_borne(columns: Mapping[str, str], values: Sequence[Row]) -> list[str]:
    """The values of the parameters of `sqlite_rows`, in the order in which they stand in it."""
    paths = [f"$[{at}]" for at in range(len(columns))]
    return [*paths, json.dumps([[json_value(value) for value in row] for row in values])]


@contextmanager
def _faults(subject: str) -> Iterator[None]:
    """What SQLite says of the file or its data, as ours; a refused statement is a bug of ours."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        extended = getattr(cause, "sqlite_errorcode", 0)
        code = extended & 0xFF
        if code in _OUT_OF_REACH and extended != sqlite3.SQLITE_READONLY:  # that is a write of ours
            raise Unreachable(f"{subject} cannot be read: {cause}") from error
        if code in _BROKEN or "decode" in str(cause):
            raise SourceFault(f"{subject} cannot be read: {cause}") from error
        if any(words in str(cause) for words in _TOO_MUCH):
            raise SourceFault(
                f"{subject} cannot be asked this: {cause}. Fields are computed from other fields "
                "more often than one statement of SQLite takes; ask for fewer of them at once, or "
                "compute some in a view"
            ) from error
        if str(cause) == "integer overflow":
            raise SourceFault(
                f"{subject} cannot be asked this: a sum of whole numbers passes 2^63, where "
                "SQLite ends. Let what stands for *unlimited* be missing, or declare it a `number`"
            ) from error
        raise
