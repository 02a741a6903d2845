"""Small worlds whose values stand at the edges: of days, of months, of what numbers can hold."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from engine.audience.contacts import ContactRow
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_catalog
from engine.bind.catalog import Catalog
from engine.language.project import Project
from engine.moments import (
    local_date,
    parse_duration,
    parse_moment,
    shift_date,
    span,
    start_of_day,
)
from engine.ports import Database
from engine.read.load import load_project
from tests.support.ledger_logs import Contacts, Journeys, history_of
from tests.support.oracle import Journey, Record, World
from tests.support.stores import Servers, in_stores, layouts_at

__all__ = [
    "DURATIONS",
    "INSTANTS",
    "PLAYBOOKS",
    "TEXTS",
    "WORDS",
    "Setting",
    "Stores",
    "a_few_settings",
    "project",
    "settings_of",
    "world_of",
]

TEXTS = (
    *("admin", "ADMIN", "Größe", "GRÖSSE", "größe", "İstanbul", "ΣΑΣ", "σας", "ẞ", "ß", "ſ"),
    *("50%_off", "a_b", "axb", "100%", "a'b\"c", "back\\slash", "\\", "%", "_", "*", "[a-z]"),
    *(" lead", "trail ", "é", "e\u0301", "😀", "\u200b", "Z", "a", "aa", "0", "true", "null"),
)
BLANKS = (None, "", " ", "\u00a0\u2003", "\t")
INTEGERS = (0, 1, 2, 3, 5, -1, 10, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 - 1, 2**53, 2**53 + 1)
NUMBERS = (0.0, 1.0, 2.5, -1.5, 0.1, 0.3, 0.5, 1e15, 99.99, 3.0, float("nan"), float("inf"))
DURATIONS = (
    *("0 days", "1 day", "1 week", "30 days", "1 month", "1 quarter", "1 year"),
    *("1 hour", "36 hours", "90 minutes"),
)
WORDS = (
    *("now", "today", "yesterday", "tomorrow", "start of day", "start of week", "start of month"),
    *("start of quarter", "start of year", "2026-03-08", "2026-03-08T02:30", "2026-11-01T01:30"),
    *("2024-02-29", "2018-11-04", "2018-11-04T00:30", "2026-04-05T01:45:00+10:30"),
    *("2026-03-10T13:00:00Z", "1 day after 2026-02-28", "1 month before 2026-03-31"),
    *("2 hours after 2026-03-08", "36 hours before today", "1 day before 2 hours before now"),
)
"""Moments that hang on no field."""
_TICK = timedelta(microseconds=1)
PLAYBOOKS = ("checkup", "welcome")
"""Both are of users."""


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


def a_few_settings() -> list[Setting]:
    """The first instants of each zone: clock changes, a leap day, the end of a month."""
    few = {"America/New_York": (0, 1, 3, 6), "Australia/Lord_Howe": (0, 2)}
    return [
        Setting(zone, instants[at], 0)
        for zone, instants in INSTANTS.items()
        for at in few.get(zone, (0,))
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


@lru_cache(maxsize=64)
def _edges(setting: Setting) -> tuple[Sequence[datetime], Sequence[date]]:
    """Every instant at which some moment or window begins or ends, and those a tick beside.

    And the days that moments and durations lead to, those beside them, and leap days.
    """
    far = [f"{duration} ago" for duration in DURATIONS] + [f"in {each}" for each in DURATIONS]
    spans = [span(parse_moment(text), setting.as_of, setting.local) for text in (*WORDS, *far)]
    instants = {edge for each in spans for edge in (each.start, each.end)}
    near = {edge + tick * _TICK for edge in instants for tick in (-1, 0, 1)}
    days = {local_date(each.start, setting.local) for each in spans}
    days |= {day + timedelta(days=beside) for day in days for beside in (-1, 1)}
    days |= {date(2024, 2, 29), date(2020, 2, 29), date(2023, 2, 28), date(2025, 12, 31)}
    days |= {day.replace(year=1999) for day in days if (day.month, day.day) != (2, 29)}
    return sorted(near), sorted(days)


T = TypeVar("T")


class _Decks:
    """Deals values that matter for one setting: each deck whole before any card comes again."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.random = random.Random(str(setting))
        self._decks: dict[str, list[Any]] = {}
        self._instants, self._days = _edges(setting)

    def deal(self, name: str, cards: Sequence[T]) -> T:
        """The next card of a deck."""
        if not self._decks.get(name):
            self._decks[name] = self.random.sample(cards, len(cards))
        return cast(T, self._decks[name].pop())

    def maybe(self, value: object, chance: float = 0.1) -> object:
        return None if self.random.random() < chance else value

    def text(self, name: str) -> object:
        return self.deal(name, (*TEXTS, *BLANKS))

    def integer(self) -> object:
        return self.deal("integer", (*INTEGERS, None))

    def small(self) -> object:
        return self.deal("small", (None, -2, -1, 0, 1, 2, 3, 4, 5, 6))

    def number(self) -> object:
        return self.deal("number", (*NUMBERS, None))

    def tenth(self) -> object:
        return self.maybe(self.random.randint(-50, 200) / 10)

    def boolean(self, name: str) -> object:
        return self.deal(name, (True, False, None, True))

    def date(self, name: str) -> object:
        return self.maybe(self.deal(name, self._days))

    def instant(self, name: str = "any") -> datetime:
        return self.deal(name, self._instants)

    def timestamp(self, name: str) -> object:
        return self.maybe(self.instant(name))

    def lately(self) -> datetime:
        """The first or last instant of one of the last twenty days."""
        today = local_date(self.setting.as_of, self.setting.local)
        day = today - timedelta(days=self.random.randrange(20))
        return start_of_day(day, self.setting.local) - self.random.choice((0, 1)) * _TICK

    def beside(self, base: object) -> object:
        """An instant at the edge of what some duration before or after another leads to."""
        if not isinstance(base, datetime) or self.random.random() < 0.5:
            return self.timestamp("beside")
        length = parse_duration(self.deal("durations", DURATIONS))
        sign = self.random.choice((1, -1))
        tick = self.random.choice((-1, 0, 1)) * _TICK
        if length.is_exact:
            return base + sign * length.exact + tick
        day = shift_date(local_date(base, self.setting.local), length, sign)
        return start_of_day(day + self.deal("sides", (_NONE, _DAY)), self.setting.local) + tick


