"""Steps to bound ones: what they name is looked up, their conditions are bound."""

from __future__ import annotations

from engine.bind.acts import (
    TASK_CHANNEL,
    BoundBranch,
    BoundDigest,
    BoundEnroll,
    BoundExit,
    BoundIf,
    BoundSplit,
    BoundStep,
    BoundTask,
    BoundWait,
    BoundWaitFor,
    BoundWebhook,
)
from engine.bind.bearing import bears, bears_digest, optional
from engine.bind.channels import webhook_channel
from engine.bind.conditions import BoundMoment
from engine.bind.enrolled import find_playbook
from engine.bind.filters import bind_condition
from engine.bind.findings import Findings
from engine.bind.mails import bind_email
from engine.bind.names import Scope
from engine.bind.people import Slot
from engine.bind.persons import bind_first
from engine.bind.updates import bind_update
from engine.bind.windows import bind_wait
from engine.language.steps import (
    EmailStep,
    EnrollStep,
    ExitStep,
    IfStep,
    SplitStep,
    Step,
    TaskStep,
    UntilMoment,
    UntilWeekday,
    UpdateStep,
    WaitForStep,
    WaitStep,
    WebhookStep,
)
from engine.moments import Duration

__all__ = ["bind_steps"]


def bind_steps(steps: tuple[Step, ...], scope: Scope) -> tuple[BoundStep, ...]:
    """Steps in order, with those inside them.

    Raises:
        Invalid: with the problems of all steps.
    """
    with Findings() as found:
        return found.each(steps, lambda step: _step(step, scope))


def _step(step: Step, scope: Scope) -> BoundStep:
    with Findings() as found:
        match step:
            case EmailStep():
                return bind_email(step, scope)
            case TaskStep():
                return _task(step, scope, found)
            case WebhookStep():
                return _webhook(step, scope, found)
            case UpdateStep():
                return bind_update(step, scope, found)
            case WaitStep():
                wait = found.attempt(lambda: _wait(step, scope))
                return BoundWait(wait=wait, **bears(step, scope, found))
            case WaitForStep() | IfStep():
                return _branch(step, scope, found)
            case SplitStep():
                return _split(step, scope, found)
            case EnrollStep():
                name = found.attempt(
                    lambda: find_playbook(step.playbook, scope, step.place.of("enroll"))
                )
                return BoundEnroll(playbook=name, **bears(step, scope, found))
            case ExitStep():
                return BoundExit(reason=step.reason, **bears(step, scope, found))


def _task(step: TaskStep, scope: Scope, found: Findings) -> BoundTask:
    borne = bears_digest(step, scope, found)
    return BoundTask(
        title=step.title,
        kind=step.kind,
        assign=found.attempt(lambda: _assigned(step, borne["digest"], scope)),
        due=step.due,
        notes=step.notes,
        urgency=step.urgency,
        channel=TASK_CHANNEL,
        outcomes=step.outcomes,
        close_when=found.attempt(lambda: optional(step.close_when, scope)),
        **borne,
    )


def _assigned(step: TaskStep, digest: BoundDigest | None, scope: Scope) -> Slot:
    if step.digest is not None:
        return digest.by if digest else ()
    return bind_first(step.assign, scope, step.place.of("assign"))


def _webhook(step: WebhookStep, scope: Scope, found: Findings) -> BoundWebhook:
    return BoundWebhook(
        channel=found.attempt(
            lambda: webhook_channel(step.channel, scope.project, step.place.of("webhook"))
        ),
        body=step.body,
        method=step.method,
        headers=step.headers,
        **bears_digest(step, scope, found),
    )


def _wait(step: WaitStep, scope: Scope) -> Duration | BoundMoment | UntilWeekday:
    match step.wait:
        case UntilMoment(moment):
            return bind_wait(moment, scope, step.place.of("wait", "until"))
        case _:
            return step.wait


def _branch(step: IfStep | WaitForStep, scope: Scope, found: Findings) -> BoundIf | BoundWaitFor:
    condition = found.attempt(lambda: bind_condition(step.condition, scope))
    then = found.attempt(lambda: bind_steps(step.then, scope))
    otherwise = found.attempt(lambda: bind_steps(step.otherwise, scope))
    borne = bears(step, scope, found)
    if isinstance(step, IfStep):
        return BoundIf(condition=condition, then=then, otherwise=otherwise, **borne)
    return BoundWaitFor(
        condition=condition, at_most=step.at_most, then=then, otherwise=otherwise, **borne
    )


def _split(step: SplitStep, scope: Scope, found: Findings) -> BoundSplit:
    branches = found.each(
        step.branches,
        lambda way: BoundBranch(way.name, way.share, bind_steps(way.steps, scope)),
    )
    return BoundSplit(branches=branches, **bears(step, scope, found))
