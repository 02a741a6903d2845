"""The check-up segment: the project's files, the same data each time, the bounds of its windows."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from engine.bind.bind import bind_catalog
from engine.bind.catalog import Catalog
from engine.language.project import Project
from engine.read.load import load_project

__all__ = ["AS_OF", "BOUNDS", "CACHE", "asked_in", "load", "parquet_of", "write_project"]

AS_OF = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)

CACHE = Path(__file__).resolve().parent.parent / ".bench-cache"
"""Where data and environments stay from one run to the next."""

SETTINGS = """
touchline: 1
name: bench
timezone: America/New_York
connectors: {{product: {connector}}}
"""
FILES = {
    "catalog/user.yaml": """
entity: user
source: product.users
key: user_id
fields:
  user_id: integer
  signed_up_at: {type: timestamp, column: created_at}
  onboarded_at: timestamp
  plan: text
  country: text
  seats: integer
  email: text
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
    "segments/plain.yaml": """
segment: plain
of: user
where:
  - plan: {one_of: [team, enterprise]}
  - seats: {at_least: 5}
  - country: US
  - email: {set: true}
  - seats: {less_than: 40}
""",
    "playbooks/checkup.yaml": """
playbook: checkup
segment: checkup
steps:
  - wait: 2 days
  - if: {did: used_feature, within: 2 days}
    then: [{end: converted}]
  - wait_for: {did: logged_in}
    at_most: 7 days
exit_when: {did: used_feature, where: {feature: reports}}
""",
}

USERS = """
COPY (
  SELECT i AS user_id,
    TIMESTAMP '2025-03-10' + to_seconds(CAST(hash(i, 1) % 31536000 AS BIGINT)) AS created_at,
    CASE WHEN hash(i, 2) % 10 < 7
         THEN TIMESTAMP '2025-06-01' + to_seconds(CAST(hash(i, 3) % 24000000 AS BIGINT))
    END AS onboarded_at,
    ['free', 'pro', 'team', 'enterprise'][CAST(hash(i, 8) % 4 AS BIGINT) + 1] AS plan,
    ['US', 'DE', 'IN', 'FR', 'BR'][CAST(hash(i, 9) % 5 AS BIGINT) + 1] AS country,
    CAST(hash(i, 10) % 50 AS BIGINT) AS seats,
    CASE WHEN hash(i, 11) % 20 > 0 THEN 'user' || i || '@example.com' END AS email
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


def parquet_of(*, users: int, events: int) -> Path:
    """The folder with `users.parquet` and `events.parquet`, made where it is not there yet."""
    folder = CACHE / f"{users}-{events}"
    if not folder.is_dir():
        making = folder.with_suffix(".new")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(USERS.format(users=users, path=making))
            connection.execute(EVENTS.format(users=users, events=events, path=making))
        making.rename(folder)
    return folder


def write_project(folder: Path, connector: str) -> None:
    """The project's files; `connector` as YAML says one on a line."""
    for name, content in {"touchline.yaml": SETTINGS.format(connector=connector), **FILES}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content.lstrip(), encoding="utf-8")


def load(folder: Path) -> tuple[Project, Catalog]:
    """The project with its catalog bound."""
    project = load_project(folder)
    catalog, _ = bind_catalog(project)
    return project, catalog


def asked_in(text: str, bounds: Mapping[str, object], mark: str) -> dict[str, object]:
    """The bounds that a statement names, each after a `mark`."""
    return {name: value for name, value in bounds.items() if f"{mark}{name}" in text}
