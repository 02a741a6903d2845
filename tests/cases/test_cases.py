"""Who is in each segment of the cases: the same people in whatever stores the data lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from engine.audience.contacts import NoContacts
from engine.audience.select import holding, select_keys, stream_holding
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.catalog import Catalog
from engine.bind.playbook import Audience
from engine.language.project import Project
from engine.ports import Database
from engine.read.load import load_project
from tests.cases.layouts import (
    DATA,
    as_files,
    as_mariadb,
    as_postgres,
    as_sqlite,
    postgres_with,
    split_two_ways,
    sqlite_with,
)
from tests.support.mariadb import fresh_mariadb
from tests.support.postgres import fresh_database

EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
AS_OF = datetime.fromisoformat(EXPECTED["as_of"]).astimezone(UTC)
CASES: Mapping[str, list[int]] = EXPECTED["segments"]


@cache
def project() -> tuple[Project, Catalog]:
    """The project of the cases, which must read and bind whole."""
    loaded = load_project(DATA)
    catalog, problems = bind_catalog(loaded)
    assert (loaded.problems, problems) == ((), ())
    return loaded, catalog


@cache
def bound() -> Mapping[str, Audience]:
    """The segments, all of which bind."""
    return {name: bind_segment(name, *project()) for name in CASES}


def test_none_is_left_out() -> None:
    assert len(bound()) == len(CASES) == 120


def wrong(databases: Mapping[str, Database]) -> dict[str, object]:
    """The cases whose keys are not the expected ones, in one snapshot of some databases."""
    with open_sources(databases, NoContacts(), project()[1]) as snapshot:
        found = {name: select_keys(each, snapshot, AS_OF) for name, each in bound().items()}
    return {name: keys for name, keys in found.items() if keys != CASES[name]}


def test_in_files() -> None:
    assert wrong(as_files()) == {}


def test_in_sqlite(tmp_path: Path) -> None:
    assert wrong(as_sqlite(tmp_path)) == {}


def test_in_postgres(postgres: str) -> None:
    assert wrong(as_postgres(fresh_database(postgres))) == {}


def test_in_mariadb(mariadb: str) -> None:
    assert wrong(as_mariadb(fresh_mariadb(mariadb))) == {}


def test_who_is_asked_about_is_who_is_named(tmp_path: Path) -> None:
    """A condition holds of the same rows, whether all are asked for or each of them is told."""
    with open_sources(as_sqlite(tmp_path), NoContacts(), project()[1]) as snapshot:
        for name, each in bound().items():
            about = (each.condition, each.entity)
            of = {
                key for case in CASES for key in CASES[case] if bound()[case].entity == each.entity
            }
            asked = holding(*about, sorted(of), snapshot, AS_OF, each.zone)
            named = list(stream_holding(*about, snapshot, AS_OF, each.zone))
            assert (name, sorted(asked)) == (name, named)


@pytest.mark.parametrize(
    "layout", ["accounts in SQLite, product in files", "accounts in files, product in SQLite"]
)
def test_over_two_databases(layout: str, tmp_path: Path) -> None:
    """Postgres takes part below, where what stands here in one database stands in two."""
    assert wrong(split_two_ways(tmp_path)[layout]) == {}


# ---------------------------------------------------------------- accounts, users, events apart


def events_apart(loaded: Project) -> Project:
    """The project with the users' events behind a connector of their own."""
    users = loaded.entities["user"]
    moved = {name: replace(event, source="events.events") for name, event in users.events.items()}
    connectors = loaded.settings.connectors
    settings = replace(loaded.settings, connectors={**connectors, "events": connectors["product"]})
    entities = {**loaded.entities, "user": replace(users, events=moved)}
    return replace(loaded, settings=settings, entities=entities)


def test_over_three_databases(postgres: str, tmp_path: Path) -> None:
    loaded = events_apart(project()[0])
    three, problems = bind_catalog(loaded)
    assert problems == ()
    audiences = {name: bind_segment(name, loaded, three) for name in CASES}
    databases: dict[str, Database] = {
        "crm": postgres_with(fresh_database(postgres), ("accounts",), names=("crm",)),
        "product": sqlite_with(tmp_path / "users.db", ("users",), names=("product",)),
        "events": files_under("events"),
    }
    with open_sources(databases, NoContacts(), three) as snapshot:
        found = {name: select_keys(each, snapshot, AS_OF) for name, each in audiences.items()}
    assert {name: keys for name, keys in found.items() if keys != CASES[name]} == {}


def files_under(name: str) -> Database:
    """The files of the product under the name of another connector."""
    from connectors.sources.files import FilesDatabase, Folder
    from tests.cases.layouts import UTC as ZONE

    return FilesDatabase({name: Folder(DATA / "data" / "product", ZONE)})
