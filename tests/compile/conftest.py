"""One open reader of each kind of store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import make_url

from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.mariadb import MariaDatabase
from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.spark import SparkDatabase
from connectors.sources.sqlite import SqliteDatabase
from engine.ports import Database, Reader
from tests.support.mariadb import fresh_mariadb, mariadb
from tests.support.postgres import fresh_database, postgres
from tests.support.spark import spark

__all__ = [
    "mariadb",
    "mariadb_reader",
    "postgres",
    "reader",
    "readers",
    "spark",
    "spark_reader",
]


@pytest.fixture(scope="session")
def readers(
    postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Reader]]:
    """An open snapshot of an empty database of each dialect, by its name."""
    folder = tmp_path_factory.mktemp("stores")
    sqlite3.connect(folder / "empty.db").close()
    utc = ZoneInfo("UTC")
    url = make_url(fresh_database(postgres))
    databases: list[Database] = [
        FilesDatabase({"s": Folder(folder, utc)}),
        SqliteDatabase(folder / "empty.db", {"s": utc}),
        PostgresDatabase(url, {"s": Schema(None, utc)}),
    ]
    with ExitStack() as stack:
        yield {each.dialect.name: stack.enter_context(each.open()) for each in databases}


@pytest.fixture(scope="session")
def spark_reader(spark: str) -> Iterator[Reader]:
    """An open session of Spark."""
    database = SparkDatabase(make_url(spark), {"s": Schema(None, ZoneInfo("UTC"))})
    with database.open() as reader:
        yield reader


@pytest.fixture(scope="session")
def mariadb_reader(mariadb: str) -> Iterator[Reader]:
    """An open snapshot of an empty MariaDB."""
    url = make_url(fresh_mariadb(mariadb))
    with MariaDatabase(url, {"s": Schema(None, ZoneInfo("UTC"))}).open() as reader:
        yield reader


_APART = {"mysql": "mariadb_reader", "spark": "spark_reader"}
"""Servers that not every machine has, by dialect."""


@pytest.fixture
def reader(store: str, request: pytest.FixtureRequest) -> Reader:
    """The reader of one dialect; those that are not asked for are not started."""
    if store in _APART:
        return cast(Reader, request.getfixturevalue(_APART[store]))
    return cast(Mapping[str, Reader], request.getfixturevalue("readers"))[store]
