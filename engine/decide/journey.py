"""Where an enrollment goes: one step at a time, as data. Pure: no I/O, no clock.

Every function takes what is known (`StepFacts`) and gives decisions in the order in which they
are to be recorded. `run` carries them out, `run --dry-run` tells them: both walk the same list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from engine.bind.acts import (
    BoundBranch,
    BoundEmail,
    BoundEnroll,
    BoundExit,
    BoundHold,
    BoundIf,
    BoundSplit,
    BoundStep,
    BoundTask,
    BoundUpdate,
    BoundWait,
    BoundWaitFor,
    BoundWebhook,
    digest_of,
    origin_of,
)
from engine.bind.conditions import BoundMoment
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import (
    Advanced,
    Climbed,
    Decision,
    Enrollment,
    Entered,
    Invited,
    Left,
    Moved,
    NewTouch,
    Outcome,
    Phase,
    Reached,
    StepSkipped,
    TouchMade,
    TouchState,
    share_of,
)
from engine.decide.waits import Clock, Known, until_fire, wait_end
from engine.language.steps import AfterHold, OnFailure
from engine.moments import Duration

__all__ = [
    "StepFacts",
    "branch_of",
    "decide",
    "fails",
    "lets_go",
    "pass_over",
    "settled",
    "standing_after",
    "step_of",
    "wait_is_over",
    "watch",
]

Decisions = tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What is known of one enrollment at its step.

    `holds` is the answer to `only_if`, `held` that to `hold_while`, `met` that to the condition of
    an `if` or `wait_for`. `until` is when its wait ends, None where that is missing. `drafts` are
    the touches that the step asks for, already rendered, or ended with their reason. `had` says
    that this stay had them before, as where an edit has put the step behind another one.
    """

    holds: bool = True
    held: bool = False
    met: bool = False
    had: bool = False
    until: datetime | None = None
    drafts: tuple[NewTouch, ...] = ()


def step_of(playbook: BoundPlaybook, enrollment: Enrollment) -> BoundStep:
    """The step at which an enrollment stands; KeyError where the playbook has none such."""
    return playbook.route.steps[enrollment.step]


def decide(
    playbook: BoundPlaybook,
    enrollment: Enrollment,
    facts: StepFacts,
    *,
    as_of: datetime,
    clock: Clock,
) -> Decisions:
    """What happens to an enrollment whose step has not begun (phase `ready`)."""
    way = _Way(playbook, as_of, clock)
    step = step_of(playbook, enrollment)
    hold = step.hold_while
    if hold is not None and facts.held and not facts.had and digest_of(step) is None:
        return _held(way, enrollment, hold, facts)
    return _begin(way, enrollment, facts)


def watch(
    playbook: BoundPlaybook,
    enrollment: Enrollment,
    facts: StepFacts,
    *,
    as_of: datetime,
    clock: Clock,
) -> Decisions:
    """What a pass makes of one that stands still for a condition, or for a missing moment."""
    way = _Way(playbook, as_of, clock)
    step = step_of(playbook, enrollment)
    if enrollment.phase is Phase.HOLDING and step.hold_while is not None:
        return _still_held(way, enrollment, step.hold_while, facts)
    if enrollment.phase is Phase.WATCHING and isinstance(step, BoundWaitFor):
        return _watched(way, enrollment, step, facts)
    if enrollment.phase is Phase.WAITING and facts.until is not None:
        return _wait_until(way, enrollment, facts.until, fixed=True)
    return ()


def lets_go(step: BoundStep, enrollment: Enrollment, *, as_of: datetime, clock: Clock) -> bool:
    """Whether a step begins though its `hold_while` holds: the time for that is over.

    Its touches have to be there then, as for everyone who is not held.
    """
    hold = step.hold_while
    if hold is None or hold.then is not AfterHold.GO:
        return False
    limit = enrollment.waits_until if enrollment.phase is Phase.HOLDING else None
    return (limit or clock.later(enrollment.since, hold.at_most)) <= as_of


def wait_is_over(playbook: BoundPlaybook, enrollment: Enrollment) -> Decisions:
    """A wait has ended: its end, not the pass that noticed, is when the next step is reached."""
    ended = enrollment.waits_until or enrollment.since
    return _go_on(playbook, enrollment, max(ended, enrollment.since), "waited")


