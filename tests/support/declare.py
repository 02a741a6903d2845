"""Declared things from a few lines of YAML, read into a project that is already there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from textwrap import dedent, indent
from typing import TypeVar

from engine.language.catalog import Entity
from engine.language.playbook import Playbook, Segment
from engine.language.project import Project
from engine.read.catalog import read_entity
from engine.read.documents import read_document
from engine.read.playbooks import read_playbook, read_segment
from engine.read.reading import Reading
from engine.read.revive import names_of

__all__ = ["with_entity", "with_playbook", "with_segment"]

Declared = TypeVar("Declared")


def with_segment(project: Project, conditions: str, *, of: str = "user") -> Project:
    """The project with a segment `asked`; the first condition stands on line 4, column 5."""
    text = f"segment: asked\nof: {of}\nwhere:\n{indent(dedent(conditions).strip(), '  ')}\n"
    segment: Segment = _read(text, "segments/asked.yaml", read_segment, project)
    return replace(project, segments={**project.segments, "asked": segment})


def with_playbook(project: Project, text: str) -> Project:
    """The project with a playbook `asked`: its `segment` and `steps` unless `text` says them."""
    words = dedent(text).strip()
    if not re.search(r"^segment:", words, re.MULTILINE):
        words = f"segment: {{of: user, where: [{{everyone: true}}]}}\n{words}"
    if not re.search(r"^steps:", words, re.MULTILINE):
        words += "\nsteps: [{wait: 1 day}]"
    path = "playbooks/asked.yaml"
    playbook: Playbook = _read(f"playbook: asked\n{words}\n", path, read_playbook, project)
    return replace(project, playbooks={**project.playbooks, "asked": playbook})


def with_entity(project: Project, text: str) -> Project:
    """The project with one more entity, or another of the same name."""
    entity: Entity = _read(dedent(text), "catalog/asked.yaml", read_entity, project)
    return replace(project, entities={**project.entities, entity.name: entity})


def _read(
    text: str,
    path: str,
    read: Callable[..., Declared | None],
    project: Project,
) -> Declared:
    document = read_document(text, path)
    reading = Reading(document.places, names_of(project))
    declared = read(document.data, reading)
    problems = [str(each) for each in (*document.problems, *reading.problems)]
    assert declared is not None, problems
    assert not problems
    return declared
