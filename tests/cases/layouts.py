"""The data of the cases in several layouts: files, SQLite, servers, and split over two."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.mariadb import MariaDatabase
from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.spark import SparkDatabase
from connectors.sources.sqlite import SqliteDatabase
from engine.ports import Database
from tests.support.spark import fresh_schema, rows_as_select

__all__ = [
    "DATA",
    "TABLES",
    "as_files",
    "as_mariadb",
    "as_postgres",
    "as_spark",
    "as_sqlite",
    "spark_with",
    "split_two_ways",
]

DATA = Path(__file__).parent / "data"
UTC = ZoneInfo("UTC")

TABLES: Mapping[str, Mapping[str, str]] = {
    "accounts": {
        "id": "bigint primary key",
        "name": "text",
        "plan_name": "text",
        "seats": "bigint",
        "arr": "double precision",
        "renews_on": "date",
        "live": "boolean",
    },
    "users": {
        "user_id": "bigint primary key",
        "account_id": "bigint",
        "role": "text",
        "email": "text",
        "score": "double precision",
        "created_at": "timestamp with time zone",
        "onboarded_at": "timestamp with time zone",
        "born_on": "date",
    },
    "events": {
        "user_id": "bigint",
        "name": "text",
        "occurred_at": "timestamp with time zone",
        "feature": "text",
        "seconds": "double precision",
    },
}
"""The columns of each table with their types in Postgres; SQLite takes times as text."""

_CONNECTOR_OF = {"accounts": "crm", "users": "product", "events": "product"}
_INDEX = "CREATE INDEX events_of_users ON events (user_id, occurred_at)"


def rows_of(table: str) -> Iterator[list[str | None]]:
    """The rows of a table's file, with nothing for what is empty."""
    path = DATA / "data" / _CONNECTOR_OF[table] / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        assert next(reader) == list(TABLES[table])
        for row in reader:
            yield [value or None for value in row]


def as_files() -> Mapping[str, Database]:
    """Both connectors as folders of files, in one database."""
    database = FilesDatabase({name: Folder(DATA / "data" / name, UTC) for name in _folders()})
    return dict.fromkeys(_folders(), database)


def _folders() -> Sequence[str]:
    return ("crm", "product")


def as_sqlite(folder: Path) -> Mapping[str, Database]:
    """Both connectors in one SQLite database."""
    database = sqlite_with(folder / "all.db", tuple(TABLES), names=("crm", "product"))
    return {"crm": database, "product": database}


def sqlite_with(path: Path, tables: Sequence[str], *, names: Sequence[str]) -> SqliteDatabase:
    """A SQLite database with some of the tables, for some connectors."""
    connection = sqlite3.connect(path)
    for table in tables:
        columns = TABLES[table]
        declared = ", ".join(f"{name} {_in_sqlite(kind)}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE {table} ({declared})")
        marks = ", ".join("?" for _ in columns)
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows_of(table))
        if table == "events":
            connection.execute(_INDEX)
    connection.commit()
    connection.close()
    return SqliteDatabase(path, dict.fromkeys(names, UTC))


def _in_sqlite(kind: str) -> str:
    return kind if kind.startswith("bigint") or kind == "double precision" else "text"


def as_postgres(url: str) -> Mapping[str, Database]:
    """Both connectors in one Postgres database."""
    database = postgres_with(url, tuple(TABLES), names=("crm", "product"))
    return {"crm": database, "product": database}


def postgres_with(url: str, tables: Sequence[str], *, names: Sequence[str]) -> PostgresDatabase:
    """A Postgres database with some of the tables, for some connectors."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for table in tables:
            columns = TABLES[table]
            declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.exec_driver_sql(f"CREATE TABLE {table} ({declared})")
            marks = ", ".join(
                f"%s::{kind.removesuffix(' primary key')}" for kind in columns.values()
            )
            insert = f"INSERT INTO {table} VALUES ({marks})"
            connection.exec_driver_sql(insert, [tuple(row) for row in rows_of(table)])
            if table == "events":
                connection.exec_driver_sql(_INDEX)
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return PostgresDatabase(make_url(url), {name: Schema(None, UTC) for name in names})


_IN_MARIADB = {
    "timestamp with time zone": ("datetime(6)", "trim(trailing 'Z' from %s)"),
    "boolean": ("boolean", "%s = 'true'"),
}
"""Types there, and how their values are written."""


def as_mariadb(url: str) -> Mapping[str, Database]:
    """Both connectors in one MariaDB database."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for table, columns in TABLES.items():
            kinds = [_IN_MARIADB.get(kind, (kind, "%s")) for kind in columns.values()]
            declared = ", ".join(
                f"{name} {kind}" for name, (kind, _) in zip(columns, kinds, strict=True)
            )
            connection.exec_driver_sql(f"CREATE TABLE {table} ({declared})")
            insert = f"INSERT INTO {table} VALUES ({', '.join(mark for _, mark in kinds)})"
            connection.exec_driver_sql(insert, [tuple(row) for row in rows_of(table)])
        connection.exec_driver_sql(_INDEX)
        connection.exec_driver_sql(f"ANALYZE TABLE {', '.join(TABLES)}")
    engine.dispose()
    database = MariaDatabase(make_url(url), {name: Schema(None, UTC) for name in _folders()})
    return dict.fromkeys(_folders(), database)


def as_spark(url: str) -> Mapping[str, Database]:
    """Both connectors in one cluster of Spark, as tables of Parquet."""
    database = spark_with(url, tuple(TABLES), names=("crm", "product"))
    return {"crm": database, "product": database}


def spark_with(url: str, tables: Sequence[str], *, names: Sequence[str]) -> SparkDatabase:
    """A schema of its own in a cluster of Spark, with some of the tables."""
    statements = {
        table: rows_as_select(
            {name: _in_spark(kind) for name, kind in TABLES[table].items()}, rows_of(table)
        )
        for table in tables
    }
    schema = fresh_schema(url, statements)
    return SparkDatabase(make_url(url), {name: Schema(schema, UTC) for name in names})


def _in_spark(kind: str) -> str:
    plain = kind.removesuffix(" primary key")
    return _SPARK_TYPES.get(plain, plain)


_SPARK_TYPES = {
    "text": "STRING",
    "double precision": "DOUBLE",
    "timestamp with time zone": "TIMESTAMP",
}


def split_two_ways(folder: Path) -> Mapping[str, Mapping[str, Database]]:
    """By name, layouts in which accounts lie in one database and users with events in another."""
    files = as_files()
    accounts = sqlite_with(folder / "accounts.db", ("accounts",), names=("crm",))
    users = sqlite_with(folder / "users.db", ("users", "events"), names=("product",))
    return {
        "accounts in SQLite, product in files": {"crm": accounts, **_only(files, "product")},
        "accounts in files, product in SQLite": {**_only(files, "crm"), "product": users},
    }


def _only(databases: Mapping[str, Database], name: str) -> Mapping[str, Database]:
    return {name: databases[name]}
