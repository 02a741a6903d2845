"""Customers that do not exist: the data of the reference catalog, made by SQL, the same every time.

Every drawn value is a digest of the seed, what it is for and the row it is for. So neither the
order of threads nor the version of the database changes a row, and one more user changes no other.
Each query of `rows/` is the table of its name, and may ask those made before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.demo.names import (
    CHURN_REASONS,
    CITIES,
    COURSES,
    DEEDS,
    FAMILY_NAMES,
    FEATURES,
    FIRST_NAMES,
    GOALS,
    RISKS,
    TRADES,
    WORDS,
)
from connectors.demo.situations import SITUATIONS
from connectors.demo.writing import write_crm, write_product

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Progress", "Scale", "generate"]

Progress = Callable[[str, int, int], None]
"""Told the name of the part being made, how many parts are done, and of how many."""

USERS_PER_ACCOUNT = 25
ROWS = Path(__file__).resolve().parent / "rows"
PARTS = (
    ("accounts", ("accounts", "situations")),
    ("users", ("users",)),
    ("events", ("events", "use", "personas")),
    ("companies", ("companies", "people", "signals")),
    ("records", ("calls", "mails", "tickets", "meetings", "trainings", "surveys", "advocacy")),
    ("contracts", ("objectives", "opportunities", "invoices")),
)
"""The tables in the order of making, by the name that the progress bears."""

MACROS = """
    CREATE MACRO draw(purpose, row_id) AS (md5_number_lower(
        concat('{seed:d}', ':', purpose, ':', row_id)) >> 11) / 9007199254740992.0;
    CREATE MACRO pick(list, share) AS list[1 + floor(share * len(list))::INTEGER];
    CREATE MACRO mailbox(name) AS lower(replace(name, ' ', '.')) || '@example.org';
"""
LISTS: dict[str, list[str]] = {
    "first_names": FIRST_NAMES.split(),
    "family_names": FAMILY_NAMES.split(),
    "words": WORDS.split(),
    "trades": TRADES.split(),
    "zones": CITIES.split(),
    "features": FEATURES.split(),
    "courses": list(COURSES),
    "reasons": CHURN_REASONS.split(),
    "risks": RISKS.split(),
    "goals": list(GOALS),
    "deeds": DEEDS.split(),
    "ours": list(
        map(" ".join, zip(FIRST_NAMES.split()[12:], FAMILY_NAMES.split()[12:], strict=True))
    ),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to make. The seed is any whole number; another one makes other people.

    A few users come beside these, invited and never seen, and a few logins where use changed.
    """

    users: int = 20_000
    events: int = 500_000
    seed: int = 7

    @property
    def accounts(self) -> int:
        """How many companies the users work for."""
        return max(1, self.users // USERS_PER_ACCOUNT)


def generate(folder: Path, scale: Scale, *, as_of: datetime, progress: Progress) -> None:
    """Write `product/*.parquet` and `crm.db` into `folder`.

    Nothing that happened lies after `as_of` (aware), and all of it moves with it: the same seed and
    instant give the same rows. Files that are there already are replaced.
    """
    import duckdb  # takes a tenth of a second, and only the demo needs it here

    count = len(PARTS) + 1
    with duckdb.connect() as database:
        _define(database, scale, as_of)
        for done, (part, tables) in enumerate(PARTS):
            progress(part, done, count)
            for table in tables:
                _make(database, table)
        progress("files", count - 1, count)
        write_product(database, folder / "product")
        write_crm(database, folder / "crm.db")  # the last one: where it is, all is
        progress("done", count, count)


def _make(database: DuckDBPyConnection, table: str) -> None:
    query = (ROWS / f"{table}.sql").read_text(encoding="utf-8")
    database.execute(f"CREATE TABLE {table} AS {query}")


def _define(database: DuckDBPyConnection, scale: Scale, as_of: datetime) -> None:
    """What the queries draw with and from."""
    database.execute("SET TimeZone = 'UTC'")
    moment = as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    database.execute(
        "CREATE TABLE run AS SELECT as_of, as_of::DATE AS today, ? AS users, ? AS accounts,"
        " ? AS events FROM (SELECT ?::TIMESTAMP AS as_of)",
        [scale.users, scale.accounts, scale.events, moment],
    )
    database.execute(MACROS.format(seed=scale.seed))
    columns = ", ".join(f"?::VARCHAR[] AS {name}" for name in LISTS)
    database.execute(f"CREATE TABLE lists AS SELECT {columns}", list(LISTS.values()))
    database.execute(
        "CREATE TABLE turns (number INTEGER, name VARCHAR, from_age INTEGER, to_age INTEGER,"
        " touch_model VARCHAR)"
    )
    database.executemany(
        "INSERT INTO turns VALUES (?, ?, ?, ?, ?)",
        [
            (number, each.name, each.from_age, each.to_age, each.touch_model)
            for number, each in enumerate(SITUATIONS)
        ],
    )
