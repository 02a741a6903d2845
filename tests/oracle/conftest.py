"""The worlds in every store. How much is tried, `amounts` says, whose profile this makes known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.oracle.amounts import THOUSANDS
from tests.oracle.worlds import Stores
from tests.support.mariadb import mariadb
from tests.support.postgres import fresh_database, postgres
from tests.support.stores import Servers

__all__ = ["THOUSANDS", "mariadb", "postgres"]


@pytest.fixture(scope="session")
def stores(
    postgres: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stores]:
    """All worlds in all layouts."""
    servers = Servers(fresh_database(postgres), _mariadb_if_any(request))
    with closing(Stores(tmp_path_factory.mktemp("worlds"), servers)) as opened:
        yield opened


def _mariadb_if_any(request: pytest.FixtureRequest) -> str | None:
    """Where there is none, the other stores are asked all the same."""
    try:
        return str(request.getfixturevalue("mariadb"))
    except pytest.skip.Exception:
        return None
