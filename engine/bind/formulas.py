"""Bound formulas: what gives a computed field its value. Language, section 2.

Names in a formula are those of the entity that declares the field. A formula never holds another
one: fields inside are references, and the way along them is free of rings and of bounded depth.
"""

from __future__ import annotations

from engine.bind.conditions import BoundDid, BoundMoment, BoundTest, Condition, FigureKind
from engine.bind.refs import FieldRef
from engine.language.formulas import MissingPart
from engine.records import dataclass

__all__ = [
    "Band",
    "ChildrenFigure",
    "Confidence",
    "DaysBetween",
    "Difference",
    "EdgeEvent",
    "EventsFigure",
    "Formula",
    "Labels",
    "Level",
    "LinkedChildren",
    "ListedChildren",
    "ListedEvents",
    "MissingPart",
    "PickedChild",
    "Ratio",
    "Score",
    "ScorePart",
]


@dataclass(frozen=True, slots=True)
class EventsFigure:
    """A figure of events: times, days or distinct (0 of none), sum (0 of none), average and so on.

    `events` is not negated and asks no figure: it says whose events, window and `where`.
    `property` is empty for times and for days, weeks and months.
    """

    figure: FigureKind
    property: str
    events: BoundDid


@dataclass(frozen=True, slots=True)
class EdgeEvent:
    """The time of the first or the `last` of some events, or that event's `property`.

    Of two at the same time it is the greater value.
    """

    last: bool
    property: str
    events: BoundDid


@dataclass(frozen=True, slots=True)
class ListedEvents:
    """The values of a property of events, sorted, at most so many (None: all)."""

    property: str
    events: BoundDid
    at_most: int | None


@dataclass(frozen=True, slots=True)
class LinkedChildren:
    """Rows of `entity` whose `link` holds the key of the declaring entity, as far as they count.

    Paths in `condition` start at the child; None counts all of them.
    """

    entity: str
    link: str
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class ChildrenFigure:
    """A figure of children: times (`of` None), or distinct, sum, average, … of a field of theirs.

    `of` is seen from the child. Of no children the counts and the sum are 0, the others missing.
    """

    figure: FigureKind
    of: FieldRef | None
    children: LinkedChildren


@dataclass(frozen=True, slots=True)
class ListedChildren:
    """The values of a field of children, sorted, at most so many (None: all)."""

    of: FieldRef
    children: LinkedChildren
    at_most: int | None


@dataclass(frozen=True, slots=True)
class PickedChild:
    """A field of one child: of that with the highest (or lowest) `by`, of several the lowest key.

    Children whose `by` or `email` is missing do not count. All are seen from the child.
    """

    of: FieldRef
    children: LinkedChildren
    by: FieldRef
    highest: bool
    email: FieldRef


@dataclass(frozen=True, slots=True)
class Ratio:
    """A / B as a number; missing where B is 0 or either is missing."""

    numerator: FieldRef
    denominator: FieldRef


@dataclass(frozen=True, slots=True)
class Difference:
    """A - B as a number; missing where either is."""

    first: FieldRef
    second: FieldRef


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """Calendar days from the day of one moment to the day of another."""

    first: BoundMoment
    last: BoundMoment


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A number scaled linearly, 0 at `worst` and 100 at `best` (never equal), and clamped."""

    name: str
    ref: FieldRef
    weight: float
    worst: float
    best: float


@dataclass(frozen=True, slots=True)
class Score:
    """The weighted mean of the parts, 0 to 100; missing where all of them are, also with worst."""

    parts: tuple[ScorePart, ...]
    missing: MissingPart


@dataclass(frozen=True, slots=True)
class Confidence:
    """The weights of those parts of a score that are there, by all: 0 to 1, never missing."""

    parts: tuple[ScorePart, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """The name of the first band whose test holds of the field; a missing field has none.

    A test without clauses holds of every value.
    """

    ref: FieldRef
    bands: tuple[tuple[str, BoundTest], ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """The names whose condition holds, in the order in which they are declared."""

    labels: tuple[tuple[str, Condition], ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The place, from 1, of the last level whose condition holds; 0 where none does, never missing.

    What holds of a lower level is not asked of a higher one.
    """

    levels: tuple[tuple[str, Condition], ...]


Formula = (
    EventsFigure
    | EdgeEvent
    | ListedEvents
    | ChildrenFigure
    | ListedChildren
    | PickedChild
    | Ratio
    | Difference
    | DaysBetween
    | Score
    | Confidence
    | Band
    | Labels
    | Level
)
