"""The JSON Schemas of every kind of file, plain or narrowed to the names of one project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.language.catalog import Entity
from engine.language.project import Project, SmtpChannel, WebhookChannel
from engine.read.blueprints import LIBRARY
from engine.read.library import library_names
from engine.report.text import as_json, count

__all__ = ["narrowed_schemas", "plain_schemas", "print_or_write"]

_FOLDER = Path(__file__).resolve().parents[2] / "schemas"
_DEEPEST_PATH = 3  # links followed when names are listed; deeper paths are valid all the same


def plain_schemas() -> dict[str, Any]:
    """All schemas, by the name of their file."""
    paths = sorted(_FOLDER.glob("*.json"))
    return {path.name: json.loads(path.read_text("utf-8")) for path in paths}


def narrowed_schemas(project: Project) -> dict[str, Any]:
    """The schemas with the project's own names, so that an editor completes and checks them."""
    schemas = plain_schemas()
    for path, names in _narrowings(project):
        _narrow(schemas, path, sorted(set(names)))
    return schemas


def print_or_write(schemas: Mapping[str, object], out: Path | None) -> str:
    """One JSON object of all, or, given a folder, a file each and a sentence."""
    if out is None:
        return as_json(schemas)
    out.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas.items():
        (out / name).write_text(as_json(schema) + "\n", encoding="utf-8")
    return f"wrote {count(len(schemas), 'schema')} to {out}"


def _narrowings(project: Project) -> Iterator[tuple[tuple[str, ...], Iterable[str]]]:
    """Where a name of the project stands in a schema, and which names there are."""
    entities = project.entities.values()
    of = list(project.entities)
    webhooks = [
        name for name, each in project.settings.channels.items() if isinstance(each, WebhookChannel)
    ]
    mail = [
        name for name, each in project.settings.channels.items() if isinstance(each, SmtpChannel)
    ]
    playbook = ("playbook.json", "$defs")
    form = ("condition.json", "$defs", "form", "properties")
    yield ("condition.json", "$defs", "event"), _events(project)
    yield (*form, "segment"), [*project.segments, "self"]
    yield ("condition.json", "$defs", "field_or_link", "propertyNames"), _paths(project, entities)
    yield ("segment.json", "properties", "of"), of
    yield ("metric.json", "properties", "of"), of
    yield ("metric.json", "properties", "ratio", "items"), project.metrics
    yield (*playbook, "own_segment", "properties", "of"), of
    yield (*playbook, "plain", "properties", "segment", "else"), project.segments
    yield (*playbook, "use", "properties", "use"), _blueprints(project)
    yield (*playbook, "email", "properties", "email"), _templates(project)
    yield (*playbook, "email", "properties", "via"), mail
    yield (*playbook, "webhook", "properties", "webhook"), webhooks
    yield ("test.json", "properties", "test"), project.playbooks
    yield ("test.json", "$defs", "given", "propertyNames"), _given(project)


def _narrow(schemas: dict[str, Any], path: tuple[str, ...], names: list[str]) -> None:
    """Put an enumeration at a path, in the place of a pattern or a reference."""
    if not names:
        return
    schema = schemas
    for part in path:
        schema = schema[part]
    for word in ("pattern", "$ref", "examples"):
        schema.pop(word, None)
    schema["enum"] = names


def _events(project: Project) -> Iterator[str]:
    for entity in project.entities.values():
        yield from entity.events
        for link in entity.links.values():
            parent = project.entities.get(link.to)
            yield from (f"{link.name}.{event}" for event in (parent.events if parent else ()))
            if parent:
                yield from (f"{entity.name}.{event}" for event in entity.events)


def _given(project: Project) -> Iterator[str]:
    """What rows can be given of: entities and events, an event also as ENTITY.EVENT."""
    for entity in project.entities.values():
        yield from (entity.name, *entity.events)
        yield from (f"{entity.name}.{event}" for event in entity.events)


def _paths(project: Project, entities: Iterable[Entity]) -> Iterator[str]:
    for entity in entities:
        yield from _paths_of(project, entity, _DEEPEST_PATH)


def _paths_of(project: Project, entity: Entity, depth: int) -> Iterator[str]:
    for names in (entity.fields, entity.links, entity.people, entity.team):
        yield from names
    for link in entity.links.values():
        parent = project.entities.get(link.to)
        if parent is not None and depth:
            below = _paths_of(project, parent, depth - 1)
            yield from (f"{link.name}.{path}" for path in below)


def _blueprints(project: Project) -> Iterator[str]:
    yield from project.blueprints
    yield from (f"{LIBRARY}{name}" for name in library_names())


def _templates(project: Project) -> Iterator[str]:
    return (template.name for template in project.templates.values())
