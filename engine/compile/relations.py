"""Where values stand: the asking entity with its parents, events, children, as joined relations.

Rows that lie in another database have come as a `Sheet` and are joined like a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import FromClause
from sqlalchemy.sql import ColumnElement

from engine.bind.catalog import Catalog, EntityRef, FieldRef
from engine.compile.algebra import walk
from engine.compile.core import (
    TOUCH_AT,
    Children,
    Events,
    Field,
    Figure,
    Key,
    Links,
    Node,
    Property,
    Touches,
    Value,
)
from engine.compile.leaves import Leaves
from engine.compile.sql import EventRows
from engine.language.catalog import Kind
from engine.ports import Reader, Row
from engine.tables import ColumnRef, TableRef

__all__ = [
    "Base",
    "Home",
    "ParentSheet",
    "Sheet",
    "Supplied",
    "TallySheet",
    "base",
    "entity_at",
    "event_rows",
    "key_at",
    "link_field",
    "links_of",
]

Sql = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows that were brought from elsewhere, with the kinds of their columns."""

    name: str
    columns: Mapping[str, Kind]
    rows: Sequence[Row]

    def relation(self, reader: Reader) -> FromClause:
        """The sheet as a relation of a statement."""
        kinds = {name: kind.value for name, kind in self.columns.items()}
        return reader.rows(self.name, kinds, self.rows)


@dataclass(frozen=True, slots=True)
class ParentSheet:
    """Rows of a parent: its key in `key`, and each needed column under a name."""

    sheet: Sheet
    names: Mapping[ColumnRef, str]


@dataclass(frozen=True, slots=True)
class TallySheet:
    """Figures of events in columns `f0`, `f1`, …, by the key in `key` of the entity at `by`."""

    sheet: Sheet
    figures: tuple[Figure, ...]
    by: Links


@dataclass(slots=True)
class Supplied:
    """All that was brought into the home of the asking entity."""

    parents: dict[Links, ParentSheet] = field(default_factory=dict)
    tallies: list[TallySheet] = field(default_factory=list)
    touches: dict[tuple[Touches, Links], Sheet] = field(default_factory=dict)
    children: dict[Children, Sheet] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Home:
    """One database with what is known there: its reader, the catalog, what was brought to it."""

    reader: Reader
    leaves: Leaves
    catalog: Catalog
    supplied: Supplied


@dataclass(frozen=True, slots=True)
class Base:
    """The asking entity with the parents that are needed, one row each."""

    source: FromClause
    key: Sql
    known: Mapping[Value, Sql]
    plain: Mapping[Value, Sql]


# ---------------------------------------------------------------- the catalog, along links


def entity_at(catalog: Catalog, entity: EntityRef, links: Links) -> EntityRef:
    """The entity that links lead to."""
    for link in links:
        entity = catalog.entities[entity.links[link].to]
    return entity


def key_at(catalog: Catalog, entity: EntityRef, links: Links) -> Key:
    """The key of the entity that links lead to."""
    return Key(links, entity_at(catalog, entity, links).key.kind)


def link_field(catalog: Catalog, entity: EntityRef, links: Links) -> Field:
    """The field that holds the key of the row at the end of `links`."""
    child = entity_at(catalog, entity, links[:-1])
    link = child.links[links[-1]]
    kind = catalog.entities[link.to].key.kind
    return Field(FieldRef(links[:-1], child.name, link.name, ColumnRef(link.column, kind)))


def links_of(nodes: Iterable[Node]) -> tuple[Links, ...]:
    """Every way along links that the nodes need, the shortest first, each with its beginnings."""
    found: set[Links] = set()
    for node in nodes:
        for each in walk(node):
            links = _links_at(each)
            found.update(links[:end] for end in range(1, len(links) + 1))
    return tuple(sorted(found, key=lambda links: (len(links), links)))


def _links_at(node: Node) -> Links:
    match node:
        case Field(ref):
            return ref.links
        case Key(links):
            return links
        case Events(holder=holder):
            return holder
        case _:
            return ()


# ---------------------------------------------------------------- the asking entity


