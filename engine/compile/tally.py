"""Figures of events for everyone at once: one pass over a table, a filtered aggregate each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, or_, select, true
from sqlalchemy.sql import ColumnElement

from engine.bind.catalog import EntityRef, EventRef
from engine.compile.aggregates import aggregate
from engine.compile.algebra import Successor, conjuncts, successor_of, time_of, walk
from engine.compile.core import (
    After,
    Children,
    Compare,
    Comparison,
    Constant,
    DayStart,
    Events,
    Field,
    Figure,
    Gathered,
    Kept,
    Key,
    Links,
    Node,
    Predicate,
    Property,
    Tallied,
)
from engine.compile.layers import Made, made_in
from engine.compile.links import key_at
from engine.compile.relations import Askers, Home, Sheet, event_rows
from engine.compile.sight import EventRows, Scope
from engine.compile.sql import predicate_sql
from engine.compile.successors import followed_in, with_successors

__all__ = [
    "Asking",
    "Hanging",
    "Pool",
    "day_edges",
    "figures_inside",
    "gathered",
    "hanging_fields",
    "needs_pass",
    "pools",
    "tallied",
    "tally",
    "tally_for",
]

Sql = ColumnElement[Any]


Hanging = Field | Key | Tallied | Gathered | Made
"""The values that stand in a column of who asks."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What one pass can count: the same table by the same key, for the entity at `holder`.

    Those of one event that are asked for the same successor have a pass to themselves.
    """

    source: tuple[str, str, str] | Kept
    holder: Links
    children: Children | None
    followed: tuple[EventRef, Successor] | None = None


def tallied(walked: Iterable[Node]) -> tuple[Figure, ...]:
    """Of nodes, the figures of events that are to be found for everyone at once, each once."""
    found = (each.figure for each in walked if isinstance(each, Tallied))
    return tuple(dict.fromkeys(found))


def gathered(walked: Iterable[Node]) -> tuple[Gathered, ...]:
    """Of nodes, the figures of children, each once."""
    found = (each for each in walked if isinstance(each, Gathered))
    return tuple(dict.fromkeys(found))


def needs_pass(nodes: Iterable[Node]) -> bool:
    """Whether anything in them is found for everyone at once."""
    return any(isinstance(each, Tallied | Gathered) for node in nodes for each in walk(node))


def figures_inside(figure: Figure) -> tuple[Figure, ...]:
    """The figures that the window and tests of a figure's events hang on themselves."""
    return tallied(walk(figure.events.counting))


def pools(figures: Iterable[Figure]) -> dict[Pool, tuple[Figure, ...]]:
    """Figures by the pass that can count them."""
    found: dict[Pool, list[Figure]] = {}
    for figure in figures:
        found.setdefault(_pool(figure.events), []).append(figure)
    return {pool: tuple(members) for pool, members in found.items()}


def _pool(events: Events) -> Pool:
    if not isinstance(events.source, EventRef):
        return Pool(events.source, events.holder, None)
    table = events.source.table
    source = (table.connector, table.table, events.source.key)
    followed = followed_in(events.counting)
    asked = None if followed is None else (events.source, successor_of(followed))
    return Pool(source, events.holder, events.children, followed=asked)


def hanging_fields(figures: Iterable[Figure]) -> tuple[Hanging, ...]:
    """The values of the asking row that these figures' windows and tests hang on."""
    found: dict[Hanging, None] = {}
    for figure in figures:
        for each in walk(figure.events.counting, (Tallied, Gathered)):
            if isinstance(each, Field | Key | Tallied | Gathered):
                found[each] = None
        found.update(dict.fromkeys(made_in(figure.events.counting)))
    return tuple(found)


def day_edges(figures: Iterable[Figure]) -> tuple[DayStart, ...]:
    """Where windows of these figures begin and end, as far as fields of the asking row alone tell.

    What a zone makes of a day is dear: it is to be made once a row, and not once an event.
    """
    found: dict[DayStart, None] = {}
    for figure in figures:
        for each in walk(figure.events.counting, (Tallied, Gathered)):
            if isinstance(each, DayStart) and not _hangs_on_events(each):
                found[each] = None
    return tuple(found)


