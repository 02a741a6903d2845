"""Declared steps of playbooks. Language, section 5.

What every step may bear stands in each of them, so that a step is one flat value: `id`, `only_if`,
`hold_while`, `formerly` (its earlier ids) and its `place`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import time
from enum import StrEnum

from engine.language.conditions import Condition, Scalar
from engine.moments import Duration, Moment
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "Added",
    "AfterHold",
    "Branch",
    "Digest",
    "EmailStep",
    "EnrollStep",
    "ExitStep",
    "Hold",
    "IfStep",
    "OnFailure",
    "Persons",
    "SplitStep",
    "Step",
    "TaskKind",
    "TaskStep",
    "UntilMoment",
    "UntilWeekday",
    "UpdateStep",
    "WaitForStep",
    "WaitStep",
    "WebhookStep",
    "conditions_of",
    "every_step",
    "parts_of",
]

Persons = tuple[str | tuple[str, ...], ...]
"""Roles and addresses as written; a nested tuple means the first of them that is set."""


class OnFailure(StrEnum):
    """Where an enrollment goes after a touch that ended in anything but sent or unknown."""

    CONTINUE = "continue"
    EXIT = "exit"


class TaskKind(StrEnum):
    """What a task asks of a person; call, email and meeting count as contact once done."""

    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    OTHER = "other"


class AfterHold(StrEnum):
    """What becomes of a step that was held for as long as it may be."""

    SKIP = "skip"
    GO = "go"


@dataclass(frozen=True, slots=True)
class Hold:
    """`hold_while`: a step stands still while `when` holds, `at_most` so long."""

    when: Condition
    at_most: Duration
    then: AfterHold
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Digest:
    """What is due for the same person is gathered, and goes out as one when `schedule` fires.

    Of several in `by` it is for the first that is set.
    """

    by: str | tuple[str, ...]
    schedule: str
    place: Place = field(default=NOWHERE, compare=False)


# ---------------------------------------------------------------- touches


@dataclass(frozen=True, slots=True)
class EmailStep:
    """One message a recipient; `thread` is the id of the earlier mail that it answers."""

    id: str
    template: str
    to: Persons = ()
    cc: Persons = ()
    sender: Persons = ()
    reply_to: Persons = ()
    values: Mapping[str, object] = field(default_factory=dict)
    topic: str | None = None
    via: str | None = None
    one_copy: bool = True
    thread: str | None = None
    approve: Persons = ()
    digest: Digest | None = None
    only_if: Condition | None = None
    hold_while: Hold | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TaskStep:
    """A piece of work for a person; `title` and `notes` are templates.

    `outcomes` are those that it may be done with (none: any), and it closes itself when
    `close_when` holds.
    """

    id: str
    title: str
    kind: TaskKind = TaskKind.OTHER
    assign: Persons = ()
    due: Duration | None = None
    notes: str = ""
    urgency: str = ""
    outcomes: tuple[str, ...] = ()
    close_when: Condition | None = None
    digest: Digest | None = None
    only_if: Condition | None = None
    hold_while: Hold | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class WebhookStep:
    """One signed HTTP request; texts inside `body` and `headers` are templates."""

    id: str
    channel: str
    body: object = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    digest: Digest | None = None
    only_if: Condition | None = None
    hold_while: Hold | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Added:
    """`{add: N}`: what is added to a stored number."""

    amount: int | float


@dataclass(frozen=True, slots=True)
class UpdateStep:
    """Writes fields of a row back through its connector: a value, or a number to add.

    A text is a template. The row is the enrolled entity's own, or that of a linked parent.
    """

    id: str
    entity: str
    values: tuple[tuple[str, Scalar | Added], ...]
    only_if: Condition | None = None
    hold_while: Hold | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


# ---------------------------------------------------------------- time


@dataclass(frozen=True, slots=True)
class UntilMoment:
    """`{until: M}`: until a moment, of a whole day until it begins."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class UntilWeekday:
    """`{weekday: monday, at: "09:00"}`: until that local time of the next such day; 0 is Monday."""

    weekday: int
    at: time


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Stands still for a time, or until one."""

    id: str
    wait: Duration | UntilMoment | UntilWeekday
    only_if: Condition | None = None
    hold_while: Hold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class WaitForStep:
    """Stands still until `condition` holds (then `then`), at most so long (then `otherwise`)."""

    id: str
    condition: Condition
    at_most: Duration
    then: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()
    only_if: Condition | None = None
    hold_while: Hold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


# ---------------------------------------------------------------- branches and ends


@dataclass(frozen=True, slots=True)
class IfStep:
    """A branch, decided when it is reached."""

    id: str
    condition: Condition
    then: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()
    only_if: Condition | None = None
    hold_while: Hold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of a split, for a share (0 to 1) of those who come to it."""

    name: str
    share: float
    steps: tuple[Step, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SplitStep:
    """A stable random branch; the shares add to 1."""

    id: str
    branches: tuple[Branch, ...]
    only_if: Condition | None = None
    hold_while: Hold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class EnrollStep:
    """Starts another playbook for the same entity."""

    id: str
    playbook: str
    only_if: Condition | None = None
    hold_while: Hold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ExitStep:
    """Leaves the playbook, for a reason."""

    id: str
    reason: str
    only_if: Condition | None = None
    hold_while: Hold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


Step = (
    EmailStep
    | TaskStep
    | WebhookStep
    | UpdateStep
    | WaitStep
    | WaitForStep
    | IfStep
    | SplitStep
    | EnrollStep
    | ExitStep
)


def parts_of(step: Step) -> tuple[tuple[Step, ...], ...]:
    """The lists of steps inside a step: none, but of a branch."""
    match step:
        case IfStep() | WaitForStep():
            return (step.then, step.otherwise)
        case SplitStep():
            return tuple(branch.steps for branch in step.branches)
        case _:
            return ()


def every_step(steps: Iterable[Step]) -> Iterator[Step]:
    """All steps with those inside them, as they stand on the page."""
    for step in steps:
        yield step
        for part in parts_of(step):
            yield from every_step(part)


def conditions_of(step: Step) -> tuple[Condition, ...]:
    """The conditions that a step itself asks, not those of steps inside it."""
    asked = [step.only_if, step.hold_while.when if step.hold_while else None]
    match step:
        case IfStep() | WaitForStep():
            asked.append(step.condition)
        case TaskStep():
            asked.append(step.close_when)
        case _:
            pass
    return tuple(each for each in asked if each is not None)
