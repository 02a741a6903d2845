"""What stands behind an answer, one by one: events, children, records of a history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.audience.answering import (
    answer,
    bring_rows_of,
    bring_what_follows,
    typed_rows,
)
from engine.audience.reading import Reading
from engine.audience.stays import Own
from engine.audience.values import Key, value_from_text
from engine.audience.whereabouts import Whereabouts
from engine.bind.catalog import EntityRef, EventRef, FieldRef
from engine.compile.algebra import conjuncts, kind_of, walk
from engine.compile.core import (
    Events,
    Field,
    Figure,
    Gathered,
    Predicate,
    Value,
)
from engine.compile.core import Key as KeyValue
from engine.compile.links import key_at, link_field
from engine.compile.question import Linked, Question
from engine.compile.relations import Askers, Home, Sheet, event_rows
from engine.compile.sight import Scope
from engine.compile.sql import predicate_sql, value_sql
from engine.compile.successors import followed_in, with_successors
from engine.ports import Row

__all__ = ["Asked", "children_of", "events_of", "history_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Some rows of an entity, the zone whose days count, and the stays in which they are asked."""

    entity: EntityRef
    zone: ZoneInfo
    keys: tuple[Key, ...]
    own: Own | None = None

    def values(self, outputs: Sequence[Predicate | Value], reading: Reading) -> Iterator[Row]:
        """The key and these values of each row."""
        question = Question(self.entity, self.zone, outputs=tuple(outputs), among=self.keys)
        return answer(question, reading, own=self.own)


def events_of(
    events: Events, columns: Sequence[Value], asked: Asked, reading: Reading
) -> Sequence[Row]:
    """The events that count, in no order: the key of whom they count for, then the columns."""
    if not isinstance(events.source, EventRef):
        raise TypeError("what the ledger knows lies in no source")
    there = reading.snapshot.home(events.source.table.connector)
    _bring(events, there, Whereabouts(reading, Question(asked.entity, asked.zone), asked.own))
    askers = _askers(events, asked, reading, there)
    key = askers.known[key_at(there.catalog, asked.entity, ())]
    if followed_in(events.counting) is None:
        rows = event_rows(there, asked.entity, (events,))
        holder = askers.known[key_at(there.catalog, asked.entity, events.holder)]
    else:
        rows = with_successors(there, asked.entity, (events,), zone=asked.zone, askers=askers)
        holder = key
    scope = Scope(there.leaves, asked.zone, askers.known).with_events(rows)
    found = select(key, *(value_sql(each, scope) for each in columns))
    found = found.select_from(rows.source.join(askers.relation, holder == rows.holder))
    found = found.where(*rows.tests[events], predicate_sql(events.counting, scope))
    kinds = {"key": asked.entity.key.kind}
    kinds |= {f"c{at}": kind_of(each) for at, each in enumerate(columns)}
    return typed_rows(reading.read(events.source.table.connector, found), kinds)


def _bring(events: Events, there: Home, where: Whereabouts) -> None:
    if events.children is not None and isinstance(events.source, EventRef):
        child = there.catalog.entities[events.children.entity].table.connector
        if not where.reading.snapshot.are_together(child, events.source.table.connector):
            bring_rows_of(events.children, there, where)
    bring_what_follows(events, there, where)


def _askers(events: Events, asked: Asked, reading: Reading, there: Home) -> Askers:
    """Who is asked about, sent to where the events lie, with what their window hangs on."""
    own = key_at(there.catalog, asked.entity, ())
    holder = key_at(there.catalog, asked.entity, events.holder)
    stops = (Figure, Gathered)
    hanging = (
        each
        for each in walk(events.counting, stops)
        if isinstance(each, Field | KeyValue | Figure | Gathered)
    )
    values: tuple[Value, ...] = tuple(dict.fromkeys((own, holder, *hanging)))
    kinds = {f"c{at}": kind_of(value) for at, value in enumerate(values)}
    rows = tuple(asked.values(values[1:], reading))
    relation = Sheet("askers", kinds, rows).relation(there)
    return Askers(relation, {value: relation.c[f"c{at}"] for at, value in enumerate(values)})


def children_of(
    gathered: Gathered, columns: Sequence[Value], asked: Asked, reading: Reading
) -> Sequence[Row]:
    """The children that count: the key of whom they count for, then their key and the columns."""
    catalog = reading.snapshot.catalog
    figure = gathered.figure
    child = catalog.entities[figure.entity]
    holder = key_at(catalog, asked.entity, gathered.holder)
    held: dict[object, list[object]] = {}
    for key, of in asked.values((holder,), reading):
        held.setdefault(of, []).append(key)
    pointer = link_field(catalog, child, (figure.link,))
    keys = tuple(each for each in held if isinstance(each, int | str))
    question = Question(
        child,
        asked.zone,
        filters=conjuncts(figure.such),
        outputs=(pointer, *columns),
        linked=Linked(pointer, keys),
    )
    return tuple(
        (owner, key, *values)
        for key, of, *values in answer(question, reading, own=asked.own)
        for owner in held[of]
    )


def history_of(
    ref: FieldRef, asked: Asked, reading: Reading, until: datetime
) -> list[tuple[datetime, object, object, bool]]:
    """Each record of a field of the one row asked about, the last first.

    It is the time, the value before, the value from then on, and whether it is the first record.
    """
    holder = key_at(reading.snapshot.catalog, asked.entity, ref.links)
    [(_, key)] = asked.values((holder,), reading)
    if key is None:
        return []
    found = reading.snapshot.history.of_key(ref.entity, ref.name, str(key), until)
    return [
        (
            each.at,
            value_from_text(ref.kind, each.previous),
            value_from_text(ref.kind, each.value),
            each.is_first,
        )
        for each in found
    ]
