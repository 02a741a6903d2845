"""The table of those whom digests tell of. Language, section 5, `digest`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from engine.ledger.columns import count, key_type, metadata

__all__ = ["items"]

items = Table(
    "items",
    metadata,
    Column("touch", Text(), primary_key=True),
    Column("enrollment", Text(), primary_key=True),
    Column("key", key_type(), nullable=False),
    Column("step", Text(), nullable=False),
    count("place"),
    Index(None, "enrollment", "step"),
    Index(None, "key"),
)
"""A row is one enrollment of which a digest tells, at its place among them; `step` is the id that
the step has in the enrollment's version."""
