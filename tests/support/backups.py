"""Backups of ledgers that are put back under whoever has them open."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from engine.ledger.store import Ledger
from engine.ledger.tables import metadata

__all__ = ["Restore", "backup"]

Restore = Callable[[], None]


def backup(ledger: Ledger, folder: Path) -> Restore:
    """Keep what a ledger holds now; the call brings all of it back, under whoever has it open."""
    return _of_server(ledger) if ledger.is_on_server else _of_file(ledger, folder)


def _of_file(ledger: Ledger, folder: Path) -> Restore:
    file = str(ledger.engine.url.database)
    copy = str(folder / "backup.db")
    _copied(file, copy)
    return lambda: _copied(copy, file)


def _copied(source: str, target: str) -> None:
    """Into the same file, as `sqlite3 ledger.db ".restore backup.db"` does it."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _of_server(ledger: Ledger) -> Restore:
    tables = metadata.sorted_tables
    with ledger.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS backup CASCADE"))
        connection.execute(text("CREATE SCHEMA backup"))
        for table in tables:
            connection.execute(text(f"CREATE TABLE backup.{table.name} AS TABLE {table.name}"))

    def restore() -> None:
        for _ in range(20):
            with suppress(OperationalError):  # a deadlock with who is at work
                return put_back()

    def put_back() -> None:
        with ledger.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(table.name for table in tables)}"))
            for table in tables:
                again = f"INSERT INTO {table.name} SELECT * FROM backup.{table.name}"
                connection.execute(text(again))

    return restore
