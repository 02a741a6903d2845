"""When a wait ends. Pure; all instants aware UTC. Language, sections 4 and 5.

Days and longer end at the same local clock time; business days pass over weekends and holidays.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from engine.bind.conditions import BoundMoment
from engine.business_days import add_business_days
from engine.compile.calendar import FIRST_DAY, LAST_DAY
from engine.decide.facts import Enrollment, Phase
from engine.language.steps import UntilWeekday
from engine.moments import (
    At,
    Day,
    Duration,
    Entered,
    FieldMoment,
    Moment,
    MomentError,
    Relative,
    StepMoment,
    Unit,
    instant,
    local_date,
    shift_local,
    span,
)

__all__ = ["Clock", "Known", "moment_of", "until_fire", "wait_end"]

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Clock:
    """The calendar that a playbook keeps: its zone, and the days on which nobody works."""

    zone: ZoneInfo
    holidays: Container[date] = frozenset()

    def later(self, start: datetime, duration: Duration) -> datetime:
        """When a time from `start` is over."""
        return shift_local(start, duration, self.zone, holidays=self.holidays)


@dataclass(frozen=True, slots=True)
class Known:
    """What the moment of a wait may hang on: the run's instant, the entry, steps, a field's value.

    `field` is the value of the one field that the moment names; None where it is missing.
    """

    as_of: datetime
    entered_at: datetime
    steps: Mapping[str, datetime] = field(default_factory=dict)
    value: date | datetime | None = None


def until_fire(
    enrollment: Enrollment, schedule: str, at: datetime, *, zone: ZoneInfo
) -> Enrollment:
    """The same, gathered when the cron `schedule` first fires at an instant or after it."""
    from engine.schedule import first_fire  # 60 ms, and only digests need it

    fire = first_fire(schedule, zone, at)
    assert fire is not None  # binding has looked: it fires some day
    return replace(enrollment, phase=Phase.GATHERING, waits_until=fire.at, fixed=True)


def wait_end(
    wait: Duration | BoundMoment | UntilWeekday, since: datetime, clock: Clock, known: Known
) -> datetime | None:
    """When a wait that began at `since` ends; None while its moment is missing."""
    match wait:
        case Duration():
            return clock.later(since, wait)
        case UntilWeekday(weekday, at):
            return _weekday(weekday, at, since, clock.zone)
        case BoundMoment(moment):
            found = moment_of(moment, clock, known)
            return None if found is None else max(found, since)


def _weekday(weekday: int, at: time, since: datetime, zone: ZoneInfo) -> datetime:
    today = local_date(since, zone)
    ahead = (weekday - today.weekday()) % _WEEK
    for days in (ahead, ahead + _WEEK):
        found = instant(datetime.combine(today + timedelta(days=days), at), zone)
        if found >= since:
            return found
    raise AssertionError("a weekday comes every week")


def moment_of(moment: Moment, clock: Clock, known: Known) -> datetime | None:
    """The instant of a moment, of a whole day its beginning; None where it is missing."""
    found = _resolved(moment, clock, known)
    return None if found is None else span(found, known.as_of, clock.zone).start


def _resolved(moment: Moment, clock: Clock, known: Known) -> Moment | None:
    """The moment without a field, an entry or a step in it."""
    match moment:
        case Entered():
            return At(known.entered_at)
        case StepMoment(step):
            at = known.steps.get(step)
            return None if at is None else At(at)
        case FieldMoment():
            return _of_value(known.value)
        case Relative(duration, sign, of):
            return _shifted(duration, sign, _resolved(of, clock, known), clock, known)
        case _:
            return moment


def _of_value(value: date | datetime | None) -> Moment | None:
    """The moment of a field's value; a `9999-12-31` that means "never" is the calendar's edge."""
    match value:
        case None:
            return None
        case date(year=year) if not FIRST_DAY.year <= year <= LAST_DAY.year:
            return Day(FIRST_DAY if year < FIRST_DAY.year else LAST_DAY)
        case datetime():
            return At(value)
        case _:
            return Day(value)


def _shifted(
    duration: Duration, sign: int, of: Moment | None, clock: Clock, known: Known
) -> Moment | None:
    if of is None:
        return None
    try:
        return _moved(duration, 1 if sign > 0 else -1, of, clock, known)
    except (MomentError, OverflowError):
        return Day(LAST_DAY if sign > 0 else FIRST_DAY)


def _moved(
    duration: Duration, sign: Literal[-1, 1], of: Moment, clock: Clock, known: Known
) -> Moment:
    """Raises MomentError or OverflowError where that leads out of the calendar."""
    if duration.unit is Unit.BUSINESS_DAY:
        day = local_date(span(of, known.as_of, clock.zone).start, clock.zone)
        return Day(add_business_days(day, sign * duration.amount, clock.holidays))
    at = span(Relative(duration, sign, of), known.as_of, clock.zone)
    return Day(local_date(at.start, clock.zone)) if at.whole_day else At(at.start)
