"""The history of fields as rows: what `changed`, `unchanged_for` and `{field: …, at: …}` ask."""

from __future__ import annotations

from collections.abc import Iterator

from engine.audience.snapshot import Snapshot
from engine.audience.values import key_from_text, value_from_text
from engine.compile.core import TOUCH_AT, History, Part
from engine.compile.relations import Sheet
from engine.language.catalog import Kind
from engine.ports import Row

__all__ = ["history_sheet"]


def history_sheet(history: History, snapshot: Snapshot) -> Sheet:
    """The records of a part of a field's history: key, time, and the values where they are asked.

    Of the beginnings only the key is asked; a list changes as a whole, so that its values are not.
    """
    entity = snapshot.catalog.entities[history.entity]
    columns = {"key": entity.key.kind, TOUCH_AT.column: Kind.TIMESTAMP}
    if history.part is not Part.BEGINNINGS and history.kind is not Kind.LIST:
        columns |= {each.column: each.kind for each in (history.previous, history.value)}
    rows = [row[: len(columns)] for row in _rows(history, snapshot)]
    return Sheet(f"history_of_{entity.name}", columns, rows)


def _rows(history: History, snapshot: Snapshot) -> Iterator[Row]:
    kind = snapshot.catalog.entities[history.entity].key.kind
    found = snapshot.history.records(
        history.entity, history.field, history.part, since=history.since, until=history.until
    )
    for each in found:
        key = key_from_text(kind, each.key)
        if key is not None:
            previous = value_from_text(history.kind, each.previous)
            yield key, each.at, previous, value_from_text(history.kind, each.value)
