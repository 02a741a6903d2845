"""What comes next for one inside, and when at the earliest, as far as it can be known. Pure.

The same way through the steps as `journey.py` takes, walked in mind: waits end as they will, and
what hangs on a condition is not guessed but forks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from engine.bind.acts import (
    BoundEmail,
    BoundExit,
    BoundIf,
    BoundSplit,
    BoundStep,
    BoundTask,
    BoundWait,
    BoundWaitFor,
    BoundWebhook,
    digest_of,
)
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Enrollment, Phase
from engine.decide.journey import branch_of
from engine.decide.waits import Clock, Known, wait_end
from engine.language.steps import AfterHold
from engine.schedule import first_fire, latest_fire

__all__ = ["Coming", "Ending", "Outlook", "Prospect", "Way", "ahead", "ahead_from"]

STEPS_AHEAD = 10
"""How many steps are told at most; of each way of a fork, a few."""

_STEPS_OF_A_WAY = 3


class Ending(StrEnum):
    """Why nothing more is told."""

    COMPLETED = "completed"
    """After the last step it leaves."""
    EXITS = "exits"
    """A step takes it out."""
    FORKS = "forks"
    """What comes hangs on a condition."""
    MISSING = "missing"
    """The moment that a wait goes by is missing for now."""
    MORE = "more"
    """There are more steps than are told."""
    HELD = "held"
    """Nothing comes by itself: it is held out for comparison, or held until a person acts."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a fork (`then`, `else`), and what comes on it."""

    name: str
    prospect: Prospect


