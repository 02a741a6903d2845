"""The worlds in every store; how much is tried: `--hypothesis-profile=thorough` for thousands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from tests.oracle.worlds import Stores
from tests.support.postgres import fresh_database, postgres

__all__ = ["postgres"]

settings.register_profile("thorough", max_examples=3000)


@pytest.fixture(scope="session")
def stores(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """All worlds in all layouts; they stay open."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("worlds")
        yield Stores(folder, fresh_database(postgres), stack, {})
