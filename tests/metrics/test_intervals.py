"""Intervals agree with the examples that were published with the methods."""

from __future__ import annotations

from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measuring.intervals import (
    Interval,
    Sample,
    needed_to_treat,
    newcombe,
    welch,
    wilson,
)
from engine.measuring.student import student_cdf, student_quantile
from tests.oracle.amounts import examples

# Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
ONE = [
    ((81, 263), (0.2553, 0.3662)),
    ((15, 148), (0.0624, 0.1605)),
    ((0, 20), (0.0, 0.1611)),
    ((1, 29), (0.0061, 0.1718)),
]
# Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10.
TWO = [
    ((56, 70), (48, 80), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1705, 0.8090)),
    ((6, 7), (2, 7), (0.0582, 0.8062)),
    ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ((0, 10), (0, 10), (-0.2775, 0.2775)),
    ((10, 10), (0, 20), (0.6791, 1.0)),
    ((10, 10), (0, 10), (0.6075, 1.0)),
]


@pytest.mark.parametrize(("counts", "limits"), ONE, ids=[f"{a}-of-{b}" for (a, b), _ in ONE])
def test_wilson_as_published(counts: tuple[int, int], limits: tuple[float, float]) -> None:
    found = wilson(*counts)
    assert (found.low, found.high) == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "limits"),
    TWO,
    ids=[f"{a}-of-{b}-less-{c}-of-{d}" for (a, b), (c, d), _ in TWO],
)
def test_newcombe_as_published(
    one: tuple[int, int], other: tuple[int, int], limits: tuple[float, float]
) -> None:
    found = newcombe(one, other)
    assert (found.low, found.high) == pytest.approx(limits, abs=5e-5)


counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(one=counts, other=counts)
@examples(quick=100)
def test_the_interval_holds_the_difference_and_turns_with_the_arms(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found, turned = newcombe(one, other), newcombe(other, one)
    difference = one[0] / one[1] - other[0] / other[1]
    assert -1 - 1e-12 <= found.low <= difference <= found.high <= 1 + 1e-12
    assert (found.low, found.high) == pytest.approx((-turned.high, -turned.low))


@pytest.mark.parametrize(
    ("difference", "interval", "needed"),
    [
        (0.2, Interval(0.0524, 0.3339), 5),
        (0.3, Interval(0.1, 0.5), 4),
        (0.2, Interval(-0.01, 0.4), None),
        (-0.2, Interval(-0.4, -0.1), None),
        (0.0, Interval(0.0, 0.0), None),
    ],
    ids=["one-in-five", "rounded-up", "may-be-chance", "harm", "none"],
)
def test_how_many_are_needed(difference: float, interval: Interval, needed: int | None) -> None:
    assert needed_to_treat(difference, interval) == needed


# Two drugs and the hours of sleep that they gave: Student (1908), The probable error of a mean,
# Biometrika 6:1-25. R tells the interval of its example `t.test(extra ~ group, data = sleep)`:
# t = -1.8608, df = 17.776, from -3.3654832 to 0.2054832.
SLEEP = (
    (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0),
    (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4),
)


def test_welch_as_published() -> None:
    found = welch(*(Sample(len(each), fmean(each), variance(each)) for each in SLEEP))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((-3.3654832, 0.2054832), abs=5e-8)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Sample(1, 0.5, 0.0), Sample(40, 0.2, 0.1)),
        (Sample(40, 0.5, 0.1), Sample(0, 0.0, 0.0)),
        (Sample(40, 0.5, 0.0), Sample(40, 0.2, 0.0)),
    ],
    ids=["one-alone", "nobody", "nothing-varies"],
)
def test_means_without_a_variance_have_no_interval(one: Sample, other: Sample) -> None:
    assert welch(one, other) is None


# Percentage points of the t-distribution, as every table has them: Fisher and Yates (1963),
# Statistical Tables, table III.
TABLE = [
    (1, 6.314, 12.706, 63.657),
    (2, 2.920, 4.303, 9.925),
    (5, 2.015, 2.571, 4.032),
    (10, 1.812, 2.228, 3.169),
    (30, 1.697, 2.042, 2.750),
    (60, 1.671, 2.000, 2.660),
    (120, 1.658, 1.980, 2.617),
    (1e12, 1.645, 1.960, 2.576),
]


@pytest.mark.parametrize("row", TABLE, ids=[f"{row[0]:g}" for row in TABLE])
def test_student_as_tabled(row: tuple[float, ...]) -> None:
    freedom, *points = row
    found = [student_quantile(share, freedom) for share in (0.95, 0.975, 0.995)]
    assert found == pytest.approx(points, abs=5.1e-4)


@pytest.mark.parametrize("freedom", [0.5, 1, 17.776, 9_999, 10_001])
def test_a_quantile_has_its_share_below(freedom: float) -> None:
    assert student_cdf(student_quantile(0.975, freedom), freedom) == pytest.approx(0.975, abs=1e-11)
    assert student_quantile(0.5, freedom) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("share", "freedom"), [(0.4, 5), (1.0, 5), (0.9, 0.0), (0.9, -1.0)])
def test_there_is_no_such_quantile(share: float, freedom: float) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        student_quantile(share, freedom)


@pytest.mark.parametrize("counts", [(0, 0), (3, 2), (-1, 5)])
def test_a_rate_of_nobody_has_no_interval(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no rate"):
        wilson(*counts)
