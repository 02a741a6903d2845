"""Computed numbers and their intervals, as programs get them."""

from __future__ import annotations

from engine.measuring.intervals import Interval

__all__ = ["interval_data", "limits_of", "rounded"]

_PLACES = 9  # that computed numbers have; language, section 2


def rounded(number: float | None) -> float | None:
    """A number as the language rounds what it computes; None where it cannot be told."""
    return None if number is None else round(number, _PLACES) + 0.0


def limits_of(interval: Interval | None) -> tuple[float | None, float | None]:
    """The lower and the upper limit, both None where there is no interval."""
    return (interval.low, interval.high) if interval else (None, None)


def interval_data(interval: Interval | None) -> list[float | None] | None:
    """The limits as a list for JSON; None where there is no interval."""
    return [rounded(each) for each in limits_of(interval)] if interval else None
