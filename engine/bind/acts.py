"""Bound steps: templates, channels, persons and playbooks looked up, conditions bound.

Language, section 5. What is still a template (titles, notes, bodies) stays text here: `messages/`
reads it. What every step may bear stands in each, as in the declared ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from engine.bind.catalog import EntityRef, FieldRef
from engine.bind.conditions import BoundMoment, Condition
from engine.bind.people import Persons, Slot
from engine.language.conditions import Scalar
from engine.language.project import Template
from engine.language.steps import Added, AfterHold, OnFailure, TaskKind, UntilWeekday
from engine.moments import Duration, Moment, Unit
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "ADDING",
    "MAX_LATENESS",
    "SETTING",
    "TASK_CHANNEL",
    "UPDATE_CHANNEL",
    "BoundBranch",
    "BoundDigest",
    "BoundEmail",
    "BoundEnroll",
    "BoundExit",
    "BoundHold",
    "BoundIf",
    "BoundSplit",
    "BoundStep",
    "BoundTask",
    "BoundUpdate",
    "BoundWait",
    "BoundWaitFor",
    "BoundWebhook",
    "Written",
    "branches_on",
    "conditions_of",
    "denied_of",
    "digest_of",
    "every_step",
    "origin_of",
    "parts_of",
    "waits_on",
]

MAX_LATENESS = Duration(3, Unit.DAY)
"""How late a touch may still go out, where its step does not say."""

TASK_CHANNEL = "task"
"""The name that the built-in inbox bears among channels; no declared channel has it."""

UPDATE_CHANNEL = "update"
"""The name that writing back bears among channels; no declared channel has it."""

SETTING, ADDING = "SET", "ADD"
"""The methods of updates: a value that was set may be set again, a number is added once."""

Written = Scalar | Added | Moment
"""What an update makes of a field."""


@dataclass(frozen=True, slots=True)
class BoundHold:
    """A step stands still while `when` holds, `at_most` so long from when it was reached."""

    when: Condition
    at_most: Duration
    then: AfterHold


@dataclass(frozen=True, slots=True)
class BoundDigest:
    """What is due for the first of `by` that is set is gathered until the cron `schedule` fires."""

    by: Slot
    schedule: str


@dataclass(frozen=True, slots=True)
class BoundEmail:
    """One message a recipient, from the first of `sender` that is set.

    `template` is the default one, `variants` those of other locales by locale. `topic` is the
    step's, else the template's, else `general`. `reply_to` is empty where the step names nobody.
    """

    id: str
    template: Template
    channel: str
    to: Persons
    sender: Slot
    reply_to: Slot = ()
    cc: Persons = ()
    variants: Mapping[str, Template] = field(default_factory=dict, hash=False)
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    topic: str = "general"
    one_copy: bool = True
    thread: str | None = None
    approve: Slot = ()
    digest: BoundDigest | None = None
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration = MAX_LATENESS
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundTask:
    """A piece of work; `title` and `notes` are templates.

    Where `assign` is empty the task is for whoever takes it from the inbox.
    """

    id: str
    title: str
    kind: TaskKind = TaskKind.OTHER
    assign: Slot = ()
    due: Duration | None = None
    notes: str = ""
    urgency: str = ""
    channel: str = TASK_CHANNEL
    outcomes: tuple[str, ...] = ()
    close_when: Condition | None = None
    digest: BoundDigest | None = None
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration = MAX_LATENESS
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundWebhook:
    """One signed HTTP request over `channel`; texts inside `body` and `headers` are templates."""

    id: str
    channel: str
    body: object = field(default=None, hash=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    digest: BoundDigest | None = None
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration = MAX_LATENESS
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundUpdate:
    """Writes columns of one row of `entity`, to which `links` lead from the enrolled one.

    `values` are fields with what they become: a text is a template, a moment is told when the
    touch is made, an `Added` is added.
    """

    id: str
    entity: EntityRef
    links: tuple[str, ...]
    values: tuple[tuple[FieldRef, Written], ...]
    channel: str = UPDATE_CHANNEL
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration = MAX_LATENESS
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundWait:
    """Stands still for a duration, until a moment (seen from the entity), or for a weekday."""

    id: str
    wait: Duration | BoundMoment | UntilWeekday
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundWaitFor:
    """Stands still until a condition holds (then `then`), at most so long (then `otherwise`)."""

    id: str
    condition: Condition
    at_most: Duration
    then: tuple[BoundStep, ...] = ()
    otherwise: tuple[BoundStep, ...] = ()
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundIf:
    """A branch, decided when it is reached."""

    id: str
    condition: Condition
    then: tuple[BoundStep, ...] = ()
    otherwise: tuple[BoundStep, ...] = ()
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundBranch:
    """One way of a split, for a share (0 to 1) of those who come to it."""

    name: str
    share: float
    steps: tuple[BoundStep, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundSplit:
    """A stable random branch."""

    id: str
    branches: tuple[BoundBranch, ...]
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundEnroll:
    """Starts another playbook for the same entity."""

    id: str
    playbook: str
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundExit:
    """Leaves the playbook, for a reason."""

    id: str
    reason: str
    only_if: Condition | None = None
    hold_while: BoundHold | None = None
    formerly: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


BoundStep = (
    BoundEmail
    | BoundTask
    | BoundWebhook
    | BoundUpdate
    | BoundWait
    | BoundWaitFor
    | BoundIf
    | BoundSplit
    | BoundEnroll
    | BoundExit
)


def parts_of(step: BoundStep) -> tuple[tuple[BoundStep, ...], ...]:
    """The lists of steps inside a step: none, but of a branch."""
    match step:
        case BoundIf() | BoundWaitFor():
            return (step.then, step.otherwise)
        case BoundSplit():
            return tuple(branch.steps for branch in step.branches)
        case _:
            return ()


def origin_of(step: BoundStep) -> str:
    """The id that a step began with, which digests go by: its oldest earlier one, else its own."""
    return step.formerly[0] if step.formerly else step.id


def digest_of(step: BoundStep) -> BoundDigest | None:
    """How the touches of a step are gathered; None where each goes out by itself."""
    return step.digest if isinstance(step, BoundEmail | BoundTask | BoundWebhook) else None


def every_step(steps: Iterable[BoundStep]) -> Iterator[BoundStep]:
    """All steps with those inside them, as they stand on the page."""
    for step in steps:
        yield step
        for part in parts_of(step):
            yield from every_step(part)


def branches_on(step: BoundStep) -> Condition | None:
    """What decides which way a step goes on; None where there is one way."""
    return step.condition if isinstance(step, BoundIf | BoundWaitFor) else None


def waits_on(step: BoundStep) -> tuple[FieldRef, ...]:
    """The field that the moment of a wait hangs on, if it hangs on one."""
    if isinstance(step, BoundWait) and isinstance(step.wait, BoundMoment) and step.wait.ref:
        return (step.wait.ref,)
    return ()


def conditions_of(step: BoundStep) -> tuple[Condition, ...]:
    """The conditions that a step itself asks, not those of steps inside it."""
    asked = [step.only_if, step.hold_while.when if step.hold_while else None]
    match step:
        case BoundIf() | BoundWaitFor():
            asked.append(step.condition)
        case BoundTask():
            asked.append(step.close_when)
        case _:
            pass
    return tuple(each for each in asked if each is not None)


def denied_of(step: BoundStep) -> tuple[tuple[str, Condition], ...]:
    """Those of its conditions that it goes another way by where they do not hold, with their words.

    A step is passed over, goes out in spite of a hold, or takes `else`, as a task stays open.
    """
    held = step.hold_while.when if step.hold_while else None
    asked = [("only_if", step.only_if), ("hold_while", held)]
    match step:
        case BoundIf():
            asked.append(("if", step.condition))
        case BoundWaitFor():
            asked.append(("wait_for", step.condition))
        case BoundTask():
            asked.append(("close_when", step.close_when))
        case _:
            pass
    return tuple((name, each) for name, each in asked if each is not None)
