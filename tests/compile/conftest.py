"""One open reader of each kind of store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import make_url

from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.postgres import PostgresDatabase, Schema
from connectors.sources.sqlite import SqliteDatabase
from engine.ports import Database, Reader
from tests.support.postgres import fresh_database, postgres

__all__ = ["postgres", "readers"]


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
