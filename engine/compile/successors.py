"""Which event comes next, found for everyone at once: one window over events and successors.

Both stand in one relation, the latest first, and an event bears the time of the successor before
it: of those that are strictly later, the soonest. No store needs a join with an inequality for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import FromClause, Select, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.sql import ColumnElement

from engine.bind.catalog import EntityRef
from engine.compile.algebra import conjuncts, successor_of, time_of, walk
from engine.compile.core import After, Events, Followed, Node
from engine.compile.links import entity_at, key_at
from engine.compile.parts import Part
from engine.compile.relations import Askers, Home, event_rows, joined_children, successor_rows
from engine.compile.sight import EventRows, Scope
from engine.compile.sql import predicate_sql

__all__ = ["followed_in", "with_successors"]

Sql = ColumnElement[Any]


def followed_in(counting: Node) -> Followed | None:
    """The successor that events are asked for; a set of events is asked for one at most."""
    return next((each for each in walk(counting) if isinstance(each, Followed)), None)


def with_successors(
    home: Home,
    entity: EntityRef,
    sets: Sequence[Events],
    *,
    zone: ZoneInfo,
    askers: Askers | None,
) -> EventRows:
    """The rows of sets of one event, each beside the time of the first successor.

    All sets are asked for the same successor. With `askers` the rows are those of who asks and
    `holder` is their key, without it is the key of whom the sets are of.
    """
    followed = followed_in(sets[0].counting)
    if followed is None:
        raise TypeError(f"no successor is asked for: {sets[0]!r}")
    rows = event_rows(home, entity, sets)
    sight = _Sight(home, entity, zone, sets[0], askers)
    successors = _successors(rows, followed, sight)
    found = _beside_soonest(_events(rows, sets, sight), successors, home.part)
    return EventRows(
        source=found,
        maker=found.c["maker"],
        holder=found.c["holder"],
        tests=dict.fromkeys(sets, ()),
        known={value: found.c[f"c{n}"] for n, value in enumerate(rows.known)},
        plain={},
        following={successor_of(followed): found.c["soonest"]},
    )


def _beside_soonest(events: Select[Any], successors: Select[Any], part: Part) -> FromClause:
    """The events, each beside the least time of the successors that stand before it.

    At one time an event stands before its like, so that none of these is in its frame.
    """
    both = part(union_all(events, successors))
    successor = case((both.c["follows"] == 1, both.c["at"]), else_=null())
    soonest = func.min(successor).over(
        partition_by=(both.c["holder"], both.c["maker"]),
        order_by=(both.c["at"].desc(), both.c["follows"].asc()),
        rows=(None, 0),
    )
    told = part(select(both, soonest.label("soonest")))
    return part(select(told).where(told.c["follows"] == 0))


@dataclass(frozen=True, slots=True)
class _Sight:
    """From where the events, and what may follow them, are seen."""

    home: Home
    entity: EntityRef
    zone: ZoneInfo
    events: Events
    askers: Askers | None

    @property
    def scope(self) -> Scope:
        known = self.askers.known if self.askers else {}
        return Scope(self.home.leaves, self.zone, known, given=self.home.given)

    def of_who_asks(self, source: FromClause, holder: Sql) -> tuple[FromClause, Sql]:
        """Rows of events as those of who asks, and the key of whom they are then of."""
        if self.askers is None:
            return source, holder
        catalog, known = self.home.catalog, self.askers.known
        asked_at = known[key_at(catalog, self.entity, self.events.holder)]
        joined = source.join(self.askers.relation, asked_at == holder)
        return joined, known[key_at(catalog, self.entity, ())]


def _events(rows: EventRows, sets: Sequence[Events], sight: _Sight) -> Select[Any]:
    """The events of any of the sets, but for what asks for the successor."""
    source, holder = sight.of_who_asks(rows.source, rows.holder)
    at = rows.known[time_of(sets[0])]
    scope = sight.scope.with_events(rows)
    such = [and_(*rows.tests[each], *_tests_before(each, scope)) for each in sets]
    columns = _columns(holder, rows.maker, at, 0, [*rows.known.values()])
    found = select(*columns).select_from(source).where(holder.is_not(None), at.is_not(None))
    return found.where(or_(*dict.fromkeys(such)))


def _tests_before(events: Events, scope: Scope) -> list[ColumnElement[bool]]:
    parts = conjuncts(events.counting)
    return [predicate_sql(each, scope) for each in parts if followed_in(each) is None]


def _successors(events: EventRows, followed: Followed, sight: _Sight) -> Select[Any]:
    """What may follow, in the columns of the events; of their own it needs none."""
    rows = successor_rows(sight.home, followed)
    source, holder = rows.source, rows.maker
    children = sight.events.children
    if children is not None:
        owner = entity_at(sight.home.catalog, sight.entity, sight.events.holder)
        source, holder = joined_children(
            sight.home, children, owner, source=source, maker=rows.maker
        )
    source, holder = sight.of_who_asks(source, holder)
    at = rows.known[After(followed.source.at)]
    columns = _columns(holder, rows.maker, at, 1, [null() for _ in events.known])
    such = predicate_sql(followed.counting, sight.scope.with_successors(rows))
    found = select(*columns).select_from(source).where(holder.is_not(None), at.is_not(None))
    return found.where(such, *rows.tests)


def _columns(holder: Sql, maker: Sql, at: Sql, follows: int, own: Sequence[Sql]) -> list[Sql]:
    return [
        holder.label("holder"),
        maker.label("maker"),
        at.label("at"),
        literal(follows).label("follows"),
        *(column.label(f"c{n}") for n, column in enumerate(own)),
    ]
