"""Answering a question: what lies elsewhere comes home as rows, then one statement decides.

Each part runs where its data lies. Before anything is brought, the rows that are asked about are
narrowed by what home alone can tell; what another database must know of them is sent there as
rows first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from engine.audience.reading import Reading
from engine.audience.touches import touch_sheet
from engine.audience.values import seen_value
from engine.bind.catalog import Catalog
from engine.bind.conditions import FigureKind
from engine.compile.algebra import all_of, any_of, kind_of, transform, walk
from engine.compile.core import (
    All,
    Always,
    Children,
    Constant,
    Either,
    Events,
    Field,
    Figure,
    Happened,
    Key,
    Links,
    Node,
    Predicate,
    Touches,
    Value,
)
from engine.compile.question import Question, prepared, statement
from engine.compile.relations import (
    Home,
    ParentSheet,
    Sheet,
    TallySheet,
    entity_at,
    key_at,
    link_field,
    links_of,
)
from engine.compile.tally import Askers, hanging_fields, pools, tallied, tally
from engine.language.catalog import Kind
from engine.ports import Row

__all__ = ["answer"]

Tree = TypeVar("Tree", bound=Predicate | Value)


def answer(question: Question, reading: Reading, *, own: Collection[str] = ()) -> Iterator[Row]:
    """The answer's rows: the key and each output, by key ascending; values in Python's forms.

    `own` are enrollments whose touches do not count as contact for their own row.
    """
    connector = question.entity.table.connector
    home = reading.snapshot.home(connector)
    question = _with_touches(question, home, reading, own)
    where = _Whereabouts(reading, question)
    kind = reading.snapshot.database(connector).kind
    question = prepared(question, kind, where.is_foreign)
    _bring_parents(question, home, where)
    _bring_children(question, home, where)
    _bring_figures(question, home, where)
    kinds = [question.entity.key.kind, *(_kind_of_output(each) for each in question.outputs)]
    for row in reading.read(connector, statement(question, home)):
        yield tuple(seen_value(kind, raw) for kind, raw in zip(kinds, row, strict=True))


def _kind_of_output(node: Predicate | Value) -> Kind:
    return Kind.BOOLEAN if isinstance(node, Predicate) else kind_of(node)


# ---------------------------------------------------------------- what lies where


@dataclass(frozen=True, slots=True)
class _Whereabouts:
    """What of a question lies at the home of its entity, and what elsewhere."""

    reading: Reading
    question: Question

    @property
    def catalog(self) -> Catalog:
        return self.reading.snapshot.catalog

    def is_home(self, connector: str) -> bool:
        home = self.question.entity.table.connector
        return self.reading.snapshot.are_together(home, connector)

    def are_home(self, children: Children) -> bool:
        return self.is_home(self.catalog.entities[children.entity].table.connector)

    def is_foreign(self, events: Events) -> bool:
        """Whether events, or the children they are of, lie elsewhere."""
        if isinstance(events.source, Touches):
            return False
        if not self.is_home(events.source.table.connector):
            return True
        return events.children is not None and not self.are_home(events.children)

    def parent_is_home(self, links: Links) -> bool:
        parent = entity_at(self.catalog, self.question.entity, links)
        return self.is_home(parent.table.connector)

    def hangs_on_parents_elsewhere(self, node: Node) -> bool:
        return not all(map(self.parent_is_home, links_of((node,))))

    def counts_elsewhere(self, node: Node) -> bool:
        return any(self.is_foreign(each) for each in walk(node) if isinstance(each, Events))


# ---------------------------------------------------------------- the contact log


def _with_touches(
    question: Question, home: Home, reading: Reading, own: Collection[str]
) -> Question:
    """The touches that it asks for are brought; where there are none at all, nothing is asked."""
    nobody: set[Touches] = set()
    for events in _touch_sets(question):
        assert isinstance(events.source, Touches)
        sheet = touch_sheet(events.source, question.entity, reading, own=own)
        if sheet is None:
            nobody.add(events.source)
        else:
            name = f"{sheet.name}_{len(home.supplied.touches)}"
            home.supplied.touches[events.source, events.holder] = replace(sheet, name=name)
    if not nobody:
        return question
    return replace(
        question,
        filters=tuple(_without(each, nobody) for each in question.filters),
        outputs=tuple(_without(each, nobody) for each in question.outputs),
    )


def _touch_sets(question: Question) -> list[Events]:
    found: dict[tuple[Touches, Links], Events] = {}
    for node in question.nodes:
        for each in walk(node):
            if isinstance(each, Events) and isinstance(each.source, Touches):
                found[each.source, each.holder] = each
    return list(found.values())


def _without(tree: Tree, nobody: Collection[Touches]) -> Tree:
    """A tree in which touches that there are none of have become plain answers."""

    def change(node: Node) -> Node:
        match node:
            case Happened(Events(source=source), holds) if source in nobody:
                return Always(not holds)
            case Figure(FigureKind.TIMES, Events(source=source)) if source in nobody:
                return Constant(0, Kind.INTEGER)
            case All(parts):
                return all_of(*parts)
            case Either(parts):
                return any_of(*parts)
            case _:
                return node

    return cast(Tree, transform(tree, change))


# ---------------------------------------------------------------- parents


def _bring_parents(question: Question, home: Home, where: _Whereabouts) -> None:
    """Rows of parents that lie elsewhere, as far as the question needs them."""
    for links in links_of(question.nodes):
        if where.parent_is_home(links):
            continue
        parent = entity_at(home.catalog, question.entity, links)
        columns = _columns_needed(question, home, links)
        asked = Question(
            parent,
            question.zone,
            outputs=tuple(Field(replace(field.ref, links=())) for field in columns),
            among=_keys_linked_to(question, home, where, links),
        )
        rows = tuple(answer(asked, where.reading))
        names = {field.ref.column: f"c{number}" for number, field in enumerate(columns)}
        kinds = {"key": parent.key.kind} | {name: column.kind for column, name in names.items()}
        sheet = Sheet("_".join(("parents", *links)), kinds, rows)
        home.supplied.parents[links] = ParentSheet(sheet, names)


def _columns_needed(question: Question, home: Home, links: Links) -> list[Field]:
    fields = [each for node in question.nodes for each in walk(node) if isinstance(each, Field)]
    fields += [link_field(home.catalog, question.entity, each) for each in links_of(question.nodes)]
    by_column = {each.ref.column: each for each in fields if each.ref.links == links}
    return list(by_column.values())


def _keys_linked_to(
    question: Question, home: Home, where: _Whereabouts, links: Links
) -> tuple[int | str, ...] | None:
    """The keys that the narrowed candidates link to; None where nothing narrows them."""
    narrowing = tuple(
        each
        for each in question.filters
        if not where.hangs_on_parents_elsewhere(each) and not where.counts_elsewhere(each)
    )
    if not narrowing and question.among is None:
        return None
    pointer = link_field(home.catalog, question.entity, links)
    asked = replace(question, filters=narrowing, outputs=(pointer,))
    rows = where.reading.read(question.entity.table.connector, statement(asked, home))
    found = {row[1] for row in rows if row[1] is not None}
    return tuple(sorted(each for each in found if isinstance(each, int | str)))


# ---------------------------------------------------------------- events elsewhere


def _bring_children(question: Question, home: Home, where: _Whereabouts) -> None:
    """Key and link of children that lie elsewhere, whose events lie at home."""
    for figure in tallied(question.nodes):
        events = figure.events
        if isinstance(events.source, Touches) or events.children is None:
            continue
        if where.is_home(events.source.table.connector) and not where.are_home(events.children):
            _bring_rows_of(events.children, home, where)


def _bring_rows_of(children: Children, to: Home, where: _Whereabouts) -> None:
    if children in to.supplied.children:
        return
    child = to.catalog.entities[children.entity]
    pointer = link_field(to.catalog, child, (children.link,))
    rows = tuple(
        row
        for row in answer(Question(child, where.question.zone, outputs=(pointer,)), where.reading)
        if row[1] is not None
    )
    kinds = {"key": child.key.kind, "parent": kind_of(pointer)}
    to.supplied.children[children] = Sheet(f"rows_of_{child.name}_{children.link}", kinds, rows)


def _bring_figures(question: Question, home: Home, where: _Whereabouts) -> None:
    """Figures of events that lie elsewhere, counted there: one pass a table."""
    elsewhere = [
        figure
        for figure in tallied(question.nodes)
        if not isinstance(figure.events.source, Touches)
        and not where.is_home(figure.events.source.table.connector)
    ]
    for number, figures in enumerate(pools(elsewhere).values()):
        home.supplied.tallies.append(_count_there(figures, question, home, where, number))


def _count_there(
    figures: Sequence[Figure], question: Question, home: Home, where: _Whereabouts, number: int
) -> TallySheet:
    events = figures[0].events
    if isinstance(events.source, Touches):
        raise TypeError("touches lie in no source")
    connector = events.source.table.connector
    there = where.reading.snapshot.home(connector)
    if events.children is not None:
        children = there.catalog.entities[events.children.entity]
        if not where.reading.snapshot.are_together(connector, children.table.connector):
            _bring_rows_of(events.children, there, where)
    askers = _askers(figures, question, home, there, where)
    found = tally(there, question.entity, figures, zone=question.zone, askers=askers)
    by = events.holder if askers is None else ()
    kinds = {"key": key_at(home.catalog, question.entity, by).kind}
    kinds |= {f"f{at}": kind_of(figure) for at, figure in enumerate(figures)}
    rows = tuple(
        tuple(seen_value(kind, raw) for kind, raw in zip(kinds.values(), row, strict=True))
        for row in where.reading.read(connector, found)
    )
    return TallySheet(Sheet(f"figures_{number}", kinds, rows), tuple(figures), by)


def _askers(
    figures: Sequence[Figure],
    question: Question,
    home: Home,
    there: Home,
    where: _Whereabouts,
) -> Askers | None:
    """Who asks, sent to where the events lie, with what the figures hang on; None for everyone."""
    narrowing = tuple(each for each in question.filters if not where.counts_elsewhere(each))
    hanging = hanging_fields(figures)
    if not narrowing and not hanging and question.among is None:
        return None
    holder = key_at(home.catalog, question.entity, figures[0].events.holder)
    own = key_at(home.catalog, question.entity, ())
    values: tuple[Field | Key, ...] = tuple(dict.fromkeys((own, holder, *hanging)))
    asked = replace(question, filters=narrowing, outputs=values[1:])
    kinds = {f"c{at}": kind_of(value) for at, value in enumerate(values)}
    at_holder = values.index(holder)
    rows = tuple(
        seen
        for row in where.reading.read(question.entity.table.connector, statement(asked, home))
        if (seen := tuple(map(seen_value, kinds.values(), row)))[at_holder] is not None
    )
    relation = Sheet("askers", kinds, rows).relation(there.reader)
    return Askers(relation, {value: relation.c[f"c{at}"] for at, value in enumerate(values)})
