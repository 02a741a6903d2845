"""A fresh ledger a test: on SQLite, or where a test asks for `any_ledger` on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from tests.ledger.made import BOTH, made_database, made_file, new_ledger
from tests.support.postgres import postgres

__all__ = ["made_database", "made_file", "postgres"]


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty SQLite ledger under `tmp_path`."""
    return new_ledger("sqlite", request)


@pytest.fixture(params=BOTH)
def any_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty ledger, on each of the two databases."""
    return new_ledger(request.param, request)


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
