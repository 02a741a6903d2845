"""Which touch gave a message to an address: the same goes once within a playbook and step."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select

from engine.decide.facts import TouchState
from engine.ledger.prepared import Given, Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import IS_ONE_COPY, touches

__all__ = ["CopyHolder", "copies_made"]

_NEVER_WENT_OUT = (
    TouchState.FAILED,
    TouchState.SKIPPED,
    TouchState.DROPPED,
    TouchState.EXPIRED,
)


@dataclass(frozen=True, slots=True)
class CopyHolder:
    """The touch that has a copy, with the key and the enrollment that it is for."""

    touch: str
    key: str
    enrollment: str


def _made(given: Given) -> Select[Any]:
    wanted = given("digest", "step")
    return (
        select(touches.c.copy_digest, touches.c.id, touches.c.key, touches.c.enrollment)
        .join(
            wanted,
            (touches.c.copy_digest == wanted.c.digest) & (touches.c.step == wanted.c.step),
        )
        .where(
            IS_ONE_COPY,
            touches.c.playbook == bindparam("mine"),
            touches.c.state.not_in(_NEVER_WENT_OUT),
        )
        .order_by(touches.c.made_at.desc(), touches.c.id.desc())
    )


_MADE = Prepared(_made)


def copies_made(
    unit: Unit, playbook: str, steps: Collection[str], copies: Iterable[str]
) -> dict[str, CopyHolder]:
    """The first touch of a step that went out, or is to, for each of these copies; others absent.

    `steps` are the ids that it has, had, or has by now where an older version asks.

    `copies` are texts as drafts have them (an address, with the parent for a parent's role); the
    ledger keeps keyed digests.
    """
    by_digest = {unit.digest(copy): copy for copy in copies}
    asked = [(digest, step) for digest in by_digest for step in steps]
    found = _MADE.ordered(unit.connection, {"mine": playbook, "given": asked})
    return {
        by_digest[row.copy_digest]: CopyHolder(row.id, row.key, row.enrollment) for row in found
    }