def _hangs_on_events(value: DayStart) -> bool:
    return any(isinstance(each, Property | After | Tallied | Gathered) for each in walk(value))


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, as rows that were brought: each value stands in the column `c` and its place."""

    sheet: Sheet
    values: tuple[Hanging, ...]

    def askers(self, home: Home) -> Askers:
        """As a relation of a statement."""
        relation = self.sheet.relation(home)
        return Askers(relation, {each: relation.c[f"c{at}"] for at, each in enumerate(self.values)})


def tally_for(
    entity: EntityRef,
    figures: Sequence[Figure],
    zone: ZoneInfo,
    asking: Asking | None,
    home: Home,
) -> Select[Any]:
    """`tally` where the events lie, for who asks from elsewhere; None for everyone."""
    askers = None if asking is None else asking.askers(home)
    return tally(home, entity, figures, zone=zone, askers=askers)


def tally(
    home: Home,
    entity: EntityRef,
    figures: Sequence[Figure],
    *,
    zone: ZoneInfo,
    askers: Askers | None,
) -> Select[Any]:
    """The figures of one pool as columns `f0`, `f1`, … beside `key`.

    With `askers` by the key of who asks, for the rows that ask only; without, by the holder's key.
    """
    sets = tuple(dict.fromkeys(figure.events for figure in figures))
    is_followed = followed_in(sets[0].counting) is not None
    if is_followed:
        rows = with_successors(home, entity, sets, zone=zone, askers=askers)
    else:
        rows = event_rows(home, entity, sets)
    known = askers.known if askers else {}
    scope = Scope(home.leaves, zone, known, given=home.given).with_events(rows)
    where, which = _told_apart(figures, rows, scope)
    if askers is None:
        where.append(or_(*dict.fromkeys(which)))
    columns = [
        aggregate(
            figure, test if len(figures) > 1 else None, home.leaves, zone=zone, known=scope.known
        )
        for figure, test in zip(figures, which, strict=True)
    ]
    labelled = [column.label(f"f{number}") for number, column in enumerate(columns)]
    if askers is None:
        found = select(rows.holder.label("key"), *labelled).select_from(rows.source)
        return found.where(rows.holder.is_not(None), *where).group_by(rows.holder)
    key = askers.known[Key((), entity.key.kind)]
    asked_at = key_at(home.catalog, entity, sets[0].holder)
    holder = key if is_followed else askers.known[asked_at]
    joined = rows.source.join(askers.relation, holder == rows.holder)
    return select(key.label("key"), *labelled).select_from(joined).where(*where).group_by(key)


def _told_apart(
    figures: Sequence[Figure], rows: EventRows, scope: Scope
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """What is asked of every row once, and what each figure asks beside it.

    That a row counts for any figure at all is not asked here: where who asks is joined, few rows
    are left, and to ask it of all before the join costs a store of columns more than the scan.
    """
    shared, own = _shared_tests(figures)
    where = [predicate_sql(each, scope) for each in dict.fromkeys((*shared, *_earliest(figures)))]
    tests = [rows.tests[figure.events] for figure in figures]
    if len({figure.events.source for figure in figures}) == 1:
        where += tests[0]
        tests = [() for _ in figures]
    return where, [
        and_(true(), *test, *(predicate_sql(each, scope) for each in rest))
        for test, rest in zip(tests, own, strict=True)
    ]


def _shared_tests(
    figures: Sequence[Figure],
) -> tuple[tuple[Predicate, ...], list[tuple[Predicate, ...]]]:
    """What every figure asks of its events, to be asked once, and what each asks beside it."""
    asked = [conjuncts(figure.events.counting) for figure in figures]
    shared = tuple(each for each in asked[0] if all(each in others for others in asked))
    return shared, [tuple(each for each in own if each not in shared) for own in asked]


def _earliest(figures: Sequence[Figure]) -> tuple[Predicate, ...]:
    """Where every figure has a first instant, the earliest of them: statistics of files serve it.

    Rows of other days are not even read then, where a table lies in the order of time.
    """
    found = [_first_instant(figure.events) for figure in figures]
    firsts = [each for each in found if each is not None]
    if len(firsts) < len(found) or len({test.left for _, test in firsts}) > 1:
        return ()
    return (min(firsts, key=_instant_of)[1],)


def _first_instant(events: Events) -> tuple[datetime, Compare] | None:
    """The latest of the constant instants before which no such event counts."""
    at = time_of(events)
    found = [
        (test.right.value, test)
        for test in conjuncts(events.counting)
        if isinstance(test, Compare)
        and (test.op, test.left) == (Comparison.GE, at)
        and isinstance(test.right, Constant)
        and isinstance(test.right.value, datetime)
    ]
    return max(found, key=_instant_of, default=None)


def _instant_of(first: tuple[datetime, Compare]) -> datetime:
    return first[0]
