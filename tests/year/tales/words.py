"""What several tales say."""

from __future__ import annotations

from typing import Any

from tests.year.acts import Book

__all__ = [
    "ALWAYS",
    "AT_NOON",
    "DAY",
    "EVERYBODY",
    "HOUR",
    "MARCH",
    "MAY",
    "NEW_YORK",
    "NOBODYS",
    "TO_WIN",
    "book",
]

NEW_YORK = "America/New_York"
EVERYBODY = {
    "segment": {"of": "user", "where": [{"stage": ["a", "b", "c"]}]},
    "schedule": {"cron": "0 9 * * *", "timezone": NEW_YORK},
    "entry": {"again": "never"},
    "priority": 50,
}

TO_WIN = {"name": "won", "when": {"is_won": True}, "within": "20 days", "ends": True}

ALWAYS = {**EVERYBODY, "entry": {"again": "always"}}

NOBODYS = {"of": "user", "where": [{"stage": ["z"]}]}
"""The segment of those whom an act brings there."""


HOUR, DAY = 60, 24 * 60

MARCH, MAY = 65 * 24, 141 * 24

AT_NOON = {"by": "account.champion", "schedule": "0 12 * * *"}


def book(*steps: dict[str, Any], **head: Any) -> Book:
    """A playbook of everybody, but for what its head says otherwise."""
    return Book({**EVERYBODY, **head}, list(steps))
