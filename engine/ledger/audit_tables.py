"""The tables of the audit: its records, and where they end."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, literal_column, text

from engine.ledger.chain_guard import keep_in_line
from engine.ledger.columns import TEXT, metadata, the_one, words
from engine.ledger.instants import Instant

__all__ = ["BLOCK", "BLOCK_SIZE", "audit", "audit_head"]

audit_head = Table(
    "audit_head",
    metadata,
    the_one(),
    Column("seq", Integer(), nullable=False),
    Column("hash", TEXT, nullable=False),
    CheckConstraint("one = 1", name="one"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer(), primary_key=True, autoincrement=False),
    Column("at", Instant(), nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    words("playbook"),
    Column("key", TEXT, nullable=False, server_default=text("''")),
    Column("body", TEXT, nullable=False),
    Column("prev", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
    Index(None, "playbook", "seq"),
)
keep_in_line(audit)

BLOCK_SIZE = 1024
"""Records whose keys are sorted together."""

BLOCK = audit.c.seq.op("/")(literal_column(str(BLOCK_SIZE)))
"""The block of records in which one stands; each has an index of its keys, so to speak.

Keys come in no order: each record of a long log would write a page of an index of all keys.
"""
Index("ix_audit_block", BLOCK, audit.c.key)
