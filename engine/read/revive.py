"""Earlier versions of playbooks and segments, read again from what the ledger kept of them.

Language, section 5, "Versions": who entered with a version goes on with it, whatever the file says
by now. Templates are kept as they are, and are no matter of this module.
"""

from __future__ import annotations

from typing import Any

from engine.language.playbook import Playbook, Segment
from engine.language.project import Project
from engine.places import Place, SourceMap
from engine.problems import Invalid, Problem
from engine.read.canonical import declared_data
from engine.read.playbooks import read_playbook, read_segment
from engine.read.reading import Names, Reading
from engine.read.shapes import check_shape

__all__ = ["names_of", "revived_playbook", "revived_segment"]


def names_of(project: Project) -> Names:
    """The names of a project that tell one form from another."""
    return Names(
        links={
            each.name: {link.name: link.to for link in each.links.values()}
            for each in project.entities.values()
        },
        entities=frozenset(project.entities),
        segments={each.name: each.of for each in project.segments.values()},
    )


def revived_playbook(name: str, declared: str, *, names: Names) -> Playbook:
    """The playbook whose `Playbook.declared` this was: its segment, steps and exit.

    Status, schedule, priority and entry are no part of a version, and stand at their defaults.
    `names` are those of the project as it is now.

    Raises:
        Invalid: the words of that version cannot be read any more.
    """
    data, reading = _read_again("playbook", name, declared, names)
    playbook = read_playbook(data, reading)
    if playbook is None:
        raise Invalid(reading.problems)
    return playbook


def revived_segment(name: str, declared: str, *, names: Names) -> Segment:
    """The named segment whose `Segment.declared` this was.

    `names` are those of the project as it is now.

    Raises:
        Invalid: the words of that version cannot be read any more.
    """
    data, reading = _read_again("segment", name, declared, names)
    segment = read_segment(data, reading)
    if segment is None:
        raise Invalid(reading.problems)
    return segment


def _read_again(
    kind: str, name: str, declared: str, names: Names
) -> tuple[dict[str, Any], Reading]:
    title = f"the earlier version of {kind} {name}"  # stands where the path of a file would
    try:
        said = declared_data(declared)
    except ValueError as error:
        raise Invalid([Problem(Place(title), "bad-version", f"it is no JSON: {error}")]) from None
    data = {**said, kind: name} if isinstance(said, dict) else {}
    reading = Reading(SourceMap(title), names)
    check_shape(kind, data, reading)
    return data, reading
