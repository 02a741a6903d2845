"""A fresh ledger a test: on SQLite, or where a test asks for `any_ledger` on both databases.

A ledger is made once a session and copied, for making one costs more than most tests here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from engine.ledger.schema import create_ledger, open_ledger
from engine.ledger.store import Ledger
from tests.ledger.factories import NOW
from tests.support.postgres import fresh_database, postgres

__all__ = ["postgres"]

SQLITE = "sqlite:///.touchline/ledger.db"


def _make(url: str, root: Path) -> None:
    create_ledger(url, root=root, project="acme", place="here", at=NOW, actor="ann").close()


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty ledger."""
    root = tmp_path_factory.mktemp("model")
    _make(SQLITE, root)
    return root / ".touchline" / "ledger.db"


@pytest.fixture(scope="session")
def postgres_model(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of an empty ledger."""
    url = fresh_database(postgres)
    _make(url, tmp_path_factory.mktemp("model"))
    return url


def _copied(model: str, server: str) -> str:
    """A database like the model."""
    copy = fresh_database(server)
    names = (make_url(copy).database, make_url(model).database)
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{names[0]}"'))
        connection.execute(text(f'CREATE DATABASE "{names[0]}" TEMPLATE "{names[1]}"'))
    engine.dispose()
    return copy


@pytest.fixture
def sqlite_url(sqlite_model: Path, tmp_path: Path) -> str:
    """The URL of an empty SQLite ledger under `tmp_path`."""
    (tmp_path / ".touchline").mkdir()
    shutil.copy(sqlite_model, tmp_path / ".touchline" / "ledger.db")
    return SQLITE


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty ledger, on each of the two databases."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server = str(request.getfixturevalue("postgres"))
    return _copied(str(request.getfixturevalue("postgres_model")), server)


@pytest.fixture
def ledger(sqlite_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on SQLite."""
    opened = open_ledger(sqlite_url, root=tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def any_ledger(any_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger, on each of the two databases."""
    opened = open_ledger(any_url, root=tmp_path)
    yield opened
    opened.close()
