"""`touchline connectors`: what is connected, whether it answers, and how fresh it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from engine.audience.checks import (
    check_columns,
    refuse_stale,
    refuse_too_few,
    refuse_two_of_a_key,
)
from engine.audience.silence import newest_value
from engine.audience.snapshot import Snapshot
from engine.bind.catalog import EntityRef
from engine.language.project import Connector
from engine.problems import Refused, SourceFault, Unreachable, did_you_mean
from engine.tables import TableRef
from engine.workplace import Workplace

__all__ = [
    "Connected",
    "Looked",
    "Table",
    "caution_of",
    "check_connectors",
    "list_connectors",
    "sync_connectors",
]


@dataclass(frozen=True, slots=True)
class Connected:
    """A connector as it is declared; `where` shows no secret."""

    name: str
    type: str
    where: str
    entities: tuple[str, ...]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that the catalog reads: its rows, and the newest time of the events in it."""

    name: str
    rows: int
    newest: date | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a connector came to; `unreachable` says why it does not answer, else empty.

    `problems` are sentences, each of which would stop a run; `caution` is one that stops none.
    """

    connector: Connected
    tables: tuple[Table, ...] = ()
    problems: tuple[str, ...] = ()
    unreachable: str = ""
    caution: str = ""


def list_connectors(workplace: Workplace) -> list[Connected]:
    """All connectors, as they are declared; nothing is connected."""
    return [_connected(workplace, each) for each in workplace.settings.connectors.values()]


def check_connectors(
    workplace: Workplace, names: Sequence[str], now: datetime, tell: Callable[[str], None]
) -> list[Looked]:
    """Look at the sources behind some connectors, or all: one that does not answer stops no other.

    Raises:
        Refused: there is no such connector.
    """
    known = workplace.settings.connectors
    for name in names:
        if name not in known:
            raise Refused(f"there is no connector `{name}`; {did_you_mean(name, known)}")
    found = []
    with workplace.sources(None) as snapshot:
        for name in names or known:
            tell(f"looking at {name} …")
            found.append(_looked_at(workplace, known[name], snapshot, now))
    return found


def sync_connectors(workplace: Workplace) -> list[Connected]:
    """Pull the sources that need pulling; gives those.

    Files and databases are read where they lie, so that there are none among today's types.
    """
    return [each for each in list_connectors(workplace) if each.type not in ("files", "sql")]


def _connected(workplace: Workplace, connector: Connector) -> Connected:
    entities = workplace.catalog.entities.values()
    mine = [each.name for each in entities if each.table.connector == connector.name]
    events = [
        f"{entity.name}.{event.name}"
        for entity in entities
        for event in entity.events.values()
        if event.table.connector == connector.name
    ]
    where = connector.path or str(connector.url or "")
    return Connected(connector.name, connector.type, where, tuple(mine), tuple(events))


def _looked_at(
    workplace: Workplace, connector: Connector, snapshot: Snapshot, now: datetime
) -> Looked:
    about = _connected(workplace, connector)
    try:
        caution = caution_of(connector.name, snapshot)
        tables = tuple(_tables(workplace, connector.name, snapshot, now))
        problems = tuple(_problems(workplace, connector, snapshot, tables=tables, now=now))
    except Unreachable as why:
        return Looked(about, unreachable=str(why))
    except SourceFault as why:  # it opens, and cannot be read at all
        return Looked(about, problems=(str(why),))
    return Looked(about, tables, tuple(dict.fromkeys(problems)), caution=caution)


def caution_of(connector: str, snapshot: Snapshot) -> str:
    """A sentence where the login of a connector may do more than reading needs; else empty.

    Raises:
        Unreachable: the source does not answer.
    """
    found = snapshot.reader(connector).privilege()
    if not found:
        return ""
    return (
        f"the login of {connector} is {found}; reading needs SELECT alone, so give it a login that "
        "can do no more, and what writes fields back the columns it writes"
    )


def _tables(
    workplace: Workplace, connector: str, snapshot: Snapshot, now: datetime
) -> Iterator[Table]:
    """The tables that can be read, with their rows whatever is asked of them."""
    newest: dict[TableRef, date | None] = {}
    for entity in workplace.catalog.entities.values():
        if entity.table.connector == connector:
            newest.setdefault(TableRef(connector, entity.table.table))
        for event in entity.events.values():
            if event.table.connector == connector:
                whole = TableRef(connector, event.table.table)
                try:
                    found = newest_value(whole, event.at, snapshot, now, zone=workplace.zone)
                except SourceFault:
                    continue  # told with the columns
                newest[whole] = found
    for table, at in newest.items():
        try:
            yield Table(table.table, snapshot.reader(connector).row_count(table), at)
        except SourceFault:
            continue


def _problems(
    workplace: Workplace,
    connector: Connector,
    snapshot: Snapshot,
    *,
    tables: Sequence[Table],
    now: datetime,
) -> Iterator[str]:
    """What would stop a run, each thing once; one does not hide another."""
    settings, zone = workplace.settings, workplace.zone
    for entity in workplace.catalog.entities.values():
        if connector.name in _read_by(entity):
            yield from _fault(partial(check_columns, entity, snapshot))
        if entity.table.connector == connector.name:
            yield from _fault(partial(refuse_two_of_a_key, entity, snapshot))
    for table in tables:
        ref = TableRef(connector.name, table.name)
        yield from _fault(partial(refuse_too_few, ref, table.rows, settings))
    if (said := connector.freshness) is not None:
        yield from _fault(partial(refuse_stale, said, connector.name, snapshot, now, zone=zone))


def _read_by(entity: EntityRef) -> set[str]:
    tables = [entity.table, *(event.table for event in entity.events.values())]
    return {table.connector for table in tables}


def _fault(check: Callable[[], None]) -> Iterator[str]:
    try:
        check()
    except SourceFault as fault:
        yield str(fault)
