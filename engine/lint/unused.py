"""Advice on files that nothing uses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from engine.language.conditions import InSegment
from engine.language.playbook import Playbook
from engine.language.project import Project
from engine.language.steps import EmailStep, every_step
from engine.lint.rule import Advice, Looked

__all__ = ["unused_segments", "unused_templates"]


def unused_segments(looked: Looked) -> Iterator[Advice]:
    """Named segments that no playbook, policy, segment, metric or computed field asks for."""
    project = looked.project
    if project.broken:  # what a file that could not be read uses is not known
        return
    used = _used_segments(project)
    for segment in project.segments.values():
        if segment.name not in used:
            yield Advice(
                segment.place,
                f"nothing uses the segment `{segment.name}`",
                "use it, or delete the file; git remembers it",
            )


def unused_templates(looked: Looked) -> Iterator[Advice]:
    """Message templates that no step sends."""
    project = looked.project
    if project.broken:
        return
    sent = {
        step.template
        for playbook in project.playbooks.values()
        for step in every_step(playbook.steps)
        if isinstance(step, EmailStep)
    }
    for template in project.templates.values():
        if template.name not in sent:
            yield Advice(
                template.place,
                f"no step sends `{template.name}`",
                "send it in a step, or delete the file; git remembers it",
            )


def _used_segments(project: Project) -> set[str]:
    used = {rule.segment for rule in project.settings.policy.never_contact}
    for declared in (project.playbooks, project.segments, project.entities, project.metrics):
        used.update(_named(declared))
    return used


def _named(value: object) -> Iterator[str]:
    """The segments that declared data names, however deep inside it."""
    match value:
        case InSegment(name) | Playbook(segment=str(name)):
            yield name
    match value:
        case Mapping():
            for each in value.values():
                yield from _named(each)
        case tuple():
            for each in value:
                yield from _named(each)
        case _ if dataclasses.is_dataclass(value):
            for part in dataclasses.fields(value):
                yield from _named(getattr(value, part.name))
