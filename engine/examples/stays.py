"""The stay in which conditions of a playbook are asked of one customer of an example."""

from __future__ import annotations

from datetime import datetime

from engine.audience.stays import Own, Stay
from engine.bind.playbook import BoundPlaybook
from engine.decide.became import stay_of
from engine.decide.facts import Enrollment
from engine.examples.stage import Stage
from engine.ledger.journey import inside
from engine.ledger.stays import step_records

__all__ = ["own_stay"]


def own_stay(stage: Stage, playbook: BoundPlaybook, key: str, at: datetime) -> Own:
    """The stay in which conditions are asked: the open one, else one that would begin now."""
    entity = playbook.audience.entity
    with stage.memory.ledger.read() as unit:
        stay: Enrollment | None = inside(unit, playbook.name, key)
        if stay is None:
            begun = Stay(key, at)
            return Own(entity, frozenset(), lambda: [begun])
        lasting = stay_of(stay, step_records(unit, [stay.id])[stay.id])
        return Own(entity, frozenset({stay.id}), lambda: [lasting])
