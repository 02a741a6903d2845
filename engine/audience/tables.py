"""What is asked of tables as they stand, whoever the segment is for: how many rows, keys, values.

Every run asks it of the same tables anew: the texts are kept, and what does not hang on the instant
is asked once as long as a snapshot is open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from engine.bind.catalog import EntityRef
from engine.compile.core import Constant
from engine.compile.given import constant_again
from engine.compile.kept import asked_of
from engine.compile.relations import Home
from engine.ports import Row
from engine.tables import ColumnRef, TableRef

__all__ = [
    "first_twice",
    "keys_number",
    "missing_number",
    "newest_until",
    "read_texts",
    "rows_number",
]


def rows_number(table: TableRef, home: Home) -> int:
    """How many rows count."""
    [(found,)] = _once(home, _rows, table)
    return int(str(found))


def keys_number(entity: EntityRef, home: Home) -> int:
    """How many rows of an entity have a key."""
    [(found,)] = _once(home, _keys, entity.table, entity.key)
    return int(str(found))


def first_twice(entity: EntityRef, home: Home) -> Row | None:
    """The first key that stands more than once, with how often; None where none does."""
    return next(iter(_once(home, _twice, entity.table, entity.key)), None)


def missing_number(entity: EntityRef, column: ColumnRef, home: Home) -> Row:
    """In how many rows with a key a value is missing, and the least of these keys."""
    [found] = _once(home, _missing, entity.table, entity.key, column)
    return found


def newest_until(table: TableRef, column: ColumnRef, until: Constant, home: Home) -> object:
    """The newest date or instant of a column up to another one."""
    [(found,)] = home.reader.read(asked_of(home, _newest, table, column, until))
    return found


def _once(home: Home, write: Callable[..., Select[Any]], *asked: TableRef | ColumnRef) -> list[Row]:
    return home.reader.once(
        (write, asked), lambda: list(home.reader.read(asked_of(home, write, *asked)))
    )


def read_texts(table: TableRef, columns: Sequence[ColumnRef], home: Home) -> None:
    """Read every value of some columns, and keep none.

    Raises:
        SourceFault: one of them holds what is no text.
    """
    relation = home.reader.relation(table)
    counts = [func.count(home.reader.column(relation, each, table)) for each in columns]
    if counts:
        deque(home.reader.read(select(*counts).select_from(relation)), maxlen=0)


# ---------------------------------------------------------------- the statements


def _rows(table: TableRef, home: Home) -> Select[Any]:
    return select(func.count()).select_from(home.reader.relation(table))


def _keys(table: TableRef, key: ColumnRef, home: Home) -> Select[Any]:
    relation = home.reader.relation(table)
    found = select(func.count()).select_from(relation)
    return found.where(home.reader.column(relation, key, table).is_not(None))


def _twice(table: TableRef, of: ColumnRef, home: Home) -> Select[Any]:
    relation = home.reader.relation(table)
    key = home.reader.column(relation, of, table)
    found: list[ColumnElement[Any]] = [key, func.count()]
    counted = select(*found).select_from(relation).where(key.is_not(None))
    return counted.group_by(key).having(func.count() > 1).order_by(key).limit(1)


def _missing(table: TableRef, of: ColumnRef, column: ColumnRef, home: Home) -> Select[Any]:
    relation = home.reader.relation(table)
    key = home.reader.column(relation, of, table)
    value = home.reader.column(relation, column, table)
    found: list[ColumnElement[Any]] = [func.count(), func.min(key)]
    return select(*found).select_from(relation).where(value.is_(None), key.is_not(None))


def _newest(table: TableRef, column: ColumnRef, until: Constant, home: Home) -> Select[Any]:
    relation = home.reader.relation(table)
    value = home.reader.column(relation, column, table)
    last = home.given.constant(until, home.leaves.constant(until), constant_again)
    return select(func.max(value)).select_from(relation).where(value <= last)
