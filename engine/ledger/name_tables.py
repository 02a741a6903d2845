"""The table of names: what playbooks were called when they began."""

from __future__ import annotations

from sqlalchemy import Column, Table, UniqueConstraint

from engine.ledger.columns import TEXT, metadata

__all__ = ["identities"]

identities = Table(
    "identities",
    metadata,
    Column("playbook", TEXT, primary_key=True),
    Column("identity", TEXT, nullable=False),
    UniqueConstraint("identity"),
)
"""A row is a playbook whose digests do not go by its name: it was renamed, or its name was another
playbook's before."""
