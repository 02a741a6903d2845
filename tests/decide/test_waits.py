"""When waits end: business days, moments, weekdays, and both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from engine.bind.conditions import BoundMoment
from engine.decide.waits import Clock, Known, wait_end
from engine.language.steps import UntilWeekday
from engine.moments import Duration, parse_duration, parse_moment

NEW_YORK = ZoneInfo("America/New_York")
FRIDAY = datetime(2026, 3, 6, 9, 0, tzinfo=NEW_YORK)  # the clocks change on Sunday
RENEWAL = date(2026, 4, 6)  # a Monday
EASTER = frozenset({date(2026, 4, 3)})


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("wait", "ends"),
    [
        ("3 hours", "2026-03-06T12:00"),
        ("3 days", "2026-03-09T09:00"),
        ("1 business day", "2026-03-09T09:00"),
        ("5 business days", "2026-03-13T09:00"),
        ("1 month", "2026-04-06T09:00"),
        ("until renews_on", "2026-04-06T00:00"),
        ("until 10 days before renews_on", "2026-03-27T00:00"),
        ("until 1 business day before renews_on", "2026-04-02T00:00"),
        ("until 1 business day after renews_on", "2026-04-07T00:00"),
        ("until 2 days after entered", "2026-03-04T00:00"),
        ("until 2 days after step hello", "2026-03-07T00:00"),
        ("until 2026-03-08T02:30", "2026-03-08T03:30"),
        ("until tomorrow", "2026-03-07T00:00"),
        ("until missing_on", None),
        ("until 2 days after step other", None),
    ],
)
def test_when_a_wait_ends(wait: str, ends: str | None) -> None:
    known = Known(
        FRIDAY.astimezone(UTC),
        entered_at=local("2026-03-02T10:00"),
        steps={"hello": local("2026-03-05T10:00")},
        value=None if "missing" in wait else RENEWAL,
    )
    is_moment = wait.startswith("until ")
    what: Duration | BoundMoment = (
        BoundMoment(parse_moment(wait.removeprefix("until ")))
        if is_moment
        else parse_duration(wait)
    )
    found = wait_end(what, FRIDAY, Clock(NEW_YORK, EASTER), known)
    expected = None if ends is None else max(local(ends), FRIDAY)
    assert found == (None if expected is None else expected.astimezone(UTC))


NEVER, ENDLESS = date(9999, 12, 31), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
EVER, FIRST = date(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)
LATE = "9998-01-01T00:00"


@pytest.mark.parametrize(
    ("until", "value", "is_late"),
    [
        ("on", NEVER, True),
        ("on", ENDLESS, True),
        ("3 hours after on", ENDLESS, True),
        ("40 days after on", NEVER, True),
        ("40 days before on", NEVER, True),
        ("5 business days after on", NEVER, True),
        ("5 business days before on", NEVER, True),
        ("1000 years after on", date(9400, 1, 1), True),
        ("2 days before 1000 years after on", date(9400, 1, 1), True),
        ("on", EVER, False),
        ("on", FIRST, False),
        ("3 hours before on", FIRST, False),
        ("40 days before on", EVER, False),
        ("5 business days before on", EVER, False),
        ("1000 years before on", date(400, 1, 1), False),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_date_that_means_never_is_waited_for_and_one_that_means_ever_is_past(
    until: str, value: date, is_late: bool, zone: str
) -> None:
    known = Known(FRIDAY.astimezone(UTC), entered_at=FRIDAY, value=value)
    found = wait_end(BoundMoment(parse_moment(until)), FRIDAY, Clock(ZoneInfo(zone)), known)
    assert found is not None
    assert found > local(LATE) if is_late else found == FRIDAY


@pytest.mark.parametrize(
    ("since", "weekday", "at", "ends"),
    [
        ("2026-03-06T09:00", 0, "09:00", "2026-03-09T09:00"),
        ("2026-03-06T09:00", 4, "09:00", "2026-03-06T09:00"),
        ("2026-03-06T09:01", 4, "09:00", "2026-03-13T09:00"),
        ("2026-03-06T09:00", 6, "02:30", "2026-03-08T03:30"),
        ("2026-10-31T23:00", 6, "01:30", "2026-11-01T01:30"),
        ("2026-03-09T23:00", 0, "23:30", "2026-03-09T23:30"),  # it is Tuesday in UTC
    ],
)
def test_the_next_weekday(since: str, weekday: int, at: str, ends: str) -> None:
    known = Known(FRIDAY.astimezone(UTC), entered_at=FRIDAY)
    wait = UntilWeekday(weekday, time.fromisoformat(at))
    found = wait_end(wait, local(since).astimezone(UTC), Clock(NEW_YORK), known)
    assert found == local(ends).astimezone(UTC)
