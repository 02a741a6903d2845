"""Writing the history of tracked fields: what is known, what was found anew, and that it was.

Correctness rests on the table `tracked`: who writes says what was known when the sources were
read, and where another process wrote meanwhile nothing is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import func, insert, select, update

from engine.ledger.audit import Kind
from engine.ledger.database import Overtaken
from engine.ledger.statements import insert_new, texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import history, tracked
from engine.problems import Refused

__all__ = ["Found", "Tracked", "last_values", "note_failure", "tracked_fields", "write_history"]

_CHUNK = 5_000  # records written by one statement


@dataclass(frozen=True, slots=True)
class Tracked:
    """A field whose history is kept: `since` its first time, `at` its last.

    `sources` is what the sources were like at the last time, for the next to compare.
    """

    since: datetime
    at: datetime
    sources: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A value to be recorded: the first that is seen of a row's field, or another than before."""

    key: str
    field: str
    value: str | None
    previous: str | None
    is_first: bool


def tracked_fields(unit: Unit) -> dict[tuple[str, str], Tracked]:
    """All fields that were ever tracked, by entity and name."""
    return {
        (row.entity, row.field): Tracked(row.since, row.at, json.loads(row.sources))
        for row in unit.connection.execute(select(tracked))
    }


def last_values(
    unit: Unit, entity: str, fields: Collection[str], keys: Collection[str]
) -> dict[tuple[str, str], str | None]:
    """The last recorded value by key and field; what was never recorded is absent."""
    columns, given = history.c, texts_relation(unit.connection, keys)
    latest = (
        select(columns.key, columns.field, func.max(columns.at).label("at"))
        .where(
            columns.entity == entity,
            columns.key.in_(select(given.c.value)),
            columns.field.in_(fields),
        )
        .group_by(columns.key, columns.field)
        .subquery()
    )
    found = select(columns.key, columns.field, columns.value).join(
        latest,
        (columns.key == latest.c.key)
        & (columns.field == latest.c.field)
        & (columns.at == latest.c.at),
    )
    rows = unit.connection.execute(found.where(columns.entity == entity))
    return {(key, name): value for key, name, value in rows}


def write_history(
    unit: Unit,
    entity: str,
    found: Iterable[Found],
    *,
    known: Mapping[str, Tracked | None],
    sources: Mapping[str, object],
    at: datetime,
    actor: str,
    counts: Mapping[str, int],
) -> None:
    """Record what was found of an entity's fields, with an audit record of the counts.

    `known` are all fields that were looked at, as the ledger knew them before the sources were
    read; None is one that was never tracked.

    Raises:
        Overtaken: another process wrote meanwhile.
        Refused: `at` is not later than the last time.
    """
    for name, before in known.items():
        _move_on(unit, (entity, name), before, at=at, sources=json.dumps(dict(sources)))
    for chunk in _chunks(found):
        rows = [{**asdict(each), "is_first": int(each.is_first)} for each in chunk]
        unit.connection.execute(insert(history), [{"entity": entity, "at": at, **r} for r in rows])
    body = {"entity": entity, "fields": sorted(known), **counts}
    unit.note(Kind.TRACKED, body, at=at, actor=actor)


def note_failure(unit: Unit, entity: str, reason: str, *, at: datetime, actor: str) -> None:
    """Record that the history of an entity could not be written, and why."""
    body = {"entity": entity, "reason": unit.without_addresses(reason)}
    unit.note(Kind.TRACK_FAILED, body, at=at, actor=actor)


def _move_on(
    unit: Unit, name: tuple[str, str], before: Tracked | None, *, at: datetime, sources: str
) -> None:
    entity, of = name
    if before is None:
        row = {"entity": entity, "field": of, "since": at, "at": at, "sources": sources}
        done = unit.connection.execute(insert_new(unit.connection, tracked).values(row))
    elif at <= before.at:
        raise Refused(
            f"the history of {entity}.{of} was written at {before.at.isoformat()} already, which "
            f"is not before {at.isoformat()}; look at the clock, and track again later"
        )
    else:
        mine = (tracked.c.entity == entity, tracked.c.field == of, tracked.c.at == before.at)
        change = update(tracked).where(*mine).values(at=at, sources=sources)
        done = unit.connection.execute(change)
    if done.rowcount != 1:
        raise Overtaken(
            f"another process wrote the history of {entity} meanwhile; nothing of this was kept, "
            "and nothing is lost: what it saw is recorded"
        )


def _chunks(found: Iterable[Found]) -> Iterator[Sequence[Found]]:
    pending = iter(found)
    while chunk := list(islice(pending, _CHUNK)):
        yield chunk
