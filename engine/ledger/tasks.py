"""The built-in task inbox: what a playbook asks people to do, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, case, func, literal, select, update

from engine.ledger.audit import Kind
from engine.ledger.instants import Instant
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import tasks
from engine.problems import Refused, did_you_mean

__all__ = [
    "Task",
    "TaskState",
    "close_tasks",
    "close_tasks_of",
    "finish_task",
    "list_tasks",
    "reassign_task",
]


class TaskState(StrEnum):
    """Whether a task is still to be done."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Task:
    """A task in the inbox. `due_on` is an ISO date or empty; `id` is that of its touch.

    `outcomes` are the words that it may end with; none: any. `reason` says why one was closed that
    nobody did. `assigned_at` is when it came to its assignee.
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
    outcomes: tuple[str, ...]
    state: TaskState
    outcome: str
    reason: str
    made_at: datetime
    assigned_at: datetime
    done_at: datetime | None
    done_by: str


def list_tasks(
    unit: Unit,
    *,
    state: TaskState | None = TaskState.OPEN,
    assignee: str | None = None,
    playbook: str | None = None,
) -> list[Task]:
    """Tasks in one state, or in every one for None: what is due first, then urgency, then age."""
    wanted: list[ColumnElement[bool]] = []
    if state is not None:
        wanted.append(tasks.c.state == state)
    if assignee is not None:
        wanted.append(func.lower(tasks.c.assignee) == assignee.lower())
    if playbook is not None:
        wanted.append(tasks.c.playbook == playbook)
    statement = select(*_COLUMNS).where(*wanted).order_by(*_FIRST)
    return [_task(row) for row in unit.connection.execute(statement)]


_PRESSING = case({"high": 0, "low": 2}, value=tasks.c.urgency, else_=1)
_FIRST = (tasks.c.due_on == "", tasks.c.due_on, _PRESSING, tasks.c.made_at, tasks.c.id)


def finish_task(unit: Unit, task: str, *, outcome: str = "", at: datetime, actor: str) -> Task:
    """Say that a task was done, and what came of it.

    Raises:
        Refused: there is no such task, it is not open, or it cannot end with that outcome.
    """
    said = unit.connection.scalar(select(tasks.c.outcomes).where(*_open(task)))
    _check_outcome(outcome, json.loads(said or "[]"))
    values = {"state": TaskState.DONE, "outcome": outcome, "done_at": at, "done_by": actor}
    done = _change(unit, task, values)
    body = {"task": task, "kind": done.kind, "outcome": unit.without_addresses(outcome)}
    unit.note(Kind.TASK_DONE, body, at=at, actor=actor, playbook=done.playbook, key=done.key)
    return done


def _check_outcome(outcome: str, outcomes: Sequence[str]) -> None:
    if not outcomes or outcome in outcomes:
        return
    if not outcome:
        raise Refused(f"say what came of it: --outcome {'|'.join(outcomes)}")
    hint = did_you_mean(outcome, outcomes)
    raise Refused(f"`{outcome}` is no outcome of this task; {hint}")


def reassign_task(
    unit: Unit, task: str, assignee: str, *, name: str = "", at: datetime, actor: str
) -> Task:
    """Give an open task to somebody else, by address.

    Raises:
        Refused: there is no such task, or it is not open.
    """
    is_new = tasks.c.assignee != assignee  # who has it already is not told again
    values: dict[str, object] = {
        "assignee": assignee,
        "assignee_name": name,
        "assigned_at": case((is_new, literal(at, Instant())), else_=tasks.c.assigned_at),
        "notice": case((is_new, ""), else_=tasks.c.notice),
    }
    given = _change(unit, task, values)
    body = {"task": task, "to": unit.digest(assignee)}
    unit.note(
        Kind.TASK_REASSIGNED, body, at=at, actor=actor, playbook=given.playbook, key=given.key
    )
    return given


def close_tasks_of(
    unit: Unit, enrollments: Collection[str], reason: str, *, at: datetime, actor: str
) -> int:
    """Close the open tasks of some enrollments: nobody needs to do them any more; how many."""
    given = texts_relation(unit.connection, enrollments)
    mine = tasks.c.enrollment.in_(select(given.c.value))
    return _close(unit, mine, reason, at=at, actor=actor)


def close_tasks(unit: Unit, ids: Collection[str], reason: str, *, at: datetime, actor: str) -> int:
    """Close those of some tasks that are still open; how many."""
    given = texts_relation(unit.connection, ids)
    return _close(unit, tasks.c.id.in_(select(given.c.value)), reason, at=at, actor=actor)


def _close(unit: Unit, mine: ColumnElement[bool], reason: str, *, at: datetime, actor: str) -> int:
    values = {"state": TaskState.CLOSED, "reason": reason, "done_at": at, "done_by": actor}
    statement = update(tasks).where(mine, tasks.c.state == TaskState.OPEN).values(values)
    closed = unit.connection.execute(statement.returning(*_COLUMNS)).all()
    for task in map(_task, closed):
        body = {"task": task.id, "kind": task.kind, "reason": reason}
        unit.note(Kind.TASK_CLOSED, body, at=at, actor=actor, playbook=task.playbook, key=task.key)
    return len(closed)


_COLUMNS = tuple(tasks.c[name] for name in Task.__slots__)


def _change(unit: Unit, task: str, values: dict[str, object]) -> Task:
    statement = update(tasks).where(*_open(task)).values(values).returning(*_COLUMNS)
    row = unit.connection.execute(statement).first()
    if row is None:
        raise Refused(_why_not(unit, task))
    return _task(row)


def _open(task: str) -> tuple[ColumnElement[bool], ...]:
    return tasks.c.id == task, tasks.c.state == TaskState.OPEN


def _why_not(unit: Unit, task: str) -> str:
    state = unit.connection.scalar(select(tasks.c.state).where(tasks.c.id == task))
    if state is not None:
        return f"task {task} is {state} already"
    hint = did_you_mean(task, (each.id for each in list_tasks(unit)))
    return f"there is no task {task}" + (f"; {hint}" if hint else "")


def _task(row: Row[tuple[object, ...]]) -> Task:
    outcomes = tuple(json.loads(row.outcomes))
    return Task(**{**row._asdict(), "state": TaskState(row.state), "outcomes": outcomes})
