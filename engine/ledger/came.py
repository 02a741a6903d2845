"""What a playbook's touches came to so far, with what they said. Examples are judged by it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from engine.decide.facts import TouchKind, TouchState
from engine.ledger.item_tables import items
from engine.ledger.payloads import PAYLOAD
from engine.ledger.prepared import Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import audit_head, of_playbook, tasks, touches

__all__ = ["CameTouch", "came_touches", "records_so_far"]


@dataclass(frozen=True, slots=True)
class CameTouch:
    """A touch as it stands, with the bytes that went out; of a task the title and the notes.

    `about` are the keys that a digest tells of, in its order; its own `key` is empty.
    """

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
    about: tuple[str, ...] = ()


_OWN = [
    *(touches.c[name] for name in CameTouch.__slots__ if name in touches.c),
    PAYLOAD.label("payload"),
]
_OF_TASK = [func.coalesce(tasks.c[name], "").label(name) for name in ("title", "notes", "assignee")]


def came_touches(unit: Unit, playbook: str) -> list[CameTouch]:
    """All touches of a playbook in the order of their steps' keys, copies included."""
    about = _told_of(unit, playbook)
    found = [row._asdict() for row in _CAME.ordered(unit.connection, {"mine": playbook})]
    return [_touch(row, tuple(about[row["id"]])) for row in found]


_CAME = Prepared(
    lambda _: (
        select(*_OWN, *_OF_TASK)
        .select_from(touches.outerjoin(tasks, tasks.c.id == touches.c.id))
        .where(of_playbook(bindparam("mine")))
        .order_by(touches.c.made_at, touches.c.key, touches.c.step, touches.c.id)
    )
)
_TOLD = Prepared(
    lambda _: (
        select(items.c.touch, items.c.key)
        .join(touches, touches.c.id == items.c.touch)
        .where(of_playbook(bindparam("mine")))
        .order_by(items.c.touch, items.c.place)
    )
)
_RECORDS = Prepared(lambda _: select(audit_head.c.seq))


def _told_of(unit: Unit, playbook: str) -> defaultdict[str, list[str]]:
    """The keys that each digest of a playbook tells of."""
    found = defaultdict[str, list[str]](list)
    for touch, key in _TOLD.ordered(unit.connection, {"mine": playbook}):
        found[touch].append(key)
    return found


def _touch(row: dict[str, object], about: tuple[str, ...]) -> CameTouch:
    row |= {"kind": TouchKind(str(row["kind"])), "state": TouchState(str(row["state"]))}
    return CameTouch(**row, about=about)  # type: ignore[arg-type]


def records_so_far(unit: Unit) -> int:
    """How many records the audit has."""
    return int(_RECORDS.value(unit.connection, {}) or 0)
