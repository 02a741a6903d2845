"""Move everyone who is due as far as they get now: exits first, then step by step.

The decisions are those of `decide/`; this module only asks for facts in bulk, a page of
enrollments at a time, and hands what was decided to the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from engine.bind.conditions import BoundEveryone, Condition
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Decision, Enrollment, Left, Phase
from engine.decide.journey import decide, settled, wait_is_over, watch
from engine.decide.stay import Standing, counts_for_goal, leave, look_at
from engine.ledger.due import DueEnrollment
from engine.passes.crowds import to_look_at
from engine.passes.digests import gather
from engine.passes.gather import World
from engine.passes.journal import Journal
from engine.passes.levels import highest_levels
from engine.passes.versions import Shelf

__all__ = ["Exits", "advance", "exits", "watch_all"]

_EVERYONE = BoundEveryone()


@dataclass(frozen=True, slots=True)
class Exits:
    """How many left, and the versions of those who could not be asked: they no longer bind."""

    left: int
    unbound: frozenset[str]


def exits(journal: Journal, versions: Shelf, facts: World, as_of: datetime) -> Exits:
    """Ask goal and `exit_when` of everyone inside, during waits too, and who is still there.

    Presence is asked of those whose touches may go out any moment; of the others it is a gate
    before their next step, and they are not even read where neither goal nor exit is asked. Where
    they are many, only those are read for whom one of these holds.
    """
    number = 0
    inside = journal.versions()
    unbound = {each for each in inside if versions(each) is None}
    asking = [each for each in inside if _asks_always(versions.asked_of(each))]
    for page in chain(journal.stirring(), to_look_at(journal, asking, versions, facts)):
        groups = _by_version(page)
        found = [told for each in groups for told in _looked_at(each, versions, facts, as_of)]
        if found:
            journal.record(found)
        number += sum(isinstance(each, Left) for each in found)
    return Exits(number, frozenset(unbound))


def _asks_always(playbook: BoundPlaybook | None) -> bool:
    """Whether something is asked of everyone inside, whatever they do at their step."""
    return playbook is not None and (playbook.goal is not None or playbook.exit_when is not None)


def _looked_at(
    page: Sequence[Enrollment], versions: Shelf, facts: World, as_of: datetime
) -> list[Decision]:
    playbook = versions.asked_of(page[0].version)
    if playbook is None or playbook.audience.entity.name != page[0].entity:
        return []
    goal = playbook.goal
    active = [each for each in page if each.phase in _ACTIVE]
    aiming = [each for each in page if counts_for_goal(each, as_of)]
    present = _holding(playbook, _EVERYONE, active, facts)
    reached = _holding(playbook, goal.when if goal else None, aiming, facts)
    leaving = _holding(playbook, playbook.exit_when, page, facts)
    climbing = [each for each in aiming if each.goal_until and each.key not in reached]
    levels = highest_levels(playbook, climbing, facts)
    decisions: list[Decision] = []
    for each in page:
        now = Standing(
            goal=each.key in reached,
            exit=each.key in leaving,
            present=each.phase not in _ACTIVE or each.key in present,
            level=levels.get(each.key, ""),
        )
        decisions += look_at(playbook, each, now, as_of)
    return decisions


_ACTIVE = (Phase.READY, Phase.TOUCHING, Phase.HOLDING)


def _holding(
    playbook: BoundPlaybook,
    condition: Condition | None,
    enrollments: Sequence[Enrollment],
    facts: World,
) -> frozenset[str]:
    if condition is None or not enrollments:
        return frozenset()
    return facts.holding(playbook, condition, enrollments)


def watch_all(journal: Journal, versions: Shelf, facts: World, as_of: datetime) -> None:
    """Ask once a pass what those wait for who stand still for a condition or a missing moment."""
    for page in journal.watching():
        decisions = [
            decision
            for group in _by_step([DueEnrollment(each) for each in page])
            for decision in _watched(group, versions, facts, as_of)
        ]
        if decisions:
            journal.record(decisions)


def _watched(
    group: Sequence[DueEnrollment], versions: Shelf, facts: World, as_of: datetime
) -> list[Decision]:
    playbook = versions(group[0].enrollment.version)
    return [] if playbook is None else _decided(watch, playbook, group, facts, as_of)


def _decided(
    rule: Callable[..., tuple[Decision, ...]],
    playbook: BoundPlaybook,
    group: Sequence[DueEnrollment],
    facts: World,
    as_of: datetime,
) -> list[Decision]:
    """What a rule says of each of some at their common step; the gone leave."""
    enrollments = [due.enrollment for due in group]
    known, clock = facts.of_step(playbook, enrollments), facts.clock(playbook)
    decisions: list[Decision] = []
    for each in enrollments:
        if each.id in known:
            decisions += rule(playbook, each, known[each.id], as_of=as_of, clock=clock)
        else:
            decisions.append(leave(each, "gone"))
    return decisions


def advance(journal: Journal, versions: Shelf, facts: World, as_of: datetime) -> int:
    """Decide, record and deliver until nothing more moves at this instant.

    Gives how many left by what became of a step in this very pass.
    """
    unbound: set[str] = set()
    number = 0
    while True:
        due = journal.due(unbound)
        unbound |= {
            each.enrollment.version for each in due if versions(each.enrollment.version) is None
        }
        decisions: list[Decision] = []
        for group in _by_step(due):
            found = _asked_again(group, versions, facts, as_of)
            number += sum(isinstance(each, Left) for each in found)
            decisions += found or _moves(group, versions, facts, as_of)
        if not due:  # whoever gets to a digest by now is in it
            decisions = gather(journal.gathering(), versions, facts, as_of)
        if decisions:
            journal.record(decisions)
        elif not (due or journal.deliver()):
            return number


def _asked_again(
    group: Sequence[DueEnrollment], versions: Shelf, facts: World, as_of: datetime
) -> list[Decision]:
    """Goal and `exit_when` of those before a step, where they hang on an earlier one.

    The pass asked them before that was over. Whom they leave inside moves on in the next turn.
    """
    first = group[0].enrollment
    playbook = versions.asked_of(first.version)
    if first.phase is not Phase.READY or playbook is None or first.step == playbook.steps[0].id:
        return []
    asked = (playbook.goal.when if playbook.goal else None, playbook.exit_when)
    if not any(facts.hangs_on_steps(playbook, each) for each in asked if each is not None):
        return []
    return _looked_at([due.enrollment for due in group], versions, facts, as_of)


def _moves(
    group: Sequence[DueEnrollment], versions: Shelf, facts: World, as_of: datetime
) -> list[Decision]:
    playbook = versions(group[0].enrollment.version)
    if playbook is None:
        return []
    if group[0].enrollment.phase is not Phase.READY:
        return [decision for due in group for decision in _after_step(playbook, due, as_of)]
    return _decided(decide, playbook, group, facts, as_of)


def _after_step(
    playbook: BoundPlaybook, due: DueEnrollment, as_of: datetime
) -> tuple[Decision, ...]:
    if due.enrollment.phase is Phase.WAITING:
        return wait_is_over(playbook, due.enrollment)
    return settled(playbook, due.enrollment, due.states, at=due.ended_at or as_of)


def _by_version(page: Sequence[Enrollment]) -> list[list[Enrollment]]:
    groups: dict[str, list[Enrollment]] = {}
    for enrollment in page:
        groups.setdefault(enrollment.version, []).append(enrollment)
    return list(groups.values())


def _by_step(due: Sequence[DueEnrollment]) -> list[list[DueEnrollment]]:
    groups: dict[tuple[str, str, Phase], list[DueEnrollment]] = {}
    for each in due:
        enrollment = each.enrollment
        groups.setdefault((enrollment.version, enrollment.step, enrollment.phase), []).append(each)
    return list(groups.values())
