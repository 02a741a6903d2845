"""The tests of chance agree with the examples that were published with them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measuring.significance import (
    Fourfold,
    benjamini_hochberg,
    benjamini_yekutieli,
    fisher,
    holm,
)
from tests.oracle.amounts import examples

# Fisher (1935), The Design of Experiments, chapter II: the lady who tasted tea with milk; 17/70 of
# all ways to guess are as good as hers, and as many as bad. Fisher (1962), Statistical Methods for
# Research Workers, section 21.02: convictions of twins. Both as R's manual of `fisher.test` has
# them. The last two are counted out over all ways that keep the margins.
PUBLISHED = [
    (Fourfold(3, 1, 1, 3), 34 / 70),
    (Fourfold(2, 10, 15, 3), 0.0005367),
    (Fourfold(3, 1, 0, 4), 10 / 70),
    (Fourfold(5, 0, 0, 5), 2 / 252),
]
# Benjamini and Hochberg (1995), section 3.2: fifteen chances of a trial of treatments after a heart
# attack, of which their procedure rejects four at 5 %, and Bonferroni's and Hochberg's three.
TRIAL = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]


@pytest.mark.parametrize(("table", "chance"), PUBLISHED, ids=["tea", "twins", "three", "all"])
def test_fisher_as_published(table: Fourfold, chance: float) -> None:
    assert fisher(table) == pytest.approx(chance, rel=1e-4)


cells = st.integers(0, 25)


@given(st.builds(Fourfold, cells, cells, cells, cells))
@examples(quick=200)
def test_fisher_is_the_sum_of_all_that_is_no_likelier(table: Fourfold) -> None:
    """Counted out, by whole numbers."""
    stayed, did, number = table.stayed, table.did, table.number
    ways = {
        each: math.comb(stayed, each) * math.comb(number - stayed, did - each)
        for each in range(did + 1)
    }
    limit = ways[table.did_stayed]
    expected = sum(each for each in ways.values() if each <= limit) / math.comb(number, did)
    assert fisher(table) == pytest.approx(expected, rel=1e-9)


def test_fisher_of_hundreds_of_thousands_is_a_number() -> None:
    assert fisher(Fourfold(90_000, 10_000, 10_000, 90_000)) == 0.0
    assert fisher(Fourfold(50_000, 50_000, 50_000, 50_000)) == 1.0


def test_rejections_as_published() -> None:
    assert sum(each <= 0.05 for each in benjamini_hochberg(TRIAL)) == 4
    assert sum(each <= 0.05 for each in holm(TRIAL)) == 3
    assert benjamini_hochberg(TRIAL)[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])
    assert holm(TRIAL)[:4] == pytest.approx([0.0015, 0.0056, 0.0247, 0.114])


def test_any_dependence_has_its_price() -> None:
    """Theorem 1.3 of 2001: the level is divided by 1 + 1/2 + … + 1/m, 3.318 for fifteen."""
    price = sum(1 / each for each in range(1, 16))
    assert price == pytest.approx(3.318, abs=5e-4)
    expected = [min(each * price, 1.0) for each in benjamini_hochberg(TRIAL)]
    assert benjamini_yekutieli(TRIAL) == pytest.approx(expected)
    assert sum(each <= 0.05 for each in benjamini_yekutieli(TRIAL)) == 3


chances = st.lists(st.floats(0, 1), max_size=20)


@given(chances)
@examples(quick=100)
def test_a_correction_only_raises_and_keeps_the_order(found: list[float]) -> None:
    for correction in (holm, benjamini_hochberg, benjamini_yekutieli):
        corrected = correction(found)
        assert all(one <= other <= 1 for one, other in zip(found, corrected, strict=True))
        order = sorted(range(len(found)), key=lambda at: found[at])
        assert [corrected[at] for at in order] == sorted(corrected)


@pytest.mark.parametrize(
    "table", [Fourfold(0, 0, 3, 4), Fourfold(0, 0, 0, 0), Fourfold(3, 0, 2, 0)]
)
def test_of_nothing_beside_something_nothing_is_told(table: Fourfold) -> None:
    assert fisher(table) == 1.0
    assert table.association == 0.0
