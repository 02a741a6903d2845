"""A ledger that knows what the real one knows of people, and nothing of playbooks.

Nobody is inside and nothing was sent; whoever unsubscribed has, and the history of tracked fields
is there. It is gone at the end of the block, and the real one is only read.

It lies in a file of its own that only its owner reads, and that nobody waits for to reach the disk:
passes read while they write, and SQLite lets them do so in files alone.
"""

from __future__ import annotations

import secrets
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, Table, event, insert, select
from sqlalchemy.pool import ConnectionPoolEntry

from engine.ledger.audit import GENESIS
from engine.ledger.database import connect
from engine.ledger.store import Identity, Ledger, Unit
from engine.ledger.tables import (
    audit_head,
    erasures,
    history,
    identities,
    meta,
    metadata,
    subscriptions,
    suppressions,
    tracked,
)

__all__ = ["imagined_ledger"]

_TAKEN_ALONG = (suppressions, subscriptions, erasures, history, tracked, identities)
_PAGE = 5_000  # rows taken along at a time
_SECRET_BYTES = 32


@contextmanager
def imagined_ledger(real: Ledger | None, *, at: datetime) -> Iterator[Ledger]:
    """A ledger made at an instant, beside the real one if there is one."""
    with TemporaryDirectory(prefix="touchline-") as folder, ExitStack() as stack:
        engine = connect(URL.create("sqlite", database=str(Path(folder, "ledger.db"))))
        event.listen(engine, "connect", _never_wait)
        identity = _identity(real, at)
        ledger = Ledger(engine, identity, shown="of the simulation", halt_file=Path(folder, "HALT"))
        stack.callback(ledger.close)
        with ledger.write() as unit:
            _make(unit, identity)
        if real is not None:
            for table in _TAKEN_ALONG:
                _take_along(table, real, ledger)
        yield ledger


def _never_wait(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _identity(real: Ledger | None, at: datetime) -> Identity:
    """Digests of addresses are those of the real ledger: its suppressions go by them."""
    key = real.identity.digest_key if real else secrets.token_hex(_SECRET_BYTES)
    return Identity(uuid.uuid4().hex, "", "nowhere", at, key, secrets.token_hex(_SECRET_BYTES))


def _make(unit: Unit, identity: Identity) -> None:
    metadata.create_all(unit.connection)
    row = {name: getattr(identity, name) for name in Identity.__slots__}
    unit.connection.execute(insert(meta).values(one=1, **row))
    unit.connection.execute(insert(audit_head).values(one=1, seq=0, hash=GENESIS))


def _take_along(table: Table, real: Ledger, ledger: Ledger) -> None:
    with real.read() as known:
        rows = known.connection.execute(select(table)).mappings()
        for page in rows.partitions(_PAGE):
            with ledger.write() as unit:
                unit.connection.execute(insert(table), [dict(row) for row in page])
