"""A small business whose figures can be counted by hand: four accounts, eight users."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from connectors.fakes import FakeDatabase, FakeTable
from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.sqlite import SqliteDatabase
from engine.audience.contacts import NoContacts
from engine.audience.figures import Measured, measure
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_catalog
from engine.bind.metrics import bind_metric
from engine.language.project import Project
from engine.ports import Database
from engine.read.load import load_project

__all__ = ["AS_OF", "FILES", "STORES", "TABLES", "Row", "database", "figure", "project", "snapshot"]

AS_OF = datetime(2026, 3, 10, 13, tzinfo=UTC)
"""9:00 in New York, where the days of the town are."""

STORES = ("duckdb", "sqlite", "postgres")

FILES: Mapping[str, str] = {
    "touchline.yaml": """\
touchline: 1
name: town
ledger: {url: "sqlite:///town.db", id: town-1}
timezone: America/New_York
connectors:
  s: {type: files, path: data}
""",
    "catalog/account.yaml": """\
entity: account
source: s.accounts
key: id
fields:
  id: integer
  plan: text
  seats: integer
  mrr_then: number
  mrr_now: number
  mrr_kept: number
  size: {band: seats, of: [[large, {at_least: 15}], [small, {}]]}
  active_users: {count: user, where: [{did: logged_in, within: 28 days}]}
  utilisation: {ratio: [active_users, seats]}
""",
    "catalog/user.yaml": """\
entity: user
source: s.users
key: id
links: {account: account_id}
fields:
  id: integer
  admin: boolean
  nps: integer
  nps_points: integer
  tags: list
  signed_up_at: timestamp
  first_action: {first: activated}
  days_to_action: {days_between: [signed_up_at, first_action]}
events:
  logged_in: {source: s.logins, key: user_id, at: at}
  activated: {source: s.activations, key: user_id, at: at}
  used: {source: s.uses, key: user_id, at: at, properties: {feature: text}}
""",
}

Row = tuple[object, ...]


def _noon(day: str) -> str:
    return f"{day}T15:00:00Z"


TABLES: Mapping[str, tuple[Sequence[str], Sequence[Row]]] = {
    "accounts": (
        ("id", "plan", "seats", "mrr_then", "mrr_now", "mrr_kept"),
        (
            (1, "pro", 10, 4.0, 5.8, 4.0),
            (2, "pro", 20, 3.0, 2.4, 2.4),
            (3, "free", 0, 0.9, 0.0, 0.0),
            (4, None, None, 2.1, 2.1, 2.1),
        ),
    ),
    "users": (
        ("id", "account_id", "admin", "nps", "nps_points", "tags", "signed_up_at"),
        (
            (1, 1, True, 10, 100, "[]", _noon("2026-01-05")),
            (2, 1, False, 9, 100, "[]", _noon("2026-01-10")),
            (3, 1, False, 7, 0, "[]", _noon("2026-02-01")),
            (4, 2, False, 6, -100, "[]", _noon("2026-02-10")),
            (5, 2, False, 0, -100, "[]", _noon("2026-02-12")),
            (6, 2, True, 9, 100, "[]", _noon("2026-03-01")),
            (7, 3, False, None, None, "[]", _noon("2026-03-02")),
            (8, None, False, 8, 0, "[]", _noon("2025-12-01")),
        ),
    ),
    "logins": (
        ("user_id", "at"),
        tuple(
            (user, _noon(day))
            for user, day in (
                *((1, "2026-03-09"), (1, "2026-03-02"), (1, "2026-02-20"), (2, "2026-03-01")),
                *((3, "2026-02-15"), (4, "2026-03-05"), (5, "2026-02-27"), (8, "2025-12-15")),
                (6, "2026-03-09"),
            )
        ),
    ),
    "activations": (
        ("user_id", "at"),
        tuple(
            (user, _noon(day))
            for user, day in (
                *((1, "2026-01-07"), (2, "2026-01-20"), (3, "2026-02-02"), (5, "2026-03-01")),
            )
        ),
    ),
    "uses": (
        ("user_id", "at", "feature"),
        (
            (1, _noon("2026-03-08"), "reports"),
            (2, _noon("2026-02-11"), "reports"),
            (5, _noon("2026-01-01"), "reports"),
            (3, _noon("2026-03-01"), "api"),
        ),
    ),
}


def project(folder: Path, metrics: Mapping[str, str]) -> Project:
    """The town with these metrics, by name: all of a file but its first line."""
    files = {f"metrics/{name}.yaml": f"metric: {name}\n{text}" for name, text in metrics.items()}
    for path, text in {**FILES, **files}.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return load_project(folder)


Tables = Mapping[str, tuple[Sequence[str], Sequence[Row]]]


def database(kind: str, folder: Path, url: str = "", *, tables: Tables = TABLES) -> Database:
    """The rows in a store: of DuckDB in memory, in a file of SQLite, or on the server at `url`."""
    match kind:
        case "sqlite":
            return _sqlite(folder / "town.db", tables)
        case "postgres":
            return _postgres(url, tables)
        case _:
            return FakeDatabase(
                {
                    f"s.{name}": FakeTable(
                        [dict(zip(columns, row, strict=True)) for row in rows], columns
                    )
                    for name, (columns, rows) in tables.items()
                }
            )


_SQL_TYPES = {bool: "boolean", int: "integer", float: "double precision", str: "text"}


def _made(tables: Tables) -> Iterator[tuple[str, str, Sequence[Row]]]:
    for name, (columns, rows) in tables.items():
        types = [
            next((_SQL_TYPES[type(row[n])] for row in rows if row[n] is not None), "text")
            for n in range(len(columns))
        ]
        listed = ", ".join(f'"{each}" {kind}' for each, kind in zip(columns, types, strict=True))
        yield f'CREATE TABLE "{name}" ({listed})', name, rows


def _sqlite(path: Path, tables: Tables) -> Database:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        for create, name, rows in _made(tables):
            connection.execute(create)
            for row in rows:
                connection.execute(
                    f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', row
                )
    connection.close()
    return SqliteDatabase(path, {"s": ZoneInfo("UTC")})


def _postgres(url: str, tables: Tables) -> Database:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for create, name, rows in _made(tables):
            connection.exec_driver_sql(create)
            for row in rows:
                marks = ", ".join(["%s"] * len(row))
                connection.exec_driver_sql(f'INSERT INTO "{name}" VALUES ({marks})', row)
    engine.dispose()
    return PostgresDatabase(make_url(url), {"s": Schema(None, ZoneInfo("UTC"))})


@contextmanager
def snapshot(store: Database, of: Project) -> Iterator[Snapshot]:
    """An open snapshot of a store."""
    catalog, problems = bind_catalog(of)
    assert problems == ()
    with open_sources({"s": store}, NoContacts(), catalog) as opened:
        yield opened


def figure(
    name: str, of: Project, store: Snapshot, *, by: str | None = None, as_of: datetime = AS_OF
) -> Measured:
    """What a metric of the town comes to."""
    return measure(bind_metric(of.metrics[name], of, store.catalog, by=by), store, as_of)
