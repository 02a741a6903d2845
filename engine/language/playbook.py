"""Declared segments, playbooks and steps. Language, section 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from engine.language.conditions import Condition
from engine.moments import Duration
from engine.places import NOWHERE, Place

__all__ = [
    "Again",
    "CatchUp",
    "EmailStep",
    "Entry",
    "ExitStep",
    "Fuse",
    "OnFailure",
    "Persons",
    "Playbook",
    "Schedule",
    "Segment",
    "Status",
    "Step",
    "TaskKind",
    "TaskStep",
    "WaitStep",
    "WebhookStep",
]

Persons = tuple[str | tuple[str, ...], ...]
"""Roles and addresses as written; a nested tuple means the first of them that is set."""


class Status(StrEnum):
    """`draft` is validated and never run; `paused` keeps everyone where they stand."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"


class CatchUp(StrEnum):
    """What becomes of fires that were missed: the latest of them, or none."""

    LATEST = "latest"
    NONE = "none"


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


@dataclass(frozen=True, slots=True)
class Segment:
    """A named segment, or the one that a playbook writes out.

    `declared` is the canonical JSON of what a named one says (`of` and `where`); of one that is
    written out, the playbook's says it.
    """

    name: str
    of: str
    where: Condition
    declared: str = field(default="", compare=False)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a playbook fires: five cron fields, in `timezone` or else the project's."""

    cron: str
    timezone: str | None = None
    starts: date | None = None
    ends: date | None = None
    catch_up: CatchUp = CatchUp.LATEST
    max_lateness: Duration | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Fuse:
    """The run is held where more would enter: a number, or a share (0 to 1) of the population."""

    matched: int | None = None
    share: float | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Again:
    """Whether one who left may enter again: never, always, or `after` a time since leaving."""

    allowed: bool = False
    after: Duration | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Who of those who match enters. `existing_enter` False lets only newcomers in."""

    again: Again = Again()
    existing_enter: bool = True
    per_run: int | None = None
    fuse: Fuse | None = None


@dataclass(frozen=True, slots=True)
class EmailStep:
    """One message a recipient."""

    id: str
    template: str
    to: Persons = ()
    sender: Persons = ()
    reply_to: Persons = ()
    values: Mapping[str, object] = field(default_factory=dict)
    topic: str | None = None
    via: str | None = None
    one_copy: bool = True
    only_if: Condition | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TaskStep:
    """A piece of work for a person; `title` and `notes` are templates."""

    id: str
    title: str
    kind: TaskKind = TaskKind.OTHER
    assign: Persons = ()
    due: Duration | None = None
    notes: str = ""
    urgency: str = ""
    only_if: Condition | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class WebhookStep:
    """One signed HTTP request; texts inside `body` and `headers` are templates."""

    id: str
    channel: str
    body: object = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    only_if: Condition | None = None
    on_failure: OnFailure = OnFailure.CONTINUE
    max_lateness: Duration | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Stands still for a duration."""

    id: str
    duration: Duration
    only_if: Condition | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ExitStep:
    """Leaves the playbook, for a reason."""

    id: str
    reason: str
    only_if: Condition | None = None
    place: Place = field(default=NOWHERE, compare=False)


Step = EmailStep | TaskStep | WebhookStep | WaitStep | ExitStep


@dataclass(frozen=True, slots=True)
class Playbook:
    """Segment, schedule, entry, steps and exit, as declared.

    `segment` is the one written out, or the name of one. `declared` is the canonical JSON of what
    a version is made of on this page (segment, steps, exit): its content, not its formatting.
    """

    name: str
    segment: Segment | str
    steps: tuple[Step, ...]
    description: str = ""
    owner: str = ""
    status: Status = Status.ACTIVE
    schedule: Schedule | None = None
    priority: int = 0
    entry: Entry = Entry()
    exit_when: Condition | None = None
    declared: str = ""
    place: Place = field(default=NOWHERE, compare=False)
