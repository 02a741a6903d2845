"""The rows of a world, given as dicts, in every store: what conditions are asked of in tests."""

from __future__ import annotations

import csv
import json
import math
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from connectors.fakes import FakeDatabase, FakeTable
from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.mariadb import MariaDatabase
from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.sqlite import SqliteDatabase
from engine.ports import Database
from tests.support.mariadb import fresh_mariadb
from tests.support.oracle import Row

__all__ = ["STORES", "Rows", "Servers", "Tables", "in_stores", "layouts_at"]

UTC_ZONE = ZoneInfo("UTC")

Rows = Sequence[Row]
Tables = Mapping[str, Rows]
"""Rows by `connector.table`; all rows of a table name the same columns."""


@dataclass(frozen=True)
class Servers:
    """The URLs of servers: an empty database of Postgres, and a running MariaDB if there is one."""

    postgres: str
    mariadb: str | None


@dataclass(frozen=True)
class Place:
    """Where the tables of some connectors are to lie."""

    folder: Path
    servers: Servers
    only: Sequence[str]


_POSTGRES_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "bigint",
    float: "double precision",
    date: "date",
    datetime: "timestamptz",
    list: "text[]",
}
_SQLITE_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "real"}


def _type_of(rows: Rows, column: str) -> type:
    return next((type(row[column]) for row in rows if row[column] is not None), str)


def _fake(tables: Tables, place: Place) -> Database:
    """Native columns in DuckDB."""
    return FakeDatabase(
        {
            name: FakeTable(rows, tuple(rows[0]))
            for name, rows in tables.items()
            if name.partition(".")[0] in place.only
        }
    )


def _csv(tables: Tables, place: Place) -> Database:
    """Text columns in DuckDB."""
    for name, rows in tables.items():
        connector, _, table = name.partition(".")
        (place.folder / connector).mkdir(exist_ok=True)
        path = place.folder / connector / f"{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(rows[0])
            writer.writerows([_csv_text(value) for value in row.values()] for row in rows)
    return FilesDatabase({name: Folder(place.folder / name, UTC_ZONE) for name in place.only})


def _csv_text(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case list():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return value


def _sqlite(tables: Tables, place: Place) -> Database:
    path = place.folder / f"{'-'.join(place.only)}.db"
    connection = sqlite3.connect(path)
    for name, rows in tables.items():
        columns = ", ".join(
            f"{column} {_SQLITE_TYPES.get(_type_of(rows, column), 'text')}" for column in rows[0]
        )
        table = name.partition(".")[2]
        connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})",
            [[_csv_text(value) for value in row.values()] for row in rows],
        )
    connection.commit()
    connection.close()
    return SqliteDatabase(path, dict.fromkeys(place.only, UTC_ZONE))


def _postgres(tables: Tables, place: Place) -> Database:
    schema = f"{place.folder.name} {' '.join(place.only)}"
    engine = create_engine(place.servers.postgres, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
        for name, rows in tables.items():
            table = f'"{schema}".{name.partition(".")[2]}'
            columns = ", ".join(
                f"{column} {_POSTGRES_TYPES.get(_type_of(rows, column), 'text')}"
                for column in rows[0]
            )
            connection.exec_driver_sql(f"CREATE TABLE {table} ({columns})")
            connection.exec_driver_sql(
                f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})",
                [tuple(row.values()) for row in rows],
            )
    engine.dispose()
    return PostgresDatabase(
        make_url(place.servers.postgres), dict.fromkeys(place.only, Schema(schema, UTC_ZONE))
    )


_MARIADB_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "bigint",
    float: "double",
    date: "date",
    datetime: "datetime(6)",
}


def _mariadb(tables: Tables, place: Place) -> Database:
    if place.servers.mariadb is None:
        pytest.skip("there is no MariaDB here")
    url = fresh_mariadb(place.servers.mariadb)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for name, rows in tables.items():
            table = name.partition(".")[2]
            columns = ", ".join(
                f"{column} {_MARIADB_TYPES.get(_type_of(rows, column), 'text')}"
                for column in rows[0]
            )
            connection.exec_driver_sql(f"CREATE TABLE {table} ({columns})")
            connection.exec_driver_sql(
                f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})",
                [tuple(map(_mariadb_value, row.values())) for row in rows],
            )
    engine.dispose()
    return MariaDatabase(make_url(url), dict.fromkeys(place.only, Schema(None, UTC_ZONE)))


def _mariadb_value(value: object) -> object:
    """Instants in UTC, without saying so; its doubles are all finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return json.dumps(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


Build = Callable[[Tables, Place], Database]


def _all_in(build: Build) -> Mapping[str, Build]:
    return {"crm": build, "product": build}


STORES: Mapping[str, Mapping[str, Build]] = {
    "native": _all_in(_fake),
    "csv": _all_in(_csv),
    "sqlite": _all_in(_sqlite),
    "postgres": _all_in(_postgres),
    "mariadb": _all_in(_mariadb),
    "files and sqlite": {"crm": _csv, "product": _sqlite},
    "postgres and native": {"crm": _postgres, "product": _fake},
    "sqlite and mariadb": {"crm": _sqlite, "product": _mariadb},
}
"""Which database each connector lies in, by layout."""


def layouts_at(servers: Servers) -> Sequence[str]:
    """The layouts that can be had with these servers."""
    lacking = {_mariadb} if servers.mariadb is None else set()
    return [name for name, layout in STORES.items() if not lacking & {*layout.values()}]


def in_stores(
    tables: Tables, layout: str, *, folder: Path, servers: Servers
) -> Mapping[str, Database]:
    """The tables as a layout has them; `folder` is empty, and no other has its name."""
    builds = STORES[layout]
    if len({*builds.values()}) == 1:
        database = builds["crm"](tables, Place(folder, servers, tuple(builds)))
        return dict.fromkeys(builds, database)
    return {name: build(tables, Place(folder, servers, (name,))) for name, build in builds.items()}
