"""Tests of whole calendar days: how long ago, how far ahead, anniversaries, windows of a value.

Wherever the other side is a constant, so is the bound: the value's column stays bare.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date

from engine.bind.conditions import Op
from engine.compile import algebra, core
from engine.compile.core import Comparison
from engine.compile.edges import Asking, constant, dated, day_of
from engine.language.catalog import Kind
from engine.moments import Duration

__all__ = ["anniversary", "days_test", "moment_range"]


def days_test(
    value: core.Value, sign: int, op: Comparison, others: Sequence[core.Value], asking: Asking
) -> core.Predicate:
    """The days from a present date to today (sign -1) or from today to it (1), compared."""
    found = [_days_compare(value, sign, op, other, asking) for other in others]
    return algebra.all_of(*found) if op is Comparison.NE else algebra.any_of(*found)


def _days_compare(
    value: core.Value, sign: int, op: Comparison, other: core.Value, asking: Asking
) -> core.Predicate:
    if isinstance(other, core.Constant) and isinstance(other.value, int | float):
        return _against_constant(value, sign, op, float(other.value), asking)
    day, today = day_of(value, algebra.kind_of(value)), dated(asking.today)
    days = core.DaysBetween(day, today) if sign < 0 else core.DaysBetween(today, day)
    return core.Compare(op, days, other, if_missing=op is Comparison.NE)


def _against_constant(
    value: core.Value, sign: int, op: Comparison, number: float, asking: Asking
) -> core.Predicate:
    if op in (Comparison.EQ, Comparison.NE):
        if not number.is_integer():
            return core.Always(op is Comparison.NE)
        whole = int(number)
    else:
        whole = _WHOLE[op](number)
    return _day_compare(value, op if sign > 0 else _MIRRORED[op], sign * whole, asking)


_WHOLE: dict[Comparison, Callable[[float], int]] = {
    Comparison.LT: math.ceil,
    Comparison.GE: math.ceil,
    Comparison.GT: math.floor,
    Comparison.LE: math.floor,
}
_MIRRORED = {
    Comparison.EQ: Comparison.EQ,
    Comparison.NE: Comparison.NE,
    Comparison.LT: Comparison.GT,
    Comparison.GT: Comparison.LT,
    Comparison.GE: Comparison.LE,
    Comparison.LE: Comparison.GE,
}


def _day_compare(value: core.Value, op: Comparison, days: int, asking: Asking) -> core.Predicate:
    """The local day of a value beside one from today, with a timestamp's column left bare."""
    if algebra.kind_of(value) is Kind.DATE:
        return core.Compare(op, value, asking.day_from_today(days), if_missing=op is Comparison.NE)
    match op:
        case Comparison.LT | Comparison.GE:
            return core.Compare(op, value, asking.start_from_today(days))
        case Comparison.GT:
            return core.Compare(Comparison.GE, value, asking.start_from_today(days, later=1))
        case Comparison.LE:
            return core.Compare(Comparison.LT, value, asking.start_from_today(days, later=1))
        case Comparison.EQ:
            return _on_day(value, days, asking)
        case Comparison.NE:
            return algebra.complement(_on_day(value, days, asking))


def _on_day(value: core.Value, days: int, asking: Asking) -> core.Predicate:
    starts, ends = asking.start_from_today(days), asking.start_from_today(days, later=1)
    return _between(value, starts, ends)


def _between(value: core.Value, starts: core.Value, ends: core.Value) -> core.Predicate:
    return algebra.all_of(
        core.Compare(Comparison.GE, value, starts), core.Compare(Comparison.LT, value, ends)
    )


def moment_range(value: core.Value, op: Op, duration: Duration, asking: Asking) -> core.Predicate:
    """`within: D`, back to where it begins, or `in_next: D`, up to where it ends; both from now."""
    is_date = algebra.kind_of(value) is Kind.DATE
    now = dated(asking.today if is_date else asking.as_of)
    if op is Op.WITHIN:
        start = asking.window_first_day(duration) if is_date else asking.window_start(duration)
        return _from_to(value, dated(start), now)
    end = asking.next_end(duration)
    if is_date:
        return _from_to(value, now, end.day)
    if end.at is None:
        return _between(value, now, end.day_end)
    return _from_to(value, now, end.at)


def _from_to(value: core.Value, first: core.Value, last: core.Value) -> core.Predicate:
    return algebra.all_of(
        core.Compare(Comparison.GE, value, first), core.Compare(Comparison.LE, value, last)
    )


# ---------------------------------------------------------------- anniversaries


def anniversary(value: core.Value, duration: Duration, asking: Asking) -> core.Predicate:
    """One of the value's anniversaries lies between today and the end of `in_next: D`.

    The value's own day is none; 29 February's is 28 February in other years.
    """
    day = day_of(value, algebra.kind_of(value))
    first, last = asking.anniversaries(duration)
    if first.year == last.year:
        return _in_year(day, first, last)
    found = [
        _in_year(day, first, date(first.year, 12, 31)),
        _in_year(day, date(last.year, 1, 1), last),
    ]
    if last.year - first.year > 1:  # a whole year between has everybody's
        found.append(core.Compare(Comparison.LT, core.YearOf(day), constant(last.year - 1)))
    return algebra.any_of(*found)


def _in_year(day: core.Value, first: date, last: date) -> core.Predicate:
    low, high = first.month * 100 + first.day, last.month * 100 + last.day
    if high == 228 and not _is_leap(last.year):
        high = 229
    return algebra.all_of(
        core.Compare(Comparison.LT, core.YearOf(day), constant(first.year)),
        _from_to(core.MonthDay(day), constant(low), constant(high)),
    )


def _is_leap(year: int) -> bool:
    return date(year, 12, 31).timetuple().tm_yday == 366
