"""Rows of a statement in blocks, from its driver where nothing has to be made of their values.

Keys come by the million, and a row of SQLAlchemy for each takes longer than to find them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Select
from sqlalchemy.engine import Dialect

from engine.ports import Row

__all__ = ["blocks_of"]

_AT_ONCE = 10_000


def blocks_of(connection: Connection, statement: Executable) -> Iterator[Sequence[Row]]:
    """The rows, a block at a time: whoever reads them one by one chains the blocks.

    SQLAlchemy reads the values whose type has a form of its own here.
    """
    if isinstance(statement, Select) and _is_plain(statement, connection.dialect):
        with connection.execute(statement) as result:
            while result.cursor is not None and (rows := result.cursor.fetchmany(_AT_ONCE)):
                yield rows
        return
    options = {"yield_per": _AT_ONCE}
    with connection.execute(statement, execution_options=options) as result:
        yield from result.partitions()


def _is_plain(statement: Select[Any], dialect: Dialect) -> bool:
    """Whether every value comes from the driver as it is wanted."""
    types = (each.type.dialect_impl(dialect) for each in statement.selected_columns)
    return all(each.result_processor(dialect, None) is None for each in types)
