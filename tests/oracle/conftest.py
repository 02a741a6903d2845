"""The worlds in every store. How much is tried, `amounts` says, whose profile this makes known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.oracle.amounts import THOUSANDS
from tests.oracle.worlds import Stores
from tests.support.postgres import fresh_database, postgres

__all__ = ["THOUSANDS", "postgres"]


@pytest.fixture(scope="session")
def stores(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """All worlds in all layouts; they stay open."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("worlds")
        yield Stores(folder, fresh_database(postgres), stack, {})
