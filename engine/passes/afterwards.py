"""Ask goal and levels of those who have left while the window still runs. Language, section 5.

Without it the treated, who leave after the last step, were looked at for a shorter time than
those held out, who rest until the window ends; and no figure could compare the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Enrollment
from engine.ledger.afterwards import climbed_afterwards, over_and_aiming, reached_afterwards
from engine.ledger.erasure import erased_of
from engine.ledger.store import Ledger
from engine.passes.gather import World
from engine.passes.levels import highest_levels
from engine.passes.versions import Shelf

__all__ = ["look_after"]

_PAGE = 5_000  # stays read at a time: memory stays flat in their number
_BEGINNING = (datetime(1970, 1, 1, tzinfo=UTC), "")


def look_after(
    playbook: BoundPlaybook, versions: Shelf, facts: World, ledger: Ledger, *, as_of: datetime
) -> None:
    """Keep who reached the goal after leaving, and who came to a higher level.

    It moves nobody and sends nothing.
    """
    after = _BEGINNING
    while True:
        with ledger.read() as unit:
            page = over_and_aiming(unit, playbook.name, as_of, after=after, limit=_PAGE)
            erased = erased_of(unit, playbook.audience.entity.name) if page else frozenset[str]()
        kept = [each for each in page if each.key not in erased]
        for group in _alike(kept):
            _keep(group, versions, facts, ledger, as_of=as_of)
        if len(page) < _PAGE:
            return
        last = page[-1]
        assert last.goal_until is not None
        after = (last.goal_until, last.id)


def _keep(
    group: Sequence[Enrollment],
    versions: Shelf,
    facts: World,
    ledger: Ledger,
    *,
    as_of: datetime,
) -> None:
    playbook = versions.as_it_was(group[0].version)
    if playbook is None or playbook.goal is None:
        return
    if playbook.audience.entity.name != group[0].entity:
        return
    held = facts.holding(playbook, playbook.goal.when, group)
    reached = [each for each in group if each.key in held]
    levels = highest_levels(playbook, [each for each in group if each.key not in held], facts)
    climbed = [(each, levels[each.key]) for each in group if each.key in levels]
    if not reached and not climbed:
        return
    goal = playbook.goal.name
    with ledger.write() as unit:
        climbed_afterwards(unit, climbed, goal, at=as_of, actor="engine")
        reached_afterwards(unit, reached, goal, at=as_of, actor="engine")


def _alike(page: Sequence[Enrollment]) -> Iterator[Sequence[Enrollment]]:
    """Stays of one version, of one customer no more than one: each has a stay to ask."""
    groups: dict[tuple[str, int], list[Enrollment]] = {}
    for each in page:
        groups.setdefault((each.version, each.number), []).append(each)
    yield from groups.values()
