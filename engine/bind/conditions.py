"""Bound conditions: no string that names a thing survives, every literal has its type.

Sugar is still there (`none`, `did_not`, `not_contacted`): `compile/lower.py` takes it away.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from engine.bind.clauses import (
    Anniversary,
    BoundMoment,
    BoundOperand,
    BoundTest,
    ChangedTest,
    Clause,
    DaysTest,
    ListTest,
    Literal,
    MomentRange,
    MomentTest,
    Op,
    SetTest,
    TextTest,
    UnchangedTest,
    ValueTest,
)
from engine.bind.refs import EventRef, FieldRef
from engine.language.conditions import Became
from engine.moments import Duration
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "Anniversary",
    "BoundAll",
    "BoundAny",
    "BoundContacted",
    "BoundDid",
    "BoundEveryone",
    "BoundField",
    "BoundFinished",
    "BoundHas",
    "BoundInPlaybook",
    "BoundMoment",
    "BoundNone",
    "BoundNot",
    "BoundOperand",
    "BoundParent",
    "BoundRank",
    "BoundRole",
    "BoundSegment",
    "BoundStepBecame",
    "BoundTest",
    "Change",
    "ChangedTest",
    "Clause",
    "Condition",
    "DaysTest",
    "Ended",
    "Figure",
    "FigureKind",
    "Followed",
    "ListTest",
    "Literal",
    "MomentRange",
    "MomentTest",
    "Op",
    "SetTest",
    "TextTest",
    "UnchangedTest",
    "ValueTest",
    "Window",
]


@dataclass(frozen=True, slots=True)
class Window:
    """When events count: both bounds included. `within` excludes the others; all None is ever."""

    within: Duration | None = None
    since: BoundMoment | None = None
    until: BoundMoment | None = None


class FigureKind(StrEnum):
    """What is asked of the events that are left."""

    TIMES = "times"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    DISTINCT = "distinct"
    SUM = "sum"
    AVERAGE = "average"
    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the events and the test it must pass; `property` is empty for the first four."""

    kind: FigureKind
    property: str
    test: BoundTest


@dataclass(frozen=True, slots=True)
class Change:
    """The relative change of the number of events a day, and the test that it must pass.

    The last `over` ends at the start of today; `against` stands right before it. Both are in days
    or longer. Missing where the earlier window has no events. The set has no window of its own.
    """

    over: Duration
    against: Duration
    test: BoundTest


@dataclass(frozen=True, slots=True)
class Followed:
    """One of the events has (negated: has none) a successor strictly later, at most `within` after.

    `event` is of the same row as the event it follows: of the very same child or parent. `within`
    is exact, in weeks at most. Negated, the time must be over: at + within <= as_of. Operands in
    `where` are seen from the asking entity.
    """

    event: EventRef
    negated: bool
    within: Duration
    where: tuple[tuple[str, BoundTest], ...] = ()


@dataclass(frozen=True, slots=True)
class BoundAll:
    """Every part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundAny:
    """At least one part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundNone:
    """No part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundNot:
    """The part does not hold."""

    part: Condition
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundEveryone:
    """Always."""

    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundSegment:
    """The entity is in a named segment: its condition stands inside, for explain to show."""

    name: str
    condition: Condition
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field (its own or, by `ref.links`, a parent's) passes a test.

    Operands and moments inside are seen from the same entity that `ref.links` starts at.
    """

    ref: FieldRef
    test: BoundTest
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundRole:
    """`{ROLE: {set: …}}`: somebody with an address has that role (of the entity at `links`)."""

    links: tuple[str, ...]
    entity: str
    role: str
    email: FieldRef
    present: bool
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundParent:
    """The condition holds of the linked parent, whose names it uses: paths inside start there."""

    link: str
    entity: str
    condition: Condition
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundDid:
    """`did` or (negated) `did_not`.

    `through` is empty for the entity's own events; a link's name for the parent's; and with
    `child_link` set, `through` is the child entity whose `child_link` holds this entity's key.
    Moments in the window are seen from the asking entity; `where` tests are of the event's
    properties and their moments and operands too are seen from the asking entity.
    With `change` or `followed`, `figures` may be empty; else one asks for at least one event.
    """

    event: EventRef
    negated: bool
    window: Window
    where: tuple[tuple[str, BoundTest], ...] = ()
    figures: tuple[Figure, ...] = ()
    through: str = ""
    child_link: str = ""
    change: Change | None = None
    followed: tuple[Followed, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundHas:
    """`has` or (negated) `has_no`: so many rows of `entity` link here by `link` and satisfy it.

    Paths in `condition` start at the child; None takes all of them. Operands in `times` are seen
    from the asking entity; it is at least 1 unless said.
    """

    entity: str
    link: str
    negated: bool
    condition: Condition | None
    times: BoundTest
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundRank:
    """`top` (highest) or `bottom`: among so many, or such a share, of all rows of `entity`.

    Only rows that have the value count, and of a share (0 to 1) the number is rounded up; equals
    at the edge are all in. Either `share` or `count` is set.
    """

    entity: str
    highest: bool
    ref: FieldRef
    share: float | None = None
    count: int | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundInPlaybook:
    """It has an open enrollment in that playbook; holdouts have none."""

    entity: str
    playbook: str
    place: Place = field(default=NOWHERE, compare=False)


class Ended(StrEnum):
    """The outcomes that `finished_playbook` can ask for."""

    GOAL = "goal"
    COMPLETED = "completed"
    EXITED = "exited"
    HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class BoundFinished:
    """It left that playbook: with `outcome` (None: any), `within` so long ago (None: ever)."""

    entity: str
    playbook: str
    outcome: Ended | None = None
    within: Duration | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundStepBecame:
    """What became of a step in the asking entity's own stay: `became`, `outcome`, None is any."""

    step: str
    became: Became | None = None
    outcome: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundContacted:
    """`contacted` or (negated) `not_contacted`: touches of the ledger, tasks done, and `events`.

    `events` are the entity's own events that count as contact. `times` is at least 1 unless said.
    """

    entity: str
    negated: bool
    window: Window
    events: tuple[EventRef, ...]
    channel: str | None
    playbook: str | None
    times: BoundTest
    place: Place = field(default=NOWHERE, compare=False)


Condition = (
    BoundAll
    | BoundAny
    | BoundNone
    | BoundNot
    | BoundEveryone
    | BoundSegment
    | BoundField
    | BoundRole
    | BoundParent
    | BoundDid
    | BoundHas
    | BoundRank
    | BoundContacted
    | BoundInPlaybook
    | BoundFinished
    | BoundStepBecame
)
