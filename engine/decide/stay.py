"""How a stay in a playbook begins and ends. Pure. Language, section 5."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.bind.acts import BoundWait
from engine.bind.playbook import BoundGoal, BoundPlaybook
from engine.decide.facts import (
    Climbed,
    Decision,
    Enrollment,
    Entered,
    Left,
    Outcome,
    Phase,
    Reached,
    enrollment_ids,
    share_of,
)
from engine.decide.waits import Clock
from engine.moments import Duration

__all__ = [
    "Cohort",
    "Newcomer",
    "Newcomers",
    "Standing",
    "Start",
    "counts_for_goal",
    "enter",
    "enter_together",
    "held_out_of",
    "is_held_out",
    "leave",
    "look_at",
    "start_of",
]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One who enters: for the `number`th time (from 1), counted by `per` and `each`."""

    key: str
    number: int
    per: str = ""
    each: str = ""


def is_held_out(playbook: BoundPlaybook, key: str) -> bool:
    """Whether a key is in the holdout: a larger share contains the smaller."""
    share = playbook.entry.holdout
    return share > 0 and share_of("holdout", playbook.identity, key) < share


def held_out_of(playbook: BoundPlaybook, keys: Sequence[str]) -> frozenset[str]:
    """Those of some keys that are in the holdout."""
    if not playbook.entry.holdout:
        return frozenset()
    return frozenset(key for key in keys if is_held_out(playbook, key))


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Many who enter at once, in columns: what a `Newcomer` says of one, at its place in each."""

    keys: Sequence[str]
    numbers: Sequence[int]
    per: Sequence[str]
    each: Sequence[str]

    def among(self, places: Collection[int]) -> Newcomers:
        """Those at some places."""
        return Newcomers(
            keys=[self.keys[place] for place in places],
            numbers=[self.numbers[place] for place in places],
            per=[self.per[place] for place in places],
            each=[self.each[place] for place in places],
        )

    def between(self, first: int, end: int) -> Newcomers:
        """Those from one place up to another."""
        some = slice(first, end)
        return Newcomers(self.keys[some], self.numbers[some], self.per[some], self.each[some])


@dataclass(frozen=True, slots=True)
class Cohort:
    """Some who enter alike: each stands as `model` does, but for its id and what `who` says."""

    model: Enrollment
    ids: Sequence[str]
    who: Newcomers

    def among(self, places: Collection[int], model: Enrollment) -> Cohort:
        """Those at some places, who stand as another model does."""
        who = self.who.among(places)
        return Cohort(model, [self.ids[place] for place in places], who)

    def entered(self) -> Iterator[Entered]:
        """The same as a decision for each of them."""
        columns = (self.ids, self.who.keys, self.who.numbers, self.who.per, self.who.each)
        for of, key, number, per, each in zip(*columns, strict=True):
            yield Entered(replace(self.model, id=of, key=key, number=number, per=per, each=each))


@dataclass(frozen=True, slots=True)
class Start:
    """Where everyone stands who enters a playbook at one instant: those treated, and the others.

    Both are enrollments without id and key.
    """

    playbook: BoundPlaybook
    treated: Enrollment
    held_out: Enrollment


def start_of(playbook: BoundPlaybook, as_of: datetime, clock: Clock) -> Start:
    """At the first step: a wait of some time that nothing hangs on has begun by that."""
    first = playbook.steps[0]
    goal_until = _window_end(playbook.goal, as_of, clock)
    ready = Enrollment(
        id="",
        playbook=playbook.name,
        entity=playbook.audience.entity.name,
        key="",
        number=1,
        version=playbook.version,
        step=first.id,
        phase=Phase.READY,
        entered_at=as_of,
        since=as_of,
        goal_until=goal_until,
    )
    hangs = first.only_if is not None or first.hold_while is not None
    if isinstance(first, BoundWait) and isinstance(first.wait, Duration) and not hangs:
        ready = replace(ready, phase=Phase.WAITING, waits_until=clock.later(as_of, first.wait))
    held_out = replace(ready, step="", phase=Phase.RESTING, waits_until=goal_until, holdout=True)
    return Start(playbook, ready, held_out)


def enter(start: Start, one: Newcomer) -> Entered:
    """One enters; who is held out rests, and gets nothing."""
    alone = Newcomers([one.key], [one.number], [one.per], [one.each])
    [cohort] = enter_together(start, alone, held_out_of(start.playbook, alone.keys))
    [entered] = cohort.entered()
    return entered


def enter_together(
    start: Start, who: Newcomers, held_out: Collection[str], *, first: int = 0
) -> list[Cohort]:
    """Many enter: those treated, then those of them that are `held_out`.

    `first` is how many entered before them at this very instant.
    """
    identity, at = start.playbook.identity, start.treated.entered_at
    ids = enrollment_ids(identity, who.keys, who.numbers, at=at, first=first)
    everyone = Cohort(start.treated, ids, who)
    apart = {place for place, key in enumerate(who.keys) if key in held_out} if held_out else set()
    if not apart:
        return [everyone]
    treated = [place for place in range(len(ids)) if place not in apart]
    parts = ((start.treated, treated), (start.held_out, sorted(apart)))
    return [everyone.among(places, model) for model, places in parts if places]


def _window_end(goal: BoundGoal | None, entered_at: datetime, clock: Clock) -> datetime | None:
    return clock.later(entered_at, goal.within) if goal and goal.within else None


def leave(enrollment: Enrollment, reason: str) -> Left:
    """An enrollment ends because of a gate: `exit_when`, or `gone` from the source."""
    outcome = Outcome.HOLDOUT if enrollment.holdout else Outcome.EXITED
    return Left(enrollment, outcome, reason)


def counts_for_goal(enrollment: Enrollment, as_of: datetime) -> bool:
    """Whether the goal is still to be asked of one: within its window, and not reached before."""
    is_late = enrollment.goal_until is not None and as_of > enrollment.goal_until
    return enrollment.goal_at is None and not is_late


@dataclass(frozen=True, slots=True)
class Standing:
    """What a pass has learnt of one who is inside: whether goal and exit hold, and presence.

    `level` is the highest of the goal's levels that holds, where it is above the one on record.
    """

    goal: bool = False
    exit: bool = False
    present: bool = True
    level: str = ""


def look_at(
    playbook: BoundPlaybook, enrollment: Enrollment, now: Standing, as_of: datetime
) -> tuple[Decision, ...]:
    """What a pass decides of one inside: the goal first, then exit, then the holdout's end.

    A level is kept whatever else becomes of one.
    """
    if not now.present:
        return (leave(enrollment, "gone"),)
    if now.goal and playbook.goal is not None:
        reached = replace(enrollment, goal_at=as_of)
        told = Reached(enrollment, reached, playbook.goal.name)
        if not (playbook.goal.ends or now.exit):
            return (told,)
        outcome = Outcome.HOLDOUT if enrollment.holdout else Outcome.GOAL
        return (told, Left(reached, outcome, playbook.goal.name))
    one, climbed = _climbed(playbook, enrollment, now)
    if now.exit:
        return (*climbed, leave(one, "exit_when"))
    over = one.waits_until is not None and one.waits_until <= as_of
    if one.phase is Phase.RESTING and over:
        return (*climbed, leave(one, "window"))
    return climbed


def _climbed(
    playbook: BoundPlaybook, enrollment: Enrollment, now: Standing
) -> tuple[Enrollment, tuple[Decision, ...]]:
    if playbook.goal is None or not now.level:
        return enrollment, ()
    after = replace(enrollment, level=now.level)
    return after, (Climbed(enrollment, after, playbook.goal.name),)
