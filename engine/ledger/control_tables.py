"""The tables of control: what is halted, paused or cleared, and who works on the ledger."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, text

from engine.ledger.columns import metadata, words
from engine.ledger.instants import Instant

__all__ = ["clearances", "halts", "leases", "pauses", "readers"]

clearances = Table(
    "clearances",  # what the passes of any process have let workers carry
    metadata,
    Column("playbook", Text(), primary_key=True),
    Column("passed_at", Instant(), nullable=False),
    Column("until", Instant(), nullable=False),
    Column("unbound", Text(), nullable=False),  # versions that may not go, as JSON
)

halts = Table(
    "halts",
    metadata,
    Column("scope", Text(), primary_key=True),  # empty: everything
    words("why"),
    Column("at", Instant(), nullable=False),
    Column("actor", Text(), nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text(), primary_key=True),
    Column("holder", Text(), nullable=False),
    Column("epoch", Integer(), nullable=False),
    Column("until", Instant(), nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("playbook", Text(), primary_key=True),
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
    Column("worker", Text(), primary_key=True),
    Column("what", Text(), nullable=False),
    Column("host", Text(), nullable=False),
    Column("files", Text(), nullable=False),
    Column("git", Text(), nullable=False),
    Column("since", Instant(), nullable=False),
    Column("seen_at", Instant(), nullable=False),
)
