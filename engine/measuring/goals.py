"""Goals against holdouts: whether those a playbook reached did what it is for more often. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.ledger.arms import Arm
from engine.measuring.intervals import (
    FEWEST,
    FEWEST_OTHERWISE,
    Interval,
    needed_to_treat,
    newcombe,
)
from engine.measuring.levels import PartialFigures

__all__ = ["GoalFigures", "compare", "rate_of"]


@dataclass(frozen=True, slots=True)
class GoalFigures:
    """What a goal came to. Figures that cannot be told are None.

    `difference` is the rate of the treated less that of the held out, in `interval` with 95 %
    confidence; `lift` is the difference relative to the held out's rate; `needed` is how many have
    to be treated for one more to reach it. `again` are later entries, which are not counted.
    `warning` are the sentences that go with the figures, empty where nothing is to be said.
    `partial` is how far they came where the goal has levels.
    """

    playbook: str
    goal: str
    treated: Arm
    held_out: Arm
    again: int = 0
    difference: float | None = None
    lift: float | None = None
    interval: Interval | None = None
    needed: int | None = None
    warning: str = ""
    partial: PartialFigures | None = None


def rate_of(arm: Arm) -> float | None:
    """The share of those whose window has ended that reached the goal; None where there is none."""
    return arm.reached / arm.mature if arm.mature else None


def compare(
    playbook: str, goal: str, arms: tuple[Arm, Arm], *, again: int, has_window: bool, holdout: float
) -> GoalFigures:
    """The figures of one goal; `holdout` is the share that the playbook holds out now."""
    treated, held_out = arms
    notes = _notes(treated, held_out, has_window=has_window, holdout=holdout)
    rate, other = rate_of(treated), rate_of(held_out)
    if rate is None or other is None:
        return GoalFigures(playbook, goal, treated, held_out, again, warning=" ".join(notes))
    difference = rate - other
    counts = ((treated.reached, treated.mature), (held_out.reached, held_out.mature))
    interval = newcombe(*counts)
    return GoalFigures(
        playbook,
        goal,
        treated,
        held_out,
        again,
        difference=difference,
        lift=difference / other if other else None,
        interval=interval,
        needed=needed_to_treat(difference, interval),
        warning=" ".join([*notes, *_about(interval)]),
    )


def _notes(treated: Arm, held_out: Arm, *, has_window: bool, holdout: float) -> Iterator[str]:
    if not has_window:
        yield "The goal has no `within`, so nobody's time is ever over: say how long it counts."
        return
    if not holdout and not held_out.entered:
        yield "Nobody is held out, so nothing tells what would have happened anyway: say `holdout`."
        return
    fewest = min(treated.mature, held_out.mature)
    if fewest < FEWEST:
        yield (
            f"Too few yet: {treated.mature:,} treated and {held_out.mature:,} held out have had "
            f"their whole time, and {FEWEST} of each are the least to go by."
        )
        return
    reached = treated.reached + held_out.reached
    either = min(reached, treated.mature + held_out.mature - reached)
    if either < FEWEST_OTHERWISE:
        yield f"Too few yet: only {either} of all came out the other way than the rest."


def _about(interval: Interval) -> Iterator[str]:
    if interval.holds_zero:
        yield "The interval holds 0: the difference may be chance."
