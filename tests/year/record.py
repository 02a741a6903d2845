"""What the ledger says after a pass, read once for everything that is asked of it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, select

from engine.ledger.item_tables import items
from engine.ledger.tables import channels, enrollments, invitations, passed, touches
from engine.ledger.task_tables import tasks
from tests.year.house import House

__all__ = ["Record", "Stay", "Touch"]

Stay = Row[Any]
Touch = Row[Any]


class Record:
    """Rows of the ledger, and how touches and enrollments belong together."""

    def __init__(self, house: House) -> None:
        with house.ledger.read() as unit:
            read = unit.connection.execute
            self.stays = {row.id: row for row in read(select(enrollments))}
            self.touches = {row.id: row for row in read(select(touches))}
            self.passed = read(select(passed)).all()
            self.tasks = read(select(tasks)).all()
            self.invited = read(select(invitations)).all()
            told = read(select(items.c.touch, items.c.enrollment)).all()
            self.broken = set(
                unit.connection.scalars(
                    select(channels.c.name).where(channels.c.breaker_until > house.now)
                )
            )
        self._told: dict[str, list[Stay]] = defaultdict(list)
        self._touches_of: dict[str, list[Touch]] = defaultdict(list)
        for touch in self.touches.values():
            self._touches_of[touch.enrollment].append(touch)
        for row in told:
            self._told[row.touch].append(self.stays[row.enrollment])
            self._touches_of[row.enrollment].append(self.touches[row.touch])

    def about(self, touch: Touch) -> list[Stay]:
        """Whom a touch is for: one customer, those of a digest, or nobody (a notice of tasks)."""
        if touch.enrollment:
            return [self.stays[touch.enrollment]]
        return self._told[touch.id]

    def touches_of(self, stay: Stay) -> list[Touch]:
        """All that was made for a stay, by itself or in a digest."""
        return self._touches_of[stay.id]
