"""The table of what touches say: written once, while the rows of touches change again and again."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table

from engine.ledger.columns import TEXT, metadata

__all__ = ["payloads"]

payloads = Table(
    "payloads",
    metadata,
    Column("touch", TEXT, primary_key=True),
    Column("payload", LargeBinary(), nullable=False),
)
"""A row is the bytes of one touch; one that says nothing, or was emptied, has none.

SQLite writes the whole row anew at each change of it: a claim, a permit and an answer would write
the message three times more.
"""