def base(home: Home, entity: EntityRef, nodes: Sequence[Node]) -> Base:
    """The asking entity left-joined with every parent that the nodes speak of."""
    own = home.reader.relation(entity.table)
    key = home.reader.column(own, entity.key, entity.table)
    known: dict[Value, Sql] = {Key((), entity.key.kind): key}
    plain: dict[Value, Sql] = {
        Key((), entity.key.kind): home.reader.plain(own, entity.key, entity.table)
    }
    source: FromClause = own
    fields = {each for node in nodes for each in walk(node) if isinstance(each, Field)}
    for links in links_of(nodes):
        fields.add(link_field(home.catalog, entity, links))
    _add_fields(home, (), entity, own, fields=fields, known=known, plain=plain)
    for links in links_of(nodes):
        parent = entity_at(home.catalog, entity, links)
        relation, parent_key, sought = _parent(home, links, parent)
        pointer = known[link_field(home.catalog, entity, links)]
        source = source.outerjoin(relation, sought == pointer)
        known[Key(links, parent.key.kind)] = parent_key
        _add_fields(home, links, parent, relation, fields=fields, known=known, plain=plain)
    return Base(source, key, known, plain)


def _parent(home: Home, links: Links, parent: EntityRef) -> tuple[FromClause, Sql, Sql]:
    """A parent as a relation, its key, and its key as an index finds it."""
    brought = home.supplied.parents.get(links)
    if brought is not None:
        relation = brought.sheet.relation(home.reader)
        return relation, relation.c["key"], relation.c["key"]
    relation = home.reader.relation(parent.table)
    key = home.reader.column(relation, parent.key, parent.table)
    return relation, key, home.reader.plain(relation, parent.key, parent.table)


def _add_fields(
    home: Home,
    links: Links,
    entity: EntityRef,
    relation: FromClause,
    *,
    fields: Iterable[Field],
    known: dict[Value, Sql],
    plain: dict[Value, Sql],
) -> None:
    brought = home.supplied.parents.get(links)
    for each in fields:
        if each.ref.links != links:
            continue
        if brought is not None:
            known[each] = relation.c[brought.names[each.ref.column]]
        else:
            known[each] = home.reader.column(relation, each.ref.column, entity.table)
            plain[each] = home.reader.plain(relation, each.ref.column, entity.table)


# ---------------------------------------------------------------- events


def event_rows(home: Home, entity: EntityRef, sets: Sequence[Events]) -> EventRows:
    """The rows of sets of events that lie in one table, by one key and for one holder."""
    first = sets[0]
    if isinstance(first.source, Touches):
        return _touch_rows(home, sets, first.source)
    raw = TableRef(first.source.table.connector, first.source.table.table)
    relation = home.reader.relation(raw)
    columns = _columns_of(sets)
    owner = entity_at(home.catalog, entity, first.holder)
    maker = home.catalog.entities[first.children.entity] if first.children else owner
    holder = home.reader.plain(relation, ColumnRef(first.source.key, maker.key.kind), raw)
    source: FromClause = relation
    if first.children:
        children, child_key, holder_key = _children(home, first.children, owner)
        source, holder = relation.join(children, child_key == holder), holder_key
    return EventRows(
        source=source,
        holder=holder,
        tests={each: tuple(home.reader.counts(relation, _table(each))) for each in sets},
        known={Property(ref): home.reader.column(relation, ref, raw) for ref in columns},
        plain={Property(ref): home.reader.plain(relation, ref, raw) for ref in columns},
    )


def _table(events: Events) -> TableRef:
    if isinstance(events.source, Touches):
        raise TypeError("touches lie in no table of a source")
    return events.source.table


def _columns_of(sets: Iterable[Events]) -> set[ColumnRef]:
    """Every column of the events' rows that a test, or a figure of their time, may ask for."""
    found: set[ColumnRef] = set()
    for each in sets:
        found.update(node.column for node in walk(each) if isinstance(node, Property))
        if not isinstance(each.source, Touches):
            found.add(each.source.at)
            found.update(each.source.properties.values())
    return found


def _children(home: Home, children: Children, owner: EntityRef) -> tuple[FromClause, Sql, Sql]:
    """The children as a relation, with their key and the key of whom they link to."""
    brought = home.supplied.children.get(children)
    if brought is not None:
        relation = brought.relation(home.reader)
        return relation, relation.c["key"], relation.c["parent"]
    child = home.catalog.entities[children.entity]
    relation = home.reader.relation(child.table)
    pointer = ColumnRef(child.links[children.link].column, owner.key.kind)
    return (
        relation,
        home.reader.column(relation, child.key, child.table),
        home.reader.plain(relation, pointer, child.table),
    )


def _touch_rows(home: Home, sets: Sequence[Events], touches: Touches) -> EventRows:
    relation = home.supplied.touches[touches, sets[0].holder].relation(home.reader)
    known: dict[Value, Sql] = {
        Property(ref): relation.c[ref.column] for ref in {TOUCH_AT, *_columns_of(sets)}
    }
    return EventRows(relation, relation.c["key"], dict.fromkeys(sets, ()), known, {})
