"""Where an enrollment goes: one step at a time, as data. Pure: no I/O, no clock.

Every function takes what is known (`StepFacts`) and gives decisions in the order in which they
are to be recorded. `run` carries them out, `run --dry-run` tells them: both walk the same list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from engine.bind.playbook import (
    BoundEmail,
    BoundExit,
    BoundPlaybook,
    BoundStep,
    BoundTask,
    BoundWait,
    BoundWebhook,
)
from engine.decide.facts import (
    Advanced,
    Decision,
    Enrollment,
    Entered,
    Left,
    NewTouch,
    Outcome,
    Phase,
    StepSkipped,
    TouchMade,
    TouchState,
    enrollment_id,
)
from engine.language.playbook import OnFailure
from engine.moments import shift_local

__all__ = [
    "StepFacts",
    "decide",
    "enter",
    "leave",
    "settled",
    "standing_after",
    "step_of",
    "wait_is_over",
]


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What is known of one enrollment at its step.

    `holds` is the answer to `only_if` (True where there is none). `drafts` are the touches that
    the step asks for, already rendered, or ended with their reason.
    """

    holds: bool = True
    drafts: tuple[NewTouch, ...] = ()


def enter(playbook: BoundPlaybook, key: str, number: int, as_of: datetime) -> Entered:
    """One enters, for the `number`th time (from 1), and stands at the first step."""
    return Entered(
        Enrollment(
            id=enrollment_id(playbook.name, key, number),
            playbook=playbook.name,
            entity=playbook.audience.entity.name,
            key=key,
            number=number,
            version=playbook.version,
            step=playbook.steps[0].id,
            phase=Phase.READY,
            entered_at=as_of,
            since=as_of,
        )
    )


def step_of(playbook: BoundPlaybook, enrollment: Enrollment) -> BoundStep:
    """The step at which an enrollment stands; KeyError where the playbook has none such."""
    return {step.id: step for step in playbook.steps}[enrollment.step]


def decide(
    playbook: BoundPlaybook, enrollment: Enrollment, facts: StepFacts, as_of: datetime
) -> tuple[Decision, ...]:
    """What happens to an enrollment whose step has not begun (phase `ready`)."""
    step = step_of(playbook, enrollment)
    if not facts.holds:
        skipped = StepSkipped(enrollment, step.id, "only_if")
        return (skipped, *_go_on(playbook, enrollment, enrollment.since, "only_if"))
    match step:
        case BoundExit():
            return (Left(enrollment, Outcome.EXITED, step.reason),)
        case BoundWait():
            return _wait(playbook, enrollment, step, as_of)
        case _:
            return _touch(enrollment, facts.drafts)


def leave(enrollment: Enrollment, reason: str) -> Left:
    """An enrollment ends because of a gate: `exit_when`, or `gone` from the source."""
    return Left(enrollment, Outcome.EXITED, reason)


def wait_is_over(playbook: BoundPlaybook, enrollment: Enrollment) -> tuple[Decision, ...]:
    """A wait has ended: its end, not the pass that noticed, is when the next step is reached."""
    ended = enrollment.waits_until or enrollment.since
    return _go_on(playbook, enrollment, ended, "waited")


def settled(
    playbook: BoundPlaybook,
    enrollment: Enrollment,
    states: Sequence[TouchState],
    *,
    at: datetime,
) -> tuple[Decision, ...]:
    """All touches of the step have ended, the last of them `at`.

    Any end but sent and unknown follows the step's `on_failure` (delivery page, point 4).
    """
    step = step_of(playbook, enrollment)
    went_out = all(state in (TouchState.SENT, TouchState.UNKNOWN) for state in states)
    if not went_out and _exits_on_failure(step):
        return (Left(enrollment, Outcome.EXITED, f"failed at {step.id}"),)
    return _go_on(playbook, enrollment, at, "touched")


def _exits_on_failure(step: BoundStep) -> bool:
    return (
        isinstance(step, BoundEmail | BoundTask | BoundWebhook)
        and step.on_failure is OnFailure.EXIT
    )


def _touch(enrollment: Enrollment, drafts: tuple[NewTouch, ...]) -> tuple[Decision, ...]:
    touching = replace(enrollment, phase=Phase.TOUCHING)
    return (*(TouchMade(draft) for draft in drafts), Advanced(enrollment, touching, "touch"))


def _wait(
    playbook: BoundPlaybook, enrollment: Enrollment, step: BoundWait, as_of: datetime
) -> tuple[Decision, ...]:
    until = shift_local(enrollment.since, step.duration, playbook.zone)
    waiting = replace(enrollment, phase=Phase.WAITING, waits_until=until)
    begun = Advanced(enrollment, waiting, "wait")
    if until > as_of:
        return (begun,)
    return (begun, *wait_is_over(playbook, waiting))


def _go_on(
    playbook: BoundPlaybook, enrollment: Enrollment, at: datetime, why: str
) -> tuple[Decision, ...]:
    ids = [step.id for step in playbook.steps]
    following = ids.index(enrollment.step) + 1
    if following == len(ids):
        return (Left(enrollment, Outcome.COMPLETED),)
    after = replace(enrollment, step=ids[following], phase=Phase.READY, since=at, waits_until=None)
    return (Advanced(enrollment, after, why),)


def standing_after(decisions: Sequence[Decision]) -> dict[str, Enrollment | None]:
    """Where each enrollment stands after some decisions, by id; None for those that left."""
    standing: dict[str, Enrollment | None] = {}
    for decision in decisions:
        match decision:
            case Entered(enrollment):
                standing[enrollment.id] = enrollment
            case Advanced(after=after):
                standing[after.id] = after
            case Left(enrollment):
                standing[enrollment.id] = None
            case StepSkipped() | TouchMade():
                pass
            case _:
                assert_never(decision)
    return standing
