"""Figures of a population at an instant: what a metric comes to, as a whole and by group.

The stores count and add up; here is divided and subtracted. Where there is nothing to divide by, or
nobody to be in the middle of, a figure is missing: never 0, and never infinite.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import cast

from engine.audience.answering import summed
from engine.audience.checks import check_values
from engine.audience.reading import Running
from engine.audience.snapshot import Snapshot
from engine.audience.values import seen_value
from engine.bind.catalog import Catalog
from engine.bind.conditions import BoundAll
from engine.bind.metrics import (
    BoundAmount,
    BoundCount,
    BoundMetric,
    BoundShare,
    BoundTogether,
    parts_of,
)
from engine.bind.playbook import Audience
from engine.compile.algebra import conjuncts, walk
from engine.compile.core import Field, Gathered, Node, Predicate, Ranked, Value
from engine.compile.edges import Asking
from engine.compile.lower import asked_at, lower
from engine.compile.question import Question
from engine.compile.summary import MOST_GROUPS, Made, Summing
from engine.language.catalog import Kind
from engine.language.metrics import How, Pairing
from engine.ports import Row
from engine.problems import Refused

__all__ = ["Figure", "Group", "Measured", "check_metric", "measure", "read_as_now"]

Group = str | int | bool | date | None
"""A value that rows have in common; None: those in which it is missing."""

_PLACES = 9  # that computed numbers have; language, section 2


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, None where it is missing, and of how many `rows` it is.

    These are the rows of a share's `among`, those that have the number, those that are counted; of
    two metrics None, but for the difference of two shares among the same rows.
    """

    value: int | float | None
    rows: int | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric at an instant: as a whole, and by group, ascending, those without a value last."""

    whole: Figure
    groups: Mapping[Group, Figure] = field(default_factory=dict)


def check_metric(metric: BoundMetric, snapshot: Snapshot, as_of: datetime) -> None:
    """What a metric reads is as the catalog says.

    Raises:
        SourceFault: the first value that is in another form, or the first key that stands twice.
        Unreachable: a source does not answer.
    """
    for part in parts_of(metric):
        everything = BoundAll(part.conditions)
        check_values(Audience(part.name, part.entity, everything, part.zone), snapshot, as_of)


def measure(metric: BoundMetric, snapshot: Snapshot, as_of: datetime) -> Measured:
    """What a metric comes to.

    Raises:
        Refused: there are more groups than a figure can have.
    """
    if isinstance(metric.formula, BoundTogether):
        first = measure(metric.formula.first, snapshot, as_of)
        second = measure(metric.formula.second, snapshot, as_of)
        return _together(metric.formula, first, second)
    sums = _sums(metric, snapshot, as_of)
    if isinstance(metric.formula, BoundAmount) and metric.formula.how is How.MEDIAN:
        # The middle of the whole is none of the middles of its parts.
        whole = sums if metric.by is None else _sums(replace(metric, by=None), snapshot, as_of)
        total = whole.get(None, _NOTHING)
    else:
        total = _added(sums.values())
    groups = {} if metric.by is None else sums
    return Measured(
        _figure(metric, total),
        {group: _figure(metric, each) for group, each in sorted(groups.items(), key=_order)},
    )


@dataclass(frozen=True, slots=True)
class _Sum:
    """How many rows have a value, and what the values come to; None where that is no number."""

    rows: int
    made: int | float | None


_NOTHING = _Sum(0, None)


def _added(sums: Iterable[_Sum]) -> _Sum:
    found = list(sums)
    made = [each.made for each in found if each.rows]
    known = [each for each in made if each is not None]
    total = _finite(sum(known)) if len(known) == len(made) else None
    return _Sum(sum(each.rows for each in found), total)


def _figure(metric: BoundMetric, total: _Sum) -> Figure:
    match metric.formula:
        case BoundShare():
            return Figure(_ratio(total.made, total.rows), total.rows)
        case BoundCount():
            return Figure(total.rows, total.rows)
        case BoundAmount(How.AVERAGE):
            return Figure(_ratio(total.made, total.rows), total.rows)
        case BoundAmount(How.SUM):
            return Figure(total.made if total.rows else 0, total.rows)
        case _:
            return Figure(total.made if total.rows else None, total.rows)


def _ratio(above: float | None, below: float | None) -> float | None:
    if above is None or not below:
        return None
    return _finite(above / below)


def _finite(number: float) -> float | None:
    """As computed numbers are: rounded, whole ones as they are, and never infinite."""
    if isinstance(number, int):
        return number
    return round(number, _PLACES) + 0.0 if math.isfinite(number) else None


def _order(item: tuple[Group, object]) -> tuple[bool, str | int | date]:
    group = item[0]
    return group is None, "" if group is None else group


# ---------------------------------------------------------------- of two metrics


def _together(formula: BoundTogether, first: Measured, second: Measured) -> Measured:
    found = {**first.groups, **second.groups}
    nobody, none = _of_nobody(formula.first), _of_nobody(formula.second)
    groups = {
        group: _of_two(formula, first.groups.get(group, nobody), second.groups.get(group, none))
        for group, _ in sorted(found.items(), key=_order)
    }
    return Measured(_of_two(formula, first.whole, second.whole), groups)


def _of_two(formula: BoundTogether, first: Figure, second: Figure) -> Figure:
    match formula.pairing:
        case Pairing.RATIO:
            return Figure(_ratio(first.value, second.value), None)
        case Pairing.DIFFERENCE:
            rows = first.rows if _is_of_the_same_rows(formula) else None
            return Figure(_difference(first.value, second.value), rows)


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else _finite(one - other)


def _is_of_the_same_rows(formula: BoundTogether) -> bool:
    """Whether both are shares among the same rows, as those of promoters and of detractors."""
    match formula.first, formula.second:
        case (
            BoundMetric(entity=entity, formula=BoundShare(among=among)),
            BoundMetric(entity=other, formula=BoundShare(among=others)),
        ):
            return (entity, among) == (other, others)
        case _:
            return False


def _of_nobody(metric: BoundMetric) -> Figure:
    """What a metric is of a group in which it has no row."""
    match metric.formula:
        case BoundTogether() as formula:
            return _of_two(formula, _of_nobody(formula.first), _of_nobody(formula.second))
        case _:
            return _figure(metric, _NOTHING)


# ---------------------------------------------------------------- what the stores are asked


def _sums(metric: BoundMetric, snapshot: Snapshot, as_of: datetime) -> dict[Group, _Sum]:
    asking = asked_at(as_of, metric.zone, snapshot.catalog)
    asked = _asked(metric, asking)
    by = () if metric.by is None else (asking.field(metric.by),)
    outputs = (*by, *asked.values)
    question = Question(metric.entity, metric.zone, filters=asked.filters, outputs=outputs)
    summing = Summing(asked.made, asked.kind, grouped=metric.by is not None)
    rows = summed(question, summing, Running(snapshot))
    found = dict(_seen(row, metric, asked) for row in rows)
    if len(found) > MOST_GROUPS:
        path = metric.by.path if metric.by is not None else ""
        raise Refused(
            f"{metric.name}: `{path}` has more than {MOST_GROUPS:,} values among the rows that "
            "count; `by` takes a field of which many rows have the same value"
        )
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of which rows, which value of each, and what is made of those: a number of that kind."""

    filters: tuple[Predicate, ...]
    values: tuple[Predicate | Value, ...]
    made: Made
    kind: Kind


