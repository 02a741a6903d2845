"""Windows by the recipient's clock, and rolling caps: tables, and laws against a slow reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bind.policy import BoundPolicy, SendCalendar, address_of, row_of
from engine.decide.policy import (
    Act,
    Asked,
    GiveUp,
    Go,
    Wait,
    counts_from,
    is_open,
    judge,
    next_opening,
    room_from,
)
from engine.holidays import find_holidays
from engine.language.policy import FrequencyCap, PauseDates, TopicDefault
from engine.moments import Duration, Unit, parse_duration

WEEKDAYS = frozenset(range(5))
DAY = Duration(1, Unit.DAY)
ANN = address_of("ann")
NOW = datetime(2026, 3, 10, 13, tzinfo=UTC)


def calendar(days: frozenset[int] = WEEKDAYS, **said: Any) -> SendCalendar:
    """Monday to Friday from nine to five, unless said."""
    return SendCalendar(days, **{"opens": 540, "closes": 1020, **said})


def at(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text)


PAUSE = (PauseDates(date(2026, 12, 24), date(2027, 1, 2)),)
ALL_DAYS = frozenset(range(7))
OPENINGS = [
    # zone, from when on, when it opens
    ("America/New_York", "2026-03-10T13:00Z", "2026-03-10T13:00Z", {}, "open-at-nine"),
    ("America/New_York", "2026-03-10T12:59:59Z", "2026-03-10T13:00Z", {}, "a-second-before"),
    ("America/New_York", "2026-03-10T20:59:59Z", "2026-03-10T20:59:59Z", {}, "last-second"),
    ("America/New_York", "2026-03-10T21:00Z", "2026-03-11T13:00Z", {}, "to-is-excluded"),
    ("America/New_York", "2026-03-06T22:00Z", "2026-03-09T13:00Z", {}, "weekend-of-spring"),
    ("America/New_York", "2026-10-30T21:00Z", "2026-11-02T14:00Z", {}, "weekend-of-autumn"),
    ("Asia/Kolkata", "2026-03-10T03:29Z", "2026-03-10T03:30Z", {}, "half-an-hour-off"),
    ("Asia/Kolkata", "2026-03-10T11:30Z", "2026-03-11T03:30Z", {}, "evening-in-kolkata"),
    ("Australia/Lord_Howe", "2026-04-03T07:00Z", "2026-04-05T22:30Z", {}, "half-hour-change"),
    ("Australia/Lord_Howe", "2026-10-02T08:00Z", "2026-10-04T22:00Z", {}, "and-the-other-one"),
    (
        *("America/New_York", "2026-03-08T06:30Z", "2026-03-08T07:00Z"),
        {"days": ALL_DAYS, "opens": 150, "closes": 240},
        "opening-left-out-by-the-clock",
    ),
    (
        *("America/New_York", "2026-11-01T05:45Z", "2026-11-01T06:00Z"),
        {"days": ALL_DAYS, "opens": 60, "closes": 100},
        "doubled-hour-opens-again",
    ),
    (
        *("America/New_York", "2026-11-01T05:55Z", "2026-11-01T06:30Z"),
        {"days": ALL_DAYS, "opens": 90, "closes": 110},
        "doubled-half-hour-opens-again",
    ),
    (
        *("America/Sao_Paulo", "2018-11-04T02:30Z", "2018-11-04T03:00Z"),
        {"days": frozenset({6}), "opens": 0, "closes": 120},
        "midnight-left-out",
    ),
    ("UTC", "2026-12-23T17:00Z", "2027-01-04T09:00Z", {"pauses": PAUSE}, "pause-and-weekend"),
    ("UTC", "2026-12-24T09:00Z", "2027-01-04T09:00Z", {"pauses": PAUSE}, "first-day-of-a-pause"),
    (
        *("America/New_York", "2026-07-02T21:00Z", "2026-07-06T13:00Z"),
        {"holidays": find_holidays("US")},
        "observed-holiday",
    ),
    (
        *("America/New_York", "2026-12-24T22:00Z", "2026-12-28T14:00Z"),
        {"holidays": find_holidays("US")},
        "christmas",
    ),
    (
        *("America/New_York", "2026-10-31T07:30Z", "2026-11-01T04:18Z"),
        {"days": ALL_DAYS, "opens": 18, "closes": 184},
        "on-the-day-before-a-change",
    ),
    ("UTC", "2026-03-10T23:59Z", "2026-03-10T23:59Z", {"opens": 0, "closes": 1440}, "whole-day"),
]


@pytest.mark.parametrize(
    ("zone", "asked", "opens", "said"),
    [pytest.param(*row[:4], id=row[4]) for row in OPENINGS],
)
def test_when_a_window_opens(zone: str, asked: str, opens: str, said: dict[str, Any]) -> None:
    assert next_opening(calendar(**said), at(asked), ZoneInfo(zone)) == at(opens)


ZONES = ("America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")
MINUTE = timedelta(minutes=1)
DAYS_OF_CHANGE = [
    datetime(2018, 11, 3, tzinfo=UTC),
    *(datetime(2026, *day, tzinfo=UTC) for day in ((3, 7), (4, 4), (10, 3), (10, 31), (7, 2))),
]


@given(
    st.sampled_from(ZONES),
    st.sampled_from(DAYS_OF_CHANGE),
    st.integers(0, 48 * 60),
    st.frozensets(st.integers(0, 6), min_size=4),
    st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1]),
)
@settings(max_examples=60, deadline=None)
def test_nothing_earlier_is_open(
    zone: str, day: datetime, minutes: int, days: frozenset[int], hours: tuple[int, int]
) -> None:
    """The opening found is open, and no minute before it is."""
    window = calendar(days, opens=hours[0], closes=hours[1])
    start, where = day + minutes * MINUTE, ZoneInfo(zone)
    opening = next_opening(window, start, where)
    local = opening.astimezone(where)
    assert hours[0] <= local.hour * 60 + local.minute < hours[1]
    assert local.weekday() in days
    before = int((opening - start) / MINUTE)
    assert not any(is_open(window, start + n * MINUTE, where) for n in range(before))


# ---------------------------------------------------------------- caps


def cap(at_most: int = 1, per: str = "1 day", **said: Any) -> FrequencyCap:
    """So many emails in so long."""
    return FrequencyCap(at_most, parse_duration(per), **said)


def sent(*hours_ago: float, topic: str = "general", channel: str = "email") -> list[Act]:
    """Emails that went out before NOW."""
    return [Act(NOW - timedelta(hours=each), channel, topic) for each in hours_ago]


def asked(*whom: str, topic: str = "general", **said: Any) -> Asked:
    """A mail that wants to go out."""
    return Asked("email", topic, ZoneInfo("UTC"), whom or (ANN,), **said)


HOUR = timedelta(hours=1)
ROOMS = [
    (cap(), [], None, "nothing-yet"),
    (cap(), sent(3), 21, "one-a-day"),
    (cap(), sent(24), None, "just-a-day-ago"),
    (cap(), sent(23.5), 0.5, "almost-a-day-ago"),
    (cap(2), sent(3), None, "room-for-a-second"),
    (cap(2), sent(3, 20), 4, "the-older-one-makes-room"),
    (cap(2), sent(1, 2, 3), 22, "more-than-the-cap-allows-now"),
    (cap(topic="asks"), sent(3), None, "another-topic"),
    (cap(topic="asks"), sent(3, topic="asks"), 21, "that-topic"),
    (cap(topic="general"), sent(3, topic=""), 21, "no-topic-is-general"),
    (cap(channel="post"), sent(3), None, "another-channel"),
    (cap(per="90 minutes"), sent(1), 0.5, "minutes"),
    (cap(per="1 month"), sent(24 * 27), 24, "a-month-from-11-february"),
    (cap(per="1 month"), sent(24 * 28), None, "a-month-ago"),
]


@pytest.mark.parametrize(
    ("limit", "acts", "hours"), [pytest.param(*row[:3], id=row[3]) for row in ROOMS]
)
def test_when_there_is_room(limit: FrequencyCap, acts: list[Act], hours: float | None) -> None:
    expected = None if hours is None else NOW + hours * HOUR
    assert room_from(limit, acts, NOW) == expected


@pytest.mark.parametrize(
    ("per", "first", "last"),
    [
        ("1 month", datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 2, 15, tzinfo=UTC)),
        ("2 months", datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)),
        ("1 quarter", datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)),
        ("1 year", datetime(2027, 3, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_one_looks_back_as_far_as_the_longest_of_its_time_counts(
    per: str, first: datetime, last: datetime
) -> None:
    limit, now = cap(per=per), last - MINUTE
    assert room_from(limit, [Act(first, "email", "general")], now) == last
    assert counts_from([limit], now) < first


TWO_DAYS_OF_WORK = cap(give_up=Duration(2, Unit.BUSINESS_DAY))
TOPICS = {"bill": TopicDefault.REQUIRED}
VERDICTS = [
    (BoundPolicy(), asked(), {}, Go(), "no-policy"),
    (BoundPolicy(caps=(cap(),)), asked(), {ANN: sent(3)}, Wait("capped", NOW + 21 * HOUR), "wait"),
    (
        *(BoundPolicy(caps=(cap(), cap(2, "7 days"))), asked(), {ANN: sent(3, 50)}),
        *(Wait("capped", NOW + (168 - 50) * HOUR), "the-later-of-two"),
    ),
    (
        *(BoundPolicy(caps=(cap(per="90 days"),)), asked(), {ANN: sent(3)}),
        *(Wait("capped", NOW + timedelta(days=7)), "until-it-is-given-up"),
    ),
    (
        *(BoundPolicy(caps=(cap(),)), asked(capped_at=NOW - timedelta(days=7)), {ANN: sent(3)}),
        *(GiveUp(), "given-up"),
    ),
    *(
        (
            BoundPolicy(caps=(TWO_DAYS_OF_WORK,), calendar=calendar(holidays=off)),
            *(asked(capped_at=NOW - timedelta(days=4)), {ANN: sent(3)}, verdict, name),
        )
        for off, verdict, name in (
            ((), GiveUp(), "given-up-from-friday-to-tuesday"),
            ((date(2026, 3, 9),), Wait("capped", NOW + 21 * HOUR), "but-for-a-holiday"),
        )
    ),
    (
        BoundPolicy(caps=(cap(), cap(2, "7 days", give_up=Duration(3, Unit.DAY)))),
        *(asked(capped_at=NOW - timedelta(days=3)), {ANN: sent(3, 50)}),
        *(GiveUp(), "given-up-by-the-less-patient-of-two"),
    ),
    (
        *(BoundPolicy(caps=(cap(),)), asked(capped_at=NOW - timedelta(days=7)), {}),
        *(Go(), "room-at-last"),
    ),
    (
        *(BoundPolicy(caps=(cap(),), topics=TOPICS), asked(topic="bill"), {ANN: sent(3)}),
        *(Go(), "required-passes-caps"),
    ),
    (
        BoundPolicy(calendar=calendar(opens=900), topics=TOPICS),
        *(asked(topic="bill"), {}, Wait("window", NOW + 2 * HOUR), "required-waits-for-a-window"),
    ),
    (
        BoundPolicy(caps=(cap(each="account"),)),
        asked(ANN, row_of("account", "1")),
        *({ANN: sent(3)}, Go(), "an-address-is-no-account"),
    ),
    (
        BoundPolicy(caps=(cap(each="account"),)),
        asked(ANN, row_of("account", "1")),
        {row_of("account", "1"): sent(3)},
        *(Wait("capped", NOW + 21 * HOUR), "each-account"),
    ),
    (
        BoundPolicy(caps=(cap(each="account"),)),
        asked(ANN, row_of("account", "1"), row_of("accounting", "1")),
        *({row_of("accounting", "1"): sent(3)}, Go(), "each-account-alone"),
    ),
    (
        BoundPolicy(caps=(cap(),)),
        asked(ANN, address_of("bob")),
        {address_of("bob"): sent(3)},
        *(Wait("capped", NOW + 21 * HOUR), "any-of-several-addresses"),
    ),
    (
        BoundPolicy(caps=(cap(),)),
        asked(ANN, address_of("bob")),
        {ANN: sent(5), address_of("bob"): sent(3)},
        *(Wait("capped", NOW + 21 * HOUR), "the-later-of-several-addresses"),
    ),
]


@pytest.mark.parametrize(
    ("policy", "wants", "acts", "expected"), [pytest.param(*row[:4], id=row[4]) for row in VERDICTS]
)
def test_verdict(policy: BoundPolicy, wants: Asked, acts: Any, expected: object) -> None:
    assert judge(policy, wants, acts, NOW) == expected


CAPS = st.builds(
    cap,
    st.integers(1, 3),
    st.sampled_from(["30 minutes", "1 day", "2 days", "1 week"]),
    topic=st.sampled_from([None, "asks"]),
)
WISHES = st.lists(
    st.tuples(st.integers(0, 60 * 24 * 20), st.sampled_from(["asks", "general"])), max_size=25
)


@given(st.lists(CAPS, min_size=1, max_size=3), WISHES)
@settings(max_examples=150, deadline=None)
def test_no_stretch_of_time_ever_holds_more_than_a_cap(
    caps: list[FrequencyCap], wishes: list[tuple[int, str]]
) -> None:
    """Whatever wants to go out and when: asked before each act, caps hold in every stretch."""
    policy, acts = BoundPolicy(caps=tuple(caps)), list[Act]()
    for minutes, topic in sorted(wishes):
        moment = NOW + minutes * MINUTE
        verdict = judge(policy, asked(topic=topic), {ANN: acts}, moment)
        if verdict == Go():
            acts.append(Act(moment, "email", topic))
        elif isinstance(verdict, Wait):
            assert verdict.until > moment
    for limit in caps:
        counted = [act.at for act in acts if limit.topic in (None, act.topic)]
        for first, beyond in zip(counted, counted[limit.at_most :], strict=False):
            assert beyond - first >= limit.per.exact
