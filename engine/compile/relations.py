"""Where values stand: the asking entity with its parents, events, children, as joined relations.

Rows that lie in another database have come as a `Sheet` and are joined like a table.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from sqlalchemy import FromClause, Select, select
from sqlalchemy.sql import ColumnElement

from engine.bind.catalog import Catalog, EntityRef, EventRef
from engine.compile.algebra import walk
from engine.compile.columns import Columns
from engine.compile.core import (
    TOUCH_AT,
    After,
    Children,
    Events,
    Field,
    Figure,
    Followed,
    Gathered,
    Happened,
    History,
    Kept,
    Key,
    Links,
    Node,
    Property,
    Tallied,
    Value,
)
from engine.compile.given import NOTHING_GIVEN, Given, RowsAgain, values_borne
from engine.compile.leaves import Leaves
from engine.compile.links import entity_at, link_field, links_of
from engine.compile.parts import Part, inside
from engine.compile.sight import EventRows, Successors
from engine.language.catalog import Kind
from engine.ports import Ordered, Reader, Row
from engine.tables import ColumnRef, TableRef

__all__ = [
    "Askers",
    "Base",
    "Counted",
    "Held",
    "Home",
    "ParentSheet",
    "Rows",
    "Sheet",
    "Supplied",
    "all_columns",
    "base",
    "columns_after",
    "event_rows",
    "joined_children",
    "rows_of_event",
    "successor_rows",
    "tested_columns",
]

Sql = ColumnElement[Any]
Maker = Callable[[], Sql]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows that were brought from elsewhere, with the kinds of their columns."""

    name: str
    columns: Mapping[str, Kind]
    rows: Sequence[Row]

    def relation(self, home: Home) -> FromClause:
        """The sheet as a relation of a statement."""
        return home.given.rows(self.rows, rows_again(self.name, self.columns), home)


def rows_again(
    name: str,
    columns: Mapping[str, Kind],
    rows_of: Callable[[Sequence[Any]], Sequence[Row]] = tuple,
) -> RowsAgain:
    """How rows are brought under a name; `rows_of` makes rows of what is brought."""
    kinds = {each: kind.value for each, kind in columns.items()}

    def write(brought: Sequence[Any], home: Home) -> FromClause:
        return home.reader.rows(name, kinds, rows_of(brought))

    def borne(brought: Sequence[Any], home: Home) -> Sequence[object]:
        found = home.reader.borne(name, kinds, rows_of(brought))
        return values_borne(write(brought, home)) if found is None else found

    return RowsAgain(write, borne)


