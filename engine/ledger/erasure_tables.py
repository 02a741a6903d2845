"""The table of those whose data was erased: so that no later read of a source brings it back."""

from __future__ import annotations

from sqlalchemy import Column, Table

from engine.ledger.columns import TEXT, metadata
from engine.ledger.instants import Instant

__all__ = ["erasures"]

erasures = Table(
    "erasures",
    metadata,
    Column("entity", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("at", Instant(), nullable=False),
    Column("actor", TEXT, nullable=False),
)
"""A row is one customer, by key, as the audit log knows them too."""
