"""Times that SQLite holds as text of one form in UTC: their text orders as they do.

A column that holds nothing else is compared bare, so that indexes serve and no function of ours is
called for a row. Whether it holds nothing else is looked at once a snapshot, by SQLite alone: each
text must come back as it was from its own `strftime`, which also keeps out days that do not exist.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, collate, exists, func, or_, select
from sqlalchemy.sql import ColumnElement

from connectors.sources.zones import is_utc

__all__ = ["a_value_of", "pattern_of", "written", "written_otherwise"]

Raw = ColumnElement[Any]

_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(Z|[+]00:00|)", re.ASCII)


def pattern_of(text: object, zone: ZoneInfo) -> str | None:
    """The pattern of `strftime` that writes times as this one is, None where none does.

    A time that bears no offset is local to `zone`, which may be UTC.
    """
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None or not (found[2] or is_utc(zone)):
        return None
    return f"%Y-%m-%d{found[1]}%H:%M:%S{found[2]}"


def written(pattern: str, at: datetime) -> str:
    """An instant by such a pattern; years have four digits."""
    utc = at.astimezone(UTC)
    return utc.strftime(pattern.replace("%Y", f"{utc.year:04}"))


def a_value_of(column: Raw) -> Select[Any]:
    """Any value of a column that is there."""
    return select(column).where(column.is_not(None)).limit(1)


def written_otherwise(column: Raw, pattern: str) -> Select[Any]:
    """Whether any value is written otherwise than by a pattern."""
    # Without a modifier strftime lets 30 February pass.
    again = func.strftime(pattern, column, "+0 days")
    other = or_(collate(column, "BINARY").is_distinct_from(again), column < "0001")
    return select(exists().where(column.is_not(None), other))
