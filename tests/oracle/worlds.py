"""Small worlds whose values stand at the edges: of days, of months, of what numbers can hold."""

from __future__ import annotations

import csv
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from connectors.fakes import FakeDatabase, FakeTable
from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.postgres import PostgresDatabase, Schema
from connectors.sources.sqlite import SqliteDatabase
from engine.audience.contacts import ContactRow
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_catalog
from engine.bind.catalog import Catalog
from engine.language.project import Project
from engine.moments import Duration, Unit, local_date, shift_date, start_of_day
from engine.ports import Database
from engine.read.load import load_project
from tests.support.oracle import World

__all__ = [
    "DURATIONS",
    "INSTANTS",
    "STORES",
    "TEXTS",
    "Setting",
    "Stores",
    "project",
    "settings_of",
    "world_of",
]

UTC_ZONE = ZoneInfo("UTC")
TEXTS = (
    *("admin", "ADMIN", "Größe", "GRÖSSE", "größe", "İstanbul", "ΣΑΣ", "σας", "ẞ", "ß", "ſ"),
    *("50%_off", "a_b", "axb", "100%", "a'b\"c", "back\\slash", "\\", "%", "_", "*", "[a-z]"),
    *(" lead", "trail ", "é", "e\u0301", "😀", "\u200b", "Z", "a", "aa", "0", "true", "null"),
)
BLANKS = (None, "", " ", "\u00a0\u2003", "\t")
INTEGERS = (0, 1, 2, 3, 5, -1, 10, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 - 1, 2**53, 2**53 + 1)
NUMBERS = (0.0, 1.0, 2.5, -1.5, 0.1, 0.3, 1e-9, 1e15, -1e15, 99.99, 3.0, float("nan"), float("inf"))
DURATIONS = (
    *("0 days", "1 day", "2 days", "3 days", "1 week", "2 weeks", "28 days", "30 days", "31 days"),
    *("1 month", "2 months", "1 quarter", "1 year", "1 hour", "24 hours", "90 minutes", "36 hours"),
)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Setting:
    """Where and when a world is looked at; `seed` makes its rows."""

    zone: str
    as_of: datetime
    seed: int

    @property
    def local(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


INSTANTS: Mapping[str, Sequence[datetime]] = {
    "America/New_York": (
        at("2026-03-10T09:00-04:00"),
        at("2026-03-08T07:00Z"),  # the clock goes forward in this instant
        at("2026-03-08T06:59:59.999999Z"),
        at("2026-11-01T05:30Z"),  # 01:30, the first
        at("2026-11-01T06:30Z"),  # 01:30 again
        at("2026-11-02T05:00Z"),  # midnight after a day of 25 hours
        at("2024-02-29T17:00Z"),
        at("2026-03-31T23:30-04:00"),
        at("2027-01-01T05:00Z"),
    ),
    "Australia/Lord_Howe": (
        at("2026-04-04T14:45Z"),
        at("2026-04-04T15:15Z"),
        at("2026-10-03T15:30Z"),
        at("2026-10-04T13:00Z"),
    ),
    "America/Sao_Paulo": (
        at("2018-11-04T03:00Z"),  # midnight does not come: the day begins at one
        at("2018-11-04T02:59:59.999999Z"),
        at("2018-11-05T12:00Z"),
        at("2018-02-18T01:30Z"),
        at("2018-02-18T02:30Z"),
    ),
    "Asia/Kolkata": (
        at("2026-02-27T18:30Z"),
        at("2028-02-29T12:00Z"),
        at("2026-05-31T18:29:59.999999Z"),
    ),
}


def settings_of(seeds: Sequence[int]) -> list[Setting]:
    """Every instant of every zone, each with each seed."""
    return [
        Setting(zone, as_of, seed)
        for seed in seeds
        for zone, instants in INSTANTS.items()
        for as_of in instants
    ]


@lru_cache(maxsize=1)
def project() -> tuple[Project, Catalog]:
    """The project of `project/`."""
    loaded = load_project(Path(__file__).parent / "project")
    assert not loaded.problems, loaded.problems
    catalog, problems = bind_catalog(loaded)
    assert not problems, problems
    return loaded, catalog


# ---------------------------------------------------------------- rows


@dataclass(frozen=True)
class _Dice:
    """Draws values that matter for one setting."""

    setting: Setting
    random: random.Random

    def maybe(self, value: object, chance: float = 0.2) -> object:
        return None if self.random.random() < chance else value

    def text(self) -> object:
        return self.random.choice(BLANKS if self.random.random() < 0.2 else TEXTS)

    def integer(self) -> object:
        return self.maybe(self.random.choice(INTEGERS))

    def small(self) -> object:
        return self.maybe(self.random.randint(-2, 6))

    def number(self) -> object:
        return self.maybe(self.random.choice(NUMBERS))

    def tenth(self) -> object:
        return self.maybe(self.random.randint(-50, 200) / 10)

    def boolean(self) -> object:
        return self.maybe(self.random.random() < 0.5)

    def day(self) -> date:
        """A day that a duration leads to, or the one beside it."""
        today = local_date(self.setting.as_of, self.setting.local)
        amount, unit = self.random.choice(_LEAPS)
        day = shift_date(today, Duration(amount, unit), self.random.choice((-1, -1, 1)))
        return day + timedelta(days=self.random.choice((0, 0, 0, -1, 1)))

    def date(self) -> object:
        leap = [date(2024, 2, 29), date(2020, 2, 29), date(2023, 2, 28), date(2025, 12, 31)]
        return self.maybe(self.random.choice(leap) if self.random.random() < 0.1 else self.day())

    def instant(self) -> datetime:
        """The edge of a day, of a duration from now, or any instant; and those a tick beside."""
        kind = self.random.randrange(4)
        if kind == 0:
            found = start_of_day(self.day(), self.setting.local)
        elif kind == 1:
            minutes = self.random.choice((0, 60, 90, 24 * 60, 36 * 60, 30))
            found = self.setting.as_of - timedelta(minutes=minutes)
        elif kind == 2:
            found = start_of_day(self.day(), self.setting.local) + timedelta(
                seconds=self.random.randrange(90_000)
            )
        else:
            found = self.setting.as_of - timedelta(seconds=self.random.randrange(10**7))
        return found + self.random.choice((0, 0, 1, -1, 1_000_000, -1_000_000)) * _TICK

    def timestamp(self) -> object:
        return self.maybe(self.instant())


_LEAPS = (
    *((amount, Unit.DAY) for amount in (0, 0, 1, 1, 2, 3, 7, 14, 28, 29, 30, 31, 60, 90)),
    *((amount, Unit.MONTH) for amount in (1, 2, 3, 12)),
    (1, Unit.YEAR),
    (4, Unit.YEAR),
)
_USERS, _ACCOUNTS, _TICKETS = 30, 7, 14

Rows = list[dict[str, object]]


def _tables(dice: _Dice) -> Mapping[str, Rows]:
    pick = dice.random.choice
    addresses = [f"u{number}@example.com" for number in range(8)]
    users = [7 + 3 * number for number in range(_USERS)]
    big = [2**53 + 1, 2**53 + 2]  # neighbours that a double cannot tell apart
    accounts = [*range(1, _ACCOUNTS - 1), *big]
    codes = [*TEXTS[: _TICKETS - 2], "A-1", "a-1"]
    return {
        "crm.accounts": [
            {
                "id": key,
                "parent_id": dice.maybe(pick([*accounts, 999]), 0.4),
                "is_gone": pick([False, False, False, False, True, None]),
                "name": dice.text(),
                "mail": dice.maybe(pick(addresses), 0.4),
                "champion_email": dice.maybe(pick(addresses), 0.4),
                "seats": dice.small(),
                "arr": dice.number(),
                "live": dice.boolean(),
                "renews_on": dice.date(),
                "seen_at": dice.timestamp(),
            }
            for key in [*accounts, None]
        ],
        "crm.escalations": [
            {
                "account_id": dice.maybe(pick(accounts), 0.05),
                "opened_at": dice.maybe(dice.instant(), 0.05),
                "level": dice.small(),
                "note": dice.text(),
            }
            for _ in range(24)
        ],
        "product.users": [
            {
                "user_id": key,
                "account_id": dice.maybe(pick([*accounts, 999]), 0.15),
                "email": dice.maybe(pick(addresses), 0.2),
                "boss_email": dice.maybe(pick([*addresses, " "]), 0.3),
                "role": dice.text(),
                "nick": dice.text(),
                "score": dice.number(),
                "weight": dice.tenth(),
                "visits": dice.integer(),
                "quota": dice.small(),
                "active": dice.boolean(),
                "vetted": dice.boolean(),
                "born_on": dice.date(),
                "ends_on": dice.date(),
                "signed_up_at": dice.timestamp(),
                "seen_at": dice.timestamp(),
            }
            for key in [*users, None]
        ],
        "product.events": [
            {
                "user_id": dice.maybe(pick([*users[: _USERS // 2], *users, 12345]), 0.05),
                "name": pick(["login", "login", "used", "USED", "Login", "", None]),
                "occurred_at": dice.maybe(dice.instant(), 0.05),
                "feature": dice.text(),
                "seconds": dice.tenth(),
                "tries": dice.small(),
                "beta": dice.boolean(),
                "due_on": dice.date(),
                "sent_at": dice.timestamp(),
            }
            for _ in range(150)
        ],
        "crm.calls": [
            {
                "contact_id": dice.maybe(pick(users), 0.05),
                "held_at": dice.maybe(dice.instant(), 0.05),
            }
            for _ in range(15)
        ],
        "crm.tickets": [
            {
                "code": code,
                "opened_by": dice.maybe(pick([*users, 12345]), 0.2),
                "account_id": dice.maybe(pick([*accounts, 999]), 0.2),
                "severity": dice.text(),
                "opened_at": dice.timestamp(),
                "due_on": dice.date(),
                "spent": dice.tenth(),
            }
            for code in [*codes, None, "\u2003"]
        ],
        "crm.ticket_events": [
            {
                "code": dice.maybe(pick(codes), 0.1),
                "at": dice.maybe(dice.instant(), 0.05),
                "reason": dice.text(),
                "cost": dice.tenth(),
            }
            for _ in range(30)
        ],
    }


def _contacts(dice: _Dice, tables: Mapping[str, Rows]) -> list[ContactRow]:
    pick = dice.random.choice
    keys = {
        entity: [str(row[key]) for row in tables[table] if row[key] is not None]
        for entity, table, key in (
            ("user", "product.users", "user_id"),
            ("account", "crm.accounts", "id"),
            ("ticket", "crm.tickets", "code"),
        )
    }
    found = []
    for number in range(20):
        entity = pick(sorted(keys))
        address = pick(["", "", *(f"u{each}@example.com" for each in range(8))])
        channel = pick(["email", "email", "task"])
        key = pick([*keys[entity], "gone"])
        row = (f"t{number}", entity, key, address, dice.instant(), channel, "checkup", f"e{number}")
        found.append(ContactRow(*row))
    return found


@lru_cache(maxsize=64)
def world_of(setting: Setting) -> World:
    """The rows of a setting, always the same."""
    dice = _Dice(setting, random.Random(str(setting)))
    tables = _tables(dice)
    return World(project()[1], tables, _contacts(dice, tables))


@dataclass(frozen=True)
class _Log:
    """The contact log of a world."""

    rows: Sequence[ContactRow]

    def contacts(
        self, since: datetime | None, until: datetime, channel: str | None, playbook: str | None
    ) -> Iterator[ContactRow]:
        """The contacts of a time."""
        for row in self.rows:
            is_asked = channel in (None, row.channel) and playbook in (None, row.playbook)
            if is_asked and row.at <= until and (since is None or row.at >= since):
                yield row


# ---------------------------------------------------------------- stores

_POSTGRES_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "bigint",
    float: "double precision",
    date: "date",
    datetime: "timestamptz",
}
_SQLITE_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "real"}


def _type_of(rows: Rows, column: str) -> type:
    return next((type(row[column]) for row in rows if row[column] is not None), str)


def _fake(setting: Setting, folder: Path, url: str, only: Sequence[str]) -> Database:
    """Native columns in DuckDB."""
    tables = world_of(setting).tables
    return FakeDatabase(
        {
            name: FakeTable(rows, tuple(rows[0]))
            for name, rows in tables.items()
            if name.partition(".")[0] in only
        }
    )


def _csv(setting: Setting, folder: Path, url: str, only: Sequence[str]) -> Database:
    """Text columns in DuckDB."""
    for name, rows in world_of(setting).tables.items():
        connector, _, table = name.partition(".")
        (folder / connector).mkdir(exist_ok=True)
        path = folder / connector / f"{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(rows[0])
            writer.writerows([_csv_text(value) for value in row.values()] for row in rows)
    return FilesDatabase({name: Folder(folder / name, UTC_ZONE) for name in only})


def _csv_text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _sqlite(setting: Setting, folder: Path, url: str, only: Sequence[str]) -> Database:
    path = folder / f"{'-'.join(only)}.db"
    connection = sqlite3.connect(path)
    for name, rows in world_of(setting).tables.items():
        columns = ", ".join(
            f"{column} {_SQLITE_TYPES.get(_type_of(rows, column), 'text')}" for column in rows[0]
        )
        table = name.partition(".")[2]
        connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})",
            [[_csv_text(value) for value in row.values()] for row in rows],
        )
    connection.commit()
    connection.close()
    return SqliteDatabase(path, dict.fromkeys(only, UTC_ZONE))


