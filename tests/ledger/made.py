"""A ledger made once a session on each of the two databases, and as new for each test.

Making one costs more than most tests.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from engine.ledger.database import connect
from engine.ledger.schema import create_ledger
from engine.ledger.tables import SCHEMA, metadata
from tests.ledger.factories import NOW
from tests.support.postgres import fresh_database

__all__ = ["BOTH", "SQLITE", "copy_of", "made_database", "made_file", "new_ledger"]

BOTH = ("sqlite", "postgresql")
SQLITE = "sqlite:///.touchline/ledger.db"
Rows = dict[str, list[dict[str, object]]]


def new_ledger(kind: str, request: pytest.FixtureRequest) -> str:
    """The URL of a ledger that was just made, in `tmp_path` or on the server; all are the same."""
    if kind == "sqlite":
        return copy_of(request.getfixturevalue("made_file"), request.getfixturevalue("tmp_path"))
    url, rows = request.getfixturevalue("made_database")
    _as_it_was_made(url, rows)
    return str(url)


def copy_of(made: Path, root: Path) -> str:
    """The URL, in a folder, of a ledger in a file like another."""
    target = root / ".touchline" / "ledger.db"
    target.parent.mkdir()
    shutil.copy(made, target)
    return SQLITE


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


def _as_it_was_made(url: str, rows: Rows) -> None:
    """Bring every table back to what a new ledger holds: far quicker than another database."""
    engine = connect(make_url(url))
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)}"))
        for name, listed in rows.items():
            connection.execute(metadata.tables[name].insert(), listed)
        connection.execute(text(f"UPDATE touchline_version SET version_num = '{SCHEMA}'"))
    engine.dispose()


def _rows(url: str) -> Rows:
    engine = connect(make_url(url))
    with engine.connect() as connection:
        held = {
            name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return {name: listed for name, listed in held.items() if listed}