def _asked(metric: BoundMetric, asking: Asking) -> _Asked:
    match metric.formula:
        case BoundShare(of, among):
            filters = conjuncts(lower(among, asking))
            return _Asked(filters, (lower(of, asking),), Made.SUM, Kind.INTEGER)
        case BoundCount(such):
            return _Asked(conjuncts(lower(such, asking)), (), Made.NUMBER, Kind.INTEGER)
        case BoundAmount(how, ref, among):
            filters = conjuncts(lower(among, asking))
            is_middle = how is How.MEDIAN
            made, kind = (Made.MIDDLE, Kind.NUMBER) if is_middle else (Made.SUM, ref.kind)
            return _Asked(filters, (asking.field(ref),), made, kind)
        case BoundTogether():
            raise TypeError("what is made of two metrics asks no store: they do")


def _seen(row: Row, metric: BoundMetric, asked: _Asked) -> tuple[Group, _Sum]:
    *group, rows, made = row
    of = seen_value(metric.by.kind, group[0]) if metric.by is not None else None
    total = cast("int | float | None", seen_value(asked.kind, made))
    return cast(Group, of), _Sum(cast(int, rows), total)


# ---------------------------------------------------------------- what is not known of the past


def read_as_now(metric: BoundMetric, catalog: Catalog, as_of: datetime) -> tuple[str, ...]:
    """The fields that a metric reads as they are now, whatever the instant: paths, sorted.

    Events, touches and the histories that tests ask for are seen as they were then; language,
    section 4. Fields of children are named after their entity.
    """
    found: set[str] = set()
    for part in parts_of(metric):
        asking = asked_at(as_of, part.zone, catalog)
        asked = _asked(part, asking)
        by = () if part.by is None else (asking.field(part.by),)
        found.update(_fields_in((*asked.filters, *asked.values, *by)))
    return tuple(sorted(found))


def _fields_in(nodes: Iterable[Node], child: str = "") -> Iterator[str]:
    for node in nodes:
        for each in walk(node):
            match each:
                case Field(ref):
                    yield f"{child}{ref.path}"
                case Gathered(_, figure):
                    inside = (figure.such,) if figure.of is None else (figure.such, figure.of)
                    yield from _fields_in(inside, f"{figure.entity}.")
                case Ranked(_, rank):
                    yield from _fields_in((rank.by,), child)
