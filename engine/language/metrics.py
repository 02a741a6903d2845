"""Declared metrics: figures of a population. Language, section 5, "Metrics"."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from engine.language.conditions import Condition
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "Amount",
    "Count",
    "Every",
    "How",
    "Metric",
    "MetricFormula",
    "Pairing",
    "Share",
    "Together",
]


class How(StrEnum):
    """What is made of the numbers of many rows."""

    AVERAGE = "average"
    MEDIAN = "median"
    SUM = "sum"


class Pairing(StrEnum):
    """What is made of two metrics."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


class Every(StrEnum):
    """The stretch of time at whose ends a metric is told."""

    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the rows that `among` holds of `of` holds of as well."""

    of: Condition
    among: Condition


@dataclass(frozen=True, slots=True)
class Amount:
    """The average, median or sum of a field over the rows that `among` holds of; None: over all."""

    how: How
    path: str
    among: Condition | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a condition holds of."""

    such: Condition


@dataclass(frozen=True, slots=True)
class Together:
    """One metric divided by another, or less another; both by name."""

    pairing: Pairing
    first: str
    second: str
    first_place: Place = field(default=NOWHERE, compare=False)
    second_place: Place = field(default=NOWHERE, compare=False)


MetricFormula = Share | Amount | Count | Together


@dataclass(frozen=True, slots=True)
class Metric:
    """`metrics/NAME.yaml`. `by` is the path of the field by whose values it is also told apart."""

    name: str
    of: str
    formula: MetricFormula
    by: str | None = None
    every: Every | None = None
    description: str = ""
    by_place: Place = field(default=NOWHERE, compare=False)
    place: Place = field(default=NOWHERE, compare=False)
