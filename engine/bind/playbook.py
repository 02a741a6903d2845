"""Bound playbooks: steps, persons and channels looked up, conditions bound. Language, section 5.

What is still a template (titles, notes, bodies) stays text here: `messages/` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from engine.bind.catalog import EntityRef, FieldRef
from engine.bind.conditions import Condition
from engine.language.playbook import Entry, OnFailure, Schedule, Status, TaskKind
from engine.language.project import Template
from engine.moments import Duration, Unit
from engine.places import NOWHERE, Place

__all__ = [
    "MAX_LATENESS",
    "TASK_CHANNEL",
    "Audience",
    "BoundEmail",
    "BoundExit",
    "BoundPlaybook",
    "BoundStep",
    "BoundTask",
    "BoundWait",
    "BoundWebhook",
    "FixedPerson",
    "PersonRef",
    "Persons",
    "RolePerson",
    "Slot",
]

MAX_LATENESS = Duration(3, Unit.DAY)
"""How late a touch may still go out, where its step does not say."""

TASK_CHANNEL = "task"
"""The name that the built-in inbox bears among channels; no declared channel has it."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked for: the entity, the condition, and the zone whose calendar days count."""

    name: str
    entity: EntityRef
    condition: Condition
    zone: ZoneInfo


# ---------------------------------------------------------------- persons


@dataclass(frozen=True, slots=True)
class RolePerson:
    """A person found in the data: a role or contact of the entity that `links` lead to.

    `role` is empty for a contact. The fields are seen from the playbook's entity, so their paths
    are what `audience.rows` gives values by. `is_team` says a colleague: no caps, no
    unsubscribing. `text` is the reference as written.
    """

    text: str
    links: tuple[str, ...]
    entity: str
    role: str
    email: FieldRef
    name: FieldRef | None = None
    timezone: FieldRef | None = None
    locale: FieldRef | None = None
    is_team: bool = False

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """All fields that must be read to know this person."""
        parts = (self.email, self.name, self.timezone, self.locale)
        return tuple(part for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class FixedPerson:
    """`house.NAME`, a channel's `from` or an address written out; `name` may be empty.

    `is_team` is true of people of the house; an address written out is treated as a customer's.
    """

    text: str
    name: str
    email: str
    is_team: bool = False


PersonRef = RolePerson | FixedPerson

Slot = tuple[PersonRef, ...]
"""Alternatives in order: the first that has an address is the one; empty where none is named."""

Persons = tuple[Slot, ...]
"""Several persons, a slot each; a recipient's place in `to` is the position of its slot."""


# ---------------------------------------------------------------- steps


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
    variants: Mapping[str, Template] = field(default_factory=dict, hash=False)
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    topic: str = "general"
    one_copy: bool = True
    only_if: Condition | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration = MAX_LATENESS
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
    only_if: Condition | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration = MAX_LATENESS
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundWebhook:
    """One signed HTTP request over `channel`; texts inside `body` and `headers` are templates."""

    id: str
    channel: str
    body: object = field(default=None, hash=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    only_if: Condition | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration = MAX_LATENESS
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundWait:
    """Stands still for a duration."""

    id: str
    duration: Duration
    only_if: Condition | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BoundExit:
    """Leaves the playbook, for a reason."""

    id: str
    reason: str
    only_if: Condition | None = None
    place: Place = field(default=NOWHERE, compare=False)


BoundStep = BoundEmail | BoundTask | BoundWebhook | BoundWait | BoundExit


@dataclass(frozen=True, slots=True)
class BoundPlaybook:
    """A playbook that can be carried out.

    `zone` is the schedule's, else the project's. `version` is the SHA-256 (hex) of what a version
    is made of: segment with named ones expanded, steps, templates and exit, as declared.
    """

    name: str
    audience: Audience
    steps: tuple[BoundStep, ...]
    zone: ZoneInfo
    version: str
    exit_when: Condition | None = None
    entry: Entry = Entry()
    schedule: Schedule | None = None
    status: Status = Status.ACTIVE
    priority: int = 0
    owner: str = ""
    description: str = ""
    place: Place = field(default=NOWHERE, compare=False)
