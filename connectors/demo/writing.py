"""The made-up customers as files: the product's as Parquet, the CRM's as a database of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["write_crm", "write_product"]

PRODUCT = {
    "users": "SELECT * FROM people ORDER BY user_id",
    "events": "SELECT * FROM events ORDER BY occurred_at, event_id",
    "signals": "SELECT * FROM signals ORDER BY signal_id",
}
CRM = {
    "accounts": "companies",
    **{
        table: table
        for table in (
            *("tickets", "opportunities", "invoices", "meetings", "surveys", "trainings"),
            *("objectives", "mails", "calls", "advocacy"),
        )
    },
}
"""What a table is called there, and what it is made of; its first column is its key."""

INDICES = (
    "CREATE INDEX calls_of_contact ON calls (contact_id, held_at)",
    "CREATE INDEX mails_of_contact ON mails (contact_id, sent_at)",
    "CREATE INDEX tickets_of_contact ON tickets (contact_id, opened_at)",
)
AS_TEXT = {"DATE": "%Y-%m-%d", "TIMESTAMP": "%Y-%m-%d %H:%M:%S"}
"""SQLite has neither dates nor timestamps: they are texts, in this form."""


def write_product(database: DuckDBPyConnection, folder: Path) -> None:
    """Write what the product knows, a file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, query in PRODUCT.items():
        path = folder / f"{name}.parquet"
        path.unlink(missing_ok=True)
        target = str(path).replace("'", "''")
        database.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def write_crm(database: DuckDBPyConnection, path: Path) -> None:
    """Write what the CRM knows: companies, and what passed between them and us."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as crm, crm:
        for name, origin in CRM.items():
            _copy(database, origin, crm, name)
        for index in INDICES:
            crm.execute(index)


def _copy(database: DuckDBPyConnection, origin: str, crm: sqlite3.Connection, name: str) -> None:
    columns: Sequence[tuple[str, str]] = database.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? "
        "ORDER BY column_index",
        [origin],
    ).fetchall()
    key = columns[0][0]
    declared = ", ".join(
        f"{column} INTEGER PRIMARY KEY" if column == key else f"{column} {kind}"
        for column, kind in columns
    )
    crm.execute(f"CREATE TABLE {name} ({declared})")
    picked = ", ".join(_plain(column, kind) for column, kind in columns)
    # The names are those of `CRM` and of its queries.
    rows = database.execute(f"SELECT {picked} FROM {origin} ORDER BY {key}").fetchall()  # noqa: S608
    marks = ", ".join("?" for _ in columns)
    crm.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608


def _plain(column: str, kind: str) -> str:
    return f"strftime({column}, '{AS_TEXT[kind]}')" if kind in AS_TEXT else column
