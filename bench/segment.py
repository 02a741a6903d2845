"""How long the check-up segment takes on Parquet, beside the same question written by hand.

`python -m bench.segment [USERS EVENTS]`: makes the data (the same each time) in a temporary
folder, asks each way in turn, and prints medians and ratios. The answers must be the same people.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from connectors.sources.files import FilesDatabase, Folder
from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.playbook import Audience
from engine.read.load import load_project

AS_OF = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
ROUNDS = 5

FILES = {
    "touchline.yaml": """
touchline: 1
name: bench
timezone: America/New_York
connectors: {product: {type: files, path: data}}
""",
    "catalog/user.yaml": """
entity: user
source: product.users
key: user_id
fields:
  user_id: integer
  signed_up_at: {type: timestamp, column: created_at}
  onboarded_at: timestamp
events:
  logged_in:
    {source: product.events, key: user_id, at: occurred_at, where: {name: login}}
  completed_training:
    {source: product.events, key: user_id, at: occurred_at, where: {name: training_completed}}
  used_feature:
    source: product.events
    key: user_id
    at: occurred_at
    where: {name: feature_used}
    properties: {feature: text}
""",
    "segments/checkup.yaml": """
segment: checkup
of: user
where:
  - signed_up_at: {days_ago: {between: [30, 90]}}
  - did: completed_training
  - did: logged_in
    within: 7 days
  - did: logged_in
    since: signed_up_at
    times: {more_than: 10}
  - onboarded_at: {set: true}
  - not_contacted: {since: onboarded_at}
  - did_not: used_feature
    where: {feature: reports}
""",
}

USERS = """
COPY (
  SELECT i AS user_id,
    TIMESTAMP '2025-03-10' + to_seconds(CAST(hash(i, 1) % 31536000 AS BIGINT)) AS created_at,
    CASE WHEN hash(i, 2) % 10 < 7
         THEN TIMESTAMP '2025-06-01' + to_seconds(CAST(hash(i, 3) % 24000000 AS BIGINT))
    END AS onboarded_at
  FROM range({users}) t(i)
) TO '{path}/users.parquet'
"""
EVENTS = """
COPY (
  SELECT CAST(hash(i, 4) % {users} AS BIGINT) AS user_id,
    CASE WHEN hash(i, 5) % 100 < 70 THEN 'login'
         WHEN hash(i, 5) % 100 < 73 THEN 'training_completed'
         WHEN hash(i, 5) % 100 < 95 THEN 'feature_used' ELSE 'ticket_opened' END AS name,
    TIMESTAMP '2025-09-10' + to_seconds(CAST(hash(i, 6) % 15700000 AS BIGINT)) AS occurred_at,
    ['reports', 'export', 'api', 'search', 'share'][CAST(hash(i, 7) % 5 AS BIGINT) + 1] AS feature
  FROM range({events}) t(i)
) TO '{path}/events.parquet'
"""

BOUNDS = {
    name: datetime.fromisoformat(text)
    for name, text in {
        "first": "2025-12-10T05:00",
        "last": "2026-02-09T05:00",
        "week": "2026-03-03T05:00",
        "now": "2026-03-10T13:00",
    }.items()
}
"""90, 30 and 7 days ago in New York, and the instant; in UTC and naive, as DuckDB has them."""

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

ONE_PASS = """
WITH c AS (
  SELECT user_id, created_at FROM '{path}/users.parquet'
  WHERE created_at >= $first AND created_at < $last AND onboarded_at IS NOT NULL
)
SELECT c.user_id FROM '{path}/events.parquet' e JOIN c ON c.user_id = e.user_id
WHERE e.occurred_at <= $now AND e.name IN ('training_completed', 'login', 'feature_used')
GROUP BY c.user_id
HAVING count(*) FILTER (e.name = 'training_completed') > 0
  AND count(*) FILTER (e.name = 'login' AND e.occurred_at >= $week) > 0
  AND count(*) FILTER (e.name = 'login' AND e.occurred_at >= c.created_at) > 10
  AND count(*) FILTER (e.name = 'feature_used' AND e.feature = 'reports') = 0
ORDER BY c.user_id
"""


def main(users: int = 1_000_000, events: int = 20_000_000) -> None:
    """Make the data, ask, and print the table."""
    with tempfile.TemporaryDirectory(prefix="touchline-bench-") as name:
        folder = Path(name)
        audience = make_project(folder)
        make_data(folder / "data", users=users, events=events)
        database = FilesDatabase({"product": Folder(folder / "data", ZoneInfo("UTC"))})
        catalog, _ = bind_catalog(load_project(folder))
        with open_sources({"product": database}, NoContacts(), catalog) as snapshot:
            times = measured(ways(folder / "data", audience, snapshot))
    print(f"{users:,} users, {events:,} events in Parquet; medians of {ROUNDS}")
    print_table(times)


def make_project(folder: Path) -> Audience:
    """The project's files, and its segment bound."""
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content.lstrip(), encoding="utf-8")
    project = load_project(folder)
    catalog, _ = bind_catalog(project)
    return bind_segment("checkup", project, catalog)


def make_data(folder: Path, *, users: int, events: int) -> None:
    """The two tables."""
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(USERS.format(users=users, path=folder))
        connection.execute(EVENTS.format(users=users, events=events, path=folder))


def ways(
    data: Path, audience: Audience, snapshot: Snapshot
) -> Mapping[str, Callable[[], list[object]]]:
    """The ways to ask, each giving the keys in order."""
    connection = duckdb.connect()

    def by_hand(statement: str) -> Callable[[], list[object]]:
        text = statement.format(path=data)
        asked = {name: value for name, value in BOUNDS.items() if f"${name}" in text}
        return lambda: [row[0] for row in connection.execute(text, asked).fetchall()]

    return {
        "touchline": lambda: list(select_keys(audience, snapshot, AS_OF)),
        "one pass by hand": by_hand(ONE_PASS),
        "EXISTS by hand": by_hand(EXISTS),
    }


def measured(asked: Mapping[str, Callable[[], list[object]]]) -> Mapping[str, list[float]]:
    """Seconds of each way, taken in turn so that what slows the machine slows all."""
    answers = {name: ask() for name, ask in asked.items()}  # also warms the files
    first = next(iter(answers.values()))
    if not first or any(answer != first for answer in answers.values()):
        raise SystemExit(f"the answers differ: { {n: len(a) for n, a in answers.items()} }")
    print(f"{len(first):,} match")
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, ask in asked.items():
            begun = time.perf_counter()
            ask()
            times[name].append(time.perf_counter() - begun)
    return times


def print_table(times: Mapping[str, list[float]]) -> None:
    """One line a way, with its time as a multiple of the best by hand."""
    best = statistics.median(times["one pass by hand"])
    print(f"{'':20}{'seconds':>9}{'ratio':>8}")
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:20}{median:9.3f}{median / best:8.2f}")


if __name__ == "__main__":
    main(*(int(each.replace("_", "")) for each in sys.argv[1:]))
