"""Our own closed forms beside SciPy's, over tables that nobody chose."""

from __future__ import annotations

from statistics import fmean, variance

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from engine.measuring.intervals import Sample, newcombe, welch, wilson
from engine.measuring.significance import (
    Fourfold,
    benjamini_hochberg,
    benjamini_yekutieli,
    fisher,
)
from engine.measuring.student import student_cdf, student_quantile

COUNTS = st.integers(0, 400)
CHANCES = st.lists(st.floats(1e-12, 1.0), min_size=1, max_size=40)


@settings(max_examples=150, deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_fishers_test_is_scipys(a: int, b: int, c: int, d: int) -> None:
    theirs = stats.fisher_exact([[a, b], [c, d]]).pvalue
    assert fisher(Fourfold(a, b, c, d)) == pytest.approx(theirs, rel=1e-6, abs=1e-15)


@settings(max_examples=60, deadline=None)
@given(CHANCES)
def test_the_corrections_are_scipys(chances: list[float]) -> None:
    for ours, method in ((benjamini_hochberg, "bh"), (benjamini_yekutieli, "by")):
        theirs = stats.false_discovery_control(chances, method=method)
        assert list(ours(chances)) == pytest.approx(list(theirs), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(1, 400))
def test_wilsons_interval_is_scipys(reached: int, more: int) -> None:
    number = reached + more
    theirs = stats.binomtest(reached, number).proportion_ci(method="wilson")
    ours = wilson(reached, number)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(1, 400), COUNTS, st.integers(1, 400))
def test_newcombes_interval_is_made_of_scipys_limits(a: int, b: int, c: int, d: int) -> None:
    """Newcombe (1998), method 10, from limits that SciPy tells."""
    one, other = a / (a + b), c / (c + d)
    first = stats.binomtest(a, a + b).proportion_ci(method="wilson")
    second = stats.binomtest(c, c + d).proportion_ci(method="wilson")
    low = one - other - ((one - first.low) ** 2 + (second.high - other) ** 2) ** 0.5
    high = one - other + ((first.high - one) ** 2 + (other - second.low) ** 2) ** 0.5
    ours = newcombe((a, a + b), (c, c + d))
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(st.floats(0.5, 0.9999), st.floats(0.5, 1e7))
def test_students_quantiles_are_scipys(share: float, freedom: float) -> None:
    theirs = stats.t.ppf(share, freedom)
    assert student_quantile(share, freedom) == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 60), st.floats(0.5, 1e4))
def test_students_shares_are_scipys(t: float, freedom: float) -> None:
    assert student_cdf(t, freedom) == pytest.approx(stats.t.cdf(t, freedom), abs=1e-11)


VALUES = st.lists(st.sampled_from([0, 1 / 3, 2 / 3, 1]), min_size=2, max_size=80)


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES)
def test_welchs_interval_is_scipys(one: list[float], other: list[float]) -> None:
    """Of partial values that vary in both arms: where they do not, SciPy warns."""
    assume(min(len(set(one)), len(set(other))) > 1)
    theirs = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    ours = welch(*(Sample(len(each), fmean(each), variance(each)) for each in (one, other)))
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
