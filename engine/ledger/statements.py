"""Shapes of statements that the ledger's modules share."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from sqlalchemy import ARRAY, Connection, FromClause, Insert, Table, Text, bindparam, func
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["insert_new", "insert_rows", "pack_keys", "texts_relation", "unpack_keys"]


def insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone whose unique key is there already."""
    if connection.dialect.name == "postgresql":
        insert = postgresql.insert(table).on_conflict_do_nothing()
        # The closed cursor of this driver has forgotten whether a row was written.
        return insert.execution_options(preserve_rowcount=True)
    return sqlite.insert(table).on_conflict_do_nothing()


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many rows that all say the same columns, in one call of the driver.

    A million of them pass through here in a run: what SQLAlchemy makes of each parameter would
    take longer than the database.
    """
    if not rows:
        return
    names = list(rows[0])
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    marks = ", ".join([mark] * len(names))
    statement = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})"  # noqa: S608, our own names
    stored = [_stored(connection, table, name, [row[name] for row in rows]) for name in names]
    connection.exec_driver_sql(statement, list(zip(*stored, strict=True)))


def _stored(
    connection: Connection, table: Table, name: str, values: list[object]
) -> Sequence[object]:
    """The values of a column as the driver takes them; a few that come again and again, once."""
    process = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if process is None:
        return values
    known: dict[object, object] = {}
    for value in values:
        if value not in known:
            known[value] = process(value)
    return [known[value] for value in values]


def texts_relation(connection: Connection, texts: Iterable[str]) -> FromClause:
    """Texts as a relation with one column `value`, bound as one parameter however many they are."""
    if connection.dialect.name == "postgresql":
        array = sql_cast(bindparam("texts", list(texts), unique=True), ARRAY(Text()))
        return func.unnest(array).table_valued("value", name="given").render_derived()
    encoded = json.dumps(list(texts))
    return func.json_each(encoded).table_valued("value", name="given")


def pack_keys(keys: Sequence[str]) -> bytes:
    """A list of keys, as small as it gets."""
    return zlib.compress(json.dumps(list(keys), separators=(",", ":")).encode())


def unpack_keys(packed: bytes) -> list[str]:
    """The list that was packed."""
    return cast("list[str]", json.loads(zlib.decompress(packed)))
