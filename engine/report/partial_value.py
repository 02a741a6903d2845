"""How far people came towards a goal, as text, JSON and CSV, within what `metrics` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.measuring.levels import LevelFigure, PartialArm, PartialFigures
from engine.report.numbers import interval_data, limits_of, rounded
from engine.report.text import columns

__all__ = ["arms_of", "level_name", "partial_data", "partial_lines", "partial_rows", "partial_told"]


def arms_of(partial: PartialFigures) -> tuple[tuple[str, PartialArm], ...]:
    """Both arms by their names."""
    return (("treated", partial.treated), ("held out", partial.held_out))


def level_name(level: LevelFigure) -> str:
    """What people call it; who came to none has a name as well."""
    return level.name or "none"


# ---------------------------------------------------------------- JSON


def partial_data(partial: PartialFigures | None) -> dict[str, object] | None:
    """What the levels came to; None where the goal has none."""
    if partial is None:
        return None
    return {
        "treated": _arm_data(partial.treated),
        "held_out": _arm_data(partial.held_out),
        "difference": rounded(partial.difference),
        "interval": interval_data(partial.interval),
        "others": partial.others,
        "warning": partial.warning,
    }


def _arm_data(arm: PartialArm) -> dict[str, object]:
    return {
        "customers": arm.customers,
        "mean": rounded(arm.mean),
        "levels": [
            {
                "level": each.name,
                "value": rounded(each.value),
                "customers": each.number,
                "share": rounded(_share(each, arm)),
            }
            for each in arm.levels
        ],
    }


def _share(level: LevelFigure, arm: PartialArm) -> float | None:
    return level.number / arm.customers if arm.customers else None


# ---------------------------------------------------------------- CSV


def partial_rows(
    alike: Sequence[object], partial: PartialFigures, *, at: str
) -> Iterator[tuple[object, ...]]:
    """A line for each arm and level, each arm's mean, and what compares them.

    `alike` are the playbook and its goal, with which all lines begin.
    """
    arms = (("treated", partial.treated), ("held_out", partial.held_out))
    for name, arm in arms:
        for each in arm.levels:
            share = rounded(_share(each, arm))
            yield (*alike, "level", at, name, level_name(each), share, each.number)
    for name, arm in arms:
        yield (*alike, "partial value", at, "arm", name, rounded(arm.mean), arm.customers)
    low, high = limits_of(partial.interval)
    told = {"difference": partial.difference, "interval_low": low, "interval_high": high}
    for name, value in told.items():
        yield (*alike, "partial value", at, "compared", name, rounded(value), None)


# ---------------------------------------------------------------- text


def partial_lines(partial: PartialFigures) -> Iterator[str]:
    """A table of the highest level of each, what compares the arms, and what has to be said."""
    head = ["highest level"]
    head += [f"{level_name(each)} ({each.value:.2f})" for each in partial.treated.levels]
    rows = [(name, *_cells(arm)) for name, arm in arms_of(partial)]
    yield columns((*head, "partial value"), rows)
    if told := partial_told(partial):
        yield told
    if partial.warning:
        yield partial.warning


def _cells(arm: PartialArm) -> list[str]:
    shares = [_share(each, arm) for each in arm.levels]
    told = ["-" if share is None else f"{share:.1%}" for share in shares]
    return [*told, "-" if arm.mean is None else f"{arm.mean:.3f}"]


def partial_told(partial: PartialFigures) -> str:
    """The difference of the partial values, with its interval; empty where there is none."""
    if partial.difference is None:
        return ""
    told = f"difference of partial value {partial.difference:+.3f}"
    if partial.interval is None:
        return told
    low, high = partial.interval.low, partial.interval.high
    return f"{told}, 95 % interval {low:+.3f} to {high:+.3f}"
