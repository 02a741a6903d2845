"""`catalog/*.yaml` as declared entities. Language, section 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.language.catalog import (
    ComputedField,
    Entity,
    Event,
    Field,
    FoundRole,
    Kind,
    Link,
    Person,
    Property,
)
from engine.language.conditions import Scalar
from engine.places import DocumentPath
from engine.read.conditions import FORMS, read_condition
from engine.read.formulas import FORMULAS, read_formula
from engine.read.reading import Reading

__all__ = ["links_declared", "read_entity"]

_Data = Mapping[str, Any]
_Made = TypeVar("_Made")
_Columns = tuple[tuple[str, Scalar | tuple[Scalar, ...]], ...]

_CONDITION_WORDS = frozenset(FORMS)
_MOMENT_WORDS = frozenset(("now", "today", "yesterday", "tomorrow", "entered"))
_NAMED_TOGETHER = ("fields", "links", "people", "team")  # they share one namespace
_ROLES = ("people", "team")


def links_declared(data: object) -> Mapping[str, str]:
    """The links that a catalog file declares, sound or not, with the entity that each leads to."""
    links = data.get("links") if isinstance(data, Mapping) else None
    if not isinstance(links, Mapping):
        return {}
    return {name: _leads_to(name, said) for name, said in links.items()}


def _name_of(data: object) -> object:
    return data.get("entity") if isinstance(data, Mapping) else None


def _leads_to(name: str, said: object) -> str:
    to = said.get("to", name) if isinstance(said, Mapping) else name
    return to if isinstance(to, str) else name


def _check_names(data: object, reading: Reading) -> None:
    """Report names that stand twice, or that the language keeps for itself."""
    if not isinstance(data, dict):
        return
    first: dict[str, DocumentPath] = {}
    for part in _NAMED_TOGETHER:
        names = data.get(part)
        for name in names if isinstance(names, dict) else ():
            path = (part, name)
            _check_name(name, path, reading)
            if name in first:
                line = reading.places.key(first[name]).line
                reading.report_key(
                    path,
                    "duplicate-name",
                    f"`{name}` is the name of one of the {first[name][0]} already, on line {line}",
                    "fields, links and roles of an entity share one namespace",
                )
            first.setdefault(name, path)
    _check_dates(data.get("fields"), reading)


def _check_name(name: str, path: DocumentPath, reading: Reading) -> None:
    if name in _CONDITION_WORDS:
        reading.report_key(
            path,
            "reserved-name",
            f"`{name}` is a word of conditions; nothing in a catalog can be called so",
            "choose another name, and say `column:` for the column",
        )


def _check_dates(fields: object, reading: Reading) -> None:
    for name, declared in fields.items() if isinstance(fields, dict) else ():
        kind = declared.get("type", "computed") if isinstance(declared, dict) else declared
        if name in _MOMENT_WORDS and kind in ("date", "timestamp", "computed"):
            reading.report_key(
                ("fields", name),
                "reserved-name",
                f"`{name}` is a word of moments; a {kind} field cannot be called so",
                "choose another name, and say `column:` for the column",
            )


def read_entity(data: object, reading: Reading) -> Entity | None:
    """The entity of a file; None where the file has problems, which are then reported."""
    _check_names(data, reading)
    computed = _computed(data, reading.seen_from(_name_of(data)))
    found = {group: _found_roles(data, group, reading) for group in _ROLES}
    if not isinstance(data, dict) or reading.faults:
        return None
    contact = data.get("contact")
    return Entity(
        name=data["entity"],
        source=data["source"],
        key=data["key"],
        label=data.get("label"),
        where=_columns(data.get("where", {})),
        contact=_person("contact", contact, ("contact",), reading) if contact else None,
        links=_each(data, "links", _link, (), reading),
        people=_roles(data, "people", found["people"], reading),
        team=_roles(data, "team", found["team"], reading),
        fields=_stored(data, reading),
        computed=computed,
        events=_each(data, "events", _event, (), reading),
        track=tuple(data.get("track", ())),
        place=reading.places.head("entity"),
    )


def _each(
    data: _Data,
    key: str,
    make: Callable[[str, Any, DocumentPath, Reading], _Made],
    path: DocumentPath,
    reading: Reading,
) -> dict[str, _Made]:
    return {
        name: make(name, declared, (*path, key, name), reading)
        for name, declared in data.get(key, {}).items()
    }


def _columns(data: _Data) -> _Columns:
    return tuple(
        (column, tuple(value) if isinstance(value, list) else value)
        for column, value in data.items()
    )


def _person(name: str, data: _Data, path: DocumentPath, reading: Reading) -> Person:
    return Person(
        name=data.get("name"),
        email=data["email"],
        timezone=data.get("timezone"),
        locale=data.get("locale"),
        place=reading.places.key(path),
    )


def _roles(
    data: _Data, group: str, found: Mapping[str, FoundRole], reading: Reading
) -> dict[str, Person]:
    stored = {
        name: _person(name, said, (group, name), reading)
        for name, said in data.get(group, {}).items()
        if name not in found
    }
    return stored | {name: Person(found=each, place=each.place) for name, each in found.items()}


def _found_roles(data: object, group: str, reading: Reading) -> dict[str, FoundRole]:
    """The roles found among rows, as far as their shape is sound."""
    read: dict[str, FoundRole] = {}
    for name, said in _names(data, group).items():
        if not isinstance(said, dict) or not reading.is_sound((group, name)):
            continue
        ((entity, words),) = said.items() if len(said) == 1 else ((None, None),)
        if isinstance(words, dict):
            read[name] = _found_role(str(entity), words, (group, name, str(entity)), reading)
    return read


def _found_role(entity: str, words: _Data, path: DocumentPath, reading: Reading) -> FoundRole:
    where = words.get("where")
    return FoundRole(
        entity=entity,
        by=words.get("highest") or words.get("lowest", ""),
        highest="highest" in words,
        where=None
        if where is None
        else read_condition(where, (*path, "where"), reading.seen_from(entity)),
        through=words.get("through"),
        place=reading.places.key(path),
    )


def _link(name: str, data: Any, path: DocumentPath, reading: Reading) -> Link:
    place = reading.places.key(path)
    if isinstance(data, str):
        return Link(name, name, data, place)
    return Link(name, data["to"], data["column"], place)


def _stored(data: _Data, reading: Reading) -> dict[str, Field]:
    return {
        name: _field(name, declared, ("fields", name), reading)
        for name, declared in data.get("fields", {}).items()
        if not _is_computed(declared)
    }


def _computed(data: object, reading: Reading) -> dict[str, ComputedField]:
    """The computed fields as far as their shape is sound, each with the problems of its own."""
    fields, events = _names(data, "fields"), frozenset(_names(data, "events"))
    read: dict[str, ComputedField] = {}
    for name, declared in fields.items():
        path = ("fields", name)
        if not _is_computed(declared) or not reading.is_sound(path):
            continue
        formula = read_formula(declared, path, reading, events=events)
        if formula is not None:
            read[name] = ComputedField(name, formula, reading.places.key(path))
    return read


def _names(data: object, part: str) -> _Data:
    found = data.get(part) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _is_computed(declared: object) -> bool:
    return isinstance(declared, dict) and any(word in declared for word in FORMULAS)


def _field(name: str, data: Any, path: DocumentPath, reading: Reading) -> Field:
    place = reading.places.key(path)
    if isinstance(data, str):
        return Field(name, Kind(data), name, place=place)
    return Field(
        name,
        Kind(data["type"]),
        data.get("column", name),
        values=tuple(data.get("values", ())),
        required=data.get("required", False),
        format=data.get("format"),
        separator=data.get("separator"),
        place=place,
    )


def _event(name: str, data: _Data, path: DocumentPath, reading: Reading) -> Event:
    at = data["at"]
    return Event(
        name=name,
        source=data["source"],
        key=data["key"],
        at=at if isinstance(at, str) else at["column"],
        at_format=None if isinstance(at, str) else at.get("format"),
        where=_columns(data.get("where", {})),
        properties=_each(data, "properties", _property, path, reading),
        counts_as_contact=data.get("counts_as") == "contact",
        history_from=data.get("history_from"),
        place=reading.places.key(path),
    )


def _property(name: str, data: Any, path: DocumentPath, reading: Reading) -> Property:
    place = reading.places.key(path)
    if isinstance(data, str):
        return Property(name, Kind(data), name, place=place)
    column = data.get("column", name)
    return Property(name, Kind(data["type"]), column, data.get("format"), place)
