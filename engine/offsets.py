"""Offsets from UTC as tables of steps, for stores that know no zones of their own.

Whole seconds throughout. The tables are exact from 1800 to the end of 2100, by the rules that the
zone has today; before and after that the offset stays as it was at that edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from engine.moments import start_of_day
from engine.records import dataclass

__all__ = ["Steps", "offsets_of_days", "offsets_of_instants", "offsets_of_local_times"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY, _DAY_AFTER = date(1800, 1, 1), date(2101, 1, 1)
_FIRST_OF_DAYS = date(1970, 1, 1)
_SECONDS_OF_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Steps:
    """What holds from each of `starts`, which ascend; `first` holds before them all."""

    first: int
    starts: tuple[int, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """The clock of a zone is set: its offset from the second `at` since 1970 on, and before."""

    at: int
    before: int
    after: int


def offsets_of_instants(zone: ZoneInfo) -> Steps:
    """By seconds since 1970: what to add to UTC for local time."""
    changes = _changes(zone)
    starts = tuple(change.at for change in changes)
    return Steps(_first(zone), starts, tuple(change.after for change in changes))


def offsets_of_local_times(zone: ZoneInfo) -> Steps:
    """By local seconds since 1970: what to take from a local time for UTC. Language, section 4.

    Of two readings it is the first; a time that was left out has the offset before the change.
    """
    changes = _changes(zone)
    starts = tuple(change.at + max(change.before, change.after) for change in changes)
    return Steps(_first(zone), starts, tuple(change.after for change in changes))


@lru_cache(maxsize=64)
def offsets_of_days(zone: ZoneInfo) -> Steps:
    """By days since 1970: what to take from a day's midnight for its first instant in UTC."""
    near = {_day_of(change.at) + beside for change in _changes(zone) for beside in range(-2, 4)}
    days = sorted(near) or [0]
    return _steps(days, lambda day: _start_offset(day, zone))


def _steps(points: Iterable[int], value: Callable[[int], int]) -> Steps:
    """The steps of a value that changes at none but these points, the first of them not one."""
    found = [(point, value(point)) for point in points]
    later = [(point, now) for (_, was), (point, now) in pairwise(found) if was != now]
    return Steps(found[0][1], tuple(each[0] for each in later), tuple(each[1] for each in later))


def _day_of(second: int) -> int:
    return second // _SECONDS_OF_DAY


def _start_offset(day: int, zone: ZoneInfo) -> int:
    start = start_of_day(_FIRST_OF_DAYS + timedelta(days=day), zone)
    return day * _SECONDS_OF_DAY - (start - _EPOCH) // timedelta(seconds=1)


@lru_cache(maxsize=64)
def _changes(zone: ZoneInfo) -> tuple[_Change, ...]:
    """Every change of a zone's clock; two of them are never less than a day apart."""
    first, end = ((day - _FIRST_OF_DAYS).days for day in (_FIRST_DAY, _DAY_AFTER))
    found = []
    before = _first(zone)
    for day in range(first + 1, end + 1):
        after = _offset(day * _SECONDS_OF_DAY, zone)
        if after != before:
            found.append(_Change(_change_after((day - 1) * _SECONDS_OF_DAY, zone), before, after))
        before = after
    return tuple(found)


def _first(zone: ZoneInfo) -> int:
    return _offset((_FIRST_DAY - _FIRST_OF_DAYS).days * _SECONDS_OF_DAY, zone)


def _change_after(second: int, zone: ZoneInfo) -> int:
    """The first second of a day at which the offset is not that of its beginning."""
    before = _offset(second, zone)
    low, high = second, second + _SECONDS_OF_DAY
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(second: int, zone: ZoneInfo) -> int:
    length = datetime.fromtimestamp(second, zone).utcoffset() or timedelta()
    return length.days * _SECONDS_OF_DAY + length.seconds
