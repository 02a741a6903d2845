"""Years of clocks: pauses, windows, holds and waits."""

from __future__ import annotations

from tests.year.acts import Book, Change, Edit, Pass, Policy, Status, Till, Year
from tests.year.tales.words import (
    ALWAYS,
    AT_NOON,
    DAY,
    HOUR,
    MARCH,
    MAY,
    NEW_YORK,
    NOBODYS,
    TO_WIN,
    book,
)

__all__ = ["AT_THE_EDGES", "HELD", "PAUSED", "WAITING"]

_STAGED = {"of": "user", "where": [{"stage": ["a"]}]}
PAUSED = Year(
    start=MARCH,
    books=(
        book(
            {"wait": "90 minutes"},  # over when the first pass finds the pause
            {"wait": "3 days"},
            {"email": "note"},
            {"wait": "9 days"},
            goal=TO_WIN,
            segment=_STAGED,
        ),
        book(
            {"wait": {"until": "3 days after entered"}},
            {"wait": "9 days"},
            goal=TO_WIN,
            exit_when={"is_done": True},
            segment=_STAGED,
        ),
    ),
    policy=(),
    acts=[
        Change(6, "is_done", True),  # who has left by the pause
        Pass(HOUR, True),
        Status(0, True),
        Status(1, True),
        Pass(HOUR, True),
        Pass(DAY, True),
        Pass(5 * DAY, False),
        Status(0, False),
        Status(1, False),
        Pass(HOUR, False),
        Edit(0, "move", 0, None),
        Edit(0, "insert", 4, {"wait": "1 day"}),
        *(Pass(DAY, False),) * 4,
        Pass(21 * DAY, False),
    ],
)
"""Waits stand still; a moment does not."""

AT_THE_EDGES = Year(
    start=MAY,  # the Thursday evening before a long weekend
    books=(Book(ALWAYS, [{"email": "note"}]), book({"email": "tips"}, segment=NOBODYS)),
    policy=(
        Policy("send_window", {"days": "mon-fri", "from": "09:00", "to": "17:00"}),
        Policy("holidays", "US"),
        Policy("pause_dates", ["2026-05-28..2026-05-29"]),
    ),
    acts=[
        *(Change(key, "stage", "z") for key in (1, 3)),  # who come a minute too early
        Till("08:59", NEW_YORK, True),
        Till("09:00", NEW_YORK, True),
        Till("16:59", NEW_YORK, True),
        Till("17:00", NEW_YORK, True),
        Till("12:00", NEW_YORK, True),
        Till("20:00", NEW_YORK, True, ("05-24",)),  # the holiday has come on the island
        Till("12:00", NEW_YORK, True),
        Till("20:00", NEW_YORK, True),  # and is over there
        Till("12:00", NEW_YORK, True, ("05-26",)),
        Till("12:00", NEW_YORK, True, ("05-29",)),
        Till("12:00", NEW_YORK, True, ("06-01",)),
        Till("20:00", NEW_YORK, True),
        Status(0, True),  # while mails wait for the morning anyway
        Pass(HOUR, True),
        Status(0, False),
        Pass(HOUR, True),
        Policy("send_window", None),  # which comes sooner by that
        Pass(HOUR, True),
    ],
)
"""The very minutes at which a window opens and closes, holidays and pauses, in every zone."""

_BUSY = {"is_busy": True}

HELD = Year(
    start=MARCH,
    books=(
        book(
            {"email": "note", "hold_while": {"when": _BUSY, "at_most": "2 days", "then": "skip"}},
            {"wait": "1 day", "hold_while": {"when": _BUSY, "at_most": "2 days", "then": "go"}},
            {"wait": "1 day", "only_if": {"is_ready": True}},
            {"email": "tips", "only_if": {"is_ready": True}},
            {"email": "bill", "hold_while": {"when": _BUSY, "at_most": "3 hours", "then": "go"}},
            {"wait": "9 days"},
        ),
        book(
            {
                "email": "list",
                "digest": AT_NOON,
                "hold_while": {"when": _BUSY, "at_most": "30 hours", "then": "skip"},
            },
            {"email": "list", "digest": AT_NOON, "only_if": {"is_ready": True}},
            {"wait": "9 days", "hold_while": {"when": _BUSY, "at_most": "2 days", "then": "go"}},
        ),
    ),
    policy=(),
    acts=[
        *(Change(key, "is_busy", True) for key in (1, 2, 3)),
        Pass(HOUR, True),
        Change(1, "is_busy", False),
        *(Pass(10 * HOUR, True),) * 4,
        *(Pass(DAY, True),) * 2,
        Change(4, "is_busy", True),
        *(Pass(9 * HOUR, True),) * 5,
        *(Pass(2 * DAY, True),) * 2,
    ],
)
"""What `hold_while` and `only_if` hold up or pass over: mails, waits and the items of digests."""

WAITING = Year(
    start=66 * 24,  # the evening before the clocks change in New York
    books=(
        book(
            *({"wait": long} for long in ("1 day", "2 weeks", "1 month", "1 month")),
            {"wait": "3 business days"},
            {"wait": {"weekday": "monday", "at": "09:00"}},
            {"wait": "36 hours"},
            {"wait": {"until": "2 business days before renews_on"}},
            {"wait": "9 days"},
        ),
        book(
            {"wait": "1 day"},
            {"email": "note"},
            {"wait": {"until": "2 days after step @last"}},
            {"wait": "1 week"},
            *({"wait": {"weekday": "sunday", "at": at}} for at in ("02:30", "09:00", "08:00")),
            {"wait": {"until": "30 hours after entered"}},
            {"wait": "2 business days"},
            {"wait": "10 days"},
            schedule={"cron": "0 9 * * *", "timezone": "Australia/Lord_Howe"},
            goal={**TO_WIN, "levels": [["tried", {"is_busy": True}]]},
        ),
    ),
    policy=(Policy("holidays", "US"),),
    acts=[
        *(Change(key, "renews_on", "2026-07-06") for key in (1, 2, 3)),
        Pass(12 * HOUR, True),
        *(Pass(13 * DAY, False),) * 2,
        *(Change(4, name, True) for name in ("is_busy", "is_won")),  # after the goal's window
        *(Pass(13 * DAY, False),) * 7,
    ],
)
"""Every kind of wait, over both changes of the clocks, weekends and holidays."""
