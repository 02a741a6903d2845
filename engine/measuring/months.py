"""The instants at which a metric is told over time: the ends of months, as people count them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.moments import local_date, start_of_day

__all__ = ["MONTHS", "month_ends"]

MONTHS = 12
"""How many months are told, the one that is not over included."""

_TICK = timedelta(microseconds=1)  # the finest step of instants


def month_ends(as_of: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The last instant of each of the months before that of `as_of`, and `as_of`; ascending.

    Days and months are those of the zone. Asked at such an instant, `start of month` and `30 days`
    mean those of the month that ends.
    """
    first = local_date(as_of, zone).replace(day=1)
    ends = [as_of]
    for _ in range(MONTHS - 1):
        ends.append(start_of_day(first, zone) - _TICK)
        first = (first - timedelta(days=1)).replace(day=1)
    return tuple(reversed(ends))
