"""The functions that SQLite lacks, in Python: calendars, zones and stored forms.

`functions` is what a connection is given. They are deterministic and never raise: what has no
answer is NULL. An instant (`us`) is microseconds since 1970 in UTC, a date is `YYYY-MM-DD`, or what
stands for all days before or behind the calendar, which no store's value is.

| function | answer |
| --- | --- |
| `tl_instant(text, zone)` | `us` of ISO text; one without an offset is local to the zone |
| `tl_epoch(value, factor)` | `us` of a number since 1970 that `factor` turns into microseconds |
| `tl_local_date(us, zone)` | the local date of an instant |
| `tl_day_start(date, zone)` | `us` of the first instant of a local day |
| `tl_shift_date(date, amount, unit, sign)` | a date moved by a duration of days or longer |
| `tl_lower(text)` | lower case, code point by code point |
| `tl_integer(text)`, `tl_number(text)` | a number that is stored as text |
| `tl_is_no_number(text)` | whether it stands for NaN or infinity, or is too large to be a number |
| `tl_includes(list, text)` | 1 or 0: whether it is among the members of that JSON text |
| `tl_first(us, value)`, `tl_last` | aggregates: the value of the first, the last row |
| `tl_list(text, separator)` | JSON text of the members; a JSON array where `separator` is NULL |
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from connectors.sources.forms import (
    ASCII_WHITE_SPACE,
    EPOCH,
    INTEGER,
    LARGEST_INTEGER,
    NOT_A_NUMBER,
    NUMBER,
    SMALLEST_INTEGER,
    TIMESTAMP,
    WHITE_SPACE,
    microseconds,
)
from engine.moments import (
    Duration,
    MomentError,
    Unit,
    instant,
    local_date,
    shift_date,
    start_of_day,
)

__all__ = ["AGGREGATES", "FUNCTIONS", "lower"]

_Stored = str | int | float | None

_INTEGER = re.compile(INTEGER, re.ASCII)
_NUMBER = re.compile(NUMBER, re.ASCII)
_NOT_A_NUMBER = re.compile(NOT_A_NUMBER, re.ASCII)
_TIMESTAMP = re.compile(TIMESTAMP, re.ASCII)
_LARGEST_EPOCH_DIGITS = re.compile(r"[+-]?[0-9]{1,18}([.][0-9]*)?", re.ASCII)
_BEFORE, _BEHIND = "0000-12-31", "9999-12-32"
_OUTSIDE = {
    _BEFORE: microseconds(datetime.min.replace(tzinfo=UTC)),
    _BEHIND: microseconds(datetime.max.replace(tzinfo=UTC)) + 1,
}
"""The days outside the calendar, and when they begin: no instant lies before, and none behind."""
_KEPT = 100_000  # values come again and again: days, zones, and the timestamps of wide joins


@lru_cache(maxsize=_KEPT)
def _instant(text: object, zone: str) -> int | None:
    if not isinstance(text, str):
        return None
    text = text.strip(ASCII_WHITE_SPACE)
    if not _TIMESTAMP.fullmatch(text):
        return None
    try:
        return microseconds(instant(datetime.fromisoformat(text.upper()), ZoneInfo(zone)))
    except (ValueError, OverflowError):
        return None


def _epoch(value: object, factor: int) -> int | None:
    try:
        if isinstance(value, float):
            us = round(value * factor)
        elif isinstance(value, str) and not _LARGEST_EPOCH_DIGITS.fullmatch(value.strip()):
            return None
        else:
            us = math.floor(Decimal(str(value).strip()) * factor)
        return us if _is_instant(us) else None
    except (ValueError, OverflowError, InvalidOperation):
        return None


def _is_instant(us: int) -> bool:
    try:
        EPOCH + timedelta(microseconds=us)
    except OverflowError:
        return False
    return True


@lru_cache(maxsize=_KEPT)
def _local_date(us: int | None, zone: str) -> str | None:
    if us is None:
        return None
    try:
        return local_date(EPOCH + timedelta(microseconds=us), ZoneInfo(zone)).isoformat()
    except OverflowError:
        return _BEHIND if us > 0 else _BEFORE
    except MomentError:  # the local day would be one more than the calendar has
        return (date.max if us > 0 else date.min).isoformat()


@lru_cache(maxsize=_KEPT)
def _day_start(day: str | None, zone: str) -> int | None:
    if day is None or day in _OUTSIDE:
        return _OUTSIDE.get(day or "")
    try:
        return microseconds(start_of_day(date.fromisoformat(day), ZoneInfo(zone)))
    except MomentError:  # it began before the calendar does
        return _OUTSIDE[_BEFORE]
    except ValueError:
        return None


@lru_cache(maxsize=_KEPT)
def _shift_date(day: str | None, amount: int, unit: str, sign: int) -> str | None:
    if day is None or day in _OUTSIDE:
        return day
    try:
        return shift_date(date.fromisoformat(day), Duration(amount, Unit(unit)), sign).isoformat()
    except MomentError:
        return _BEHIND if sign > 0 else _BEFORE
    except ValueError:
        return None


def lower(text: str) -> str:
    """Unicode lower case of each code point by itself; what would grow longer stays as it is."""
    return text.lower() if text.isascii() else "".join(map(_lower_one, text))


@lru_cache(maxsize=4096)
def _lower_one(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 else letter


def _lower(text: object) -> str | None:
    return None if text is None else lower(str(text))


def _integer(text: object) -> int | None:
    stripped = str(text).strip(ASCII_WHITE_SPACE)
    if not _INTEGER.fullmatch(stripped) or len(stripped) > 4000:
        return None
    value = int(stripped.partition(".")[0])
    return value if SMALLEST_INTEGER <= value <= LARGEST_INTEGER else None


def _number(text: object) -> float | None:
    stripped = str(text).strip(ASCII_WHITE_SPACE)
    if not _NUMBER.fullmatch(stripped):
        return None
    value = float(stripped)
    return value if math.isfinite(value) else None


def _is_no_number(text: object) -> bool:
    stripped = str(text).strip(ASCII_WHITE_SPACE)
    return bool(_NOT_A_NUMBER.fullmatch(stripped)) or (
        bool(_NUMBER.fullmatch(stripped)) and not math.isfinite(float(stripped))
    )


def _list(text: object, separator: str | None) -> str | None:
    if not isinstance(text, str) or not text.strip(WHITE_SPACE):
        return None
    members = _json_members(text) if separator is None else text.split(separator)
    if members is None:
        return None
    if separator is not None:
        members = [member.strip(WHITE_SPACE) for member in members]
    return json.dumps([member for member in members if member.strip(WHITE_SPACE)])


def _json_members(text: str) -> list[str] | None:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, list):
        return None
    return [
        member if isinstance(member, str) else json.dumps(member, ensure_ascii=False)
        for member in members
        if member is not None
    ]


def _includes(members: str | None, member: str | None) -> int | None:
    if members is None or member is None:
        return None
    return int(member in json.loads(members))


class _Edge:
    """An aggregate: the value beside the furthest time, and of two at one time the greater."""

    sign: ClassVar[int]

    def __init__(self) -> None:
        self._found: tuple[int, bool, _Stored] | None = None

    def step(self, at: int | None, value: _Stored, /) -> None:
        """One more row; one without a time is none."""
        if at is None:
            return
        row = (self.sign * at, value is not None, value)
        if self._found is None or _is_further(row, self._found):
            self._found = row

    def finalize(self) -> _Stored:
        """The value of the row that stands furthest."""
        return self._found[2] if self._found else None


class _First(_Edge):
    sign = -1


class _Last(_Edge):
    sign = 1


def _is_further(row: tuple[int, bool, _Stored], than: tuple[int, bool, _Stored]) -> bool:
    if row[:2] != than[:2]:
        return row[:2] > than[:2]
    return row[2] is not None and row[2] > than[2]  # type: ignore[operator]


AGGREGATES: Mapping[str, tuple[int, Callable[[], Any]]] = {
    "tl_first": (2, _First),
    "tl_last": (2, _Last),
}
"""Number of arguments and class, by name."""

FUNCTIONS: Mapping[str, tuple[int, Callable[..., str | int | float | None]]] = {
    "tl_instant": (2, _instant),
    "tl_epoch": (2, _epoch),
    "tl_local_date": (2, _local_date),
    "tl_day_start": (2, _day_start),
    "tl_shift_date": (4, _shift_date),
    "tl_lower": (1, _lower),
    "tl_integer": (1, _integer),
    "tl_number": (1, _number),
    "tl_is_no_number": (1, _is_no_number),
    "tl_list": (2, _list),
    "tl_includes": (2, _includes),
}
"""Number of arguments and function, by name."""