@dataclass(frozen=True, slots=True)
class ParentSheet:
    """Rows of a parent: its key in `key`, and each needed column under a name."""

    sheet: Sheet
    names: Mapping[ColumnRef, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A relation that the store holds for the rest of the snapshot."""

    found: FromClause

    def relation(self, home: Home) -> FromClause:
        """Under a name of its own."""
        return self.found.alias()


class Rows(Protocol):
    """What stands in a statement as a relation: a sheet, what is held, or a part of its own."""

    def relation(self, home: Home) -> FromClause:
        """The relation, in a statement at this home."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Figures that were found for everyone at once, by the key of the entity at `by`.

    They stand in the columns `f0`, `f1`, … of a relation, beside `key`.
    """

    rows: Rows
    figures: tuple[Tallied | Gathered, ...]
    by: Links


@dataclass(slots=True)
class Supplied:
    """All that was brought into the home of the asking entity, or made there beforehand."""

    parents: dict[Links, ParentSheet] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)
    ledger: dict[tuple[Kept, Links], Sheet] = field(default_factory=dict)
    children: dict[Children, Sheet] = field(default_factory=dict)
    successors: dict[EventRef, Sheet] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Home:
    """One database with what is known there: its reader, the catalog, what was brought to it.

    `given` are the values that a statement is written for; `place` tells apart what a statement
    is written for beside them, None where the store's texts serve once; `part` is where its parts
    stand.
    """

    reader: Reader
    leaves: Leaves
    catalog: Catalog
    supplied: Supplied
    given: Given = NOTHING_GIVEN
    place: Hashable = None
    part: Part = inside


@dataclass(frozen=True, slots=True)
class Base:
    """The asking entity with the parents that are needed, one row each."""

    source: FromClause
    key: Sql
    known: Mapping[Value, Sql]
    plain: Mapping[Value, Sql]
    ordered: Mapping[Value, Callable[[], Ordered | None]]


@dataclass(frozen=True, slots=True)
class Askers:
    """The rows that are asked about: their relation, and the columns that values stand in."""

    relation: FromClause
    known: Mapping[Value, Sql]


# ---------------------------------------------------------------- the asking entity


def base(home: Home, entity: EntityRef, nodes: Sequence[Node]) -> Base:
    """The asking entity left-joined with every parent that the nodes speak of."""
    own = home.reader.relation(entity.table)
    key = home.reader.column(own, entity.key, entity.table)
    own_key = Key((), entity.key.kind)
    known: dict[Value, Maker] = {own_key: partial(_same, key)}
    plain: dict[Value, Maker] = {own_key: partial(home.reader.plain, own, entity.key, entity.table)}
    source: FromClause = own
    walked = [each for node in nodes for each in walk(node)]
    fields = {each for each in walked if isinstance(each, Field)}
    for links in links_of(walked):
        fields.add(link_field(home.catalog, entity, links))
    ordered: dict[Value, Callable[[], Ordered | None]] = {}
    _add_fields(home, (), entity, own, fields=fields, known=known, plain=plain, ordered=ordered)
    for links in links_of(walked):
        parent = entity_at(home.catalog, entity, links)
        relation, parent_key, sought = _parent(home, links, parent)
        pointer = known[link_field(home.catalog, entity, links)]()
        source = source.outerjoin(relation, sought == pointer)
        known[Key(links, parent.key.kind)] = partial(_same, parent_key)
        _add_fields(
            home, links, parent, relation, fields=fields, known=known, plain=plain, ordered=ordered
        )
    return Base(source, key, Columns(known), Columns(plain), ordered)


def _same(column: Sql) -> Sql:
    return column


def _parent(home: Home, links: Links, parent: EntityRef) -> tuple[FromClause, Sql, Sql]:
    """A parent as a relation, its key, and its key as an index finds it."""
    brought = home.supplied.parents.get(links)
    if brought is not None:
        relation = brought.sheet.relation(home)
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
    known: dict[Value, Maker],
    plain: dict[Value, Maker],
    ordered: dict[Value, Callable[[], Ordered | None]],
) -> None:
    brought = home.supplied.parents.get(links)
    for each in fields:
        if each.ref.links != links:
            continue
        if brought is not None:
            known[each] = partial(relation.c.__getitem__, brought.names[each.ref.column])
        else:
            known[each] = partial(home.reader.column, relation, each.ref.column, entity.table)
            plain[each] = partial(home.reader.plain, relation, each.ref.column, entity.table)
            if each.ref.kind is Kind.TIMESTAMP:
                ordered[each] = partial(
                    home.reader.ordered, relation, each.ref.column, entity.table
                )


# ---------------------------------------------------------------- events


def event_rows(home: Home, entity: EntityRef, sets: Sequence[Events]) -> EventRows:
    """The rows of sets of events that lie in one table, by one key and for one holder."""
    first = sets[0]
    if not isinstance(first.source, EventRef):
        return _ledger_rows(home, sets, first.source)
    raw = TableRef(first.source.table.connector, first.source.table.table)
    relation = home.reader.relation(raw)
    columns, read = columns_of(sets), home.reader
    owner = entity_at(home.catalog, entity, first.holder)
    made_by = home.catalog.entities[first.children.entity] if first.children else owner
    maker = holder = home.reader.plain(relation, ColumnRef(first.source.key, made_by.key.kind), raw)
    source: FromClause = relation
    if first.children:
        source, holder = joined_children(home, first.children, owner, source=source, maker=maker)
    return EventRows(
        source=source,
        maker=maker,
        holder=holder,
        tests={each: tuple(home.reader.counts(relation, _table(each))) for each in sets},
        known=Columns({Property(ref): partial(read.column, relation, ref, raw) for ref in columns}),
        plain=Columns({Property(ref): partial(read.plain, relation, ref, raw) for ref in columns}),
        ordered={
            Property(ref): partial(home.reader.ordered, relation, ref, raw)
            for ref in columns
            if ref.kind is Kind.TIMESTAMP
        },
    )


def _table(events: Events) -> TableRef:
    if not isinstance(events.source, EventRef):
        raise TypeError("what the ledger knows lies in no table of a source")
    return events.source.table


def columns_of(sets: Iterable[Events]) -> tuple[ColumnRef, ...]:
    """Every column of the events' rows that a test, or a figure of them, may ask for."""
    found: dict[ColumnRef, None] = {}
    for each in sets:
        found.update(dict.fromkeys(tested_columns(each)))
        if isinstance(each.source, EventRef):
            found.update(dict.fromkeys(all_columns(each.source)))
    return tuple(found)


def tested_columns(events: Events) -> tuple[ColumnRef, ...]:
    """The columns of the events' rows that decide which of them count."""
    inside = walk(events.counting, _OF_OTHERS)
    return tuple(dict.fromkeys(each.column for each in inside if isinstance(each, Property)))


_OF_OTHERS = (Figure, Tallied, Happened)
"""Under these a property is one of other events."""


def joined_children(
    home: Home, children: Children, owner: EntityRef, *, source: FromClause, maker: Sql
) -> tuple[FromClause, Sql]:
    """Rows of children joined with the children, and the key of whom these link to."""
    relation, key, holder = _children(home, children, owner)
    return source.join(relation, key == maker), holder


def _children(home: Home, children: Children, owner: EntityRef) -> tuple[FromClause, Sql, Sql]:
    """The children as a relation, with their key and the key of whom they link to."""
    brought = home.supplied.children.get(children)
    if brought is not None:
        relation = brought.relation(home)
        return relation, relation.c["key"], relation.c["parent"]
    child = home.catalog.entities[children.entity]
    relation = home.reader.relation(child.table)
    pointer = ColumnRef(child.links[children.link].column, owner.key.kind)
    return (
        relation,
        home.reader.column(relation, child.key, child.table),
        home.reader.plain(relation, pointer, child.table),
    )


def _ledger_rows(home: Home, sets: Sequence[Events], source: Kept) -> EventRows:
    relation = home.supplied.ledger[source, sets[0].holder].relation(home)
    values = (source.previous, source.value) if isinstance(source, History) else ()
    known: dict[Value, Sql] = {
        Property(ref): relation.c[ref.column]
        for ref in (TOUCH_AT, *values, *columns_of(sets))
        if ref.column in relation.c
    }
    key = relation.c["key"]
    return EventRows(relation, key, key, dict.fromkeys(sets, ()), known, {})


def successor_rows(home: Home, followed: Followed) -> Successors:
    """The rows among which the events are that may follow, with the columns asked of them."""
    event = followed.source
    columns = columns_after(followed)
    brought = home.supplied.successors.get(event)
    if brought is not None:
        relation = brought.relation(home)
        names: dict[Value, Sql] = {
            After(ref): relation.c[f"c{number}"] for number, ref in enumerate(all_columns(event))
        }
        return Successors(relation, relation.c["key"], (), names)
    relation = home.reader.relation(TableRef(event.table.connector, event.table.table))
    kind = home.catalog.entities[event.entity].key.kind
    maker = home.reader.plain(relation, ColumnRef(event.key, kind), event.table)
    known = Columns(
        {After(ref): partial(home.reader.column, relation, ref, event.table) for ref in columns}
    )
    return Successors(relation, maker, tuple(home.reader.counts(relation, event.table)), known)


def rows_of_event(event: EventRef, home: Home) -> Select[Any]:
    """Every such event: the key of the row it is of, its time, and its properties."""
    relation = home.reader.relation(event.table)
    kind = home.catalog.entities[event.entity].key.kind
    key = home.reader.column(relation, ColumnRef(event.key, kind), event.table)
    times = home.reader.column(relation, event.at, event.table)
    columns: list[Sql] = [key]
    columns += [home.reader.column(relation, ref, event.table) for ref in all_columns(event)]
    return select(*columns).where(key.is_not(None), times.is_not(None))


def columns_after(followed: Followed) -> tuple[ColumnRef, ...]:
    """The columns of the events that may follow that are asked for, their time the first."""
    found = {followed.source.at: None}
    for node in walk(followed.counting, _OF_OTHERS):
        if isinstance(node, After):
            found[node.column] = None
    return tuple(found)


def all_columns(event: EventRef) -> tuple[ColumnRef, ...]:
    """The time of an event and its properties."""
    return tuple(dict.fromkeys((event.at, *event.properties.values())))
