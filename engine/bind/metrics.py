"""Metrics with everything looked up: conditions, fields, and the metrics they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.bind.bearing import optional
from engine.bind.catalog import Catalog, EntityRef, FieldRef
from engine.bind.clauses import BoundTest, SetTest
from engine.bind.conditions import BoundAll, BoundEveryone, BoundField, Condition
from engine.bind.filters import bind_condition
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.names import Scope, find_entity, find_field
from engine.bind.timetable import find_zone
from engine.language.catalog import Kind
from engine.language.metrics import (
    Amount,
    Count,
    Every,
    How,
    Metric,
    Pairing,
    Share,
    Together,
)
from engine.language.project import Project
from engine.places import NOWHERE, Place
from engine.problems import Invalid, did_you_mean
from engine.records import dataclass

__all__ = [
    "BoundAmount",
    "BoundCount",
    "BoundMetric",
    "BoundShare",
    "BoundTogether",
    "bind_metric",
    "parts_of",
]

_NUMBERS = (Kind.INTEGER, Kind.NUMBER)
_GROUPS = (Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN, Kind.DATE)
"""The kinds of fields whose values a figure can be told apart by: equal ones are alike."""

_IS_SET = BoundTest((SetTest(True),))


@dataclass(frozen=True, slots=True)
class BoundShare:
    """How many of the rows that `among` holds of `of` holds of as well."""

    of: Condition
    among: Condition


@dataclass(frozen=True, slots=True)
class BoundAmount:
    """The average, median or sum of a number over the rows that `among` holds of."""

    how: How
    ref: FieldRef
    among: Condition


@dataclass(frozen=True, slots=True)
class BoundCount:
    """How many rows a condition holds of."""

    such: Condition


@dataclass(frozen=True, slots=True)
class BoundTogether:
    """One metric divided by another, or less another."""

    pairing: Pairing
    first: BoundMetric
    second: BoundMetric


BoundFormula: TypeAlias = "BoundShare | BoundAmount | BoundCount | BoundTogether"


@dataclass(frozen=True, slots=True)
class BoundMetric:
    """A metric that can be computed; the days of its conditions are those of `zone`.

    `by` is the field, seen from each row, by whose values it is also told apart; both metrics that
    it is made of have it, then.
    """

    name: str
    entity: EntityRef
    formula: BoundFormula
    zone: ZoneInfo
    by: FieldRef | None = None
    every: Every | None = None
    description: str = ""
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All that is asked of rows: what it is of, and that the fields it reads are there."""
        asked = [*_conditions_of(self.formula)]
        if self.by is not None and not isinstance(self.formula, BoundTogether):
            asked.append(BoundField(self.by, _IS_SET))
        return tuple(asked)


def _conditions_of(formula: BoundFormula) -> Iterator[Condition]:
    match formula:
        case BoundShare(of, among):
            yield BoundAll((*_each(among), *_each(of)))
        case BoundAmount(_, ref, among):
            yield from (among, BoundField(ref, _IS_SET))
        case BoundCount(such):
            yield such
        case BoundTogether():
            return


