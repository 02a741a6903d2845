"""Looked at again in the transaction that lets customers in: nobody slipped in or away meanwhile.

Contract, language, section 6, `one_at_a_time`, and delivery page, "Audit", erasure. Candidates were
selected before; since then another process may have let one in elsewhere, or erased one.
"""

from __future__ import annotations

from collections.abc import Collection

from engine.bind.playbook import BoundPlaybook
from engine.bind.policy import BoundPolicy
from engine.ledger.database import Overtaken
from engine.ledger.erasure import at_the_door, erased_among, hold_the_door
from engine.ledger.past import inside_another
from engine.ledger.store import Unit

__all__ = ["refuse_barred"]


def refuse_barred(
    unit: Unit, playbook: BoundPlaybook, keys: Collection[str], policy: BoundPolicy
) -> None:
    """Let nobody in who was erased, or where one at a time is the policy entered elsewhere.

    Raises:
        Overtaken: somebody was, or did, since they were selected; nothing may be kept.
    """
    entity = playbook.audience.entity.name
    if policy.one_at_a_time:
        at_the_door(unit)
    else:
        hold_the_door(unit)
    if gone := erased_among(unit, entity, keys):
        raise Overtaken(
            f"{entity} {min(gone)} was erased meanwhile; nothing was kept, run it again"
        )
    if not policy.one_at_a_time:
        return
    if elsewhere := inside_another(unit, entity, playbook.name, keys):
        raise Overtaken(
            f"{entity} {min(elsewhere)} entered another playbook meanwhile, and one_at_a_time "
            "holds; nothing was kept, run it again"
        )
