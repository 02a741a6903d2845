"""Answering a question: what lies elsewhere comes home as rows, then one statement decides.

Each part runs where its data lies. Before anything is brought, the rows that are asked about are
narrowed by what home alone can tell; what another database must know of them is sent there as
rows first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.audience.ledger_sets import known_of, sheet_of
from engine.audience.reading import Reading
from engine.audience.sharing import share_figures
from engine.audience.stays import Own
from engine.audience.values import seen_value
from engine.audience.whereabouts import Whereabouts
from engine.bind.catalog import EventRef
from engine.bind.conditions import FigureKind
from engine.compile.algebra import complement, kind_of, rejoined, walk
from engine.compile.children import Brood, brood, counted_brood, of_brood
from engine.compile.core import (
    Always,
    Awaited,
    Children,
    Compare,
    Comparison,
    Constant,
    Events,
    Field,
    Figure,
    Followed,
    Happened,
    IsSet,
    Kept,
    Links,
    Node,
    Predicate,
    Rank,
    Ranked,
    Tallied,
    Value,
)
from engine.compile.dialects.table import LIMITS, NAMES
from engine.compile.kept import asked_of
from engine.compile.limits import refuse_beyond
from engine.compile.links import entity_at, key_at, link_field, links_of
from engine.compile.question import Question, edge_of, prepared, statement
from engine.compile.relations import (
    Counted,
    Home,
    ParentSheet,
    Rows,
    Sheet,
    all_columns,
    rows_of_event,
)
from engine.compile.summary import Summing, summary
from engine.compile.tally import (
    Asking,
    Hanging,
    figures_inside,
    gathered,
    hanging_fields,
    needs_pass,
    pools,
    tallied,
    tally_for,
)
from engine.language.catalog import Kind
from engine.ports import Row

__all__ = [
    "answer",
    "bring_rows_of",
    "bring_what_follows",
    "ledger_sets",
    "rank_edge",
    "readied",
    "summed",
    "typed_rows",
]


def answer(question: Question, reading: Reading, *, own: Own | None = None) -> Iterator[Row]:
    """The answer's rows: the key and each output, by key ascending; values in Python's forms.

    `own` are enrollments whose touches do not count as contact for their own row.
    """
    question, home = readied(question, reading, own)
    kinds = [question.entity.key.kind, *(_kind_of_output(each) for each in question.outputs)]
    rows = reading.read(question.entity.table.connector, asked_of(home, statement, question))
    if not question.outputs:  # keys come as they are, and there may be millions
        return iter(rows)
    return (
        tuple(seen_value(kind, raw) for kind, raw in zip(kinds, row, strict=True)) for row in rows
    )


def summed(question: Question, summing: Summing, reading: Reading) -> Iterator[Row]:
    """The figures of a question's rows, by group, as the store has them: `summary` says which."""
    question, home = readied(question, reading, None)
    written = asked_of(home, summary, question, summing)
    return iter(reading.read(question.entity.table.connector, written))


def readied(question: Question, reading: Reading, own: Own | None) -> tuple[Question, Home]:
    """The question as its home can answer it, with all that had to be brought there."""
    connector = question.entity.table.connector
    home = reading.snapshot.home(connector)
    question = _with_ranks(question, reading, own)
    question = _with_ledger(question, home, reading, own)
    where = Whereabouts(reading, question, own)
    kind = reading.snapshot.database(connector).kind
    question = prepared(question, kind, where.is_foreign)
    dialect = reading.snapshot.database(connector).dialect.name
    limits = LIMITS.get(dialect, {})
    refuse_beyond(limits, question.walked, zone=question.zone, dialect=NAMES.get(dialect, dialect))
    _bring_successors(question, home, where)  # they hang on nothing, and narrow what is brought
    _gather_children(question, home, where)
    _bring_parents(question, home, where)
    _bring_children(question, home, where)
    _bring_figures(question, home, where)
    share_figures(question, home, where)
    return question, home


