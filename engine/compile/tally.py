"""Figures of events for everyone at once: one pass over a table, a filtered aggregate each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import FromClause, Select, and_, or_, select, true
from sqlalchemy.sql import ColumnElement

from engine.bind.catalog import EntityRef, EventRef
from engine.compile.aggregates import aggregate
from engine.compile.algebra import conjuncts, walk
from engine.compile.core import (
    Children,
    Enrollments,
    Events,
    Field,
    Figure,
    Followed,
    Gathered,
    Key,
    Links,
    Node,
    Predicate,
    Tallied,
    Touches,
    Value,
)
from engine.compile.links import key_at
from engine.compile.relations import Home, event_rows, successor_rows
from engine.compile.sql import Scope, predicate_sql

__all__ = [
    "Askers",
    "Hanging",
    "Pool",
    "figures_inside",
    "gathered",
    "hanging_fields",
    "needs_pass",
    "pools",
    "tallied",
    "tally",
]

Sql = ColumnElement[Any]


Hanging = Field | Key | Tallied | Gathered
"""The values that stand in a column of who asks."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What one pass can count: the same table by the same key, for the entity at `holder`.

    Events that must be followed by others have a pass `alone`: no store filters an aggregate so.
    """

    source: tuple[str, str, str] | Touches | Enrollments
    holder: Links
    children: Children | None
    alone: Events | None = None


@dataclass(frozen=True, slots=True)
class Askers:
    """The rows that are asked about: their relation, and the columns that values stand in."""

    relation: FromClause
    known: Mapping[Value, Sql]


def tallied(nodes: Iterable[Node]) -> tuple[Figure, ...]:
    """The figures of events that are to be found for everyone at once, each once."""
    found = (each.figure for node in nodes for each in walk(node) if isinstance(each, Tallied))
    return tuple(dict.fromkeys(found))


def gathered(nodes: Iterable[Node]) -> tuple[Gathered, ...]:
    """The figures of children, each once."""
    found = (each for node in nodes for each in walk(node) if isinstance(each, Gathered))
    return tuple(dict.fromkeys(found))


def needs_pass(nodes: Iterable[Node]) -> bool:
    """Whether anything in them is found for everyone at once."""
    return any(isinstance(each, Tallied | Gathered) for node in nodes for each in walk(node))


def figures_inside(figure: Figure) -> tuple[Figure, ...]:
    """The figures that the window and tests of a figure's events hang on themselves."""
    return tallied((figure.events.counting,))


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
    is_followed = any(isinstance(each, Followed) for each in walk(events.counting))
    return Pool(source, events.holder, events.children, alone=events if is_followed else None)


def hanging_fields(figures: Iterable[Figure]) -> tuple[Hanging, ...]:
    """The values of the asking row that these figures' windows and tests hang on."""
    found: dict[Hanging, None] = {}
    for figure in figures:
        for each in walk(figure.events.counting, (Tallied, Gathered)):
            if isinstance(each, Field | Key | Tallied | Gathered):
                found[each] = None
    return tuple(found)


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
    rows = event_rows(home, entity, tuple(dict.fromkeys(figure.events for figure in figures)))
    outer = Scope(
        home.leaves,
        zone,
        askers.known if askers else {},
        successors=lambda followed: successor_rows(home, followed),
    )
    scope = outer.with_events(rows)
    shared, own = _shared_tests(figures)
    which = [
        and_(true(), *rows.tests[figure.events], *(predicate_sql(each, scope) for each in rest))
        for figure, rest in zip(figures, own, strict=True)
    ]
    where = [predicate_sql(each, scope) for each in shared]
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
    holder = askers.known[key_at(home.catalog, entity, figures[0].events.holder)]
    key = askers.known[Key((), entity.key.kind)]
    joined = rows.source.join(askers.relation, holder == rows.holder)
    return select(key.label("key"), *labelled).select_from(joined).where(*where).group_by(key)


def _shared_tests(
    figures: Sequence[Figure],
) -> tuple[tuple[Predicate, ...], list[tuple[Predicate, ...]]]:
    """What every figure asks of its events, to be asked once, and what each asks beside it."""
    asked = [conjuncts(figure.events.counting) for figure in figures]
    shared = tuple(each for each in asked[0] if all(each in others for others in asked))
    return shared, [tuple(each for each in own if each not in shared) for own in asked]
