"""The values of fields for a few rows: what templates, steps and answers print."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.audience.answering import answer
from engine.audience.evidence import Asked, children_of, events_of
from engine.audience.reading import Reading, Running
from engine.audience.snapshot import Snapshot
from engine.audience.values import Key, as_key
from engine.bind.catalog import EntityRef, FieldRef
from engine.compile.core import (
    Chosen,
    Events,
    Gathered,
    Labels,
    Listed,
    Picked,
    Predicate,
    Property,
    Value,
)
from engine.compile.lower import asked_at
from engine.compile.question import Question

__all__ = ["every_row", "listed", "rows"]


def rows(
    entity: EntityRef,
    keys: Collection[Key],
    fields: Sequence[FieldRef],
    snapshot: Snapshot,
    *,
    as_of: datetime,
    zone: ZoneInfo,
) -> dict[Key, dict[str, object]]:
    """The values of fields by key, then by path; None where missing; keys that are gone are absent.

    Dates are `date`, timestamps aware datetimes in UTC, lists tuples. Computed fields are those
    of an instant and of a zone's days.
    """
    if not keys:
        return {}
    asking = asked_at(as_of, zone, snapshot.catalog)
    values = {ref.path: asking.field(ref) for ref in fields}
    asked, reading = Asked(entity, zone, tuple(keys)), Running(snapshot)
    members = {
        each: _beside(each, asked, reading) for value in values.values() for each in _apart(value)
    }
    outputs = tuple(dict.fromkeys(part for each in values.values() for part in _parts(each)))
    found: dict[Key, dict[str, object]] = {}
    for key, *seen in asked.values(outputs, reading):
        known = dict(zip(outputs, seen, strict=True))
        lists = {each: by_key.get(key, _none_of(each)) for each, by_key in members.items()}
        found[as_key(key)] = {path: _told(value, known, lists) for path, value in values.items()}
    return found


def every_row(
    entity: EntityRef,
    fields: Sequence[FieldRef],
    snapshot: Snapshot,
    *,
    as_of: datetime,
    zone: ZoneInfo,
) -> Iterator[tuple[Key, tuple[object, ...]]]:
    """The key and the values of fields of every row, by key ascending, as they are read.

    Values are as `rows` gives them. A field that lists the values of events or rows has none here.
    """
    asking = asked_at(as_of, zone, snapshot.catalog)
    values = [asking.field(ref) for ref in fields]
    outputs = tuple(dict.fromkeys(part for each in values for part in _parts(each)))
    for key, *seen in answer(Question(entity, zone, outputs=outputs), Running(snapshot)):
        known = dict(zip(outputs, seen, strict=True))
        yield as_key(key), tuple(_told(each, known, {}) for each in values)


def _apart(value: Value) -> Iterator[Listed | Picked]:
    """What is never asked of the store as it is, and found by a question of its own."""
    match value:
        case Listed() | Picked():
            yield value
        case Chosen(_, (Listed() | Picked() as inner,)):
            yield inner


def _beside(value: Listed | Picked, asked: Asked, reading: Reading) -> Mapping[object, object]:
    if isinstance(value, Listed):
        return listed(value, asked, reading)
    return picked(value, asked, reading)


def _none_of(value: Listed | Picked) -> object:
    return () if isinstance(value, Listed) else None


def _parts(value: Value) -> Iterator[Predicate | Value]:
    """What has to be asked of the store for a value: of a list each of its conditions."""
    match value:
        case Labels(_, conditions):
            yield from conditions
        case Listed() | Picked():
            return
        case Chosen(conditions, (Labels() | Listed() | Picked() as inner,)):
            yield from conditions
            yield from _parts(inner)
        case _:
            yield value


def _told(
    value: Value,
    known: Mapping[Predicate | Value, object],
    lists: Mapping[Listed | Picked, object],
) -> object:
    match value:
        case Labels(names, conditions):
            both = zip(names, conditions, strict=True)
            return tuple(name for name, condition in both if known[condition])
        case Listed() | Picked():
            return lists[value]
        case Chosen(conditions, (Labels() | Listed() | Picked() as inner,)):
            return _told(inner, known, lists) if all(map(known.get, conditions)) else None
        case _:
            return known[value]


def listed(value: Listed, asked: Asked, reading: Reading) -> Mapping[object, tuple[object, ...]]:
    """The different members of a computed list by key, ascending, as many as are wanted."""
    found: dict[object, set[object]] = {}
    for key, member in _values(value, asked, reading):
        if member is not None:
            found.setdefault(key, set()).add(member)
    return {
        key: tuple(sorted(members)[: value.at_most])  # type: ignore[type-var]
        for key, members in found.items()
    }


def picked(value: Picked, asked: Asked, reading: Reading) -> Mapping[object, object]:
    """The value of the one child that is picked, by key; who has no such child is absent."""
    of = value.source.figure.of
    if of is None:
        raise TypeError(f"{value!r} picks no value")
    best: dict[object, tuple[Any, Any, object]] = {}
    for key, child, by, found in children_of(value.source, (value.by, of), asked, reading):
        before = best.get(key)
        if before is None or _is_better((by, child), before, highest=value.highest):
            best[key] = (by, child, found)
    return {key: found for key, (_, _, found) in best.items()}


def _is_better(one: tuple[Any, Any], than: tuple[Any, Any, object], *, highest: bool) -> bool:
    by, key = one
    if by == than[0]:
        return bool(key < than[1])
    return bool(by > than[0]) is highest


def _values(listed: Listed, asked: Asked, reading: Reading) -> Iterator[tuple[object, object]]:
    match listed:
        case Listed(Events() as events, of) if of is not None:
            for key, value in events_of(events, (Property(of),), asked, reading):
                yield key, value
        case Listed(Gathered() as gathered) if gathered.figure.of is not None:
            columns = (gathered.figure.of,)
            for key, _, value in children_of(gathered, columns, asked, reading):
                yield key, value
        case _:
            raise TypeError(f"{listed!r} lists no values")
