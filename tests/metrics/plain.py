"""A metric read plainly, row by row, by what the oracle says of conditions and fields."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from engine.bind.conditions import BoundAll
from engine.bind.metrics import (
    BoundAmount,
    BoundCount,
    BoundMetric,
    BoundShare,
    BoundTogether,
)
from engine.language.metrics import How, Pairing
from tests.support.oracle import Oracle, Value

__all__ = ["plain_groups", "plain_value"]


def plain_value(metric: BoundMetric, oracle: Oracle) -> float | None:
    """What a metric comes to as a whole."""
    return _value(metric, oracle, None, is_whole=True)


def plain_groups(metric: BoundMetric, oracle: Oracle) -> Mapping[Value | None, float | None]:
    """What it comes to for each value of its `by` that a row has which counts for it."""
    return {each: _value(metric, oracle, each, is_whole=False) for each in _groups(metric, oracle)}


def _groups(metric: BoundMetric, oracle: Oracle) -> set[Value | None]:
    if isinstance(metric.formula, BoundTogether):
        return _groups(metric.formula.first, oracle) | _groups(metric.formula.second, oracle)
    assert metric.by is not None
    return {row[0] for row in oracle.seen(_counting(metric), metric.entity, [metric.by])}


def _counting(metric: BoundMetric) -> BoundAll:
    match metric.formula:
        case BoundShare(among=among) | BoundAmount(among=among) | BoundCount(among):
            return BoundAll((among,))
        case BoundTogether():
            raise TypeError("two metrics have rows of their own")


def _value(
    metric: BoundMetric, oracle: Oracle, group: Value | None, *, is_whole: bool
) -> float | None:
    formula = metric.formula
    if isinstance(formula, BoundTogether):
        sides = (formula.first, formula.second)
        one, other = (_value(each, oracle, group, is_whole=is_whole) for each in sides)
        if one is None or other is None:
            return None
        if formula.pairing is Pairing.DIFFERENCE:
            return one - other
        return one / other if other else None

    def of(condition: BoundAll, *refs: object) -> list[tuple[Value | None, ...]]:
        by = () if is_whole or metric.by is None else (metric.by,)
        found = oracle.seen(condition, metric.entity, [*by, *refs])  # type: ignore[list-item]
        return [row[len(by) :] for row in found if not by or row[0] == group]

    counted = of(_counting(metric))
    match formula:
        case BoundShare(such, among):
            both = of(BoundAll((among, such)))
            return len(both) / len(counted) if counted else None
        case BoundCount():
            return len(counted)
        case BoundAmount(how, ref):
            values = [row[0] for row in of(_counting(metric), ref)]
            return _amount(how, [each for each in values if isinstance(each, int | float)])


def _amount(how: How, values: Sequence[float]) -> float | None:
    if how is How.SUM:
        return math.fsum(values)
    if not values:
        return None
    return fmean(values) if how is How.AVERAGE else median(values)
