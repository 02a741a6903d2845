"""The bound catalog: every name looked up, every column with its type and stored form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.language.conditions import Scalar
from engine.tables import ColumnRef, TableRef

__all__ = [
    "BoundPerson",
    "Catalog",
    "EntityRef",
    "EventRef",
    "FieldRef",
    "LinkRef",
]


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field seen from the asking entity: `links` are the names of the links to walk first.

    `required` promises a value, which a parent's field never can. `values` are all that the
    catalog allows; empty means any.
    """

    links: tuple[str, ...]
    entity: str
    name: str
    column: ColumnRef
    required: bool = False
    values: tuple[Scalar, ...] = ()

    @property
    def path(self) -> str:
        """The path as people write it: `account.plan`."""
        return ".".join((*self.links, self.name))


@dataclass(frozen=True, slots=True)
class LinkRef:
    """Many to one: `column` of the child holds the key of a row of the entity `to`."""

    name: str
    to: str
    column: str


@dataclass(frozen=True, slots=True)
class EventRef:
    """An event of an entity: rows of `table` whose `key` column is the entity's key."""

    entity: str
    name: str
    table: TableRef
    key: str
    at: ColumnRef
    properties: Mapping[str, ColumnRef] = field(default_factory=dict, hash=False)
    counts_as_contact: bool = False
    history_from: date | None = None


@dataclass(frozen=True, slots=True)
class BoundPerson:
    """A contact or role: columns of the entity's own source. `email` None never occurs."""

    email: ColumnRef
    name: ColumnRef | None = None
    timezone: ColumnRef | None = None
    locale: ColumnRef | None = None
    is_team: bool = False


@dataclass(frozen=True, slots=True)
class EntityRef:
    """An entity with all that is known of it."""

    name: str
    table: TableRef
    key: ColumnRef
    label: ColumnRef | None = None
    contact: BoundPerson | None = None
    links: Mapping[str, LinkRef] = field(default_factory=dict, hash=False)
    people: Mapping[str, BoundPerson] = field(default_factory=dict, hash=False)
    fields: Mapping[str, FieldRef] = field(default_factory=dict, hash=False)
    events: Mapping[str, EventRef] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All entities by name. `people` of an entity holds its `people` and its `team`."""

    entities: Mapping[str, EntityRef]