def settled(
    playbook: BoundPlaybook,
    enrollment: Enrollment,
    states: Sequence[TouchState],
    *,
    at: datetime,
) -> Decisions:
    """All touches of the step have ended, the last of them `at`.

    Any end but sent and unknown follows the step's `on_failure` (delivery page, point 4).
    """
    step = step_of(playbook, enrollment)
    went_out = all(state in (TouchState.SENT, TouchState.UNKNOWN) for state in states)
    if not went_out and _exits_on_failure(step):
        return (_failed(enrollment),)
    return _go_on(playbook, enrollment, at, "touched")


def pass_over(
    playbook: BoundPlaybook, enrollment: Enrollment, reason: str, *, at: datetime
) -> Decisions:
    """The step is skipped, and the next one reached."""
    skipped = StepSkipped(enrollment, enrollment.step, reason)
    return (skipped, *_go_on(playbook, enrollment, at, reason))


def fails(
    playbook: BoundPlaybook, enrollment: Enrollment, reason: str, *, at: datetime
) -> Decisions:
    """The step is skipped because it can make no touch; its `on_failure` says what follows."""
    if not _exits_on_failure(step_of(playbook, enrollment)):
        return pass_over(playbook, enrollment, reason, at=at)
    return (StepSkipped(enrollment, enrollment.step, reason), _failed(enrollment))


def _failed(enrollment: Enrollment) -> Left:
    return Left(enrollment, Outcome.EXITED, f"failed at {enrollment.step}")


def _exits_on_failure(step: BoundStep) -> bool:
    return (
        isinstance(step, BoundEmail | BoundTask | BoundWebhook | BoundUpdate)
        and step.on_failure is OnFailure.EXIT
    )


# ---------------------------------------------------------------- at a step


@dataclass(frozen=True, slots=True)
class _Way:
    """What does not change within a pass."""

    playbook: BoundPlaybook
    as_of: datetime
    clock: Clock


def _begin(way: _Way, enrollment: Enrollment, facts: StepFacts) -> Decisions:
    step = step_of(way.playbook, enrollment)
    if facts.had or not facts.holds:
        why = "had_before" if facts.had else "only_if"
        return pass_over(way.playbook, enrollment, why, at=enrollment.since)
    if (digest := digest_of(step)) is not None:
        zone = way.playbook.zone
        gathering = until_fire(enrollment, digest.schedule, enrollment.since, zone=zone)
        return (Advanced(enrollment, gathering, "digest"),)
    match step:
        case BoundExit(reason=reason):
            return (Left(enrollment, Outcome.EXITED, reason),)
        case BoundWait():
            return _wait(way, enrollment, step, facts)
        case BoundWaitFor():
            return _wait_for(way, enrollment, step, facts)
        case BoundIf():
            branch, why = (step.then, "then") if facts.met else (step.otherwise, "else")
            return _into(way.playbook, enrollment, branch, enrollment.since, why=why)
        case BoundSplit():
            return _split(way, enrollment, step)
        case BoundEnroll(playbook=name):
            invited = Invited(enrollment, step.id, name)
            return (invited, *_go_on(way.playbook, enrollment, enrollment.since, "enrolled"))
        case BoundEmail() | BoundTask() | BoundWebhook() | BoundUpdate():
            touching = replace(enrollment, phase=Phase.TOUCHING)
            made = (TouchMade(draft) for draft in facts.drafts)
            return (*made, Advanced(enrollment, touching, "touch"))
        case _:
            assert_never(step)


def _split(way: _Way, enrollment: Enrollment, step: BoundSplit) -> Decisions:
    """The way that a digest of names falls on: the same for one key, whatever else changes."""
    chosen = branch_of(way.playbook, step, enrollment.key)
    taken = ",".join(filter(None, (enrollment.arm, f"{step.id}={chosen.name}")))
    return _into(
        way.playbook, enrollment, chosen.steps, enrollment.since, why=chosen.name, arm=taken
    )


def branch_of(playbook: BoundPlaybook, step: BoundSplit, key: str) -> BoundBranch:
    """The way of a split that a key falls on."""
    place = share_of("split", playbook.identity, origin_of(step), key)
    reached = 0.0
    for branch in step.branches:
        reached += branch.share
        if place < reached:
            return branch
    return step.branches[-1]


# ---------------------------------------------------------------- standing still


def _wait(way: _Way, enrollment: Enrollment, step: BoundWait, facts: StepFacts) -> Decisions:
    fixed = not isinstance(step.wait, Duration)
    if facts.until is None:
        missing = replace(enrollment, phase=Phase.WAITING, waits_until=None, fixed=True)
        return (Advanced(enrollment, missing, "wait"),)
    return _wait_until(way, enrollment, facts.until, fixed=fixed)


