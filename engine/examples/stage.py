"""The stage of examples: a project as it is, on rows, a ledger and channels in memory.

Everything else is what runs for real. What only means something of real numbers stays out of the
way: fuses, the holdout, the freshness and the volume of sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from engine.bind.catalog import Catalog
from engine.bind.given import NewRow, Stored, Tables, tables_of
from engine.bind.playbook import BoundPlaybook
from engine.language.playbook import Playbook, Status
from engine.language.project import Project, Settings, SmtpChannel, WebhookChannel
from engine.ledger.memory import MemoryLedger, memory_ledger
from engine.ports import Channel, Database
from engine.tables import ColumnRef, TableRef
from engine.workplace import Workplace

__all__ = ["GivenDatabase", "Props", "ScriptedTable", "Stage", "open_stage"]

_ACTOR = "test"


class GivenDatabase(Database, Protocol):
    """A database whose rows are put in."""

    def wipe(self) -> None:
        """Take all rows out."""

    def put(
        self, table: TableRef, values: Mapping[str, tuple[ColumnRef, Stored]], *, key: str | None
    ) -> None:
        """Add a row, or change the one with the same value in the column `key`."""

    def close(self) -> None:
        """Forget everything."""


class ScriptedTable(Channel, Protocol):
    """A channel that answers by script."""

    def add(self, to: str, answers: Iterable[str | int]) -> None:
        """Answer so, one after the other, to messages for an address; empty: to any."""


@dataclass(frozen=True, slots=True)
class Props:
    """What stands for the outside in examples, as `cli.py` ties it."""

    database: Callable[[Tables], GivenDatabase]
    channels: Callable[[Mapping[str, SmtpChannel | WebhookChannel]], Mapping[str, ScriptedTable]]
    writer: Callable[[Mapping[str, Database]], Channel]


@dataclass(slots=True)
class _Clock:
    at: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def uptime(self) -> float:
        return self.at.timestamp()  # it runs exactly as the clock does


@dataclass(slots=True)
class Stage:
    """One stage, for any number of examples one after the other."""

    workplace: Workplace
    database: GivenDatabase
    memory: MemoryLedger
    props: Props
    clock: _Clock = field(default_factory=_Clock)
    channels: Mapping[str, ScriptedTable] = field(default_factory=dict)
    bound: dict[str, BoundPlaybook] = field(default_factory=dict)

    @property
    def catalog(self) -> Catalog:
        """The project's catalog."""
        return self.workplace.catalog

    def playbook(self, name: str) -> BoundPlaybook:
        """A playbook that can run; Invalid where it cannot."""
        if name not in self.bound:
            self.bound[name] = self.workplace.runnable(name)
        return self.bound[name]

    def clear(self) -> None:
        """Nothing of an earlier example is left."""
        self.database.wipe()
        self.memory.wipe()
        self.channels = self.props.channels(self.workplace.settings.channels)

    def put(self, rows: Iterable[NewRow]) -> None:
        """Put rows in."""
        for row in rows:
            self.database.put(row.table, row.values, key=row.key)


@contextmanager
def open_stage(workplace: Workplace, props: Props) -> Iterator[Stage]:
    """A stage for a project; its own ledger and sources are not touched."""
    tables = tables_of(workplace.catalog)
    project = _tame(workplace.project, tables)
    connectors = project.settings.connectors
    database = props.database(tables)
    clock = _Clock()
    with memory_ledger() as memory:
        try:
            stage = Stage(workplace, database, memory, props, clock)
            ports = replace(
                workplace.ports,
                databases=lambda *_: dict.fromkeys(connectors, database),
                channels=lambda *_: dict(stage.channels),
                writer=lambda *_: props.writer(dict.fromkeys(connectors, database)),
                clock=clock,
                actor=_ACTOR,
            )
            stage.workplace = replace(workplace, project=project, ports=ports)
            yield stage
        finally:
            database.close()


# ---------------------------------------------------------------- what real numbers are for


def _tame(project: Project, tables: Tables) -> Project:
    return replace(
        project,
        settings=_without_doubts(project.settings, tables),
        playbooks={name: _without_fuse(each) for name, each in project.playbooks.items()},
    )


def _without_doubts(settings: Settings, tables: Tables) -> Settings:
    """No table is too small or too old, even one without rows."""
    connectors = {
        name: replace(
            each,
            freshness=None,
            volume={table: {"at_least": 0} for owner, table in tables if owner == name},
        )
        for name, each in settings.connectors.items()
    }
    policy = replace(settings.policy, first_run=None)
    return replace(settings, connectors=connectors, policy=policy)


def _without_fuse(playbook: Playbook) -> Playbook:
    """A draft can be tried, everybody is told, and few rows are no flood."""
    entry = replace(playbook.entry, fuse=None, holdout=0.0)
    return replace(playbook, entry=entry, status=Status.ACTIVE)
