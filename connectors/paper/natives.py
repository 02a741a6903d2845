"""What is written of columns and rows on paper, by dialect.

For stores that are read here too it is what their readers write; for the others, `forms` and
`rows` of this folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import FromClause
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement

from connectors.paper.forms import WRITING, native_form
from connectors.paper.rows import SHEETS, sheet
from connectors.sources import duck_forms, mariadb_forms, postgres_forms, spark_forms, sqlite_forms
from connectors.sources.duck import duck_rows
from connectors.sources.forms import Form
from connectors.sources.mariadb import maria_rows
from connectors.sources.postgres import postgres_rows
from connectors.sources.spark import spark_rows
from connectors.sources.sqlite import sqlite_rows
from engine.language.catalog import Kind
from engine.ports import Row
from engine.tables import ColumnRef

__all__ = ["column_of", "rows_of"]

Raw = ColumnElement[Any]
Forms = Mapping[Kind, Callable[[Raw, str, ColumnRef, ZoneInfo], Form | None]]
Rows = Callable[[str, Mapping[str, str], Sequence[Row]], FromClause]


def column_of(dialect: Dialect, raw: Raw, ref: ColumnRef, zone: ZoneInfo) -> Form:
    """A raw column of the dialect's own type for what `ref` declares."""
    if dialect.name not in _READ_HERE:
        return native_form(WRITING[dialect.name], raw, ref)
    forms, types, _ = _READ_HERE[dialect.name]
    found = forms[ref.kind](raw, types[_stored_as(ref)], ref, zone)
    if found is None:
        raise TypeError(f"{dialect.name} has no form of {ref.kind} in {types[_stored_as(ref)]}")
    return found


def rows_of(
    dialect: Dialect, name: str, columns: Mapping[str, str], values: Sequence[Row]
) -> FromClause:
    """A relation made of values, which travel in one parameter."""
    if dialect.name in _READ_HERE:
        return _READ_HERE[dialect.name][2](name, columns, values)
    quoted = dialect.identifier_preparer.quote
    return sheet(SHEETS[dialect.name], name, columns, values, quoted=quoted)


def _stored_as(ref: ColumnRef) -> Kind:
    if ref.format in ("epoch", "epoch_ms"):
        return Kind.INTEGER
    return Kind.TEXT if ref.separator is not None else ref.kind


_READ_HERE: Mapping[str, tuple[Forms, Mapping[Kind, str], Rows]] = {
    "duckdb": (
        duck_forms.FORMS,
        {
            Kind.TEXT: "VARCHAR",
            Kind.INTEGER: "BIGINT",
            Kind.NUMBER: "DOUBLE",
            Kind.BOOLEAN: "BOOLEAN",
            Kind.DATE: "DATE",
            Kind.TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
            Kind.LIST: "VARCHAR[]",
        },
        lambda name, columns, values: duck_rows(name, name, columns, values),
    ),
    "mysql": (
        mariadb_forms.FORMS,
        {
            Kind.TEXT: "longtext",
            Kind.INTEGER: "bigint",
            Kind.NUMBER: "double",
            Kind.BOOLEAN: "tinyint",
            Kind.DATE: "date",
            Kind.TIMESTAMP: "timestamp",
            Kind.LIST: "json",
        },
        lambda name, columns, values: maria_rows(name, name, columns, values),
    ),
    "postgresql": (
        postgres_forms.FORMS,
        {
            Kind.TEXT: "text",
            Kind.INTEGER: "bigint",
            Kind.NUMBER: "double precision",
            Kind.BOOLEAN: "boolean",
            Kind.DATE: "date",
            Kind.TIMESTAMP: "timestamp with time zone",
            Kind.LIST: "text[]",
        },
        lambda name, columns, values: postgres_rows(name, name, columns, values),
    ),
    "spark": (
        spark_forms.FORMS,
        {
            Kind.TEXT: "string",
            Kind.INTEGER: "bigint",
            Kind.NUMBER: "double",
            Kind.BOOLEAN: "boolean",
            Kind.DATE: "date",
            Kind.TIMESTAMP: "timestamp",
            Kind.LIST: "array<string>",
        },
        spark_rows,
    ),
    "sqlite": (
        sqlite_forms.FORMS,
        {
            Kind.TEXT: "TEXT",
            Kind.INTEGER: "INTEGER",
            Kind.NUMBER: "REAL",
            Kind.BOOLEAN: "BOOLEAN",
            Kind.DATE: "TEXT",
            Kind.TIMESTAMP: "TEXT",
            Kind.LIST: "TEXT",
        },
        lambda name, columns, values: sqlite_rows(name, name, columns, values),
    ),
}