def _wait_until(way: _Way, enrollment: Enrollment, until: datetime, *, fixed: bool) -> Decisions:
    waiting = replace(enrollment, phase=Phase.WAITING, waits_until=until, fixed=fixed)
    begun = Advanced(enrollment, waiting, "wait")
    if until > way.as_of:
        return (begun,)
    return (begun, *wait_is_over(way.playbook, waiting))


def _wait_for(way: _Way, enrollment: Enrollment, step: BoundWaitFor, facts: StepFacts) -> Decisions:
    limit = way.clock.later(enrollment.since, step.at_most)
    watching = replace(enrollment, phase=Phase.WATCHING, waits_until=limit)
    if facts.met:
        return _into(way.playbook, enrollment, step.then, enrollment.since, why="then")
    begun = Advanced(enrollment, watching, "wait_for")
    return (begun, *_watched(way, watching, step, facts))


def _watched(way: _Way, enrollment: Enrollment, step: BoundWaitFor, facts: StepFacts) -> Decisions:
    limit = enrollment.waits_until or enrollment.since
    if facts.met:
        return _into(way.playbook, enrollment, step.then, way.as_of, why="then")
    if limit <= way.as_of:
        return _into(way.playbook, enrollment, step.otherwise, limit, why="else")
    return ()


def _held(way: _Way, enrollment: Enrollment, hold: BoundHold, facts: StepFacts) -> Decisions:
    limit = way.clock.later(enrollment.since, hold.at_most)
    holding = replace(enrollment, phase=Phase.HOLDING, waits_until=limit)
    begun = Advanced(enrollment, holding, "hold_while")
    return (begun, *_still_held(way, holding, hold, facts))


def _still_held(way: _Way, enrollment: Enrollment, hold: BoundHold, facts: StepFacts) -> Decisions:
    limit = enrollment.waits_until or enrollment.since
    if not facts.held:
        return _let_go(way, enrollment, facts, way.as_of)
    if limit > way.as_of:
        return ()
    if hold.then is AfterHold.GO:
        return _let_go(way, enrollment, facts, limit)
    return pass_over(way.playbook, enrollment, "hold_while", at=limit)


def _let_go(way: _Way, enrollment: Enrollment, facts: StepFacts, at: datetime) -> Decisions:
    """The step begins now, after it was held: a wait lasts from now on."""
    ready = replace(enrollment, phase=Phase.READY, since=at, waits_until=None)
    step = step_of(way.playbook, enrollment)
    if isinstance(step, BoundWait) and not isinstance(step.wait, BoundMoment):
        known = Known(way.as_of, enrollment.entered_at)
        facts = replace(facts, until=wait_end(step.wait, at, way.clock, known))
    return (Advanced(enrollment, ready, "hold_over"), *_begin(way, ready, facts))


# ---------------------------------------------------------------- going on


def _into(
    playbook: BoundPlaybook,
    enrollment: Enrollment,
    branch: Sequence[BoundStep],
    at: datetime,
    *,
    why: str,
    arm: str | None = None,
) -> Decisions:
    """To the first step of a branch, or past it where it has none."""
    taken = enrollment.arm if arm is None else arm
    to = branch[0].id if branch else playbook.route.following[enrollment.step]
    return _move(replace(enrollment, arm=taken), enrollment, to, at, why=why)


def _go_on(playbook: BoundPlaybook, enrollment: Enrollment, at: datetime, why: str) -> Decisions:
    return _move(enrollment, enrollment, playbook.route.following[enrollment.step], at, why=why)


def _move(
    after: Enrollment, before: Enrollment, to: str | None, at: datetime, *, why: str
) -> Decisions:
    if to is None:
        return (Left(after, Outcome.COMPLETED),)
    moved = replace(after, step=to, phase=Phase.READY, since=at, waits_until=None, fixed=False)
    return (Advanced(before, moved, why),)


def standing_after(decisions: Sequence[Decision]) -> dict[str, Enrollment | None]:
    """Where each enrollment stands after some decisions, by id; None for those that left."""
    standing: dict[str, Enrollment | None] = {}
    for decision in decisions:
        match decision:
            case Entered(enrollment):
                standing[enrollment.id] = enrollment
            case (
                Advanced(after=after)
                | Moved(after=after)
                | Reached(after=after)
                | Climbed(after=after)
            ):
                standing[after.id] = after
            case Left(enrollment):
                standing[enrollment.id] = None
            case StepSkipped() | TouchMade() | Invited():
                pass
            case _:
                assert_never(decision)
    return standing
