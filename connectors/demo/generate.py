"""Customers that do not exist: the data of the demo project, made by SQL and the same every time.

Every drawn value is a digest of the seed, what it is for and the row it is for. So neither the
order of threads nor the version of the database changes a row, and one more user changes no other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.demo.names import CITIES, FAMILY_NAMES, FEATURES, FIRST_NAMES, TRADES, WORDS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Progress", "Scale", "generate"]

Progress = Callable[[str, int, int], None]
"""Told the name of the part being made, how many parts are done, and of how many."""

USERS_PER_ACCOUNT = 25


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to make. The seed is any whole number; another one makes other people."""

    users: int = 20_000
    events: int = 500_000
    seed: int = 7

    @property
    def accounts(self) -> int:
        """How many companies the users work for."""
        return max(1, self.users // USERS_PER_ACCOUNT)


def generate(folder: Path, scale: Scale, *, as_of: datetime, progress: Progress) -> None:
    """Write `product/users.parquet`, `product/events.parquet` and `crm.db` into `folder`.

    Everything lies before `as_of` (aware), and moves with it: the same seed and instant give the
    same rows. Files that are there already are replaced.
    """
    import duckdb  # takes a tenth of a second, and only the demo needs it here

    (folder / "product").mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as database:
        _define(database, scale, as_of)
        parts: tuple[tuple[str, Callable[[], None]], ...] = (
            ("accounts", lambda: _make_accounts(database, scale)),
            ("users", lambda: _make_users(database, scale)),
            ("events", lambda: _make_events(database, scale)),
            ("files", lambda: _write_files(database, folder / "product")),
            ("CRM", lambda: _write_crm(database, folder / "crm.db", scale)),
        )
        for done, (name, make) in enumerate(parts):
            progress(name, done, len(parts))
            make()
        progress("done", len(parts), len(parts))


def _define(database: DuckDBPyConnection, scale: Scale, as_of: datetime) -> None:
    """The macros that draw, and the lists they draw from."""
    database.execute("SET TimeZone = 'UTC'")
    moment = as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    database.execute("CREATE TABLE run AS SELECT ?::TIMESTAMP AS as_of", [moment])
    database.execute(
        "CREATE MACRO draw(purpose, row_id) AS (md5_number_lower("
        f"concat('{scale.seed:d}', ':', purpose, ':', row_id)) >> 11) / 9007199254740992.0"
    )
    database.execute(
        "CREATE MACRO pick(list, share) AS list[1 + floor(share * len(list))::INTEGER]"
    )
    database.execute(
        "CREATE TABLE lists AS SELECT ?::VARCHAR[] AS first_names, ?::VARCHAR[] AS family_names, "
        "?::VARCHAR[] AS words, ?::VARCHAR[] AS trades, ?::VARCHAR[] AS zones",
        [words.split() for words in (FIRST_NAMES, FAMILY_NAMES, WORDS, TRADES, CITIES)],
    )


def _make_accounts(database: DuckDBPyConnection, scale: Scale) -> None:
    """A few accounts have no customer success manager yet."""
    database.execute(
        """
        CREATE TABLE accounts AS
        WITH drawn AS (
            SELECT i AS id,
                   pick(words, draw('word', i)) || ' ' || pick(trades, draw('trade', i)) AS name,
                   CASE WHEN draw('plan', i) < 0.35 THEN 'free'
                        WHEN draw('plan', i) < 0.85 THEN 'pro' ELSE 'enterprise' END AS plan,
                   5 + floor(80 * pow(draw('seats', i), 3))::INTEGER AS seats,
                   as_of::DATE + floor(365 * draw('renewal', i))::INTEGER AS renews_on,
                   draw('has csm', i) >= 0.05 AS has_csm,
                   floor(12 * draw('csm', i))::INTEGER AS csm,
                   pick(first_names, draw('champion', i)) AS champion_first,
                   pick(family_names, draw('champion family', i)) AS champion_family,
                   draw('has champion', i) >= 0.2 AS has_champion,
                   first_names, family_names
            FROM range(1, ? + 1) AS row_ids(i), lists, run
        )
        SELECT id, name, plan, seats, renews_on,
               CASE WHEN has_csm THEN first_names[1 + csm] || ' ' || family_names[1 + csm] END
                   AS csm_name,
               CASE WHEN has_csm
                    THEN lower(first_names[1 + csm] || '.' || family_names[1 + csm])
                         || '@example.org' END AS csm_email,
               CASE WHEN has_champion THEN champion_first || ' ' || champion_family END
                   AS champion_name,
               CASE WHEN has_champion
                    THEN lower(champion_first || '.' || champion_family) || '.c' || id
                         || '@example.com' END AS champion_email
        FROM drawn ORDER BY id
        """,
        [scale.accounts],
    )


def _make_users(database: DuckDBPyConnection, scale: Scale) -> None:
    """Numbers grow with the day of signing up; some people never finished onboarding.

    `busy` is not written: the busy are drawn more often by the events, and stay with us.
    """
    database.execute(
        """
        CREATE TABLE users AS
        WITH drawn AS (
            SELECT i AS user_id,
                   1 + floor(? * pow(draw('account', i), 1.3))::BIGINT AS account_id,
                   pick(first_names, draw('first', i)) AS first,
                   pick(family_names, draw('family', i)) AS family,
                   CASE WHEN draw('role', i) < 0.1 THEN 'admin'
                        WHEN draw('role', i) < 0.9 THEN 'member' ELSE 'guest' END AS role,
                   pick(zones, draw('zone', i)) AS tz,
                   as_of - to_seconds(floor(86400 * (2 + 1000 * pow(1 - (i - 1) / ?, 1.1)
                                            + 3 * draw('signup', i)))::BIGINT) AS created_at,
                   draw('busy', i) < 0.55 AS busy,
                   as_of
            FROM range(1, ? + 1) AS row_ids(i), lists, run
        )
        SELECT user_id, account_id, first || ' ' || family AS full_name,
               CASE WHEN draw('no first name', user_id) >= 0.006 THEN first END AS first_name,
               CASE WHEN draw('no email', user_id) >= 0.004
                    THEN lower(first || '.' || family) || '.' || user_id || '@example.com' END
                   AS email,
               role, tz, 'en' AS lang, created_at,
               CASE WHEN draw('onboarded', user_id) < 0.85 THEN
                    nullif(least(as_of, created_at + to_seconds(
                        floor(86400 * (1 + 12 * draw('onboarding', user_id)))::BIGINT)), as_of) END
                   AS onboarded_at,
               draw('deleted', user_id) < 0.02 AS is_deleted, busy
        FROM drawn ORDER BY user_id
        """,
        [scale.accounts, scale.users, scale.users],
    )


def _make_events(database: DuckDBPyConnection, scale: Scale) -> None:
    """Logins, features used and trainings, in the order of time, as a product would log them.

    A training follows soon after signing up. The busy come back until today; the others mostly
    used the product when it was new to them.
    """
    database.execute(
        """
        CREATE TABLE events AS
        WITH drawn AS (
            SELECT i, 1 + floor($users * draw('one', i))::BIGINT AS one,
                   1 + floor($users * draw('other', i))::BIGINT AS other,
                   draw('what', i) AS what, draw('when', i) AS share
            FROM range(1, $events + 1) AS row_ids(i)
        ), placed AS (
            SELECT i, what, share, CASE WHEN users.busy THEN one ELSE other END AS user_id
            FROM drawn JOIN users ON users.user_id = one
        ), timed AS (
            SELECT i, what, share, user_id, busy, created_at,
                   epoch(as_of) - epoch(created_at) AS age
            FROM placed JOIN users USING (user_id), run
        )
        SELECT i AS event_id, user_id,
               created_at + to_seconds(floor(CASE
                   WHEN what < 0.05 THEN least(age, 20 * 86400) * share
                   WHEN busy THEN age * (1 - pow(share, 1.4))
                   ELSE age * pow(share, 2.5) END)::BIGINT) AS occurred_at,
               CASE WHEN what < 0.05 THEN 'training_completed' WHEN what < 0.6 THEN 'login'
                    ELSE 'feature_used' END AS name,
               CASE WHEN what >= 0.6 THEN pick($features,
                                               pow(draw('feature', i), 1.5)) END AS feature,
               CASE WHEN what >= 0.6 THEN 5 + floor(600 * pow(draw('seconds', i), 3)) END AS seconds
        FROM timed
        """,
        {"users": scale.users, "events": scale.events, "features": FEATURES.split()},
    )


def _write_files(database: DuckDBPyConnection, folder: Path) -> None:
    _copy(database, "SELECT * EXCLUDE (busy) FROM users ORDER BY user_id", folder / "users.parquet")
    _copy(
        database, "SELECT * FROM events ORDER BY occurred_at, event_id", folder / "events.parquet"
    )


def _copy(database: DuckDBPyConnection, query: str, path: Path) -> None:
    path.unlink(missing_ok=True)
    target = str(path).replace("'", "''")
    database.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


CRM_TABLES = (
    "CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, plan TEXT NOT NULL,"
    " seats INTEGER NOT NULL, renews_on DATE NOT NULL, csm_name TEXT, csm_email TEXT,"
    " champion_name TEXT, champion_email TEXT)",
    "CREATE TABLE calls (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL,"
    " held_at TIMESTAMP NOT NULL)",
    "CREATE TABLE tickets (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL,"
    " opened_at TIMESTAMP NOT NULL, severity TEXT NOT NULL)",
    "CREATE INDEX calls_of_contact ON calls (contact_id, held_at)",
    "CREATE INDEX tickets_of_contact ON tickets (contact_id, opened_at)",
)
ACCOUNTS = (
    "SELECT id, name, plan, seats, renews_on::VARCHAR, csm_name, csm_email, champion_name,"
    " champion_email FROM accounts ORDER BY id"
)
CONTACTS_OF_USERS = """
    SELECT i, user_id,
           strftime(created_at + to_seconds(floor((epoch(as_of) - epoch(created_at))
                                                  * draw($purpose || ' at', i))::BIGINT),
                    '%Y-%m-%d %H:%M:%S') AS at,
           draw($purpose || ' severity', i) AS severity
    FROM range(1, $rows + 1) AS row_ids(i), run
    JOIN users ON user_id = 1 + floor($users * draw($purpose, i))::BIGINT
    ORDER BY i
"""


def _write_crm(database: DuckDBPyConnection, path: Path, scale: Scale) -> None:
    """The CRM is a database of its own: companies with their people, calls and tickets."""
    accounts = database.execute(ACCOUNTS).fetchall()
    calls = _contacts(database, "call", rows=scale.users * 3 // 10, users=scale.users)
    tickets = _contacts(database, "ticket", rows=scale.users // 5, users=scale.users)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as crm, crm:
        for statement in CRM_TABLES:
            crm.execute(statement)
        crm.executemany("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", accounts)
        crm.executemany("INSERT INTO calls VALUES (?, ?, ?)", [row[:3] for row in calls])
        crm.executemany(
            "INSERT INTO tickets VALUES (?, ?, ?, ?)",
            [(*row[:3], "high" if row[3] < 0.1 else "normal") for row in tickets],
        )


def _contacts(
    database: DuckDBPyConnection, purpose: str, *, rows: int, users: int
) -> list[tuple[int, int, str, float]]:
    values = {"purpose": purpose, "rows": rows, "users": users}
    return database.execute(CONTACTS_OF_USERS, values).fetchall()
