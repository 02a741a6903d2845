"""Who is in each segment of the cases: the same people in whatever stores the data lies."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.catalog import Catalog, EntityRef, EventRef
from engine.bind.playbook import Audience
from engine.language.project import Project
from engine.ports import Database
from engine.problems import Invalid
from engine.read.load import load_project
from tests.cases.layouts import (
    DATA,
    as_files,
    as_postgres,
    as_sqlite,
    postgres_with,
    split_four_ways,
    sqlite_with,
)
from tests.support.postgres import fresh_database

EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
AS_OF = datetime.fromisoformat(EXPECTED["as_of"]).astimezone(UTC)
CASES: Mapping[str, list[int]] = EXPECTED["segments"]

RUN = 76
LEFT_OUT = {
    "bottom": 3,
    "change": 3,
    "computed field": 21,
    "followed_by": 1,
    "has": 2,
    "has_no": 9,
    "not_followed_by": 1,
    "top": 4,
}
"""Segments that this version does not carry out, by the first word they need for it."""


@cache
def project() -> tuple[Project, Catalog]:
    """The project of the cases, which must read and bind but for computed fields."""
    loaded = load_project(DATA)
    catalog, _ = bind_catalog(loaded)
    return loaded, catalog


@cache
def bound() -> tuple[Mapping[str, Audience], Mapping[str, str]]:
    """The segments that bind, and of the others what they were refused for."""
    audiences, refused = {}, {}
    for name in CASES:
        try:
            audiences[name] = bind_segment(name, *project())
        except Invalid as invalid:
            refused[name] = str(invalid.problems[0].message)
    return audiences, refused


def needed_word(message: str) -> str:
    """The word that a refusal names."""
    if "is declared with" in message:
        return "computed field"
    found = re.match(r"`(\w+)` is part of the language but not carried out", message)
    assert found, message
    return found[1]


def test_the_number_that_run_and_the_words_that_others_need() -> None:
    audiences, refused = bound()
    assert len(audiences) == RUN
    assert Counter(map(needed_word, refused.values())) == LEFT_OUT
    assert len(audiences) + len(refused) == len(CASES) == 120


def wrong(databases: Mapping[str, Database], catalog: Catalog | None = None) -> dict[str, object]:
    """The cases whose keys are not the expected ones, in one snapshot of some databases."""
    audiences, _ = bound()
    with open_sources(databases, NoContacts(), catalog or project()[1]) as snapshot:
        found = {name: select_keys(each, snapshot, AS_OF) for name, each in audiences.items()}
    return {name: keys for name, keys in found.items() if keys != CASES[name]}


def test_in_files() -> None:
    assert wrong(as_files()) == {}


def test_in_sqlite(tmp_path: Path) -> None:
    assert wrong(as_sqlite(tmp_path)) == {}


def test_in_postgres(postgres: str) -> None:
    assert wrong(as_postgres(fresh_database(postgres))) == {}


@pytest.fixture(scope="module")
def split(
    postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Mapping[str, Database]]:
    """Layouts over two databases."""
    return split_four_ways(tmp_path_factory.mktemp("split"), fresh_database(postgres))


@pytest.mark.parametrize(
    "layout",
    [
        "accounts in SQLite, product in files",
        "accounts in files, product in SQLite",
        "accounts in Postgres, product in SQLite",
        "accounts in Postgres, product in files",
    ],
)
def test_over_two_databases(layout: str, split: Mapping[str, Mapping[str, Database]]) -> None:
    assert wrong(split[layout]) == {}


# ---------------------------------------------------------------- accounts, users, events apart


def moved(event: EventRef) -> EventRef:
    """An event whose table lies behind a connector of its own."""
    return replace(event, table=replace(event.table, connector="events"))


def test_over_three_databases(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, catalog = project()
    users = catalog.entities["user"]
    apart: EntityRef = replace(
        users, events={name: moved(event) for name, event in users.events.items()}
    )
    three = Catalog({**catalog.entities, "user": apart})
    audiences = {name: bind_segment(name, loaded, three) for name in bound()[0]}
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
