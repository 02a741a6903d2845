"""A database on paper: statements are written for it, and none is run.

It holds the tables of all connectors together, as a warehouse does, each connector's in a schema:
the one that it names, or else one of its own name. The catalog says which columns there are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, FromClause, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement

from connectors.paper.dialects import paper_dialect
from connectors.paper.natives import column_of, rows_of
from connectors.sources.forms import Form
from connectors.sources.reader import SourceReader
from engine.bind.catalog import BoundPerson, Catalog, EntityRef, EventRef
from engine.language.project import Connector, Settings
from engine.ports import Database, Filled, Reader, Row, StoreKind
from engine.tables import ColumnRef, TableRef

__all__ = ["PaperDatabase", "paper_databases"]

Columns = Mapping[tuple[str, str], Mapping[str, str]]


def paper_databases(settings: Settings, catalog: Catalog, name: str) -> Mapping[str, Database]:
    """One database of a dialect for all connectors, by connector name.

    Raises:
        Misuse: there is no such dialect, or it is not installed.
    """
    chosen = paper_dialect(name)
    database = PaperDatabase(chosen.load(), chosen.kind, settings.connectors, catalog)
    return dict.fromkeys(settings.connectors, database)


Found = TypeVar("Found")


class PaperDatabase:
    """The port `Database` over a dialect and what the catalog declares."""

    def __init__(
        self,
        dialect: Dialect,
        kind: StoreKind,
        connectors: Mapping[str, Connector],
        catalog: Catalog,
    ) -> None:
        self.id = f"{dialect.name} on paper"
        self.kind = kind
        self.dialect = dialect
        self._connectors = connectors
        self._catalog = catalog

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """A reader that reads nothing."""
        zones = {name: ZoneInfo(each.timezone) for name, each in self._connectors.items()}
        schemas = {name: each.schema or name for name, each in self._connectors.items()}
        yield SourceReader(_PaperStore(self.dialect, schemas, _declared(self._catalog)), zones)


class _PaperStore:
    """The port `Store` over declared columns, whose types are those of the catalog."""

    def __init__(self, dialect: Dialect, schemas: Mapping[str, str], columns: Columns) -> None:
        self._dialect = dialect
        self._schemas = schemas
        self._columns = columns

    def columns(self, table: TableRef) -> Mapping[str, str]:
        """The declared columns, by the kinds of the catalog."""
        return self._columns[table.connector, table.table]

    def address(self, table: TableRef) -> tuple[str | None, str]:
        """The connector's schema and the table's name."""
        return self._schemas[table.connector], table.table

    def privilege(self) -> str:
        """There is no login."""
        return ""

    def layout(self, table: TableRef) -> Hashable:
        """Where it is, and the columns."""
        return *self.address(table), *self.columns(table).items()

    def form(
        self,
        raw: ColumnElement[object],
        stored: str,
        ref: ColumnRef,
        table: TableRef,
        zone: ZoneInfo,
    ) -> Form:
        """A raw column of the dialect's own type for what `ref` declares."""
        return column_of(self._dialect, raw, ref, zone)

    def shown(self, raw: ColumnElement[object]) -> ColumnElement[object]:
        """The raw column: nothing is ever shown of it."""
        return raw

    def once(self, asked: Hashable, find: Callable[[], Found]) -> Found:
        """What is found."""
        return find()

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """A relation made of values, which travel in one parameter."""
        return rows_of(self._dialect, name, columns, values)

    def borne(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> None:
        """Nothing is ever asked again on paper."""

    def held(self, statement: Select[tuple[object, ...]]) -> None:
        """Paper holds no rows."""

    def pages(self, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
        """It cannot: a bug of whoever asks."""
        raise TypeError("nothing can be read on paper")


# ---------------------------------------------------------------- what the catalog declares


def _declared(catalog: Catalog) -> Columns:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for entity in catalog.entities.values():
        _add(found, entity.table, _of_entity(entity))
        for event in entity.events.values():
            _add(found, event.table, _of_event(event))
    return found


def _add(
    found: dict[tuple[str, str], dict[str, str]], table: TableRef, columns: Iterable[ColumnRef]
) -> None:
    known = found.setdefault((table.connector, table.table), {})
    known.update((each.column, each.kind.value) for each in columns)
    known.update((name, "text") for name, _ in table.where if name not in known)


def _of_entity(entity: EntityRef) -> Iterator[ColumnRef]:
    yield entity.key
    for link in entity.links.values():
        yield ColumnRef(link.column, entity.key.kind)
    for field in entity.stored:
        if isinstance(field.source, ColumnRef):
            yield field.source
    for person in (entity.contact, *entity.people.values()):
        yield from person.columns if isinstance(person, BoundPerson) else ()


def _of_event(event: EventRef) -> Iterator[ColumnRef]:
    yield ColumnRef(event.key, event.at.kind)
    yield event.at
    yield from event.properties.values()
