"""What a run's instant comes to in a zone, and what it was asked for.

Every date and instant that a condition is lowered to is read here, and the reading noted. So the
condition need not be lowered for each run: where the same readings of another instant stand to
each other as these did, all that was made of these is right with the values of those.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from engine import moments
from engine.moments import Ago, At, Day, Duration, Moment, MomentError, Relative, Span

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "Calendar",
    "Covered",
    "Readings",
    "anniversaries",
    "clamped",
    "covered",
    "day_from_today",
    "exactly_before",
    "next_end",
    "now",
    "start_from_today",
    "start_of_day",
    "this_day",
    "today",
    "window_first_day",
    "window_start",
    "written",
]

FIRST_DAY = date(2, 1, 1)
LAST_DAY = date(9998, 12, 31)
"""The ends of the calendar, one year in: no zone leads from them past what a datetime holds."""
_FIRST_INSTANT = datetime(2, 1, 1, tzinfo=UTC)

Found = TypeVar("Found")


class Calendar:
    """The instant of a run and the zone whose days count; it notes what is read of it."""

    def __init__(self, as_of: datetime, zone: ZoneInfo) -> None:
        self.zone = zone
        self._as_of = as_of
        self._noted: dict[tuple[Callable[..., object], tuple[Hashable, ...]], object] = {}

    def read(self, how: Callable[..., Found], *about: Hashable) -> Found:
        """What `how(as_of, zone, *about)` finds: a date, an instant, a number, or several.

        Dates and instants go into what is lowered as they are. Whoever reckons with one, or asks
        whether, reads a number: `about` hangs on the condition, or on numbers that were read.
        """
        found = how(self._as_of, self.zone, *about)
        self._noted[how, about] = found
        return found

    def readings(self) -> Readings:
        """All that was read so far."""
        values = _flat(self._noted.values())
        return Readings(self.zone, tuple(self._noted), values, _pattern(values))


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read of a calendar, to be read of it again at another instant."""

    zone: ZoneInfo
    taken: tuple[tuple[Callable[..., object], tuple[Hashable, ...]], ...]
    values: tuple[object, ...]
    pattern: object

    @property
    def dates(self) -> frozenset[date]:
        """Every date and instant that was read."""
        return frozenset(each for each in self.values if isinstance(each, date))

    def again(self, as_of: datetime) -> Mapping[date, date] | None:
        """Each date and instant that was read with what stands in its place as of an instant.

        None where another statement may be needed: some that were equal are not, or come in
        another order, or a number is another.
        """
        values = _flat(how(as_of, self.zone, *about) for how, about in self.taken)
        if _pattern(values) != self.pattern:
            return None
        pairs = zip(self.values, values, strict=True)
        return {old: new for old, new in pairs if isinstance(old, date) and isinstance(new, date)}


def _flat(found: Iterable[object]) -> tuple[object, ...]:
    """What was read, one after another; a reading may be of several."""
    return tuple(one for each in found for one in (each if isinstance(each, tuple) else (each,)))


def _pattern(values: Sequence[object]) -> object:
    """Of dates and instants the order, which are equal, and which are within a second."""
    days = sorted({each for each in values if type(each) is date})
    instants = sorted({each for each in values if isinstance(each, datetime)})
    places = {each: place for place, each in enumerate([*days, *instants])}
    within = [each.microsecond > 0 for each in instants]
    return len(days), within, [places[x] if isinstance(x, date) else x for x in values]


# ---------------------------------------------------------------- readings


def now(as_of: datetime, zone: ZoneInfo) -> datetime:
    """The run's instant."""
    return as_of


def today(as_of: datetime, zone: ZoneInfo) -> date:
    """The local day of the run's instant."""
    return moments.local_date(as_of, zone)


def this_day(as_of: datetime, zone: ZoneInfo) -> int:
    """The same as a number, for what is reckoned from it."""
    return today(as_of, zone).toordinal()


def written(as_of: datetime, zone: ZoneInfo, value: date) -> date:
    """A date or instant as it stands in the condition."""
    return value


def clamped(day: date) -> date:
    """A day within the calendar."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def start_of_day(as_of: datetime, zone: ZoneInfo, day: date) -> datetime:
    """The first instant of a local day."""
    return moments.start_of_day(clamped(day), zone)


def day_from_today(as_of: datetime, zone: ZoneInfo, days: int) -> date:
    """The day that many days after today (before, where negative)."""
    ordinal = this_day(as_of, zone) + days
    return date.fromordinal(min(max(ordinal, FIRST_DAY.toordinal()), LAST_DAY.toordinal()))


def start_from_today(as_of: datetime, zone: ZoneInfo, days: int, later: int) -> datetime:
    """The first instant of the day so many days after that day."""
    day = day_from_today(as_of, zone, days) + timedelta(days=later)
    return moments.start_of_day(clamped(day), zone)


def window_start(as_of: datetime, zone: ZoneInfo, duration: Duration) -> datetime:
    """Where `within: D` begins."""
    try:
        return moments.window_start(duration, as_of, zone)
    except (MomentError, OverflowError):
        return moments.start_of_day(FIRST_DAY, zone)


def window_first_day(as_of: datetime, zone: ZoneInfo, duration: Duration) -> date:
    """The first day of `within: D` beside a date."""
    return moments.local_date(window_start(as_of, zone, duration), zone)


def exactly_before(as_of: datetime, zone: ZoneInfo, length: timedelta) -> datetime:
    """The instant that lies so long before the run's."""
    try:
        return max(as_of - length, _FIRST_INSTANT)
    except OverflowError:
        return _FIRST_INSTANT


class Covered(NamedTuple):
    """A moment's local day with both ends, and its instant where it is one."""

    day: date
    start: datetime
    end: datetime
    at: datetime | None


def next_end(as_of: datetime, zone: ZoneInfo, duration: Duration) -> Covered:
    """Where `in_next: D` ends."""
    try:
        return _covered(moments.next_window_end(duration, as_of, zone), zone)
    except (MomentError, OverflowError):
        return _whole_day(LAST_DAY, zone)


def anniversaries(as_of: datetime, zone: ZoneInfo, duration: Duration) -> tuple[int, int]:
    """The numbers of today and of the day where `in_next: D` ends."""
    return this_day(as_of, zone), next_end(as_of, zone, duration).day.toordinal()


def covered(as_of: datetime, zone: ZoneInfo, moment: Moment) -> Covered:
    """What a moment covers that hangs on no field."""
    try:
        return _covered(moments.span(moment, as_of, zone), zone)
    except (MomentError, OverflowError):
        return _whole_day(_end_of_calendar(moment), zone)


def _covered(span: Span, zone: ZoneInfo) -> Covered:
    day = _whole_day(moments.local_date(span.start, zone), zone)
    return day if span.whole_day else day._replace(at=span.start.astimezone(UTC))


def _whole_day(day: date, zone: ZoneInfo) -> Covered:
    day = clamped(day)
    start = moments.start_of_day(day, zone)
    end = moments.start_of_day(clamped(day + timedelta(days=1)), zone)
    return Covered(day, start, end, at=None)


def _end_of_calendar(moment: Moment) -> date:
    match moment:
        case Ago() | Relative(sign=-1):
            return FIRST_DAY
        case Day(date(year=year)) | At(datetime(year=year)):
            return FIRST_DAY if year < FIRST_DAY.year + 1 else LAST_DAY
        case _:
            return LAST_DAY
