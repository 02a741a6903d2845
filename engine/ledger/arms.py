"""Who reached a playbook's goal: the treated beside those held out. Language, section 5.

A customer counts once, by its first entry: later ones hang on what became of the first, and two
rates can only be compared where each of those counted stands for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select

from engine.ledger.store import Unit
from engine.ledger.tables import enrollments

__all__ = ["Arm", "CameTo", "arms", "came_to", "later_entries"]


@dataclass(frozen=True, slots=True)
class Arm:
    """Customers of one arm: all who `entered`, and those of them whose time is over (`mature`).

    Of those who are mature, `reached` reached the goal within its window. `early` are those who
    reached it and whose window still runs: they count once it has ended, as those beside them do.
    """

    entered: int = 0
    mature: int = 0
    reached: int = 0
    early: int = 0

    @property
    def running(self) -> int:
        """Those whose window has not ended."""
        return self.entered - self.mature


def arms(unit: Unit, playbook: str, as_of: datetime, *, ended_by: datetime) -> tuple[Arm, Arm]:
    """The treated and the held out of those who entered up to `as_of`.

    A window is over that ended at `ended_by` or before; a goal without a window is never over.
    """
    columns = enrollments.c
    over = and_(columns.goal_until.is_not(None), columns.goal_until <= ended_by)
    reached = and_(columns.goal_at.is_not(None), columns.goal_at <= as_of)
    in_time = and_(over, reached, columns.goal_at <= columns.goal_until)
    early = and_(reached, _not_over(ended_by))
    counted = [func.count(), *map(_number, (over, in_time, early))]
    statement = (
        select(columns.holdout, *counted)
        .where(columns.playbook == playbook, columns.number == 1, columns.entered_at <= as_of)
        .group_by(columns.holdout)
    )
    found = {row[0]: Arm(*row[1:]) for row in unit.connection.execute(statement)}
    return found.get(0, Arm()), found.get(1, Arm())


@dataclass(frozen=True, slots=True)
class CameTo:
    """How many of one arm, of those whose time is over, came equally far under one version.

    `reached` says that they reached the goal within its window; else `level` is the highest of its
    levels that they came to, empty for none.
    """

    holdout: bool
    version: str
    level: str
    reached: bool
    number: int


def came_to(unit: Unit, playbook: str, as_of: datetime, *, ended_by: datetime) -> list[CameTo]:
    """How far they came whom `arms` has as mature."""
    columns = enrollments.c
    in_time = and_(columns.goal_at.is_not(None), columns.goal_at <= columns.goal_until)
    reached = case((in_time, 1), else_=0)
    alike = (columns.holdout, columns.version, columns.level, reached)
    statement = (
        select(*alike, func.count())
        .where(columns.playbook == playbook, columns.number == 1, columns.entered_at <= as_of)
        .where(columns.goal_until <= ended_by)
        .group_by(*alike)
        .order_by(*alike)
    )
    found = unit.connection.execute(statement)
    return [CameTo(bool(row[0]), row[1], row[2], bool(row[3]), row[4]) for row in found]


def _not_over(ended_by: datetime) -> ColumnElement[bool]:
    until = enrollments.c.goal_until
    return until.is_(None) | (until > ended_by)


def _number(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((which, 1)))


def later_entries(unit: Unit, playbook: str, as_of: datetime) -> int:
    """How many entered again up to an instant."""
    columns = enrollments.c
    again = (columns.playbook == playbook, columns.number > 1, columns.entered_at <= as_of)
    return unit.connection.scalar(select(func.count()).where(*again)) or 0
