"""Which playbooks workers may carry: what the passes of other processes have cleared.

Delivery page, "Touches", point 6: goal, exit, `never_contact` and presence come from a pass at most
`pass_every` old. A pass says so here once it has asked them, and until when that is young enough; a
worker takes nothing of a playbook that has no such row. Only a ledger on a server has workers.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from engine.ledger.store import Unit
from engine.ledger.tables import clearances

__all__ = ["Clearance", "clear", "cleared_now", "hold", "hold_all_but"]


@dataclass(frozen=True, slots=True)
class Clearance:
    """What a pass at an instant found of a playbook: until when it stands, and for which versions.

    `unbound` are versions that could not be asked any more: nothing of theirs goes out.
    """

    passed_at: datetime
    until: datetime
    unbound: frozenset[str] = frozenset()


def clear(unit: Unit, playbook: str, given: Clearance) -> None:
    """Let workers carry a playbook; what an earlier pass has said of it is forgotten."""
    hold(unit, playbook)
    unit.connection.execute(
        insert(clearances).values(
            playbook=playbook,
            passed_at=given.passed_at,
            until=given.until,
            unbound=json.dumps(sorted(given.unbound)),
        )
    )


def hold(unit: Unit, playbook: str) -> None:
    """Let no worker carry a playbook until a pass has cleared it again."""
    unit.connection.execute(delete(clearances).where(clearances.c.playbook == playbook))


def hold_all_but(unit: Unit, playbooks: Collection[str]) -> None:
    """Let workers carry none but these, as far as they were cleared."""
    others = clearances.c.playbook.not_in(sorted(playbooks))
    unit.connection.execute(delete(clearances).where(others))


def cleared_now(unit: Unit, now: datetime) -> Mapping[str, Collection[str]]:
    """The playbooks that may be carried now, each with its versions that may not."""
    mine = (clearances.c.passed_at <= now, clearances.c.until >= now)
    rows = unit.connection.execute(select(clearances.c.playbook, clearances.c.unbound).where(*mine))
    return {row.playbook: frozenset(json.loads(row.unbound)) for row in rows}
