"""A fresh ledger a test, on each of the two databases."""

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

__all__ = ["ledger", "ledger_url", "postgres"]

SQLITE = "sqlite:///.touchline/ledger.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The URL of a ledger that was just made; its copies have one identity."""
    if request.param == "sqlite":
        _copy_file(request)
        return SQLITE
    return _copy_database(request)


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger that runs `here`."""
    opened = open_ledger(ledger_url, root=tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new ledger in a file, made once: migrating takes longer than most tests."""
    root = tmp_path_factory.mktemp("made")
    _make(SQLITE, root)
    return root / ".touchline" / "ledger.db"


@pytest.fixture(scope="session")
def made_database(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A new ledger on the server, made once."""
    url = fresh_database(postgres)
    _make(url, tmp_path_factory.mktemp("root"))
    return url


def _make(url: str, root: Path) -> None:
    create_ledger(url, root=root, project="acme", place="here", at=NOW, actor="ann").close()


def _copy_file(request: pytest.FixtureRequest) -> None:
    target = request.getfixturevalue("tmp_path") / ".touchline" / "ledger.db"
    target.parent.mkdir()
    shutil.copy(request.getfixturevalue("made_file"), target)


def _copy_database(request: pytest.FixtureRequest) -> str:
    made = make_url(request.getfixturevalue("made_database"))
    copy = make_url(fresh_database(request.getfixturevalue("postgres")))
    server = make_url(request.getfixturevalue("postgres"))
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{copy.database}"'))
        connection.execute(text(f'CREATE DATABASE "{copy.database}" TEMPLATE "{made.database}"'))
        zone = "SET timezone = 'Pacific/Chatham'"
        connection.execute(text(f'ALTER DATABASE "{copy.database}" {zone}'))
    engine.dispose()
    return copy.render_as_string(hide_password=False)
