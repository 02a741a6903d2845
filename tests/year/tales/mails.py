"""Years of mails that may not go, or not yet, or fail."""

from __future__ import annotations

from tests.year.acts import Ask, Book, Change, Pass, Policy, Review, Trouble, Year
from tests.year.tales.words import ALWAYS, AT_NOON, DAY, HOUR, MARCH, book

__all__ = ["CAPPED", "FAILING", "RATED", "TROUBLED", "UNWANTED"]

_THE_SAME_AGAIN = ["account.champion", ["account.champion", "user"]]

UNWANTED = Year(
    start=MARCH + 12,  # an hour at which it is no office hour for anybody
    books=(
        book(
            *({"email": name} for name in ("note", "tips", "bill", "asks")),
            entry={"again": "always"},
        ),
        book(
            {"email": "note", "cc": "account.csm", "to": _THE_SAME_AGAIN},
            entry={"again": "always"},
        ),
    ),
    policy=(Policy("send_window", {"from": "09:00", "to": "17:00"}),),
    acts=[
        Ask(1, "", False),
        Ask(2, "tips", False),
        Ask(2, "bill", False),
        Ask(3, "asks", True),
        Ask(5, "", False),
        Ask(5, "", True),
        *(Pass(8 * HOUR, True),) * 4,
        Ask(3, "asks", False),
        *(Pass(8 * HOUR, True),) * 2,
    ],
)
"""Who wants nothing gets nothing, said before or while a mail waits; and nothing else is kept."""

_TROUBLED = {"segment": "troubled"}

TROUBLED = Year(
    start=MARCH,
    books=(
        book(
            *({"email": name} for name in ("note", "tips", "bill")),
            *({"wait": "12 hours"}, {"email": "note"}, {"wait": "9 days"}),
        ),
        book(
            {"email": "list", "digest": AT_NOON},
            {"email": "tips", "to": ["user", "account.csm"]},
        ),
    ),
    policy=(
        Policy("send_window", {"from": "09:00", "to": "17:00"}),
        Policy("never_contact", [{**_TROUBLED, "topics": ["tips", "bill", "general"]}]),
    ),
    acts=[
        Change(1, "is_troubled", True),
        Pass(1, True),
        Change(2, "is_troubled", True),
        Change(3, "is_troubled", True),
        *(Pass(6 * HOUR, True),) * 3,
        Policy("never_contact", [{**_TROUBLED, "topics": ["tips"]}]),
        Change(3, "is_troubled", False),
        Change(4, "is_troubled", True),
        *(Pass(6 * HOUR, True),) * 3,
        Policy("never_contact", [_TROUBLED]),
        Change(5, "is_troubled", True),
        *(Pass(8 * HOUR, True),) * 2,
    ],
)
"""`never_contact` holds for whom it is about, when a mail is made and while it waits."""

_SOME = {**ALWAYS, "segment": {"of": "user", "where": [{"stage": ["a", "c"]}]}}
"""Two of each account, and two with one address."""

CAPPED = Year(
    start=MARCH,
    books=(
        Book(
            {**_SOME, "priority": 10},
            [{"email": "note"}, {"email": "bill"}, {"email": "note", "via": "letters"}],
        ),
        Book({**_SOME, "priority": 90}, [{"email": "tips"}, {"wait": "1 day"}]),
    ),
    policy=(
        Policy(
            "frequency_caps",
            [
                {"channel": "email", "at_most": 3, "per": "2 days", "each": "account"},
                {"topic": "tips", "at_most": 1, "per": "3 days", "give_up": "1 day"},
                {"channel": "email", "at_most": 2, "per": "1 day", "give_up": "2 days"},
            ],
        ),
    ),
    acts=[
        *(Pass(12 * HOUR, True),) * 3,
        Trouble("unknown"),
        *(Pass(12 * HOUR, True),) * 2,
        Trouble("sent"),
        *(Pass(18 * HOUR, True),) * 4,
    ],
)
"""Caps of an address, of an account and of a topic fill, and what waits too long is given up."""

_EXIT, _ON = {"on_failure": "exit"}, {"on_failure": "continue"}

FAILING = Year(
    start=MARCH,
    books=(
        book(
            {"email": "note", **_ON},
            {"email": "tips", **_EXIT, "to": ["user", "account.champion"]},
            {"wait": "9 days"},
        ),
        book({"email": "bill", **_EXIT, "approve": "house.dana"}, {"wait": "9 days"}),
    ),
    policy=(Policy("frequency_caps", [{"at_most": 1, "per": "1 day", "give_up": "2 days"}]),),
    acts=[
        Ask(1, "", False),
        Change(6, "stage", ""),
        Change(7, "stage", ""),
        Pass(HOUR, True),
        Review(0, "drop"),
        *(Review(number, "approve") for number in range(3)),
        Trouble("refused"),
        Change(6, "stage", "a"),
        *(Pass(DAY, True),) * 2,
        Trouble("mailbox"),
        Change(7, "stage", "a"),
        Pass(DAY, True),
        Trouble("sent"),
        *(Pass(2 * DAY, True),) * 4,
    ],
)
"""What fails, is dropped or comes too late lets the stay go on or ends it, as its step says."""

_FEW = {**ALWAYS, "segment": {"of": "user", "where": [{"stage": ["a"]}]}}
_RATED = {"email": "note", "max_lateness": "10 days"}

RATED = Year(
    start=MARCH,
    books=(
        Book({**_FEW, "priority": 10}, [_RATED, {"webhook": "hook", "body": {"text": "!"}}]),
        Book({**_FEW, "priority": 90}, [_RATED]),
    ),
    policy=(Policy("rates", {"email": "4 per hour", "hook": "2 per hour"}),),
    acts=[
        *(Pass(7, True),) * 4,
        Policy("rates", {"per_sender": "2 per hour"}),
        *(Pass(11, True),) * 4,
        Policy("rates", None),
        Pass(HOUR, True),
    ],
)
"""Mails and requests go one by one, as far apart as the rates of channel and sender say."""
