"""Where an entity stands in playbooks: `in_playbook`, `finished_playbook`, `step`."""

from __future__ import annotations

from engine.bind.conditions import BoundFinished, BoundInPlaybook, BoundStepBecame, Ended
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.former import current_name, not_run_by_itself
from engine.bind.names import Scope, find_step
from engine.bind.windows import bind_duration
from engine.language.conditions import Became, FinishedPlaybook, InPlaybook, StepBecame
from engine.language.playbook import Playbook, Segment
from engine.language.steps import EmailStep, Step, TaskStep, UpdateStep, WebhookStep
from engine.places import Place
from engine.problems import did_you_mean

__all__ = [
    "bind_finished",
    "bind_in_playbook",
    "bind_step_became",
    "find_playbook",
    "known_playbook",
]


def bind_in_playbook(condition: InPlaybook, scope: Scope) -> BoundInPlaybook:
    """An open enrollment of the asking entity."""
    name = find_playbook(condition.name, scope, condition.place)
    return BoundInPlaybook(scope.entity.name, name, condition.place)


def bind_finished(condition: FinishedPlaybook, scope: Scope) -> BoundFinished:
    """An enrollment of the asking entity that has ended."""
    place, within = condition.place, condition.within
    with Findings() as found:
        return BoundFinished(
            entity=scope.entity.name,
            playbook=found.attempt(lambda: find_playbook(condition.name, scope, place)),
            outcome=None if condition.outcome is None else Ended(condition.outcome),
            within=found.attempt(lambda: None if within is None else bind_duration(within, place)),
            place=place,
        )


def bind_step_became(condition: StepBecame, scope: Scope) -> BoundStepBecame:
    """What became of a step in the stay that is asked about."""
    place = condition.place
    step = find_step(condition.step, scope, place=place)
    fitting = tuple(Became) if isinstance(step, _TOUCHING) else _OVER
    if condition.became is not None and condition.became not in fitting:
        raise wrong(
            place,
            "never-holds",
            f"the step `{step.id}` asks for no touch, and is never {condition.became}",
            hint=f"it becomes {', '.join(fitting)}",
        )
    if condition.outcome is not None:
        _check_outcome(condition.outcome, step, place)
    return BoundStepBecame(step.id, condition.became, condition.outcome, place)


_OVER = (Became.OPEN, Became.DONE, Became.SKIPPED)
_TOUCHING = (EmailStep, TaskStep, WebhookStep, UpdateStep)


def _check_outcome(outcome: str, step: Step, place: Place) -> None:
    if not isinstance(step, TaskStep):
        message = f"`outcome` is asked of a task; `{step.id}` is none"
        raise wrong(place, "never-holds", message)
    if step.outcomes and outcome not in step.outcomes:
        hint = did_you_mean(outcome, step.outcomes)
        message = f"`{outcome}` is no outcome of the task `{step.id}`"
        raise wrong(place, "unknown-outcome", message, hint=hint)


def known_playbook(name: str, scope: Scope, place: Place) -> Playbook:
    """A declared playbook by its name, or by one that it had."""
    playbooks = scope.project.playbooks
    playbook = playbooks.get(current_name(name, playbooks))
    if playbook is not None:
        return playbook
    hint = did_you_mean(name, playbooks)
    message = f"there is no playbook `{name}`"
    if name in scope.project.blueprints:
        message, hint = not_run_by_itself(name)
    unknown = wrong(place, "unknown-playbook", message, hint=hint)
    raise or_unreadable(unknown, "playbook", name, scope.project)


def find_playbook(name: str, scope: Scope, place: Place) -> str:
    """The name of a playbook that the asking entity can be in."""
    playbook = known_playbook(name, scope, place)
    segment = playbook.segment
    declared = segment if isinstance(segment, Segment) else scope.project.segments.get(segment)
    if declared is not None and declared.of != scope.entity.name:
        raise wrong(
            place,
            "wrong-entity",
            f"the playbook {name} is of {declared.of}; a {scope.entity.name} is never in it",
        )
    return playbook.name
