"""The built-in task inbox: what a playbook asks people to do, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, select, update

from engine.ledger.audit import Kind
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import tasks
from engine.problems import Refused, did_you_mean

__all__ = ["Task", "TaskState", "close_tasks", "finish_task", "list_tasks", "reassign_task"]


class TaskState(StrEnum):
    """Whether a task is still to be done."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Task:
    """A task in the inbox. `due_on` is an ISO date or empty; `id` is that of its touch.

    `reason` says why one was closed that nobody did.
    """

    id: str
    enrollment: str
    playbook: str
    entity: str
    key: str
    step: str
    title: str
    kind: str
    assignee: str
    assignee_name: str
    notes: str
    urgency: str
    due_on: str
    state: TaskState
    outcome: str
    reason: str
    made_at: datetime
    done_at: datetime | None
    done_by: str


def list_tasks(
    unit: Unit, *, state: TaskState | None = TaskState.OPEN, assignee: str | None = None
) -> list[Task]:
    """Tasks in one state, or in every one for None, the oldest first."""
    wanted: list[ColumnElement[bool]] = []
    if state is not None:
        wanted.append(tasks.c.state == state)
    if assignee is not None:
        wanted.append(tasks.c.assignee == assignee)
    statement = select(*_COLUMNS).where(*wanted).order_by(tasks.c.made_at, tasks.c.id)
    return [_task(row) for row in unit.connection.execute(statement)]


def finish_task(unit: Unit, task: str, *, outcome: str = "", at: datetime, actor: str) -> Task:
    """Say that a task was done.

    Raises:
        Refused: there is no such task, or it is not open.
    """
    values = {"state": TaskState.DONE, "outcome": outcome, "done_at": at, "done_by": actor}
    done = _change(unit, task, values)
    body = {"task": task, "kind": done.kind, "outcome": unit.without_addresses(outcome)}
    unit.note(Kind.TASK_DONE, body, at=at, actor=actor, playbook=done.playbook, key=done.key)
    return done


def reassign_task(
    unit: Unit, task: str, assignee: str, *, name: str = "", at: datetime, actor: str
) -> Task:
    """Give an open task to somebody else, by address.

    Raises:
        Refused: there is no such task, or it is not open.
    """
    given = _change(unit, task, {"assignee": assignee, "assignee_name": name})
    body = {"task": task, "to": unit.digest(assignee)}
    unit.note(
        Kind.TASK_REASSIGNED, body, at=at, actor=actor, playbook=given.playbook, key=given.key
    )
    return given


def close_tasks(
    unit: Unit, enrollments: Collection[str], reason: str, *, at: datetime, actor: str
) -> None:
    """Close the open tasks of some enrollments: nobody needs to do them any more."""
    given = texts_relation(unit.connection, enrollments)
    mine = (tasks.c.enrollment.in_(select(given.c.value)), tasks.c.state == TaskState.OPEN)
    values = {"state": TaskState.CLOSED, "reason": reason, "done_at": at, "done_by": actor}
    statement = update(tasks).where(*mine).values(values).returning(*_COLUMNS)
    for task in map(_task, unit.connection.execute(statement).all()):
        body = {"task": task.id, "kind": task.kind, "reason": reason}
        unit.note(Kind.TASK_CLOSED, body, at=at, actor=actor, playbook=task.playbook, key=task.key)


_COLUMNS = tuple(tasks.c[name] for name in Task.__slots__)


def _change(unit: Unit, task: str, values: dict[str, object]) -> Task:
    mine = (tasks.c.id == task, tasks.c.state == TaskState.OPEN)
    statement = update(tasks).where(*mine).values(values).returning(*_COLUMNS)
    row = unit.connection.execute(statement).first()
    if row is None:
        raise Refused(_why_not(unit, task))
    return _task(row)


def _why_not(unit: Unit, task: str) -> str:
    state = unit.connection.scalar(select(tasks.c.state).where(tasks.c.id == task))
    if state is not None:
        return f"task {task} is {state} already"
    hint = did_you_mean(task, (each.id for each in list_tasks(unit)))
    return f"there is no task {task}" + (f"; {hint}" if hint else "")


def _task(row: Row[tuple[object, ...]]) -> Task:
    return Task(**{**row._asdict(), "state": TaskState(row.state)})
