"""What is on record of the steps of stays: what conditions and waits ask of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import select, union_all

from engine.decide.became import Passed, StepRecord
from engine.decide.facts import TouchState
from engine.ledger.statements import texts_relation
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import items, passed, tasks, touches

__all__ = ["DONE", "SKIPPED", "records_in", "step_records"]

DONE, SKIPPED = "done", "skipped"
"""What the ledger says of a step that was passed, and of one that was passed over."""


def records_in(ledger: Ledger | None, ids: Collection[str]) -> dict[str, dict[str, StepRecord]]:
    """The same as `step_records`; without a ledger nothing is on record."""
    if ledger is None:
        return {each: {} for each in ids}
    with ledger.read() as unit:
        return step_records(unit, ids)


def step_records(unit: Unit, ids: Iterable[str]) -> dict[str, dict[str, StepRecord]]:
    """By enrollment and step what is on record; without any record a step is absent."""
    wanted = list(ids)
    found: dict[str, dict[str, StepRecord]] = {each: {} for each in wanted}
    _add_passed(unit, wanted, found)
    _add_touches(unit, wanted, found)
    return found


def _add_passed(unit: Unit, ids: list[str], found: dict[str, dict[str, StepRecord]]) -> None:
    given = texts_relation(unit.connection, ids)
    statement = select(passed.c.enrollment, passed.c.step, passed.c.at, passed.c.became).where(
        passed.c.enrollment.in_(select(given.c.value))
    )
    for enrollment, step, at, became in unit.connection.execute(statement):
        over = Passed(enrollment, step, at, became == SKIPPED)
        found[enrollment][step] = StepRecord(over)


def _add_touches(unit: Unit, ids: list[str], found: dict[str, dict[str, StepRecord]]) -> None:
    given = texts_relation(unit.connection, ids)
    told = (touches.c.state, tasks.c.state.label("task"), tasks.c.outcome)
    with_tasks = touches.outerjoin(tasks, tasks.c.id == touches.c.id)
    own = (
        select(touches.c.enrollment, touches.c.step, *told)
        .select_from(with_tasks)
        .where(touches.c.enrollment.in_(select(given.c.value)))
    )
    of_digests = (
        select(items.c.enrollment, items.c.step, *told)
        .select_from(with_tasks.join(items, items.c.touch == touches.c.id))
        .where(items.c.enrollment.in_(select(given.c.value)))
    )
    statement = union_all(own, of_digests)
    for enrollment, step, state, task, outcome in unit.connection.execute(statement):
        before = found[enrollment].get(step, StepRecord())
        states = (*before.touches, TouchState(state))
        found[enrollment][step] = replace(
            before, touches=states, task=task or before.task, outcome=outcome or before.outcome
        )
