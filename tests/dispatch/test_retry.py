"""Waits between attempts: bounds for any attempt, and the figures of both schedules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decide.facts import TouchKind
from engine.dispatch.retry import BACKOFFS, draw, is_exhausted, wait

BACKOFF = st.sampled_from(list(BACKOFFS.values()))
JITTER = st.floats(0, 1, exclude_max=True)
ATTEMPT = st.integers(1, 10_000)


@given(BACKOFF, ATTEMPT, JITTER)
def test_a_wait_has_bounds(backoff, attempt, jitter) -> None:  # type: ignore[no-untyped-def]
    """Never nothing, so that a loop cannot spin; never more than the longest."""
    waits = wait(backoff, attempt, jitter=jitter)
    assert timedelta(seconds=1) <= waits <= timedelta(seconds=backoff.longest_s)


@given(BACKOFF, ATTEMPT, JITTER, st.floats(-1e12, 1e12))
def test_what_is_asked_for_is_never_undercut_below_its_clamp(  # type: ignore[no-untyped-def]
    backoff, attempt, jitter, asked_s
) -> None:
    waits = wait(backoff, attempt, jitter=jitter, asked_s=asked_s).total_seconds()
    assert waits >= min(asked_s, 6 * 3600) - 1e-3
    assert waits <= max(backoff.longest_s, 6.6 * 3600) + 1e-3


@pytest.mark.parametrize(
    ("kind", "attempt", "ceiling_s"),
    [
        (TouchKind.EMAIL, 1, 300),
        (TouchKind.EMAIL, 2, 600),
        (TouchKind.EMAIL, 5, 4800),
        (TouchKind.EMAIL, 20, 14_400),
        (TouchKind.WEBHOOK, 1, 10),
        (TouchKind.WEBHOOK, 2, 40),
        (TouchKind.WEBHOOK, 4, 640),
        (TouchKind.WEBHOOK, 12, 36_000),
    ],
)
def test_ceilings_grow(kind: TouchKind, attempt: int, ceiling_s: float) -> None:
    almost = wait(BACKOFFS[kind], attempt, jitter=1 - 1e-12)
    assert almost.total_seconds() == pytest.approx(ceiling_s)


@pytest.mark.parametrize(("kind", "attempts"), [(TouchKind.EMAIL, 30), (TouchKind.WEBHOOK, 12)])
def test_there_is_a_last_attempt(kind: TouchKind, attempts: int) -> None:
    assert not is_exhausted(BACKOFFS[kind], attempts - 1)
    assert is_exhausted(BACKOFFS[kind], attempts)


def test_the_jitter_spreads_and_repeats() -> None:
    drawn = [draw(f"touch{n}", "1") for n in range(1000)]
    assert drawn == [draw(f"touch{n}", "1") for n in range(1000)]
    assert all(0 <= each < 1 for each in drawn)
    tenths = {int(each * 10) for each in drawn}
    assert tenths == set(range(10))
    assert 0.45 < sum(drawn) / 1000 < 0.55
