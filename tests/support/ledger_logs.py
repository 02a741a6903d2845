"""What the ledger would tell conditions of a world: contacts, enrollments and histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.audience.contacts import ContactRow
from engine.audience.history import HistoryRow
from engine.audience.values import value_text
from engine.compile.terms import Part
from tests.support.oracle import Journey, Record

__all__ = ["Contacts", "Journeys", "Recorded", "history_of"]


@dataclass(frozen=True)
class Recorded:
    """The history log of some records."""

    rows: Mapping[tuple[str, str], Sequence[HistoryRow]]

    def records(
        self, entity: str, field: str, part: Part, *, since: datetime | None, until: datetime
    ) -> Iterator[HistoryRow]:
        """A part of a field's history."""
        for row in self.rows.get((entity, field), ()):
            is_asked = part is Part.RECORDS or (part is Part.BEGINNINGS) is row.is_first
            if is_asked and row.at <= until and (since is None or row.at >= since):
                yield row

    def of_key(self, entity: str, field: str, key: str, until: datetime) -> list[HistoryRow]:
        """The history of one row."""
        found = self.records(entity, field, Part.RECORDS, since=None, until=until)
        return [row for row in found if row.key == key][::-1]


def history_of(records: Sequence[Record]) -> Recorded:
    """The log of records, each with the value before it."""
    rows: dict[tuple[str, str], list[HistoryRow]] = {}
    last: dict[tuple[str, str, str], str | None] = {}
    for each in sorted(records, key=lambda record: record.at):
        place = (each.entity, each.field, each.key)
        value = value_text(each.value)
        row = HistoryRow(each.key, each.at, last.get(place), value, place not in last)
        rows.setdefault(place[:2], []).append(row)
        last[place] = value
    return Recorded(rows)


@dataclass(frozen=True)
class Contacts:
    """The contact log of some contacts."""

    rows: Sequence[ContactRow]

    def known_from(self) -> datetime | None:
        """It is no question here."""
        return None

    def contacts(
        self, since: datetime | None, until: datetime, channel: str | None, playbook: str | None
    ) -> Iterator[ContactRow]:
        """The contacts of a time."""
        for row in self.rows:
            is_asked = channel in (None, row.channel) and playbook in (None, row.playbook)
            if is_asked and row.at <= until and (since is None or row.at >= since):
                yield row


@dataclass(frozen=True)
class Journeys:
    """The log of some enrollments."""

    rows: Sequence[Journey]

    def inside(self, entity: str, playbook: str, at: datetime) -> Iterator[str]:
        """Who is inside, holdouts left out."""
        for row in self.rows:
            is_inside = row.entered_at <= at and (row.left_at is None or row.left_at > at)
            if (row.entity, row.playbook) == (entity, playbook) and is_inside:
                yield from () if row.is_held_out else (row.key,)

    def left(
        self,
        entity: str,
        playbook: str,
        outcome: str | None,
        *,
        since: datetime | None,
        until: datetime,
    ) -> Iterator[str]:
        """Who left within a time."""
        for row in self.rows:
            if (row.entity, row.playbook) != (entity, playbook) or row.left_at is None:
                continue
            is_then = row.left_at <= until and (since is None or row.left_at >= since)
            if is_then and outcome in (None, row.outcome):
                yield row.key
