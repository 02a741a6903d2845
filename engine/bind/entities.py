"""Declared entities to the bound catalog. Language, section 2.

What is broken in an entity is left out of it and told as a problem, so that only what depends on
it fails. Without a source or a key there is no entity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from engine.bind.catalog import BoundPerson, EntityRef, EventRef, FieldRef, LinkRef
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.literals import literal
from engine.language.catalog import Entity, Event, Field, Kind, Link, Person, Property
from engine.language.conditions import Scalar
from engine.language.project import Project
from engine.places import Place
from engine.problems import Invalid, Problem, did_you_mean
from engine.tables import ColumnRef, TableRef

__all__ = ["bind_entity", "unknown_entity"]

_MOMENT_KINDS = frozenset({Kind.DATE, Kind.TIMESTAMP})
_KEY_KINDS = frozenset({Kind.INTEGER, Kind.TEXT})

Where = tuple[tuple[str, Scalar | tuple[Scalar, ...]], ...]
Declared = TypeVar("Declared")
Bound = TypeVar("Bound")


def bind_entity(entity: Entity, project: Project) -> tuple[EntityRef | None, tuple[Problem, ...]]:
    """What of an entity can be used, and the problems of the rest; None where nothing can.

    Computed fields are not among it yet: they may hang on those of other entities.
    """
    try:
        with Findings() as fatal:
            table = fatal.attempt(
                lambda: _table(entity.source, entity.where, owner=entity.place, project=project)
            )
            key = fatal.attempt(lambda: _key_column(entity))
    except Invalid as invalid:
        return None, invalid.problems
    found: list[Problem] = []
    label = {"": entity.label} if entity.label else {}
    contact = {"": entity.contact} if entity.contact else {}
    ref = EntityRef(
        name=entity.name,
        table=table,
        key=key,
        label=_keep(label, lambda name: _column(name, entity, entity.place.of("label")), found).get(
            ""
        ),
        contact=_people(contact, entity, is_team=False, found=found).get(""),
        links=_keep(entity.links, lambda link: _link(link, project), found),
        people={
            **_people(entity.people, entity, is_team=False, found=found),
            **_people(entity.team, entity, is_team=True, found=found),
        },
        fields=_keep(entity.fields, lambda each: _field(each, entity.name), found),
        events=_keep(entity.events, lambda event: _event(event, entity.name, project), found),
        tracked=entity.track,
    )
    return ref, tuple(found)


def unknown_entity(name: str, project: Project, place: Place) -> Invalid:
    """The problem of an entity that does not exist, or those of the file that should declare it."""
    hint = did_you_mean(name, project.entities)
    unknown = wrong(place, "unknown-entity", f"there is no entity `{name}`", hint=hint)
    return or_unreadable(unknown, "entity", name, project)


def _own(declared: Mapping[str, Person]) -> dict[str, Person]:
    """Those of the entity's own columns; the others are found once all fields are known."""
    return {name: each for name, each in declared.items() if each.found is None}


def _keep(
    declared: Mapping[str, Declared], bind: Callable[[Declared], Bound], found: list[Problem]
) -> dict[str, Bound]:
    """What binds, by name; the problems of the others are added to `found`."""
    bound: dict[str, Bound] = {}
    for name, each in declared.items():
        try:
            bound[name] = bind(each)
        except Invalid as invalid:
            found += invalid.problems
    return bound


# ---------------------------------------------------------------- tables and columns


def _table(source: str, where: Where, *, owner: Place, project: Project) -> TableRef:
    place = owner.of("source")
    connector, dot, table = source.partition(".")
    if not dot or not table:
        raise wrong(
            place,
            "bad-source",
            f"`{source}` is no source; expected CONNECTOR.TABLE, as product.users",
        )
    if connector not in project.settings.connectors:
        raise _unknown_connector(connector, project, place)
    return TableRef(connector, table, tuple(_allowed(pair, owner) for pair in where))


def _allowed(
    pair: tuple[str, Scalar | tuple[Scalar, ...]], owner: Place
) -> tuple[str, tuple[Scalar, ...]]:
    column, value = pair
    values = value if isinstance(value, tuple) else (value,)
    if not values:
        place = owner.of("where", column)
        raise wrong(place, "empty-list", f"`where` allows no value for the column {column}")
    return column, values


