"""Where a pass's decisions go: into the ledger, or nowhere.

A real run and a dry run walk the same list of decisions (delivery page, point 5). What differs is
this port: `LedgerJournal` writes and delivers, `DryJournal` (in `rehearsing`) does neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Decision, Enrollment, Left, Outcome
from engine.language.playbook import OpenTasks
from engine.ledger.closing import ClosingTask, closing_tasks
from engine.ledger.due import DueEnrollment, due_enrollments
from engine.ledger.inside import (
    gathering,
    number_inside,
    outdated,
    patient,
    patient_named,
    stirring,
    versions_inside,
    watching,
)
from engine.ledger.journey import record
from engine.ledger.store import Ledger
from engine.ledger.tasks import close_tasks, close_tasks_of

__all__ = ["Journal", "LedgerJournal", "closing_pages"]

_CLOSED = "close_when"
_PAGE = 5_000  # enrollments read at a time: memory stays flat in their number


class Journal(Protocol):
    """What a pass asks and tells, for one playbook at one instant."""

    def versions(self) -> Sequence[str]:
        """The versions with which somebody is inside."""

    def stirring(self) -> Iterator[Sequence[Enrollment]]:
        """Those whose step goes on or is about to, or whose rest is over, in pages."""

    def patient(self, among: Collection[str]) -> Iterator[Sequence[Enrollment]]:
        """Everyone else inside who goes on with one of some versions, in pages."""

    def number_inside(self, among: Collection[str], up_to: int) -> int:
        """How many go on with one of some versions; they are counted no further than `up_to`."""

    def named(
        self, among: Collection[str], keys: Sequence[str], past: Collection[str] | None
    ) -> Iterator[Sequence[Enrollment]]:
        """Those whom `patient` gives that have one of some keys, in pages.

        With `past` only those whom the goal still counts for, and who are at none of these levels.
        """

    def outdated(self, version: str) -> Iterator[Sequence[Enrollment]]:
        """Those inside who go on with another version than this one, in pages."""

    def watching(self) -> Iterator[Sequence[Enrollment]]:
        """Those who stand still for a condition, or for a moment that is missing, in pages."""

    def due(self, unbound: Collection[str]) -> Sequence[DueEnrollment]:
        """Some of those whose step has not begun, whose wait is over, or whose touches ended.

        None of them goes on with a version that is `unbound`.
        """

    def gathering(self) -> Sequence[Enrollment]:
        """Everyone who waits to be gathered, and whose digest has fired."""

    def record(self, decisions: Iterable[Decision]) -> None:
        """Keep decisions, in one transaction with their audit records."""

    def closing(self) -> Iterator[Sequence[ClosingTask]]:
        """The open tasks that close by themselves, in pages."""

    def close(self, tasks: Sequence[ClosingTask]) -> int:
        """Close some of them; how many were still open."""

    def deliver(self) -> bool:
        """Send what is ready; whether anything was tried."""


class LedgerJournal:
    """Decisions become rows; `send` delivers what the outbox holds and says if it tried any."""

    def __init__(
        self,
        ledger: Ledger,
        playbook: BoundPlaybook,
        as_of: datetime,
        *,
        run: str,
        send: Callable[[], bool],
    ) -> None:
        self._ledger = ledger
        self._playbook = playbook.name
        self._closes_tasks = playbook.open_tasks is OpenTasks.CLOSE
        self._as_of = as_of
        self._run = run
        self._send = send

    def versions(self) -> Sequence[str]:
        """The versions with which somebody is inside."""
        with self._ledger.read() as unit:
            return versions_inside(unit, self._playbook)

    def stirring(self) -> Iterator[Sequence[Enrollment]]:
        """Those whose step goes on or is about to, or whose rest is over."""
        with self._ledger.read() as unit:
            yield from stirring(unit, self._playbook, self._as_of)

    def patient(self, among: Collection[str]) -> Iterator[Sequence[Enrollment]]:
        """Everyone else inside who goes on with one of some versions."""
        if among:
            with self._ledger.read() as unit:
                yield from patient(unit, self._playbook, self._as_of, among)

    def number_inside(self, among: Collection[str], up_to: int) -> int:
        """Counted in the ledger."""
        with self._ledger.read() as unit:
            return number_inside(unit, self._playbook, among, up_to=up_to)

    def named(
        self, among: Collection[str], keys: Sequence[str], past: Collection[str] | None
    ) -> Iterator[Sequence[Enrollment]]:
        """Those of the patient who have one of some keys."""
        with self._ledger.read() as unit:
            yield from patient_named(unit, self._playbook, self._as_of, among, keys=keys, past=past)

    def outdated(self, version: str) -> Iterator[Sequence[Enrollment]]:
        """Those inside who go on with another version than this one."""
        with self._ledger.read() as unit:
            yield from outdated(unit, self._playbook, version)

    def watching(self) -> Iterator[Sequence[Enrollment]]:
        """Those who stand still for a condition, or for a moment that is missing."""
        with self._ledger.read() as unit:
            yield from watching(unit, self._playbook)

    def due(self, unbound: Collection[str]) -> Sequence[DueEnrollment]:
        """At most a page of those that are due."""
        with self._ledger.read() as unit:
            return due_enrollments(
                unit, self._playbook, self._as_of, limit=_PAGE, passing_over=unbound
            )

    def gathering(self) -> Sequence[Enrollment]:
        """Everyone of them: what is for one person is never parted into pages."""
        with self._ledger.read() as unit:
            return gathering(unit, self._playbook, self._as_of)

    def record(self, decisions: Iterable[Decision]) -> None:
        """One transaction: rows and audit records, or nothing.

        With `on_exit: {tasks: close}` the open tasks of those who leave are closed in it; who is
        through keeps them, since the last step may have made one.
        """
        listed = tuple(decisions)
        left = [
            each.enrollment.id
            for each in listed
            if isinstance(each, Left) and each.outcome is not Outcome.COMPLETED
        ]
        with self._ledger.write() as unit:
            record(unit, listed, at=self._as_of, actor="engine", run=self._run)
            if left and self._closes_tasks:
                close_tasks_of(unit, left, "left", at=self._as_of, actor="engine")

    def closing(self) -> Iterator[Sequence[ClosingTask]]:
        """The open tasks that close by themselves, in pages by id."""
        return closing_pages(self._ledger, self._playbook)

    def close(self, tasks: Sequence[ClosingTask]) -> int:
        """One transaction: tasks and audit records."""
        with self._ledger.write() as unit:
            ids = [task.id for task in tasks]
            return close_tasks(unit, ids, _CLOSED, at=self._as_of, actor="engine")

    def deliver(self) -> bool:
        """Send what is ready."""
        return self._send()


def closing_pages(ledger: Ledger, playbook: str) -> Iterator[Sequence[ClosingTask]]:
    """The open tasks of a playbook that close by themselves, in pages by id."""
    after = ""
    while True:
        with ledger.read() as unit:
            page = closing_tasks(unit, playbook, after=after, limit=_PAGE)
        if page:
            yield page
        if len(page) < _PAGE:
            return
        after = page[-1].id
