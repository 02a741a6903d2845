"""How far people came towards a goal: levels and partial value, the treated beside the held out.

Pure. Level i of n counts i/(n + 1), the goal itself 1, and what comes before all of them 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.ledger.arms import CameTo
from engine.measuring.intervals import FEWEST, FEWEST_OTHERWISE, Interval, Sample, welch

__all__ = ["LevelFigure", "PartialArm", "PartialFigures", "compare_levels"]


@dataclass(frozen=True, slots=True)
class LevelFigure:
    """How many came to a level and no further; `name` is empty before the first one.

    The last is the goal itself. `value` is what coming there counts, from 0 to 1.
    """

    name: str
    value: float
    number: int


@dataclass(frozen=True, slots=True)
class PartialArm:
    """One arm: those who were asked for these levels and whose time is over, by how far they came.

    `levels` ascend, from those who came to none to those who reached the goal.
    """

    levels: tuple[LevelFigure, ...]

    @property
    def customers(self) -> int:
        """How many they are."""
        return sum(each.number for each in self.levels)

    @property
    def mean(self) -> float | None:
        """The mean partial value; None of nobody."""
        if not self.customers:
            return None
        return math.fsum(each.number * each.value for each in self.levels) / self.customers

    @property
    def sample(self) -> Sample:
        """What an interval of the mean is made of."""
        mean, number = self.mean or 0.0, self.customers
        squares = math.fsum(each.number * (each.value - mean) ** 2 for each in self.levels)
        return Sample(number, mean, squares / (number - 1) if number > 1 else 0.0)


@dataclass(frozen=True, slots=True)
class PartialFigures:
    """What the levels of a goal came to. Figures that cannot be told are None.

    `difference` is the mean of the treated less that of the held out, in `interval` with 95 %
    confidence. `others` entered while the goal had other levels: they are in neither arm.
    `warning` are the sentences that go with the figures, empty where nothing is to be said.
    """

    treated: PartialArm
    held_out: PartialArm
    difference: float | None = None
    interval: Interval | None = None
    others: int = 0
    warning: str = ""


def compare_levels(
    goal: str,
    levels: Sequence[str],
    came: Sequence[CameTo],
    *,
    asked: Mapping[str, Sequence[str]],
) -> PartialFigures:
    """The figures of a goal's levels, ascending; `asked` are those of each version, by version."""
    alike = [each for each in came if list(asked.get(each.version, ())) == list(levels)]
    treated, held_out = (_arm(goal, levels, alike, holdout=held) for held in (False, True))
    others = sum(each.number for each in came) - treated.customers - held_out.customers
    mean, other = treated.mean, held_out.mean
    if mean is None or other is None:
        return PartialFigures(treated, held_out, others=others, warning=_others(others))
    interval = _bounded(welch(treated.sample, held_out.sample))
    notes = [_others(others), *_notes(treated, held_out, interval)]
    told = " ".join(filter(None, notes))
    return PartialFigures(treated, held_out, mean - other, interval, others, told)


def _arm(goal: str, levels: Sequence[str], came: Sequence[CameTo], *, holdout: bool) -> PartialArm:
    numbers: Counter[str] = Counter()
    for each in came:
        if each.holdout is holdout:
            level = each.level if each.level in levels else ""
            numbers[goal if each.reached else level] += each.number
    names = ("", *levels, goal)
    whole = len(names) - 1
    return PartialArm(
        tuple(LevelFigure(name, place / whole, numbers[name]) for place, name in enumerate(names))
    )


def _bounded(interval: Interval | None) -> Interval | None:
    """Two means from 0 to 1 are no further than 1 from each other."""
    return interval and Interval(max(interval.low, -1.0), min(interval.high, 1.0))


def _others(number: int) -> str:
    if not number:
        return ""
    return f"{number:,} entered while the goal had other levels, and are not among these."


def _notes(treated: PartialArm, held_out: PartialArm, interval: Interval | None) -> Iterator[str]:
    fewest = min(treated.customers, held_out.customers)
    pairs = zip(treated.levels, held_out.levels, strict=True)
    together = [one.number + other.number for one, other in pairs]
    elsewhere = sum(together) - max(together)
    if fewest < FEWEST:
        yield (
            f"Too few yet for the levels: {treated.customers:,} treated and "
            f"{held_out.customers:,} held out, and {FEWEST} of each are the least to go by."
        )
    elif elsewhere < FEWEST_OTHERWISE:
        yield f"Too few yet for the levels: only {elsewhere} of all came to another than the rest."
    if interval is None:
        yield "Nothing differs within the arms, so there is no interval of the partial value."
        return
    for name, arm in (("treated", treated), ("held out", held_out)):
        if not arm.sample.variance:
            yield f"All of the {name} came equally far, so the interval may well be too narrow."
    if interval.holds_zero:
        yield "The interval of the partial value holds 0: the difference may be chance."
