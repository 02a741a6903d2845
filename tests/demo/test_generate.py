"""The demo's customers: as many as asked for, the same every time, and awkward as customers are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from connectors.demo.generate import Scale, generate

AS_OF = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
SMALL = Scale(users=2_000, events=40_000, seed=3)


def made(folder: Path, scale: Scale, as_of: datetime = AS_OF) -> Path:
    generate(folder, scale, as_of=as_of, progress=lambda name, done, parts: None)
    return folder


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """A query over what the product knows."""
    with duckdb.connect() as database:
        for name in ("users", "events", "signals"):
            path = folder / f"product/{name}.parquet"
            database.execute(f"CREATE VIEW {name} AS FROM read_parquet('{path}')")
        return database.execute(query).fetchall()


def crm(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "crm.db")) as database:
        return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("small"), SMALL)


EVERYTHING = tuple(f"FROM {name} ORDER BY ALL" for name in ("users", "events", "signals"))
CRM = (
    *("accounts", "tickets", "opportunities", "invoices", "meetings", "surveys", "trainings"),
    *("objectives", "mails", "calls", "advocacy"),
)


def test_the_same_seed_makes_the_same_people(small: Path, tmp_path: Path) -> None:
    again = made(tmp_path, SMALL)
    assert [rows(again, query) for query in EVERYTHING] == [rows(small, q) for q in EVERYTHING]
    for table in CRM:
        assert crm(again, f"SELECT * FROM {table}") == crm(small, f"SELECT * FROM {table}")


def test_another_seed_makes_other_people(small: Path, tmp_path: Path) -> None:
    other = made(tmp_path, Scale(users=2_000, events=40_000, seed=4))
    assert rows(other, EVERYTHING[0]) != rows(small, EVERYTHING[0])


def test_there_are_as_many_as_asked_for(small: Path) -> None:
    """And a few who never came, and what befalls some companies."""
    [(users,)] = rows(small, "SELECT count(DISTINCT user_id) FROM users")
    [(events,)] = rows(small, "SELECT count(DISTINCT event_id) FROM events")
    assert users == 2_000 + 16
    assert 40_000 < events < 42_000  # type: ignore[operator]
    assert crm(small, "SELECT count(*) FROM accounts") == [(SMALL.accounts,)]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("FROM events WHERE occurred_at > '2026-11-20 14:30'", id="after the instant"),
        pytest.param("FROM users WHERE onboarded_at <= created_at", id="onboarded before signup"),
        pytest.param(
            "FROM events JOIN users USING (user_id) WHERE occurred_at < created_at",
            id="active before signup",
        ),
        pytest.param(
            "FROM users WHERE email NOT LIKE '%@example.com'", id="an address that may be real"
        ),
        pytest.param(
            "FROM events WHERE (name = 'feature_used') <> (feature IS NOT NULL)", id="odd"
        ),
    ],
)
def test_what_never_stands_in_the_data(small: Path, query: str) -> None:
    assert rows(small, query) == []


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("accounts WHERE (status = 'churned') <> (churned_on IS NOT NULL)", id="left"),
        pytest.param("accounts WHERE churned_on < contract_start", id="left before it began"),
        pytest.param("accounts WHERE seats_activated > seats_invited", id="seats from nowhere"),
        pytest.param("accounts WHERE seats_invited > seats", id="more seats than bought"),
        pytest.param("accounts WHERE contract_start > '2026-11-20'", id="a contract to come"),
        pytest.param("accounts WHERE stage_entered_on < contract_start", id="a stage too early"),
        pytest.param("accounts WHERE arr < 0 OR arr_year_ago < 0", id="less than nothing"),
        pytest.param(
            "accounts WHERE date(onboarding_completed_at) > '2026-11-20'", id="onboarded to come"
        ),
        pytest.param("accounts WHERE first_value_on > '2026-11-20'", id="value to come"),
        pytest.param("tickets WHERE (status = 'closed') <> (closed_at IS NOT NULL)", id="closed"),
        pytest.param("tickets WHERE closed_at <= opened_at", id="closed before it was opened"),
        pytest.param("tickets WHERE closed_at > '2026-11-20 14:30'", id="closed to come"),
        pytest.param(
            "opportunities WHERE (status = 'open') <> (closed_on IS NULL)", id="open and closed"
        ),
        pytest.param("invoices WHERE (status = 'failed') <> (failed_on IS NOT NULL)", id="failed"),
        pytest.param(
            "meetings WHERE status = 'held' AND starts_at > '2026-11-20'", id="held to come"
        ),
        pytest.param(
            "meetings WHERE status = 'scheduled' AND starts_at < '2026-11-20'", id="held long ago"
        ),
        pytest.param("surveys WHERE answered_at > '2026-11-20 14:30'", id="answered to come"),
        pytest.param("surveys WHERE score NOT BETWEEN 0 AND 10", id="a score of nothing"),
        pytest.param(
            "trainings WHERE (status = 'booked') <> (starts_at > '2026-11-20 14:30')", id="booked"
        ),
        pytest.param(
            "objectives WHERE (confirmed_by IS NULL) <> (confirmed_on IS NULL)", id="by nobody"
        ),
        pytest.param("mails WHERE sent_at > '2026-11-20 14:30'", id="sent to come"),
        pytest.param("mails WHERE (author IS NULL) <> (direction = 'in')", id="by nobody of us"),
    ],
)
def test_what_never_stands_in_the_crm(small: Path, query: str) -> None:
    assert crm(small, f"SELECT * FROM {query}") == []


def test_no_table_is_empty_where_there_are_few_customers(tmp_path: Path) -> None:
    """A run stops over an empty table."""
    few = made(tmp_path, Scale(users=500, events=10_000))
    assert [table for table in CRM if crm(few, f"SELECT count(*) FROM {table}") == [(0,)]] == []
    assert rows(few, "SELECT count(*) FROM signals") > [(0,)]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param("health = 'green'", "health = 'red'", id="happy where the product is used"),
        pytest.param("health = 'green'", "health = 'yellow'", id="and less where it is less so"),
    ],
)
def test_who_uses_the_product_recommends_it(small: Path, better: str, worse: str) -> None:
    mean = (
        "SELECT avg(score) FROM surveys JOIN accounts ON accounts.id = account_id"
        " WHERE kind = 'nps' AND {}"
    )
    [(high,)], [(low,)] = (crm(small, mean.format(which)) for which in (better, worse))
    assert isinstance(high, float)
    assert isinstance(low, float)
    assert high > low + 1


@pytest.mark.parametrize("column", ["first_name", "email", "onboarded_at"])
def test_a_few_people_lack_something(small: Path, column: str) -> None:
    [(missing,)] = rows(small, f"SELECT count(*) FROM users WHERE {column} IS NULL")
    assert isinstance(missing, int)
    assert 0 < missing < 500


def test_a_few_accounts_have_nobody_of_ours_and_all_others_have_both(small: Path) -> None:
    assert crm(small, "SELECT * FROM accounts WHERE csm_email IS NULL")
    assert not crm(small, "SELECT * FROM accounts WHERE (csm_email IS NULL) <> (csm_name IS NULL)")
    outside = "SELECT * FROM accounts WHERE csm_email NOT LIKE '%@example.org'"
    assert not crm(small, outside)


MATCHING = """
    SELECT user_id, onboarded_at FROM users
    WHERE NOT is_deleted AND onboarded_at IS NOT NULL
      AND created_at::DATE BETWEEN DATE '2026-08-22' AND DATE '2026-10-21'
      AND user_id IN (SELECT user_id FROM events WHERE name = 'training_completed')
      AND user_id IN (SELECT user_id FROM events
                      WHERE name = 'login' AND occurred_at >= '2026-11-13')
      AND user_id IN (SELECT user_id FROM events WHERE name = 'login'
                      GROUP BY user_id HAVING count(*) > 10)
      AND user_id NOT IN (SELECT user_id FROM events WHERE feature = 'reports')
"""


def test_the_checkup_playbook_finds_its_people_under_every_fuse(tmp_path: Path) -> None:
    folder = made(tmp_path, Scale())
    calls = crm(folder, "SELECT contact_id, max(held_at) FROM calls GROUP BY contact_id")
    last_call = {key: datetime.fromisoformat(str(held_at)) for key, held_at in calls}
    never = datetime(1970, 1, 1)  # noqa: DTZ001 - the data bears no zone either
    found = [key for key, since in rows(folder, MATCHING) if last_call.get(key, never) < since]  # type: ignore[operator]
    assert 100 <= len(found) <= 150
