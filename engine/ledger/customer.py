"""What is on record of one customer in one playbook: its stays, its touches, what happened last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union_all

from engine.decide.facts import Enrollment, TouchKind, TouchState
from engine.ledger.journey import FACTS, enrollment_of
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments, items, tasks, touches

__all__ = ["EndedStay", "StayTouch", "ended_stays", "latest_enrollment", "touches_of_stay"]


@dataclass(frozen=True, slots=True)
class EndedStay:
    """A stay that is over: the `number`th, from when until when, and how it ended."""

    number: int
    version: str
    entered_at: datetime
    left_at: datetime
    outcome: str
    reason: str
    holdout: bool
    goal_at: datetime | None
    level: str


@dataclass(frozen=True, slots=True)
class StayTouch:
    """A touch of a stay, as it stands; what was rendered stays in the outbox.

    `task` is the state of its piece of work, `outcome`, `assignee` and `due_on` what the inbox
    says of it; all are empty where it has none.
    """

    id: str
    step: str
    kind: TouchKind
    channel: str
    state: TouchState
    reason: str
    detail: str
    recipient: str
    subject: str
    topic: str
    zone: str
    attempts: int
    made_at: datetime
    next_attempt_at: datetime
    expires_at: datetime | None
    capped_at: datetime | None
    in_doubt_at: datetime | None
    ended_at: datetime | None
    approver: str
    copy_of: str
    task: str = ""
    outcome: str = ""
    assignee: str = ""
    due_on: str = ""


_OF_STAY = tuple(enrollments.c[name] for name in EndedStay.__slots__)
_OF_TASK = {"task": tasks.c.state, "outcome": tasks.c.outcome, "due_on": tasks.c.due_on}
_OF_TOUCH = [
    touches.c[name] for name in StayTouch.__slots__ if name in touches.c and name != "step"
]  # a digest stands at the step that it has in the stay's version


def ended_stays(unit: Unit, playbook: str, key: str) -> list[EndedStay]:
    """The stays that are over, the last first."""
    mine = (
        enrollments.c.playbook == playbook,
        enrollments.c.key == key,
        enrollments.c.left_at.is_not(None),
    )
    statement = select(*_OF_STAY).where(*mine).order_by(enrollments.c.number.desc())
    rows = unit.connection.execute(statement)
    return [EndedStay(**{**row._asdict(), "holdout": bool(row.holdout)}) for row in rows]


def latest_enrollment(unit: Unit, playbook: str, key: str) -> Enrollment | None:
    """The last enrollment of one customer in a playbook, open or over."""
    mine = (enrollments.c.playbook == playbook, enrollments.c.key == key)
    newest = select(*FACTS).where(*mine).order_by(enrollments.c.number.desc()).limit(1)
    row = unit.connection.execute(newest).first()
    return None if row is None else enrollment_of(row)


def touches_of_stay(unit: Unit, enrollment: str) -> list[StayTouch]:
    """The touches of a stay, the oldest first, copies after their mail; digests that tell of it."""
    own = select(touches.c.id, touches.c.step).where(touches.c.enrollment == enrollment)
    telling = select(items.c.touch, items.c.step).where(items.c.enrollment == enrollment)
    mine = union_all(own, telling).subquery()
    inbox = [column.label(name) for name, column in _OF_TASK.items()]
    who = (tasks.c.assignee_name, tasks.c.assignee.label("assignee_address"))
    statement = (
        select(*_OF_TOUCH, mine.c.step, *inbox, *who)
        .select_from(touches.join(mine, mine.c.id == touches.c.id))
        .outerjoin(tasks, tasks.c.id == touches.c.id)
        .order_by(touches.c.made_at, touches.c.copy_of, touches.c.id)
    )
    found = unit.connection.execute(statement)
    return [_touch(row._asdict(), _OF_TASK) for row in found]


def _touch(row: dict[str, object], inbox: Collection[str]) -> StayTouch:
    name, address = row.pop("assignee_name"), row.pop("assignee_address")
    told = row | {each: row[each] or "" for each in inbox}
    told |= {"kind": TouchKind(str(row["kind"])), "state": TouchState(str(row["state"]))}
    return StayTouch(**told, assignee=str(name or address or ""))  # type: ignore[arg-type]
