"""How long the check-up segment takes on Parquet, beside the same question written by hand.

`python -m bench.segment [USERS EVENTS]` asks each way in turn, and prints medians and ratios. The
answers must be the same people.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb

from bench.checkup import AS_OF, BOUNDS, asked_in, load, parquet_of, write_project
from bench.rounds import Way, measured, print_ratios
from connectors.sources.files import FilesDatabase, Folder
from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_segment

ROUNDS = 7

EXISTS = """
SELECT u.user_id FROM '{path}/users.parquet' u
WHERE u.created_at >= $first AND u.created_at < $last AND u.onboarded_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM '{path}/events.parquet' e WHERE e.user_id = u.user_id
              AND e.name = 'training_completed' AND e.occurred_at <= $now)
  AND EXISTS (SELECT 1 FROM '{path}/events.parquet' e WHERE e.user_id = u.user_id
              AND e.name = 'login' AND e.occurred_at >= $week AND e.occurred_at <= $now)
  AND (SELECT count(*) FROM '{path}/events.parquet' e WHERE e.user_id = u.user_id
       AND e.name = 'login' AND e.occurred_at >= u.created_at AND e.occurred_at <= $now) > 10
  AND NOT EXISTS (SELECT 1 FROM '{path}/events.parquet' e WHERE e.user_id = u.user_id
                  AND e.name = 'feature_used' AND e.feature = 'reports' AND e.occurred_at <= $now)
ORDER BY u.user_id
"""
CANDIDATES = """
WITH c AS (
  SELECT user_id, created_at FROM '{path}/users.parquet'
  WHERE created_at >= $first AND created_at < $last AND onboarded_at IS NOT NULL
)
"""
HAVING = """
GROUP BY c.user_id
HAVING count(*) FILTER (e.name = 'training_completed') > 0
  AND count(*) FILTER (e.name = 'login' AND e.occurred_at >= $week) > 0
  AND count(*) FILTER (e.name = 'login' AND e.occurred_at >= c.created_at) > 10
  AND count(*) FILTER (e.name = 'feature_used' AND e.feature = 'reports') = 0
ORDER BY c.user_id
"""
ONE_PASS = f"""
{CANDIDATES}
SELECT c.user_id FROM '{{path}}/events.parquet' e JOIN c ON c.user_id = e.user_id
WHERE e.occurred_at <= $now {HAVING}
"""
NAMES_FIRST = f"""
{CANDIDATES}
SELECT c.user_id FROM '{{path}}/events.parquet' e JOIN c ON c.user_id = e.user_id
WHERE e.occurred_at <= $now AND e.name IN ('training_completed', 'login', 'feature_used') {HAVING}
"""
NAMES_LAST = f"""
{CANDIDATES}
SELECT c.user_id FROM '{{path}}/events.parquet' e JOIN c ON c.user_id = e.user_id
WHERE e.occurred_at <= $now
  AND CASE WHEN c.user_id IS NULL THEN false ELSE e.name = 'training_completed'
           OR e.name = 'login' AND (e.occurred_at >= $week OR e.occurred_at >= c.created_at)
           OR e.name = 'feature_used' AND e.feature = 'reports' END {HAVING}
"""
STAGED = f"""
{CANDIDATES}, d AS MATERIALIZED (
  SELECT c.* FROM c ANTI JOIN (
    SELECT user_id FROM '{{path}}/events.parquet'
    WHERE name = 'feature_used' AND feature = 'reports' AND occurred_at <= $now
  ) r ON r.user_id = c.user_id
)
SELECT c.user_id FROM '{{path}}/events.parquet' e JOIN d c ON c.user_id = e.user_id
WHERE e.occurred_at <= $now
GROUP BY c.user_id
HAVING count(*) FILTER (e.name = 'training_completed') > 0
  AND count(*) FILTER (e.name = 'login' AND e.occurred_at >= $week) > 0
  AND count(*) FILTER (e.name = 'login' AND e.occurred_at >= c.created_at) > 10
ORDER BY c.user_id
"""
BY_HAND = {
    "one pass by hand": ONE_PASS,
    "one pass, names before the join": NAMES_FIRST,
    "one pass, names after the join": NAMES_LAST,
    "in two stages by hand": STAGED,
}
"""What an expert may write; the quickest of them is the best."""


def main(users: int = 1_000_000, events: int = 50_000_000) -> None:
    """Ask each way and print the table."""
    data = parquet_of(users=users, events=events)
    with TemporaryDirectory(prefix="touchline-bench-") as name:
        write_project(Path(name), "{type: files, path: data}")
        project, catalog = load(Path(name))
        audience = bind_segment("checkup", project, catalog)
        database = FilesDatabase({"product": Folder(data, ZoneInfo("UTC"))})
        with open_sources({"product": database}, NoContacts(), catalog) as snapshot:
            ours = {"touchline": lambda: select_keys(audience, snapshot, AS_OF)}
            times = measured({**ours, **by_hand(data)}, rounds=ROUNDS)
    print(f"{users:,} users, {events:,} events in Parquet; medians of {ROUNDS}")
    print_ratios(times, beside=tuple(BY_HAND))


def by_hand(data: Path) -> Mapping[str, Way]:
    """The statements, each on the same connection."""
    connection = duckdb.connect()

    def way(statement: str) -> Way:
        text = statement.format(path=data)
        asked = asked_in(text, BOUNDS, "$")
        return lambda: [row[0] for row in connection.execute(text, asked).fetchall()]

    return {name: way(text) for name, text in {**BY_HAND, "EXISTS by hand": EXISTS}.items()}


if __name__ == "__main__":
    main(*(int(each.replace("_", "")) for each in sys.argv[1:]))
