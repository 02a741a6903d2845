"""Shapes of statements that the ledger's modules share."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ARRAY, Connection, FromClause, Insert, Table, Text, bindparam, func
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite

from engine.ledger.instants import instant_text

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

    A million of them pass through here in a run: what SQLAlchemy makes of each parameter, and a
    server of each statement, would take longer than writing them. No column holds bytes.
    """
    if not rows:
        return
    names = list(rows[0])
    quote = connection.dialect.identifier_preparer.quote
    name, columns = quote(table.name), ", ".join(map(quote, names))  # our own, and no data
    into = f"INSERT INTO {name} ({columns})"
    if connection.dialect.name == "postgresql":
        records = f"json_populate_recordset(NULL::{name}, %s::json)"
        told = json.dumps(rows, default=instant_text, ensure_ascii=False)
        connection.exec_driver_sql(f"{into} SELECT {columns} FROM {records}", (told,))  # noqa: S608
        return
    marks = ", ".join("?" * len(names))
    stored = ([_stored(row[each]) for row in rows] for each in names)
    connection.exec_driver_sql(f"{into} VALUES ({marks})", list(zip(*stored, strict=True)))


def _stored(value: object) -> object:
    """A value as SQLite keeps it."""
    return instant_text(value) if isinstance(value, datetime) else value


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
