"""What fields were before: what conditions ask of the history that the ledger keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.compile.terms import Part

__all__ = ["HistoryLog", "HistoryRow", "NoHistory"]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One record of a field: from `at` (in UTC) on the row `key` has `value`.

    Values are text as `values.value_text` writes them, None where they are missing. `previous` is
    that of the record before; of the first record, which `is_first` tells, there is none.
    """

    key: str
    at: datetime
    previous: str | None
    value: str | None
    is_first: bool


class HistoryLog(Protocol):
    """Gives the records of fields over time."""

    def records(
        self, entity: str, field: str, part: Part, *, since: datetime | None, until: datetime
    ) -> Iterator[HistoryRow]:
        """A part of a field's history from `since` (None: ever) until `until`, both included."""

    def of_key(self, entity: str, field: str, key: str, until: datetime) -> list[HistoryRow]:
        """The whole history of one row's field until an instant, the last record first."""


class NoHistory:
    """The log of a project that never tracked anything."""

    def records(
        self, entity: str, field: str, part: Part, *, since: datetime | None, until: datetime
    ) -> Iterator[HistoryRow]:
        """Nothing."""
        return iter(())

    def of_key(self, entity: str, field: str, key: str, until: datetime) -> list[HistoryRow]:
        """Nothing."""
        return []