def _postgres(setting: Setting, folder: Path, url: str, only: Sequence[str]) -> Database:
    schema = f"{setting.zone} {setting.as_of} {setting.seed} {' '.join(only)}"
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
        for name, rows in world_of(setting).tables.items():
            table = f'"{schema}".{name.partition(".")[2]}'
            columns = ", ".join(
                f"{column} {_POSTGRES_TYPES.get(_type_of(rows, column), 'text')}"
                for column in rows[0]
            )
            connection.exec_driver_sql(f"CREATE TABLE {table} ({columns})")
            connection.exec_driver_sql(
                f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})",
                [tuple(row.values()) for row in rows],
            )
    engine.dispose()
    return PostgresDatabase(make_url(url), dict.fromkeys(only, Schema(schema, UTC_ZONE)))


Build = Callable[[Setting, Path, str, Sequence[str]], Database]


def _all_in(build: Build) -> Mapping[str, Build]:
    return {"crm": build, "product": build}


STORES: Mapping[str, Mapping[str, Build]] = {
    "native": _all_in(_fake),
    "csv": _all_in(_csv),
    "sqlite": _all_in(_sqlite),
    "postgres": _all_in(_postgres),
    "files and sqlite": {"crm": _csv, "product": _sqlite},
    "postgres and native": {"crm": _postgres, "product": _fake},
}
"""Which database each connector lies in, by layout."""


@dataclass(frozen=True, repr=False)
class Stores:
    """Open snapshots of worlds in all layouts, each made when it is first asked for."""

    folder: Path
    url: str
    stack: ExitStack
    opened: dict[tuple[Setting, str], Snapshot]

    def snapshot(self, setting: Setting, layout: str) -> Snapshot:
        """The snapshot of a world in one layout."""
        key = (setting, layout)
        if key not in self.opened:
            folder = self.folder / str(len(self.opened))
            folder.mkdir()
            databases = _databases(STORES[layout], setting, folder, self.url)
            world = world_of(setting)
            opened = open_sources(databases, _Log(world.contacts), world.catalog)
            self.opened[key] = self.stack.enter_context(opened)
        return self.opened[key]


def _databases(
    layout: Mapping[str, Build], setting: Setting, folder: Path, url: str
) -> Mapping[str, Database]:
    if len(set(layout.values())) == 1:
        database = layout["crm"](setting, folder, url, tuple(layout))
        return dict.fromkeys(layout, database)
    return {name: build(setting, folder, url, (name,)) for name, build in layout.items()}
