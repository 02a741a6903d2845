"""Events that have fallen silent: how new each is that a run reads, and what must be doubted.

A source that lost its events looks like customers who did nothing. What is known for certain stops
the run: an event that was there at the run before and of which no row is left. What only may be
wrong, where a condition asks for the absence of something, is told with the run. Section 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.audience.snapshot import Snapshot
from engine.audience.tables import newest_until
from engine.audience.values import seen_value
from engine.bind.catalog import EventRef
from engine.compile.absence import asked_absent
from engine.compile.algebra import complement, conjuncts, time_of
from engine.compile.core import Compare, Comparison, Constant, Events, Predicate, Touches
from engine.compile.edges import dated
from engine.language.catalog import Kind
from engine.moments import local_date
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef

__all__ = ["doubts", "doubts_of_denied", "event_text", "newest_of", "newest_value", "refuse_lost"]


def event_text(event: EventRef) -> str:
    """An event as people find it in the catalog; what it is read from is a part of it."""
    tests = ", ".join(f"{name}: {_one_of(values)}" for name, values in event.table.where)
    return f"{event.entity}.{event.name} of {event.table}" + (f" ({tests})" if tests else "")


def _one_of(values: Iterable[object]) -> str:
    return " or ".join(str(value) for value in values)


# ---------------------------------------------------------------- how new


def newest_value(
    table: TableRef, column: ColumnRef, snapshot: Snapshot, as_of: datetime, *, zone: ZoneInfo
) -> date | None:
    """The newest date or instant up to `as_of`; None where there is none."""
    home = snapshot.home(table.connector)
    today = local_date(as_of, zone) if column.kind is Kind.DATE else as_of
    newest = seen_value(column.kind, newest_until(table, column, dated(today), home))
    return newest if isinstance(newest, date) else None


def newest_of(
    events: Iterable[EventRef], snapshot: Snapshot, as_of: datetime, *, zone: ZoneInfo
) -> dict[str, str]:
    """The newest of each event that has any, in ISO 8601, by `event_text`."""
    found = {
        event_text(event): newest_value(event.table, event.at, snapshot, as_of, zone=zone)
        for event in dict.fromkeys(events)
    }
    return {name: newest.isoformat() for name, newest in found.items() if newest is not None}


def refuse_lost(newest: Mapping[str, str], events: Iterable[EventRef], last: object) -> None:
    """Events that were there at the run before are there still.

    Raises:
        SourceFault: naming the first that is not.
    """
    before = last if isinstance(last, Mapping) else {}
    for name in dict.fromkeys(map(event_text, events)):
        if name in before and name not in newest:
            raise SourceFault(
                f"there is no {name} any more, and the newest was of {before[name]} at the run "
                "before; nothing is decided from a source that lost its events. If that is right, "
                f"say `volume: {{{_table_of(name, events)}: {{at_least: 0}}}}` of the connector"
            )


def _table_of(name: str, events: Iterable[EventRef]) -> str:
    return next(each.table.table for each in events if event_text(each) == name)


# ---------------------------------------------------------------- what must be doubted


def doubts(
    predicates: Iterable[Predicate],
    newest: Mapping[str, str],
    snapshot: Snapshot,
    zone: ZoneInfo,
) -> list[str]:
    """Sentences on the absences that are asked for and that the sources may be wrong about."""
    absent = [each for predicate in predicates for each in asked_absent(predicate)]
    found = [doubt for each in absent for doubt in _doubts_of(each, newest, snapshot, zone=zone)]
    return list(dict.fromkeys(found))


def doubts_of_denied(
    denied: Iterable[tuple[str, Predicate]], newest: Mapping[str, str]
) -> list[str]:
    """The same of conditions that something hangs on where they do *not* hold, each with its name.

    An `exit_when` on an event that never comes lets nobody out: here presence is what may be lost.
    """
    found = [
        f"there is no {event_text(each.source)} at all, and {name} asks for it, so that it may "
        "hold of nobody; if there should be some, correct the event in the catalog"
        for name, predicate in denied
        for each in asked_absent(complement(predicate))
        if isinstance(each.source, EventRef) and event_text(each.source) not in newest
    ]
    return list(dict.fromkeys(found))


def _doubts_of(
    events: Events, newest: Mapping[str, str], snapshot: Snapshot, *, zone: ZoneInfo
) -> Iterator[str]:
    match events.source:
        case EventRef() as event:
            yield from _never_seen(event, newest)
            yield from _short_history(events, event, zone)
        case Touches() as touches:
            yield from _young_ledger(touches, snapshot, zone)


def _never_seen(event: EventRef, newest: Mapping[str, str]) -> Iterator[str]:
    if event_text(event) not in newest:
        yield (
            f"there is no {event_text(event)} at all, so that a condition that asks for its "
            "absence holds of everyone; if there should be some, correct the event in the catalog"
        )


def _short_history(events: Events, event: EventRef, zone: ZoneInfo) -> Iterator[str]:
    """Where a window reaches back further; those without a beginning are warned of in the file."""
    start = _start_of(events)
    if event.history_from and start and local_date(start, zone) < event.history_from:
        yield (
            f"a condition asks for the absence of {event_text(event)} since "
            f"{local_date(start, zone)}, and it is complete only from {event.history_from}"
        )


def _start_of(events: Events) -> datetime | None:
    for each in conjuncts(events.counting):
        match each:
            case Compare(Comparison.GE, left, Constant(datetime() as start)):
                if left == time_of(events):
                    return start
    return None


def _young_ledger(touches: Touches, snapshot: Snapshot, zone: ZoneInfo) -> Iterator[str]:
    """The ledger knows of our own touches; of others only events that count as contact could."""
    begins = snapshot.contacts.known_from()
    entity = snapshot.catalog.entities[touches.entity]
    if begins is None or touches.channel or touches.playbook:
        return
    if any(event.counts_as_contact for event in entity.events.values()):
        return
    if touches.since is None or touches.since < begins:
        yield (
            f"a condition asks which {touches.entity} was not contacted, and this ledger knows of "
            f"contacts only from {local_date(begins, zone)}; no event of {touches.entity} says "
            "`counts_as: contact`"
        )
