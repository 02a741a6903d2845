"""What conditions answer, read off the rows and the ledger. Language, section 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.year.house import House
from tests.year.record import Record, Stay, Touch

__all__ = ["WENT", "holds", "own_touches"]

WENT = {"sent", "unknown"}


def holds(house: House, record: Record, stay: Stay, condition: Mapping[str, Any]) -> bool:
    """Whether it holds of one inside, as things are now."""
    if "step" in condition:
        return _came_to(house, record, stay, condition)
    who = house.customers[int(stay.key)]
    return all(bool(who[name]) == wanted for name, wanted in condition.items())


def _came_to(house: House, record: Record, stay: Stay, asked: Mapping[str, Any]) -> bool:
    """What became of an earlier step: it went out, failed, was passed over or waits."""
    root = house.roots[asked["step"]]
    touches = [each for each in own_touches(house, record, stay, root) if not each.copy_of]
    tasks = [
        each
        for each in record.tasks
        if each.enrollment == stay.id and house.roots[each.step] == root
    ]
    if "outcome" in asked and all(each.outcome != asked["outcome"] for each in tasks):
        return False
    was_passed_over = any(
        row.enrollment == stay.id and house.roots[row.step] == root and row.became == "skipped"
        for row in record.passed
    )
    states = {each.state for each in touches}
    found = {
        "skipped": was_passed_over or (bool(states) and states == {"skipped"}),
        "sent": bool(states & WENT) and not was_passed_over,
        "failed": bool(states) and not states & WENT and states != {"skipped"},
        "done": any(each.state == "done" for each in tasks),
        "open": any(each.state == "open" for each in tasks),
    }
    return found[asked.get("is", "done")]


def own_touches(house: House, record: Record, stay: Stay, root: str) -> list[Touch]:
    """All that a step, whatever it is called by now, made for a stay."""
    return [each for each in record.touches_of(stay) if house.roots[each.step] == root]
