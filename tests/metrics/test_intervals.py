"""Intervals agree with the examples that were published with the methods."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measuring.intervals import Interval, needed_to_treat, newcombe, wilson
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


@pytest.mark.parametrize("counts", [(0, 0), (3, 2), (-1, 5)])
def test_a_rate_of_nobody_has_no_interval(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no rate"):
        wilson(*counts)
