"""All sources of a project, read as of one run: one snapshot a database, opened when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from sqlalchemy import Executable

from engine.audience.contacts import ContactLog, EnrollmentLog, NoEnrollments
from engine.bind.catalog import Catalog
from engine.compile.dialects.table import LEAVES
from engine.compile.relations import Home, Supplied
from engine.ports import Database, Reader, Row
from engine.problems import Misuse, Refused
from engine.tables import ColumnRef, TableRef

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
    ) -> None:
        self.contacts = contacts
        self.enrollments = enrollments
        self.catalog = catalog
        self.unique_keys: set[tuple[TableRef, ColumnRef]] = set()
        """The keys of which it is known that none stands twice."""
        self._databases = databases
        self._stack = stack
        self._readers: dict[str, Reader] = {}

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
        name = self.database(connector).dialect.name
        if name not in LEAVES:
            raise Misuse(f"connector {connector}: conditions cannot be asked of {name} databases")
        return Home(self.reader(connector), LEAVES[name], self.catalog, Supplied())

    def read(self, connector: str, statement: Executable) -> Iterable[Row]:
        """The rows of a statement on a connector's database."""
        return self.reader(connector).read(statement)


_NOBODY = NoEnrollments()


@contextmanager
def open_sources(
    databases: Mapping[str, Database],
    contacts: ContactLog,
    catalog: Catalog,
    *,
    enrollments: EnrollmentLog = _NOBODY,
) -> Iterator[Snapshot]:
    """The sources of a project, by connector name (one database may serve several), for one run.

    Nothing is connected before something is read; everything is closed at the end.
    """
    with ExitStack() as stack:
        yield Snapshot(databases, contacts, catalog, stack, enrollments=enrollments)
