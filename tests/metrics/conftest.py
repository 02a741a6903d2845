"""The town in each of the stores, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.audience.snapshot import Snapshot
from engine.language.project import Project
from tests.metrics.formulas import METRICS
from tests.metrics.town import STORES, database, project, snapshot
from tests.support.postgres import fresh_database, postgres

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with all metrics of the formulas."""
    return project(tmp_path_factory.mktemp("town"), METRICS)


@pytest.fixture(scope="session", params=STORES)
def store(
    request: pytest.FixtureRequest, town: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Its rows, open."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    url = fresh_database(server) if server else ""
    made = database(request.param, tmp_path_factory.mktemp("rows"), url)
    with snapshot(made, town) as opened:
        yield opened