def _each(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must all hold, as one list: what one says may settle another."""
    return condition.parts if isinstance(condition, BoundAll) else (condition,)


def parts_of(metric: BoundMetric) -> Iterator[BoundMetric]:
    """The metrics that rows are read for: itself, or those that it is made of."""
    if isinstance(metric.formula, BoundTogether):
        yield from parts_of(metric.formula.first)
        yield from parts_of(metric.formula.second)
    else:
        yield metric


def bind_metric(
    metric: Metric, project: Project, catalog: Catalog, *, by: str | None = None
) -> BoundMetric:
    """A metric that can be computed, told apart by `by` instead of its own field where that is set.

    Raises:
        Invalid: with its problems, and with those of the metrics that it is made of.
    """
    path = by if by is not None else metric.by
    return _Binding(project, catalog, metric, path).bound(metric, ())


@dataclass(frozen=True, slots=True)
class _Binding:
    """What is being bound, whatever is made of it: `by` is of the metric that was asked for."""

    project: Project
    catalog: Catalog
    asked: Metric
    by: str | None

    def bound(self, metric: Metric, above: tuple[str, ...]) -> BoundMetric:
        """One metric; `above` are those made of it, outermost first."""
        if metric.name in above:
            raise _circle(metric, above)
        with Findings() as found:
            entity = find_entity(metric.of, self.project, self.catalog, place=metric.place)
            scope = Scope(self.project, self.catalog, entity)
            zone = find_zone(self.project.settings.timezone, self.project.settings.place)
            group = found.attempt(lambda: self._group(metric, scope))
            formula = found.attempt(lambda: self._formula(metric, scope, above))
            return BoundMetric(
                name=metric.name,
                entity=entity,
                formula=formula,
                zone=zone,
                by=group,
                every=metric.every,
                description=metric.description,
                place=metric.place,
            )

    def _formula(self, metric: Metric, scope: Scope, above: tuple[str, ...]) -> BoundFormula:
        match metric.formula:
            case Share(of, among):
                with Findings() as found:
                    part = found.attempt(lambda: bind_condition(of, scope))
                    return BoundShare(part, found.attempt(lambda: bind_condition(among, scope)))
            case Amount() as amount:
                return _amount(amount, scope)
            case Count(such):
                return BoundCount(bind_condition(such, scope))
            case Together() as together:
                return self._together(together, (*above, metric.name))

    def _together(self, together: Together, above: tuple[str, ...]) -> BoundTogether:
        sides = (
            (together.first, together.first_place),
            (together.second, together.second_place),
        )
        with Findings() as found:
            first, second = found.each(sides, lambda side: self._part(*side, above=above))
            return BoundTogether(together.pairing, first, second)

    def _part(self, name: str, place: Place, *, above: tuple[str, ...]) -> BoundMetric:
        metric = self.project.metrics.get(name)
        if metric is None:
            hint = did_you_mean(name, [each for each in self.project.metrics if each not in above])
            unknown = wrong(place, "unknown-metric", f"there is no metric `{name}`", hint=hint)
            raise or_unreadable(unknown, "metric", name, self.project)
        if self.by is not None and metric.of != self.asked.of:
            raise wrong(
                place,
                "unfit-name",
                f"`{name}` is of {metric.of} and {self.asked.name} of {self.asked.of}; `by` needs "
                "both sides to be of one entity",
                hint="leave `by` out, or take metrics of the same entity",
            )
        return self.bound(metric, above)

    def _group(self, metric: Metric, scope: Scope) -> FieldRef | None:
        if self.by is None:
            return None
        place = self.asked.by_place
        ref = find_field(self.by, scope, place)
        if ref.kind not in _GROUPS:
            raise wrong(
                place,
                "wrong-type",
                f"`by` needs values of which many rows have the same; `{self.by}` is {ref.kind}",
                hint="a computed `band` makes a text of a number",
            )
        return ref


def _amount(amount: Amount, scope: Scope) -> BoundAmount:
    with Findings() as found:
        ref = found.attempt(lambda: _number(amount, scope))
        among = found.attempt(lambda: optional(amount.among, scope))
        return BoundAmount(amount.how, ref, among or BoundEveryone())


def _number(amount: Amount, scope: Scope) -> FieldRef:
    ref = find_field(amount.path, scope, amount.place)
    if ref.kind not in _NUMBERS:
        message = f"`{amount.how}` needs numbers; `{amount.path}` is {ref.kind}"
        raise wrong(amount.place, "wrong-type", message)
    return ref


def _circle(metric: Metric, above: tuple[str, ...]) -> Invalid:
    way = " → ".join([*above[above.index(metric.name) :], metric.name])
    return wrong(
        metric.place, "metric-cycle", f"the metric `{metric.name}` is made of itself: {way}"
    )
