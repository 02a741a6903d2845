"""Addresses that are not to be contacted, kept as keyed hashes so that they outlive an erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from engine.ledger.audit import Kind
from engine.ledger.statements import insert_new
from engine.ledger.store import Unit
from engine.ledger.tables import suppressions, touches

__all__ = [
    "EVERY_TOPIC",
    "Suppression",
    "list_suppressions",
    "suppress",
    "suppress_digest",
    "unsuppress",
]

EVERY_TOPIC = ""
"""The topic of a suppression that stops every message to an address."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that gets nothing of a topic.

    `address` is known as long as a touch in the outbox names it, else empty: the ledger keeps
    only the digest.
    """

    address_digest: str
    address: str
    topic: str
    why: str
    at: datetime
    actor: str


def suppress(
    unit: Unit, address: str, *, topic: str = EVERY_TOPIC, why: str, at: datetime, actor: str
) -> bool:
    """Stop contacting an address; False where that is so already."""
    return suppress_digest(unit, unit.digest(address), topic=topic, why=why, at=at, actor=actor)


def suppress_digest(
    unit: Unit, digest: str, *, topic: str = EVERY_TOPIC, why: str, at: datetime, actor: str
) -> bool:
    """The same, by the address's keyed digest."""
    row = {
        "address_digest": digest,
        "topic": topic,
        "why": unit.without_addresses(why),
        "at": at,
        "actor": actor,
    }
    done = unit.connection.execute(insert_new(unit.connection, suppressions).values(row))
    if done.rowcount != 1:
        return False
    body = {"address": digest, "topic": topic, "why": row["why"]}
    unit.note(Kind.SUPPRESSED, body, at=at, actor=actor)
    return True


def unsuppress(
    unit: Unit, address: str, *, topic: str = EVERY_TOPIC, why: str, at: datetime, actor: str
) -> bool:
    """Let an address be contacted again; False where it was not suppressed for that topic."""
    digest = unit.digest(address)
    mine = (suppressions.c.address_digest == digest, suppressions.c.topic == topic)
    if unit.connection.execute(delete(suppressions).where(*mine)).rowcount != 1:
        return False
    body = {"address": digest, "topic": topic, "why": unit.without_addresses(why)}
    unit.note(Kind.UNSUPPRESSED, body, at=at, actor=actor)
    return True


def list_suppressions(unit: Unit) -> list[Suppression]:
    """All suppressions, the oldest first."""
    known = (
        select(touches.c.address_digest, func.max(touches.c.recipient).label("address"))
        .where(touches.c.address_digest.in_(select(suppressions.c.address_digest)))
        .group_by(touches.c.address_digest)
        .subquery()
    )
    statement = (
        select(suppressions, func.coalesce(known.c.address, "").label("address"))
        .outerjoin(known, known.c.address_digest == suppressions.c.address_digest)
        .order_by(suppressions.c.at, suppressions.c.address_digest, suppressions.c.topic)
    )
    return [
        Suppression(row.address_digest, row.address, row.topic, row.why, row.at, row.actor)
        for row in unit.connection.execute(statement)
    ]
