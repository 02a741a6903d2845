"""Tables of steps say what the zones say, at every change of the clock and anywhere between."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from engine.moments import start_of_day
from engine.offsets import Steps, offsets_of_days, offsets_of_instants, offsets_of_local_times

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BESIDE = (-90_000, -3_600, -1, 0, 1, 1_800, 3_599, 3_600, 7_200, 90_000)
ZONES = [
    ZoneInfo(name)
    for name in (
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "America/Havana",  # its midnight comes twice in autumn
        "Pacific/Apia",  # it left out a whole day
        "Africa/Casablanca",  # its clock follows the moon
        "Africa/Monrovia",  # its offset once had seconds
        "Asia/Kolkata",
        "UTC",
    )
]


def at(steps: Steps, point: int) -> int:
    """The value that holds at a point."""
    place = bisect_right(steps.starts, point)
    return steps.values[place - 1] if place else steps.first


@cache
def points(zone: ZoneInfo) -> list[int]:
    """Seconds since 1970 beside every change, and any others from 1800 to 2100."""
    first, last = -5_364_000_000, 4_133_000_000
    near = [start + by for start in offsets_of_instants(zone).starts for by in BESIDE]
    return [*near, *random.Random(3).sample(range(first, last), 500)]


def offset(moment: datetime) -> int:
    return (moment.utcoffset() or timedelta()) // SECOND


def of_instant(second: int, zone: ZoneInfo) -> int:
    return offset((EPOCH + second * SECOND).astimezone(zone))


def of_local_time(second: int, zone: ZoneInfo) -> int:
    return offset((EPOCH + second * SECOND).replace(tzinfo=zone))


TABLES: dict[
    str, tuple[Callable[[ZoneInfo], Steps], Callable[[int, ZoneInfo], int], Callable[[int], int]]
] = {
    "instants": (offsets_of_instants, of_instant, lambda second: second),
    "local times": (offsets_of_local_times, of_local_time, lambda second: second),
    "days": (
        offsets_of_days,
        lambda day, zone: day * 86_400 - (_start(day, zone) - EPOCH) // SECOND,
        lambda second: second // 86_400,
    ),
}


def _start(day: int, zone: ZoneInfo) -> datetime:
    return start_of_day(date(1970, 1, 1) + timedelta(days=day), zone)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("table", TABLES)
def test_the_offset_that_a_table_says(table: str, zone: ZoneInfo) -> None:
    steps_of, expected, unit = TABLES[table]
    steps = steps_of(zone)
    asked = {unit(second) for second in points(zone)}
    wrong = {point for point in asked if at(steps, point) != expected(point, zone)}
    assert wrong == set()
