"""The texts that have a form of their own: durations, zones, schedules, shares, references.

Each check takes the text as written and raises ValueError with a sentence where it is none. The
schemas name them in `format`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from engine.holidays import find_holidays
from engine.moments import Unit, parse_duration
from engine.problems import did_you_mean
from engine.read.policy_forms import parse_days, parse_pause, parse_rate, parse_time

__all__ = ["FORMATS", "FORMATS_OF_NUMBERS", "REFERENCE", "is_plain_cron", "parse_share"]

REFERENCE = re.compile(r"\$\{(env|file):([^{}]*)\}")
"""A reference to a secret: `${env:NAME}` or `${file:path}`."""

_LONGEST_YEARS = 1_000  # what is reached from the dates of today stays in the calendar
_IN_A_YEAR = {Unit.YEAR: 1, Unit.QUARTER: 4, Unit.MONTH: 12, Unit.WEEK: 52}
_NAME_OF_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHARE = re.compile(r"(\d{1,7}(?:\.\d{1,9})?)\s?%", re.ASCII)
_LETTERS = 4  # a zone that is called by so few is another, not nearly the one: `PST` and `MST`
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ADDRESS = re.compile(r"[^@\s<>,;\x00-\x1f]+@[^@\s<>,;\x00-\x1f]+")
_PASSWORD_IN_URL = re.compile(r"://[^/@:]*:(?!\$\{)[^/@]+@")


def parse_share(value: str | float) -> float:
    """`20%` or 0.2 as 0.2.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        found = _SHARE.fullmatch(value.strip())
        if not found:
            raise ValueError("expected a share, as `20%`")
        return float(Decimal(found[1]) / 100)
    if value < 0:
        raise ValueError("expected a share, as `20%`")
    return float(value)


def _share(value: str | float) -> None:
    share = parse_share(value)
    if share <= 1:
        return
    meant = f": for {share:g}% write `{share:g}%`" if share <= 100 and value == share else ""
    raise ValueError(f"expected a share of at most 100%; a number is taken as a part of 1{meant}")


def _growth(value: str | float) -> None:
    parse_share(value)


def _date(value: str) -> None:
    try:
        if not _DATE.fullmatch(value):
            raise ValueError(value)
        date.fromisoformat(value)
    except ValueError:
        raise ValueError("expected a date of the calendar, as `2026-03-31`") from None


@lru_cache(maxsize=256)
def _timezone(value: str) -> None:
    if value == "localtime" or value.startswith(("posix/", "right/")):
        raise ValueError("expected a zone that is the same everywhere, as `Europe/Paris`")
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        longer = (each for each in available_timezones() if len(each) > _LETTERS or each == "UTC")
        near = did_you_mean(value, longer)
        hint = f"; {near}" if near.startswith("did") else ""
        raise ValueError(f"expected a zone, as `Europe/Paris`{hint}") from None


def is_plain_cron(value: str) -> bool:
    """Whether five cron fields are so simple that they surely fire, which needs no library."""
    fields = value.split() if _CRON.fullmatch(value) else []
    return len(fields) == len(_BOUNDS) and all(
        _is_plain(field, bounds) for field, bounds in zip(fields, _BOUNDS, strict=True)
    )


_BOUNDS = ((0, 59), (0, 23), (1, 28), (1, 12), (0, 6))  # every month has 28 days
_CRON = re.compile(r"[-\d*/, \t\n]*", re.ASCII)  # at another kind of blank croniter ends no field
_PLAIN_PART = re.compile(
    r"\*(?:/(?P<step>\d{1,2}))?|(?P<from>\d{1,2})(?:-(?P<to>\d{1,2}))?", re.ASCII
)


def _is_plain(field: str, bounds: tuple[int, int]) -> bool:
    return all(_is_plain_part(part, bounds) for part in field.split(","))


def _is_plain_part(part: str, bounds: tuple[int, int]) -> bool:
    found = _PLAIN_PART.fullmatch(part)
    if found is None:
        return False
    least, most = bounds
    if found["from"] is None:
        return found["step"] is None or 1 <= int(found["step"]) <= most
    return least <= int(found["from"]) <= int(found["to"] or found["from"]) <= most


