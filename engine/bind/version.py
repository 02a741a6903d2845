"""The version of a playbook: a digest of what it says, whatever its formatting.

Language, section 5, "Versions": the segment with named ones expanded, steps, templates, exit.
Status, owner, schedule, priority and entry are not part of it.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from engine.language.conditions import (
    All,
    Anyone,
    Condition,
    Has,
    InSegment,
    Negation,
    Nobody,
    OfParent,
)
from engine.language.playbook import Playbook, Segment
from engine.language.project import Template
from engine.language.steps import conditions_of, every_step
from engine.read.canonical import canonical_bytes

__all__ = ["named_segments", "playbook_version"]

Json = bool | str | None | list["Json"] | dict[str, "Json"]


def playbook_version(
    playbook: Playbook, segments: Mapping[str, Segment], templates: Iterable[Template]
) -> str:
    """SHA-256 (hex) of the declared content; `templates` are all that its steps use."""
    named = sorted(named_segments(playbook, segments))
    content: Json = {
        "playbook": playbook.declared,
        "segments": {name: _plain(segments[name]) for name in named},
        "templates": {
            f"{each.name}.{each.locale}".rstrip("."): _without_places(each) for each in templates
        },
    }
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def named_segments(playbook: Playbook, segments: Mapping[str, Segment]) -> set[str]:
    """The names of all segments that the playbook's conditions come to, one through another."""
    found: set[str] = set()
    open_names = set(_names_in_playbook(playbook))
    while open_names:
        name = open_names.pop()
        if name in segments and name not in found:
            found.add(name)
            open_names |= set(_names_in(segments[name].where))
    return found


def _names_in_playbook(playbook: Playbook) -> Iterator[str]:
    if isinstance(playbook.segment, Segment):
        yield from _names_in(playbook.segment.where)
    else:
        yield playbook.segment
    asked = [playbook.exit_when]
    if playbook.goal is not None:
        asked += [playbook.goal.when, *(each.when for each in playbook.goal.levels)]
    asked += [each for step in every_step(playbook.steps) for each in conditions_of(step)]
    for condition in asked:
        if condition is not None:
            yield from _names_in(condition)


def _names_in(condition: Condition) -> Iterator[str]:
    match condition:
        case InSegment(name):
            yield name
        case All(parts) | Anyone(parts) | Nobody(parts):
            for part in parts:
                yield from _names_in(part)
        case Negation(part) | OfParent(condition=part) | Has(where=part) if part is not None:
            yield from _names_in(part)
        case _:
            pass


def _plain(segment: Segment) -> Json:
    return {"of": segment.of, "where": _content(segment.where)}


def _without_places(template: Template) -> Json:
    return {
        "subject": template.subject,
        "body": template.body,
        "preheader": template.preheader,
        "layout": template.layout,
        "topic": template.topic,
        "purpose": template.purpose,
    }


def _content(value: Condition | object) -> Json:
    """Declared data as JSON: a dataclass by its name and what is set in it.

    What is left at its default is left out, so that a word added to the language changes no
    version. A number is told from text by the mapping around it.
    """
    match value:
        case None | bool() | str():
            return value
        case int() | float():
            return {"number": repr(value)}
        case Enum():
            return str(value.value)
        case tuple():
            return [_content(each) for each in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            said: dict[str, Json] = {"is": type(value).__name__}
            for part in dataclasses.fields(value):
                inner = getattr(value, part.name)
                if part.name != "place" and inner != part.default:
                    said[part.name] = _content(inner)
            return said
        case _:
            raise TypeError(f"a condition holds a {type(value).__name__}")
