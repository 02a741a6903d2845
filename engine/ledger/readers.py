"""Which processes work on a ledger, each with the state of the project's files that it goes by."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from engine.ledger.control_tables import readers
from engine.ledger.store import Unit

__all__ = ["Reader", "other_readers", "sign_in"]

_FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """A process (`worker`, as leases name it) on a host; `what` is `daemon` or `worker`.

    `files` is a digest of the project's files as it took them up at `since`, `git` the
    commit they stood at then; empty where they are in no repository. `seen_at` is when it last
    signed.
    """

    worker: str
    what: str
    host: str
    files: str
    git: str
    since: datetime
    seen_at: datetime


def sign_in(unit: Unit, reader: Reader) -> None:
    """Note what a process goes by, in the place of what it said before."""
    old = readers.c.seen_at < reader.seen_at - _FORGET_AFTER
    unit.connection.execute(delete(readers).where((readers.c.worker == reader.worker) | old))
    unit.connection.execute(insert(readers).values(asdict(reader)))


def other_readers(unit: Unit, worker: str, *, seen_since: datetime) -> list[Reader]:
    """All others that signed since an instant, by their names."""
    others = (readers.c.worker != worker, readers.c.seen_at >= seen_since)
    rows = unit.connection.execute(select(readers).where(*others).order_by(readers.c.worker))
    return [Reader(*row) for row in rows]
