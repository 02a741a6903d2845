"""Which values a property of an event has had, as far as they are few."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import select

from engine.audience.snapshot import Snapshot
from engine.audience.values import seen_value
from engine.bind.catalog import EventRef
from engine.compile.edges import dated

__all__ = ["values_of_property"]


def values_of_property(
    event: EventRef, name: str, snapshot: Snapshot, as_of: datetime, *, at_most: int
) -> tuple[str | int | bool, ...] | None:
    """The values that a property had up to an instant, ascending; None where they are more."""
    home = snapshot.home(event.table.connector)
    relation, column = home.reader.relation(event.table), event.properties[name]
    value = home.reader.column(relation, column, event.table)
    at = home.reader.column(relation, event.at, event.table)
    asked = select(value.label("value")).select_from(relation).distinct()
    past = at <= home.leaves.constant(dated(as_of))
    rows = home.reader.read(asked.where(value.is_not(None), past).limit(at_most + 1))
    found = [cast("str | int | bool", seen_value(column.kind, row[0])) for row in rows]
    return tuple(sorted(found)) if len(found) <= at_most else None
