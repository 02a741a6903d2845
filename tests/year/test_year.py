"""A simulated year of random playbooks, edits, pauses, policies and days: nothing is ever broken.

The clock is an argument; ledger, sources, passes and gates are the real ones, and only the post is
a fake, which takes everything down. TOUCHLINE_YEARS=1000 lives through so many new years.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from tests.support.ground import Ground, file_ground, server_ground
from tests.year.acts import (
    Book,
    ByHand,
    Change,
    Edit,
    Halt,
    Pass,
    Policy,
    Presence,
    Review,
    Status,
    TaskDone,
    Till,
    Year,
)
from tests.year.cast import NEW_YEAR
from tests.year.drawing import years
from tests.year.hands import do
from tests.year.house import open_house
from tests.year.post import Letter
from tests.year.watch import Watch

MANY = int(os.environ.get("TOUCHLINE_YEARS", "0"))


def examples(few: int, *, many: int = MANY) -> settings:
    """The eventful year and a few more, always the same, or as many new ones as were asked for."""
    drawn = [Phase.reuse, Phase.generate, Phase.shrink] if MANY or few else []
    return settings(
        max_examples=many or max(few, 1),
        derandomize=not MANY,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, *drawn],
        print_blob=True,
    )


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """What every one of them stands on, laid once."""
    with file_ground("year", NEW_YEAR) as laid:
        yield laid


@pytest.fixture(scope="module")
def on_postgres(postgres: str) -> Iterator[Ground]:
    """The same on a server."""
    with server_ground("year", NEW_YEAR, server=postgres) as laid:
        yield laid


def live_through(ground: Ground, year: Year) -> tuple[list[Letter], str]:
    """Everything that happens in a year; gives what the post took, and the head of the log."""
    with open_house(ground, year.start) as house:
        house.found(year.books, year.policy)
        watch = Watch(house)
        for act in (Pass(1, True), *year.acts, Pass(60, True)):
            do(house, act)
            match act:
                case Pass(fires=fires) | Till(fires=fires):
                    watch.look(fired=fires)
                case ByHand():
                    watch.look_in()
        return house.letters, watch.end()


_HEAD = {
    "segment": {"of": "user", "where": [{"stage": ["a", "b"]}]},
    "schedule": {"cron": "0 9 * * *", "timezone": "America/New_York"},
    "entry": {"again": "never"},
    "priority": 10,
}
_DAY = 24 * 60
EVENTFUL = Year(
    start=66 * 24,  # the evening before the clocks change in New York
    books=(
        Book(_HEAD, [{"email": "note"}, {"email": "tips"}, {"wait": "2 days"}, {"email": "bill"}]),
        Book({**_HEAD, "priority": 90}, [{"wait": "5 days"}, {"email": "note"}]),
    ),
    policy=(Policy("frequency_caps", [{"channel": "email", "at_most": 1, "per": "1 day"}]),),
    acts=[
        Status(1, True),
        Pass(_DAY, True),
        Status(1, False),
        Pass(_DAY, True),
        Edit(0, "move", 0, None),
        Edit(0, "reorder", 0, None),  # the first mail stands behind the others now
        Pass(3 * _DAY, True),
        Pass(_DAY - 61, False),
        Status(1, True),
        Pass(61, True),
        Pass(_DAY, True),
        Status(1, False),
        Pass(60, True),
        Pass(3 * _DAY, True),
    ],
)
"""A wait stands still, a step is put behind others, a cap is full, and the clocks change."""

_EVERY_NOON = {"by": "account.csm", "schedule": "0 12 * * *"}
SOCIABLE = Year(
    start=66 * 24,
    books=(
        Book(
            {**_HEAD, "exit_when": {"is_done": True}},
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
        Pass(_DAY, True),
        *(Change(key, "is_ready", True) for key in (1, 2, 3, 6)),
        TaskDone(0),
        Pass(60, True),
        Review(0, "edit"),
        *(Review(number, "approve") for number in (0, 0, 0)),
        Pass(60, True),
        Change(4, "is_done", True),
        Pass(_DAY, True),
        Pass(_DAY, True),
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
        Pass(_DAY, True),
        Status(0, False),
        Change(2, "is_busy", False),
        Pass(60, True),
        *(Review(number, "approve") for number in range(4)),
        Policy("rates", {"email": "4 per hour"}),
        *(Pass(60, True),) * 3,
        Policy("rates", None),
        Pass(4 * _DAY, True),
        Pass(9 * _DAY, True),
        Change(3, "is_won", True),
        Pass(_DAY, True),
        Pass(9 * _DAY, True),
    ],
)
"""A halt, a window, people who leave while mails wait, drafts that somebody tampers with, …"""

_AT_NOON = {"by": "account.champion", "schedule": "0 12 * * *"}
GATHERED = Year(
    start=66 * 24,
    books=(
        Book(
            {**_HEAD, "exit_when": {"is_done": True}},
            [{"email": "list", "digest": _AT_NOON, "max_lateness": "10 days"}, {"wait": "5 days"}],
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
        Pass(_DAY, True),
    ],
)
"""Digests wait while one of whom they tell leaves, and copies are asked for in many passes."""


@examples(3)
@example(year=EVENTFUL)
@example(year=SOCIABLE)
@example(year=GUARDED)
@example(year=GATHERED)
@given(year=years(60 if MANY else 30))
def test_a_year_breaks_no_promise(ground: Ground, year: Year) -> None:
    live_through(ground, year)


@examples(1, many=-(-MANY // 3))
@example(year=EVENTFUL)
@given(year=years(60 if MANY else 30))
def test_nor_does_one_on_postgres(on_postgres: Ground, year: Year) -> None:
    live_through(on_postgres, year)


@examples(0)
@example(year=EVENTFUL)
@given(year=years(60))
def test_the_same_seed_gives_the_same_year(ground: Ground, year: Year) -> None:
    assert live_through(ground, year) == live_through(ground, year)
