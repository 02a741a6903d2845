"""Time arithmetic: durations, moments, local days. Pure: `as_of` and the zone are arguments.

The rules are those of the language, section 4. An instant is an aware datetime in UTC; a *day* is
a calendar day in some zone. A moment is either a whole day or an instant, and the operators
`before`, `after`, `since`, `until` and `on` mean accordingly the edges of one or the other.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from engine.business_days import add_business_days
from engine.records import dataclass

__all__ = [
    "Ago",
    "At",
    "Day",
    "Duration",
    "Entered",
    "FieldMoment",
    "Hence",
    "Moment",
    "MomentError",
    "Now",
    "Relative",
    "Span",
    "StartOf",
    "StepMoment",
    "Today",
    "Unit",
    "end_of_gap",
    "field_path",
    "instant",
    "local_date",
    "next_window_end",
    "parse_duration",
    "parse_moment",
    "shift_date",
    "shift_local",
    "span",
    "start_of_day",
    "window_start",
]


class MomentError(ValueError):
    """A text is no duration or moment; the message says what was expected."""


class Unit(StrEnum):
    """The units of a duration. Minutes and hours are exact; the others count on the calendar."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    BUSINESS_DAY = "business day"


_EXACT_MINUTES = {Unit.MINUTE: 1, Unit.HOUR: 60}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_LARGEST_AMOUNT = 100_000  # keeps every shifted date inside what `date` can hold, or refused


