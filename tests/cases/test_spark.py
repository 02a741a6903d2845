"""The cases on a cluster of Spark: all of its own data, and joined with accounts from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.ports import Database
from tests.cases.layouts import as_spark, spark_with, sqlite_with
from tests.cases.test_cases import AS_OF, CASES, bound, project

pytestmark = pytest.mark.spark

SESSIONS = 3
"""Sessions at a time: to plan a statement takes Spark longer than to run it."""


def wrong(databases: Mapping[str, Database], names: Sequence[str]) -> dict[str, object]:
    """Of some cases those whose keys are not the expected ones."""
    bound()  # once, before there are threads
    parts = [names[first::SESSIONS] for first in range(SESSIONS)]
    with ThreadPoolExecutor(SESSIONS) as pool:
        found = list(pool.map(lambda part: _wrong_in_a_session(databases, part), parts))
    return {name: keys for part in found for name, keys in part.items()}


def _wrong_in_a_session(
    databases: Mapping[str, Database], names: Sequence[str]
) -> dict[str, object]:
    with open_sources(databases, NoContacts(), project()[1]) as snapshot:
        found = {name: select_keys(bound()[name], snapshot, AS_OF) for name in names}
    return {name: keys for name, keys in found.items() if keys != CASES[name]}


def test_in_spark(spark: str) -> None:
    assert wrong(as_spark(spark), list(CASES)) == {}


def test_product_in_spark_and_accounts_in_sqlite(spark: str, tmp_path: Path) -> None:
    databases: Mapping[str, Database] = {
        "crm": sqlite_with(tmp_path / "accounts.db", ("accounts",), names=("crm",)),
        "product": spark_with(spark, ("users", "events"), names=("product",)),
    }
    assert wrong(databases, list(CASES)[::4]) == {}
