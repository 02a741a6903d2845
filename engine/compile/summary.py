"""A question's rows as figures of many: how many there are, and what their values come to.

One statement, grouped where it is asked to be; nothing but the groups leaves the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Double, Select, and_, case, cast, func, literal, null, select
from sqlalchemy.sql import ColumnElement, FromClause

from engine.bind.conditions import FigureKind
from engine.compile.aggregates import rounded
from engine.compile.question import Question, answers
from engine.compile.relations import Home
from engine.language.catalog import Kind

__all__ = ["MOST_GROUPS", "Made", "Summing", "summary"]

MOST_GROUPS = 1_000
"""More groups than this are no figure that anybody reads; one more is found, to tell."""

Sql = ColumnElement[Any]


class Made(StrEnum):
    """What is made of the values of a group: nothing but their number, their sum, their middle."""

    NUMBER = "number"
    SUM = "sum"
    MIDDLE = "middle"


@dataclass(frozen=True, slots=True)
class Summing:
    """What is made of values of a kind; where it is `grouped`, by the output before them."""

    made: Made
    kind: Kind = Kind.INTEGER
    grouped: bool = False


def summary(question: Question, summing: Summing, home: Home) -> Select[Any]:
    """By group: `rows`, how many have the value, and `made`, what the values come to.

    The last output of the question is the value (where only a number is made there is none), the
    one before it the group. Without groups there is one row, also of nobody.
    """
    asked = home.part(answers(question, home))
    group = [asked.c["o0"]] if summing.grouped else []
    if summing.made is Made.MIDDLE:
        return _middle(asked, group, summing, home)
    value = None if summing.made is Made.NUMBER else asked.c[f"o{len(question.outputs) - 1}"]
    rows: Sql = func.count() if value is None else func.count(value)
    total: Sql = func.count() if value is None else func.sum(value)
    made = rounded(FigureKind.SUM, summing.kind, total, home.leaves)
    return _by_group(asked, group, rows, made)


def _middle(asked: FromClause, group: Sequence[Sql], summing: Summing, home: Home) -> Select[Any]:
    """The mean of the one or two rows in the middle: those whose place is within 1 of half + 1/2.

    Of `n` values it is the place `p` for which `n <= 2p <= n + 2`. Missing values come last and
    are not among the `n`.
    """
    value = asked.c["o1" if group else "o0"]
    # Not every store knows NULLS LAST.
    order = (case((value.is_(None), 1), else_=0), value)
    told = select(
        *(each.label("of_group") for each in group),
        value.label("value"),
        func.row_number().over(partition_by=group or None, order_by=order).label("place"),
        func.count(value).over(partition_by=group or None).label("number"),
    )
    placed = home.part(told)
    twice, number = placed.c["place"] * literal(2), placed.c["number"]
    inside = and_(placed.c["value"].is_not(None), twice >= number, twice <= number + literal(2))
    mean = func.avg(case((inside, cast(placed.c["value"], Double())), else_=null()))
    made = rounded(FigureKind.AVERAGE, summing.kind, mean, home.leaves)
    again = [placed.c["of_group"]] if group else []
    return _by_group(placed, again, func.count(placed.c["value"]), made)


def _by_group(found: FromClause, group: Sequence[Sql], rows: Sql, made: Sql) -> Select[Any]:
    """At most one group more than there may be."""
    labelled = [each.label("of_group") for each in group]
    figures = select(*labelled, rows.label("rows"), made.label("made")).select_from(found)
    return figures.group_by(*group).limit(MOST_GROUPS + 1) if group else figures
