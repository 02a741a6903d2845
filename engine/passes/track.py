"""The history of an entity's tracked fields, brought up to now: read and compare, then write.

The sources are read first, and what was found waits in a file of this process, so that however
many rows there are, memory stays flat and the ledger is locked no longer than its writing takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO
from zoneinfo import ZoneInfo

from engine.audience.checks import check_sources
from engine.audience.fields import every_row
from engine.audience.snapshot import Snapshot
from engine.audience.values import value_text
from engine.bind.catalog import EntityRef, FieldRef
from engine.language.project import Settings
from engine.ledger.erasure import erased_of
from engine.ledger.store import Ledger, Unit
from engine.ledger.tracking import Found, Tracked, last_values, tracked_fields, write_history

__all__ = ["Counts", "track_entity"]

_CHUNK = 5_000  # rows that are compared with the ledger at a time
_IN_MEMORY = 4 * 2**20  # bytes of what was found, before a file holds it


@dataclass(slots=True)
class Counts:
    """What tracking an entity came to: rows read, values seen for the first time, and changes."""

    rows: int = 0
    first: int = 0
    changes: int = 0

    def add(self, found: Found) -> None:
        """Count one more record."""
        if found.is_first:
            self.first += 1
        else:
            self.changes += 1


def track_entity(
    entity: EntityRef,
    snapshot: Snapshot,
    settings: Settings,
    ledger: Ledger,
    *,
    at: datetime,
    actor: str,
) -> Counts:
    """Record the tracked fields of every row as far as they are not what was recorded last.

    Computed fields are taken as they are at this instant, by the days of the project's zone.

    Raises:
        SourceFault: data that cannot be trusted; nothing is recorded from it.
        Unreachable: a source or the ledger does not answer.
        Refused: the history was written at this instant or later.
    """
    fields = [entity.fields[name] for name in entity.tracked]
    with ledger.read() as unit:
        before = tracked_fields(unit)
        known = {name: before.get((entity.name, name)) for name in entity.tracked}
    sources = check_sources(
        entity, (), snapshot, settings, as_of=at, last=_last_sources(known), fields=fields
    )
    with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as file:
        counts = Counts()
        zone = ZoneInfo(settings.timezone)
        values = every_row(entity, fields, snapshot, as_of=at, zone=zone)
        with ledger.read() as unit:
            for found in _found(values, entity, fields, unit=unit, counts=counts):
                counts.add(found)
                _put(found, file)
        file.seek(0)
        with ledger.write() as unit:
            write_history(
                unit,
                entity.name,
                _taken(file),
                known=known,
                sources=sources,
                at=at,
                actor=actor,
                counts={"rows": counts.rows, "first": counts.first, "changes": counts.changes},
            )
    return counts


def _last_sources(known: Mapping[str, Tracked | None]) -> Mapping[str, object]:
    """What the sources were like when the history was written last."""
    times = [each for each in known.values() if each is not None]
    return max(times, key=lambda each: each.at).sources if times else {}


Values = Iterator[tuple[int | str, tuple[object, ...]]]


def _found(
    values: Values, entity: EntityRef, fields: Sequence[FieldRef], *, unit: Unit, counts: Counts
) -> Iterator[Found]:
    """What is not as it was recorded last, a chunk of rows at a time."""
    names = [ref.name for ref in fields]
    gone = erased_of(unit, entity.name)
    while chunk := list(islice(values, _CHUNK)):
        counts.rows += len(chunk)
        last = last_values(unit, entity.name, names, [str(key) for key, _ in chunk])
        for key, seen in chunk:
            if str(key) in gone:
                continue
            for name, value in zip(names, map(value_text, seen), strict=True):
                place = (str(key), name)
                if place not in last or last[place] != value:
                    yield Found(*place, value, last.get(place), place not in last)


# ---------------------------------------------------------------- what waits to be written


def _put(found: Found, file: IO[str]) -> None:
    row = (found.key, found.field, found.value, found.previous, found.is_first)
    file.write(json.dumps(row) + "\n")


def _taken(file: IO[str]) -> Iterator[Found]:
    for line in file:
        yield Found(*json.loads(line))
