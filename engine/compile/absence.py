"""Which events a condition asks to be absent: where their source falls silent, it holds of more.

Language, section 4: a negation over something that may be missing deserves care. It stands in many
forms: `did_not`, `not`, `none`, `times: {at_most: 0}`, a computed count that `is: 0`, a child that
has none. All of them are one thing here: a part of the condition that may hold of no events at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bind.conditions import FigureKind
from engine.compile.algebra import complement, walk
from engine.compile.core import (
    All,
    Always,
    Among,
    Change,
    Chosen,
    Compare,
    Comparison,
    Constant,
    DaysBetween,
    DayStart,
    Either,
    Events,
    Figure,
    Followed,
    Gathered,
    Happened,
    IsSet,
    LocalDate,
    Match,
    Node,
    Predicate,
    Ranked,
    Ratio,
    Scaled,
    Shifted,
    Tallied,
    Total,
    Value,
)

__all__ = ["asked_absent"]

_COUNTS = frozenset(
    {
        *(FigureKind.TIMES, FigureKind.DAYS, FigureKind.WEEKS, FigureKind.MONTHS),
        *(FigureKind.DISTINCT, FigureKind.SUM),
    }
)


def asked_absent(predicate: Predicate) -> Iterator[Events]:
    """The sets of events without any of which a part of the predicate may still hold."""
    match predicate:
        case All(parts) | Either(parts):
            for part in parts:
                yield from asked_absent(part)
        case Always() | Happened(_, True):
            return
        case Compare(op, Gathered(_, figure) | Chosen(_, (Gathered(_, figure),)), Constant()) if (
            figure.kind is FigureKind.TIMES
        ):
            yield from _of_children(op, figure.such)
        case _ if _may_hold_of_none(predicate):
            yield from _inside(predicate)


def _of_children(op: Comparison, such: Predicate) -> Iterator[Events]:
    """What is asked of children who are to be many, of those who are to be few, or of both."""
    if op not in (Comparison.LT, Comparison.LE, Comparison.EQ):
        yield from asked_absent(such)
    if op not in (Comparison.GT, Comparison.GE):
        yield from asked_absent(complement(such))


def _inside(node: Node) -> Iterator[Events]:
    """Every set of events that a node looks at, also those that its children are asked about."""
    for each in walk(node):
        match each:
            case Events():
                yield each
            case Gathered(_, figure):
                yield from _inside(figure.such)
                if figure.of is not None:
                    yield from _inside(figure.of)
            case Ranked(_, rank):
                yield from _inside(rank.by)


# ---------------------------------------------------------------- without events


class _Unknown:
    """What hangs on more than events: it may be anything."""


_ANYTHING = _Unknown()
_MISSING = None


def _may_hold_of_none(leaf: Predicate) -> bool:
    match leaf:
        case Happened(_, holds):
            return not holds
        case IsSet(value, present):
            found = _without_events(value)
            return found is _ANYTHING or (found is not _MISSING) is present
        case Compare(op, left, right, if_missing):
            return _compared(op, _without_events(left), _without_events(right), if_missing)
        case Among(value, options, inside, if_missing):
            found = _without_events(value)
            if found is _MISSING:
                return if_missing
            among = any(found == option.value for option in options)
            return found is _ANYTHING or among is inside
        case Match(_, text, _, _, if_missing):
            return _without_events(text) is not _MISSING or if_missing
        case Ranked(value, _, holds):
            return _without_events(value) is not _MISSING or not holds
        case Followed():
            return True
        case _:
            return False


def _compared(op: Comparison, left: object, right: object, if_missing: bool) -> bool:
    if left is _MISSING or right is _MISSING:
        return if_missing
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return True
    match op:
        case Comparison.EQ:
            return left == right
        case Comparison.NE:
            return left != right
        case Comparison.LT:
            return left < right
        case Comparison.LE:
            return left <= right
        case Comparison.GT:
            return left > right
        case Comparison.GE:
            return left >= right


def _without_events(value: Value) -> object:
    """What a value is where there are no events: counts and sums are 0, other figures missing."""
    match value:
        case Constant(known):
            return known
        case Chosen(_, (only,)):  # what a parent has, where there is one
            return _without_events(only)
        case Total():
            return 0
        case Figure(kind) | Tallied(Figure(kind)):
            return 0 if kind in _COUNTS else _MISSING
        case Change():
            return _MISSING
        case Ratio(_, of):
            return _ANYTHING if _without_events(of) is _ANYTHING else _MISSING
        case LocalDate(of) | DayStart(of) | Shifted(of) | Scaled(of):
            return _MISSING if _without_events(of) is _MISSING else _ANYTHING
        case DaysBetween(first, last):
            found = (_without_events(first), _without_events(last))
            return _MISSING if _MISSING in found else _ANYTHING
        case _:
            return _ANYTHING
