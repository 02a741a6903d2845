"""Those inside an older version of a playbook that changed: moved, let go, or told of.

What becomes of whom is decided in `decide/changes.py`; here it is asked and recorded in bulk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.bind.playbook import BoundPlaybook
from engine.decide.changes import Becomes, carried_over, fate_of
from engine.decide.stay import leave
from engine.decide.waits import Clock
from engine.language.playbook import OnChange
from engine.ledger.counts import insiders
from engine.ledger.store import Unit
from engine.passes.journal import Journal

__all__ = ["CHANGED", "Inside", "let_leave", "move_over", "older_versions"]

CHANGED = "changed"
"""The reason of those who leave because their playbook says something else now."""


def move_over(journal: Journal, current: BoundPlaybook, clock: Clock, as_of: datetime) -> None:
    """With `on_change: move`, those inside older versions go on with this one, as far as it goes.

    It comes before anything else of a pass, so that the goal and the exit of the new version are
    asked of them.
    """
    if current.on_change is not OnChange.MOVE:
        return
    for page in journal.outdated(current.version):
        found = (carried_over(current, each, as_of=as_of, clock=clock) for each in page)
        moved = [each for each in found if each is not None]
        if moved:
            journal.record(moved)


def let_leave(journal: Journal, current: BoundPlaybook) -> int:
    """With `on_change: exit`, those inside older versions leave; how many."""
    if current.on_change is not OnChange.EXIT:
        return 0
    number = 0
    for page in journal.outdated(current.version):
        if page:
            journal.record([leave(each, CHANGED) for each in page])
        number += len(page)
    return number


@dataclass(frozen=True, slots=True)
class Inside:
    """How many stand at one step of an older version, and what becomes of them.

    `to` is the step at which they go on, empty where they do not; the step is empty for those who
    are held out.
    """

    step: str
    people: int
    version: str
    becomes: Becomes
    to: str


def older_versions(
    unit: Unit,
    current: BoundPlaybook,
    as_it_was: Callable[[str], BoundPlaybook | None],
) -> tuple[Inside, ...]:
    """What becomes of those inside older versions, by version and step."""
    found = []
    for each in insiders(unit, current.name):
        if each.version != current.version:
            binds = as_it_was(each.version) is not None
            fate = fate_of(current, each.entity, each.step, binds=binds)
            found.append(Inside(each.step, each.people, each.version, fate.becomes, fate.to))
    return tuple(found)
