"""A sample of every kind of node of the core, to be written in every dialect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, column, select, table

from connectors.sources.forms import SQL_TYPES
from engine.bind.catalog import EventRef, FieldRef
from engine.bind.conditions import FigureKind
from engine.bind.formulas import MissingPart
from engine.compile import core
from engine.compile.aggregates import aggregate
from engine.compile.algebra import walk
from engine.compile.core import Comparison, How, Node
from engine.compile.dialects.table import LEAVES, LIMITS
from engine.compile.limits import strains
from engine.compile.sight import EventRows, Scope, Successors
from engine.compile.sql import flag, value_sql
from engine.language.catalog import Kind
from engine.moments import Duration, Unit
from engine.ports import StoreKind
from engine.tables import ColumnRef, TableRef
from tests.dialects.asking import databases

__all__ = ["LOOKED_UP", "NEVER_WRITTEN", "SAMPLES", "nodes_text"]

ZONE = ZoneInfo("America/New_York")
AT, FEATURE, SECONDS = (
    ColumnRef("at", Kind.TIMESTAMP),
    ColumnRef("feature", Kind.TEXT),
    ColumnRef("seconds", Kind.NUMBER),
)
USED = EventRef(
    "user",
    "used",
    TableRef("product", "used"),
    "user_id",
    AT,
    properties={
        "feature": FEATURE,
        "seconds": SECONDS,
    },
)


def field(name: str, kind: Kind) -> core.Field:
    """A field of the asking row."""
    return core.Field(FieldRef((), "user", name, ColumnRef(name, kind)))


def is_(value: core.Value, other: core.Value) -> core.Compare:
    """An equality that a missing value makes true."""
    return core.Compare(Comparison.EQ, value, other, if_missing=True)


NAME, AGE, WEIGHT = (
    field("name", Kind.TEXT),
    field("age", Kind.INTEGER),
    field("weight", Kind.NUMBER),
)
DAY, MOMENT, TAGS = (
    field("day", Kind.DATE),
    field("moment", Kind.TIMESTAMP),
    field("tags", Kind.LIST),
)
TEXT, NUMBER = core.Constant("50%_off", Kind.TEXT), core.Constant(7, Kind.INTEGER)
NOON = core.Constant(datetime(2026, 3, 10, 12, tzinfo=UTC), Kind.TIMESTAMP)
TODAY = core.Constant(date(2026, 3, 10), Kind.DATE)
LATE = core.Events(USED, (), None, core.Compare(Comparison.GE, core.Property(AT), NOON))
TIMES = core.Figure(FigureKind.TIMES, LATE)


def figure(kind: FigureKind | core.EdgeKind, of: ColumnRef | None = None) -> core.Figure:
    """A figure of the late events."""
    return core.Figure(kind, LATE, of)


SAMPLES: Mapping[str, core.Value | core.Predicate] = {
    "Constant": TEXT,
    "Constant of a timestamp": NOON,
    "Constant of a date": TODAY,
    "Constant of a boolean": core.Constant(True, Kind.BOOLEAN),
    "Awaited": core.Awaited(Kind.INTEGER),
    "Lower": core.Lower(NAME),
    "Scaled": core.Scaled(AGE, 1.5, 2.0),
    "LocalDate": core.LocalDate(MOMENT),
    "DayStart": core.DayStart(DAY, 1),
    "Shifted by days": core.Shifted(DAY, Duration(3, Unit.DAY), -1),
    "Shifted by months": core.Shifted(DAY, Duration(1, Unit.QUARTER), 1),
    "Shifted by minutes": core.Shifted(MOMENT, Duration(90, Unit.MINUTE), -1),
    "DaysBetween": core.DaysBetween(DAY, TODAY),
    "YearOf": core.YearOf(DAY),
    "MonthDay": core.MonthDay(DAY),
    "Figure": TIMES,
    "Figure of a last event": figure(core.EdgeKind.LAST, FEATURE),
    "Total": core.Total((TIMES, TIMES)),
    "Chosen": core.Chosen((is_(NAME, TEXT),), (AGE,)),
    "Ratio": core.Ratio(AGE, WEIGHT),
    "Difference": core.Difference(AGE, WEIGHT),
    "Change": core.Change(AGE, WEIGHT, 28, 28),
    "Score": core.Score((AGE,), (2.0,), (0.0,), (30.0,), MissingPart.SKIP),
    "Always": core.Always(True),
    "All": core.All((is_(NAME, TEXT), is_(AGE, NUMBER))),
    "Either": core.Either((is_(NAME, TEXT), is_(AGE, NUMBER))),
    "IsSet": core.IsSet(NAME, True),
    "Compare": is_(NAME, TEXT),
    "Among": core.Among(NAME, (TEXT,), inside=False, if_missing=True),
    "Match contains": core.Match(How.ANYWHERE, NAME, TEXT),
    "Match starts": core.Match(How.START, NAME, TEXT),
    "Match ends": core.Match(How.END, NAME, TEXT, holds=False, if_missing=True),
    "Match includes": core.Match(How.MEMBER, TAGS, TEXT),
    "Happened": core.Happened(LATE, holds=False),
    "Followed": core.Happened(
        core.Events(
            USED,
            (),
            None,
            core.Followed(
                core.Property(AT),
                USED,
                timedelta(days=14),
                core.Compare(Comparison.EQ, core.After(FEATURE), TEXT),
            ),
        )
    ),
}
"""By the name of the kind, and what is special about the sample."""

OF_ROWS = {FigureKind.TIMES, FigureKind.DAYS, FigureKind.WEEKS, FigureKind.MONTHS}
FIGURES: Mapping[str, core.Figure] = {
    f"Tallied {kind.value}": figure(kind, None if kind in OF_ROWS else SECONDS)
    for kind in (*FigureKind, *core.EdgeKind)
}
"""Every figure as it is found for everyone at once, of the events that have a feature."""

LOOKED_UP = {"Field", "Key", "Property", "After", "Events"}
"""Columns of a relation, and the relation itself: they stand in the other samples."""

NEVER_WRITTEN = {"Gathered", "Labels", "Listed", "Picked", "Ranked"}
"""What has become something else before anything is written: a pass, tests, a comparison."""


def nodes_text(dialect: str) -> str:
    """Every sample in a dialect, a line each; or why it cannot be said."""
    database = next(iter(databases(dialect).values()))
    loaded = database.dialect
    lines = []
    for name, node in {**SAMPLES, **FIGURES}.items():
        if name == "Followed" and database.kind is StoreKind.COLUMN:
            lines.append("-- Followed: by a window in a pass, as in followed.sql")
            continue
        tallied: Node = core.Tallied(node) if name in FIGURES else node  # type: ignore[arg-type]
        beyond = sorted(strains(walk(tallied), ZONE) & LIMITS.get(loaded.name, {}).keys())
        if beyond:
            lines.append(f"-- {name}: refused, {LIMITS[loaded.name][beyond[0]]}")
            continue
        asked = _asked(node, name, loaded.name)
        options = {"render_postcompile": True}
        compiled = asked.compile(dialect=loaded, compile_kwargs=options)
        lines.append(f"-- {name}\n{' '.join(str(compiled).split())}")
    return "\n".join(lines) + "\n"


def _asked(node: Any, name: str, dialect: str) -> Select[Any]:
    scope = _scope(dialect)
    if name in FIGURES:
        rows = scope.correlated(LATE)  # type: ignore[misc]
        which = rows.known[core.Property(FEATURE)].is_not(None)
        return select(aggregate(node, which, scope.leaves, zone=ZONE, known=rows.known))
    is_value = isinstance(node, core.Value)
    written = value_sql(node, scope) if is_value else flag(node, scope)
    return select(written.label("it")).select_from(scope.known[NAME].table)


def _scope(dialect: str) -> Scope:
    fields = (NAME, AGE, WEIGHT, DAY, MOMENT, TAGS)
    users = table("users", *(column(each.ref.name, SQL_TYPES[each.ref.kind]) for each in fields))
    known: dict[core.Value, Any] = {each: users.c[each.ref.name] for each in fields}

    def events(name: str, make: Any) -> tuple[Any, dict[core.Value, Any]]:
        refs = (AT, FEATURE, SECONDS)
        found = table(
            name, column("user_id"), *(column(ref.column, SQL_TYPES[ref.kind]) for ref in refs)
        ).alias()
        return found, {make(ref): found.c[ref.column] for ref in refs}

    def correlated(asked: core.Events) -> EventRows:
        found, columns = events("used", core.Property)
        tests = {asked: (found.c.user_id == users.c.age,)}
        return EventRows(found, found.c.user_id, found.c.user_id, tests, columns, {})

    def successors(followed: core.Followed) -> Successors:
        found, columns = events("used", core.After)
        return Successors(found, found.c.user_id, (), columns)

    return Scope(LEAVES[dialect], ZONE, known, correlated=correlated, successors=successors)
