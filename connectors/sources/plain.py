"""Rows of a statement in blocks, from its driver where nothing has to be made of their values.

Keys come by the million, and a row of SQLAlchemy for each takes longer than to find them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Select
from sqlalchemy.engine import Dialect

from engine.ports import Filled, Row

__all__ = ["blocks_of", "result_of"]

_AT_ONCE = 10_000


def result_of(
    connection: Connection, statement: Executable | Filled, **options: Any
) -> CursorResult[Any]:
    """What a statement finds; one that is kept brings its values, and its text where it ran."""
    if not isinstance(statement, Filled):
        return connection.execute(statement, execution_options=options)
    options["compiled_cache"] = statement.texts
    return connection.execute(statement.statement, statement.parameters, execution_options=options)


def blocks_of(connection: Connection, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
    """The rows, a block at a time: whoever reads them one by one chains the blocks.

    SQLAlchemy reads the values whose type has a form of its own here.
    """
    asked = statement.statement if isinstance(statement, Filled) else statement
    if isinstance(asked, Select) and _is_plain(asked, connection.dialect):
        with result_of(connection, statement) as result:
            while result.cursor is not None and (rows := result.cursor.fetchmany(_AT_ONCE)):
                yield rows
        return
    with result_of(connection, statement, yield_per=_AT_ONCE) as result:
        yield from result.partitions()


def _is_plain(statement: Select[Any], dialect: Dialect) -> bool:
    """Whether every value comes from the driver as it is wanted."""
    types = (each.type.dialect_impl(dialect) for each in statement.selected_columns)
    return all(each.result_processor(dialect, None) is None for each in types)
