"""Whether a message may go out now, and else from when on. Pure: facts in, answer out.

Language, section 6; delivery page, "Touches", point 6. A window is judged by the wall clock of the
recipient, so that a doubled hour is inside both times and one left out is never waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.bind.policy import BoundPolicy, SendCalendar, address_of, row_of
from engine.language.policy import GENERAL, FrequencyCap, TopicDefault
from engine.moments import Unit, shift_local

__all__ = [
    "CAPPED",
    "NEVER_CONTACT",
    "NOT_SUBSCRIBED",
    "WINDOW",
    "Act",
    "Asked",
    "GiveUp",
    "Go",
    "Verdict",
    "Wait",
    "counts_against",
    "counts_from",
    "is_open",
    "judge",
    "newcomer_refused",
    "next_opening",
    "room_from",
    "standing_against",
]

WINDOW = "window"
CAPPED = "capped"
NEVER_CONTACT = "never_contact"
NOT_SUBSCRIBED = "not_subscribed"

_UTC = ZoneInfo("UTC")
_SEARCH_DAYS = 4_000  # pauses are passed over in one step: no calendar that opens needs so many


def newcomer_refused(default: TopicDefault) -> str:
    """Why an address that is on no record gets nothing of a topic; empty: it does."""
    return NOT_SUBSCRIBED if default is TopicDefault.UNSUBSCRIBED else ""


# ---------------------------------------------------------------- the window


def is_open(calendar: SendCalendar, at: datetime, zone: ZoneInfo) -> bool:
    """Whether customers in `zone` are written to at an instant."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return _is_day(calendar, local.date()) and calendar.opens <= minute < calendar.closes


def next_opening(calendar: SendCalendar, at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) from `at` on at which the window is open; `at` where it is.

    Raises:
        ValueError: the calendar never opens, which binding refuses.
    """
    if is_open(calendar, at, zone):
        return at
    for day in _days(calendar, at.astimezone(zone).date()):
        edges = _edges(calendar, day, zone)
        later = (each for each in edges if each > at and each.astimezone(zone).date() == day)
        opening = min((each for each in later if is_open(calendar, each, zone)), default=None)
        if opening is not None:
            return opening
    raise ValueError("a window that never opens")


def _is_day(calendar: SendCalendar, day: date) -> bool:
    return (
        day.weekday() in calendar.days
        and day not in calendar.holidays
        and not any(pause.first <= day <= pause.last for pause in calendar.pauses)
    )


def _days(calendar: SendCalendar, first: date) -> Iterator[date]:
    """The days from one on, but for those of pauses."""
    day = first
    for _ in range(_SEARCH_DAYS):
        ends = [pause.last for pause in calendar.pauses if pause.first <= day <= pause.last]
        if ends:
            day = max(ends)
        else:
            yield day
        day += timedelta(days=1)


def _edges(calendar: SendCalendar, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants of a day at which a window can open: its hour, and a change of the clocks."""
    opens = datetime.combine(day, time()) + timedelta(minutes=calendar.opens)
    for fold in (0, 1):
        yield opens.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    yield from _change(day, zone)


def _change(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The instant at which the clocks change on a day, or near it, if they do."""
    before = datetime.combine(day, time(), UTC) - timedelta(hours=16)
    after = before + timedelta(hours=56)  # the day, wherever on Earth it is
    offset = after.astimezone(zone).utcoffset()
    if before.astimezone(zone).utcoffset() == offset:
        return
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        is_after = middle.astimezone(zone).utcoffset() == offset
        before, after = (before, middle) if is_after else (middle, after)
    yield after


# ---------------------------------------------------------------- caps


@dataclass(frozen=True, slots=True)
class Act:
    """An email that went out, may have, or is about to; it counts against caps."""

    at: datetime
    channel: str
    topic: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A message to a customer that wants to go out.

    `whom` are the addresses and rows that it reaches (`address_of`, `row_of`); `capped_at` is
    when it first had to wait for room.
    """

    channel: str
    topic: str
    zone: ZoneInfo
    whom: tuple[str, ...] = ()
    capped_at: datetime | None = None


def counts_from(caps: Iterable[FrequencyCap], at: datetime) -> datetime:
    """No act at or before this instant counts against any of some caps at `at`."""
    return min((at - _longest(cap) for cap in caps), default=at)


def _longest(cap: FrequencyCap) -> timedelta:
    days = _MOST_DAYS.get(cap.per.unit)
    return cap.per.exact if days is None else timedelta(days=days * cap.per.amount)


_MOST_DAYS = {Unit.MONTH: 31, Unit.QUARTER: 92, Unit.YEAR: 366}


def room_from(cap: FrequencyCap, acts: Sequence[Act], at: datetime) -> datetime | None:
    """When there is room for one more beside `acts`, all of one address or row; None: now.

    An act counts for exactly `per`: a day is 24 hours here, a month ends on the same day of the
    next, at the same time in UTC. At the instant at which it ends it does not count any more.
    """
    standing = standing_against(cap, acts, at)
    excess = len(standing) - cap.at_most
    return standing[excess] if excess >= 0 else None


def standing_against(cap: FrequencyCap, acts: Sequence[Act], at: datetime) -> list[datetime]:
    """When each of `acts` that counts at an instant ends to count, the first to end first."""
    ends = sorted(shift_local(act.at, cap.per, _UTC) for act in acts if counts_against(cap, act))
    return [end for end in ends if end > at]


def counts_against(cap: FrequencyCap, act: Act) -> bool:
    """Whether a cap is about messages of this channel and topic at all."""
    return cap.channel in (None, act.channel) and cap.topic in (None, act.topic or GENERAL)


# ---------------------------------------------------------------- both together


@dataclass(frozen=True, slots=True)
class Go:
    """It may go out now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """It may not go out before `until`, and is asked about again then; `reason` says why."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It waited for room as long as the cap lets it, and is skipped."""

    reason: str = CAPPED


Verdict = Go | Wait | GiveUp


def judge(
    policy: BoundPolicy, asked: Asked, acts: Mapping[str, Sequence[Act]], at: datetime
) -> Verdict:
    """Window, then caps. `acts` are what counts already, by `whom`."""
    if policy.calendar is not None:
        opening = next_opening(policy.calendar, at, asked.zone)
        if opening > at:
            return Wait(WINDOW, opening)
    if policy.default_of(asked.topic) is TopicDefault.REQUIRED:
        return Go()
    return _judge_caps(policy, asked, acts, at)


def _judge_caps(
    policy: BoundPolicy,
    asked: Asked,
    acts: Mapping[str, Sequence[Act]],
    at: datetime,
) -> Verdict:
    full = [(cap, room) for cap in policy.caps if (room := _room(cap, asked, acts, at)) is not None]
    if not full:
        return Go()
    since = asked.capped_at or at
    patience = min(
        shift_local(since, cap.give_up, asked.zone, holidays=policy.holidays) for cap, _ in full
    )
    if patience <= at:
        return GiveUp()
    return Wait(CAPPED, min(patience, max(room for _, room in full)))


def _room(
    cap: FrequencyCap, asked: Asked, acts: Mapping[str, Sequence[Act]], at: datetime
) -> datetime | None:
    """When a cap has room for a message at all whom it reaches; None: now."""
    if not counts_against(cap, Act(at, asked.channel, asked.topic)):
        return None
    prefix = row_of(cap.each, "") if cap.each else address_of("")
    rooms = [
        room_from(cap, acts.get(each, ()), at) for each in asked.whom if each.startswith(prefix)
    ]
    return max((room for room in rooms if room is not None), default=None)
