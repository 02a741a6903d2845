"""How long the check-up segment takes on SQLite and Postgres, beside the same by hand.

200,000 users and 4,000,000 events with the obvious indexes. On SQLite times are ISO text, which
most programs write there.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb
import psycopg
from sqlalchemy import make_url

from bench.checkup import AS_OF, BOUNDS, asked_in, load, parquet_of, write_project
from bench.rounds import Way, measured, print_ratios, seconds_of
from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.sqlite import SqliteDatabase
from engine.audience.checks import check_values
from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_segment
from engine.ports import Database
from tests.support.postgres import running_postgres

USERS, EVENTS = 200_000, 4_000_000
ROUNDS = 7
INDEXES = (
    "CREATE INDEX users_created ON users (created_at)",
    "CREATE INDEX events_of ON events (user_id, name, occurred_at)",
)
COLUMNS = {
    "users": ("user_id", "created_at", "onboarded_at", "plan", "country", "seats", "email"),
    "events": ("user_id", "name", "occurred_at", "feature"),
}
TABLES = """
CREATE TABLE users (user_id {key} PRIMARY KEY, created_at {time}, onboarded_at {time},
                    plan TEXT, country TEXT, seats {integer}, email TEXT);
CREATE TABLE events (user_id {integer}, name TEXT, occurred_at {time}, feature TEXT);
"""

EXISTS = """
SELECT u.user_id FROM users u
WHERE u.created_at >= {first} AND u.created_at < {last} AND u.onboarded_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM events e WHERE e.user_id = u.user_id
              AND e.name = 'training_completed' AND e.occurred_at <= {now})
  AND EXISTS (SELECT 1 FROM events e WHERE e.user_id = u.user_id
              AND e.name = 'login' AND e.occurred_at >= {week} AND e.occurred_at <= {now})
  AND (SELECT count(*) FROM events e WHERE e.user_id = u.user_id AND e.name = 'login'
       AND e.occurred_at >= u.created_at AND e.occurred_at <= {now}) > 10
  AND NOT EXISTS (SELECT 1 FROM events e WHERE e.user_id = u.user_id
                  AND e.name = 'feature_used' AND e.feature = 'reports' AND e.occurred_at <= {now})
ORDER BY u.user_id
"""
ONE_PASS = """
SELECT u.user_id FROM users u JOIN events e ON e.user_id = u.user_id
WHERE u.created_at >= {first} AND u.created_at < {last} AND u.onboarded_at IS NOT NULL
  AND e.occurred_at <= {now} AND e.name IN ('training_completed', 'login', 'feature_used')
GROUP BY u.user_id, u.created_at
HAVING count(*) FILTER (WHERE e.name = 'training_completed') > 0
  AND count(*) FILTER (WHERE e.name = 'login' AND e.occurred_at >= {week}) > 0
  AND count(*) FILTER (WHERE e.name = 'login' AND e.occurred_at >= u.created_at) > 10
  AND count(*) FILTER (WHERE e.name = 'feature_used' AND e.feature = 'reports') = 0