_NONE, _DAY = timedelta(), timedelta(days=1)
_USERS, _ACCOUNTS, _TICKETS = 120, 24, 40

Rows = list[dict[str, object]]

_ADDRESSES = tuple(f"u{number}@example.com" for number in range(30))
_USER_KEYS = tuple(7 + 3 * number for number in range(_USERS))
_BUSY = _USER_KEYS[:8]
_BIG = (2**53 + 1, 2**53 + 2)  # neighbours that a double cannot tell apart
_ACCOUNT_KEYS = (*range(1, _ACCOUNTS - 1), *_BIG)
_CODES = (*TEXTS, *(f"A-{number}" for number in range(_TICKETS - len(TEXTS))))
_LOST_USER, _LOST_ACCOUNT = 12345, 999  # keys that no row has


def _accounts(decks: _Decks) -> Rows:
    return [
        {
            "id": key,
            "parent_id": decks.maybe(decks.deal("parents", (*_ACCOUNT_KEYS, _LOST_ACCOUNT)), 0.4),
            "is_gone": decks.deal("gone", (False, False, False, False, True, None)),
            "name": decks.text("names"),
            "mail": decks.maybe(decks.deal("addresses", _ADDRESSES), 0.3),
            "champion_email": decks.maybe(decks.deal("addresses", _ADDRESSES), 0.4),
            "seats": decks.small(),
            "arr": decks.number(),
            "live": decks.boolean("live"),
            "renews_on": decks.date("renewals"),
            "seen_at": decks.timestamp("seen"),
        }
        for key in (*_ACCOUNT_KEYS, None)
    ]


def _users(decks: _Decks) -> Rows:
    rows: Rows = []
    for key in (*_USER_KEYS, None):
        signed_up_at = decks.timestamp("signed")
        rows.append(
            {
                "user_id": key,
                "account_id": decks.maybe(decks.deal("owners", (*_ACCOUNT_KEYS, _LOST_ACCOUNT))),
                "email": decks.maybe(decks.deal("emails", _ADDRESSES), 0.2),
                "boss_email": decks.maybe(decks.deal("bosses", (*_ADDRESSES, " ")), 0.3),
                "role": decks.text("roles"),
                "nick": decks.text("nicks"),
                "score": decks.number(),
                "weight": decks.tenth(),
                "visits": decks.integer(),
                "quota": decks.small(),
                "active": decks.boolean("active"),
                "vetted": decks.boolean("vetted"),
                "born_on": decks.date("born"),
                "ends_on": decks.date("ends"),
                "signed_up_at": signed_up_at,
                "seen_at": decks.beside(signed_up_at),
                "tags": _tags(key),
            }
        )
    return rows