@dataclass(frozen=True, slots=True)
class Coming:
    """A step that comes. `at` is the earliest instant, `until` when its wait is over.

    `taken` is the way of a split that this one falls on.
    """

    step: BoundStep
    at: datetime
    until: datetime | None = None
    taken: str = ""
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Prospect:
    """What comes, in its order, and how it ends; `at` is when it leaves, at the earliest."""

    steps: tuple[Coming, ...]
    ending: Ending
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a walk through the steps hangs on.

    `values` are, by wait, those of the field that its moment names. `passed` says when steps
    happened, `held_until` when the hold of a step ends at which it stands held. `openings` gives
    the instants from which on each message of a step may go out.
    """

    playbook: BoundPlaybook
    key: str
    entered_at: datetime
    now: datetime
    clock: Clock
    openings: Callable[[BoundStep, datetime], Sequence[datetime]]
    values: Mapping[str, date | None] = field(default_factory=dict)
    passed: Mapping[str, datetime] = field(default_factory=dict)
    held_until: Mapping[str, datetime] = field(default_factory=dict)


def ahead(outlook: Outlook, inside: Enrollment, *, touched: datetime) -> Prospect:
    """What comes for one inside; `touched` is when its open touches have ended at the earliest."""
    match inside.phase:
        case Phase.RESTING:
            return Prospect((), Ending.HELD, inside.waits_until)
        case Phase.WAITING if inside.waits_until is not None:
            return _after(outlook, inside.step, max(inside.waits_until, inside.since))
        case Phase.WATCHING:
            return _watching(outlook, inside)
        case Phase.TOUCHING:
            return _after(outlook, inside.step, touched)
        case Phase.HOLDING:
            return _held(outlook, inside)
        case Phase.GATHERING:
            return ahead_from(outlook, inside.step, inside.waits_until or inside.since)
        case _:
            return ahead_from(outlook, inside.step, inside.since)


def _after(outlook: Outlook, step_id: str, over: datetime) -> Prospect:
    following = outlook.playbook.route.following[step_id]
    return ahead_from(_past(outlook, step_id, over), following, over)


def _past(outlook: Outlook, step_id: str, at: datetime) -> Outlook:
    """The same once a step is over: what comes may count from there."""
    return replace(outlook, passed={**outlook.passed, step_id: at})


def _watching(outlook: Outlook, inside: Enrollment) -> Prospect:
    step = outlook.playbook.route.steps[inside.step]
    limit = inside.waits_until or inside.since
    ways = _ways(outlook, step, outlook.now, limit)
    return Prospect((Coming(step, outlook.now, limit, ways=ways),), Ending.FORKS)


def _held(outlook: Outlook, inside: Enrollment) -> Prospect:
    """From where it stands held: whoever a hold lets go at its end begins the step by then."""
    step = outlook.playbook.route.steps[inside.step]
    limit = inside.waits_until or inside.since
    lets_go = step.hold_while is not None and step.hold_while.then is AfterHold.GO
    since = min(limit, outlook.now) if lets_go else outlook.now
    return ahead_from(replace(outlook, held_until={step.id: limit}), step.id, since)


def ahead_from(
    outlook: Outlook, step_id: str | None, since: datetime, *, room: int = STEPS_AHEAD
) -> Prospect:
    """What comes from a step on that is reached at `since`; None is the end."""
    found: list[Coming] = []
    while step_id is not None:
        if len(found) == room:
            return Prospect(tuple(found), Ending.MORE)
        step = outlook.playbook.route.steps[step_id]
        coming = _coming(outlook, step, since, forks=room == STEPS_AHEAD)
        found.append(coming)
        if ending := _ending(coming):
            return Prospect(tuple(found), ending, coming.at)
        since = _over(outlook, coming, since)
        outlook = _past(outlook, step.id, since)
        step_id = _following(outlook, step)
    return Prospect(tuple(found), Ending.COMPLETED, max(since, outlook.now))


def _coming(outlook: Outlook, step: BoundStep, since: datetime, *, forks: bool) -> Coming:
    reached = _reached(outlook, step, since)
    match step:
        case BoundWait():
            value = outlook.values.get(step.id)
            known = Known(reached, outlook.entered_at, outlook.passed, value)
            return Coming(step, reached, wait_end(step.wait, since, outlook.clock, known))
        case BoundIf():
            ways = _ways(outlook, step, reached, reached) if forks else ()
            return Coming(step, reached, ways=ways)
        case BoundWaitFor():
            limit = outlook.clock.later(since, step.at_most)
            ways = _ways(outlook, step, reached, limit) if forks else ()
            return Coming(step, reached, limit, ways=ways)
        case BoundSplit():
            return Coming(step, reached, taken=branch_of(outlook.playbook, step, outlook.key).name)
        case _:
            return Coming(step, min(outlook.openings(step, reached), default=reached))


def _reached(outlook: Outlook, step: BoundStep, since: datetime) -> datetime:
    """When a step begins at the earliest; what is gathered goes when its digest fires."""
    now, zone = outlook.now, outlook.playbook.zone
    if not isinstance(step, BoundEmail | BoundTask | BoundWebhook) or step.digest is None:
        return max(since, now)
    schedule = step.digest.schedule
    fire, latest = first_fire(schedule, zone, since), latest_fire(schedule, zone, now)
    assert fire is not None  # binding has looked: it fires some day
    if fire.at > now or latest is None:
        return fire.at
    if outlook.clock.later(latest.at, step.max_lateness) > now:
        return now  # at the next pass, with whoever else came by then
    following = first_fire(schedule, zone, now)
    assert following is not None
    return following.at


def _ways(
    outlook: Outlook, step: BoundStep, then_at: datetime, else_at: datetime
) -> tuple[Way, ...]:
    assert isinstance(step, BoundIf | BoundWaitFor)
    after = outlook.playbook.route.following[step.id]
    branches = (
        ("then", _first(step.then, after), then_at),
        ("else", _first(step.otherwise, after), else_at),
    )
    return tuple(
        Way(name, ahead_from(_past(outlook, step.id, at), first, at, room=_STEPS_OF_A_WAY))
        for name, first, at in branches
    )


def _first(branch: Sequence[BoundStep], after: str | None) -> str | None:
    return branch[0].id if branch else after


def _ending(coming: Coming) -> Ending | None:
    match coming.step:
        case BoundIf() | BoundWaitFor():
            return Ending.FORKS
        case step if _may_be_passed_over(step):
            return None
        case BoundWait() if coming.until is None:
            return Ending.MISSING
        case BoundExit():
            return Ending.EXITS
        case _:
            return None


def _over(outlook: Outlook, coming: Coming, since: datetime) -> datetime:
    """When it is over with a step, at the earliest: carried out, or passed over."""
    step = coming.step
    ends = [] if isinstance(step, BoundExit) else _carried_out(outlook, coming, since)
    if step.only_if is not None:
        ends.append(since)
    elif step.hold_while is not None and _may_be_passed_over(step):
        limit = outlook.clock.later(since, step.hold_while.at_most)
        ends.append(outlook.held_until.get(step.id, limit))
    return min(ends)


def _carried_out(outlook: Outlook, coming: Coming, since: datetime) -> list[datetime]:
    """When a step is over by what it does, at the earliest; empty where nobody knows."""
    step = coming.step
    if isinstance(step, BoundWait):
        return [] if coming.until is None else [coming.until]
    reached = _reached(outlook, step, since)
    begun = since if digest_of(step) is None else reached
    return [max((begun, *outlook.openings(step, reached)))]


def _may_be_passed_over(step: BoundStep) -> bool:
    """Whether a condition decides if it is carried out; a digest asks its hold when it fires."""
    hold = step.hold_while
    is_skipped = hold is not None and hold.then is AfterHold.SKIP and digest_of(step) is None
    return step.only_if is not None or is_skipped


def _following(outlook: Outlook, step: BoundStep) -> str | None:
    after = outlook.playbook.route.following[step.id]
    if isinstance(step, BoundSplit):
        return _first(branch_of(outlook.playbook, step, outlook.key).steps, after)
    return after
