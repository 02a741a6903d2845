"""Several ways to the same answer, timed in turn, so that what slows the machine slows them all."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

__all__ = ["Way", "measured", "print_ratios", "seconds_of"]

Way = Callable[[], Sequence[object]]
"""Asks the question once and gives the keys found, in order."""


def measured(ways: Mapping[str, Way], *, rounds: int) -> Mapping[str, list[float]]:
    """Seconds of each way. The first round warms the files and does not count.

    Stops the program where two ways give different answers, or where nobody is found.
    """
    answers = {name: list(ask()) for name, ask in ways.items()}
    first = next(iter(answers.values()))
    if not first or any(answer != first for answer in answers.values()):
        raise SystemExit(f"the answers differ: { {n: len(a) for n, a in answers.items()} }")
    print(f"{len(first):,} match")
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, ask in ways.items():
            times[name].append(seconds_of(ask))
    return times


def seconds_of(ask: Callable[[], object]) -> float:
    """Seconds of one call, with no garbage of others to collect on the way."""
    gc.collect()
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def print_ratios(times: Mapping[str, Sequence[float]], *, beside: Sequence[str]) -> None:
    """One line a way: its median, and as a multiple of the quickest of those `beside` it."""
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    best = min(medians[name] for name in beside)
    print(f"{'':34}{'seconds':>9}{'least':>9}{'ratio':>8}")
    for name, median in medians.items():
        print(f"{name:34}{median:9.3f}{min(times[name]):9.3f}{median / best:8.2f}")
