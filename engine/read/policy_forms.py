"""The texts that only the contact policy has: weekdays, times of day, ranges of dates, rates.

Each is read from the text as written; ValueError with a sentence where it is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from engine.language.policy import Rate

__all__ = ["parse_days", "parse_pause", "parse_rate", "parse_time"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_RATE = re.compile(r"(\d{1,7}) per (second|minute|hour|day)", re.ASCII)
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
_DAY_MINUTES = 24 * 60


def parse_days(said: str | Sequence[str]) -> tuple[int, ...]:
    """`mon-fri`, `monday`, or a list of such, as weekdays from Monday 0; ascending, each once."""
    texts = [said] if isinstance(said, str) else said
    return tuple(sorted({day for text in texts for day in _days(text)}))


def _days(text: str) -> list[int]:
    first, dash, last = text.strip().partition("-")
    start = _weekday(first, text)
    if not dash:
        return [start]
    length = (_weekday(last, text) - start) % 7  # `sat-mon` goes over the end of the week
    return [(start + step) % 7 for step in range(length + 1)]


def _weekday(name: str, text: str) -> int:
    for names in (_DAYS, _FULL_DAYS):
        if name.strip() in names:
            return names.index(name.strip())
    raise ValueError(f"`{text}` is no weekday; expected days as `mon-fri` or `sat`")


def parse_time(text: str) -> int:
    """`09:00` as minutes after midnight; `24:00` is the end of the day."""
    found = _TIME.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if found is None or int(found[2]) > 59 or minutes > _DAY_MINUTES:
        raise ValueError("expected a time of day, as `09:00`")
    return minutes


def parse_pause(text: str) -> tuple[date, date]:
    """`2026-12-24..2027-01-02`, both included, or one date alone."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    start, end = _date(first), _date(last if dots else first)
    if end < start:
        raise ValueError(f"{last} lies before {first}; expected the earlier date first")
    return start, end


def _date(text: str) -> date:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("expected dates, as `2026-12-24..2027-01-02` or `2026-12-24`") from None


def parse_rate(text: str) -> Rate:
    """`10 per second`, `60 per hour`."""
    found = _RATE.fullmatch(re.sub(r"\s+", " ", text.strip()))
    if found is None or not int(found[1]):
        raise ValueError("expected a rate, as `10 per second` or `60 per hour`")
    return Rate(int(found[1]), _SECONDS[found[2]])
