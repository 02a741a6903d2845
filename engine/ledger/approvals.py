"""Approvals in force: what lets listed keys pass a fuse, for one version and three days.

Delivery page, "Runs", point 10.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Row, bindparam, select, update

from engine.ledger.audit import Kind
from engine.ledger.prepared import Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import holds

__all__ = ["APPROVAL_LASTS", "HoldState", "approval_in_force", "use_up_approval"]

APPROVAL_LASTS = timedelta(days=3)
"""How long an approval admits anybody."""


class HoldState(StrEnum):
    """What became of a run that a fuse held."""

    WAITING = "waiting"
    APPROVED = "approved"
    APPLIED = "applied"
    DROPPED = "dropped"
    VOID = "void"


def approval_in_force(
    unit: Unit, playbook: str, version: str, *, now: datetime
) -> Row[tuple[object, ...]] | None:
    """The newest approval of a playbook that is for this version and not too old."""
    values = {"mine": playbook, "version": version, "since": now - APPROVAL_LASTS}
    found: Row[tuple[object, ...]] | None = _APPROVED.first(unit.connection, values)
    return found


_APPROVED = Prepared(
    lambda _: (
        select(holds)
        .where(
            holds.c.playbook == bindparam("mine"),
            holds.c.version == bindparam("version"),
            holds.c.state == HoldState.APPROVED,
            holds.c.decided_at > bindparam("since"),
        )
        .order_by(holds.c.decided_at.desc(), holds.c.id)
        .limit(1)
    )
)


def use_up_approval(
    unit: Unit, playbook: str, version: str, *, run: str, at: datetime, actor: str
) -> None:
    """Let the approval in force, if any, admit nobody more: `run` was the pass it was for."""
    row = approval_in_force(unit, playbook, version, now=at)
    if row is None:
        return
    statement = update(holds).where(holds.c.id == row.id)
    unit.connection.execute(statement.values(state=HoldState.APPLIED))
    body = {"hold": row.id, "run": run}
    unit.note(Kind.HOLD_APPLIED, body, at=at, actor=actor, playbook=playbook)
