"""Bound playbooks: the audience, the steps and the way between them. Language, section 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from zoneinfo import ZoneInfo

from engine.bind.acts import BoundStep, conditions_of, denied_of, every_step, parts_of
from engine.bind.catalog import EntityRef, FieldRef
from engine.bind.conditions import Condition
from engine.language.playbook import Entry, OnChange, OpenTasks, Schedule, Status
from engine.moments import Duration
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = ["Audience", "BoundGoal", "BoundLevel", "BoundPlaybook", "Route", "route_of"]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked for: the entity, the condition, and the zone whose calendar days count."""

    name: str
    entity: EntityRef
    condition: Condition
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class BoundLevel:
    """A step towards a goal, which only measures."""

    name: str
    when: Condition


@dataclass(frozen=True, slots=True)
class BoundGoal:
    """What a playbook is to reach, `within` a time from entry; it ends the stay if it `ends`.

    `levels` ascend towards it; they count in the goal's window, and only there.
    """

    name: str
    when: Condition
    within: Duration | None
    ends: bool
    levels: tuple[BoundLevel, ...] = ()

    def place_of(self, level: str) -> int:
        """The place of a level, from 1; 0 of none, and of one that the goal does not have."""
        names = [each.name for each in self.levels]
        return names.index(level) + 1 if level in names else 0

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What is asked of people until they have reached it, and how far they came."""
        return (self.when, *(each.when for each in self.levels))


@dataclass(frozen=True, slots=True)
class Route:
    """The way through the steps: all of them by their ids, and what follows each.

    What follows the last step of a branch is what follows the branch; None is the end.
    """

    steps: Mapping[str, BoundStep]
    following: Mapping[str, str | None]


def route_of(steps: Sequence[BoundStep]) -> Route:
    """The way through steps whose ids are different."""
    following: dict[str, str | None] = {}
    _follow(steps, None, following)
    return Route({step.id: step for step in every_step(steps)}, following)


def _follow(
    steps: Sequence[BoundStep], after: str | None, following: dict[str, str | None]
) -> None:
    followers: list[str | None] = [*(each.id for each in steps[1:]), after]
    for step, follower in zip(steps, followers, strict=False):  # no step, no follower
        following[step.id] = follower
        for part in parts_of(step):
            _follow(part, follower, following)


@dataclass(frozen=True, slots=True)
class BoundPlaybook:
    """A playbook that can be carried out.

    `zone` is the schedule's, else the project's. `version` is the SHA-256 (hex) of what a version
    is made of: segment with named ones expanded, steps, templates, exit and goal, as declared.
    `per` is the field and `each` the link (as the field that holds the parent's key) of
    `entry.again`. `route` is made of the steps. `identity` is what digests of it go by, so that a
    renamed playbook keeps its holdout and its touches: the oldest of its names, unless said.
    `later` is of an older version: by the ids of its steps those that they have had since.
    """

    name: str
    audience: Audience
    steps: tuple[BoundStep, ...]
    zone: ZoneInfo
    version: str
    exit_when: Condition | None = None
    goal: BoundGoal | None = None
    entry: Entry = Entry()
    per: FieldRef | None = None
    each: FieldRef | None = None
    schedule: Schedule | None = None
    status: Status = Status.ACTIVE
    priority: int = 0
    owner: str = ""
    description: str = ""
    on_change: OnChange = OnChange.KEEP
    open_tasks: OpenTasks = OpenTasks.LEAVE
    formerly: tuple[str, ...] = ()
    identity: str = ""
    later: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    place: Place = field(default=NOWHERE, compare=False)
    route: Route = field(init=False, repr=False, compare=False)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All that the playbook ever asks: segment, exit, goal, and what its steps ask."""
        asked = [self.audience.condition, self.exit_when]
        asked += self.goal.conditions if self.goal else ()
        asked += [each for step in every_step(self.steps) for each in conditions_of(step)]
        return tuple(each for each in asked if each is not None)

    @property
    def denied(self) -> tuple[tuple[str, Condition], ...]:
        """The conditions that let people stay, wait or get more where they do not hold, named."""
        found: list[tuple[str, Condition]] = []
        found += [("exit_when", self.exit_when)] if self.exit_when is not None else []
        found += [("the goal", self.goal.when)] if self.goal is not None else []
        for step in every_step(self.steps):
            found += [(f"{name} of the step {step.id}", each) for name, each in denied_of(step)]
        return tuple(found)

    def ids_of(self, step: BoundStep) -> tuple[str, ...]:
        """Every id that a step has, had, or has by now."""
        return tuple(dict.fromkeys((step.id, *step.formerly, *self.later.get(step.id, ()))))

    def __post_init__(self) -> None:
        object.__setattr__(self, "route", route_of(self.steps))
        if not self.identity:
            object.__setattr__(self, "identity", self.formerly[0] if self.formerly else self.name)
