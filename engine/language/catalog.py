"""Declared entities: what the business calls things, and where the data of each lies.

Language, section 2. Names of columns and tables are still text; nothing here has been looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from engine.language.conditions import Condition, Scalar
from engine.language.formulas import Formula
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "ComputedField",
    "Entity",
    "Event",
    "Field",
    "FoundRole",
    "Kind",
    "Link",
    "Person",
    "Property",
]


class Kind(StrEnum):
    """The types of fields and properties."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """A stored field. `format` is `iso`, `epoch` or `epoch_ms`, or None for the native form."""

    name: str
    kind: Kind
    column: str
    values: tuple[Scalar, ...] = ()
    required: bool = False
    format: str | None = None
    separator: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ComputedField:
    """A field that a formula gives."""

    name: str
    formula: Formula
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """Many to one: `column` holds the key of a row of the entity `to`."""

    name: str
    to: str
    column: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an event: a typed column of its source."""

    name: str
    kind: Kind
    column: str
    format: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to an entity; `source` is `connector.table`, the rest are columns.

    `history_from` is an ISO date; `counts_as_contact` says that somebody of ours reached out.
    """

    name: str
    source: str
    key: str
    at: str
    at_format: str | None = None
    where: tuple[tuple[str, Scalar | tuple[Scalar, ...]], ...] = ()
    properties: Mapping[str, Property] = field(default_factory=dict)
    counts_as_contact: bool = False
    history_from: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FoundRole:
    """A role that the contact of one of the rows of `entity` has that link here.

    It is the row with the highest (or lowest) `by` of those that `where` holds of.
    """

    entity: str
    by: str
    highest: bool
    where: Condition | None = None
    through: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A contact or a role: each part names a field or else a column of the entity's source.

    Of a role that is `found` among other rows the parts are those of their contact, and unset here.
    """

    name: str | None = None
    email: str = ""
    timezone: str | None = None
    locale: str | None = None
    found: FoundRole | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of thing, with its source, fields, links, people and events.

    `fields` are the stored ones; no name is among `computed` as well. `track` names the fields
    whose history is kept.
    """

    name: str
    source: str
    key: str
    label: str | None = None
    where: tuple[tuple[str, Scalar | tuple[Scalar, ...]], ...] = ()
    contact: Person | None = None
    links: Mapping[str, Link] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    team: Mapping[str, Person] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
    computed: Mapping[str, ComputedField] = field(default_factory=dict)
    events: Mapping[str, Event] = field(default_factory=dict)
    track: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)
