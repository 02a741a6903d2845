"""Durations and moments as they are written, and what is said of those that are none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from engine.moments import (
    Ago,
    At,
    Day,
    Duration,
    Entered,
    FieldMoment,
    Hence,
    Moment,
    MomentError,
    Now,
    Relative,
    StartOf,
    StepMoment,
    Today,
    Unit,
    field_path,
    parse_duration,
    parse_moment,
)

DURATIONS = {
    "1 minute": Duration(1, Unit.MINUTE),
    "90 minutes": Duration(90, Unit.MINUTE),
    "1 hour": Duration(1, Unit.HOUR),
    "0 days": Duration(0, Unit.DAY),
    "1 days": Duration(1, Unit.DAY),
    "30 day": Duration(30, Unit.DAY),
    "2 weeks": Duration(2, Unit.WEEK),
    "6 months": Duration(6, Unit.MONTH),
    "1 quarter": Duration(1, Unit.QUARTER),
    "3 years": Duration(3, Unit.YEAR),
    "2 business days": Duration(2, Unit.BUSINESS_DAY),
    "2  business   days": Duration(2, Unit.BUSINESS_DAY),
    " 5 days ": Duration(5, Unit.DAY),
    "100000 days": Duration(100_000, Unit.DAY),
}


@pytest.mark.parametrize(("text", "duration"), DURATIONS.items(), ids=DURATIONS.keys())
def test_durations(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


NO_DURATIONS = {
    "": "is no duration",
    "30": "is no duration",
    "days": "is no duration",
    "30d": "is no duration",
    "30days": "is no duration",
    "-1 days": "is no duration",
    "1.5 days": "is no duration",
    "1,000 days": "is no duration",
    "a day": "is no duration",
    "5 fortnights": "is no duration",
    "5 business hours": "is no duration",
    "5 Days": "is no duration",
    "5 seconds": "is no duration",
    "٣ days": "is no duration",
    "5 days ago": "is no duration",
    "100001 days": "is too long a duration; at most 100,000",
    "99999999999999999999999999 days": "is too long a duration; at most 100,000",
}


@pytest.mark.parametrize(("text", "message"), NO_DURATIONS.items(), ids=NO_DURATIONS.keys())
def test_what_is_no_duration(text: str, message: str) -> None:
    with pytest.raises(MomentError) as error:
        parse_duration(text)
    assert str(error.value).startswith(f"`{text}` {message}")


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (Duration(1, Unit.DAY), "1 day"),
        (Duration(0, Unit.DAY), "0 days"),
        (Duration(2, Unit.BUSINESS_DAY), "2 business days"),
        (Duration(1, Unit.BUSINESS_DAY), "1 business day"),
    ],
)
def test_a_duration_prints_as_it_is_written(duration: Duration, text: str) -> None:
    assert str(duration) == text
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    ("text", "is_exact", "exact"),
    [
        ("90 minutes", True, timedelta(minutes=90)),
        ("25 hours", True, timedelta(hours=25)),
        ("1 day", False, timedelta(hours=24)),
        ("2 weeks", False, timedelta(days=14)),
    ],
)
def test_exact_lengths(text: str, is_exact: bool, exact: timedelta) -> None:
    assert parse_duration(text).is_exact is is_exact
    assert parse_duration(text).exact == exact


def local(*parts: int) -> At:
    return At(datetime(*parts))  # type: ignore[arg-type]  # noqa: DTZ001 - naive on purpose


FIVE_DAYS = Duration(5, Unit.DAY)
TWO_HOURS = Duration(2, Unit.HOUR)
MOMENTS: dict[str, Moment] = {
    "2026-03-31": Day(date(2026, 3, 31)),
    "2024-02-29": Day(date(2024, 2, 29)),
    "2026-03-31T09:00": local(2026, 3, 31, 9),
    "2026-03-31 09:00:30": local(2026, 3, 31, 9, 0, 30),
    "2026-03-31T09:00:00.000001": local(2026, 3, 31, 9, 0, 0, 1),
    "2026-03-31T09:00Z": At(datetime(2026, 3, 31, 9, tzinfo=UTC)),
    "2026-03-31T09:00:00+05:30": At(
        datetime(2026, 3, 31, 9, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    ),
    "now": Now(),
    "today": Today(),
    "yesterday": Today(-1),
    "tomorrow": Today(1),
    "5 days ago": Ago(FIVE_DAYS),
    "2 hours ago": Ago(TWO_HOURS),
    "in 5 days": Hence(FIVE_DAYS),
    "in 2 hours": Hence(TWO_HOURS),
    "start of day": StartOf(Unit.DAY),
    "start of week": StartOf(Unit.WEEK),
    "start of month": StartOf(Unit.MONTH),
    "start of quarter": StartOf(Unit.QUARTER),
    "start  of  year": StartOf(Unit.YEAR),
    "signed_up_at": FieldMoment("signed_up_at"),
    "account.renews_on": FieldMoment("account.renews_on"),
    "entered": Entered(),
    "step email-1": StepMoment("email-1"),
    "5 days before renews_on": Relative(FIVE_DAYS, -1, FieldMoment("renews_on")),
    "2 hours after signed_up_at": Relative(TWO_HOURS, 1, FieldMoment("signed_up_at")),
    "5 days after 2026-03-31": Relative(FIVE_DAYS, 1, Day(date(2026, 3, 31))),
    "2 hours before today": Relative(TWO_HOURS, -1, Today()),
    "5 days before 2 hours after entered": Relative(
        FIVE_DAYS, -1, Relative(TWO_HOURS, 1, Entered())
    ),
    "2 hours before 5 days ago": Relative(TWO_HOURS, -1, Ago(FIVE_DAYS)),
    "5 days after step call": Relative(FIVE_DAYS, 1, StepMoment("call")),
}


@pytest.mark.parametrize(("text", "moment"), MOMENTS.items(), ids=MOMENTS.keys())
def test_moments(text: str, moment: Moment) -> None:
    assert parse_moment(text) == moment


NO_MOMENTS = {
    "": "is no moment",
    "5 days": "is no moment",
    "last monday": "is no moment",
    "2026-02-30": "is no day and hour of the calendar",
    "2026-13-01": "is no day and hour of the calendar",
    "2026-03-31T25:00": "is no day and hour of the calendar",
    "2026-3-31": "is no moment",
    "31.03.2026": "is no moment",
    "start of decade": "is no moment",
    "in a while": "is no duration",
    "many days ago": "is no duration",
    "5 fortnights ago": "is no duration",
    "5 fortnights before renews_on": "is no duration",
    "5 days before": "is no moment",
    "5 days before nothing at all": "is no moment",
    "Signed_up_at": "is no moment",
    "account..plan": "is no moment",
    "step": None,  # a field of that name: the catalog forbids it
}


@pytest.mark.parametrize(("text", "message"), NO_MOMENTS.items(), ids=NO_MOMENTS.keys())
def test_what_is_no_moment(text: str, message: str | None) -> None:
    if message is None:
        assert parse_moment(text) == FieldMoment(text)
        return
    with pytest.raises(MomentError, match=message):
        parse_moment(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("renews_on", "renews_on"),
        ("5 days before account.renews_on", "account.renews_on"),
        ("2 hours after 5 days before renews_on", "renews_on"),
        ("today", None),
        ("5 days after entered", None),
    ],
)
def test_the_field_a_moment_hangs_on(text: str, path: str | None) -> None:
    assert field_path(parse_moment(text)) == path
