"""Who was reached, by us, when: what `contacted` asks beside events. The ledger knows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["ContactLog", "ContactRow", "NoContacts"]


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
