"""Persons of steps: roles, contacts, people of the house and addresses. Language, section 5."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bind.catalog import BoundPerson, EntityRef, FieldRef, FoundPerson
from engine.bind.entities import bind_entity
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.names import Scope, column_field, hidden_name, reach
from engine.bind.people import FixedPerson, PersonRef, Persons, RolePerson, Slot
from engine.language import steps as declared
from engine.places import Place
from engine.problems import Invalid, did_you_mean
from engine.tables import ColumnRef

__all__ = ["bind_contact", "bind_first", "bind_persons", "contact_of"]

_HOUSE = "house."
_ADDRESS = re.compile(r"[^@\s<>(),;:\\\"]+@[^@\s<>(),;:\\\"]+")


def bind_persons(persons: declared.Persons, scope: Scope, place: Place) -> Persons:
    """`to`: each item is a slot, a nested list the alternatives of one slot."""
    with Findings() as found:
        return found.each(
            tuple(enumerate(persons)), lambda each: bind_first((each[1],), scope, place.of(each[0]))
        )


def bind_first(persons: declared.Persons, scope: Scope, place: Place) -> Slot:
    """`from`, `reply_to`, `assign`: a list means the first that is set, so all are one slot."""
    with Findings() as found:
        return found.each(
            tuple(_placed(persons, place)), lambda each: _person(each[0], scope, each[1])
        )


def _placed(persons: declared.Persons, place: Place) -> Iterator[tuple[str, Place]]:
    """Each person with its own place in the list, if it stands in one."""
    for position, item in enumerate(persons):
        there = place.of(position) if len(persons) > 1 else place
        if isinstance(item, str):
            yield item, there
        else:
            yield from ((text, there.of(number)) for number, text in enumerate(item))


def bind_contact(scope: Scope, place: Place) -> RolePerson:
    """The contact of the asking entity, as `to` has it where a step names nobody."""
    return _contact(scope.entity.name, (), scope.entity, scope=scope, place=place)


def contact_of(entity: EntityRef) -> RolePerson | None:
    """The contact of a bound entity; None where it has none."""
    if entity.contact is None:
        return None
    return _role(entity.name, (), entity, person=entity.contact)


def _person(text: str, scope: Scope, place: Place) -> PersonRef:
    if "@" in text:
        return _address(text, place)
    if text.startswith(_HOUSE):
        return _of_house(text, scope, place)
    if text == scope.entity.name:
        return bind_contact(scope, place)
    there = _reach(text, scope, place)
    if there is None:
        raise _unknown(text, scope, place)
    links, entity, name = there
    role = entity.people.get(name)
    if role is not None:
        return _role(text, links, entity, person=role)
    if name in entity.links:
        target = scope.entity_named(entity.links[name].to, place)
        return _contact(text, (*links, name), target, scope=scope, place=place)
    raise _missing(text, entity, name, scope=scope, place=place)


def _address(text: str, place: Place) -> FixedPerson:
    if not _ADDRESS.fullmatch(text):
        raise wrong(
            place, "bad-address", f"`{text}` is no address; expected one, as dana@acme.example"
        )
    return FixedPerson(text, name="", email=text)


def _of_house(text: str, scope: Scope, place: Place) -> FixedPerson:
    people = scope.project.settings.people
    person = people.get(text.removeprefix(_HOUSE))
    if person is None:
        known = [f"{_HOUSE}{name}" for name in people]
        message = f"touchline.yaml names no person `{text}`"
        unknown = wrong(place, "unknown-person", message, hint=did_you_mean(text, known))
        raise or_unreadable(unknown, "person", text.removeprefix(_HOUSE), scope.project)
    return FixedPerson(text, person.name, person.email, is_team=True)


def _reach(path: str, scope: Scope, place: Place) -> tuple[tuple[str, ...], EntityRef, str] | None:
    """Where a path of links leads, or None where it begins with no link."""
    head, dot, _ = path.partition(".")
    declared_entity = scope.project.entities.get(scope.entity.name)
    links = declared_entity.links if declared_entity is not None else scope.entity.links
    if dot and head not in links:
        return None
    there = reach(path, scope, place)
    return there.links, there.entity, there.name


def _contact(
    text: str, links: tuple[str, ...], entity: EntityRef, *, scope: Scope, place: Place
) -> RolePerson:
    if entity.contact is not None:
        return _role(text, links, entity, person=entity.contact)
    declared_entity = scope.project.entities.get(entity.name)
    contact = declared_entity.contact if declared_entity is not None else None
    if declared_entity is not None and contact is not None:
        raise Invalid(bind_entity(declared_entity, scope.project)[1])
    raise wrong(
        place,
        "no-contact",
        f"{entity.name} has no contact, so `{text}` is no person",
        hint=f"declare `contact: {{email: …}}` in catalog/{entity.name}.yaml, or name a role",
    )


def _role(
    text: str,
    links: tuple[str, ...],
    entity: EntityRef,
    *,
    person: BoundPerson | FoundPerson,
) -> RolePerson:
    def field(part: ColumnRef | FieldRef) -> FieldRef:
        return column_field(links, entity, part)

    def optional(part: ColumnRef | FieldRef | None) -> FieldRef | None:
        return None if part is None else field(part)

    return RolePerson(
        text=text,
        links=links,
        email=field(person.email),
        name=optional(person.name),
        timezone=optional(person.timezone),
        locale=optional(person.locale),
        is_team=person.is_team,
    )


def _missing(text: str, entity: EntityRef, name: str, *, scope: Scope, place: Place) -> Invalid:
    """Why the last name of a path is no person of the entity there."""
    hidden = hidden_name(name, entity, scope, path=text, place=place)
    if hidden is not None:
        return hidden
    if name in entity.fields:
        message = f"`{text}` is a field, not a person"
        hint = f"declare a role under `people` or `team` of {entity.name}"
        return wrong(place, "unknown-person", message, hint=hint)
    return _unknown(text, scope, place)


def _unknown(text: str, scope: Scope, place: Place) -> Invalid:
    known = list(_known(scope))
    return wrong(
        place,
        "unknown-person",
        f"`{text}` is no person: no role, link, person of the house or address",
        hint=_hint(text, known),
    )


def _hint(text: str, known: list[str]) -> str:
    """The nearest person, unless that is only where the path begins."""
    hint = did_you_mean(text, known)
    if hint == f"did you mean {text.partition('.')[0]}?":
        return "declare that role under `people` or `team` in the catalog, or name a person"
    return hint


def _known(scope: Scope) -> list[str]:
    entity = scope.entity
    names = [*entity.people, *entity.links, *([entity.name] if entity.contact else [])]
    for link in entity.links.values():
        parent = scope.catalog.entities.get(link.to)
        names += [f"{link.name}.{role}" for role in parent.people] if parent is not None else []
    return [*names, *(f"{_HOUSE}{name}" for name in scope.project.settings.people)]
