"""A fresh ledger a test, on each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from tests.ledger.made import BOTH, made_database, made_file, new_ledger
from tests.support.postgres import postgres

__all__ = ["ledger", "ledger_url", "made_database", "made_file", "postgres"]


@pytest.fixture(params=BOTH)
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The URL of a ledger that was just made; all have one identity."""
    return new_ledger(request.param, request)


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger that runs `here`."""
    opened = open_ledger(ledger_url, root=tmp_path)
    yield opened
    opened.close()
