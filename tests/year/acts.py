"""What can happen in a year, and what it begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = [
    "CHAMPION",
    "KEYS",
    "Act",
    "Admit",
    "Ask",
    "Book",
    "ByHand",
    "Change",
    "Edit",
    "Halt",
    "Pass",
    "Policy",
    "Presence",
    "Review",
    "Status",
    "TaskDone",
    "Till",
    "Trouble",
    "Vanish",
    "Year",
]

KEYS = tuple(range(1, 8))
CHAMPION = 0
"""Who is no customer, and is written to as one: the champion of the first account."""
Step = dict[str, Any]


# ---------------------------------------------------------------- acts


@dataclass(frozen=True)
class Pass:
    """So many minutes go by, then a pass; with `fires` those who match may enter."""

    minutes: int
    fires: bool


@dataclass(frozen=True)
class Till:
    """The next time that clocks in a zone show so, then a pass: the very minute of an edge.

    With `days` it is on the next of these days, each as `MM-DD`.
    """

    clock: str
    zone: str
    fires: bool
    days: tuple[str, ...] = ()


@dataclass(frozen=True)
class Admit:
    """A person lets in whom a fuse of a playbook keeps out."""

    book: int


@dataclass(frozen=True)
class Change:
    """A field of a customer is something else now."""

    key: int
    field: str
    value: Any


@dataclass(frozen=True)
class Presence:
    """A customer is in the source, or is not."""

    key: int
    present: bool


@dataclass(frozen=True)
class Edit:
    """A playbook's file is edited: a step is put in, taken out, moved or renamed, …"""

    book: int
    kind: str
    place: int
    step: Any


@dataclass(frozen=True)
class Status:
    """A playbook is paused, or goes on."""

    book: int
    paused: bool


@dataclass(frozen=True)
class Vanish:
    """A playbook's file is deleted, and another one is written in its place."""

    instead: Book


@dataclass(frozen=True)
class Halt:
    """`touchline halt` or `touchline resume`, of everything (None) or of one playbook."""

    book: int | None
    on: bool


@dataclass(frozen=True)
class Policy:
    """One part of the policy is something else now; None: it is gone."""

    part: str
    value: Any


@dataclass(frozen=True)
class Ask:
    """A customer does not want to hear of a topic (empty: of anything), or asks for it."""

    key: int
    topic: str
    wants: bool


@dataclass(frozen=True)
class ByHand:
    """`touchline enroll` or `touchline leave`."""

    book: int
    key: int
    enters: bool


@dataclass(frozen=True)
class TaskDone:
    """Somebody did one of the open tasks."""

    number: int


@dataclass(frozen=True)
class Review:
    """One of the drafts that wait is approved, edited (and waits on) or dropped.

    What is approved may not be edited any more, nor what was edited be approved as it read before;
    and what somebody forges in the ledger waits again.
    """

    number: int
    verdict: str


@dataclass(frozen=True)
class Trouble:
    """What the mail server says from now on."""

    answer: str


Act = (
    Pass
    | Till
    | Admit
    | Change
    | Presence
    | Edit
    | Status
    | Vanish
    | Halt
    | Policy
    | Ask
    | ByHand
    | TaskDone
    | Review
    | Trouble
)


@dataclass(frozen=True)
class Book:
    """A playbook as it is first written; `head` is all but its name and steps."""

    head: dict[str, Any]
    steps: list[Step]


@dataclass(frozen=True)
class Year:
    """How a year begins, and what happens in it. `start` is in hours after New Year's Eve, UTC."""

    start: int
    books: tuple[Book, Book]
    policy: tuple[Policy, ...]
    acts: list[Act]