ORDER BY u.user_id
"""
BY_HAND = {"EXISTS by hand": EXISTS, "one pass by hand": ONE_PASS}

Ask = Callable[[str], list[object]]


def main(*names: str) -> None:
    """One table a store; `sqlite` or `postgres` asks only that."""
    for name in names or ("sqlite", "postgres"):
        STORES[name](parquet_of(users=USERS, events=EVENTS))


def compare(name: str, connector: str, database: Database, ask: Ask) -> None:
    """Ask the segment and the statements by hand, and print the table."""
    with TemporaryDirectory(prefix="touchline-bench-") as folder:
        write_project(Path(folder), connector)
        project, catalog = load(Path(folder))
    audience = bind_segment("checkup", project, catalog)

    def way(statement: str) -> Way:
        return lambda: ask(statement)

    with open_sources({"product": database}, NoContacts(), catalog) as snapshot:
        checked = seconds_of(lambda: check_values(audience, snapshot, AS_OF))
        ours = {"touchline": lambda: select_keys(audience, snapshot, AS_OF)}
        by_hand = {each: way(text) for each, text in BY_HAND.items()}
        times = measured({**ours, **by_hand}, rounds=ROUNDS)
    print(f"{name}: {USERS:,} users, {EVENTS:,} events; medians of {ROUNDS}")
    print_ratios(times, beside=tuple(BY_HAND))
    print(f"{'looking at every value, once a run':34}{checked:9.3f}")


# ---------------------------------------------------------------- SQLite


def on_sqlite(parquet: Path) -> None:
    """A file that stays in the cache."""
    path = parquet / "shop.db"
    if not path.exists():
        making = path.with_suffix(".new")
        making.unlink(missing_ok=True)
        _fill_sqlite(making, parquet)
        making.rename(path)
    connection = sqlite3.connect(path)
    bounds = {name: f"{at:%Y-%m-%dT%H:%M:%S}Z" for name, at in BOUNDS.items()}

    def ask(statement: str) -> list[object]:
        text = statement.format(**{name: f":{name}" for name in BOUNDS})
        return [row[0] for row in connection.execute(text, asked_in(text, bounds, ":"))]

    database = SqliteDatabase(path, {"product": ZoneInfo("UTC")})
    compare("SQLite", '{type: sql, url: "sqlite:///shop.db"}', database, ask)


def _fill_sqlite(path: Path, parquet: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode = off; PRAGMA synchronous = off;")
    connection.executescript(TABLES.format(key="INTEGER", integer="INTEGER", time="TEXT"))
    iso = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ') AS {0}"
    for table, names in COLUMNS.items():
        columns = ", ".join(iso.format(each) if each.endswith("_at") else each for each in names)
        marks = ", ".join("?" for _ in names)
        for rows in _rows(f"SELECT {columns} FROM '{parquet}/{table}.parquet'"):
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    for index in INDEXES:
        connection.execute(index)
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def _rows(statement: str) -> Iterator[list[tuple[object, ...]]]:
    with duckdb.connect() as connection:
        cursor = connection.execute(statement)
        while rows := cursor.fetchmany(100_000):
            yield rows


# ---------------------------------------------------------------- Postgres


def on_postgres(parquet: Path) -> None:
    """A server of its own, filled anew: its folder belongs to another user."""
    with running_postgres() as url, _filled(url, parquet) as connection:
        bounds = {name: at.replace(tzinfo=UTC) for name, at in BOUNDS.items()}

        def ask(statement: str) -> list[object]:
            text = statement.format(**{name: f"%({name})s" for name in BOUNDS})
            return [row[0] for row in connection.execute(text, bounds)]

        database = PostgresDatabase(make_url(url), {"product": Schema(None, ZoneInfo("UTC"))})
        compare("Postgres", '{type: sql, url: "postgresql://localhost/shop"}', database, ask)


@contextmanager
def _filled(url: str, parquet: Path) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    address = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(TABLES.format(key="BIGINT", integer="BIGINT", time="TIMESTAMPTZ"))
        for table, names in COLUMNS.items():
            csv = parquet / f"{table}.csv"
            _write_csv(csv, f"SELECT {', '.join(names)} FROM '{parquet}/{table}.parquet'")
            with (
                csv.open("rb") as lines,
                connection.cursor() as cursor,
                cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy,
            ):
                while chunk := lines.read(1 << 20):
                    copy.write(chunk)
        for index in (*INDEXES, "VACUUM ANALYZE"):
            connection.execute(index)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET jit = off")
        yield connection


def _write_csv(path: Path, statement: str) -> None:
    if not path.exists():
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({statement}) TO '{path}' (HEADER false)")


STORES: Mapping[str, Callable[[Path], None]] = {"sqlite": on_sqlite, "postgres": on_postgres}


if __name__ == "__main__":
    main(*sys.argv[1:])
