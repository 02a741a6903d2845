"""A fresh ledger a test, on each of the two databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from engine.ledger.schema import create_ledger, open_ledger
from engine.ledger.store import Ledger
from engine.ledger.tables import SCHEMA, metadata
from tests.ledger.factories import NOW
from tests.support.postgres import fresh_database, postgres

__all__ = ["ledger", "ledger_url", "postgres"]

Rows = dict[str, list[dict[str, object]]]
SQLITE = "sqlite:///.touchline/ledger.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The URL of a ledger that was just made; all have one identity."""
    if request.param == "sqlite":
        _copy_file(request)
        return SQLITE
    url, rows = request.getfixturevalue("made_database")
    _as_it_was_made(url, rows)
    return str(url)


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
def made_database(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Rows]:
    """A new ledger on the server, made once, and what it holds."""
    url = fresh_database(postgres)
    _make(url, tmp_path_factory.mktemp("root"))
    return url, _rows(url)


def _make(url: str, root: Path) -> None:
    create_ledger(url, root=root, project="acme", place="here", at=NOW, actor="ann").close()


def _copy_file(request: pytest.FixtureRequest) -> None:
    target = request.getfixturevalue("tmp_path") / ".touchline" / "ledger.db"
    target.parent.mkdir()
    shutil.copy(request.getfixturevalue("made_file"), target)


def _as_it_was_made(url: str, rows: Rows) -> None:
    """Bring every table back to what a new ledger holds: far quicker than another database."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)}"))
        for name, listed in rows.items():
            connection.execute(metadata.tables[name].insert(), listed)
        connection.execute(text(f"UPDATE touchline_version SET version_num = '{SCHEMA}'"))
    engine.dispose()


def _rows(url: str) -> Rows:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        held = {
            name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return {name: listed for name, listed in held.items() if listed}
