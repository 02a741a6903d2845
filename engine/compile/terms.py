"""The terms of the core that hold nothing else of it: comparisons, links, and where rows are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.language.catalog import Kind
from engine.tables import ColumnRef

__all__ = [
    "TOUCH_AT",
    "TOUCH_OWN",
    "Awaited",
    "Children",
    "Comparison",
    "EdgeKind",
    "Enrollments",
    "History",
    "How",
    "Kept",
    "Links",
    "Part",
    "Stays",
    "Touches",
]

Links = tuple[str, ...]
"""The links to walk from the asking entity; none of them is the entity itself."""


class Comparison(StrEnum):
    """The six comparisons."""

    EQ = "="
    NE = "<>"
    LT = "<"
    GE = ">="
    GT = ">"
    LE = "<="

    @property
    def opposite(self) -> Comparison:
        """What holds of two present values exactly where this does not."""
        return _OPPOSITE[self]


_OPPOSITE = {
    Comparison.EQ: Comparison.NE,
    Comparison.NE: Comparison.EQ,
    Comparison.LT: Comparison.GE,
    Comparison.GE: Comparison.LT,
    Comparison.GT: Comparison.LE,
    Comparison.LE: Comparison.GT,
}


class How(StrEnum):
    """Where in a text another is looked for, literally."""

    ANYWHERE = "contains"
    START = "starts"
    END = "ends"
    MEMBER = "includes"
    """Among the members of a list of text."""


class EdgeKind(StrEnum):
    """Which event of several a property is taken of; of two at one time, the greater value."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A value that another statement finds first: where statements are shown and none is run."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Children:
    """Rows of `entity` whose column `link` holds the key of the entity at the set's `holder`."""

    entity: str
    link: str


@dataclass(frozen=True, slots=True)
class Touches:
    """The contact log as it concerns one entity: touches `since` (None: ever) until `until`."""

    entity: str
    channel: str | None
    playbook: str | None
    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Enrollments:
    """Enrollments in a playbook, by the ledger: open ones, or those that ended.

    `outcome` None is any; they ended `since` (None: ever) until `until`. Open is as of `until`.
    """

    entity: str
    playbook: str
    is_open: bool
    outcome: str | None
    since: datetime | None
    until: datetime


class Part(StrEnum):
    """Which records of a history are meant."""

    CHANGES = "changes"
    """Those that have another value than the record before."""
    BEGINNINGS = "beginnings"
    """The first of each row: from then on its history is known."""
    RECORDS = "records"
    """All of them."""


@dataclass(frozen=True, slots=True)
class History:
    """What the ledger recorded of a field: a part of it, `since` (None: ever) until `until`."""

    entity: str
    field: str
    kind: Kind
    part: Part
    since: datetime | None
    until: datetime

    @property
    def previous(self) -> ColumnRef:
        """The value before a change; missing as well where there was no record before."""
        return ColumnRef("previous", self.kind)

    @property
    def value(self) -> ColumnRef:
        """The value from a record on."""
        return ColumnRef("value", self.kind)


@dataclass(frozen=True, slots=True)
class Stays:
    """The stays of a playbook that are asked about, one a row: when each began.

    With a `step` it is when that was over, of the stays in which it is; with `became` or `outcome`
    of those in which it became so, whenever that was.
    """

    step: str = ""
    became: str | None = None
    outcome: str | None = None


Kept = Touches | Enrollments | History | Stays
"""Sets of which the ledger knows, and no source of the project."""

TOUCH_AT = ColumnRef("at", Kind.TIMESTAMP)
"""When a touch of the contact log was made, a field recorded, or a stay or a step of it began."""

TOUCH_OWN = "own_of"
"""The key of the asking entity that a touch is of the own enrollment of, if that is left out."""