def _kind_of_output(node: Predicate | Value) -> Kind:
    return Kind.BOOLEAN if isinstance(node, Predicate) else kind_of(node)


# ---------------------------------------------------------------- ranks


def _with_ranks(question: Question, reading: Reading, own: Own | None) -> Question:
    """Each rank as a comparison with the value at its edge, which is looked up beforehand."""
    edges = {
        rank: _edge_of(rank, question, reading, own)
        for rank in dict.fromkeys(each.rank for each in question.walked if isinstance(each, Ranked))
    }
    if not edges:
        return question

    def change(node: Node) -> Node:
        if not isinstance(node, Ranked):
            return rejoined(node)
        edge = edges[node.rank]
        if edge is None:
            return Always(not node.holds)
        op = Comparison.GE if node.rank.highest else Comparison.LE
        found = Compare(op, node.value, edge)
        return found if node.holds else complement(found)

    return question.changed(change)


def rank_edge(rank: Rank, question: Question, reading: Reading) -> Constant | Awaited | None:
    """The value of the last that are in a rank, seen from where is asked; None: nobody has any."""
    return _edge_of(rank, question, reading, None)


def _edge_of(
    rank: Rank, question: Question, reading: Reading, own: Own | None
) -> Constant | Awaited | None:
    """The value of the last that are in; None where nobody has any."""
    entity = reading.snapshot.catalog.entities[rank.entity]
    filters = (IsSet(rank.by, True),)
    asked = Question(entity, question.zone, filters=filters, outputs=(rank.by,))
    asked, home = readied(asked, reading, own)
    return reading.value(
        entity.table.connector, asked_of(home, edge_of, asked, rank), kind_of(rank.by)
    )


# ---------------------------------------------------------------- the ledger


def _with_ledger(question: Question, home: Home, reading: Reading, own: Own | None) -> Question:
    """Touches and enrollments that it asks for; of what there is none at all nothing is asked."""
    nobody: set[EventRef | Kept] = set()
    for events in ledger_sets(question):
        assert not isinstance(events.source, EventRef)
        known = known_of(events.source, reading.snapshot, own)
        if known is None:
            nobody.add(events.source)
        else:
            sheet = sheet_of(events.source, known, reading, own=own)
            name = f"{sheet.name}_{len(home.supplied.ledger)}"
            home.supplied.ledger[events.source, events.holder] = replace(sheet, name=name)
    return question.changed(lambda node: _without(node, nobody)) if nobody else question


def ledger_sets(question: Question) -> list[Events]:
    """What it asks the ledger for, each set once for whom it is of."""
    found: dict[tuple[object, Links], Events] = {}
    for each in question.walked:
        if isinstance(each, Events) and not isinstance(each.source, EventRef):
            found[each.source, each.holder] = each
    return list(found.values())


def _without(node: Node, nobody: Collection[object]) -> Node:
    """Sets of the ledger that there are none of as plain answers."""
    match node:
        case Happened(Events(source=source), holds) if source in nobody:
            return Always(not holds)
        case Figure(FigureKind.TIMES, Events(source=source)) if source in nobody:
            return Constant(0, Kind.INTEGER)
        case _:
            return rejoined(node)


# ---------------------------------------------------------------- children


def _gather_children(question: Question, home: Home, where: Whereabouts) -> None:
    """Figures of children: as a part of the statement where they lie at home, else as rows."""
    for number, pooled in enumerate(brood(gathered(question.walked))):
        holder, first = pooled[0].holder, pooled[0].figure
        child = home.catalog.entities[first.entity]
        of = _keys_at(holder, question, where)
        asked = of_brood(pooled, child, zone=question.zone, catalog=home.catalog, of=of)
        asked, there = readied(asked, where.reading, where.own)
        if where.is_home(child.table.connector):
            found: Rows = Brood(pooled, asked, there.supplied)
        else:
            kinds = {"key": key_at(home.catalog, question.entity, holder).kind}
            kinds |= {f"f{at}": kind_of(figure) for at, figure in enumerate(pooled)}
            counted = asked_of(there, counted_brood, pooled, asked)
            rows = typed_rows(where.reading.read(child.table.connector, counted), kinds)
            found = Sheet(f"children_{number}", kinds, rows)
        home.supplied.counted.append(Counted(found, pooled, holder))


