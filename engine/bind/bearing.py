"""What every step may bear, bound: `only_if`, `hold_while`, its failure and its digest."""

from __future__ import annotations

from typing import Any, TypeVar

from engine.bind.acts import MAX_LATENESS, BoundHold
from engine.bind.conditions import Condition
from engine.bind.digests import bind_digest
from engine.bind.filters import bind_condition
from engine.bind.findings import Findings
from engine.bind.names import Scope
from engine.language.conditions import Condition as DeclaredCondition
from engine.language.steps import (
    EmailStep,
    Hold,
    Step,
    TaskStep,
    UpdateStep,
    WebhookStep,
)

__all__ = ["bears", "bears_digest", "bears_failure", "optional"]

Declared = TypeVar("Declared")


def bears(step: Step, scope: Scope, found: Findings) -> dict[str, Any]:
    """The parts of a bound step that every step has."""
    return {
        "id": step.id,
        "only_if": found.attempt(lambda: optional(step.only_if, scope)),
        "hold_while": found.attempt(lambda: _hold(step.hold_while, scope)),
        "formerly": step.formerly,
        "place": step.place,
    }


def bears_failure(
    step: EmailStep | TaskStep | WebhookStep | UpdateStep, scope: Scope, found: Findings
) -> dict[str, Any]:
    """The parts of a bound step that asks for touches."""
    return {
        **bears(step, scope, found),
        "on_failure": step.on_failure,
        "max_lateness": step.max_lateness or MAX_LATENESS,
    }


def bears_digest(
    step: EmailStep | TaskStep | WebhookStep, scope: Scope, found: Findings
) -> dict[str, Any]:
    """The parts of a bound step whose touches can be gathered."""
    return {
        **bears_failure(step, scope, found),
        "digest": found.attempt(lambda: bind_digest(step, scope)),
    }


def optional(condition: DeclaredCondition | None, scope: Scope) -> Condition | None:
    """A condition that may be left out."""
    return None if condition is None else bind_condition(condition, scope)


def _hold(hold: Hold | None, scope: Scope) -> BoundHold | None:
    if hold is None:
        return None
    return BoundHold(bind_condition(hold.when, scope), hold.at_most, hold.then)
