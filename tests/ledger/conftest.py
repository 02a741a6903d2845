"""A fresh ledger a test, on each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ledger.schema import create_ledger
from engine.ledger.store import Ledger
from tests.ledger.factories import NOW
from tests.support.postgres import fresh_database, postgres

__all__ = ["ledger", "ledger_url", "postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with nothing in it."""
    if request.param == "sqlite":
        return "sqlite:///.touchline/ledger.db"
    return fresh_database(request.getfixturevalue("postgres"))


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger that runs `here`."""
    made = create_ledger(
        ledger_url, root=tmp_path, project="acme", place="here", at=NOW, actor="ann"
    )
    yield made
    made.close()
