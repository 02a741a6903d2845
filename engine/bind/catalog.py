"""The bound catalog: every name looked up, every column with its type and stored form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from engine.bind.formulas import Formula
from engine.bind.refs import Computed, EventRef, FieldRef, LinkRef
from engine.problems import Problem
from engine.records import dataclass
from engine.tables import ColumnRef, TableRef

__all__ = [
    "BoundPerson",
    "Catalog",
    "Computed",
    "EntityRef",
    "EventRef",
    "FieldRef",
    "FoundPerson",
    "LinkRef",
]


@dataclass(frozen=True, slots=True)
class BoundPerson:
    """A contact or role: columns of the entity's own source. `email` None never occurs."""

    email: ColumnRef
    name: ColumnRef | None = None
    timezone: ColumnRef | None = None
    locale: ColumnRef | None = None
    is_team: bool = False

    @property
    def columns(self) -> tuple[ColumnRef, ...]:
        """Its parts, as far as they are told."""
        parts = (self.email, self.name, self.timezone, self.locale)
        return tuple(each for each in parts if each is not None)


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A role that the contact of another row has: its parts are computed fields of the entity."""

    email: FieldRef
    name: FieldRef | None = None
    timezone: FieldRef | None = None
    locale: FieldRef | None = None
    is_team: bool = False


@dataclass(frozen=True, slots=True)
class EntityRef:
    """An entity with all that is known of it.

    `fields` are the stored and the computed ones; `formulas` has those of the computed, by name.
    `tracked` names the fields whose history is kept.
    """

    name: str
    table: TableRef
    key: ColumnRef
    label: ColumnRef | None = None
    contact: BoundPerson | None = None
    links: Mapping[str, LinkRef] = field(default_factory=dict, hash=False)
    people: Mapping[str, BoundPerson | FoundPerson] = field(default_factory=dict, hash=False)
    fields: Mapping[str, FieldRef] = field(default_factory=dict, hash=False)
    events: Mapping[str, EventRef] = field(default_factory=dict, hash=False)
    formulas: Mapping[str, Formula] = field(default_factory=dict, hash=False)
    tracked: tuple[str, ...] = ()

    @property
    def stored(self) -> tuple[FieldRef, ...]:
        """The fields that have a column."""
        return tuple(ref for name, ref in self.fields.items() if name not in self.formulas)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All entities by name. `people` of an entity holds its `people` and its `team`.

    `broken` has, by entity and name, why a declared computed field is not among the fields.
    """

    entities: Mapping[str, EntityRef]
    broken: Mapping[tuple[str, str], tuple[Problem, ...]] = field(default_factory=dict)

    def formula(self, ref: FieldRef) -> Formula | None:
        """The formula of a computed field, seen from `ref.entity`; None of a stored one."""
        return self.entities[ref.entity].formulas[ref.name] if _is_computed(ref) else None

    def is_tracked(self, ref: FieldRef) -> bool:
        """Whether the history of a field is kept."""
        return ref.name in self.entities[ref.entity].tracked


def _is_computed(ref: FieldRef) -> bool:
    return isinstance(ref.source, Computed)
