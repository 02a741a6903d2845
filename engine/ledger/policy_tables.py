"""The tables of the contact policy: whom touches reach, how fast they go, who subscribed."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from engine.ledger.columns import TEXT, metadata, words
from engine.ledger.instants import Instant

__all__ = ["rates", "reaches", "subscriptions"]

reaches = Table(
    "reaches",
    metadata,
    Column("touch", TEXT, primary_key=True),
    Column("whom", TEXT, primary_key=True),
    Index(None, "whom"),
)
"""A row is one address (by its digest) or one row of an entity that an email to a customer reaches;
frequency caps count by them."""

rates = Table(
    "rates",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("claim_from", Instant(), nullable=False),
    Column("act_from", Instant(), nullable=False),
)
"""A row is a channel or a mailbox that sends at a rate, and when its next turn is."""

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("address_digest", TEXT, primary_key=True),
    Column("topic", TEXT, primary_key=True),
    words("why"),
    Column("at", Instant(), nullable=False),
    Column("actor", TEXT, nullable=False),
)
"""A row is an address that asked for a topic that nobody gets unasked."""
