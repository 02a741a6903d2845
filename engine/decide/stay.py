"""How a stay in a playbook begins and ends. Pure. Language, section 5."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from engine.bind.acts import BoundWait
from engine.bind.playbook import BoundGoal, BoundPlaybook
from engine.decide.facts import (
    Decision,
    Enrollment,
    Entered,
    Left,
    Outcome,
    Phase,
    Reached,
    enrollment_id,
    share_of,
)
from engine.decide.waits import Clock
from engine.moments import Duration

__all__ = [
    "Newcomer",
    "Standing",
    "Start",
    "counts_for_goal",
    "enter",
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


@dataclass(frozen=True, slots=True)
class Start:
    """Where everyone stands who enters a playbook at one instant: those treated, and the others."""

    playbook: BoundPlaybook
    as_of: datetime
    phase: Phase
    waits_until: datetime | None
    goal_until: datetime | None


def start_of(playbook: BoundPlaybook, as_of: datetime, clock: Clock) -> Start:
    """At the first step: a wait of some time that nothing hangs on has begun by that."""
    first = playbook.steps[0]
    goal_until = _window_end(playbook.goal, as_of, clock)
    hangs = first.only_if is not None or first.hold_while is not None
    if isinstance(first, BoundWait) and isinstance(first.wait, Duration) and not hangs:
        until = clock.later(as_of, first.wait)
        return Start(playbook, as_of, Phase.WAITING, until, goal_until)
    return Start(playbook, as_of, Phase.READY, None, goal_until)


def enter(start: Start, one: Newcomer) -> Entered:
    """One enters; who is held out rests, and gets nothing."""
    playbook = start.playbook
    held_out = is_held_out(playbook, one.key)
    return Entered(
        Enrollment(
            id=enrollment_id(playbook.identity, one.key, one.number),
            playbook=playbook.name,
            entity=playbook.audience.entity.name,
            key=one.key,
            number=one.number,
            version=playbook.version,
            step="" if held_out else playbook.steps[0].id,
            phase=Phase.RESTING if held_out else start.phase,
            entered_at=start.as_of,
            since=start.as_of,
            waits_until=start.goal_until if held_out else start.waits_until,
            holdout=held_out,
            per=one.per,
            each=one.each,
            goal_until=start.goal_until,
        )
    )


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
    """What a pass has learnt of one who is inside: whether goal and exit hold, and presence."""

    goal: bool = False
    exit: bool = False
    present: bool = True


def look_at(
    playbook: BoundPlaybook, enrollment: Enrollment, now: Standing, as_of: datetime
) -> tuple[Decision, ...]:
    """What a pass decides of one inside: the goal first, then exit, then the holdout's end."""
    if not now.present:
        return (leave(enrollment, "gone"),)
    if now.goal and playbook.goal is not None:
        reached = replace(enrollment, goal_at=as_of)
        told = Reached(enrollment, reached, playbook.goal.name)
        if not (playbook.goal.ends or now.exit):
            return (told,)
        outcome = Outcome.HOLDOUT if enrollment.holdout else Outcome.GOAL
        return (told, Left(reached, outcome, playbook.goal.name))
    if now.exit:
        return (leave(enrollment, "exit_when"),)
    over = enrollment.waits_until is not None and enrollment.waits_until <= as_of
    if enrollment.phase is Phase.RESTING and over:
        return (leave(enrollment, "window"),)
    return ()
