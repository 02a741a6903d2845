"""Who was reached by us, and who is in which playbook: what conditions ask of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["ContactLog", "ContactRow", "EnrollmentLog", "NoContacts", "NoEnrollments"]


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A touch that reached somebody: an email sent or of unknown outcome, a task that was done.

    `entity` and `key` (as text) are those of its `enrollment`; `address` is normalised, and empty
    where there is none; `at` is in UTC.
    """

    touch_id: str
    entity: str
    key: str
    address: str
    at: datetime
    channel: str
    playbook: str
    enrollment: str


class ContactLog(Protocol):
    """Gives the contacts of a time, all of them or by channel and playbook."""

    def contacts(
        self,
        since: datetime | None,
        until: datetime,
        channel: str | None,
        playbook: str | None,
    ) -> Iterator[ContactRow]:
        """The contacts from `since` (None: ever) until `until`, both included."""

    def known_from(self) -> datetime | None:
        """The instant from which it knows of contacts; None where that is no question."""


class NoContacts:
    """The log of a project that never reached anybody."""

    def contacts(
        self,
        since: datetime | None,
        until: datetime,
        channel: str | None,
        playbook: str | None,
    ) -> Iterator[ContactRow]:
        """Nothing."""
        return iter(())

    def known_from(self) -> datetime | None:
        """There is no ledger that could be too young."""
        return None


class EnrollmentLog(Protocol):
    """Gives the keys, as text, of an entity's rows that are or were in a playbook."""

    def inside(self, entity: str, playbook: str, at: datetime) -> Iterator[str]:
        """Those with an open enrollment at an instant; holdouts have none."""

    def left(
        self,
        entity: str,
        playbook: str,
        outcome: str | None,
        *,
        since: datetime | None,
        until: datetime,
    ) -> Iterator[str]:
        """Those that left from `since` (None: ever) until `until`, with an outcome (None: any)."""


class NoEnrollments:
    """The log of a project whose playbooks nobody ever entered."""

    def inside(self, entity: str, playbook: str, at: datetime) -> Iterator[str]:
        """Nobody."""
        return iter(())

    def left(
        self,
        entity: str,
        playbook: str,
        outcome: str | None,
        *,
        since: datetime | None,
        until: datetime,
    ) -> Iterator[str]:
        """Nobody."""
        return iter(())
