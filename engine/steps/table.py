"""The steps: what each is called, what it does in words, and what prints its touches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

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
from engine.bind.catalog import FieldRef
from engine.steps.drafts import Customer, Draft, House, Told
from engine.steps.email import EmailPress
from engine.steps.task import TaskPress
from engine.steps.update import UpdatePress
from engine.steps.webhook import WebhookPress

__all__ = ["STEPS", "DigestPress", "Press", "StepKind", "digest_press", "press_for"]


class Press(Protocol):
    """Prints the touches of one step."""

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """The fields that printing needs of each customer."""

    def drafts(self, customer: Customer) -> tuple[Draft, ...]:
        """The touches of one customer, in the order of their places."""


class DigestPress(Press, Protocol):
    """Prints the touches of one step whose touches can be gathered."""

    def digest(self, told: Told) -> Draft:
        """The one touch about several customers."""


@dataclass(frozen=True, slots=True)
class StepKind:
    """A verb of the language. `press` is None for a step that asks for no touch."""

    verb: str
    sentence: str
    press: Callable[..., Press] | None = None


STEPS: Mapping[type[BoundStep], StepKind] = {
    BoundEmail: StepKind("email", "one message to each recipient", EmailPress),
    BoundTask: StepKind("task", "a piece of work for a person", TaskPress),
    BoundWebhook: StepKind("webhook", "one signed request", WebhookPress),
    BoundUpdate: StepKind("update", "writes fields back", UpdatePress),
    BoundWait: StepKind("wait", "stands still for a while"),
    BoundWaitFor: StepKind("wait_for", "stands still until something holds"),
    BoundIf: StepKind("if", "a branch"),
    BoundSplit: StepKind("split", "a stable random branch"),
    BoundEnroll: StepKind("enroll", "starts another playbook"),
    BoundExit: StepKind("exit", "leaves the playbook"),
}
"""All verbs, by the type that binding makes of them."""


def digest_press(house: House, step: BoundEmail | BoundTask | BoundWebhook) -> DigestPress:
    """What prints the digests of a step."""
    match step:
        case BoundEmail():
            return EmailPress(house, step)
        case BoundTask():
            return TaskPress(house, step)
        case BoundWebhook():
            return WebhookPress(house, step)


def press_for(house: House, step: BoundStep) -> Press | None:
    """What prints the touches of a step; None where it asks for none."""
    press = STEPS[type(step)].press
    return press(house, step) if press else None
