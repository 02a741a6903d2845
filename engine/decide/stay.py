"""How a stay in a playbook begins and ends. Pure. Language, section 5."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

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

__all__ = ["Newcomer", "Standing", "counts_for_goal", "enter", "is_held_out", "leave", "look_at"]


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


def enter(playbook: BoundPlaybook, one: Newcomer, as_of: datetime, clock: Clock) -> Entered:
    """One enters, and stands at the first step; who is held out rests, and gets nothing."""
    held_out = is_held_out(playbook, one.key)
    until = _window_end(playbook.goal, as_of, clock)
    return Entered(
        Enrollment(
            id=enrollment_id(playbook.identity, one.key, one.number),
            playbook=playbook.name,
            entity=playbook.audience.entity.name,
            key=one.key,
            number=one.number,
            version=playbook.version,
            step="" if held_out else playbook.steps[0].id,
            phase=Phase.RESTING if held_out else Phase.READY,
            entered_at=as_of,
            since=as_of,
            waits_until=until if held_out else None,
            holdout=held_out,
            per=one.per,
            each=one.each,
            goal_until=until,
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