def _tags(key: int | None) -> object:
    """A list of some texts by the key alone; of some it is missing or empty, of some has blanks."""
    dice = random.Random(key)
    members = dice.sample((*TEXTS, *TEXTS[:6], *BLANKS), dice.randrange(7))
    return dice.choice((members, members, members, None))


def _events(decks: _Decks, users: Rows) -> Rows:
    rows: Rows = []
    busy = [row for row in users if row["user_id"] in _BUSY]
    for number in range(320):
        user = decks.deal("who", users) if number % 4 else decks.deal("busy", busy)
        key = decks.deal("lost", (user["user_id"],) * 20 + (_LOST_USER, None))
        fields = (user["signed_up_at"], user["seen_at"])
        near = decks.beside(decks.random.choice(fields)) or decks.instant()
        if user["user_id"] in _BUSY:
            near = decks.lately()
        rows.append(
            {
                "user_id": key,
                "name": decks.deal("what", ("login", "login", "used", "USED", "Login", "", None)),
                "occurred_at": decks.maybe(
                    decks.random.choice((near, near, decks.instant())), 0.05
                ),
                "feature": decks.text("features"),
                "seconds": decks.tenth(),
                "tries": decks.small(),
                "beta": decks.boolean("beta"),
                "due_on": decks.date("due"),
                "sent_at": decks.timestamp("sent"),
            }
        )
    return rows


def _tickets(decks: _Decks) -> Rows:
    return [
        {
            "code": code,
            "opened_by": decks.maybe(decks.deal("openers", (*_USER_KEYS, _LOST_USER)), 0.2),
            "account_id": decks.maybe(decks.deal("of", (*_ACCOUNT_KEYS, _LOST_ACCOUNT)), 0.2),
            "severity": decks.text("severities"),
            "opened_at": decks.timestamp("opened"),
            "due_on": decks.date("due"),
            "spent": decks.tenth(),
        }
        for code in (*_CODES, None, "\u2003")
    ]


def _ticket_events(decks: _Decks) -> Rows:
    return [
        {
            "code": decks.deal("codes", (*_CODES, None, " ")),
            "at": decks.maybe(decks.instant(), 0.05),
            "reason": decks.text("reasons"),
            "cost": decks.tenth(),
        }
        for _ in range(60)
    ]


def _tables(decks: _Decks) -> Mapping[str, Rows]:
    users = _users(decks)
    return {
        "crm.accounts": _accounts(decks),
        "crm.escalations": [
            {
                "account_id": decks.deal("escalated", (*_ACCOUNT_KEYS, None)),
                "opened_at": decks.maybe(decks.instant(), 0.05),
                "level": decks.small(),
                "note": decks.text("notes"),
            }
            for _ in range(48)
        ],
        "product.users": users,
        "product.events": _events(decks, users),
        "crm.calls": [
            {
                "contact_id": decks.deal("called", (*_USER_KEYS, None)),
                "held_at": decks.maybe(decks.instant(), 0.05),
            }
            for _ in range(40)
        ],
        "crm.tickets": _tickets(decks),
        "crm.ticket_events": _ticket_events(decks),
    }


def _contacts(decks: _Decks) -> list[ContactRow]:
    keys = {"user": _USER_KEYS, "account": _ACCOUNT_KEYS, "ticket": _CODES}
    found = []
    for number in range(60):
        entity = decks.deal("contacted", sorted(keys))
        key = str(decks.deal(f"contacted {entity}", (*keys[entity], "gone")))
        address = decks.deal("reached", (*_ADDRESSES, *("",) * 20))
        channel = decks.deal("channels", ("email", "email", "task"))
        playbook, at = decks.deal("playbooks", (*PLAYBOOKS, *PLAYBOOKS[:1])), decks.instant()
        row = (f"t{number}", entity, key, address, at, channel, playbook, f"e{number}")
        found.append(ContactRow(*row))
    return found


