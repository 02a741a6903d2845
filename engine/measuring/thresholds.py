"""From how often customers did something to the number of times that best parts them. Pure.

The number is chosen on one half of the customers and asked of the other: who looks for the best of
many on the same data finds something in any noise (Miller, R. and Siegmund, D. (1982), Maximally
selected chi square statistics, Biometrics 38:1011-1016).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from engine.measuring.behaviours import Behaviour
from engine.measuring.intervals import FEWEST, Interval, newcombe
from engine.measuring.significance import Fourfold, benjamini_yekutieli, fisher, holm

__all__ = ["AT_LEAST", "LEVEL", "Candidate", "Finding", "Spread", "confirmed", "tried"]

AT_LEAST = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000)
"""The thresholds that are tried: numbers that people can keep in mind."""
LEVEL = 0.05
"""Of those that are said to hold, at most this share holds by chance, in the long run."""
_FEWEST_TRIED = 5
"""Customers of the first half on either side of a threshold: fewer are not even tried."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How many customers of a half stayed, and how many left, by how often they did something."""

    stayed: Mapping[int, int] = field(default_factory=Counter)
    left: Mapping[int, int] = field(default_factory=Counter)

    def parted(self, at_least: int) -> Fourfold:
        """The customers by whether they did it so often."""
        stayed = sum(number for times, number in self.stayed.items() if times >= at_least)
        left = sum(number for times, number in self.left.items() if times >= at_least)
        all_stayed, all_left = sum(self.stayed.values()), sum(self.left.values())
        return Fourfold(stayed, left, all_stayed - stayed, all_left - left)


@dataclass(frozen=True, slots=True)
class Candidate:
    """The threshold of a behaviour that parts the first half best, and how it parts the other.

    `tried` is how many thresholds it was chosen among.
    """

    behaviour: Behaviour
    at_least: int
    tried: int
    first: Fourfold
    other: Fourfold

    @property
    def is_telling(self) -> bool:
        """Whether the first half alone would take it for more than chance."""
        return not _interval(self.first).holds_zero


def tried(behaviour: Behaviour, first: Spread, other: Spread) -> Candidate | None:
    """The best threshold of a behaviour; None where each leaves too few on one of its sides.

    The best is that with the greatest association, of several the lowest.
    """
    parted = [(each, first.parted(each)) for each in AT_LEAST]
    worth = [(each, table) for each, table in parted if _is_worth(table)]
    if not worth:
        return None
    best, table = max(worth, key=lambda each: (abs(each[1].association), -each[0]))
    return Candidate(behaviour, best, len(worth), table, other.parted(best))


def _is_worth(table: Fourfold) -> bool:
    left = table.number - table.stayed
    return min(table.did, table.did_not) >= _FEWEST_TRIED and min(table.stayed, left) > 0


@dataclass(frozen=True)
class Finding:
    """What the other half says of a candidate. Figures that cannot be told are None.

    `difference` is the rate of stayers among who did it less that among who did not, in `interval`
    with 95 % confidence; `lift` is the difference relative to the rate of who did not. `chance` is
    Fisher's, `corrected` and `strict` the same corrected for all that were asked of this half: for
    the share of errors among those that hold, and for a single error among all.
    """

    candidate: Candidate
    chance: float
    corrected: float
    strict: float

    @property
    def table(self) -> Fourfold:
        """The customers of the other half."""
        return self.candidate.other

    @property
    def coverage(self) -> float | None:
        """The share of all who did it."""
        return _rate(self.table.did, self.table.number)

    @property
    def rate(self) -> float | None:
        """Of who did it, the share who stayed."""
        return _rate(self.table.did_stayed, self.table.did)

    @property
    def other_rate(self) -> float | None:
        """Of who did not, the share who stayed."""
        return _rate(self.table.not_stayed, self.table.did_not)

    @property
    def difference(self) -> float | None:
        """The one rate less the other."""
        if self.rate is None or self.other_rate is None:
            return None
        return self.rate - self.other_rate

    @property
    def lift(self) -> float | None:
        """The difference relative to the rate of who did not."""
        if self.difference is None or not self.other_rate:
            return None
        return self.difference / self.other_rate

    @cached_property
    def interval(self) -> Interval | None:
        """Newcombe's, of the difference."""
        return None if self.difference is None else _interval(self.table)

    @property
    def holds(self) -> bool:
        """Whether it stands the correction, the same way round as in the first half."""
        same_way = self.table.association * self.candidate.first.association > 0
        return self.corrected <= LEVEL and same_way

    @property
    def warning(self) -> str:
        """What to bear in mind of its numbers; empty where there is nothing."""
        fewest = min(self.table.did, self.table.did_not)
        if fewest >= FEWEST:
            return ""
        return (
            f"Only {self.table.did:,} of this half did it and {self.table.did_not:,} did not; "
            f"{FEWEST} of each are the least to go by."
        )

    @property
    def surely(self) -> float:
        """How big the difference is at the least, either way; below 0 where it may be none."""
        if self.interval is None:
            return -1.0
        return max(self.interval.low, -self.interval.high)


def confirmed(candidates: Sequence[Candidate]) -> tuple[Finding, ...]:
    """What the other half says of candidates that are telling: what holds first, then the rest.

    Within both by how big the difference is at the least; correction is for all of them.
    """
    asked = [each for each in candidates if each.is_telling]
    chances = [fisher(each.other) for each in asked]
    both = zip(benjamini_yekutieli(chances), holm(chances), strict=True)
    found = [
        Finding(each, chance, corrected, strict)
        for each, chance, (corrected, strict) in zip(asked, chances, both, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (not each.holds, -each.surely, *_order(each))))


def _order(finding: Finding) -> tuple[str, int, int]:
    behaviour = finding.candidate.behaviour
    return behaviour.text, behaviour.days, finding.candidate.at_least


def _rate(part: int, of: int) -> float | None:
    return part / of if of else None


def _interval(table: Fourfold) -> Interval:
    return newcombe((table.did_stayed, table.did), (table.not_stayed, table.did_not))
