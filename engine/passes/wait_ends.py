"""When the waits of many end who stand at one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from engine.bind.acts import BoundStep, BoundWait, waits_on
from engine.bind.conditions import BoundMoment
from engine.decide.became import ReadRecords
from engine.decide.waits import Clock, Known, wait_end
from engine.steps.drafts import Customer

__all__ = ["wait_ends"]


def wait_ends(
    step: BoundStep,
    customers: Sequence[Customer],
    read: ReadRecords,
    *,
    as_of: datetime,
    clock: Clock,
) -> Mapping[str, datetime | None]:
    """When the wait of each ends, by enrollment; None while its moment is missing."""
    if not isinstance(step, BoundWait):
        return {}
    wait = step.wait
    ids = [each.enrollment.id for each in customers]
    records = read(ids) if isinstance(wait, BoundMoment) else {}
    found: dict[str, datetime | None] = {}
    for each in customers:
        stay = each.enrollment
        values = [each.values.get(ref.path) for ref in waits_on(step)]
        value = values[0] if values and isinstance(values[0], date) else None
        passed = {
            step: record.passed.at
            for step, record in records.get(stay.id, {}).items()
            if record.passed
        }
        known = Known(as_of, stay.entered_at, passed, value)
        found[stay.id] = wait_end(wait, stay.since, clock, known)
    return found
