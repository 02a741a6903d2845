"""Whether what two groups did differently may be chance: Fisher's exact test, and what many cost.

All of it is exact sums and closed forms, and so needs no library of statistics, whose import takes
longer than the whole of a command. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Fourfold", "benjamini_hochberg", "benjamini_yekutieli", "fisher", "holm"]

_AS_LIKELY = 1 + 1e-7  # two tables that are as likely differ by what floats round
_NEGLIGIBLE = 1e-17  # of a sum: what comes after it in a falling row changes no digit


@dataclass(frozen=True, slots=True)
class Fourfold:
    """Customers by two questions: who did it and who did not, and of each who stayed and left."""

    did_stayed: int
    did_left: int
    not_stayed: int
    not_left: int

    @property
    def did(self) -> int:
        """Who did it."""
        return self.did_stayed + self.did_left

    @property
    def did_not(self) -> int:
        """Who did not."""
        return self.not_stayed + self.not_left

    @property
    def stayed(self) -> int:
        """Who stayed."""
        return self.did_stayed + self.not_stayed

    @property
    def number(self) -> int:
        """All of them."""
        return self.did + self.did_not

    @property
    def association(self) -> float:
        """The fourfold coefficient φ, -1 to 1; 0 where a row or a column is empty.

        Its square times the number is Pearson's χ².
        """
        left = self.number - self.stayed
        size = self.did * self.did_not * self.stayed * left
        cross = self.did_stayed * self.not_left - self.did_left * self.not_stayed
        return cross / math.sqrt(size) if size else 0.0


def fisher(table: Fourfold) -> float:
    """How often chance alone parts the two groups at least so unlikely: two-sided, 0 to 1.

    Fisher, R. A. (1935), The logic of inductive inference, Journal of the Royal Statistical Society
    98:39-82. With both margins given the number in the first cell is hypergeometric; the answer is
    the sum over all tables that are no likelier than this one.
    """
    law = _Hypergeometric(table.number, table.did, table.stayed)
    seen = table.did_stayed
    limit = law.log(seen) + math.log(_AS_LIKELY)
    if law.log(law.mode) <= limit:
        return 1.0
    away = 1 if seen > law.mode else -1
    other_side = _no_likelier(law, limit, -away)
    return min(_falling(law, seen, away) + _falling(law, other_side, -away), 1.0)


@dataclass(frozen=True, slots=True)
class _Hypergeometric:
    """How many of `drawn` are among `marked`, all of `number`."""

    number: int
    drawn: int
    marked: int

    @property
    def least(self) -> int:
        return max(0, self.drawn + self.marked - self.number)

    @property
    def most(self) -> int:
        return min(self.drawn, self.marked)

    @property
    def mode(self) -> int:
        return (self.drawn + 1) * (self.marked + 1) // (self.number + 2)

    def holds(self, value: int) -> bool:
        return self.least <= value <= self.most

    def log(self, value: int) -> float:
        """The logarithm of a value's probability."""
        return (
            _log_choose(self.marked, value)
            + _log_choose(self.number - self.marked, self.drawn - value)
            - _log_choose(self.number, self.drawn)
        )

    def ratio(self, value: int, step: int) -> float:
        """How much likelier the value beside it is, above (1) or below (-1)."""
        if step > 0:
            rest = self.number - self.marked - self.drawn
            above = (self.marked - value) * (self.drawn - value)
            return above / ((value + 1) * (rest + value + 1))
        return 1 / self.ratio(value - 1, 1)


def _log_choose(of: int, number: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(number + 1) - math.lgamma(of - number + 1)


def _no_likelier(law: _Hypergeometric, limit: float, step: int) -> int:
    """The value nearest to the mode, on that side of it, that is no likelier than the limit."""
    end = law.most if step > 0 else law.least
    near, beyond = law.mode, end + step  # the one is likelier, the other is not
    while abs(beyond - near) > 1:
        middle = (near + beyond) // 2
        if law.log(middle) > limit:
            near = middle
        else:
            beyond = middle
    return beyond


def _falling(law: _Hypergeometric, start: int, step: int) -> float:
    """The sum of the probabilities from a value outwards, where they only fall."""
    if not law.holds(start):
        return 0.0
    value, term, total = start, math.exp(law.log(start)), 0.0
    while term > _NEGLIGIBLE * total:
        total += term
        if not law.holds(value + step):
            break
        term *= law.ratio(value, step)
        value += step
    return total


# ---------------------------------------------------------------- many tests


def holm(chances: Sequence[float]) -> list[float]:
    """Each chance, corrected so that all together err once in so often, however they hang together.

    Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal
    of Statistics 6:65-70.
    """
    number = len(chances)
    order = sorted(range(number), key=lambda at: chances[at])
    scaled = (chances[at] * (number - place) for place, at in enumerate(order))
    return _placed(order, _rising(scaled))


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """Each chance, corrected so that of those that pass a level at most that share errs.

    Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate, Journal of the
    Royal Statistical Society B 57:289-300. For tests that do not hang together, or only so that
    they rise and fall as one.
    """
    number = len(chances)
    order = sorted(range(number), key=lambda at: -chances[at])
    scaled = (chances[at] * (number / (number - place)) for place, at in enumerate(order))
    return _placed(order, _sinking(scaled))


def benjamini_yekutieli(chances: Sequence[float]) -> list[float]:
    """The same however the tests hang together, at the price of the factor 1 + 1/2 + … + 1/m.

    Benjamini, Y. and Yekutieli, D. (2001), The control of the false discovery rate in multiple
    testing under dependency, Annals of Statistics 29:1165-1188, theorem 1.3.
    """
    price = math.fsum(1 / each for each in range(1, len(chances) + 1))
    return [min(each * price, 1.0) for each in benjamini_hochberg(chances)]


def _rising(numbers: Iterator[float]) -> Iterator[float]:
    """No number below one before it, and none over 1."""
    highest = 0.0
    for each in numbers:
        highest = max(highest, min(each, 1.0))
        yield highest


def _sinking(numbers: Iterator[float]) -> Iterator[float]:
    lowest = 1.0
    for each in numbers:
        lowest = min(lowest, each)
        yield lowest


def _placed(order: Sequence[int], numbers: Iterator[float]) -> list[float]:
    """Numbers in the places that they were ordered from."""
    found = dict(zip(order, numbers, strict=True))
    return [found[at] for at in range(len(order))]
