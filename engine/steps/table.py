"""What prints the touches of each kind of step."""

from __future__ import annotations

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

__all__ = ["DigestPress", "Press", "digest_press", "press_for"]


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
    match step:
        case BoundEmail() | BoundTask() | BoundWebhook():
            return digest_press(house, step)
        case BoundUpdate():
            return UpdatePress(house, step)
        case BoundWait() | BoundWaitFor() | BoundIf() | BoundSplit() | BoundEnroll() | BoundExit():
            return None
