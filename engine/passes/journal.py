"""Where a pass's decisions go: into the ledger, or nowhere.

A real run and a dry run walk the same list of decisions (delivery page, point 5). What differs is
this port: `LedgerJournal` writes and delivers, `DryJournal` keeps everyone's place in memory,
takes every touch for sent, and remembers what it would have done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.decide.facts import (
    Decision,
    Enrollment,
    NewTouch,
    Phase,
    TouchMade,
    TouchState,
)
from engine.decide.journey import standing_after
from engine.ledger.journey import (
    due_enrollments,
    open_enrollments,
    record,
    watching_enrollments,
)
from engine.ledger.store import Ledger, Unit

__all__ = ["DryJournal", "Due", "Journal", "LedgerJournal", "is_waiting"]

_PAGE = 5_000  # enrollments read at a time: memory stays flat in their number


@dataclass(frozen=True, slots=True)
class Due:
    """An enrollment that a pass has to look at.

    For one in phase `touching`, `states` are the ends of its touches and `ended_at` the last.
    """

    enrollment: Enrollment
    states: tuple[TouchState, ...] = ()
    ended_at: datetime | None = None


class Journal(Protocol):
    """What a pass asks and tells, for one playbook at one instant."""

    def inside(self) -> Iterator[Sequence[Enrollment]]:
        """Everyone who has an open enrollment, in pages."""

    def watching(self) -> Iterator[Sequence[Enrollment]]:
        """Those who stand still for a condition, or for a moment that is missing, in pages."""

    def due(self, unbound: Collection[str]) -> Sequence[Due]:
        """Some of those whose step has not begun, whose wait is over, or whose touches ended.

        None of them goes on with a version that is `unbound`.
        """

    def record(self, decisions: Iterable[Decision]) -> None:
        """Keep decisions, in one transaction with their audit records."""

    def deliver(self) -> bool:
        """Send what is ready; whether anything was tried."""


class LedgerJournal:
    """Decisions become rows; `send` delivers what the outbox holds and says if it tried any."""

    def __init__(
        self, ledger: Ledger, playbook: str, as_of: datetime, *, run: str, send: Callable[[], bool]
    ) -> None:
        self._ledger = ledger
        self._playbook = playbook
        self._as_of = as_of
        self._run = run
        self._send = send

    def inside(self) -> Iterator[Sequence[Enrollment]]:
        """Everyone who has an open enrollment, in pages by key."""
        return _pages(self._ledger, self._playbook, open_enrollments)

    def watching(self) -> Iterator[Sequence[Enrollment]]:
        """Those who stand still for a condition, or for a moment that is missing, by key."""
        return _pages(self._ledger, self._playbook, watching_enrollments)

    def due(self, unbound: Collection[str]) -> Sequence[Due]:
        """At most a page of those that are due."""
        with self._ledger.read() as unit:
            found = due_enrollments(
                unit, self._playbook, self._as_of, limit=_PAGE, passing_over=unbound
            )
        return [Due(each.enrollment, each.states, each.ended_at) for each in found]

    def record(self, decisions: Iterable[Decision]) -> None:
        """One transaction: rows and audit records, or nothing."""
        with self._ledger.write() as unit:
            record(unit, decisions, at=self._as_of, actor="engine", run=self._run)

    def deliver(self) -> bool:
        """Send what is ready."""
        return self._send()


class DryJournal:
    """Decisions stay in memory; nothing is written and nothing is sent."""

    def __init__(
        self,
        ledger: Ledger | None,
        playbook: str,
        as_of: datetime,
        *,
        take_for_sent: Callable[[NewTouch], None],
    ) -> None:
        self._ledger = ledger
        self._take_for_sent = take_for_sent
        self._playbook = playbook
        self._as_of = as_of
        self._standing: dict[str, Enrollment | None] = {}
        self._unread = ledger is not None
        self._made: dict[str, list[NewTouch]] = {}
        self.would: list[NewTouch] = []

    def inside(self) -> Iterator[Sequence[Enrollment]]:
        """Those of the ledger, if there is one, whom this pass has not moved yet."""
        return self._unmoved(open_enrollments)

    def watching(self) -> Iterator[Sequence[Enrollment]]:
        """The same of those who stand still for a condition, or for a missing moment."""
        return self._unmoved(watching_enrollments)

    def _unmoved(self, read: ReadPage) -> Iterator[Sequence[Enrollment]]:
        if self._ledger is None:
            return
        for page in _pages(self._ledger, self._playbook, read):
            yield [each for each in page if each.id not in self._standing]

    def due(self, unbound: Collection[str]) -> Sequence[Due]:
        """First what the ledger says is due, then what the decisions of this pass led to."""
        return [*self._due_in_ledger(), *self._due_in_memory()]

    def record(self, decisions: Iterable[Decision]) -> None:
        """Remember where everyone stands and what would have gone out."""
        listed = tuple(decisions)
        self._standing |= standing_after(listed)
        for decision in listed:
            if isinstance(decision, TouchMade):
                self.would.append(decision.touch)
                self._made.setdefault(decision.touch.enrollment, []).append(decision.touch)
                if decision.touch.state is TouchState.READY:
                    self._take_for_sent(decision.touch)

    def deliver(self) -> bool:
        """Nothing is ever sent."""
        return False

    def _due_in_ledger(self) -> list[Due]:
        if not (self._ledger and self._unread):
            return []
        self._unread = False
        with self._ledger.read() as unit:
            found = due_enrollments(unit, self._playbook, self._as_of, limit=None)
        return [
            Due(each.enrollment, each.states, each.ended_at)
            for each in found
            if each.enrollment.id not in self._standing
        ]

    def _due_in_memory(self) -> list[Due]:
        due = []
        for enrollment in self._standing.values():
            if enrollment and enrollment.phase is Phase.READY:
                due.append(Due(enrollment))
            elif (
                enrollment
                and enrollment.phase is Phase.TOUCHING
                and not self._is_held_back(enrollment)
            ):
                due.append(Due(enrollment, self._ends(enrollment), self._as_of))
        return due

    def _is_held_back(self, enrollment: Enrollment) -> bool:
        """Whether a touch of its step has to wait, as for a window, a cap or an approval."""
        made = self._made.get(enrollment.id, ())
        return any(
            touch.step == enrollment.step
            and (touch.state is TouchState.DRAFT or is_waiting(touch, self._as_of))
            for touch in made
        )

    def _ends(self, enrollment: Enrollment) -> tuple[TouchState, ...]:
        """Every touch that would go out is taken for sent."""
        return tuple(
            TouchState.SENT if touch.state is TouchState.READY else touch.state
            for touch in self._made.get(enrollment.id, ())
            if touch.step == enrollment.step and not touch.copy_of
        )


def is_waiting(touch: NewTouch, as_of: datetime) -> bool:
    """Whether a touch is to go out, and not yet."""
    return touch.state is TouchState.READY and touch.due_at is not None and touch.due_at > as_of


class ReadPage(Protocol):
    """Reads a page of enrollments from the ledger, by key."""

    def __call__(
        self, unit: Unit, playbook: str, *, after_key: str, limit: int
    ) -> list[Enrollment]:
        """At most `limit` of them, beginning after `after_key`."""


def _pages(ledger: Ledger, playbook: str, read: ReadPage) -> Iterator[Sequence[Enrollment]]:
    after = ""
    while True:
        with ledger.read() as unit:
            page = read(unit, playbook, after_key=after, limit=_PAGE)
        if page:
            yield page
        if len(page) < _PAGE:
            return
        after = page[-1].key
