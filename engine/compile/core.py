"""The core: what conditions become. A dozen small values and predicates, two-valued by shape.

A predicate never gives *unknown*: each leaf that compares carries `if_missing`, what it gives
where either side is missing, and `complement` spells its opposite out. So no SQL `NOT` ever
stands over something that may be NULL. Every path is seen from the one asking entity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from engine.bind.catalog import EventRef, FieldRef
from engine.bind.conditions import FigureKind, Literal
from engine.bind.formulas import MissingPart
from engine.compile.terms import (
    TOUCH_AT,
    TOUCH_OWN,
    Awaited,
    Children,
    Comparison,
    EdgeKind,
    Enrollments,
    History,
    How,
    Kept,
    Links,
    Part,
    Touches,
)
from engine.language.catalog import Kind
from engine.moments import Duration
from engine.tables import ColumnRef

__all__ = [
    "TOUCH_AT",
    "TOUCH_OWN",
    "After",
    "All",
    "Always",
    "Among",
    "Awaited",
    "Change",
    "ChildFigure",
    "Children",
    "Chosen",
    "Compare",
    "Comparison",
    "Constant",
    "DayStart",
    "DaysBetween",
    "Difference",
    "EdgeKind",
    "Either",
    "Enrollments",
    "Events",
    "Field",
    "Figure",
    "Followed",
    "Gathered",
    "Happened",
    "History",
    "How",
    "IsSet",
    "Kept",
    "Key",
    "Labels",
    "Links",
    "Listed",
    "LocalDate",
    "Lower",
    "Match",
    "MonthDay",
    "Node",
    "Part",
    "Picked",
    "Predicate",
    "Property",
    "Rank",
    "Ranked",
    "Ratio",
    "Scaled",
    "Score",
    "Shifted",
    "Tallied",
    "Total",
    "Touches",
    "Value",
    "YearOf",
]

# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Constant:
    """A value known before any row is read; `kind` keeps 1, 1.0 and true apart."""

    value: Literal
    kind: Kind


@dataclass(frozen=True, slots=True)
class Field:
    """A stored field of the asking entity or, by its links, of a parent."""

    ref: FieldRef


@dataclass(frozen=True, slots=True)
class Key:
    """The key of the entity at `links`; missing where there is no such row."""

    links: Links
    kind: Kind


@dataclass(frozen=True, slots=True)
class Property:
    """A column of the event (or touch) in whose set this stands."""

    column: ColumnRef


@dataclass(frozen=True, slots=True)
class Lower:
    """A text in Unicode lower case, code point by code point."""

    of: Value


@dataclass(frozen=True, slots=True)
class Scaled:
    """`of` * multiplied_by + plus, rounded to 9 places; NaN and infinity are missing."""

    of: Value
    multiplied_by: float
    plus: float


@dataclass(frozen=True, slots=True)
class LocalDate:
    """The calendar day of an instant in the asking zone."""

    of: Value


@dataclass(frozen=True, slots=True)
class DayStart:
    """The first instant of the local day `later` days after a date."""

    of: Value
    later: int = 0


@dataclass(frozen=True, slots=True)
class Shifted:
    """A date moved by days or longer (months clamp), or an instant by minutes or hours."""

    of: Value
    duration: Duration
    sign: int


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """Calendar days from one date to another, negative where that comes first."""

    first: Value
    last: Value


@dataclass(frozen=True, slots=True)
class YearOf:
    """The year of a date."""

    of: Value


@dataclass(frozen=True, slots=True)
class MonthDay:
    """The month and day of a date as month * 100 + day."""

    of: Value


@dataclass(frozen=True, slots=True)
class Events:
    """Events of the entity at `holder`, or of its `children` together, as far as they count.

    `counting` says the window and the tests of properties; it never holds of an event whose time
    is missing or later than `as_of`.
    """

    source: EventRef | Kept
    holder: Links
    children: Children | None
    counting: Predicate


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of events, of a property but for counts; without events a sum is 0 as they are."""

    kind: FigureKind | EdgeKind
    events: Events
    of: ColumnRef | None = None


