"""Reading a snapshot for an answer; or, to show what would be read, only taking note of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Executable, FromClause, Select

from engine.audience.snapshot import Snapshot
from engine.audience.values import Key, seen_value
from engine.compile.core import Awaited, Constant
from engine.language.catalog import Kind
from engine.ports import Filled, Row

__all__ = ["Noting", "Reading", "Running"]


class Reading(Protocol):
    """Runs statements where their data lies."""

    @property
    def snapshot(self) -> Snapshot:
        """What is read."""

    def read(self, connector: str, statement: Executable | Filled) -> Iterable[Row]:
        """The rows of a statement."""

    def keys(self, connector: str, statement: Executable | Filled) -> Iterable[Sequence[Key]]:
        """The values of a statement's only column, some at a time."""

    def shared(
        self, asked: Hashable, connector: str, counted: Callable[[], Select[Any]]
    ) -> FromClause | None:
        """What was asked before and is there for all who ask; None: it is to be found by itself."""

    def value(
        self, connector: str, statement: Executable | Filled, kind: Kind
    ) -> Constant | Awaited | None:
        """The one value that a statement finds; None where it finds none."""


@dataclass(frozen=True, slots=True)
class Running:
    """Reads in earnest."""

    snapshot: Snapshot

    def read(self, connector: str, statement: Executable | Filled) -> Iterable[Row]:
        """The rows of a statement."""
        return self.snapshot.read(connector, statement)

    def keys(self, connector: str, statement: Executable | Filled) -> Iterable[Sequence[Key]]:
        """The values of a statement's only column, some at a time."""
        return self.snapshot.keys(connector, statement)

    def shared(
        self, asked: Hashable, connector: str, counted: Callable[[], Select[Any]]
    ) -> FromClause | None:
        """As the snapshot holds it."""
        return self.snapshot.shared(asked, connector, counted)

    def value(self, connector: str, statement: Executable | Filled, kind: Kind) -> Constant | None:
        """The one value that a statement finds."""
        rows = list(self.read(connector, statement))
        found = seen_value(kind, rows[0][0]) if rows else None
        if found is None:
            return None
        if not isinstance(found, str | int | float | bool | date):
            raise TypeError(f"{found!r} is no value to compare with")
        return Constant(found, kind)


@dataclass(frozen=True, slots=True)
class Noting:
    """Takes note of every statement and reads none: what is brought from elsewhere stays empty."""

    snapshot: Snapshot
    noted: list[tuple[str, Executable | Filled]] = field(default_factory=list)

    def read(self, connector: str, statement: Executable | Filled) -> Iterable[Row]:
        """No rows; the statement is kept."""
        self.noted.append((connector, statement))
        return ()

    def keys(self, connector: str, statement: Executable | Filled) -> Iterable[Sequence[Key]]:
        """No keys; the statement is kept."""
        self.noted.append((connector, statement))
        return ()

    def shared(self, asked: Hashable, connector: str, counted: Callable[[], Select[Any]]) -> None:
        """Nothing: a statement is shown as it is by itself, whatever was asked before."""

    def value(self, connector: str, statement: Executable | Filled, kind: Kind) -> Awaited:
        """What stands for the value in the statements after; the statement is kept."""
        self.noted.append((connector, statement))
        return Awaited(kind)
