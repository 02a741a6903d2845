"""What names stand for once they are looked up: fields, links and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.records import dataclass
from engine.tables import ColumnRef, TableRef

__all__ = ["Computed", "EventRef", "FieldRef", "LinkRef"]


@dataclass(frozen=True, slots=True)
class Computed:
    """Where a field comes from a formula of its entity: what kind the formula gives.

    `items` is the kind of the values in a list, and `of_children` says that they are of the rows
    that link here.
    """

    kind: Kind
    items: Kind = Kind.TEXT
    of_children: bool = False


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field seen from the asking entity: `links` are the names of the links to walk first.

    Of a computed field the formula is `Catalog.formula(ref)`, seen from `entity`. `required`
    promises a value, which a parent's field never can. `values` are all that the catalog allows;
    empty means any.
    """

    links: tuple[str, ...]
    entity: str
    name: str
    source: ColumnRef | Computed
    required: bool = False
    values: tuple[Scalar, ...] = ()

    @property
    def path(self) -> str:
        """The path as people write it: `account.plan`."""
        return ".".join((*self.links, self.name))

    @property
    def kind(self) -> Kind:
        """The type of its values."""
        return self.source.kind

    @property
    def column(self) -> ColumnRef:
        """The column of a stored field.

        Raises:
            TypeError: the field is computed.
        """
        if isinstance(self.source, Computed):
            raise TypeError(f"{self.entity}.{self.name} is computed and has no column")
        return self.source


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
