"""Forgetting what was sent: addresses and contents go, keys and counts stay.

Language, section 6, `retention`. The audit holds no addresses and no contents, so that its chain
verifies as before. A touch whose outcome nobody knows waits for a person, and keeps both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update

from engine.decide.facts import TouchState
from engine.ledger.audit import Kind
from engine.ledger.instants import instant_text
from engine.ledger.payloads import PAYLOAD, empty_payloads
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import touches

__all__ = ["empty_touches", "forget_touches"]

_FORGOTTEN = {
    "recipient": "",
    "sender": "",
    "approver": "",
    "subject": "",
    "detail": "",
    "headers": "{}",
}


_KEEPS = or_(
    *(touches.c[name] != nothing for name, nothing in _FORGOTTEN.items()), func.length(PAYLOAD) > 0
)
"""What failed before it had an address says in its `detail` which one it was given."""


def forget_touches(unit: Unit, before: datetime, *, limit: int, at: datetime, actor: str) -> int:
    """Empty at most `limit` touches that ended before an instant; how many."""
    old = (
        select(touches.c.id)
        .where(
            touches.c.ended_at < before,
            touches.c.state != TouchState.UNKNOWN,
            _KEEPS,
        )
        .limit(limit)
    )
    number = empty_touches(unit, unit.connection.scalars(old).all())
    if number:
        body = {"before": instant_text(before), "touches": number}
        unit.note(Kind.TOUCHES_FORGOTTEN, body, at=at, actor=actor)
    return number


def empty_touches(unit: Unit, ids: Sequence[str]) -> int:
    """Take addresses and content out of touches; how many there are."""
    given = texts_relation(unit.connection, ids)
    mine = touches.c.id.in_(select(given.c.value))
    empty_payloads(unit, ids)
    return unit.connection.execute(update(touches).where(mine).values(_FORGOTTEN)).rowcount
