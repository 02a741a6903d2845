"""A world small enough to reckon by hand who is in a segment, every row at some edge.

It is looked at at half past one for the second time, on the Sunday on which New York puts its
clocks back: today began at 04:00 UTC, tomorrow begins at 05:00.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from engine.audience.contacts import ContactRow
from engine.bind.bind import bind_catalog
from engine.bind.catalog import Catalog
from engine.language.project import Project
from engine.read.load import load_project
from tests.support.oracle import Journey, Record, World
from tests.support.stores import Rows

__all__ = ["AS_OF", "B0", "B1", "project", "world"]

AS_OF = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
B0, B1 = 2**53, 2**53 + 1  # neighbours that a double cannot tell apart


@cache
def project() -> tuple[Project, Catalog]:
    """The project of `edges/`."""
    loaded = load_project(Path(__file__).parent / "edges")
    catalog, problems = bind_catalog(loaded)
    assert (loaded.problems, problems) == ((), ())
    return loaded, catalog


def at(text: str) -> datetime:
    """An instant of 2026, or of the year that is said, in UTC."""
    return datetime.fromisoformat(f"{text if text[4] == '-' else f'2026-{text}'}+00:00")


def rows(columns: str, *values: Sequence[object]) -> Rows:
    """Rows of the columns that are named."""
    return [dict(zip(columns.split(), each, strict=True)) for each in values]


START, BEFORE = "T04:00:00", "T03:59:59.999999"  # a day of summer begins, and a tick before
SPRING, BEFORE_SPRING = "03-08T07:00:00", "03-08T06:59:59.999999"  # the clocks go forward
NOW, LATER = "11-01T06:30:00", "11-01T06:30:00.000001"
ODD = "q\"uote'"

ACCOUNTS = rows(
    "id parent_id name seats used arr renews_on live tags",
    (1, None, "Alpha", 1024, 1, 100.5, date(2024, 2, 29), True, ["a", "b"]),
    (2, 1, "50%_off", 0, 3, 0.0, date(2026, 11, 1), False, []),
    (3, 1, "İzmir", 3, 1, None, date(2027, 2, 28), True, None),
    (4, 3, "ızgara", 2**31, 2**32, 2.5, date(2026, 10, 31), None, [None]),
    (5, 99, "Straße", 7, 2, 2.5, None, False, ["ß", None, " "]),
    (B0, 5, "STRASSE", 5, None, -1.0, date(2025, 11, 1), True, ["A", "a"]),
    (B1, B0, "back\\slash", B1, B1, 2.5, date(2027, 3, 1), True, ["a_b", "100%", ODD]),
    (None, 1, "no key", 1, 1, 9.0, date(2026, 11, 1), True, ["a"]),
)

USERS = rows(
    "user_id account_id role email points level joined_at seen_at born_on tags gone",
    (1, 1, "admin", "a@x.io", 0.5, 3, at(f"10-31{START}"), at("11-01T05:30:00"),
     date(2000, 2, 29), ["vip"], False),
    (2, 1, "Admin", "B@X.io", 0.5, -7, at(f"10-31{BEFORE}"), at(NOW),
     date(1996, 2, 28), [], False),
    (3, 1, "   ", None, None, 2**31, at(LATER), None, date(2026, 11, 1), None, False),
    (4, 2, "guest", "b@x.io", 2.0, None, at(SPRING), at(BEFORE_SPRING),
     date(2024, 2, 29), ["a", "vip"], False),
    (5, 3, "İ", "e@x.io", -1.0, 0, at("03-08T05:00:00"), at(f"03-09{START}"),
     date(2025, 11, 2), ["İ"], False),
    (6, B1, "ı", "f@x.io", 2.0, B1, None, at(f"10-25{START}"), None, ["vip", None, "ß"], False),
    (7, B0, "ß", "g@x.io", 1e15, B0, at("11-02T04:59:59.999999"), at("11-02T05:00:00"),
     date(1999, 11, 1), ["a_b"], False),
    (8, None, "admin", "h@x.io", 2.0, 1, at(f"10-02{START}"), at(f"10-02{BEFORE}"),
     date(2026, 10, 2), ["%"], False),
    (9, 99, "ẞ", None, None, 2, at(f"2025-11-01{START}"), at("2025-11-02T04:59:59"),
     date(2027, 3, 1), None, False),
    (10, 3, "ADMIN", "b@x.io", 2.0, 5, at(f"10-26{START}"), at(f"10-26{BEFORE}"),
     date(1900, 2, 28), ["VIP"], False),
    (11, 3, "gone", "k@x.io", 3.0, -9, at(NOW), at(NOW), date(1999, 11, 1), ["vip"], True),
    (12, 3, "unsaid", "l@x.io", 4.0, -8, at(NOW), at(NOW), date(1999, 11, 1), ["vip"], None),
    (None, 3, "nobody", "m@x.io", 9.0, -9, at(NOW), at(NOW), date(1999, 11, 1), ["vip"], False),
)  # fmt: skip

EVENTS = rows(
    "user_id name at feature seconds tries",
    *(
        (user, name, None if when is None else at(when), *rest, *(None,) * (3 - len(rest)))
        for user, name, when, *rest in (
            (1, "used", f"10-31{START}", "reports", 1.0, 1),
            (1, "used", f"10-31{START}", "api", 2.0, 2),
            (1, "used", "11-01T05:30:00", "reports", None, 3),
            (1, "used", NOW, "Reports", 4.0, 2**31),
            (1, "used", LATER, "to come", 100.0, 9),
            (1, "login", f"10-31{START}"),
            (1, "login", "11-01T05:30:00"),
            (2, "used", f"10-31{BEFORE}", " ", 0.5, 0),
            (2, "login", f"10-30{START}"),
            (2, "login", f"10-24{START}"),
            (4, "used", BEFORE_SPRING, "50%_off", 0.1),
            (4, "used", SPRING, "50%_off", 0.2),
            (4, "used", f"03-09{START}", "a\\b", -0.3),
            (4, "login", SPRING),
            (5, "used", None, "x", 1.0, 1),
            (5, "login", f"10-18{START}"),
            (6, "used", f"10-25{BEFORE}", "api", 10.0),
            (6, "used", f"10-25{START}", "api", 20.0),
            (6, "used", f"11-01{START}", "api", 30.0),
            (6, "used", f"11-01{BEFORE}", "Api"),
            (6, "login", f"10-25{START}"),
            (6, "login", f"11-01{START}"),
            (7, "login", "11-01T06:00:00"),
            (8, "Used", f"10-31{START}", "api", 1.0, 1),
            (10, "used", f"10-26{START}", "reports", 1e15),
            (10, "used", f"10-26{BEFORE}", "reports", 0.25),
            (10, "login", "10-20T12:00:00"),
            (10, "login", "10-29T12:00:00"),
            (10, "login", "10-30T12:00:00"),
            (11, "used", "10-31T12:00:00", "api", 1.0, 1),
            (None, "used", "10-31T12:00:00", "api", 1.0, 1),
        )
    ),
)

MEETINGS = rows(
    "contact_id held_at",
    *((2, at(f"10-31{START}")), (4, at(SPRING)), (8, at(LATER)), (None, at(SPRING))),
)

CONTACTS = [
    ContactRow(f"t{number}", entity, key, address, at(when), channel, playbook, f"e{number}")
    for number, (entity, key, address, when, channel, playbook) in enumerate(
        (
            ("user", "1", "a@x.io", f"10-31{START}", "email", "nudge"),
            ("user", "4", "b@x.io", f"10-02{START}", "email", "welcome"),
            ("account", "3", "", "10-31T12:00:00", "task", "nudge"),
            ("user", "6", "", NOW, "task", "welcome"),
        )
    )
]

_LONG_AGO = at("01-01T05:00:00")
JOURNEYS = [
    Journey("user", "1", "nudge", at(f"10-31{START}")),
    Journey("user", "2", "nudge", _LONG_AGO, is_held_out=True),
    Journey("user", "4", "nudge", _LONG_AGO, at(f"10-31{START}"), "goal"),
    Journey("user", "5", "nudge", _LONG_AGO, at(f"10-31{BEFORE}"), "completed"),
    Journey("user", "6", "nudge", _LONG_AGO, at(LATER), "goal"),
    Journey("user", "7", "nudge", _LONG_AGO, at("10-31T05:00:00"), "holdout", is_held_out=True),
    Journey("user", "8", "nudge", _LONG_AGO, at(f"10-01{BEFORE}"), "goal"),
    Journey("user", "8", "nudge", at("10-30T12:00:00")),
    Journey("user", "10", "welcome", at("10-30T12:00:00")),
]

RECORDS = [
    Record(entity, key, field, _LONG_AGO if when is None else at(when), value)
    for entity, key, field, when, value in (
        ("user", "1", "level", "10-01T12:00:00", 1),
        ("user", "1", "level", f"10-31{START}", 3),
        ("user", "2", "level", "10-30T12:00:00", -7),
        ("user", "4", "level", "10-01T12:00:00", 5),
        ("user", "4", "level", f"10-31{BEFORE}", None),
        ("user", "6", "level", None, 1),
        ("user", "6", "level", LATER, B1),
        ("user", "8", "level", None, 1),
        ("user", "1", "role", None, "guest"),
        ("user", "1", "role", f"10-02{START}", "member"),
        ("user", "1", "role", "10-25T12:00:00", "admin"),
        ("user", "10", "role", None, "ADMIN"),
        ("account", "1", "seats", None, 1000),
        ("account", "1", "seats", "10-31T12:00:00", 1024),
        ("account", "2", "seats", "10-01T12:00:00", 10),
        ("account", "2", "seats", "10-31T12:00:00", 0),
        ("account", "5", "seats", None, 7),
    )
]


@cache
def world() -> World:
    """All of it."""
    tables = {
        "crm.accounts": ACCOUNTS,
        "crm.meetings": MEETINGS,
        "product.users": USERS,
        "product.events": EVENTS,
    }
    return World(project()[1], tables, CONTACTS, JOURNEYS, RECORDS)
