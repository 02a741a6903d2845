"""All sources of a project, read as of one run: one snapshot a database, opened when asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Executable, FromClause, Select

from engine.audience.contacts import ContactLog, EnrollmentLog, NoEnrollments
from engine.audience.history import HistoryLog, NoHistory
from engine.audience.values import Key
from engine.bind.catalog import Catalog
from engine.compile.dialects.table import LEAVES, PARTS
from engine.compile.parts import inside
from engine.compile.relations import Home, Supplied
from engine.ports import Database, Filled, Reader, Row
from engine.problems import Misuse, Refused

__all__ = ["Snapshot", "open_sources"]


class Snapshot:
    """The databases behind the connectors; every statement of one sees the same data."""

    def __init__(
        self,
        databases: Mapping[str, Database],
        contacts: ContactLog,
        catalog: Catalog,
        stack: ExitStack,
        *,
        enrollments: EnrollmentLog,
        history: HistoryLog,
    ) -> None:
        self.contacts = contacts
        self.enrollments = enrollments
        self.history = history
        self.catalog = catalog
        self._databases = databases
        self._stack = stack
        self._readers: dict[str, Reader] = {}
        self._asked: set[Hashable] = set()
        self._shared: dict[Hashable, FromClause | None] = {}

    def database(self, connector: str) -> Database:
        """The database that holds a connector's tables."""
        if connector not in self._databases:
            raise Refused(f"no source is connected under the name {connector}")
        return self._databases[connector]

    def reader(self, connector: str) -> Reader:
        """The open snapshot of a connector's database.

        Raises:
            Unreachable: it does not answer.
        """
        database = self.database(connector)
        if database.id not in self._readers:
            self._readers[database.id] = self._stack.enter_context(database.open())
        return self._readers[database.id]

    def are_together(self, one: str, other: str) -> bool:
        """Whether the tables of two connectors can stand in one statement."""
        return self.database(one).id == self.database(other).id

    def home(self, connector: str) -> Home:
        """A connector's database as a place for statements, with nothing brought to it yet."""
        database = self.database(connector)
        name = database.dialect.name
        if name not in LEAVES:
            raise Misuse(f"connector {connector}: conditions cannot be asked of {name} databases")
        # Where the text bears the values, no other values can be put into it.
        kept = database.dialect.supports_statement_cache
        return Home(
            *(self.reader(connector), LEAVES[name], self.catalog, Supplied()),
            place=(database.id, name, _TEXTS.of(self.catalog)) if kept else None,
            part=PARTS.get(name, inside),
        )

    def shared(
        self, asked: Hashable, connector: str, counted: Callable[[], Select[Any]]
    ) -> FromClause | None:
        """What `counted` finds for whatever is `asked`, once that is not asked for the first time.

        None the first time, and where the database holds nothing for others to use.
        """
        if asked not in self._shared and asked in self._asked:
            self._shared[asked] = self.reader(connector).held(counted())
        self._asked.add(asked)
        return self._shared.get(asked)

    def read(self, connector: str, statement: Executable | Filled) -> Iterable[Row]:
        """The rows of a statement on a connector's database."""
        return self.reader(connector).read(statement)

    def keys(self, connector: str, statement: Executable | Filled) -> Iterable[Sequence[Key]]:
        """The values of a statement's only column, some at a time."""
        return self.reader(connector).keys(statement)


class _CatalogTexts:
    """What tells catalogs apart; of equal ones 1 may be true in one and a number in another.

    A text takes longer than most statements, and pass after pass goes by the same few catalogs.
    """

    def __init__(self) -> None:
        self._kept: tuple[tuple[Catalog, str], ...] = ()

    def of(self, catalog: Catalog) -> str:
        """The text of a catalog: the same object for the same one."""
        for known, text in self._kept:
            if known is catalog:
                return text
        text = repr(catalog)
        self._kept = ((catalog, text), *self._kept)[:_CATALOGS_KEPT]
        return text


_CATALOGS_KEPT = 4
_TEXTS = _CatalogTexts()
_NOBODY = NoEnrollments()
_NOTHING = NoHistory()


@contextmanager
def open_sources(
    databases: Mapping[str, Database],
    contacts: ContactLog,
    catalog: Catalog,
    *,
    enrollments: EnrollmentLog = _NOBODY,
    history: HistoryLog = _NOTHING,
) -> Iterator[Snapshot]:
    """The sources of a project, by connector name (one database may serve several), for one run.

    Nothing is connected before something is read; everything is closed at the end.
    """
    with ExitStack() as stack:
        yield Snapshot(
            databases, contacts, catalog, stack, enrollments=enrollments, history=history
        )
