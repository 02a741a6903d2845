"""What a rule of `lint` is, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.bind.bind import BoundProject
from engine.language.project import Project
from engine.places import Place
from engine.problems import Problem, Severity
from engine.records import dataclass

__all__ = ["Advice", "Looked", "Rule", "advice"]


@dataclass(frozen=True, slots=True)
class Looked:
    """A project as its files declare it, and what of it binds."""

    project: Project
    bound: BoundProject


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice in one place; the rule that gives it adds its id."""

    place: Place
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Advice of one kind: why it is given, an example of each side, and what finds it.

    `id` is stable kebab-case, and what `off` names.
    """

    id: str
    reason: str
    bad: str
    good: str
    find: Callable[[Looked], Iterator[Advice]]


def advice(rule: Rule, looked: Looked) -> Iterator[Problem]:
    """What a rule finds, as warnings of its id."""
    for each in rule.find(looked):
        yield Problem(each.place, rule.id, each.message, each.hint, Severity.WARNING)
