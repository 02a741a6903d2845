"""Local days, clock changes, month ends: the arithmetic of language, section 4."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.business_days import add_business_days
from engine.moments import (
    Duration,
    MomentError,
    Unit,
    end_of_gap,
    instant,
    local_date,
    next_window_end,
    parse_duration,
    parse_moment,
    shift_date,
    shift_local,
    span,
    start_of_day,
    window_start,
)

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
KOLKATA = ZoneInfo("Asia/Kolkata")
APIA = ZoneInfo("Pacific/Apia")  # which left 30 December 2011 out
MONROVIA = ZoneInfo("Africa/Monrovia")  # 0:44:30 until 1972
ZONES = [NEW_YORK, LORD_HOWE, SAO_PAULO, KOLKATA, APIA, MONROVIA, ZoneInfo("UTC")]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def local(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - naive on purpose


INSTANTS = {
    "winter": (local(2026, 1, 5, 10), NEW_YORK, utc(2026, 1, 5, 15)),
    "summer": (local(2026, 7, 5, 10), NEW_YORK, utc(2026, 7, 5, 14)),
    "in the gap": (local(2026, 3, 8, 2, 30), NEW_YORK, utc(2026, 3, 8, 7, 30)),
    "doubled": (local(2026, 11, 1, 1, 30), NEW_YORK, utc(2026, 11, 1, 5, 30)),
    "doubled, said to be the second": (
        local(2026, 11, 1, 1, 30).replace(fold=1),
        NEW_YORK,
        utc(2026, 11, 1, 5, 30),
    ),
    "half an hour doubled": (local(2026, 4, 5, 1, 45), LORD_HOWE, utc(2026, 4, 4, 14, 45)),
    "in a gap of half an hour": (
        local(2026, 10, 4, 2, 15),
        LORD_HOWE,
        utc(2026, 10, 3, 15, 45),
    ),
    "an hour and a half": (local(2026, 1, 5), KOLKATA, utc(2026, 1, 4, 18, 30)),
    "midnight that was left out": (local(2018, 11, 4), SAO_PAULO, utc(2018, 11, 4, 3)),
    "with an offset": (
        datetime.fromisoformat("2026-01-05T10:00+02:00"),
        NEW_YORK,
        utc(2026, 1, 5, 8),
    ),
}


@pytest.mark.parametrize(("written", "zone", "expected"), INSTANTS.values(), ids=INSTANTS.keys())
def test_instants(written: datetime, zone: ZoneInfo, expected: datetime) -> None:
    assert instant(written, zone) == expected
    assert instant(written, zone).tzinfo is UTC


DAYS = {
    "winter": (date(2026, 1, 5), NEW_YORK, utc(2026, 1, 5, 5), 24),
    "spring forward": (date(2026, 3, 8), NEW_YORK, utc(2026, 3, 8, 5), 23),
    "fall back": (date(2026, 11, 1), NEW_YORK, utc(2026, 11, 1, 4), 25),
    "half an hour less": (date(2026, 10, 4), LORD_HOWE, utc(2026, 10, 3, 13, 30), 23.5),
    "half an hour more": (date(2026, 4, 5), LORD_HOWE, utc(2026, 4, 4, 13), 24.5),
    "no midnight": (date(2018, 11, 4), SAO_PAULO, utc(2018, 11, 4, 3), 23),
    "the day before that": (date(2018, 11, 3), SAO_PAULO, utc(2018, 11, 3, 3), 24),
    "doubled before midnight": (date(2018, 2, 17), SAO_PAULO, utc(2018, 2, 17, 2), 25),
    "the day after that": (date(2018, 2, 18), SAO_PAULO, utc(2018, 2, 18, 3), 24),
    "kolkata": (date(2026, 2, 28), KOLKATA, utc(2026, 2, 27, 18, 30), 24),
    "the day before one that never was": (date(2011, 12, 29), APIA, utc(2011, 12, 29, 10), 24),
    "a day that never was": (date(2011, 12, 30), APIA, utc(2011, 12, 30, 10), 0),
    "a day that gains seconds": (date(1972, 1, 7), MONROVIA, utc(1972, 1, 7, 0, 44, 30), None),
}


@pytest.mark.parametrize(("day", "zone", "start", "hours"), DAYS.values(), ids=DAYS.keys())
def test_where_days_begin(day: date, zone: ZoneInfo, start: datetime, hours: float | None) -> None:
    assert start_of_day(day, zone) == start
    if hours is not None:
        length = start_of_day(day + timedelta(days=1), zone) - start
        assert length == timedelta(hours=hours)


@given(
    day=st.dates(date(1950, 1, 1), date(2035, 1, 1)),
    zone=st.sampled_from(ZONES),
)
def test_a_day_is_what_lies_between_two_starts(day: date, zone: ZoneInfo) -> None:
    start, end = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    if start == end:  # a day that the zone left out
        return
    tick = timedelta(microseconds=1)
    assert local_date(start, zone) == day
    assert local_date(end - tick, zone) == day
    assert local_date(start - tick, zone) < day
    assert local_date(end, zone) > day


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        (local(2026, 3, 8, 2, 30), NEW_YORK, utc(2026, 3, 8, 7)),
        (local(2026, 3, 8, 2), NEW_YORK, utc(2026, 3, 8, 7)),
        (local(2026, 3, 8, 3), NEW_YORK, utc(2026, 3, 8, 7)),
        (local(2026, 11, 1, 1, 30), NEW_YORK, utc(2026, 11, 1, 5, 30)),
        (local(2026, 10, 4, 2, 15), LORD_HOWE, utc(2026, 10, 3, 15, 30)),
    ],
)
def test_the_end_of_a_gap(wall: datetime, zone: ZoneInfo, expected: datetime) -> None:
    assert end_of_gap(wall, zone) == expected


SHIFTS = {
    "end of January": (date(2026, 1, 31), "1 month", 1, date(2026, 2, 28)),
    "into a leap year": (date(2024, 1, 31), "1 month", 1, date(2024, 2, 29)),
    "back from March": (date(2026, 3, 31), "1 month", -1, date(2026, 2, 28)),
    "a leap day later": (date(2024, 2, 29), "1 year", 1, date(2025, 2, 28)),
    "four leap years": (date(2024, 2, 29), "4 years", 1, date(2028, 2, 29)),
    "a quarter": (date(2025, 11, 30), "1 quarter", 1, date(2026, 2, 28)),
    "months over the year": (date(2026, 1, 15), "13 months", -1, date(2024, 12, 15)),
    "a week": (date(2026, 2, 25), "1 week", 1, date(2026, 3, 4)),
    "days": (date(2024, 2, 28), "2 days", 1, date(2024, 3, 1)),
    "nothing": (date(2026, 1, 31), "0 months", -1, date(2026, 1, 31)),
    "December": (date(2026, 11, 30), "1 month", 1, date(2026, 12, 30)),
    "back to December": (date(2026, 1, 31), "1 month", -1, date(2025, 12, 31)),
}


@pytest.mark.parametrize(("day", "by", "sign", "expected"), SHIFTS.values(), ids=SHIFTS.keys())
def test_shifted_dates(day: date, by: str, sign: int, expected: date) -> None:
    assert shift_date(day, parse_duration(by), sign) == expected


@pytest.mark.parametrize(
    ("day", "by", "sign"),
    [
        (date(9999, 12, 31), "1 day", 1),
        (date(1, 1, 1), "1 day", -1),
        (date(2026, 1, 1), "100000 years", 1),
        (date(2026, 1, 1), "3000 years", -1),
        (date(1, 1, 31), "1 month", -1),
        (date(9999, 12, 1), "1 month", 1),
    ],
)
def test_the_calendar_ends(day: date, by: str, sign: int) -> None:
    with pytest.raises(MomentError, match="outside the calendar"):
        shift_date(day, parse_duration(by), sign)


@given(
    day=st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    amount=st.integers(0, 400),
    unit=st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR]),
)
def test_shifts_keep_the_order_of_days(day: date, amount: int, unit: Unit) -> None:
    duration = Duration(amount, unit)
    for sign in (1, -1):
        assert shift_date(day, duration, sign) <= shift_date(
            day + timedelta(days=1), duration, sign
        )
    assert shift_date(day, duration, 1) >= day


@pytest.mark.parametrize(
    ("day", "amount", "expected"),
    [
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # Friday to Monday
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 2), 12, date(2026, 3, 18)),
    ],
)
def test_business_days(day: date, amount: int, expected: date) -> None:
    assert add_business_days(day, amount) == expected


WAITS = {
    "hours over a gap": (utc(2026, 3, 8, 6), "2 hours", utc(2026, 3, 8, 8)),
    "a day over a gap": (utc(2026, 3, 7, 17), "1 day", utc(2026, 3, 8, 16)),
    "a day into the gap": (utc(2026, 3, 7, 7, 30), "1 day", utc(2026, 3, 8, 7, 30)),
    "a day into the doubled hour": (utc(2026, 10, 31, 5, 30), "1 day", utc(2026, 11, 1, 5, 30)),
    "from the second of the doubled": (utc(2026, 11, 1, 6, 30), "1 day", utc(2026, 11, 2, 6, 30)),
    "a month": (utc(2026, 1, 31, 17), "1 month", utc(2026, 2, 28, 17)),
    "business days": (utc(2026, 3, 6, 17), "1 business day", utc(2026, 3, 9, 16)),
    "nothing": (utc(2026, 3, 6, 17), "0 days", utc(2026, 3, 6, 17)),
}


@pytest.mark.parametrize(("start", "by", "expected"), WAITS.values(), ids=WAITS.keys())
def test_waits_end_at_the_same_clock_time(start: datetime, by: str, expected: datetime) -> None:
    assert shift_local(start, parse_duration(by), NEW_YORK) == expected


def test_a_wait_of_no_days_from_the_second_of_a_doubled_hour_does_not_go_back() -> None:
    start = utc(2026, 11, 1, 6, 30)
    assert shift_local(start, parse_duration("0 days"), NEW_YORK) >= start


# ---------------------------------------------------------------- windows and spans

AS_OF = utc(2026, 3, 10, 14)  # a Tuesday, 10:00 in New York
WINDOWS = {
    "minutes": ("90 minutes", utc(2026, 3, 10, 12, 30), utc(2026, 3, 10, 15, 30)),
    "hours over the gap": ("60 hours", utc(2026, 3, 8, 2), utc(2026, 3, 13, 2)),
    "no days": ("0 days", utc(2026, 3, 10, 4), utc(2026, 3, 11, 4)),
    "a day": ("1 day", utc(2026, 3, 9, 4), utc(2026, 3, 12, 4)),
    "days over the gap": ("3 days", utc(2026, 3, 7, 5), utc(2026, 3, 14, 4)),
    "a month": ("1 month", utc(2026, 2, 10, 5), utc(2026, 4, 11, 4)),
    "a year": ("1 year", utc(2025, 3, 10, 4), utc(2027, 3, 11, 5)),
}


@pytest.mark.parametrize(("by", "start", "end"), WINDOWS.values(), ids=WINDOWS.keys())
def test_windows(by: str, start: datetime, end: datetime) -> None:
    duration = parse_duration(by)
    assert window_start(duration, AS_OF, NEW_YORK) == start
    assert next_window_end(duration, AS_OF, NEW_YORK).end == end
    assert next_window_end(duration, AS_OF, NEW_YORK).whole_day is not duration.is_exact


def day_of(*parts: int) -> tuple[datetime, datetime]:
    day = date(*parts)
    return start_of_day(day, NEW_YORK), start_of_day(day + timedelta(days=1), NEW_YORK)


def at(*parts: int) -> tuple[datetime, datetime]:
    return utc(*parts), utc(*parts)


SPANS = {
    "2026-03-08": day_of(2026, 3, 8),
    "2026-03-08T02:30": at(2026, 3, 8, 7, 30),
    "2026-11-01T01:30": at(2026, 11, 1, 5, 30),
    "2026-03-08T02:30Z": at(2026, 3, 8, 2, 30),
    "now": at(2026, 3, 10, 14),
    "today": day_of(2026, 3, 10),
    "yesterday": day_of(2026, 3, 9),
    "tomorrow": day_of(2026, 3, 11),
    "start of day": day_of(2026, 3, 10),
    "start of week": day_of(2026, 3, 9),
    "start of month": day_of(2026, 3, 1),
    "start of quarter": day_of(2026, 1, 1),
    "start of year": day_of(2026, 1, 1),
    "2 days ago": day_of(2026, 3, 8),
    "1 month ago": day_of(2026, 2, 10),
    "in 1 week": day_of(2026, 3, 17),
    "60 hours ago": at(2026, 3, 8, 2),
    "in 30 minutes": at(2026, 3, 10, 14, 30),
    "1 month after 2026-01-31": day_of(2026, 2, 28),
    "1 day before 2026-03-09T00:00": day_of(2026, 3, 8),
    "1 day after 2026-03-08T03:59Z": day_of(2026, 3, 8),  # still the 7th in New York
    "2 hours before today": at(2026, 3, 10, 2),
    "2 hours after 2026-03-08": at(2026, 3, 8, 7),
    "2 hours after 2026-03-08T01:30": at(2026, 3, 8, 8, 30),
    "1 day before 2 hours before today": day_of(2026, 3, 8),
    "1 hour after start of month": at(2026, 3, 1, 6),
}


@pytest.mark.parametrize(("text", "expected"), SPANS.items(), ids=SPANS.keys())
def test_spans(text: str, expected: tuple[datetime, datetime]) -> None:
    found = span(parse_moment(text), AS_OF, NEW_YORK)
    assert (found.start, found.end) == expected
    assert found.whole_day is (expected[0] != expected[1])


@pytest.mark.parametrize(
    ("as_of", "unit", "first"),
    [
        (utc(2026, 3, 9, 3, 59), "week", date(2026, 3, 2)),  # Sunday evening in New York
        (utc(2026, 3, 9, 4), "week", date(2026, 3, 9)),
        (utc(2026, 4, 1, 3, 59), "month", date(2026, 3, 1)),
        (utc(2026, 4, 1, 4), "quarter", date(2026, 4, 1)),
        (utc(2027, 1, 1, 4, 59), "year", date(2026, 1, 1)),
        (utc(2026, 12, 31, 12), "quarter", date(2026, 10, 1)),
    ],
)
def test_starts_are_of_the_local_day(as_of: datetime, unit: str, first: date) -> None:
    found = span(parse_moment(f"start of {unit}"), as_of, NEW_YORK)
    assert local_date(found.start, NEW_YORK) == first


@pytest.mark.parametrize("text", ["signed_up_at", "entered", "step call", "2 days after entered"])
def test_what_hangs_on_a_row_has_no_span(text: str) -> None:
    with pytest.raises(TypeError, match="hangs on a row"):
        span(parse_moment(text), AS_OF, NEW_YORK)


BEYOND = {
    "years before the calendar": "100000 years ago",
    "years after it": "in 100000 years",
    "days before it": "2 days before 0001-01-02",
    "its last day, which has no end": "9999-12-31",
    "hours after it": "48 hours after 9999-12-31T00:00Z",
    "hours before it": "48 hours before 0001-01-02T00:00Z",
    "in a zone that is behind": "9999-12-31T23:00-05:00",
    "in a zone that is ahead": "0001-01-01T01:00+05:00",
}


@pytest.mark.parametrize("text", BEYOND.values(), ids=BEYOND.keys())
@pytest.mark.parametrize("zone", [NEW_YORK, KOLKATA], ids=lambda zone: zone.key)
def test_beyond_the_calendar_is_a_moment_error(text: str, zone: ZoneInfo) -> None:
    with pytest.raises(MomentError, match="outside the calendar"):
        span(parse_moment(text), AS_OF, zone)


@pytest.mark.parametrize(
    ("edge", "by"),
    [
        (window_start, "100000 years"),
        (window_start, "24400 months"),
        (next_window_end, "100000 months"),
        (next_window_end, "8000 years"),
    ],
)
def test_windows_beyond_the_calendar(edge: Callable[..., object], by: str) -> None:
    with pytest.raises(MomentError, match="outside the calendar"):
        edge(parse_duration(by), AS_OF, NEW_YORK)


def test_the_first_day_has_no_start_in_a_zone_that_is_ahead() -> None:
    with pytest.raises(MomentError, match="outside the calendar"):
        start_of_day(date(1, 1, 1), KOLKATA)
    assert start_of_day(date(1, 1, 1), ZoneInfo("UTC")) == utc(1, 1, 1)


def test_the_last_instant_has_no_local_date_in_a_zone_that_is_ahead() -> None:
    with pytest.raises(MomentError, match="outside the calendar"):
        local_date(utc(9999, 12, 31, 23), KOLKATA)


def test_exact_hours_are_exact_in_whatever_zone_an_instant_is_told() -> None:
    told = datetime(2026, 3, 9, 1, tzinfo=NEW_YORK)  # a day of 23 hours lies behind it
    for as_of in (told, told.astimezone(UTC)):
        start = window_start(parse_duration("24 hours"), as_of, NEW_YORK)
        assert start == datetime(2026, 3, 8, 5, tzinfo=UTC)
