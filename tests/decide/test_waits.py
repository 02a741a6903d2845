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


@pytest.mark.parametrize(
    ("since", "weekday", "at", "ends"),
    [
        ("2026-03-06T09:00", 0, "09:00", "2026-03-09T09:00"),
        ("2026-03-06T09:00", 4, "09:00", "2026-03-06T09:00"),
        ("2026-03-06T09:01", 4, "09:00", "2026-03-13T09:00"),
        ("2026-03-06T09:00", 6, "02:30", "2026-03-08T03:30"),
        ("2026-10-31T23:00", 6, "01:30", "2026-11-01T01:30"),
    ],
)
def test_the_next_weekday(since: str, weekday: int, at: str, ends: str) -> None:
    known = Known(FRIDAY.astimezone(UTC), entered_at=FRIDAY)
    wait = UntilWeekday(weekday, time.fromisoformat(at))
    found = wait_end(wait, local(since), Clock(NEW_YORK), known)
    assert found == local(ends).astimezone(UTC)
