"""How SQLAlchemy speaks to a Hive Thrift server of Spark, every value written into the text.

PyHive has no bound parameters on the wire: it pastes text between quotes, by an escaper that
trusts the server's settings, and Spark looks for `${env:…}` even inside quotes. So no value is
ever given to the driver. The trust model: identifiers come from the catalog and are quoted with
doubled backticks; patterns and names of functions are ours; every value passes one function here,
`written`, which knows seven types and refuses all else. A text is written between quotes only
where each of its characters is a harmless one of ASCII, and otherwise as hexadecimal bytes, in
which nothing can be an end of a string, an escape or a variable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from math import isfinite
from types import ModuleType
from typing import Any

from sqlalchemy import URL, func, types
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import GenericTypeCompiler, IdentifierPreparer, SQLCompiler

from connectors.sources.forms import EPOCH, microseconds

__all__ = ["DEFAULT_PORT", "SparkDialect", "written"]

DEFAULT_PORT = 10_000
_HARMLESS = re.compile(r"[ !\"#%&(-\[\]-~]*")  # printable ASCII but for ' \ and $


def written(value: object) -> str:
    """A value as SQL of Spark.

    Raises:
        TypeError: it is of a type that no statement of ours has: a bug, and no quoting is guessed.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() if -(2**63) <= value < 2**63:
            return _signed(value, f"{abs(value)}L") if value != -(2**63) else _SMALLEST
        case float() if isfinite(value):
            return _signed(value, f"{abs(value)!r}D")
        case str():
            return _text(value)
        case datetime() if value.tzinfo is not None:
            return f"timestamp_micros({written(microseconds(value))})"
        case date() if not isinstance(value, datetime):
            return f"DATE '{value.isoformat()}'"
        case _:
            raise TypeError(f"no SQL for a value of the type {type(value).__name__}")


_SMALLEST = f"({-(2**63) + 1}L - 1L)"


def _signed(value: float, size: str) -> str:
    """In brackets where it is negative, so that no two signs meet: they would begin a comment."""
    return f"(-{size})" if value < 0 else size


def _text(value: str) -> str:
    if _HARMLESS.fullmatch(value):
        return f"'{value}'"
    return f"CAST(X'{value.encode().hex()}' AS STRING)"


# ---------------------------------------------------------------- types, as they arrive


class _Boolean(types.Boolean):
    """A boolean, which arrives as one."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Nothing is to be done."""


class _Date(types.Date):
    """A date, which arrives as its ISO text."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """From the text."""
        return lambda value: None if value is None else date.fromisoformat(value)


class _Timestamp(types.DateTime):
    """An instant, which travels as microseconds since 1970: no session's zone is asked."""

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """What is selected in its place."""
        return func.unix_micros(column, type_=column.type)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """From the microseconds."""
        return lambda value: None if value is None else EPOCH + datetime.resolution * value


class _List(types.ARRAY[str]):
    """An array of text, which travels as JSON: the server's own form of one is ambiguous."""

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """What is selected in its place."""
        return func.to_json(column, type_=column.type)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """From the JSON."""
        return lambda value: None if value is None else json.loads(value)


# ---------------------------------------------------------------- the dialect


class _Compiler(SQLCompiler):
    """Writes values where they stand."""

    def visit_bindparam(self, bindparam: Any, *args: Any, **options: Any) -> str:
        """The value itself."""
        options["literal_binds"] = True
        return str(super().visit_bindparam(bindparam, *args, **options))  # type: ignore[no-untyped-call]

    def render_literal_value(self, value: Any, type_: Any) -> str:
        """By `written`, whatever a type would make of it."""
        is_double = isinstance(type_, types.Float) and value is not None
        return written(float(value) if is_double else value)

    def visit_try_cast(self, element: Any, **options: Any) -> str:
        """By that name."""
        return f"TRY_CAST({self.process(element.clause)} AS {self.process(element.typeclause)})"

    def limit_clause(self, select: Any, **options: Any) -> str:
        """An INT, and no BIGINT."""
        return f"\n LIMIT {select._limit:d}"


class _TypeCompiler(GenericTypeCompiler):
    """Names of types."""

    def visit_INTEGER(self, type_: Any, **options: Any) -> str:
        return "INT"

    def visit_FLOAT(self, type_: Any, **options: Any) -> str:
        return "DOUBLE"

    def visit_DOUBLE(self, type_: Any, **options: Any) -> str:
        return "DOUBLE"

    def visit_NUMERIC(self, type_: Any, **options: Any) -> str:
        return f"DECIMAL({type_.precision}, {type_.scale})"

    def visit_DATETIME(self, type_: Any, **options: Any) -> str:
        return "TIMESTAMP"

    def visit_TIMESTAMP(self, type_: Any, **options: Any) -> str:
        return "TIMESTAMP"

    def visit_VARCHAR(self, type_: Any, **options: Any) -> str:
        return "STRING"

    def visit_TEXT(self, type_: Any, **options: Any) -> str:
        return "STRING"

    def visit_ARRAY(self, type_: Any, **options: Any) -> str:
        return f"ARRAY<{self.process(type_.item_type)}>"


class _Preparer(IdentifierPreparer):
    """Every name in backticks, which are doubled inside."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(dialect, initial_quote="`", escape_quote="`")

    def _requires_quotes(self, value: str) -> bool:
        return True


class SparkDialect(DefaultDialect):
    """Spark SQL behind a Hive Thrift server, through PyHive."""

    name = "spark"
    driver = "pyhive"
    default_paramstyle = "named"  # no driver pastes anything in, so that `%` stays as it is
    statement_compiler = _Compiler
    type_compiler_cls = _TypeCompiler
    preparer: type[IdentifierPreparer] = _Preparer
    supports_native_boolean = True
    supports_sane_rowcount = False
    supports_statement_cache = False  # the text holds the values
    colspecs = {  # noqa: RUF012  (the base class has it so)
        types.Boolean: _Boolean,
        types.Date: _Date,
        types.DateTime: _Timestamp,
        types.ARRAY: _List,
    }

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """The module of PyHive, which is installed on demand."""
        return import_module("pyhive.hive")

    def create_connect_args(self, url: URL) -> tuple[list[Any], dict[str, Any]]:
        """Host, port, user, password and database, and what stands behind the question mark."""
        return [], {
            "host": url.host or "localhost",
            "port": url.port or DEFAULT_PORT,
            "username": url.username,
            "password": url.password,
            "database": (url.database or "default").replace("`", "``"),  # the driver quotes it
            **({} if url.password is None else {"auth": "LDAP"}),
            **url.query,
        }

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """The text alone."""
        if parameters:
            raise TypeError("a value was to be given to the driver")
        cursor.execute(statement)

    def do_rollback(self, dbapi_connection: Any) -> None:
        """There are no transactions."""
