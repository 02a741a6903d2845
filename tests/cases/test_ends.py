"""Dates that mean *never* and *always*: they lie at the ends of the calendar, on every store.

What lies a day behind the last one is later than everything else, and not missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_segment
from tests.cases.edges_world import AS_OF, project, world
from tests.support.declare import with_segment
from tests.support.postgres import fresh_database
from tests.support.stores import Servers, Tables, in_stores

NEVER = date(9999, 12, 31), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
ALWAYS = date(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)
MISSING = None, None

WHO: Mapping[str, Sequence[int]] = {
    "{did: login, until: born_on}": [1],
    "{did: login, since: born_on}": [2],
    "{did: login, until: 30 days after born_on}": [1],
    "{did: login, since: 1 month before born_on}": [2],
    "{did: login, until: 2 hours after seen_at}": [1],
    "{did: login, since: 36 hours before seen_at}": [2],
    "{did_not: login, until: 1 year after seen_at}": [2, 3],
    "{did_not: login, since: seen_at}": [1, 3],
    "joined_at: {until: born_on}": [1],
    "joined_at: {before: 1 quarter after born_on}": [1],
    "joined_at: {since: 3 days before born_on}": [2],
    "joined_at: {is_not: 1 day after born_on}": [1, 2, 3],
    "joined_at: {after: 1 week after 2 hours before seen_at}": [2],
    "born_on: {until: 90 days after seen_at}": [1, 2],
    "born_on: {after: 2 weeks before joined_at}": [1],
}


def tables() -> Tables:
    """Three users of the world of edges, who joined and logged in this autumn."""
    at = datetime(2026, 10, 20, 15, tzinfo=UTC)
    user, event = (world().tables[f"product.{name}"][0] for name in ("users", "events"))
    users = [
        {**user, "user_id": key, "joined_at": at, "born_on": day, "seen_at": instant}
        for key, (day, instant) in enumerate((NEVER, ALWAYS, MISSING), start=1)
    ]
    events = [{**event, "user_id": key, "name": "login", "at": at} for key in range(1, 4)]
    return {**world().tables, "product.users": users, "product.events": events}


Found = Callable[[str, Servers], Mapping[str, Sequence[object]]]


@pytest.fixture(name="found")
def _found(tmp_path: Path) -> Found:
    def found(layout: str, servers: Servers) -> Mapping[str, Sequence[object]]:
        loaded, catalog = project()
        databases = in_stores(tables(), layout, folder=tmp_path, servers=servers)
        with open_sources(databases, NoContacts(), catalog) as snapshot:
            asked = {
                text: bind_segment("asked", with_segment(loaded, f"- {text}"), catalog)
                for text in WHO
            }
            return {text: select_keys(each, snapshot, AS_OF) for text, each in asked.items()}

    return found


@pytest.mark.parametrize("layout", ["native", "csv", "sqlite"])
def test_without_a_server(layout: str, found: Found) -> None:
    assert found(layout, Servers("", None)) == WHO


def test_in_postgres(postgres: str, found: Found) -> None:
    assert found("postgres", Servers(fresh_database(postgres), None)) == WHO


def test_in_mariadb(mariadb: str, found: Found) -> None:
    assert found("mariadb", Servers("", mariadb)) == WHO
