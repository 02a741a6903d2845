"""What a statement can see: the columns that values stand in, and how it reaches events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import FromClause
from sqlalchemy.sql import ColumnElement

from engine.compile.algebra import Successor
from engine.compile.columns import Within
from engine.compile.core import Events, Followed, Value
from engine.compile.given import NOTHING_GIVEN, Given
from engine.compile.leaves import Leaves
from engine.compile.ordering import Looks, not_hidden

__all__ = ["EventRows", "Scope", "Successors"]

Sql = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class EventRows:
    """Rows of sets of events of one table: by `tests` those of each set, and their columns.

    `maker` is the key of the row that an event is of; `holder` that of the row it counts for.
    """

    source: FromClause
    maker: Sql
    holder: Sql
    tests: Mapping[Events, tuple[ColumnElement[bool], ...]]
    known: Mapping[Value, Sql]
    plain: Mapping[Value, Sql]
    following: Mapping[Successor, Sql] = field(default_factory=dict)
    """Columns of when the first successor comes, where the rows bear one; NULL where none does."""
    ordered: Looks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Successors:
    """The rows among which the successor of an event is looked for, each of the row `maker`."""

    source: FromClause
    maker: Sql
    tests: tuple[ColumnElement[bool], ...]
    known: Mapping[Value, Sql]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a statement can see: the columns that values stand in, and how it reaches events.

    `plain` are columns for equality with constants and `ordered` those for comparisons, which
    indexes serve. `correlated` gives the rows of events of the row that is asked about,
    `successors` those that may follow an event, and `maker` is the key of the row that the event
    in sight is of. `given` are the values that it is written for.
    """

    leaves: Leaves
    zone: ZoneInfo
    known: Mapping[Value, Sql]
    plain: Mapping[Value, Sql] = field(default_factory=dict)
    ordered: Looks = field(default_factory=dict)
    correlated: Callable[[Events], EventRows] | None = None
    successors: Callable[[Followed], Successors] | None = None
    maker: Sql | None = None
    following: Mapping[Successor, Sql] = field(default_factory=dict)
    given: Given = NOTHING_GIVEN

    def with_events(self, rows: EventRows) -> Scope:
        """What can be seen of one event, beside the row that is asked about."""
        return replace(
            self,
            known=Within(rows.known, self.known),
            plain=Within(rows.plain, self.plain),
            ordered={**not_hidden(self.ordered, rows.known), **rows.ordered},
            maker=rows.maker,
            following=rows.following,
        )

    def with_successors(self, rows: Successors) -> Scope:
        """What can be seen of an event that may follow, beside the one it follows."""
        ordered = not_hidden(self.ordered, rows.known)
        return replace(self, known=Within(rows.known, self.known), ordered=ordered)
