"""Every implementation of the source port, each given the same tables of text."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from connectors.fakes import FakeDatabase, FakeTable
from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.mariadb import MariaDatabase
from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.sqlite import SqliteDatabase
from engine.ports import Database

__all__ = ["CONNECTOR", "STORES", "TextTable", "Workshop"]

CONNECTOR = "s"

Open = Callable[[ZoneInfo], Database]


@dataclass(frozen=True)
class TextTable:
    """A table whose values are all text or missing."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]

    @property
    def records(self) -> list[dict[str, str | None]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Workshop:
    """Where a store is built: an empty folder, and how to have an empty database of a server."""

    folder: Path
    fresh_postgres: Callable[[], str]
    fresh_mariadb: Callable[[], str]


Tables = Mapping[str, TextTable]


def _files(folder: Path) -> Open:
    return lambda zone: FilesDatabase({CONNECTOR: Folder(folder, zone)})


def _csv(workshop: Workshop, tables: Tables) -> Open:
    for name, table in tables.items():
        _write_csv(workshop.folder / f"{name}.csv", table.columns, table.rows)
    return _files(workshop.folder)


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        writer.writerows(rows)


def _csv_folder(workshop: Workshop, tables: Tables) -> Open:
    """The odd rows in one file, the even in another whose columns stand the other way round."""
    for name, table in tables.items():
        folder = workshop.folder / name
        folder.mkdir()
        _write_csv(folder / "1.csv", table.columns, table.rows[::2])
        _write_csv(folder / "2.csv", table.columns[::-1], [row[::-1] for row in table.rows[1::2]])
    return _files(workshop.folder)


def _jsonl(workshop: Workshop, tables: Tables) -> Open:
    for name, table in tables.items():
        lines = "".join(json.dumps(record) + "\n" for record in table.records)
        (workshop.folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return _files(workshop.folder)


def _parquet(workshop: Workshop, tables: Tables) -> Open:
    with duckdb.connect() as connection:
        for name, table in tables.items():
            columns = ", ".join(f'"{column}" VARCHAR' for column in table.columns)
            connection.execute(f'CREATE TABLE "{name}" ({columns})')
            marks = ", ".join("?" * len(table.columns))
            for row in table.rows:
                connection.execute(f'INSERT INTO "{name}" VALUES ({marks})', row)
            target = str(workshop.folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"COPY \"{name}\" TO '{target}' (FORMAT parquet)")
    return _files(workshop.folder)


def _sqlite(workshop: Workshop, tables: Tables) -> Open:
    path = workshop.folder / "data.db"
    with sqlite3.connect(path) as connection:
        for name, table in tables.items():
            columns = ", ".join(f'"{column}" TEXT' for column in table.columns)
            connection.execute(f'CREATE TABLE "{name}" ({columns})')
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', table.rows)
    connection.close()
    return lambda zone: SqliteDatabase(path, {CONNECTOR: zone})


def _postgres(workshop: Workshop, tables: Tables) -> Open:
    url = workshop.fresh_postgres()
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for name, table in tables.items():
            columns = ", ".join(f'"{column}" text' for column in table.columns)
            connection.exec_driver_sql(f'CREATE TABLE "{name}" ({columns})')
            marks = ", ".join(["%s"] * len(table.columns))
            if table.rows:
                connection.exec_driver_sql(
                    f'INSERT INTO "{name}" VALUES ({marks})', list(table.rows)
                )
    return lambda zone: PostgresDatabase(make_url(url), {CONNECTOR: Schema(None, zone)})


def _mariadb(workshop: Workshop, tables: Tables) -> Open:
    url = workshop.fresh_mariadb()
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for name, table in tables.items():
            columns = ", ".join(f"`{column}` text" for column in table.columns)
            connection.exec_driver_sql(f"CREATE TABLE `{name}` ({columns})")
            marks = ", ".join(["%s"] * len(table.columns))
            if table.rows:
                connection.exec_driver_sql(
                    f"INSERT INTO `{name}` VALUES ({marks})", list(table.rows)
                )
    return lambda zone: MariaDatabase(make_url(url), {CONNECTOR: Schema(None, zone)})


def _fake(workshop: Workshop, tables: Tables) -> Open:
    given = {
        f"{CONNECTOR}.{name}": FakeTable(table.records, table.columns)
        for name, table in tables.items()
    }
    return lambda zone: FakeDatabase(given, zone)


STORES: Mapping[str, Callable[[Workshop, Tables], Open]] = {
    "csv": _csv,
    "csv-folder": _csv_folder,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "sqlite": _sqlite,
    "postgres": _postgres,
    "mariadb": _mariadb,
    "fake": _fake,
}
"""Makes the tables, and gives the database over them for a zone of naive timestamps."""