def _unknown_connector(name: str, project: Project, place: Place) -> Invalid:
    hint = did_you_mean(name, project.settings.connectors)
    message = f"touchline.yaml has no connector `{name}`"
    unknown = wrong(place, "unknown-connector", message, hint=hint)
    return or_unreadable(unknown, "connector", name, project)


def _key_column(entity: Entity) -> ColumnRef:
    place = entity.place.of("key")
    column = _column(entity.key, entity, place)
    if column.kind not in _KEY_KINDS:
        raise wrong(
            place,
            "wrong-type",
            f"the key of {entity.name} is `{entity.key}`, a {column.kind} field; a key is "
            "integer or text",
        )
    return column


def _column(name: str, entity: Entity, place: Place) -> ColumnRef:
    """The column of a field of that name, or else the column of that name, read as text."""
    if name in entity.computed:
        raise wrong(
            place,
            "computed-field",
            f"the field `{name}` of {entity.name} is computed; here only a stored one or a column "
            "fits",
        )
    field = entity.fields.get(name)
    return ColumnRef(name, Kind.TEXT) if field is None else _field(field, entity.name).column


# ---------------------------------------------------------------- what an entity has


def _field(field: Field, entity: str) -> FieldRef:
    name = f"{entity}.{field.name}"
    if field.format is not None and field.kind not in _MOMENT_KINDS:
        raise wrong(
            field.place,
            "unfit-option",
            f"`format` is for dates and timestamps; {name} is {field.kind}",
        )
    if field.separator is not None and field.kind is not Kind.LIST:
        raise wrong(
            field.place, "unfit-option", f"`separator` is for lists; {name} is {field.kind}"
        )
    values = tuple(literal(each, field.kind, name, field.place) for each in field.values)
    column = ColumnRef(field.column, field.kind, field.format, field.separator)
    return FieldRef((), entity, field.name, column, required=field.required, values=values)


def _link(link: Link, project: Project) -> LinkRef:
    if link.to not in project.entities:
        raise unknown_entity(link.to, project, link.place)
    return LinkRef(link.name, link.to, link.column)


def _people(
    declared: Mapping[str, Person], entity: Entity, *, is_team: bool, found: list[Problem]
) -> dict[str, BoundPerson]:
    return _keep(_own(declared), lambda who: _person(who, entity, is_team=is_team), found)


def _person(person: Person, entity: Entity, *, is_team: bool) -> BoundPerson:
    def text(name: str | None) -> ColumnRef | None:
        if name is None:
            return None
        column = _column(name, entity, person.place)
        if column.kind is not Kind.TEXT:
            raise wrong(
                person.place,
                "wrong-type",
                f"`{name}` of {entity.name} is {column.kind}; what tells of a person is text",
            )
        return column

    with Findings() as found:
        email = found.attempt(lambda: text(person.email) or ColumnRef(person.email, Kind.TEXT))
        return BoundPerson(
            email=email,
            name=found.attempt(lambda: text(person.name)),
            timezone=found.attempt(lambda: text(person.timezone)),
            locale=found.attempt(lambda: text(person.locale)),
            is_team=is_team,
        )


def _event(event: Event, entity: str, project: Project) -> EventRef:
    with Findings() as found:
        return EventRef(
            entity=entity,
            name=event.name,
            table=found.attempt(
                lambda: _table(event.source, event.where, owner=event.place, project=project)
            ),
            key=event.key,
            at=ColumnRef(event.at, Kind.TIMESTAMP, event.at_format),
            properties={name: _property(each) for name, each in event.properties.items()},
            counts_as_contact=event.counts_as_contact,
            history_from=found.attempt(lambda: _history_from(event)),
        )


def _property(each: Property) -> ColumnRef:
    return ColumnRef(each.column, each.kind, each.format)


def _history_from(event: Event) -> date | None:
    try:
        return date.fromisoformat(event.history_from) if event.history_from else None
    except ValueError:
        raise wrong(
            event.place.of("history_from"),
            "bad-date",
            f"history_from of {event.name} is `{event.history_from}`; expected a date, "
            "as 2025-01-31",
        ) from None
