"""The table of evidence: which bounces, complaints and the like were taken in."""

from __future__ import annotations

from sqlalchemy import Column, Table

from engine.ledger.columns import TEXT, metadata
from engine.ledger.instants import Instant

__all__ = ["evidence"]

evidence = Table(
    "evidence",
    metadata,
    Column("digest", TEXT, primary_key=True),  # keyed, of what the event is known by
    Column("at", Instant(), nullable=False),
)
"""An event that comes twice, or a folder that is read twice, changes nothing more; also where a
person has decided otherwise in between."""