@dataclass(frozen=True, slots=True)
class Tallied:
    """A figure that is found for everyone at once, and stands in a column of its own."""

    figure: Figure


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of counts."""

    parts: tuple[Figure | Tallied, ...]


@dataclass(frozen=True, slots=True)
class ChildFigure:
    """A figure of the rows of `entity` whose `link` holds a key, as far as `such` holds of them.

    `such` and `of` are seen from the child, so that this is no node: nothing walks into it.
    """

    kind: FigureKind
    entity: str
    link: str
    such: Predicate
    of: Value | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """A figure of the children of the row at `holder`; without children counts and sums are 0."""

    holder: Links
    figure: ChildFigure


@dataclass(frozen=True, slots=True)
class Chosen:
    """The value beside the first of some conditions that holds; missing where none does."""

    conditions: tuple[Predicate, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One number divided by another; missing where that is 0."""

    numerator: Value
    denominator: Value


@dataclass(frozen=True, slots=True)
class Difference:
    """One number less another."""

    first: Value
    second: Value


@dataclass(frozen=True, slots=True)
class Change:
    """How much a number a day differs from that of an earlier time, relative to that."""

    recent: Value
    earlier: Value
    recent_days: int
    earlier_days: int


@dataclass(frozen=True, slots=True)
class Score:
    """The weighted mean, 0 to 100, of numbers scaled from their worst (0) to their best (100).

    A number that is missing is left out, or counts as the worst; where all are, so is the score.
    """

    parts: tuple[Value, ...]
    weights: tuple[float, ...]
    worst: tuple[float, ...]
    best: tuple[float, ...]
    missing: MissingPart


@dataclass(frozen=True, slots=True)
class Labels:
    """A list of the names whose condition holds, in their order."""

    names: tuple[str, ...]
    conditions: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The different values, ascending and at most so many (None: all), of events or of children.

    Of events they are of a property `of`; of children, the `of` of the figure says.
    """

    source: Events | Gathered
    of: ColumnRef | None
    at_most: int | None


@dataclass(frozen=True, slots=True)
class Picked:
    """The `of` of the one child with the highest (or lowest) `by`, of several the lowest key.

    `source` says the children that count; like a list, it is never asked of a store as it is.
    """

    source: Gathered
    by: Value
    highest: bool


@dataclass(frozen=True, slots=True)
class After:
    """A column of the event that follows the one in whose set this stands."""

    column: ColumnRef


Value = (
    Constant
    | Awaited
    | Field
    | Key
    | Property
    | Lower
    | Scaled
    | LocalDate
    | DayStart
    | Shifted
    | DaysBetween
    | YearOf
    | MonthDay
    | Figure
    | Tallied
    | Total
    | Gathered
    | Chosen
    | Ratio
    | Difference
    | Change
    | Score
    | Labels
    | Listed
    | Picked
    | After
)


# ---------------------------------------------------------------- predicates


@dataclass(frozen=True, slots=True)
class Always:
    """Holds of everyone, or of nobody."""

    holds: bool


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class IsSet:
    """A value is there (or, with `present` false, is missing)."""

    value: Value
    present: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two values; `if_missing` where either is missing."""

    op: Comparison
    left: Value
    right: Value
    if_missing: bool = False


@dataclass(frozen=True, slots=True)
class Among:
    """A value is one of some constants (or, with `inside` false, none of them)."""

    value: Value
    options: tuple[Constant, ...]
    inside: bool = True
    if_missing: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A text has another in it (or, with `holds` false, has not), both taken literally."""

    how: How
    text: Value
    part: Value
    holds: bool = True
    if_missing: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """There is at least one such event (or, with `holds` false, none)."""

    events: Events
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Followed:
    """An event is followed (or, with `holds` false, is not) by one of the same row.

    That is strictly later than `at`, at most `within` after, and `counting` holds of it.
    """

    at: Property
    source: EventRef
    within: timedelta
    counting: Predicate
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Rank:
    """The first rows of all of `entity` that have the value `by`, which is seen from there.

    Either so many or a share of them, rounded up; equals of the last are in. It is no node.
    """

    entity: str
    by: Value
    highest: bool
    count: int | None
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A value is within a rank (or, with `holds` false, is not)."""

    value: Value
    rank: Rank
    holds: bool = True


Predicate = Always | All | Either | IsSet | Compare | Among | Match | Happened | Followed | Ranked

Node = Value | Predicate | Events
