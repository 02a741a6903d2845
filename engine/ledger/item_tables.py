"""The table of those whom digests tell of. Language, section 5, `digest`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from engine.ledger.columns import TEXT, count, metadata

__all__ = ["items"]

items = Table(
    "items",
    metadata,
    Column("touch", TEXT, primary_key=True),
    Column("enrollment", TEXT, primary_key=True),
    Column("key", TEXT, nullable=False),
    Column("step", TEXT, nullable=False),
    count("place"),
    Index(None, "enrollment", "step"),
    Index(None, "key"),
)
"""A row is one enrollment of which a digest tells, at its place among them; `step` is the id that
the step has in the enrollment's version."""
