"""Ledgers in files that were migrated once: the steps of a migration take longer than most stories.

The first new ledger of a process is migrated by its steps, as on every other database; each later
one in SQLite gets the same tables, indexes, triggers and version from what those steps made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import pytest
from sqlalchemy import Connection, create_engine

from engine.ledger import schema

__all__ = ["migrated_once"]

_BY_STEPS = schema._upgrade
_IS_EMPTY = "SELECT count(*) = 0 FROM sqlite_master"
_MADE = """
SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid
"""
_VERSION = "SELECT version_num FROM touchline_version"


@contextmanager
def migrated_once() -> Iterator[None]:
    """For the block, new ledgers in files get what the steps of the migration made before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_upgrade", _upgraded)
        yield


def _upgraded(connection: Connection) -> None:
    is_new = connection.dialect.name == "sqlite" and _asked(connection, _IS_EMPTY) == [1]
    if not is_new:
        _BY_STEPS(connection)
        return
    made, version = _image()
    for statement in made:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO touchline_version VALUES (?)", (version,))


@cache
def _image() -> tuple[Sequence[str], str]:
    """The statements that make what the migration makes, and the version that it comes to."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        _BY_STEPS(connection)
        made, [version] = _asked(connection, _MADE), _asked(connection, _VERSION)
    engine.dispose()
    return [str(each) for each in made], str(version)


def _asked(connection: Connection, statement: str) -> list[object]:
    return list(connection.exec_driver_sql(statement).scalars())
