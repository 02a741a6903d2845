"""The small project of `tests/bind/project`, and what binding makes of a few lines in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.bind.bind import bind_catalog, bind_playbook, bind_segment
from engine.bind.conditions import BoundAll, Condition
from engine.bind.playbook import BoundPlaybook
from engine.language.project import Project
from engine.problems import Invalid, Problem
from engine.read.load import load_project
from tests.support.declare import with_playbook, with_segment

__all__ = ["condition", "condition_problems", "playbook", "playbook_problems", "project"]


@cache
def project() -> Project:
    """The declared project; its one problem is a computed role."""
    return load_project(Path(__file__).parent / "project")


def condition(text: str, *, of: str = "user") -> Condition:
    """What the one condition of `text` binds to."""
    declared = with_segment(project(), text, of=of)
    bound = bind_segment("asked", declared, bind_catalog(declared)[0]).condition
    assert isinstance(bound, BoundAll)
    (part,) = bound.parts
    return part


def condition_problems(text: str, *, of: str = "user") -> tuple[Problem, ...]:
    """The problems of the conditions of `text`, which must have some."""
    declared = with_segment(project(), text, of=of)
    try:
        bound = bind_segment("asked", declared, bind_catalog(declared)[0])
    except Invalid as invalid:
        return invalid.problems
    raise AssertionError(f"bound to {bound.condition}")


def playbook(text: str) -> BoundPlaybook:
    """The bound playbook of `text`."""
    declared = with_playbook(project(), text)
    return bind_playbook("asked", declared, bind_catalog(declared)[0])


def playbook_problems(text: str) -> tuple[Problem, ...]:
    """The problems of a playbook, which must have some."""
    try:
        bound = playbook(text)
    except Invalid as invalid:
        return invalid.problems
    raise AssertionError(f"bound to {bound}")
