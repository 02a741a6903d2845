"""Computed numbers reach programs with nine decimal places, and as null where there is none."""

from __future__ import annotations

import math

import pytest

from engine.measuring.intervals import Interval
from engine.report.numbers import interval_data, limits_of, rounded


@pytest.mark.parametrize(
    ("number", "told"),
    [(2 / 3, 0.666666667), (0.1234567894, 0.123456789), (3, 3.0), (-1e-12, 0.0), (None, None)],
)
def test_a_number_has_nine_places(number: float | None, told: float | None) -> None:
    assert rounded(number) == told


def test_what_rounds_to_nothing_has_no_sign() -> None:
    found = rounded(-1e-12)
    assert found is not None
    assert math.copysign(1, found) == 1


def test_an_interval_is_both_its_limits_or_nothing() -> None:
    interval = Interval(-1 / 3, 2 / 3)
    assert interval_data(interval) == [-0.333333333, 0.666666667]
    assert limits_of(interval) == (-1 / 3, 2 / 3)
    assert (interval_data(None), limits_of(None)) == (None, (None, None))