@dataclass(frozen=True, slots=True)
class Duration:
    """`amount` of a unit; never negative."""

    amount: int
    unit: Unit

    @property
    def is_exact(self) -> bool:
        """Whether this is minutes or hours, which shift an instant and not a day."""
        return self.unit in _EXACT_MINUTES

    @property
    def exact(self) -> timedelta:
        """The length of minutes and hours; of days and weeks at 24 hours a day."""
        minutes = _EXACT_MINUTES.get(self.unit)
        if minutes is not None:
            return timedelta(minutes=minutes * self.amount)
        return timedelta(days=_DAYS[self.unit] * self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar date."""

    on: date


@dataclass(frozen=True, slots=True)
class At:
    """A timestamp; a naive one is local to the zone it is resolved in."""

    when: datetime


@dataclass(frozen=True, slots=True)
class Now:
    """The run's instant."""


@dataclass(frozen=True, slots=True)
class Today:
    """The local day of the run's instant, moved by `offset` days (-1 yesterday, 1 tomorrow)."""

    offset: int = 0


@dataclass(frozen=True, slots=True)
class Ago:
    """`D ago`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Hence:
    """`in D`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class StartOf:
    """The first local day of the current day, week (from Monday), month, quarter or year."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class FieldMoment:
    """The value of a date or timestamp field, by its path as written."""

    path: str


@dataclass(frozen=True, slots=True)
class Entered:
    """When the enrollment was entered."""


@dataclass(frozen=True, slots=True)
class StepMoment:
    """When a step of the playbook happened."""

    step: str


@dataclass(frozen=True, slots=True)
class Relative:
    """`D before M` (sign -1) or `D after M` (sign 1)."""

    duration: Duration
    sign: Literal[-1, 1]
    of: Moment


Moment = (
    Day | At | Now | Today | Ago | Hence | StartOf | FieldMoment | Entered | StepMoment | Relative
)


@dataclass(frozen=True, slots=True)
class Span:
    """What a moment covers: the half-open range of a whole local day, or one instant twice."""

    start: datetime
    end: datetime
    whole_day: bool


# ---------------------------------------------------------------- reading

_DURATION = re.compile(
    r"(\d+)\s+(business\s+day|minute|hour|day|week|month|quarter|year)s?", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)
_RELATIVE = re.compile(r"(\d+\s+(?:business\s+)?[a-z]+)\s+(before|after)\s+(.+)", re.ASCII)
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
_STEP = re.compile(r"step\s+([a-z0-9][a-z0-9_-]*)", re.ASCII)
_WORDS: dict[str, Moment] = {
    "now": Now(),
    "today": Today(),
    "yesterday": Today(-1),
    "tomorrow": Today(1),
    "entered": Entered(),
    "start of day": StartOf(Unit.DAY),
    "start of week": StartOf(Unit.WEEK),
    "start of month": StartOf(Unit.MONTH),
    "start of quarter": StartOf(Unit.QUARTER),
    "start of year": StartOf(Unit.YEAR),
}


def parse_duration(text: str) -> Duration:
    """Read `30 days`, `2 business days`; raises MomentError where it is none, or over 100,000."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise MomentError(f"`{text}` is no duration; expected a number and a unit, as `30 days`")
    amount = int(found[1][:7])
    if amount > _LARGEST_AMOUNT:
        raise MomentError(f"`{text}` is too long a duration; at most {_LARGEST_AMOUNT:,}")
    return Duration(amount, Unit(re.sub(r"\s+", " ", found[2])))


def parse_moment(text: str) -> Moment:
    """Read a moment of the language, section 4; an unknown word is taken for a field's path.

    Raises MomentError where it is none.
    """
    words = re.sub(r"\s+", " ", text.strip())
    if words in _WORDS:
        return _WORDS[words]
    if found := _RELATIVE.fullmatch(words):
        sign: Literal[-1, 1] = -1 if found[2] == "before" else 1
        return Relative(parse_duration(found[1]), sign, parse_moment(found[3]))
    if words.endswith(" ago"):
        return Ago(parse_duration(words.removesuffix(" ago")))
    if words.startswith("in "):
        return Hence(parse_duration(words.removeprefix("in ")))
    if found := _STEP.fullmatch(words):
        return StepMoment(found[1])
    if _DATE.fullmatch(words) or _TIMESTAMP.fullmatch(words):
        return _parse_iso(words)
    if _PATH.fullmatch(words):
        return FieldMoment(words)
    raise MomentError(
        f"`{text}` is no moment; expected a date as 2026-03-10, a timestamp as 2026-03-10T09:00, "
        "`30 days ago`, `start of month`, `today` or the name of a date or timestamp field"
    )


def _parse_iso(text: str) -> Moment:
    try:
        is_date = _DATE.fullmatch(text)
        return Day(date.fromisoformat(text)) if is_date else At(datetime.fromisoformat(text))
    except ValueError:
        raise MomentError(
            f"`{text}` is no day and hour of the calendar; expected a date as 2026-03-10, or a "
            "timestamp as 2026-03-10T09:00 or 2026-03-10T09:00+01:00"
        ) from None


def field_path(moment: Moment) -> str | None:
    """The path of the field that a moment hangs on, if it hangs on one."""
    match moment:
        case FieldMoment(path):
            return path
        case Relative(of=of):
            return field_path(of)
        case _:
            return None


# ---------------------------------------------------------------- the calendar


def instant(value: datetime, zone: ZoneInfo) -> datetime:
    """UTC of a timestamp; a naive one is local to `zone`. Raises MomentError beyond the calendar.

    A local time that a clock change leaves out is read with the offset before the change, a
    doubled one is the first.
    """
    return _in_zone(value if value.tzinfo else value.replace(tzinfo=zone, fold=0), UTC)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in `zone`; raises MomentError where that has none."""
    return _in_zone(moment, zone).date()


def _in_zone(aware: datetime, zone: tzinfo) -> datetime:
    try:
        return aware.astimezone(zone)
    except OverflowError:
        raise MomentError(f"{aware} is outside the calendar") from None


def _plus(moment: datetime, length: timedelta) -> datetime:
    try:
        return moment.astimezone(UTC) + length  # in another zone, `+` would turn its local clock
    except OverflowError:
        raise MomentError(f"{length} from {moment} is outside the calendar") from None


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of a local day: midnight, or what follows one that does not exist."""
    return end_of_gap(datetime.combine(day, time()), zone)


def end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a naive wall time; one that does not exist becomes the end of its gap.

    A doubled one is the first. This is the rule of schedules; timestamps follow `instant`.
    """
    aware = local.replace(tzinfo=zone, fold=0)
    first = _in_zone(aware, UTC)
    if _in_zone(first, zone).replace(tzinfo=None) == local:
        return first
    return _first_instant_after_gap(aware.replace(fold=1).astimezone(UTC), first, zone)


def _first_instant_after_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The transition between two instants that stand on either side of it, to the second."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        is_after = middle.astimezone(zone).utcoffset() == offset
        before, after = (before, middle) if is_after else (middle, after)
    return after


def shift_date(day: date, duration: Duration, sign: int) -> date:
    """A date moved by days or longer; months clamp to the last day of the month they lead to.

    Raises MomentError where the result is outside the years 1 to 9999.
    """
    try:
        if duration.unit in _DAYS:
            return day + timedelta(days=sign * _DAYS[duration.unit] * duration.amount)
        months = day.year * 12 + day.month - 1 + sign * _MONTHS[duration.unit] * duration.amount
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError, calendar.IllegalMonthError):
        raise MomentError(f"{duration} from {day} is outside the calendar") from None


def shift_local(
    start: datetime, duration: Duration, zone: ZoneInfo, *, holidays: Container[date] = frozenset()
) -> datetime:
    """When a wait of `duration` from `start` ends (UTC).

    Minutes and hours are exact; days and longer end at the same local clock time, and where that
    is the first of a doubled hour and `start` in the second of it, at once.
    """
    if duration.is_exact:
        return _plus(start, duration.exact)
    local = _in_zone(start, zone)
    if duration.unit is Unit.BUSINESS_DAY:
        day = add_business_days(local.date(), duration.amount, holidays)
    else:
        day = shift_date(local.date(), duration, 1)
    return max(start, instant(datetime.combine(day, local.time().replace(fold=0)), zone))


def window_start(duration: Duration, as_of: datetime, zone: ZoneInfo) -> datetime:
    """Where `within: D` begins: exactly D ago, or the start of the local day D before today."""
    if duration.is_exact:
        return _plus(as_of, -duration.exact)
    return start_of_day(shift_date(local_date(as_of, zone), duration, -1), zone)


def next_window_end(duration: Duration, as_of: datetime, zone: ZoneInfo) -> Span:
    """Where `in_next: D` ends: an instant, included, or the whole local day D after today."""
    if duration.is_exact:
        return _instant_span(_plus(as_of, duration.exact))
    return _day_span(shift_date(local_date(as_of, zone), duration, 1), zone)


# ---------------------------------------------------------------- moments that hang on no field


def span(moment: Moment, as_of: datetime, zone: ZoneInfo) -> Span:
    """What a moment covers, for one `as_of`, as UTC instants.

    Raises MomentError where it is outside the calendar, and TypeError where it hangs on a field or
    an enrollment, which only a row can tell.
    """
    match moment:
        case Day(on):
            return _day_span(on, zone)
        case At(when):
            return _instant_span(instant(when, zone))
        case Now():
            return _instant_span(as_of)
        case Today(offset):
            today = local_date(as_of, zone)
            return _day_span(shift_date(today, Duration(1, Unit.DAY), offset), zone)
        case StartOf(unit):
            return _day_span(_first_day(unit, local_date(as_of, zone)), zone)
        case Ago(duration):
            return _shifted(_instant_span(as_of), duration, -1, zone)
        case Hence(duration):
            return _shifted(_instant_span(as_of), duration, 1, zone)
        case Relative(duration, sign, of):
            return _shifted(span(of, as_of, zone), duration, sign, zone)
        case _:
            raise TypeError(f"{type(moment).__name__} hangs on a row")


def _day_span(day: date, zone: ZoneInfo) -> Span:
    end = start_of_day(shift_date(day, Duration(1, Unit.DAY), 1), zone)
    return Span(start_of_day(day, zone), end, whole_day=True)


def _instant_span(at: datetime) -> Span:
    return Span(at, at, whole_day=False)


def _shifted(base: Span, duration: Duration, sign: int, zone: ZoneInfo) -> Span:
    if duration.is_exact:
        return _instant_span(_plus(base.start, sign * duration.exact))
    return _day_span(shift_date(local_date(base.start, zone), duration, sign), zone)


def _first_day(unit: Unit, today: date) -> date:
    match unit:
        case Unit.WEEK:
            return today - timedelta(days=today.weekday())
        case Unit.MONTH:
            return today.replace(day=1)
        case Unit.QUARTER:
            return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        case Unit.YEAR:
            return today.replace(month=1, day=1)
        case _:
            return today
