"""What a playbook's touches came to so far, with what they said. Examples are judged by it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from engine.decide.facts import TouchKind, TouchState
from engine.ledger.payloads import PAYLOAD
from engine.ledger.store import Unit
from engine.ledger.tables import audit_head, tasks, touches

__all__ = ["CameTouch", "came_touches", "records_so_far"]


@dataclass(frozen=True, slots=True)
class CameTouch:
    """A touch as it stands, with the bytes that went out; of a task the title and the notes."""

    id: str
    key: str
    step: str
    kind: TouchKind
    state: TouchState
    reason: str
    detail: str
    recipient: str
    subject: str
    payload: bytes
    title: str = ""
    notes: str = ""
    assignee: str = ""


_OWN = [
    *(touches.c[name] for name in CameTouch.__slots__ if name in touches.c),
    PAYLOAD.label("payload"),
]
_OF_TASK = [func.coalesce(tasks.c[name], "").label(name) for name in ("title", "notes", "assignee")]


def came_touches(unit: Unit, playbook: str) -> list[CameTouch]:
    """All touches of a playbook in the order of their steps' keys, copies included."""
    statement = (
        select(*_OWN, *_OF_TASK)
        .select_from(touches.outerjoin(tasks, tasks.c.id == touches.c.id))
        .where(touches.c.playbook == playbook)
        .order_by(touches.c.made_at, touches.c.key, touches.c.step, touches.c.id)
    )
    return [_touch(row._asdict()) for row in unit.connection.execute(statement)]


def _touch(row: dict[str, object]) -> CameTouch:
    row |= {"kind": TouchKind(str(row["kind"])), "state": TouchState(str(row["state"]))}
    return CameTouch(**row)  # type: ignore[arg-type]


def records_so_far(unit: Unit) -> int:
    """How many records the audit has."""
    return int(unit.connection.scalar(select(audit_head.c.seq)) or 0)