def _journeys(decks: _Decks) -> list[Journey]:
    """Stays of some users in playbooks, whose ends are edges; some lie in the future."""
    found = []
    for _ in range(60):
        key, playbook = decks.deal("entered", (*_USER_KEYS, "gone")), decks.deal("of", PLAYBOOKS)
        entered, left = sorted((decks.instant("stays"), decks.instant("stays")))
        outcome = decks.deal("outcomes", (*_OUTCOMES, ""))
        is_held_out = outcome == "holdout" or decks.deal("held out", (True, *[False] * 5))
        stay = (entered, left if outcome else None, outcome)
        found.append(Journey("user", str(key), playbook, *stay, is_held_out))
    return found


_OUTCOMES = ("goal", "completed", "exited", "holdout")

TRACKED: Mapping[str, Mapping[str, Callable[[_Decks], object]]] = {
    "user": {
        "role": lambda decks: decks.text("roles then"),
        "quota": lambda decks: decks.small(),
        "score": lambda decks: decks.number(),
        "vetted": lambda decks: decks.boolean("vetted then"),
        "born_on": lambda decks: decks.date("born then"),
        "seen_at": lambda decks: decks.timestamp("seen then"),
    },
    "account": {
        "name": lambda decks: decks.text("names then"),
        "seats": lambda decks: decks.small(),
    },
    "ticket": {"severity": lambda decks: decks.deal("severities then", ("a", "b", "a_b", None))},
}
"""The tracked fields of each entity, with what deals their earlier values."""


def _records(decks: _Decks) -> list[Record]:
    """Histories of most rows: of some a first record only, of some many changes, some to come."""
    keys = {"user": _USER_KEYS, "account": _ACCOUNT_KEYS, "ticket": _CODES}
    found = []
    for entity, fields in TRACKED.items():
        for key in (*keys[entity], "gone"):
            for name, deal in fields.items():
                number = decks.deal("records", (0, 1, 1, 2, 3, 6))
                times = {decks.random.choice((decks.instant("then"), decks.lately()))}
                times |= {decks.instant("then") for _ in range(number - 1)}
                dealt = [_known(deal(decks)) for _ in times if number]
                values = [value for value, _ in groupby(dealt)]
                found += [
                    Record(entity, str(key), name, at, cast(Any, value))
                    for at, value in zip(sorted(times), values, strict=False)
                ]
    return found


def _known(value: object) -> object:
    """A value as it comes out of a source, where blank text and NaN are missing."""
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@lru_cache(maxsize=64)
def world_of(setting: Setting) -> World:
    """The rows of a setting, always the same."""
    decks = _Decks(setting)
    tables, contacts, records = _tables(decks), _contacts(decks), _records(decks)
    return World(project()[1], tables, contacts, _journeys(decks), records)


# ---------------------------------------------------------------- stores


_OPEN = 160  # snapshots at a time: two of eight hold a connection to a server, which takes 100


@dataclass(frozen=True, repr=False)
class Stores:
    """Snapshots of worlds in all layouts; of those asked for the last stay open.

    What they are of stays: it takes far longer to fill a database than to open it again.
    """

    folder: Path
    servers: Servers
    built: dict[tuple[Setting, str], Mapping[str, Database]] = field(default_factory=dict)
    opened: dict[tuple[Setting, str], tuple[Snapshot, ExitStack]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def layouts(self) -> Sequence[str]:
        """The layouts that can be had here."""
        return layouts_at(self.servers)

    def snapshot(self, setting: Setting, layout: str) -> Snapshot:
        """The snapshot of a world in one layout."""
        key = (setting, layout)
        found = self.opened.pop(key, None) or self._made(setting, layout)
        self.opened[key] = found
        if len(self.opened) > _OPEN:
            self._close(next(iter(self.opened)))
        return found[0]

    def close(self) -> None:
        """Close all that is open."""
        for key in list(self.opened):
            self._close(key)

    def _made(self, setting: Setting, layout: str) -> tuple[Snapshot, ExitStack]:
        world = world_of(setting)
        if (setting, layout) not in self.built:
            self.built[setting, layout] = self._built(world, layout)
        databases = self.built[setting, layout]
        contacts, history = Contacts(world.contacts), history_of(world.records)
        stays = Journeys(world.journeys)
        stack = ExitStack()
        opened = open_sources(
            databases, contacts, world.catalog, enrollments=stays, history=history
        )
        return stack.enter_context(opened), stack

    def _built(self, world: World, layout: str) -> Mapping[str, Database]:
        folder = self.folder / str(next(self.numbers))
        folder.mkdir()
        return in_stores(world.tables, layout, folder=folder, servers=self.servers)

    def _close(self, key: tuple[Setting, str]) -> None:
        _, stack = self.opened.pop(key)
        stack.close()
