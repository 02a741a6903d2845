"""Reading a snapshot for an answer; or, to show what would be read, only taking note of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Executable

from engine.audience.snapshot import Snapshot
from engine.ports import Row

__all__ = ["Noting", "Reading", "Running"]


class Reading(Protocol):
    """Runs statements where their data lies."""

    @property
    def snapshot(self) -> Snapshot:
        """What is read."""

    def read(self, connector: str, statement: Executable) -> Iterable[Row]:
        """The rows of a statement."""


@dataclass(frozen=True, slots=True)
class Running:
    """Reads in earnest."""

    snapshot: Snapshot

    def read(self, connector: str, statement: Executable) -> Iterable[Row]:
        """The rows of a statement."""
        return self.snapshot.read(connector, statement)


@dataclass(frozen=True, slots=True)
class Noting:
    """Takes note of every statement and reads none: what is brought from elsewhere stays empty."""

    snapshot: Snapshot
    noted: list[tuple[str, Executable]] = field(default_factory=list)

    def read(self, connector: str, statement: Executable) -> Iterable[Row]:
        """No rows; the statement is kept."""
        self.noted.append((connector, statement))
        return ()
