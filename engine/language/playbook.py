"""Declared segments, playbooks and steps. Language, section 5."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from enum import StrEnum

from engine.language.conditions import Condition
from engine.language.steps import Step
from engine.moments import Duration
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "Again",
    "CatchUp",
    "Entry",
    "Fuse",
    "Goal",
    "GoalLevel",
    "OnChange",
    "OpenTasks",
    "Playbook",
    "Schedule",
    "Segment",
    "Status",
]


class Status(StrEnum):
    """`draft` is validated and never run; `paused` keeps everyone where they stand."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"


class CatchUp(StrEnum):
    """What becomes of fires that were missed: the latest of them, or none."""

    LATEST = "latest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Segment:
    """A named segment, or the one that a playbook writes out.

    `declared` is the canonical JSON of what a named one says (`of` and `where`); of one that is
    written out, the playbook's says it. `lint_off` are rules of `lint` that are off for it.
    `of_place` is where the entity is named.
    """

    name: str
    of: str
    where: Condition
    declared: str = field(default="", compare=False)
    lint_off: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)
    of_place: Place = field(default=NOWHERE, compare=False)


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
    """Whether one who left may enter again; all that is said must hold.

    `after` counts from leaving, `times` are entries at most, `per` is a field that lets each of
    its values in once, and with `each`, a link, everyone of one parent counts together.
    """

    allowed: bool = False
    after: Duration | None = None
    per: str | None = None
    times: int | None = None
    each: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """Who of those who match enters. `existing_enter` False lets only newcomers in.

    `holdout` is the share (0 to 1) that gets nothing, for comparison.
    """

    again: Again = Again()
    existing_enter: bool = True
    per_run: int | None = None
    fuse: Fuse | None = None
    holdout: float = 0.0
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class GoalLevel:
    """A step towards a goal. It ends nothing: only how far people came is measured by it."""

    name: str
    when: Condition
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a playbook is to reach, counted where it is reached `within` a time from entry.

    It ends the enrollment unless `ends` is false. `levels` ascend towards it.
    """

    name: str
    when: Condition
    within: Duration | None = None
    ends: bool = True
    levels: tuple[GoalLevel, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


class OnChange(StrEnum):
    """What becomes of those inside when the playbook changes."""

    KEEP = "keep"
    MOVE = "move"
    EXIT = "exit"


class OpenTasks(StrEnum):
    """What becomes of a playbook's open tasks when an enrollment ends."""

    LEAVE = "leave"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Playbook:
    """Segment, schedule, entry, steps and exit, as declared.

    `segment` is the one written out, or the name of one. `declared` is the canonical JSON of what
    a version is made of on this page (segment, steps, exit, goal): its content, not its formatting.
    `formerly` are earlier names, whose history this playbook goes on with.
    `lint_off` are rules of `lint` that are off for it. `segment_place` is where a segment is named.
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
    goal: Goal | None = None
    on_change: OnChange = OnChange.KEEP
    open_tasks: OpenTasks = OpenTasks.LEAVE
    formerly: tuple[str, ...] = ()
    declared: str = ""
    lint_off: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)
    segment_place: Place = field(default=NOWHERE, compare=False)
