"""The stay in which conditions of a playbook are asked of one customer of an example."""

from __future__ import annotations

from datetime import datetime

from engine.audience.stays import Own, Stay
from engine.bind.catalog import EntityRef
from engine.bind.playbook import BoundPlaybook
from engine.decide.became import stay_of
from engine.decide.facts import Enrollment
from engine.examples.stage import Stage
from engine.ledger.customer import latest_enrollment
from engine.ledger.journey import inside
from engine.ledger.stays import step_records
from engine.ledger.store import Unit

__all__ = ["latest_stay", "own_stay"]


def own_stay(stage: Stage, playbook: BoundPlaybook, key: str, at: datetime) -> Own:
    """The stay in which conditions are asked: the open one, else one that would begin now."""
    entity = playbook.audience.entity
    with stage.memory.ledger.read() as unit:
        stay = inside(unit, playbook.name, key)
        if stay is not None:
            return _own(unit, entity, stay)
    begun = Stay(key, at)
    return Own(entity, frozenset(), lambda: [begun])


def latest_stay(stage: Stage, playbook: BoundPlaybook, key: str) -> Own:
    """The stay of somebody who came to a step, also where the step was its end."""
    with stage.memory.ledger.read() as unit:
        stay = latest_enrollment(unit, playbook.name, key)
        assert stay is not None, f"{key} came to a step of {playbook.name} and never entered"
        return _own(unit, playbook.audience.entity, stay)


def _own(unit: Unit, entity: EntityRef, stay: Enrollment) -> Own:
    became = stay_of(stay, step_records(unit, [stay.id])[stay.id])
    return Own(entity, frozenset({stay.id}), lambda: [became])
