"""What touches say: written with them, read when they are claimed, taken away in the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import (
    ColumnElement,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from engine.ledger.prepared import Prepared
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import payloads, touches

__all__ = ["PAYLOAD", "change_payloads", "empty_payloads", "payloads_of", "write_payloads"]

_MINE = select(payloads.c.payload).where(payloads.c.touch == touches.c.id).correlate(touches)

PAYLOAD: ColumnElement[bytes] = func.coalesce(_MINE.scalar_subquery(), literal(b""))
"""The bytes of a touch as a column of a select from `touches`."""

_SOME = Prepared(
    lambda given: select(payloads).where(payloads.c.touch.in_(select(given("touch").c.touch)))
)
_NEW = Prepared(lambda _: insert(payloads))


def write_payloads(unit: Unit, said: Mapping[str, bytes]) -> None:
    """Write what new touches say, by id."""
    rows = [{"touch": touch, "payload": payload} for touch, payload in said.items() if payload]
    if rows:
        _NEW.write_each(unit.connection, rows)


def payloads_of(unit: Unit, ids: Collection[str]) -> dict[str, bytes]:
    """The bytes of some touches; those that say nothing are absent."""
    rows = _SOME.ordered(unit.connection, {"given": list(ids)}) if ids else ()
    return {row.touch: bytes(row.payload) for row in rows}


def change_payloads(unit: Unit, ids: Collection[str], payload: bytes) -> None:
    """Give touches that say something the same other bytes."""
    given = texts_relation(unit.connection, ids)
    mine = payloads.c.touch.in_(select(given.c.value))
    unit.connection.execute(update(payloads).where(mine).values(payload=payload))


def empty_payloads(unit: Unit, ids: Collection[str]) -> None:
    """Take away what touches say."""
    given = texts_relation(unit.connection, ids)
    unit.connection.execute(delete(payloads).where(payloads.c.touch.in_(select(given.c.value))))
