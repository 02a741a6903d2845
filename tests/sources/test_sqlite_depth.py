"""What SQLite takes: fields that hang on fields, and sums; what is beyond ends as a sentence."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import literal_column, select, text

from connectors.sources.sqlite import SqliteDatabase
from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_catalog, bind_segment
from engine.problems import SourceFault
from engine.read.load import load_project
from tests.cases.layouts import DATA, as_files, as_sqlite
from tests.cases.test_cases import AS_OF
from tests.support.declare import with_entity, with_segment


def test_what_is_nested_too_deeply_is_told(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "crm.db").close()
    nested = literal_column("abs(" * 200 + "1" + ")" * 200)
    database = SqliteDatabase(tmp_path / "crm.db", {"crm": ZoneInfo("UTC")})
    with database.open() as reader, pytest.raises(SourceFault, match="cannot be asked this"):
        list(reader.read(select(nested)))


def test_a_sum_beyond_what_it_reckons_with_is_told(tmp_path: Path) -> None:
    """Two who have *unlimited* seats, written as the largest whole number, are no bug of ours."""
    with sqlite3.connect(tmp_path / "crm.db") as made:
        made.execute(f"CREATE TABLE users AS SELECT {2**63 - 1} AS seats UNION ALL SELECT 1")
    made.close()
    database = SqliteDatabase(tmp_path / "crm.db", {"crm": ZoneInfo("UTC")})
    with database.open() as reader, pytest.raises(SourceFault, match="declare it a `number`"):
        list(reader.read(select(literal_column("sum(seats)")).select_from(text("users"))))


HANGING = 11
"""Fields of accounts, each of users whose account has the one before."""


def test_fields_of_children_are_not_nested(tmp_path: Path) -> None:
    """Each is a part beside the others: as many may hang on each other as any catalog may have."""
    fields = ["  hanging0: {count: user, where: {logins_30d: {at_least: 1}}}"]
    for n in range(1, HANGING):
        before = f"account.hanging{n - 1}: {{at_least: 1}}"
        fields.append(f"  hanging{n}: {{count: user, where: {{{before}}}}}")
    account = (DATA / "catalog" / "account.yaml").read_text(encoding="utf-8")
    added = "\n".join(("", "fields:", *fields, ""))
    loaded = with_entity(load_project(DATA), account.replace("\nfields:\n", added, 1))
    catalog, problems = bind_catalog(loaded)
    assert problems == ()
    asked = with_segment(loaded, f"- hanging{HANGING - 1}: {{more_than: 0}}", of="account")
    audience = bind_segment("asked", asked, catalog)
    with open_sources(as_sqlite(tmp_path), NoContacts(), catalog) as snapshot:
        found = select_keys(audience, snapshot, AS_OF)
    with open_sources(as_files(), NoContacts(), catalog) as snapshot:
        assert found == select_keys(audience, snapshot, AS_OF) != []
