"""Student's t: how far out a share of it lies. Pure.

The distribution is a regularised incomplete beta function, and that a continued fraction of a few
dozen terms; so it needs no library of statistics, whose import takes longer than a whole command.
"""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = ["student_cdf", "student_quantile"]

_TINY = 1e-300  # in the place of a 0 that would be divided by
_CLOSE = 1e-15  # relative, where a fraction has come to its end
_MANY = 10_000  # terms; below 100 are needed
_NEARLY_NORMAL = 10_000.0  # degrees of freedom: gammas of more lose their last digits


def student_quantile(share: float, freedom: float) -> float:
    """The t below which a share (0.5 up to 1, excluded) lies, at `freedom` degrees above 0.

    Raises:
        ValueError: there is no such quantile.
    """
    if not (0.5 <= share < 1 and freedom > 0):
        raise ValueError(f"Student's t has no quantile {share} at {freedom} degrees of freedom")
    if freedom > _NEARLY_NORMAL:
        return _from_normal(NormalDist().inv_cdf(share), freedom)
    low, high = 0.0, 1.0
    while student_cdf(high, freedom) < share:
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):
        if student_cdf(middle, freedom) < share:
            low = middle
        else:
            high = middle
    return high


def _from_normal(z: float, freedom: float) -> float:
    """Abramowitz and Stegun, 26.7.5, without the terms from the cube of the freedom onwards."""
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2


def student_cdf(t: float, freedom: float) -> float:
    """The share that lies below `t`, from 0 upwards.

    Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.7.1 with 26.5.27: half of
    `I(x; ν/2, 1/2)` lies above t, where x is `ν / (ν + t²)`.
    """
    x = freedom / (freedom + t * t)
    return 1 - _beta(freedom / 2, 0.5, x, t * t / (freedom + t * t)) / 2


def _beta(a: float, b: float, x: float, rest: float) -> float:
    """The regularised incomplete beta function at `x`; `rest` is 1 - x, told without loss."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    )
    if x < (a + 1) / (a + b + 2):  # where the fraction ends soon
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, rest) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction 26.5.8 of the handbook, from its front (Lentz's method)."""
    c, d = 1.0, 1 / _no_zero(1 - (a + b) * x / (a + 1))
    whole = d
    for m in range(1, _MANY):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            c, d = _no_zero(1 + term / c), 1 / _no_zero(1 + term * d)
            whole *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return whole


def _no_zero(value: float) -> float:
    return value if value else _TINY