def _keys_at(links: Links, question: Question, where: Whereabouts) -> tuple[int | str, ...] | None:
    """The keys that the rows it is told to look at have at `links`; None where it is not told."""
    if not question.is_of_some:
        return None
    if not links and question.among is not None:
        return question.among
    holder = link_field(where.catalog, question.entity, links) if links else where.own_key
    asked = replace(question, filters=(), outputs=(holder,))
    found = {of for _, of in answer(asked, where.reading, own=where.own)}
    return tuple(sorted(each for each in found if isinstance(each, int | str)))


def typed_rows(rows: Iterable[Row], kinds: Mapping[str, Kind]) -> tuple[Row, ...]:
    """Rows in Python's forms, by the kinds of their columns."""
    return tuple(
        tuple(seen_value(kind, raw) for kind, raw in zip(kinds.values(), row, strict=True))
        for row in rows
    )


# ---------------------------------------------------------------- parents


def _bring_parents(question: Question, home: Home, where: Whereabouts) -> None:
    """Rows of parents that lie elsewhere, as far as the question needs them."""
    for links in links_of(question.walked):
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
        rows = tuple(answer(asked, where.reading, own=where.own))
        names = {field.ref.column: f"c{number}" for number, field in enumerate(columns)}
        kinds = {"key": parent.key.kind} | {name: column.kind for column, name in names.items()}
        sheet = Sheet("_".join(("parents", *links)), kinds, rows)
        home.supplied.parents[links] = ParentSheet(sheet, names)


def _columns_needed(question: Question, home: Home, links: Links) -> list[Field]:
    fields = [each for each in question.walked if isinstance(each, Field)]
    fields += [
        link_field(home.catalog, question.entity, each) for each in links_of(question.walked)
    ]
    by_column = {each.ref.column: each for each in fields if each.ref.links == links}
    return list(by_column.values())


def _keys_linked_to(
    question: Question, home: Home, where: Whereabouts, links: Links
) -> tuple[int | str, ...] | None:
    """The keys that the narrowed candidates link to; None where nothing narrows them."""
    narrowing = tuple(
        each
        for each in question.filters
        if not where.hangs_on_parents_elsewhere(each) and not needs_pass((each,))
    )
    if not narrowing and not question.is_of_some:
        return None
    pointer = link_field(home.catalog, question.entity, links)
    asked = replace(question, filters=narrowing, outputs=(pointer,))
    rows = where.reading.read(question.entity.table.connector, asked_of(home, statement, asked))
    found = {row[1] for row in rows if row[1] is not None}
    return tuple(sorted(each for each in found if isinstance(each, int | str)))


# ---------------------------------------------------------------- events elsewhere


def _bring_children(question: Question, home: Home, where: Whereabouts) -> None:
    """Key and link of children that lie elsewhere, whose events lie at home."""
    for figure in tallied(question.walked):
        events = figure.events
        if not isinstance(events.source, EventRef) or events.children is None:
            continue
        if where.is_home(events.source.table.connector) and not where.are_home(events.children):
            bring_rows_of(events.children, home, where)


def bring_rows_of(children: Children, to: Home, where: Whereabouts) -> None:
    """Key and link of children, sent to another database than theirs."""
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


