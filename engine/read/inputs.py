"""What may stand for an input of a blueprint: its form, and whether the project has such a name.

Language, section 5, "Blueprints". A name is checked against what the files declare; how it may be
used where it stands is a matter of binding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any

from engine.language.blueprints import Input
from engine.language.catalog import Entity, Kind, Property
from engine.problems import did_you_mean
from engine.read.formats import FORMATS
from engine.read.reading import shown
from engine.records import dataclass

__all__ = ["CHECKS", "Declared", "Wrong", "wrong_form", "wrong_value"]


@dataclass(frozen=True, slots=True)
class Declared:
    """The names that a project declares; of `broken` kinds one cannot say that a name is wrong.

    `templates` are those of the project and of the library. `unreadable` are playbooks and
    blueprints whose files have problems.
    """

    entities: Mapping[str, Entity] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()
    playbooks: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a value cannot stand for an input, as the end of a sentence, and what to do."""

    why: str
    hint: str = ""


Check = Callable[[Any, Input, Declared], Wrong | None]
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def wrong_form(value: object, given: Input) -> Wrong | None:
    """What is wrong with a value by itself, whatever the project; None where nothing is."""
    expected, holds = _FORMS[given.type]
    return None if holds(value) else Wrong(f"is {shown(value)}; expected {expected}")


def wrong_value(value: object, given: Input, declared: Declared) -> Wrong | None:
    """What is wrong with a value in this project; None where nothing is."""
    wrong = wrong_form(value, given)
    check = CHECKS[given.type]
    return wrong if wrong is not None or check is None else check(value, given, declared)


# ---------------------------------------------------------------- forms


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_scalar(value: object) -> bool:
    return _is_text(value) or isinstance(value, int | float)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_scalar, value))


def _is_path(value: object) -> bool:
    return isinstance(value, str) and _PATH.fullmatch(value) is not None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _of_format(name: str) -> Callable[[object], bool]:
    verify = FORMATS[name][1]

    def holds(value: object) -> bool:
        if not isinstance(value, str):
            return False
        try:
            verify(value)
        except ValueError:
            return False
        return True

    return holds


_is_share = _of_format("touchline-share")

_FORMS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "text": ("text", _is_text),
    "integer": ("a whole number", _is_integer),
    "number": ("a number", _is_number),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "duration": ("a duration, as `30 days`", _of_format("touchline-duration")),
    "share": (
        "a share, as `20%`",
        lambda value: _is_share(value) or (_is_number(value) and 0 <= value <= 1),  # type: ignore[operator]
    ),
    "date": ("a date of the calendar, as `2026-03-31`", _of_format("date")),
    "cron": ("the five fields of cron, as `0 9 * * 1-5`", _of_format("touchline-cron")),
    "list": ("a list of values", _is_list),
    "entity": ("the name of an entity", _is_path),
    "event": ("the name of an event", _is_path),
    "field": ("the name of a field", _is_path),
    "property": ("a value of that property", _is_scalar),
    "segment": ("the name of a segment", _is_path),
    "playbook": ("the name of a playbook", _is_name),
    "template": ("the name of a template", _is_name),
    "channel": ("the name of a channel", _is_name),
    "role": ("a person, as `account.csm`", _is_text),
}
"""Per type of input: what a message says that was expected, and whether a value has that form."""


# ---------------------------------------------------------------- names of the project


def _among(value: str, known: Iterable[str], what: str, of: str = "") -> Wrong | None:
    names = set(known)
    if value in names:
        return None
    why = f"is `{value}`, and there is no {what} `{value}`"
    return Wrong(f"{why} of {of}" if of else why, did_you_mean(value, names))


def _entity(value: str, _: Input, declared: Declared) -> Wrong | None:
    if "entity" in declared.broken:
        return None
    return _among(value, declared.entities, "entity")


