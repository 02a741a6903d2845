"""When playbooks fire: cron in local time. Pure; delivery page, point 11.

A fire is identified by its local date and time. Cron runs over wall-clock times without a zone,
and each is then placed on the time line: a wall time that a clock change leaves out fires at the
end of the gap, a doubled one at its first coming only. So neither can fire twice.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from croniter import croniter
from croniter.croniter import CroniterBadDateError

from engine.language.playbook import CatchUp, Schedule
from engine.moments import Duration, Unit, end_of_gap, shift_local

__all__ = [
    "DEFAULT_LATENESS",
    "Due",
    "Fire",
    "due",
    "end_of_slot",
    "fire_of",
    "fires",
    "first_fire",
    "is_too_late",
    "latest_fire",
    "next_fire",
]

DEFAULT_LATENESS = Duration(3, Unit.DAY)
"""How late a missed fire may still start where the schedule does not say."""

_ON_TIME = timedelta(minutes=5)  # a fire that a busy daemon takes up within this was not missed
_INSTANT = timedelta(microseconds=1)
_LOOKS_BACK = (1, 32, 400, 3_660)  # days: most fires are near, and few come between
_MOST_SKIPS = 1_000  # slots recorded one by one after a long downtime; older ones are not


@dataclass(frozen=True, slots=True, order=True)
class Fire:
    """One slot: `at` (aware UTC) is when it fires, `local` its wall time without a zone."""

    at: datetime
    local: datetime

    @property
    def id(self) -> str:
        """The identity of the slot in the ledger: `2026-03-10T09:00`."""
        return self.local.strftime("%Y-%m-%dT%H:%M")


@dataclass(frozen=True, slots=True)
class Due:
    """What a tick finds: the fire to start now, if any, and the slots that are passed over."""

    fire: Fire | None
    skipped: tuple[tuple[Fire, str], ...] = ()


def end_of_slot(slot: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a slot fires, from its identity."""
    return end_of_gap(datetime.fromisoformat(slot), zone)


def fire_of(slot: str, zone: ZoneInfo) -> Fire:
    """The fire of a slot, from its identity."""
    local = datetime.fromisoformat(slot)
    return Fire(end_of_gap(local, zone).astimezone(UTC), local)


def next_fire(schedule: Schedule, zone: ZoneInfo, after: datetime) -> Fire | None:
    """The next fire strictly after an instant; None where the schedule has ended by then."""
    return next(fires(schedule, zone, after), None)


def first_fire(cron: str, zone: ZoneInfo, at: datetime) -> Fire | None:
    """The first fire at an instant or after it; None where there is none any more."""
    return next_fire(Schedule(cron), zone, at - _INSTANT)


def latest_fire(cron: str, zone: ZoneInfo, at: datetime) -> Fire | None:
    """The last fire at an instant or before it; None where there was none in ten years."""
    for days in _LOOKS_BACK:
        found = list(_between(Schedule(cron), zone, at - timedelta(days=days), at))
        if found:
            return found[-1]
    return None


def due(
    schedule: Schedule,
    zone: ZoneInfo,
    since: datetime,
    now: datetime,
    *,
    busy_until: datetime | None = None,
    holidays: Container[date] = frozenset(),
) -> Due:
    """The fires in (since, now]: the latest may start, the others are skips with a reason.

    The latest itself is skipped as `overlap` where the run before went on until `busy_until` and
    the fire came meanwhile, as `late` beyond `max_lateness`, and as `missed` where `catch_up:
    none` and it was not taken up within five minutes. Business days pass over `holidays`.
    """
    found = list(_between(schedule, zone, _bounded(schedule, zone, since, now), now))
    if not found:
        return Due(None)
    *missed, latest = found
    skips = tuple((fire, "superseded") for fire in missed[-_MOST_SKIPS:])
    overlaps = busy_until is not None and latest.at <= busy_until
    reason = "overlap" if overlaps else _too_late(schedule, latest, now, zone, holidays)
    return Due(None, (*skips, (latest, reason))) if reason else Due(latest, skips)


def _bounded(schedule: Schedule, zone: ZoneInfo, since: datetime, now: datetime) -> datetime:
    """The same, or a later instant since which there are more fires than anybody is told of.

    So that years of minutes are not walked through, after a long sleep or a leap of the clock.
    """
    length = timedelta(days=1)
    while now - length > since:
        found = _between(schedule, zone, now - length, now)
        if len(list(islice(found, _MOST_SKIPS + 1))) > _MOST_SKIPS:
            return now - length
        length *= 2
    return since


def is_too_late(
    schedule: Schedule,
    fire: Fire,
    now: datetime,
    zone: ZoneInfo,
    holidays: Container[date] = frozenset(),
) -> bool:
    """Whether a fire that began in time may no longer go on: it is older than `max_lateness`."""
    lateness = schedule.max_lateness or DEFAULT_LATENESS
    return shift_local(fire.at, lateness, zone, holidays=holidays) < now


def _too_late(
    schedule: Schedule, fire: Fire, now: datetime, zone: ZoneInfo, holidays: Container[date]
) -> str:
    if schedule.catch_up is CatchUp.NONE and now - fire.at > _ON_TIME:
        return "missed"
    return "late" if is_too_late(schedule, fire, now, zone, holidays) else ""


def _between(
    schedule: Schedule, zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[Fire]:
    return takewhile(lambda fire: fire.at <= until, fires(schedule, zone, after))


def fires(schedule: Schedule, zone: ZoneInfo, after: datetime) -> Iterator[Fire]:
    """The fires strictly after an instant, as long as the schedule goes on."""
    # A day earlier, since wall times near a clock change may lie on either side of `after`.
    start = after.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    walk = croniter(schedule.cron, start, ret_type=datetime)
    while True:
        try:
            local = walk.get_next(datetime)
        except CroniterBadDateError:
            return
        if schedule.ends and local.date() > schedule.ends:
            return
        if schedule.starts and local.date() < schedule.starts:
            continue
        fire = Fire(end_of_gap(local, zone).astimezone(UTC), local)
        if fire.at > after:
            yield fire
