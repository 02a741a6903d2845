"""What a step does, in one line near to how the file says it; persons as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from engine.audience.words import moment_text
from engine.bind.acts import (
    BoundEmail,
    BoundEnroll,
    BoundExit,
    BoundIf,
    BoundSplit,
    BoundStep,
    BoundTask,
    BoundUpdate,
    BoundWait,
    BoundWaitFor,
    BoundWebhook,
)
from engine.bind.conditions import BoundMoment
from engine.bind.people import Slot
from engine.language.steps import UntilWeekday
from engine.moments import Duration

__all__ = ["people_text", "step_text"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def step_text(step: BoundStep) -> str:
    """One line for a step; of a branch, what decides."""
    match step:
        case BoundEmail():
            return _email(step)
        case BoundTask():
            whom = _first_of(step.assign) or "whoever takes it"
            return f"task `{step.title}` for {whom}"
        case BoundWebhook():
            return f"webhook over {step.channel}"
        case BoundUpdate():
            fields = ", ".join(ref.name for ref, _ in step.values)
            return f"update {fields} of {'.'.join(step.links) or step.entity.name}"
        case BoundWait():
            return _wait(step.wait)
        case BoundWaitFor():
            return f"wait until something holds, at most {step.at_most}"
        case BoundIf():
            return "go one way or the other"
        case BoundSplit():
            ways = ", ".join(f"{each.name} {each.share * 100:.4g}%" for each in step.branches)
            return f"split: {ways}"
        case BoundEnroll():
            return f"enroll in {step.playbook}"
        case BoundExit():
            return f"leave: {step.reason}"
        case _:
            assert_never(step)


def _email(step: BoundEmail) -> str:
    parts = [f"email `{step.template.name}` to {people_text(step.to)}"]
    parts += [f"cc {people_text(step.cc)}"] if step.cc else []
    parts += [f"from {_first_of(step.sender)}"] if step.sender else []
    parts += [f"once {_first_of(step.approve)} approves it"] if step.approve else []
    return ", ".join(parts)


def people_text(persons: Sequence[Slot]) -> str:
    """Persons as written; alternatives are those of which the first that is set is meant."""
    return " and ".join(map(_first_of, persons))


def _first_of(slot: Slot) -> str:
    return " or else ".join(person.text for person in slot)


def _wait(wait: Duration | BoundMoment | UntilWeekday) -> str:
    match wait:
        case Duration():
            return f"wait {wait}"
        case UntilWeekday(weekday, at):
            return f"wait for {_DAYS[weekday]} {at:%H:%M}"
        case BoundMoment():
            return f"wait until {moment_text(wait)}"
