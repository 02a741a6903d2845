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

from engine.ledger.audit import Head
from engine.ledger.database import STATEMENTS_KEPT, begin_sqlite
from engine.ledger.store import Identity, Ledger
from engine.ledger.tables import metadata
from engine.ledger.throwaway import make_throwaway

__all__ = ["MemoryLedger", "memory_ledger"]

_TABLES = tuple(f'"{name}"' for name in metadata.tables)
_CONNECTIONS = 8  # a pass reads while it writes
_IDENTITY = Identity(
    "examples", "examples", "memory", datetime(2000, 1, 1, tzinfo=UTC), "00" * 32, "11" * 32
)
"""Always the same: digests of names, and so who falls where in a split, do not change."""


class MemoryLedger:
    """A ledger that can be emptied.

    Its engine stays, and its schema: where that were written anew, each connection would prepare
    each of its statements anew, which takes as long as a pass.
    """

    def __init__(self, ledger: Ledger, kept: sqlite3.Connection) -> None:
        self.ledger = ledger
        self._kept = kept
        self._own = {name: kept.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}  # noqa: S608

    def wipe(self) -> None:
        """Make it as it was when it was made."""
        self._kept.execute("BEGIN IMMEDIATE")
        for name, rows in self._own.items():
            self._kept.execute(f"DELETE FROM {name}")  # noqa: S608
            for row in rows:
                marks = ", ".join("?" * len(row))
                self._kept.execute(f"INSERT INTO {name} VALUES ({marks})", row)  # noqa: S608
        self._kept.execute("COMMIT")
        self.ledger.seen = Head()


@contextmanager
def memory_ledger() -> Iterator[MemoryLedger]:
    """A ledger that is gone at the end of the block."""
    url = f"file:{uuid.uuid4().hex}?mode=memory&cache=shared"
    # The database lives as long as a connection to it does.
    with closing(_connect(url)) as kept:
        _make(kept)
        engine = create_engine(
            "sqlite://",
            creator=lambda: _connect(url),
            poolclass=QueuePool,
            pool_size=_CONNECTIONS,
            pool_use_lifo=True,
        )
        event.listen(engine, "begin", begin_sqlite)
        ledger = Ledger(engine, _IDENTITY, shown="of the example", halt_file=Path("/nowhere/HALT"))
        try:
            yield MemoryLedger(ledger, kept)
        finally:
            ledger.close()


def _connect(url: str) -> sqlite3.Connection:
    made = sqlite3.connect(
        url,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_KEPT,
    )
    # A page of people is read while decisions about it are written: here no reader bars a writer.
    made.execute("PRAGMA read_uncommitted = true")
    return made


def _make(kept: sqlite3.Connection) -> None:
    """The schema and the ledger's own rows, without the steps of migrations."""
    engine: Engine = create_engine("sqlite://", creator=lambda: kept, poolclass=StaticPool)
    event.listen(engine, "begin", begin_sqlite)
    with engine.begin() as connection:
        make_throwaway(connection, _IDENTITY)
