"""What a text hangs on beside its values: none of it may be another's when a text is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.sources.sqlite import SqliteDatabase
from engine.audience.again import question_of
from engine.audience.select import holding, select_keys
from engine.audience.snapshot import Snapshot, open_sources
from tests.audience.shop import AS_OF, Log, Shop, make_shop
from tests.support.keeping import agree, texts, written_for_once

TABLES = """
CREATE TABLE accounts (id TEXT, name TEXT, plan TEXT, renews_on TEXT, owner TEXT, owner_email TEXT);
CREATE TABLE tickets (account_id TEXT, opened_at TEXT, severity INTEGER);
CREATE TABLE calls (user_id INTEGER, held_at TEXT);
CREATE TABLE users (user_id {key}, account_id TEXT, name TEXT, email TEXT, signed_up_at TEXT,
                    onboarded_at TEXT);
CREATE TABLE events (user_id INTEGER, name TEXT, occurred_at TEXT, feature TEXT, seconds REAL);
INSERT INTO accounts (id, plan) VALUES ('a', 'pro'), ('b', ' '), ('c', 'free');
INSERT INTO users (user_id, account_id, signed_up_at) VALUES
    (1, 'a', '2026-03-01T12:00:00Z'), (2, 'b', '2026-03-10T13:00:00Z'),
    (3, 'c', '2026-03-10T13:00:01Z');
INSERT INTO events VALUES (1, 'use', '2026-03-09T12:00:00Z', 'reports', 1.5),
    (1, 'login', '2026-02-20T12:00:00Z', NULL, NULL), (2, 'login', '2026-03-09T12:00:00Z', NULL, 2),
    (2, 'use', '2026-02-20T12:00:00Z', 'reports', 3);
"""


def database(shop: Shop, *, key: str = "INTEGER", change: str = "") -> None:
    """The shop's rows in SQLite, anew."""
    path = shop.folder / "shop.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(TABLES.format(key=key) + change)
    connection.close()


@contextmanager
def opened(shop: Shop, zone: str = "UTC") -> Iterator[Snapshot]:
    """A snapshot of it."""
    zones = dict.fromkeys(("crm", "product"), ZoneInfo(zone))
    databases = dict.fromkeys(zones, SqliteDatabase(shop.folder / "shop.db", zones))
    with open_sources(databases, Log(), shop.catalog) as snapshot:
        yield snapshot


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Three users of three accounts, in SQLite."""
    made = make_shop(tmp_path)
    database(made)
    return made


IN_TURN: Mapping[str, tuple[str, ...]] = {
    "blank text equals nothing": ("- {account.plan: pro}", "- {account.plan: ' '}"),
    "as many as there are": (
        "- {account.plan: [pro, free]}",
        "- {account.plan: [pro]}",
        "- {account.plan: [pro, pro]}",
    ),
    "whole numbers and others": (
        "- did: used\n  highest: {seconds: {at_least: 1}}",
        "- did: used\n  highest: {seconds: {at_least: 1.0}}",
        "- did: used\n  highest: {seconds: {at_least: 1.5}}",
    ),
    "the earliest of windows": (
        "- {did: used, within: 7 days}\n- {did: logged_in, within: 30 days}",
        "- {did: used, within: 30 days}\n- {did: logged_in, within: 7 days}",
    ),
    "one instant twice, then two": (
        "- {signed_up_at: {before: 2026-03-05}}\n- {onboarded_at: {before: 2026-03-05}}",
        "- {signed_up_at: {before: 2026-03-05}}\n- {onboarded_at: {before: 2026-03-06}}",
    ),
}
"""Segments that differ in values."""


@pytest.mark.parametrize("wheres", IN_TURN.values(), ids=IN_TURN)
def test_values_that_the_text_hangs_on(shop: Shop, wheres: tuple[str, ...]) -> None:
    segments = [shop.segment(where) for where in wheres]
    for open_shop in (lambda: opened(shop), shop.sources):
        with open_shop() as snapshot:
            for segment in (*segments, *reversed(segments)):
                agree(question_of(segment, snapshot, AS_OF), snapshot)


def test_an_instant_within_a_second_is_beside_times_of_whole_seconds(shop: Shop) -> None:
    segment = shop.segment("- {signed_up_at: {before: now}}")
    found = {}
    with opened(shop) as snapshot:
        for after in (0, 1, 999_999, 1_000_000, 1_000_001):
            as_of = AS_OF + timedelta(microseconds=after)
            agree(question_of(segment, snapshot, as_of), snapshot)
            found[after] = select_keys(segment, snapshot, as_of)
    assert found == {0: [1], 1: [1, 2], 999_999: [1, 2], 1_000_000: [1, 2], 1_000_001: [1, 2, 3]}


CHANGED: Mapping[str, Mapping[str, str]] = {
    "times are no longer written alike": {
        "change": "UPDATE users SET signed_up_at = '2026-03-01' WHERE user_id = 1;"
    },
    "the times are local": {"change": "UPDATE users SET signed_up_at = '2026-03-01T12:00:00';"},
    "the key may hold text": {"key": "TEXT"},
    "the key is the rowid": {"key": "INTEGER PRIMARY KEY"},
    "there is a column more": {"change": "ALTER TABLE users ADD COLUMN another TEXT;"},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_the_tables_are_others_in_the_next_snapshot(shop: Shop, change: dict[str, str]) -> None:
    segment = shop.segment("- {signed_up_at: {before: now}}")
    for now in ({}, change, {}):
        database(shop, **now)
        for zone in ("UTC", "Asia/Tokyo"):
            with opened(shop, zone) as snapshot:
                agree(question_of(segment, snapshot, AS_OF), snapshot)


def test_what_is_one_in_a_catalog_is_true_in_the_next(shop: Shop) -> None:
    path = shop.folder / "catalog" / "user.yaml"
    declared = path.read_text(encoding="utf-8")
    said = []
    for allowed in ("1", "true", "'1'", "1"):
        where = f"where: {{name: login, seconds: {allowed}}}"
        path.write_text(declared.replace("where: {name: login}", where), encoding="utf-8")
        segment = shop.segment("- {did: logged_in}")
        with opened(shop) as snapshot:
            question = question_of(segment, snapshot, AS_OF)
            agree(question, snapshot)
            said.append(texts(question, snapshot))
    assert said[0] == said[3]
    assert said[0] != said[1] != said[2]


def test_the_keys_that_are_asked_about_are_those_of_this_time(shop: Shop) -> None:
    segment = shop.segment("- {signed_up_at: {before: 2026-03-11}}")
    entity, zone = segment.entity, segment.zone
    with opened(shop) as snapshot:
        for keys in ([1], [2, 3], [], [3], [1, 2, 3, 4]):
            found = holding(segment.condition, entity, keys, snapshot, AS_OF, zone)
            assert found == set(keys) - {4}


def test_a_text_serves_the_next_snapshot(shop: Shop) -> None:
    """Not even SQLAlchemy makes another."""
    segment = shop.segment("- {signed_up_at: {before: now}}\n- {did: used}")
    found = []
    for day in range(3):
        with opened(shop) as snapshot:
            as_of = datetime(2026, 3, 10 + day, 13, tzinfo=UTC)
            [(_, text)] = texts(question_of(segment, snapshot, as_of), snapshot)
            found.append(text.sql)
            with written_for_once():
                [(_, anew)] = texts(question_of(segment, snapshot, as_of), snapshot)
    assert found[0] is found[1] is found[2]
    assert anew == text
