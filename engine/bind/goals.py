"""Binding goals: what is to be reached, and the levels on the way. Language, section 5."""

from __future__ import annotations

from engine.bind.filters import bind_condition
from engine.bind.findings import Findings, wrong
from engine.bind.names import Scope
from engine.bind.playbook import BoundGoal, BoundLevel
from engine.language.playbook import Goal, GoalLevel

__all__ = ["bind_goal"]


def bind_goal(goal: Goal | None, scope: Scope) -> BoundGoal | None:
    """The goal of a playbook, where it has one.

    Raises:
        Invalid: a condition does not fit the catalog, or a level asks what the goal or another
            level asks.
    """
    if goal is None:
        return None
    with Findings() as found:
        when = found.attempt(lambda: bind_condition(goal.when, scope))
        levels = found.each(goal.levels, lambda level: _level(level, scope))
    bound = BoundGoal(goal.name, when, goal.within, goal.ends, levels)
    with Findings() as found:
        found.each(goal.levels, lambda level: _check_apart(level, bound))
    return bound


def _level(level: GoalLevel, scope: Scope) -> BoundLevel:
    return BoundLevel(level.name, bind_condition(level.when, scope))


def _check_apart(level: GoalLevel, goal: BoundGoal) -> None:
    """A level that asks what is asked further up is never anybody's highest."""
    place = goal.place_of(level.name)
    asked, above = goal.levels[place - 1].when, goal.levels[place:]
    same = [f"the level `{each.name}`" for each in above if each.when == asked]
    same += [f"the goal `{goal.name}`"] if goal.when == asked else []
    if same:
        raise wrong(
            level.place,
            "level-asks-the-same",
            f"the level `{level.name}` asks the same as {same[0]}, so nobody is ever at it",
            hint="let levels ascend towards the goal, each asking less than the next",
        )
