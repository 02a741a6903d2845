"""The ledger as a log of enrollments: what `in_playbook` and `finished_playbook` ask.

Language, section 3. Both are seen as they were at the instant that is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from engine.ledger.store import Ledger
from engine.ledger.tables import enrollments

__all__ = ["LedgerEnrollments"]

_PAGE = 5_000  # keys read at a time


class LedgerEnrollments:
    """Who is and was in which playbook, by a ledger; reads nothing until it is asked."""

    __slots__ = ("_ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def inside(self, entity: str, playbook: str, at: datetime) -> Iterator[str]:
        """The keys with an open enrollment at an instant; those held out have none."""
        columns = enrollments.c
        return self._keys(
            columns.entity == entity,
            columns.playbook == playbook,
            columns.holdout == 0,
            columns.entered_at <= at,
            or_(columns.left_at.is_(None), columns.left_at > at),
        )

    def left(
        self,
        entity: str,
        playbook: str,
        outcome: str | None,
        *,
        since: datetime | None,
        until: datetime,
    ) -> Iterator[str]:
        """The keys that left in a time, both ends included, with an outcome (None: any)."""
        columns = enrollments.c
        wanted = [
            columns.entity == entity,
            columns.playbook == playbook,
            columns.left_at <= until,
        ]
        if since is not None:
            wanted.append(columns.left_at >= since)
        if outcome is not None:
            wanted.append(columns.outcome == outcome)
        return self._keys(*wanted)

    def _keys(self, *wanted: ColumnElement[bool]) -> Iterator[str]:
        found = select(enrollments.c.key).where(*wanted).distinct()
        with self._ledger.read() as unit:
            streamed = unit.connection.execution_options(yield_per=_PAGE).execute(found)
            for (key,) in streamed:
                yield key
