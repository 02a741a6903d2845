"""Dates and times as people read them, by a small table of codes.

`strftime` of the platform is not used: it knows widths (`%1000000000d`), differs between systems
and speaks the language of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

__all__ = ["CODES", "DEFAULT_FORMAT", "DateFormatError", "check_format", "format_date"]

DEFAULT_FORMAT = "%-d %B %Y"
_MOST_CHARACTERS = 200

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Writer = Callable[[datetime], str]

CODES: dict[str, Writer] = {
    "%%": lambda at: "%",
    "%d": lambda at: f"{at.day:02d}",
    "%-d": lambda at: str(at.day),
    "%m": lambda at: f"{at.month:02d}",
    "%-m": lambda at: str(at.month),
    "%B": lambda at: _MONTHS[at.month - 1],
    "%b": lambda at: _MONTHS[at.month - 1][:3],
    "%Y": lambda at: f"{at.year:04d}",
    "%y": lambda at: f"{at.year % 100:02d}",
    "%A": lambda at: _DAYS[at.weekday()],
    "%a": lambda at: _DAYS[at.weekday()][:3],
    "%H": lambda at: f"{at.hour:02d}",
    "%-H": lambda at: str(at.hour),
    "%I": lambda at: f"{_twelve(at):02d}",
    "%-I": lambda at: str(_twelve(at)),
    "%M": lambda at: f"{at.minute:02d}",
    "%S": lambda at: f"{at.second:02d}",
    "%p": lambda at: "PM" if at.hour >= 12 else "AM",
    "%Z": lambda at: at.tzname() or "",
}
"""Every code that a format may hold, and what it prints."""

_CLOCK = frozenset({"%H", "%-H", "%I", "%-I", "%M", "%S", "%p", "%Z"})
_CODE = re.compile(r"%-?.?", re.DOTALL)


class DateFormatError(ValueError):
    """A format holds a code that the table lacks; the message is a sentence."""


def check_format(pattern: str) -> None:
    """Raise DateFormatError where a format is not made of the codes of the table."""
    if len(pattern) > _MOST_CHARACTERS:
        raise DateFormatError(f"a date format is longer than {_MOST_CHARACTERS} characters")
    for found in _CODE.findall(pattern):
        if found not in CODES:
            raise DateFormatError(
                f"`{found}` is no code of a date format; there is {' '.join(CODES)}"
            )


def format_date(value: date | datetime, pattern: str = DEFAULT_FORMAT) -> str:
    """A date, or a timestamp already in the zone that is to be shown.

    Raises:
        DateFormatError: an unknown code, or the time of day of a date that has none.
    """
    check_format(pattern)
    if isinstance(value, datetime):
        return _CODE.sub(lambda found: CODES[found[0]](value), pattern)
    if any(code in _CLOCK for code in _CODE.findall(pattern)):
        raise DateFormatError("a date has no time of day")
    midnight = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (only its date is read)
    return _CODE.sub(lambda found: CODES[found[0]](midnight), pattern)


def _twelve(at: datetime) -> int:
    return at.hour % 12 or 12
