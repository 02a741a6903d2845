"""What a dialect writes of days, clock changes, month ends and letters equals `engine.moments`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.sql import ColumnElement

from engine.audience.values import seen_value
from engine.compile.core import EdgeKind, How
from engine.compile.dialects.table import LEAVES
from engine.compile.leaves import Leaves
from engine.compile.letters import lower_case
from engine.language.catalog import Kind
from engine.moments import Duration, Unit, local_date, shift_date, start_of_day
from engine.ports import Reader

ONLY_WRITTEN = {
    *("bigquery", "clickhousedb", "databricks", "mssql", "redshift", "snowflake", "trino"),
}
"""Dialects of stores that nothing here can run: tests/dialects has what they write."""
STORES = [
    pytest.param(name, marks=pytest.mark.spark) if name == "spark" else name
    for name in sorted(LEAVES.keys() - ONLY_WRITTEN)
]
ZONES = [
    ZoneInfo(name)
    for name in (
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "America/Havana",  # its midnight comes twice in autumn
        "Pacific/Apia",  # it left out a whole day
    )
]
DAYS = [date(1970, 1, 2) + timedelta(days=day) for day in range(0, 365 * 68)]
Sql = ColumnElement[Any]


def changes(zone: ZoneInfo) -> list[date]:
    """The days on which the clock of a zone changes, and those beside them."""
    offsets = {day: start_of_day(day, zone).astimezone(zone).utcoffset() for day in DAYS}
    return [
        day + timedelta(days=by)
        for day in DAYS[1:-1]
        if offsets[day] != offsets[day + timedelta(days=1)]
        for by in (-1, 0, 1, 2)
    ]


@cache
def some_days(zone: ZoneInfo) -> list[date]:
    """Changes of the clock, ends of months, 29 February, and any other days."""
    ends = [date(2024, month, 1) - timedelta(days=1) for month in range(1, 13)]
    leap = [date(2000, 2, 29), date(2024, 2, 29), date(2096, 2, 29), date(9990, 12, 31)]
    return [*changes(zone), *ends, *leap, *random.Random(7).sample(DAYS, 300)]


def computed(
    reader: Reader, kind: Kind, values: Iterable[object], write: Callable[[Sql], Sql], gives: Kind
) -> list[object]:
    """What a leaf gives for each value, in their order."""
    [found] = computed_at_once(reader, kind, values, [write], gives)
    return found


def computed_at_once(
    reader: Reader,
    kind: Kind,
    values: Iterable[object],
    writes: Sequence[Callable[[Sql], Sql]],
    gives: Kind,
) -> list[list[object]]:
    """What each of some leaves gives for each value; a distributed store is slow to answer."""
    rows = [(number, value) for number, value in enumerate(values)]
    relation = reader.rows("asked", {"n": "integer", "v": kind.value}, rows)
    columns = [write(relation.c["v"]).label(f"w{number}") for number, write in enumerate(writes)]
    statement = select(relation.c["n"], *columns).order_by(relation.c["n"])
    found = [row[1:] for row in reader.read(statement)]
    return [[seen_value(gives, value) for value in column] for column in zip(*found, strict=True)]


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("store", STORES)
def test_the_start_of_a_local_day(store: str, zone: ZoneInfo, reader: Reader) -> None:
    days = some_days(zone)
    leaves = LEAVES[store]
    found = computed(
        reader, Kind.DATE, days, lambda day: leaves.day_start(day, zone), Kind.TIMESTAMP
    )
    assert_same(days, found, [start_of_day(day, zone) for day in days])


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("store", STORES)
def test_the_local_date_of_an_instant(store: str, zone: ZoneInfo, reader: Reader) -> None:
    edges = (timedelta(microseconds=-1), timedelta(0), timedelta(hours=1), timedelta(hours=23))
    instants = [start_of_day(day, zone) + edge for day in some_days(zone) for edge in edges]
    leaves = LEAVES[store]
    found = computed(
        reader, Kind.TIMESTAMP, instants, lambda at: leaves.local_date(at, zone), Kind.DATE
    )
    assert_same(instants, found, [local_date(at, zone) for at in instants])


DURATIONS = [
    Duration(amount, unit)
    for unit in (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR)
    for amount in (0, 1, 5, 13)
]


@pytest.mark.parametrize("store", STORES)
def test_a_shifted_date(store: str, reader: Reader) -> None:
    days = [day for day in some_days(ZONES[0])[-316:] if day.year < 9900]
    leaves = LEAVES[store]
    asked = [(duration, sign) for duration in DURATIONS for sign in (-1, 1)]
    writes = [partial(leaves.shift_date, duration=each, sign=sign) for each, sign in asked]
    answers = computed_at_once(reader, Kind.DATE, days, writes, Kind.DATE)
    for (duration, sign), found in zip(asked, answers, strict=True):
        expected = [shift_date(day, duration, sign) for day in days]
        assert_same([(day, duration, sign) for day in days], found, expected)


@pytest.mark.parametrize("duration", [Duration(90, Unit.MINUTE), Duration(49, Unit.HOUR)], ids=str)
@pytest.mark.parametrize("store", STORES)
def test_a_shifted_instant(store: str, duration: Duration, reader: Reader) -> None:
    instants = [start_of_day(day, ZONES[0]) for day in some_days(ZONES[0])]
    leaves = LEAVES[store]
    for sign in (-1, 1):
        found = computed(
            reader,
            Kind.TIMESTAMP,
            instants,
            lambda at, sign=sign: leaves.later(at, sign * duration.exact),
            Kind.TIMESTAMP,
        )
        assert_same(instants, found, [at + sign * duration.exact for at in instants])


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


OF_DAYS: Mapping[str, tuple[Callable[[Leaves, Sql], Sql], Callable[[date], object]]] = {
    "year": (lambda leaves, day: leaves.year(day), lambda day: day.year),
    "month and day": (
        lambda leaves, day: leaves.month_day(day),
        lambda day: day.month * 100 + day.day,
    ),
    "days before another": (
        lambda leaves, day: leaves.days_between(day, leaves.shift_date(day, DURATIONS[7], 1)),
        lambda day: 91,
    ),
}


@pytest.mark.parametrize("what", OF_DAYS)
@pytest.mark.parametrize("store", STORES)
def test_parts_of_a_date(store: str, what: str, reader: Reader) -> None:
    write, expected = OF_DAYS[what]
    days = some_days(ZONES[0])
    leaves = LEAVES[store]
    found = computed(reader, Kind.DATE, days, lambda day: write(leaves, day), Kind.INTEGER)
    assert_same(days, found, [expected(day) for day in days])


@pytest.mark.parametrize("store", STORES)
def test_weeks_and_months_fall_together_as_the_calendar_has_them(
    store: str, reader: Reader
) -> None:
    days, leaves = some_days(ZONES[0]), LEAVES[store]
    weeks = computed(reader, Kind.DATE, days, leaves.week, Kind.TEXT)
    months = computed(reader, Kind.DATE, days, leaves.month, Kind.TEXT)
    assert len(set(zip(weeks, map(monday, days), strict=True))) == len(set(weeks))
    assert len(set(weeks)) == len(set(map(monday, days)))
    assert len(set(months)) == len({(day.year, day.month) for day in days})


@pytest.mark.parametrize("store", STORES)
def test_lower_case_of_every_letter(store: str, reader: Reader) -> None:
    """Each code point by itself: İ stays as it is, ẞ and Σ have one small letter each."""
    letters = [chr(code) for code in range(33, 0x1F000) if not 0xD800 <= code < 0xE000]
    texts = ["".join(letters[at : at + 50]) for at in range(0, len(letters), 50)]
    found = computed(reader, Kind.TEXT, texts, LEAVES[store].lower, Kind.TEXT)
    assert_same(texts, found, [lower_case(text) for text in texts])


NUMBERS = [0.1 + 0.2, 1 / 3, -2 / 3, 1e300, 123456.123456789, 2.5, 8388607.9999999991, 1 / 1024]


@pytest.mark.parametrize("store", STORES)
def test_a_computed_number_has_nine_decimals(store: str, reader: Reader) -> None:
    found = computed(reader, Kind.NUMBER, NUMBERS, LEAVES[store].finite, Kind.NUMBER)
    assert_same(NUMBERS, found, [round(number, 9) for number in NUMBERS])


TEXTS = ["50%_off", "%", "_", "a%b", "Größe", "ßG", "naïve", "x" * 40, "a\\b", "'", "🙂🙃", "0"]


@pytest.mark.parametrize("part", ["%", "_", "50%", "ß", "🙃", "\\", "'", "x" * 41, "off"])
@pytest.mark.parametrize("store", STORES)
def test_text_is_matched_literally(store: str, part: str, reader: Reader) -> None:
    leaves = LEAVES[store]
    expected = {
        How.ANYWHERE: [part in text for text in TEXTS],
        How.START: [text.startswith(part) for text in TEXTS],
        How.END: [text.endswith(part) for text in TEXTS],
    }
    other = select(reader.rows("part", {"p": "text"}, [(part,)]).c["p"]).scalar_subquery()
    writes = [partial(leaves.match, how, part=other) for how in expected]
    found = computed_at_once(reader, Kind.TEXT, TEXTS, writes, Kind.BOOLEAN)
    assert dict(zip(expected, found, strict=True)) == expected


LISTS = [("a", "b"), (), ("A",), None, ("%", "_"), ("Größe", "a b"), ("aa",), ("", " a"), ("'",)]


@pytest.mark.parametrize("member", ["a", "%", "Größe", "'", "b", "", None])
@pytest.mark.parametrize("store", STORES)
def test_a_member_of_a_list_is_one_whole(store: str, member: str | None, reader: Reader) -> None:
    """Of a missing list it is none, and what is missing is in no list."""
    other = select(reader.rows("part", {"p": "text"}, [(member,)]).c["p"]).scalar_subquery()
    write = partial(LEAVES[store].match, How.MEMBER, part=other)
    found = computed(reader, Kind.LIST, LISTS, write, Kind.BOOLEAN)
    expected = [bool(each) and member in each for each in LISTS]
    assert [bool(each) for each in found] == expected


NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
EVENTS: Mapping[str, tuple[Sequence[tuple[datetime, object]], object, object]] = {
    "one": ([(NOON, 1)], 1, 1),
    "two": ([(NOON, 1), (NOON + TICK, 2)], 1, 2),
    "backwards": ([(NOON + TICK, 1), (NOON, 2)], 2, 1),
    "at one time the greater": ([(NOON, 1), (NOON, 3), (NOON, 2)], 3, 3),
    "at one time what is there": ([(NOON, None), (NOON, -1)], -1, -1),
    "missing counts": ([(NOON, 5), (NOON - TICK, None), (NOON + TICK, None)], None, None),
    "around the change of a clock": ([(NOON - timedelta(hours=6), 7), (NOON, 8)], 7, 8),
}
"""By a name: events with their values, and the values of the first and the last."""


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        (Kind.INTEGER, lambda number: number),
        (Kind.NUMBER, lambda number: number / 2),
        (Kind.TEXT, lambda number: chr(90 + number)),
        (Kind.DATE, lambda number: date(2024, 2, 29) + timedelta(days=number)),
        (Kind.TIMESTAMP, lambda number: NOON + number * TICK),
    ],
)
@pytest.mark.parametrize("store", STORES)
def test_the_first_and_the_last(
    store: str, kind: Kind, of: Callable[[Any], object], reader: Reader
) -> None:
    def value(number: object) -> object:
        return None if number is None else of(number)

    rows = [
        (name, at, value(number), counts)
        for name, (events, _, _) in EVENTS.items()
        for each_at, number in events
        for at, counts in (
            (each_at, 1),
            (each_at - timedelta(days=1), 0),
            (each_at + timedelta(days=1), 0),
        )
    ]
    columns = {"name": "text", "at": "timestamp", "v": kind.value, "counts": "integer"}
    seen = reader.rows("seen", columns, [*rows, ("none counts", NOON, value(1), 0)])
    edges = [
        LEAVES[store].edge(edge, seen.c["v"], seen.c["at"], seen.c["counts"] == 1).label(edge.value)
        for edge in (EdgeKind.FIRST, EdgeKind.LAST)
    ]
    found = reader.read(select(seen.c["name"], *edges).group_by(seen.c["name"]))
    told = {name: (seen_value(kind, one), seen_value(kind, other)) for name, one, other in found}
    expected = {name: (value(first), value(last)) for name, (_, first, last) in EVENTS.items()}
    assert told == {**expected, "none counts": (None, None)}


def assert_same(asked: Iterable[object], found: list[object], expected: list[object]) -> None:
    """Told by what was asked, where two lists differ."""
    wrong = [
        (each, one, other)
        for each, one, other in zip(asked, found, expected, strict=True)
        if one != other
    ]
    assert wrong == []


def test_a_naive_value_is_never_made() -> None:
    assert seen_value(Kind.TIMESTAMP, datetime.fromisoformat("2026-03-10")) == datetime(
        2026, 3, 10, tzinfo=UTC
    )
