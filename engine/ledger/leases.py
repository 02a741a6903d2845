"""Leases by name: who of several daemons works. Correctness never rests on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from engine.ledger.statements import insert_new
from engine.ledger.store import Unit
from engine.ledger.tables import leases

__all__ = ["DAEMON", "Lease", "end_lease", "lease_of", "renew_lease", "take_lease"]


DAEMON = "daemon"
"""The lease of the one daemon that works."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease in one holder's hands; `epoch` grows each time it changes hands."""

    name: str
    holder: str
    epoch: int
    until: datetime


def take_lease(
    unit: Unit, name: str, holder: str, *, now: datetime, ttl: timedelta
) -> Lease | None:
    """Take a lease that is free, ran out, or is the holder's own; None where another has it."""
    row = {"name": name, "holder": holder, "epoch": 1, "until": now + ttl}
    fresh = unit.connection.execute(insert_new(unit.connection, leases).values(row))
    if fresh.rowcount == 1:
        return Lease(name, holder, 1, now + ttl)
    statement = (
        update(leases)
        .where(leases.c.name == name, or_(leases.c.until <= now, leases.c.holder == holder))
        .values(holder=holder, epoch=leases.c.epoch + 1, until=now + ttl)
        .returning(leases)
    )
    taken = unit.connection.execute(statement).first()
    return Lease(*taken) if taken else None


def renew_lease(unit: Unit, lease: Lease, *, now: datetime, ttl: timedelta) -> Lease | None:
    """Hold a lease for longer; None where it went to another meanwhile."""
    mine = (leases.c.name == lease.name, leases.c.epoch == lease.epoch)
    statement = update(leases).where(*mine).values(until=now + ttl).returning(leases)
    row = unit.connection.execute(statement).first()
    return Lease(*row) if row else None


def end_lease(unit: Unit, lease: Lease, *, now: datetime) -> bool:
    """Give a lease back; False where it went to another meanwhile."""
    mine = (leases.c.name == lease.name, leases.c.epoch == lease.epoch)
    ended = unit.connection.execute(update(leases).where(*mine).values(until=now))
    return ended.rowcount == 1


def lease_of(unit: Unit, name: str) -> Lease | None:
    """A lease as it stands, whether it ran out or not; None where nobody ever took it."""
    row = unit.connection.execute(select(leases).where(leases.c.name == name)).first()
    return Lease(*row) if row else None
