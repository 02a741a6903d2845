"""Bound tests: what is asked of one value, every literal with its type. Language, section 3."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from engine.bind.refs import FieldRef
from engine.moments import Duration, Moment
from engine.records import dataclass

__all__ = [
    "Anniversary",
    "BoundMoment",
    "BoundOperand",
    "BoundTest",
    "ChangedTest",
    "Clause",
    "DaysTest",
    "ListTest",
    "Literal",
    "MomentRange",
    "MomentTest",
    "Op",
    "SetTest",
    "TextTest",
    "UnchangedTest",
    "ValueTest",
]

Literal = str | int | float | bool | date | datetime


class Op(StrEnum):
    """The operators after binding; the words are the language's own."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    BEFORE = "before"
    AFTER = "after"
    SINCE = "since"
    UNTIL = "until"
    ON = "on"
    NOT_ON = "not_on"
    WITHIN = "within"
    IN_NEXT = "in_next"
    INCLUDES = "includes"
    INCLUDES_ANY = "includes_any"
    INCLUDES_ALL = "includes_all"


@dataclass(frozen=True, slots=True)
class BoundOperand:
    """Another field as the other side, value * multiplied_by + plus; its path is the asker's.

    With `at` it is the value that the history of the field has for that moment.
    """

    ref: FieldRef
    multiplied_by: float | None = None
    plus: float | None = None
    at: BoundMoment | None = None


@dataclass(frozen=True, slots=True)
class BoundMoment:
    """A moment with the field it hangs on, if it hangs on one (at most one can).

    With `at` it hangs on the value that the history of the field has for that other moment.
    """

    moment: Moment
    ref: FieldRef | None = None
    at: BoundMoment | None = None


@dataclass(frozen=True, slots=True)
class SetTest:
    """`set: true` or `set: false`."""

    present: bool


@dataclass(frozen=True, slots=True)
class ValueTest:
    """is, is_not, one_of, none_of and the four comparisons, of text, numbers and booleans.

    `values` has one element but for one_of and none_of. `between` was bound to two clauses.
    """

    op: Op
    values: tuple[Literal | BoundOperand, ...]
    ignore_case: bool = False

    def __eq__(self, other: object) -> bool:
        """1, 1.0 and true are three, and so are 0.0 and -0.0 two."""
        if not isinstance(other, ValueTest):
            return NotImplemented
        mine = (self.op, self.ignore_case, self.values, repr(self.values))
        return mine == (other.op, other.ignore_case, other.values, repr(other.values))

    def __hash__(self) -> int:
        return hash((self.op, self.values, self.ignore_case))


@dataclass(frozen=True, slots=True)
class TextTest:
    """contains, starts_with, ends_with: literal text or another text field."""

    op: Op
    value: str | BoundOperand
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class MomentTest:
    """before, after, since, until, on, not_on (`is_not`) a moment, of a date or timestamp.

    `one_of` and `none_of` have several `moments` with ops ON and NOT_ON.
    """

    op: Op
    moments: tuple[BoundMoment, ...]


@dataclass(frozen=True, slots=True)
class MomentRange:
    """`within: D` (op WITHIN, the past) or `in_next: D` (op IN_NEXT)."""

    op: Op
    duration: Duration


@dataclass(frozen=True, slots=True)
class DaysTest:
    """`days_ago` (sign -1) or `days_from_now` (sign 1): whole calendar days, then a test of it."""

    sign: int
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Anniversary:
    """`anniversary: {in_next: D}`: never the day itself; 29 February's is the 28th elsewhere."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class ListTest:
    """includes, includes_any, includes_all: texts that a list has, or text fields of the asker.

    `values` has one element for includes. A missing other side makes it false, as of any operator.
    """

    op: Op
    values: tuple[str | BoundOperand, ...]


@dataclass(frozen=True, slots=True)
class ChangedTest:
    """`changed`: the history of a field has a change `within` so long ago.

    `from_test` and `to_test` are of the two values; None takes any, a missing one as well.
    """

    ref: FieldRef
    within: Duration
    from_test: BoundTest | None = None
    to_test: BoundTest | None = None


@dataclass(frozen=True, slots=True)
class UnchangedTest:
    """`unchanged_for`: the history of a field reaches back so far, and has no change since."""

    ref: FieldRef
    duration: Duration


Clause = (
    SetTest
    | ValueTest
    | TextTest
    | ListTest
    | MomentTest
    | MomentRange
    | DaysTest
    | Anniversary
    | ChangedTest
    | UnchangedTest
)


@dataclass(frozen=True, slots=True)
class BoundTest:
    """Clauses that must all pass."""

    clauses: tuple[Clause, ...]
