"""Which touch gave a message to an address: the same goes once within a playbook and step."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from engine.decide.facts import TouchState
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import touches

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


def copies_made(
    unit: Unit, playbook: str, steps: Collection[str], copies: Iterable[str]
) -> dict[str, CopyHolder]:
    """The first touch of a step that went out, or is to, for each of these copies; others absent.

    `steps` are the ids that it has and had.

    `copies` are texts as drafts have them (an address, with the parent for a parent's role); the
    ledger keeps keyed digests.
    """
    by_digest = {unit.digest(copy): copy for copy in copies}
    wanted = texts_relation(unit.connection, by_digest)
    found = unit.connection.execute(
        select(touches.c.copy_digest, touches.c.id, touches.c.key, touches.c.enrollment)
        .where(
            touches.c.playbook == playbook,
            touches.c.step.in_(list(steps)),
            touches.c.state.not_in(_NEVER_WENT_OUT),
            touches.c.copy_digest.in_(select(wanted.c.value)),
        )
        .order_by(touches.c.made_at.desc(), touches.c.id.desc())
    )
    return {
        by_digest[row.copy_digest]: CopyHolder(row.id, row.key, row.enrollment) for row in found
    }