def _bring_figures(question: Question, home: Home, where: Whereabouts) -> None:
    """Figures of events that lie elsewhere, counted there: one pass a table.

    In rounds, since the window of some events hangs on figures of others.
    """
    elsewhere = [
        each for each in tallied(question.walked) if not where.are_counted_at_home(each.events)
    ]
    while elsewhere:
        ready = [
            each
            for each in elsewhere
            if not any(inside in elsewhere for inside in figures_inside(each))
        ]
        for pooled in pools(ready).values():
            counted = _count_there(pooled, question, home, where)
            home.supplied.counted.append(counted)
        elsewhere = [each for each in elsewhere if each not in ready]


def _count_there(
    figures: Sequence[Figure], question: Question, home: Home, where: Whereabouts
) -> Counted:
    events = figures[0].events
    if not isinstance(events.source, EventRef):
        raise TypeError("what the ledger knows lies in no source")
    connector = events.source.table.connector
    there = where.reading.snapshot.home(connector)
    if events.children is not None:
        children = there.catalog.entities[events.children.entity]
        if not where.reading.snapshot.are_together(connector, children.table.connector):
            bring_rows_of(events.children, there, where)
    bring_what_follows(events, there, where)
    askers = _askers(figures, question, home, where)
    found = asked_of(there, tally_for, question.entity, tuple(figures), question.zone, askers)
    by = events.holder if askers is None else ()
    kinds = {"key": key_at(home.catalog, question.entity, by).kind}
    kinds |= {f"f{at}": kind_of(figure) for at, figure in enumerate(figures)}
    rows = typed_rows(where.reading.read(connector, found), kinds)
    name = f"figures_{len(home.supplied.counted)}"
    return Counted(Sheet(name, kinds, rows), tuple(map(Tallied, figures)), by)


def _askers(
    figures: Sequence[Figure], question: Question, home: Home, where: Whereabouts
) -> Asking | None:
    """Who asks, to be sent where the events lie, with what figures hang on; None: everyone."""
    narrowing = tuple(each for each in question.filters if not where.counts_elsewhere(each))
    hanging = hanging_fields(figures)
    if not narrowing and not hanging and not question.is_of_some:
        return None
    holder = key_at(home.catalog, question.entity, figures[0].events.holder)
    own = key_at(home.catalog, question.entity, ())
    values: tuple[Hanging, ...] = tuple(dict.fromkeys((own, holder, *hanging)))
    asked = replace(question, filters=narrowing, outputs=values[1:])
    kinds = {f"c{at}": kind_of(value) for at, value in enumerate(values)}
    at_holder = values.index(holder)
    found = where.reading.read(question.entity.table.connector, asked_of(home, statement, asked))
    rows = tuple(row for row in typed_rows(found, kinds) if row[at_holder] is not None)
    return Asking(Sheet("askers", kinds, rows), values)


# ---------------------------------------------------------------- events that follow


def _bring_successors(question: Question, home: Home, where: Whereabouts) -> None:
    """Events that may follow those of home."""
    for each in question.walked:
        if isinstance(each, Events) and where.are_counted_at_home(each):
            bring_what_follows(each, home, where)


def bring_what_follows(events: Events, to: Home, where: Whereabouts) -> None:
    """The events that may follow some, where they lie in another database than those."""
    for each in walk(events.counting):
        if isinstance(each, Followed) and isinstance(events.source, EventRef):
            one, other = each.source.table.connector, events.source.table.connector
            if not where.reading.snapshot.are_together(one, other):
                _bring_events(each.source, to, where)


def _bring_events(event: EventRef, to: Home, where: Whereabouts) -> None:
    if event in to.supplied.successors:
        return
    there = where.reading.snapshot.home(event.table.connector)
    kinds = {"key": to.catalog.entities[event.entity].key.kind}
    kinds |= {f"c{at}": ref.kind for at, ref in enumerate(all_columns(event))}
    found = where.reading.read(event.table.connector, asked_of(there, rows_of_event, event))
    name = f"events_{len(to.supplied.successors)}"
    to.supplied.successors[event] = Sheet(name, kinds, typed_rows(found, kinds))
