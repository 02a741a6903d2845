"""The tables of control: what is halted, paused or cleared, and who works on the ledger."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, text

from engine.ledger.columns import TEXT, metadata, words
from engine.ledger.instants import Instant

__all__ = ["clearances", "halts", "leases", "pauses", "readers"]

clearances = Table(
    "clearances",  # what the passes of any process have let workers carry
    metadata,
    Column("playbook", TEXT, primary_key=True),
    Column("passed_at", Instant(), nullable=False),
    Column("until", Instant(), nullable=False),
    Column("unbound", TEXT, nullable=False),  # versions that may not go, as JSON
)

halts = Table(
    "halts",
    metadata,
    Column("scope", TEXT, primary_key=True),  # empty: everything
    words("why"),
    Column("at", Instant(), nullable=False),
    Column("actor", TEXT, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("holder", TEXT, nullable=False),
    Column("epoch", Integer(), nullable=False),
    Column("until", Instant(), nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("playbook", TEXT, primary_key=True),
    Column("started_at", Instant(), primary_key=True),
    Column("ended_at", Instant()),
)
_RUNNING_PAUSE = text("ended_at IS NULL")
Index(
    "uq_pauses_open",
    pauses.c.playbook,
    unique=True,
    sqlite_where=_RUNNING_PAUSE,
    postgresql_where=_RUNNING_PAUSE,
)

readers = Table(
    "readers",  # the processes that work here, and which state of the files each goes by
    metadata,
    Column("worker", TEXT, primary_key=True),
    Column("what", TEXT, nullable=False),
    Column("host", TEXT, nullable=False),
    Column("files", TEXT, nullable=False),
    Column("git", TEXT, nullable=False),
    Column("since", Instant(), nullable=False),
    Column("seen_at", Instant(), nullable=False),
)
