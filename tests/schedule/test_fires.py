"""Cron in local time: each wall time once, whatever the clock does."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from engine.holidays import find_holidays
from engine.language.playbook import CatchUp, Schedule
from engine.moments import Duration, Unit
from engine.schedule import due, fires

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        pytest.param(
            "30 2 * * *",
            NEW_YORK,
            "2026-03-07T12:00",
            ["2026-03-08T02:30=07:00", "2026-03-09T02:30=06:30"],
            id="left-out-fires-at-the-end-of-the-gap",
        ),
        pytest.param(
            "30 1 * * *",
            NEW_YORK,
            "2026-10-31T12:00",
            ["2026-11-01T01:30=05:30", "2026-11-02T01:30=06:30"],
            id="doubled-fires-once-at-its-first-coming",
        ),
        pytest.param(
            "15 2 * * *",
            LORD_HOWE,
            "2026-10-02T16:00",
            ["2026-10-04T02:15=15:30", "2026-10-05T02:15=15:15"],
            id="half-hour-gap",
        ),
        pytest.param(
            "0 9 * * 1-5",
            NEW_YORK,
            "2026-03-06T15:00",
            ["2026-03-09T09:00=13:00", "2026-03-10T09:00=13:00"],
            id="weekdays",
        ),
        pytest.param(
            "0 0 29 2 *",
            ZoneInfo("UTC"),
            "2026-01-01T00:00",
            ["2028-02-29T00:00=00:00", "2032-02-29T00:00=00:00"],
            id="leap-day",
        ),
    ],
)
def test_next_fires(cron: str, zone: ZoneInfo, after: str, expected: list[str]) -> None:
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found = islice(fires(Schedule(cron), zone, start), 2)
    assert [f"{fire.id}={fire.at:%H:%M}" for fire in found] == expected


def test_a_schedule_keeps_to_its_dates() -> None:
    schedule = Schedule("0 9 * * *", starts=date(2026, 3, 10), ends=date(2026, 3, 11))
    found = fires(schedule, NEW_YORK, datetime(2026, 1, 1, tzinfo=UTC))
    assert [fire.id for fire in found] == ["2026-03-10T09:00", "2026-03-11T09:00"]


@pytest.mark.parametrize("zone", [NEW_YORK, LORD_HOWE], ids=["new-york", "lord-howe"])
def test_no_wall_time_fires_twice_and_none_is_lost_in_a_year(zone: ZoneInfo) -> None:
    found = fires(Schedule("*/30 * * * *"), zone, datetime(2026, 1, 1, tzinfo=UTC))
    ids = [fire.id for fire in islice(found, 17_000)]
    first, last = datetime.fromisoformat(ids[0]), datetime.fromisoformat(ids[-1])
    assert len(set(ids)) == len(ids)
    assert (last - first) / timedelta(minutes=30) == len(ids) - 1


HOURLY = Schedule("0 * * * *")
WITHIN_A_DAY_OF_WORK = Schedule("0 9 2 7 *", max_lateness=Duration(1, Unit.BUSINESS_DAY))
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "since", "now", "fires", "skips"),
    [
        pytest.param(HOURLY, NOON, NOON + timedelta(minutes=59), None, {}, id="nothing-due"),
        pytest.param(
            HOURLY, NOON, NOON + timedelta(hours=1), "2026-03-10T13:00", {}, id="to-the-minute"
        ),
        pytest.param(
            HOURLY,
            NOON,
            NOON + timedelta(hours=72, minutes=10),
            "2026-03-13T12:00",
            {"superseded": 71},
            id="three-days-down-one-catch-up-71-skips",
        ),
        pytest.param(
            Schedule("0 * * * *", catch_up=CatchUp.NONE),
            NOON,
            NOON + timedelta(hours=3, minutes=10),
            None,
            {"superseded": 2, "missed": 1},
            id="catch-up-none",
        ),
        pytest.param(
            Schedule("0 9 * * 1", max_lateness=Duration(2, Unit.HOUR)),
            datetime(2026, 3, 7, tzinfo=UTC),
            datetime(2026, 3, 9, 11, 1, tzinfo=UTC),
            None,
            {"late": 1},
            id="too-late",
        ),
        pytest.param(HOURLY, NOON, NOON - timedelta(days=1), None, {}, id="clock-went-back"),
        pytest.param(
            WITHIN_A_DAY_OF_WORK,
            datetime(2026, 7, 2, tzinfo=UTC),
            datetime(2026, 7, 6, 9, 0, tzinfo=UTC),
            "2026-07-02T09:00",
            {},
            id="a-holiday-is-no-day-of-work",
        ),
        pytest.param(
            WITHIN_A_DAY_OF_WORK,
            datetime(2026, 7, 2, tzinfo=UTC),
            datetime(2026, 7, 6, 9, 1, tzinfo=UTC),
            None,
            {"late": 1},
            id="but-the-monday-behind-it-is",
        ),
    ],
)
def test_due(
    schedule: Schedule, since: datetime, now: datetime, fires: str | None, skips: dict[str, int]
) -> None:
    found = due(schedule, ZoneInfo("UTC"), since, now, holidays=find_holidays("US"))
    reasons = [reason for _, reason in found.skipped]
    assert (found.fire.id if found.fire else None) == fires
    assert {reason: reasons.count(reason) for reason in reasons} == skips
