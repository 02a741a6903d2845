"""The world of edges in every store: the people that were worked out by hand, to the last key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.audience.select import select_keys
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_segment
from engine.bind.playbook import Audience
from tests.cases.edges_cases import EDGES
from tests.cases.edges_world import AS_OF, project, world
from tests.support.declare import with_segment
from tests.support.ledger_logs import Contacts, Journeys, history_of
from tests.support.oracle import Oracle
from tests.support.postgres import fresh_database
from tests.support.stores import Servers, in_stores

EXPECTED = {f"{entity} {text}": list(keys) for entity, rows in EDGES.items() for text, keys in rows}


@cache
def bound() -> Mapping[str, Audience]:
    """The segments by entity and text."""
    loaded, catalog = project()
    return {
        f"{entity} {text}": bind_segment(
            "asked", with_segment(loaded, f"- {text}", of=entity), catalog
        )
        for entity, rows in EDGES.items()
        for text, _ in rows
    }


def test_each_stands_once() -> None:
    assert len(EXPECTED) == sum(map(len, EDGES.values()))


def test_the_oracle() -> None:
    oracle = Oracle(world(), AS_OF, ZoneInfo("America/New_York"))
    found = {name: oracle.members(each.condition, each.entity) for name, each in bound().items()}
    assert found == EXPECTED


@contextmanager
def edges_in(layout: str, folder: Path, servers: Servers) -> Iterator[Snapshot]:
    """The world in some stores."""
    databases = in_stores(world().tables, layout, folder=folder, servers=servers)
    with open_sources(
        databases,
        Contacts(world().contacts),
        world().catalog,
        enrollments=Journeys(world().journeys),
        history=history_of(world().records),
    ) as snapshot:
        yield snapshot


def found_in(layout: str, folder: Path, servers: Servers) -> Mapping[str, object]:
    """The keys of each segment."""
    with edges_in(layout, folder, servers) as snapshot:
        return {name: select_keys(each, snapshot, AS_OF) for name, each in bound().items()}


@pytest.mark.parametrize("layout", ["csv", "sqlite", "files and sqlite"])
def test_without_a_server(layout: str, tmp_path: Path) -> None:
    assert found_in(layout, tmp_path, Servers("", None)) == EXPECTED


def test_in_postgres(tmp_path: Path, postgres: str) -> None:
    assert found_in("postgres", tmp_path, Servers(fresh_database(postgres), None)) == EXPECTED


def test_in_mariadb(tmp_path: Path, mariadb: str) -> None:
    assert found_in("mariadb", tmp_path, Servers("", mariadb)) == EXPECTED
