"""Who is stopped, and who is over with a playbook: by its files and by what is true of people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.year.almanac import ends_at, zone_or
from tests.year.house import House
from tests.year.papers import Playbook
from tests.year.record import Stay

__all__ = ["goal_window", "is_over", "is_still", "moved_on", "waits_on"]

GOAL_DAYS = "20 days"


def is_still(house: House, book: Playbook) -> bool:
    """Whether a playbook is paused or halted."""
    return book.is_paused or bool(house.halted & {"", *book.names})


def is_over(house: House, who: Mapping[str, Any], stay: Stay, book: Playbook) -> bool:
    """Whether somebody meets what lets them leave."""
    goal = book.head.get("goal")
    reached = who["is_won"] and goal and goal["ends"] and not stay.goal_at
    in_time = house.now <= goal_window(stay, book)
    return bool("exit_when" in book.head and who["is_done"]) or bool(reached and in_time)


def goal_window(stay: Stay, book: Playbook) -> datetime:
    """Until when the goal counts."""
    until = ends_at(stay.entered_at, GOAL_DAYS, zone_or(book.zone, ""), ())
    return moved_on(until, stay.entered_at, book)


def waits_on(ends: datetime, since: datetime, book: Playbook, *, shifts: bool) -> datetime:
    """When somebody goes on who stood still in all pauses since then: nobody moves in one.

    A wait for a time stands still; a moment does not, but who waited goes on after the pause.
    """
    for first, last in book.pauses:
        if last > since:
            stood_still = shifts and ends > first
            ends = ends + (last - max(first, since)) if stood_still else max(ends, last)
    return ends


def moved_on(until: datetime, since: datetime, book: Playbook) -> datetime:
    """Pauses move on what had not come when they began."""
    for first, last in book.pauses:
        if until > first and last > since:
            until += last - max(first, since)
    return until
