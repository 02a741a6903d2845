"""Forgetting what was sent: addresses and contents go, keys and counts stay.

Language, section 6, `retention`. The audit holds no addresses and no contents, so that its chain
verifies as before. A touch whose outcome nobody knows waits for a person, and keeps both.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select, update

from engine.decide.facts import TouchState
from engine.ledger.audit import Kind
from engine.ledger.instants import instant_text
from engine.ledger.store import Unit
from engine.ledger.tables import touches

__all__ = ["FORGOTTEN", "forget_touches"]

FORGOTTEN = {
    "recipient": "",
    "sender": "",
    "approver": "",
    "subject": "",
    "detail": "",
    "payload": b"",
    "headers": "{}",
}
"""What stands in a touch whose content and addresses are gone."""


def forget_touches(unit: Unit, before: datetime, *, limit: int, at: datetime, actor: str) -> int:
    """Empty at most `limit` touches that ended before an instant; how many."""
    old = (
        select(touches.c.id)
        .where(
            touches.c.ended_at < before,
            touches.c.state != TouchState.UNKNOWN,
            or_(touches.c.recipient != "", func.length(touches.c.payload) > 0),
        )
        .limit(limit)
    )
    statement = update(touches).where(touches.c.id.in_(old)).values(FORGOTTEN)
    number = unit.connection.execute(statement).rowcount
    if number:
        body = {"before": instant_text(before), "touches": number}
        unit.note(Kind.TOUCHES_FORGOTTEN, body, at=at, actor=actor)
    return number
