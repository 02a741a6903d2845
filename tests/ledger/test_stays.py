"""What is on record of the steps of stays, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.decide.became import Passed, StepRecord
from engine.decide.facts import Advanced, Phase, StepSkipped, TouchState
from engine.ledger.stays import step_records
from engine.ledger.store import Ledger
from engine.ledger.tasks import finish_task, list_tasks
from tests.ledger.factories import NOW, keep, make_enrollment, make_task, reading, touching, writing


def test_touches_tasks_and_passed_steps_of_some_stays(ledger: Ledger) -> None:
    one, other = make_enrollment("1"), make_enrollment("2")
    keep(ledger, touching(one, make_task(one)))
    keep(ledger, touching(other, make_task(other, state=TouchState.FAILED, reason="missing_value")))
    touched = replace(one, phase=Phase.TOUCHING)
    later = NOW + timedelta(days=1)
    on = replace(one, step="wait-9", phase=Phase.READY, since=later)
    end = replace(on, step="exit-9", since=later)
    keep(ledger, [Advanced(touched, on), StepSkipped(on, "wait-9", "only_if"), Advanced(on, end)])
    (task,) = reading(ledger, list_tasks)
    said: dict[str, Any] = {"outcome": "reached", "at": NOW, "actor": "ann"}
    writing(ledger, lambda unit: finish_task(unit, task.id, **said))
    found = reading(ledger, lambda unit: step_records(unit, [one.id, other.id, "nobody"]))
    step = one.step
    assert found == {
        one.id: {
            step: StepRecord(
                Passed(one.id, step, later, False), (TouchState.SENT,), "done", "reached"
            ),
            "wait-9": StepRecord(Passed(one.id, "wait-9", later, True)),
        },
        other.id: {step: StepRecord(touches=(TouchState.FAILED,))},
        "nobody": {},
    }
