"""Years of coming and going: who enters, which way, and what is left to do."""

from __future__ import annotations

from tests.year.acts import Admit, Change, Edit, Halt, Pass, Policy, Presence, TaskDone, Till, Year
from tests.year.tales.words import AT_NOON, DAY, HOUR, MARCH, MAY, NEW_YORK, NOBODYS, TO_WIN, book

__all__ = ["COMING", "DESKS", "MOVED", "PARTING", "TOGETHER"]

_FORK = {
    "split": [
        {"name": "a", "share": "50%", "steps": [{"email": "note"}, {"wait": "9 days"}]},
        {"name": "b", "share": "50%", "steps": [{"wait": "10 days"}, {"email": "note"}]},
    ]
}

_OR = {"then": [{"email": "tips"}, {"wait": "1 day"}], "else": [{"wait": "2 days"}]}

PARTING = Year(
    start=MARCH,
    books=(
        book(
            {"if": {"is_ready": True}, **_OR}, _FORK, {"wait": "1 day"}, entry={"again": "always"}
        ),
        book(
            {"email": "note"},
            {"wait_for": {"is_ready": True}, "at_most": "2 days", **_OR},
            {"wait": "1 day"},
            segment={"of": "user", "where": [{"stage": ["b", "c"]}]},
        ),
    ),
    policy=(),
    acts=[
        *(Change(key, "stage", "") for key in (3, 7)),
        Pass(HOUR, True),
        Change(2, "is_ready", True),
        Pass(DAY, True),
        Edit(0, "rename", 0, None),
        Edit(0, "rename step", 1, None),
        Edit(1, "rename step", 0, None),
        Change(3, "stage", "a"),
        *(Change(key, "stage", "b") for key in (6, 7)),  # 6 has the address of 5
        *(Pass(DAY, True),) * 3,
        Edit(0, "move", 0, None),
        Edit(0, "rename step", 1, None),
        *(Pass(4 * DAY, True),) * 4,
    ],
)
"""Branches go by what is true when they are reached, and a split stays what it was by any name."""

_RENEWALS = ("2026-04-07", "2026-07-06")

COMING = Year(
    start=MARCH,
    books=(
        book({"wait": "1 day"}, entry={"again": {"per": "renews_on"}, "fuse": {"matched": 2}}),
        book(
            {"wait": "1 day"},
            entry={"again": {"after": "10 days", "times": 2}, "existing": "skip", "per_run": 1},
            segment={"of": "user", "where": [{"stage": ["b"]}]},
        ),
    ),
    policy=(Policy("first_run", {"matched": 5}),),
    acts=[
        *(Change(key, "stage", "") for key in (5, 6, 7)),
        *(Change(key, "renews_on", _RENEWALS[0]) for key in (1, 3, 4, 6)),
        Pass(HOUR, True),
        Change(3, "is_done", True),
        Change(3, "stage", "b"),
        Admit(0),
        *(Change(key, "stage", "b") for key in (5, 6, 7)),
        *(Pass(DAY, True),) * 5,
        Change(1, "renews_on", _RENEWALS[1]),
        Change(2, "renews_on", _RENEWALS[1]),
        *(Pass(DAY, True),) * 2,
        Change(1, "renews_on", _RENEWALS[0]),
        *(Pass(6 * DAY, True),) * 6,
    ],
)
"""Each renewal once, two times at most, newcomers alone, one a run, and nobody over a fuse."""

TOGETHER = Year(
    start=MARCH,
    books=(
        book({"wait": "2 days"}, entry={"again": {"after": "10 days", "each": "account"}}),
        book({"wait": "1 day"}, entry={"again": "always", "holdout": "40%"}, priority=90),
    ),
    policy=(Policy("one_at_a_time", None),),
    acts=[
        Pass(HOUR, True),
        Policy("one_at_a_time", True),
        *(Pass(DAY, True),) * 6,
        Edit(1, "rename", 0, None),
        Till("09:00", NEW_YORK, True),
        *(Pass(3 * DAY, True),) * 4,
    ],
)
"""One of an account at a time, and one playbook at a time."""

