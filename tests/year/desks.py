"""Tasks of colleagues: due, told of, done, and closed when the playbook says so and only then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.year.almanac import HOLIDAYS, ends_at, next_fire, zone_or
from tests.year.cast import PROJECT_ZONE
from tests.year.house import House
from tests.year.papers import Playbook
from tests.year.record import Record, Stay
from tests.year.standstill import is_still

__all__ = ["Desks"]


@dataclass
class Desks:
    """Looks at the tasks of a house after each pass.

    `since` is from when on assignees are told of what is new, in whichever way; up to `told` the
    fires of a cron are over with.
    """

    house: House
    notify: str = ""
    since: datetime | None = None
    told: datetime | None = None

    def look(self, record: Record) -> None:
        """What must hold after a pass."""
        self.record = record
        here = {name: book for book in self.house.books for name in book.names}
        for task in record.tasks:
            if task.made_at == self.house.now:
                self._is_as_asked(task)
            if task.playbook in here:
                self._ends_as_asked(task, here[task.playbook])
        self._are_told()

    # ------------------------------------------------------------ one task

    def _is_as_asked(self, task: Any) -> None:
        spec, book = self._spec(task), self.house.book_of(task.playbook)
        due = ""
        if "due" in spec:
            off = HOLIDAYS if self.house.policy.get("holidays") else ()
            zone = zone_or(book.zone, "")
            day = ends_at(task.made_at, spec["due"], zone, off).astimezone(zone).date()
            due = day.isoformat()
        assert task.due_on == due, ("due on another day", task, due)
        assert bool(task.assignee) == ("assign" in spec), ("given to another", task)

    def _spec(self, task: Any) -> dict[str, Any]:
        return self.house.specs[self.house.roots[task.step]]

    def _ends_as_asked(self, task: Any, book: Playbook) -> None:
        stay = self.record.stays[task.enrollment]
        if task.state == "done":
            outcomes = self._spec(task).get("outcomes", [""])
            assert task.outcome in outcomes, ("no such outcome", task)
        if int(task.key) in self.house.gone:
            return
        if task.state == "open":
            self._is_open_for_good_reason(task, stay, book)
        elif task.state == "closed" and task.done_at == self.house.now:
            why = self._is_ready(task) or self._is_left_behind(stay, book)
            assert why, ("closed, though nothing says so", task)

    def _is_open_for_good_reason(self, task: Any, stay: Stay, book: Playbook) -> None:
        is_fresh = task.made_at == self.house.now
        if not is_fresh and not is_still(self.house, book):
            assert not self._is_ready(task), ("open, though it should have closed", task)
        if not stay.left_at or stay.left_at > task.made_at:
            is_over = self._is_left_behind(stay, book)
            assert not is_over, ("open, though its stay ended", task, stay)

    def _is_ready(self, task: Any) -> bool:
        closes = "close_when" in self._spec(task)
        return closes and bool(self.house.customers[int(task.key)]["is_ready"])

    def _is_left_behind(self, stay: Stay, book: Playbook) -> bool:
        """Whether a stay ended before its time, and takes its tasks along."""
        ended_early = stay.left_at is not None and stay.outcome != "completed"
        return ended_early and book.head.get("on_exit") == {"tasks": "close"}

    # ------------------------------------------------------------ notices

    def _are_told(self) -> None:
        """Assignees hear of what is new at once, or at the next fire; while all is halted, not."""
        house = self.house
        notify = house.policy.get("tasks", {}).get("notify", "")
        if notify != self.notify:
            self.since = (self.since or house.now) if notify else None
            self.notify, self.told = notify, house.now
        new = [
            each
            for each in self.record.touches.values()
            if not each.playbook
            if each.made_at == house.now
        ]
        if not self._is_time() or "" in house.halted:
            assert not new, ("told before its time", new)
            return
        for task in self.record.tasks:
            is_new = task.state == "open" and task.assignee and task.assigned_at >= self.since
            assert not is_new or task.notice, ("told nobody", task)
        self.told = house.now

    def _is_time(self) -> bool:
        if self.notify in ("", "at_once") or self.told is None:
            return bool(self.notify)
        return next_fire(self.notify, self.told, zone_or(PROJECT_ZONE, "")) <= self.house.now
