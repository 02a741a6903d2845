"""How sure figures are: Wilson's interval of a rate, Newcombe's of two, Welch's of two means. Pure.

They are closed forms of a few square roots, and so need no library of statistics, whose import
takes longer than the whole of a command.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from engine.measuring.student import student_quantile

__all__ = [
    "CONFIDENCE",
    "FEWEST",
    "FEWEST_OTHERWISE",
    "Interval",
    "Sample",
    "needed_to_treat",
    "newcombe",
    "welch",
    "wilson",
]

CONFIDENCE = 0.95
"""How often an interval holds the true value, in the long run."""

_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)  # 1.95996…


FEWEST = 30
"""Customers whose window has ended, in each arm: with fewer, one or two of them decide."""

FEWEST_OTHERWISE = 5
"""Customers of both arms together of whom something else came than of the rest."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """Whether no difference at all would be no surprise."""
        return self.low <= 0 <= self.high


def wilson(reached: int, number: int) -> Interval:
    """The score interval of a rate, `number` above 0.

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22:209-212; method 3 in Newcombe (1998),
    Statistics in Medicine 17:857-872: `(2np + z² ± z √(z² + 4npq)) / 2(n + z²)`.

    Raises:
        ValueError: there is nobody, or more reached it than there are.
    """
    if not 0 <= reached <= number or number == 0:
        raise ValueError(f"{reached} of {number} is no rate")
    rate, square = reached / number, _Z * _Z
    middle = 2 * reached + square
    reach = _Z * math.sqrt(square + 4 * reached * (1 - rate))
    below, above = (middle - reach, middle + reach)
    whole = 2 * (number + square)
    return Interval(max(below / whole, 0.0), min(above / whole, 1.0))


def newcombe(one: tuple[int, int], other: tuple[int, int]) -> Interval:
    """The hybrid score interval of the first rate less the second; each is (reached, number).

    Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions:
    comparison of eleven methods, Statistics in Medicine 17:873-890, method 10: from Wilson's limits
    l and u of each rate p, `D - √((p₁ - l₁)² + (u₂ - p₂)²)` to `D + √((u₁ - p₁)² + (p₂ - l₂)²)`,
    where D is p₁ - p₂.

    Raises:
        ValueError: as `wilson`.
    """
    first, second = wilson(*one), wilson(*other)
    p, q = one[0] / one[1], other[0] / other[1]
    below = math.hypot(p - first.low, second.high - q)
    above = math.hypot(first.high - p, q - second.low)
    return Interval(p - q - below, p - q + above)


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of a mean: of how many values, and their variance (by `number` - 1)."""

    number: int
    mean: float
    variance: float


def welch(one: Sample, other: Sample) -> Interval | None:
    """The interval of the first mean less the second; None where nothing says how sure they are.

    Welch, B. L. (1947), The generalization of Student's problem when several different population
    variances are involved, Biometrika 34:28-35, with the degrees of freedom of Satterthwaite
    (1946), Biometrics Bulletin 2:110-114. It asks for no equal variances, nor for arms of one size.
    """
    if min(one.number, other.number) < 2:
        return None
    squares = [each.variance / each.number for each in (one, other)]
    if sum(squares) <= 0:
        return None
    parts = zip(squares, (one, other), strict=True)
    freedom = sum(squares) ** 2 / sum(s * s / (each.number - 1) for s, each in parts)
    reach = student_quantile(0.5 + CONFIDENCE / 2, freedom) * math.sqrt(sum(squares))
    difference = one.mean - other.mean
    return Interval(difference - reach, difference + reach)


def needed_to_treat(difference: float, interval: Interval) -> int | None:
    """How many have to be treated for one more to reach the goal; None where nobody can say.

    One over the difference, rounded up (Laupacis, Sackett and Roberts (1988), New England Journal
    of Medicine 318:1728-1733). Where the interval holds 0 it is left out: it would reach from a
    number over infinity to a number needed to harm (Altman (1998), BMJ 317:1309-1312).
    """
    if difference <= 0 or interval.holds_zero:
        return None
    return math.ceil(round(1 / difference, 9))
