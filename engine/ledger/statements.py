"""Shapes of statements that the ledger's modules share."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import ARRAY, Connection, FromClause, Insert, Table, Text, bindparam, func
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["insert_new", "pack_keys", "texts_relation", "unpack_keys"]


def insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone whose unique key is there already."""
    if connection.dialect.name == "postgresql":
        insert = postgresql.insert(table).on_conflict_do_nothing()
        # The closed cursor of this driver has forgotten whether a row was written.
        return insert.execution_options(preserve_rowcount=True)
    return sqlite.insert(table).on_conflict_do_nothing()


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
