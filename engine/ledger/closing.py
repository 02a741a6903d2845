"""The open tasks that close by themselves, with the enrollments that asked for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from engine.decide.facts import Enrollment
from engine.ledger.journey import FACTS, enrollment_of
from engine.ledger.prepared import Prepared
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments, tasks
from engine.ledger.tasks import TaskState

__all__ = ["ClosingTask", "closing_tasks"]


@dataclass(frozen=True, slots=True)
class ClosingTask:
    """An open task whose step says `close_when`, and the enrollment it is of, ended or not."""

    id: str
    step: str
    enrollment: Enrollment


def closing_tasks(unit: Unit, playbook: str, *, after: str, limit: int) -> list[ClosingTask]:
    """A page of those of a playbook, by id, beginning after `after`."""
    values = {"mine": playbook, "after": after, "most": limit}
    rows = _PAGE.ordered(unit.connection, values)
    asked_for = _enrollments(unit, {row.enrollment for row in rows}) if rows else {}
    return [ClosingTask(row.id, row.step, asked_for[row.enrollment]) for row in rows]


_PAGE = Prepared(
    lambda _: (
        select(tasks.c.id, tasks.c.step, tasks.c.enrollment)
        .where(
            tasks.c.playbook == bindparam("mine"),
            tasks.c.state == TaskState.OPEN,
            tasks.c.closes == 1,
            tasks.c.id > bindparam("after"),
        )
        .order_by(tasks.c.id)
        .limit(bindparam("most"))
    )
)


def _enrollments(unit: Unit, ids: Iterable[str]) -> dict[str, Enrollment]:
    given = texts_relation(unit.connection, ids)
    found = select(*FACTS).where(enrollments.c.id.in_(select(given.c.value)))
    return {row.id: enrollment_of(row) for row in unit.connection.execute(found)}
