"""Days, waits, windows and caps by pencil and paper: read off the contract, nothing of the engine.

Language, sections 4 to 6. Slow and plain on purpose; the simulated year is held against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

__all__ = [
    "HOLIDAYS",
    "ends_at",
    "is_in_window",
    "last_fire",
    "moment_of_wait",
    "next_fire",
    "next_time",
    "too_many",
    "zone_or",
]

HOLIDAYS = {
    date.fromisoformat(day)
    for day in (
        *("2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03"),
        *("2026-07-04", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25"),
        *("2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-06-18", "2027-06-19"),
    )
}
"""The public holidays of the United States, as far as any year here reaches."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {"day": 1, "week": 7}
_SECONDS = {"minute": 60, "hour": 3600}


def zone_or(name: str, otherwise: str) -> ZoneInfo:
    """The zone of that name; one that is none counts as missing."""
    try:
        return ZoneInfo(name) if name else ZoneInfo(otherwise)
    except (KeyError, ValueError):
        return ZoneInfo(otherwise)


def ends_at(start: datetime, said: str, zone: ZoneInfo, holidays: Iterable[date]) -> datetime:
    """When a time such as `5 business days` that began at `start` is over."""
    amount, unit = int(said.split(maxsplit=1)[0]), said.split(" ", 1)[1].removesuffix("s")
    if unit in _SECONDS:
        return start + timedelta(seconds=amount * _SECONDS[unit])
    local = start.astimezone(zone)
    if unit in _DAYS:
        day = local.date() + timedelta(days=amount * _DAYS[unit])
    elif unit == "month":
        day = _months_later(local.date(), amount)
    else:
        day = _workdays_later(local.date(), amount, set(holidays))
    return _local(day, local.time().replace(fold=0), zone)


def next_time(after: datetime, clock: str, zone: ZoneInfo, *, days: Iterable[str] = ()) -> datetime:
    """When clocks in a zone next show so; with `days` (`MM-DD`) on the next of them."""
    day, wanted = after.astimezone(zone).date(), set(days)
    while True:
        found = _local(day, time.fromisoformat(clock), zone)
        if found > after and (not wanted or f"{day:%m-%d}" in wanted):
            return found
        day += timedelta(days=1)


def next_fire(cron: str, after: datetime, zone: ZoneInfo) -> datetime:
    """When such a cron as `30 2 * * 0` or `0 9 1 * *` fires next, strictly after an instant.

    A time that a clock change leaves out fires at its end, a doubled one at its first coming.
    """
    minute, hour, of_month, _, weekday = cron.split()
    day = after.astimezone(zone).date()
    while True:
        found = _end_of_gap(datetime.combine(day, time(int(hour), int(minute))), zone)
        is_day = of_month in ("*", str(day.day)) and weekday in ("*", str(day.isoweekday() % 7))
        if is_day and found > after:
            return found
        day += timedelta(days=1)


def last_fire(cron: str, at: datetime, zone: ZoneInfo) -> datetime:
    """When such a cron fired last, at an instant or before it; it fires each month at least."""
    found = next_fire(cron, at - timedelta(days=32), zone)
    while (after := next_fire(cron, found, zone)) <= at:
        found = after
    return found


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    found = local.replace(tzinfo=zone).astimezone(UTC)
    while found.astimezone(zone).replace(tzinfo=None) > local:
        before = found - timedelta(minutes=1)
        if before.astimezone(zone).replace(tzinfo=None) < local:
            break
        found = before
    return found


def _local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A local time; one that is left out is read with the offset before, a doubled one first."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _months_later(day: date, amount: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("a month has 28 days")


def _workdays_later(day: date, amount: int, holidays: set[date]) -> date:
    step = timedelta(days=1 if amount > 0 else -1)
    for _ in range(abs(amount)):
        day += step
        while day.weekday() > 4 or day in holidays:
            day += step
    return day


def moment_of_wait(
    wait: Any,
    since: datetime,
    zone: ZoneInfo,
    holidays: Iterable[date],
    *,
    known: Mapping[str, date | datetime | None],
) -> datetime | None:
    """When the `wait` of a step that was reached at `since` ends; None where that is missing.

    `known` are the moments that one may name: `renews_on`, `entered`, `step ID`.
    """
    if isinstance(wait, str):
        return ends_at(since, wait, zone, holidays)
    if "weekday" in wait:
        return _weekday(wait, since, zone)
    found = _beside(wait["until"], known, zone, set(holidays))
    return None if found is None else max(since, found)


def _beside(
    said: str, known: Mapping[str, date | datetime | None], zone: ZoneInfo, holidays: set[date]
) -> datetime | None:
    """Such as `2 business days before renews_on`: a whole day's beginning, but for hours."""
    side = "before" if " before " in said else "after"
    length, name = said.split(f" {side} ")
    moment, amount = known[name], int(length.split()[0]) * (1 if side == "after" else -1)
    if moment is None:
        return None
    if "hour" in length:
        assert isinstance(moment, datetime), "hours are asked for beside an instant"
        return moment + timedelta(hours=amount)
    day = moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
    if "business" in length:
        return _local(_workdays_later(day, amount, holidays), time(), zone)
    return _local(day + timedelta(days=amount), time(), zone)


def _weekday(wait: Mapping[str, str], since: datetime, zone: ZoneInfo) -> datetime:
    clock, day = time.fromisoformat(wait["at"]), since.astimezone(zone).date()
    while True:
        found = _local(day, clock, zone)
        if _WEEKDAYS[day.weekday()] == wait["weekday"] and found >= since:
            return found
        day += timedelta(days=1)


def is_in_window(policy: Mapping[str, Any], at: datetime, zone: ZoneInfo) -> bool:
    """Whether a customer in `zone` may be written to at an instant."""
    local = at.astimezone(zone)
    holidays = HOLIDAYS if policy.get("holidays") else set()
    if local.date() in holidays or any(
        first <= local.date().isoformat() <= last
        for first, last in (pause.split("..") for pause in policy.get("pause_dates", ()))
    ):
        return False
    window = policy.get("send_window")
    if window is None:
        return True
    is_day = local.weekday() < 5 or "days" not in window
    return is_day and window["from"] <= local.strftime("%H:%M") < window["to"]


def too_many(cap: Mapping[str, Any], acts: Iterable[tuple[datetime, str]], at: datetime) -> bool:
    """Whether at an instant more went out than a cap allows; `acts` are times and topics.

    `per` is in days of 24 hours, or in hours; what is exactly that old does not count any more.
    """
    amount, unit = cap["per"].split()
    length = timedelta(**{unit.removesuffix("s") + "s": int(amount)})
    counted = [
        when
        for when, topic in acts
        if at - length < when <= at and cap.get("topic", topic) == topic
    ]
    return len(counted) > int(cap["at_most"])
