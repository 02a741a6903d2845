"""How far people came towards a goal: asked in the pass that asks the goal. Language, section 5."""

from __future__ import annotations

from collections.abc import Sequence

from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Enrollment
from engine.passes.gather import World

__all__ = ["highest_levels"]


def highest_levels(
    playbook: BoundPlaybook, enrollments: Sequence[Enrollment], facts: World
) -> dict[str, str]:
    """By key the highest level that holds, of those who came higher than is on record.

    The stays are within the goal's window, one of a customer. Levels are asked from the top: who
    is at one is not asked about those below, and of those who are past it already nobody is.
    """
    goal = playbook.goal
    found: dict[str, str] = {}
    if goal is None:
        return found
    for place, level in reversed(list(enumerate(goal.levels, 1))):
        below = [
            each
            for each in enrollments
            if each.key not in found and goal.place_of(each.level) < place
        ]
        if below:
            found |= dict.fromkeys(facts.holding(playbook, level.when, below), level.name)
    return found
