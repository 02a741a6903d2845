"""A ledger in memory, for examples: the real schema, and empty again at will.

Nothing of it outlives the process, and nobody else can reach it.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from engine.ledger.database import begin_sqlite
from engine.ledger.store import Identity, Ledger
from engine.ledger.throwaway import make_throwaway

__all__ = ["MemoryLedger", "memory_ledger"]

_CONNECTIONS = 8  # a pass reads while it writes
_IDENTITY = Identity(
    "examples", "examples", "memory", datetime(2000, 1, 1, tzinfo=UTC), "00" * 32, "11" * 32
)
"""Always the same: digests of names, and so who falls where in a split, do not change."""


class MemoryLedger:
    """A ledger that can be emptied. Its engine stays, and what it compiled with it."""

    def __init__(self, ledger: Ledger, kept: sqlite3.Connection, empty: sqlite3.Connection) -> None:
        self.ledger = ledger
        self._kept = kept
        self._empty = empty

    def wipe(self) -> None:
        """Make it as it was when it was made."""
        self._empty.backup(self._kept)


@contextmanager
def memory_ledger() -> Iterator[MemoryLedger]:
    """A ledger that is gone at the end of the block."""
    url = f"file:{uuid.uuid4().hex}?mode=memory&cache=shared"
    # The database lives as long as a connection to it does.
    with closing(_connect(url)) as kept, closing(_prepared()) as empty:
        empty.backup(kept)
        engine = create_engine(
            "sqlite://", creator=lambda: _connect(url), poolclass=QueuePool, pool_size=_CONNECTIONS
        )
        event.listen(engine, "begin", begin_sqlite)
        ledger = Ledger(engine, _IDENTITY, shown="of the example", halt_file=Path("/nowhere/HALT"))
        try:
            yield MemoryLedger(ledger, kept, empty)
        finally:
            ledger.close()


def _connect(url: str) -> sqlite3.Connection:
    made = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False)
    # A page of people is read while decisions about it are written: here no reader bars a writer.
    made.execute("PRAGMA read_uncommitted = true")
    return made


def _prepared() -> sqlite3.Connection:
    """The schema and the ledger's own rows, without the steps of migrations."""
    made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine: Engine = create_engine("sqlite://", creator=lambda: made, poolclass=StaticPool)
    with engine.begin() as connection:
        make_throwaway(connection, _IDENTITY)
    return made
