"""Business days: Mondays to Fridays but for holidays. For waits, dues and limits."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta

__all__ = ["add_business_days"]

_SATURDAY = 5


def add_business_days(day: date, amount: int, holidays: Container[date] = frozenset()) -> date:
    """The day that many Mondays to Fridays later (earlier, where negative), holidays left out."""
    step = timedelta(days=1 if amount > 0 else -1)
    left = abs(amount)
    while left:
        day += step
        left -= day.weekday() < _SATURDAY and day not in holidays
    return day
