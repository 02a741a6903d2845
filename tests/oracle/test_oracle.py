"""The oracle itself is held against the contract's cases, which it must give to the last key."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest

from tests.cases.layouts import DATA
from tests.cases.test_cases import AS_OF, CASES, bound, project
from tests.support.oracle import Oracle, World

ZONE = ZoneInfo("America/New_York")
_FOLDERS = {"users": "product", "events": "product", "accounts": "crm"}


def tables() -> Mapping[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for table, folder in _FOLDERS.items():
        with (DATA / "data" / folder / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            found[f"{folder}.{table}"] = [dict(row) for row in csv.DictReader(lines)]
    return found


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle(World(project()[1], tables()), AS_OF, ZONE)


@pytest.mark.parametrize("name", sorted(CASES))
def test_cases(oracle: Oracle, name: str) -> None:
    audience = bound()[name]
    assert oracle.members(audience.condition, audience.entity) == CASES[name]
