"""Close the open tasks whose `close_when` holds by now. Language, section 5.

A task is often the last step: the stay that asked for it may have ended long ago. It goes on with
the version of that stay; where that no longer binds, and where the customer is gone, it stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.bind.acts import BoundTask
from engine.ledger.closing import ClosingTask
from engine.passes.gather import World
from engine.passes.journal import Journal
from engine.passes.versions import Shelf

__all__ = ["close_moot"]


def close_moot(journal: Journal, versions: Shelf, facts: World) -> int:
    """Close what nobody needs to do any more; how many. Without such tasks no source is read."""
    number = 0
    for page in journal.closing():
        for group in _alike(page):
            moot = _moot(group, versions, facts)
            number += journal.close(moot) if moot else 0
    return number


def _moot(group: Sequence[ClosingTask], versions: Shelf, facts: World) -> Sequence[ClosingTask]:
    playbook = versions.as_it_was(group[0].enrollment.version)
    step = playbook.route.steps.get(group[0].step) if playbook else None
    if playbook is None or not isinstance(step, BoundTask) or step.close_when is None:
        return ()
    if playbook.audience.entity.name != group[0].enrollment.entity:
        return ()
    held = facts.holding(playbook, step.close_when, [task.enrollment for task in group])
    return [task for task in group if task.enrollment.key in held]


def _alike(page: Sequence[ClosingTask]) -> Iterator[Sequence[ClosingTask]]:
    """Tasks of one version and step, of one customer no more than one: each has a stay to ask."""
    groups: dict[tuple[str, str, int], list[ClosingTask]] = {}
    earlier: dict[tuple[str, str, str], int] = {}
    for task in page:
        version = task.enrollment.version
        mine = (version, task.step, task.enrollment.key)
        earlier[mine] = earlier.get(mine, -1) + 1
        groups.setdefault((version, task.step, earlier[mine]), []).append(task)
    yield from groups.values()
