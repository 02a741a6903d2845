"""The fixtures of the contract suite: servers, and where the stores are built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.stores import Workshop
from tests.support.mariadb import fresh_mariadb, mariadb
from tests.support.postgres import fresh_database, postgres
from tests.support.spark import spark

__all__ = ["mariadb", "postgres", "spark", "workshop"]


@pytest.fixture(scope="module")
def workshop(request: pytest.FixtureRequest) -> Callable[[Path], Workshop]:
    """What a store is built with in a folder; a server starts when a store asks for it."""
    return lambda folder: Workshop(
        folder,
        lambda: fresh_database(request.getfixturevalue("postgres")),
        lambda: fresh_mariadb(request.getfixturevalue("mariadb")),
    )