_STAGED = {"of": "user", "where": [{"stage": ["a"]}]}
_CALL = {"task": "Call {{ user.name }}", "kind": "call", "assign": "account.csm"}

DESKS = Year(
    start=MAY,
    books=(
        book(
            {**_CALL, "due": "2 business days", "outcomes": ["yes", "no"]},
            {"wait": "2 days"},
            {
                "if": {"step": "@last", "is": "done", "outcome": "yes"},
                "then": [{"email": "note"}],
                "else": [{"email": "tips"}, {"email": "bill", "thread": "@last"}],
            },
            {"wait": "9 days"},
            exit_when={"is_done": True},
            on_exit={"tasks": "close"},
            segment=_STAGED,
        ),
        book(
            {**_CALL, "close_when": {"is_ready": True}},
            {"wait": "3 days"},
            {**_CALL, "only_if": {"step": "@last", "is": "open"}},
            {"update": "user", "set": {"visits": {"add": 1}}},
            {"wait": "9 days"},
            exit_when={"is_done": True},
            segment=_STAGED,
        ),
    ),
    policy=(Policy("tasks", {"notify": "at_once"}), Policy("holidays", "US")),
    acts=[
        *(Change(key, "stage", "a") for key in (1, 2)),
        Pass(HOUR, True),
        *(TaskDone(number) for number in (0, 7, 1)),  # the second, of one who stays: with a `no`
        *(Change(key, "is_done", True) for key in (1, 3, 6)),
        Change(2, "is_ready", True),
        Policy("tasks", {"notify": "0 8 * * *"}),
        Pass(HOUR, True),
        Change(4, "stage", "a"),
        Pass(HOUR, True),  # whose tasks nobody was told of
        Edit(1, "move", 0, None),
        Edit(1, "rename step", 0, None),
        Edit(1, "rename", 0, None),
        Halt(None, True),
        Till("09:00", NEW_YORK, True),
        Halt(None, False),
        *(Pass(DAY, True),) * 2,
        Policy("tasks", None),
        Change(4, "is_ready", True),  # whose task is of a step that has another name now
        Edit(1, "reorder", 3, None),  # the update stands at the end now
        *(Pass(DAY, True),) * 2,
        Change(7, "stage", "a"),
        *(Pass(3 * DAY, True),) * 2,
    ],
)
"""Tasks that are due, told of, done, closed, left behind and asked for, while all is halted too."""

_LEVELS = [["tried", {"is_ready": True}], ["keen", {"is_busy": True}]]

MOVED = Year(
    start=MARCH,
    books=(
        book(
            {"email": "note"},
            {"wait": "1 day"},
            {"update": "user", "set": {"visits": {"add": 1}}},
            {"email": "tips"},
            {"webhook": "hook", "body": {"text": "!"}},
            {"email": "list", "digest": AT_NOON},
            {"enroll": "@second"},
            {"wait": "9 days"},
            entry={"again": "always"},
        ),
        book(
            {"email": "note"},
            {"wait": "1 day"},
            segment=NOBODYS,
            goal={**TO_WIN, "ends": False, "levels": _LEVELS},
            exit_when={"is_done": True},
        ),
    ),
    policy=(),
    acts=[
        Edit(0, "move", 0, None),
        Change(4, "is_done", True),  # who is asked in, and may not come
        Change(1, "is_busy", True),
        Pass(HOUR, True),
        Edit(0, "rename step", 0, None),
        Edit(0, "reorder", 0, None),  # the first mail comes last
        *(Pass(DAY, True),) * 2,
        *(Edit(0, "rename step", place, None) for place in range(1, 6)),
        *(Edit(0, "reorder", 1, None),) * 5,
        *(Edit(0, "rename", 0, None), Edit(1, "rename", 0, None)),
        *(Pass(2 * DAY, True),) * 5,
        Presence(3, False),
        Change(2, "is_busy", True),  # they have left, and the goal still counts
        Change(5, "is_won", True),
        *(Pass(4 * DAY, True),) * 2,
        Change(6, "is_busy", True),  # and for this one it does not any more
        Pass(4 * DAY, True),
    ],
)
"""Steps that were given are put behind, by other names; nobody gets one of them twice."""
