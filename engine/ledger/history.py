"""The ledger as a history of fields: what `changed`, `unchanged_for` and `{field: …, at: …}` ask.

Delivery page, "The ledger": changes only. The first record of a row's field is no change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select

from engine.audience.history import HistoryRow
from engine.compile.terms import Part
from engine.ledger.store import Ledger
from engine.ledger.tables import history

__all__ = ["LedgerHistory"]

_PAGE = 5_000  # records read at a time

_Records = Select[str, datetime, str | None, str | None, int]


class LedgerHistory:
    """What fields were before, by a ledger; reads nothing until it is asked."""

    __slots__ = ("_ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def records(
        self, entity: str, field: str, part: Part, *, since: datetime | None, until: datetime
    ) -> Iterator[HistoryRow]:
        """A part of a field's history from `since` (None: ever) until `until`, both included."""
        columns = history.c
        wanted = [columns.entity == entity, columns.field == field, *_of_part(part)]
        wanted.append(columns.at <= until)
        if since is not None:
            wanted.append(columns.at >= since)
        yield from self._rows(_COLUMNS.where(*wanted))

    def of_key(self, entity: str, field: str, key: str, until: datetime) -> list[HistoryRow]:
        """The whole history of one row's field until an instant, the last record first."""
        columns = history.c
        mine = (columns.entity == entity, columns.key == key, columns.field == field)
        found = _COLUMNS.where(*mine, columns.at <= until).order_by(columns.at.desc())
        return list(self._rows(found))

    def _rows(self, statement: _Records) -> Iterator[HistoryRow]:
        with self._ledger.read() as unit:
            streamed = unit.connection.execution_options(yield_per=_PAGE).execute(statement)
            for key, at, previous, value, is_first in streamed:
                yield HistoryRow(key, at, previous, value, bool(is_first))


_COLUMNS: _Records = select(
    history.c.key, history.c.at, history.c.previous, history.c.value, history.c.is_first
)


def _of_part(part: Part) -> list[ColumnElement[bool]]:
    match part:
        case Part.CHANGES:
            return [history.c.is_first == 0]
        case Part.BEGINNINGS:
            return [history.c.is_first == 1]
        case Part.RECORDS:
            return [history.c.is_first.in_((0, 1))]  # the index begins with it
