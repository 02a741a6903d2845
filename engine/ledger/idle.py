"""Whether the outbox has anything for a delivery to do: most passes find nothing, and ask twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, literal, or_, select

from engine.bind.acts import UPDATE_CHANNEL
from engine.decide.facts import TouchState
from engine.ledger.prepared import Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import IN_HAND, IS_COPY, IS_READY, touches

__all__ = ["is_idle"]


def is_idle(unit: Unit, *, now: datetime, is_written_back: bool) -> bool:
    """Whether nothing is due, nobody holds a claim or a doubt, and nothing is there to be ended.

    What is due counts where it is an update and `is_written_back`, or neither.
    """
    asked = _OF_UPDATES if is_written_back else _OF_OTHERS
    return asked.first(unit.connection, {"now": now}) is None


def _work(mine: ColumnElement[bool]) -> Select[Any]:
    now: BindParameter[datetime] = bindparam("now")
    is_late = (touches.c.ended_at.is_(None), touches.c.expires_at <= now)
    is_left_over = (IS_COPY, touches.c.state.in_((TouchState.DRAFT, TouchState.READY)))
    is_due = (IS_READY, touches.c.next_attempt_at <= now, mine)
    each = [(IN_HAND,), is_late, is_left_over, is_due]
    found = (exists(select(touches.c.id).where(*which)) for which in each)
    return select(literal(1).label("one")).where(or_(*found))


_OF_UPDATES = Prepared(lambda _: _work(touches.c.channel == UPDATE_CHANNEL))
_OF_OTHERS = Prepared(lambda _: _work(touches.c.channel != UPDATE_CHANNEL))
