"""Declared conditions: exactly what a file says, names still text. Language, section 3."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "All",
    "Anyone",
    "Became",
    "Change",
    "Changed",
    "Condition",
    "Contacted",
    "Did",
    "Everyone",
    "FieldTest",
    "FinishedPlaybook",
    "Followed",
    "Has",
    "InPlaybook",
    "InSegment",
    "Negation",
    "Nobody",
    "OfParent",
    "Operand",
    "Operator",
    "Rank",
    "Scalar",
    "StepBecame",
    "Test",
    "Window",
]

Scalar = str | int | float | bool
"""A literal as YAML gave it: `50%`, dates and timestamps are still text."""


@dataclass(frozen=True, slots=True)
class Operand:
    """The other side of an operator: another field, scaled and shifted.

    With `at`, a moment as text, it is the value that the field of a history had then.
    """

    path: str
    multiplied_by: float | None = None
    plus: float | None = None
    at: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """`changed`: a field of a history went from one value to another; None is any value."""

    within: str
    from_value: Scalar | Operand | None = None
    to_value: Scalar | Operand | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of a test, by its word: `at_least: 3`.

    `value` is a scalar, a tuple of scalars (`one_of`, `between`), an `Operand`, a tuple with
    operands in it (`between`), a nested `Test` (`days_ago`, `anniversary`), or a `Changed`.
    """

    word: str
    value: Scalar | Operand | tuple[Scalar | Operand, ...] | Test | Changed
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Test:
    """Operators that must all pass. A bare value was read as `is`, a list as `one_of`."""

    operators: tuple[Operator, ...]
    ignore_case: bool = False
    place: Place = field(default=NOWHERE, compare=False)

    __test__ = False  # not a test of ours, whatever pytest makes of the name


@dataclass(frozen=True, slots=True)
class Window:
    """When events count; texts are durations and moments, both bounds included."""

    within: str | None = None
    since: str | None = None
    until: str | None = None
    between: tuple[str, str] | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Anyone:
    """`any`: at least one part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Nobody:
    """`none`: no part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """`not`: the part does not hold."""

    part: Condition
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Everyone:
    """Always."""

    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InSegment:
    """The entity is in a named segment; `self` is the playbook's own."""

    name: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FieldTest:
    """A field, a parent's field or a role passes a test."""

    path: str
    test: Test
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OfParent:
    """`{LINK: C}`: the condition holds of the linked parent."""

    link: str
    condition: Condition
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """`change`: the durations as text; `against` is as long as `over` unless said."""

    over: str
    by: Test
    against: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Followed:
    """`followed_by` or (negated) `not_followed_by` an event, at most `within` later."""

    event: str
    within: str
    negated: bool = False
    where: tuple[tuple[str, Test], ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Did:
    """`did` or (negated) `did_not` an event.

    `event` is a name, or a path through a link (`account.logged_in`) or to children
    (`user.logged_in`). `figures` are the tests asked of the events that pass window and `where`:
    (`times` | `days` | `weeks` | `months`, "", test) or (`distinct` | `sum` | `average` |
    `highest` | `lowest`, property, test). None asked, nor `change` or `followed`, means
    `times: {at_least: 1}`.
    """

    event: str
    negated: bool = False
    where: tuple[tuple[str, Test], ...] = ()
    window: Window = Window()
    figures: tuple[tuple[str, str, Test], ...] = ()
    change: Change | None = None
    followed: tuple[Followed, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Has:
    """`has` or (negated) `has_no` children: rows of an entity that link here, by `through`."""

    entity: str
    negated: bool = False
    where: Condition | None = None
    times: Test | None = None
    through: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Rank:
    """`top` (highest) or `bottom` by a field: a share (0 to 1) of all that have it, or a count."""

    by: str
    highest: bool
    share: float | None = None
    count: int | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Contacted:
    """`contacted` or (negated) `not_contacted`."""

    negated: bool = False
    window: Window = Window()
    channel: str | None = None
    playbook: str | None = None
    times: Test | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InPlaybook:
    """`in_playbook`: an open enrollment there."""

    name: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FinishedPlaybook:
    """`finished_playbook`: it left that playbook, with this outcome, at most so long ago."""

    name: str
    outcome: str | None = None
    within: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


class Became(StrEnum):
    """What a step can have become."""

    OPEN = "open"
    DONE = "done"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepBecame:
    """`step`: what became of a step of the own playbook; None is whatever it became."""

    step: str
    became: Became | None = None
    outcome: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


Condition = (
    All
    | Anyone
    | Nobody
    | Negation
    | Everyone
    | InSegment
    | FieldTest
    | OfParent
    | Did
    | Has
    | Rank
    | Contacted
    | InPlaybook
    | FinishedPlaybook
    | StepBecame
)