def _event(value: str, given: Input, declared: Declared) -> Wrong | None:
    if "entity" in declared.broken:
        return None
    owners = _owners(given.of, declared)
    events = (name for entity in owners for name in entity.events)
    return _among(value.rpartition(".")[2], events, "event", given.of)


def _field(value: str, given: Input, declared: Declared) -> Wrong | None:
    if "entity" in declared.broken:
        return None
    *links, leaf = value.split(".")
    owners = _owners(given.of, declared)
    for link in links:
        parents = [each.links[link].to for each in owners if link in each.links]
        owners = [declared.entities[name] for name in parents if name in declared.entities]
    fields = (name for entity in owners for name in (*entity.fields, *entity.computed))
    return _among(leaf, fields, "field", given.of)


def _owners(of: str, declared: Declared) -> list[Entity]:
    """The entities that a name may be of: the one that is named, or all."""
    return [each for name, each in declared.entities.items() if of in ("", name)]


def _property(value: object, given: Input, declared: Declared) -> Wrong | None:
    """The property has to exist, and the value to be of its type."""
    if "entity" in declared.broken:
        return None
    path, _, name = given.of.rpartition(".")
    event = path.rpartition(".")[2]
    found = [each.events[event] for each in declared.entities.values() if event in each.events]
    if not found:
        events = [each for entity in declared.entities.values() for each in entity.events]
        why = f"is a value of `{given.of}`, and there is no event `{event}`"
        return Wrong(why, did_you_mean(event, events))
    properties = [each.properties[name] for each in found if name in each.properties]
    if not properties:
        why = f"is a value of `{given.of}`, and the event `{event}` has no property `{name}`"
        return Wrong(why, did_you_mean(name, (p for each in found for p in each.properties)))
    return _of_its_type(value, given, properties[0])


def _of_its_type(value: object, given: Input, of: Property) -> Wrong | None:
    expected, holds = _FORMS[_FORM_OF_KIND[of.kind]]
    if holds(value):
        return None
    return Wrong(f"is {shown(value)}; `{given.of}` is {of.kind}: expected {expected}")


_FORM_OF_KIND: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "text",
    Kind.LIST: "text",
}


def _segment(value: str, _: Input, declared: Declared) -> Wrong | None:
    return _unless_broken("segment", value, declared.segments, declared)


def _playbook(value: str, _: Input, declared: Declared) -> Wrong | None:
    return _unless_broken("playbook", value, declared.playbooks, declared)


def _template(value: str, _: Input, declared: Declared) -> Wrong | None:
    return _unless_broken("template", value, declared.templates, declared)


def _channel(value: str, _: Input, declared: Declared) -> Wrong | None:
    return _unless_broken("channel", value, declared.channels, declared)


def _unless_broken(kind: str, value: str, known: Iterable[str], declared: Declared) -> Wrong | None:
    return None if kind in declared.broken else _among(value, known, kind)


def _role(value: str, _: Input, declared: Declared) -> Wrong | None:
    """An address, a person of the house, a role, or an entity or link with a contact."""
    if "@" in value or {"entity", "person"} & declared.broken:
        return None
    house, _dot, person = value.partition(".")
    if house == "house":
        return _among(person, declared.people, "person of the house")
    entities = declared.entities.values()
    roles = {name for each in entities for name in (*each.people, *each.team, *each.links)}
    return _among(value.rpartition(".")[2], roles | declared.entities.keys(), "role")


CHECKS: Mapping[str, Check | None] = {
    "text": None,
    "integer": None,
    "number": None,
    "boolean": None,
    "duration": None,
    "share": None,
    "date": None,
    "cron": None,
    "list": None,
    "entity": _entity,
    "event": _event,
    "field": _field,
    "property": _property,
    "segment": _segment,
    "playbook": _playbook,
    "template": _template,
    "channel": _channel,
    "role": _role,
}
"""The types of inputs, each with what is asked of the project; None where its form says all."""
