"""After a very long time no schedule is walked through minute by minute."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.language.playbook import Schedule
from engine.schedule import due

NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("years", [1, 10, 50])
def test_years_of_minutes_are_told_of_as_the_last_thousand(years: int) -> None:
    began = time.process_time()
    found = due(Schedule("* * * * *"), BERLIN, NOW - timedelta(days=365 * years), NOW)
    assert time.process_time() - began < 5
    assert found.fire is not None
    assert found.fire.id == "2026-03-10T13:00"
    assert len(found.skipped) == 1000


@pytest.mark.parametrize("cron", ["0 9 * * 1", "0 9 29 2 *", "30 2 * * *", "0 0 1 1 *"])
def test_rarer_ones_are_told_of_whole(cron: str) -> None:
    """A bound that cuts nothing changes nothing."""
    since = NOW - timedelta(days=900)
    found = due(Schedule(cron), BERLIN, since, NOW)
    fires = [each for each, _ in found.skipped] + ([found.fire] if found.fire else [])
    assert fires == sorted(fires)
    assert all(since < fire.at <= NOW for fire in fires)
    per_year = {"0 9 * * 1": 52, "0 9 29 2 *": 0.25, "30 2 * * *": 365, "0 0 1 1 *": 1}[cron]
    assert abs(len(fires) - per_year * 900 / 365) <= 1.5
