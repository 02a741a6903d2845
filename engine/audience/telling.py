"""Values that were seen, as people read them: dates with their age, figures with their window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from engine.audience.words import literal_text, percent_text
from engine.compile.algebra import time_of, walk
from engine.compile.calendar import LAST_DAY
from engine.compile.core import Change, Compare, Comparison, Constant, Events, Figure
from engine.compile.edges import Asking

__all__ = ["age", "few", "next_anniversary", "told", "told_of", "window_of"]

_FEW = 3


def told(value: object, asking: Asking) -> str:
    """A value; dates and instants with how long ago they are."""
    match value:
        case None:
            return "missing"
        case datetime():
            return f"{_local(value, asking)} ({age(_here(value, asking).date(), asking)})"
        case date():
            return f"{literal_text(value)} ({age(value, asking)})"
        case tuple() | list():
            return ", ".join(map(literal_text, value)) or "nothing"
        case _:
            return literal_text(value)


def told_of(asked: object, value: object, asking: Asking) -> str:
    """The value of what was asked, with the window that it is of, where no row says that."""
    if isinstance(asked, Change) and isinstance(value, float):
        return percent_text(value)
    window = window_of(asked.events, asking) if isinstance(asked, Figure) else ""
    return told(value, asking) + window


def window_of(events: Events, asking: Asking) -> str:
    """From when and until when events were counted, as far as no row is needed to know it."""
    return "".join(_edges(events, asking))


_WORDS = {
    Comparison.GE: "since",
    Comparison.GT: "after",
    Comparison.LE: "until",
    Comparison.LT: "before",
}


def _edges(events: Events, asking: Asking) -> Iterator[str]:
    for each in walk(events.counting):
        match each:
            case Compare(op, left, Constant(datetime() as edge)) if op in _WORDS:
                if left == time_of(events) and edge != asking.as_of:
                    yield f" {_WORDS[op]} {_local(edge, asking).removesuffix(' 00:00:00')}"


def _local(at: datetime, asking: Asking) -> str:
    return literal_text(_here(at, asking).replace(tzinfo=None))


def _here(at: datetime, asking: Asking) -> datetime:
    """An instant by the clock of the zone; by that of UTC where it would leave the calendar."""
    try:
        return at.astimezone(asking.zone)
    except OverflowError:
        return at.astimezone(UTC)


def age(day: date, asking: Asking) -> str:
    """How many days ago, or ahead, a day is."""
    days = (asking.today - day).days
    if days == 0:
        return "today"
    number = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"{number} ago" if days > 0 else f"in {number}"


def few(texts: Sequence[str]) -> str:
    """The first of some, and whether there are more."""
    return ", ".join(texts[:_FEW]) + (", …" if len(texts) > _FEW else "")


def next_anniversary(value: object, asking: Asking) -> date | None:
    """The first anniversary from today on of a date, or of the local day of an instant."""
    day = _here(value, asking).date() if isinstance(value, datetime) else value
    if not isinstance(day, date) or max(day, asking.today) > LAST_DAY:
        return None
    years = (max(asking.today.year, day.year + 1) + more for more in (0, 1))
    found = (_in_year(day, year) for year in years)
    return next(each for each in found if each >= asking.today)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February elsewhere
        return day.replace(year=year, day=28)