@lru_cache(maxsize=1024)
def _cron(value: str) -> None:
    if is_plain_cron(value):
        return
    from croniter import CroniterError, croniter  # only where something rarer is scheduled

    fields = value.split()
    if len(fields) != 5:
        raise ValueError("expected the five fields of cron, as `0 9 * * 1-5`")
    if any(letter in field for field in fields for letter in ("H", "R", "h(", "r(")):
        raise ValueError("`H` and `R` are no fields of a schedule; write the times out")
    try:
        croniter(value)
    except (CroniterError, ValueError) as error:
        raise ValueError(
            f"expected the five fields of cron, minute 0-59, hour 0-23, day 1-31, month 1-12 and "
            f"weekday 0-7: {error}"
        ) from None
    if not croniter.is_valid(value, strict=True):
        raise ValueError("expected a schedule that can ever fire: no month of it has such a day")


def _address(value: str) -> None:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("expected an address, as `dana@acme.example`")


def _reference(value: str) -> None:
    """A secret: exactly one reference, never the secret itself."""
    if not REFERENCE.fullmatch(value):
        raise ValueError("expected a reference, as `${env:NAME}`: a secret never stands in a file")
    _references(value)


def _url(value: str) -> None:
    """A URL, maybe with references; a password in it is one."""
    if _PASSWORD_IN_URL.search(value):
        raise ValueError("a password stands in this URL; expected a reference, as `${env:NAME}`")
    _references(value)
    if not REFERENCE.match(value) and "://" not in value:
        raise ValueError("expected a URL, or a reference to one, as `${env:NAME}`")


def _references(value: str) -> None:
    rest = REFERENCE.sub("", value)
    if "${" in rest:
        raise ValueError("expected references as `${env:NAME}` or `${file:path}`")
    for kind, name in REFERENCE.findall(value):
        if kind == "env" and not _NAME_OF_VARIABLE.fullmatch(name):
            raise ValueError("expected the name of an environment variable, as `${env:NAME}`")
        if not name.strip():
            raise ValueError("expected the path of a file, as `${file:secrets/smtp}`")


def _duration(value: str) -> None:
    """A duration that stays in the calendar; days and shorter are bounded by their number."""
    duration = parse_duration(value)
    if duration.amount > _LONGEST_YEARS * _IN_A_YEAR.get(duration.unit, 366):
        raise ValueError(f"`{value}` leads out of the calendar; at most {_LONGEST_YEARS:,} years")


def _lateness(value: str) -> None:
    """Some time: no pass is so punctual that nothing would be too late."""
    try:
        is_none = not parse_duration(value).amount
    except ValueError:
        return  # which is told of it as a duration
    if is_none:
        raise ValueError(f"`{value}` is no time: all would be too late; expected one, as `1 hour`")


def _web_page(value: str) -> None:
    if not value.startswith(("https://", "http://")):
        raise ValueError("expected a web address that begins with https://")


Format = tuple[str, Callable[..., object]]

FORMATS: Mapping[str, Format] = {
    "touchline-duration": ("bad-duration", _duration),
    "touchline-lateness": ("bad-duration", _lateness),
    "touchline-share": ("bad-share", _share),
    "touchline-growth": ("bad-share", _growth),
    "touchline-cron": ("bad-schedule", _cron),
    "touchline-timezone": ("bad-timezone", _timezone),
    "touchline-days": ("bad-days", parse_days),
    "touchline-time": ("bad-time", parse_time),
    "touchline-dates": ("bad-date", parse_pause),
    "touchline-country": ("unknown-country", find_holidays),
    "touchline-rate": ("bad-rate", parse_rate),
    "touchline-reference": ("literal-secret", _reference),
    "touchline-url": ("bad-url", _url),
    "uri": ("bad-url", _web_page),
    "date": ("bad-date", _date),
    "email": ("bad-address", _address),
}
"""Per `format` of a schema: the code of its problem, and the check."""

FORMATS_OF_NUMBERS = ("touchline-share", "touchline-growth")
"""Formats that a number may have as well as a text."""
