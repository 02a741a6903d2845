"""Local times that a database must read as the language does. Language, section 4.

Postgres and DuckDB take the second of two readings of a doubled local time, the language the
first. They agree on a time that a clock change leaves out: with the offset before the change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["fold_lengths", "is_utc"]

_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "GMT", "Etc/GMT"})
_FIRST_YEAR, _LAST_YEAR = 1900, 2101


def is_utc(zone: ZoneInfo) -> bool:
    """Whether local time of the zone has always been UTC."""
    return zone.key in _UTC_NAMES


@lru_cache(maxsize=64)
def fold_lengths(zone: ZoneInfo) -> tuple[timedelta, ...]:
    """How far clocks of the zone have been set back, every length once, the longest first."""
    day, end = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)
    found: set[timedelta] = set()
    before = day.astimezone(zone).utcoffset() or timedelta()
    while day < end:
        day += timedelta(days=1)
        after = day.astimezone(zone).utcoffset() or timedelta()
        if after < before:
            found.add(before - after)
        before = after
    return tuple(sorted(found, reverse=True))
