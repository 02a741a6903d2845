"""Years in which much comes together."""

from __future__ import annotations

from tests.year.acts import (
    Book,
    Change,
    Edit,
    Halt,
    Pass,
    Policy,
    Presence,
    Review,
    Status,
    TaskDone,
    Year,
)
from tests.year.tales.words import AT_NOON, DAY

__all__ = ["EVENTFUL", "GATHERED", "GUARDED", "SOCIABLE"]

_HEAD = {
    "segment": {"of": "user", "where": [{"stage": ["a", "b"]}]},
    "schedule": {"cron": "0 9 * * *", "timezone": "America/New_York"},
    "entry": {"again": "never"},
    "priority": 10,
}

EVENTFUL = Year(
    start=66 * 24,  # the evening before the clocks change in New York
    books=(
        Book(_HEAD, [{"email": "note"}, {"email": "tips"}, {"wait": "2 days"}, {"email": "bill"}]),
        Book({**_HEAD, "priority": 90}, [{"wait": "5 days"}, {"email": "note"}]),
    ),
    policy=(Policy("frequency_caps", [{"channel": "email", "at_most": 1, "per": "1 day"}]),),
    acts=[
        Status(1, True),
        Pass(DAY, True),
        Status(1, False),
        Pass(DAY, True),
        Edit(0, "move", 0, None),
        Edit(0, "reorder", 0, None),  # the first mail stands behind the others now
        Pass(3 * DAY, True),
        Pass(DAY - 61, False),
        Status(1, True),
        Pass(61, True),
        Pass(DAY, True),
        Status(1, False),
        Pass(60, True),
        Pass(3 * DAY, True),
    ],
)
"""A wait stands still, a step is put behind others, a cap is full, and the clocks change."""

_EVERY_NOON = {"by": "account.csm", "schedule": "0 12 * * *"}

_ON_THE_ISLAND = {"cron": "0 9 * * *", "timezone": "Australia/Lord_Howe"}
"""Where the clocks do not change while those of the project do."""

SOCIABLE = Year(
    start=66 * 24,
    books=(
        Book(
            {**_HEAD, "exit_when": {"is_done": True}, "schedule": _ON_THE_ISLAND},
            [
                {"email": "note", "cc": ["account.csm", "account.champion"]},
                {"update": "user", "set": {"visits": {"add": 1}}},
                {"task": "Call {{ user.name }}", "kind": "call", "close_when": {"is_ready": True}},
                {"email": "tips", "approve": "house.dana", "max_lateness": "3 days"},
                {"email": "list", "digest": _EVERY_NOON},
                {"wait": "20 days"},
            ],
        ),
        Book({**_HEAD, "priority": 5}, [{"wait": "5 days"}]),
    ),
    policy=(Policy("one_at_a_time", True), Policy("tasks", {"notify": "at_once"})),
    acts=[
        Pass(DAY, True),
        *(Change(key, "is_ready", True) for key in (1, 2, 3, 6)),
        TaskDone(0),
        Pass(60, True),
        Review(0, "edit"),
        *(Review(number, "approve") for number in (0, 0, 0)),
        Pass(60, True),
        Change(4, "is_done", True),
        Pass(DAY, True),
        Pass(DAY, True),
    ],
)
"""Copies, an update, tasks that close themselves, drafts, a digest, one playbook at a time."""

_WATCHED_HEAD = {
    "segment": {"of": "user", "where": [{"stage": ["a", "b", "c"]}]},
    "schedule": {"cron": "0 9 * * *", "timezone": "Australia/Lord_Howe"},
    "goal": {"name": "won", "when": {"is_won": True}, "within": "20 days", "ends": True},
    "priority": 10,
}

_IN_TIME = {"max_lateness": "3 days"}

_WHILE_BUSY = {"when": {"is_busy": True}, "at_most": "3 days"}

GUARDED = Year(
    start=68 * 24 + 14,  # ten in New York, one at night on Lord Howe Island
    books=(
        Book(
            {**_WATCHED_HEAD, "entry": {"again": "never", "holdout": "40%"}},
            [
                {"email": "note", "cc": "account.champion", **_IN_TIME},
                {"email": "tips", "approve": "house.dana", "cc": "account.champion", **_IN_TIME},
                {"email": "bill", "only_if": {"is_ready": True}, **_IN_TIME},
                {"email": "note", "hold_while": {**_WHILE_BUSY, "then": "skip"}, **_IN_TIME},
                {"wait": "20 days"},
            ],
        ),
        Book(
            {**_WATCHED_HEAD, "entry": {"again": {"after": "10 days"}, "per_run": 3}},
            [{"email": "tips", "hold_while": {**_WHILE_BUSY, "then": "go"}, **_IN_TIME}],
        ),
    ),
    policy=(Policy("send_window", {"from": "09:00", "to": "17:00"}),),
    acts=[
        *(Change(key, "is_busy", True) for key in (1, 2, 3)),
        Halt(0, True),
        Pass(8 * 60, False),  # the window opens on the island
        Halt(0, False),
        Presence(7, False),  # whose mails wait for the same window
        Change(4, "is_won", True),  # and whose wait for that in Kolkata
        Pass(60, True),
        Pass(5 * 60, False),
        *(
            Review(0, verdict)
            for verdict in ("edit and approve what was", "approve and edit", "approve and forge")
        ),
        Pass(11 * 60, True),
        Status(0, True),
        Pass(DAY, True),
        Status(0, False),
        Change(2, "is_busy", False),
        Pass(60, True),
        *(Review(number, "approve") for number in range(4)),
        Policy("rates", {"email": "4 per hour"}),
        *(Pass(60, True),) * 3,
        Policy("rates", None),
        Pass(4 * DAY, True),
        Pass(9 * DAY, True),
        Change(3, "is_won", True),
        Pass(DAY, True),
        Pass(9 * DAY, True),
    ],
)
"""A halt, a window, people who leave while mails wait, drafts that somebody tampers with, …"""

GATHERED = Year(
    start=66 * 24,
    books=(
        Book(
            {**_HEAD, "exit_when": {"is_done": True}},
            [{"email": "list", "digest": AT_NOON, "max_lateness": "10 days"}, {"wait": "5 days"}],
        ),
        Book(
            {**_HEAD, "entry": {"again": "never", "per_run": 3}},
            [{"email": "note", "cc": "account.champion"}],
        ),
    ),
    policy=(Policy("send_window", {"from": "20:00", "to": "23:00"}),),
    acts=[
        Pass(18 * 60, True),  # two in the afternoon: digests wait for the evening
        Change(1, "is_done", True),
        Pass(60, True),
        Pass(6 * 60, True),
        Pass(DAY, True),
    ],
)
"""Digests wait while one of whom they tell leaves, and copies are asked for in many passes."""
