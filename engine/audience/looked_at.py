"""What a condition looks at: the values that decide it, and the events or children behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeGuard

from engine.bind.catalog import EventRef
from engine.bind.conditions import (
    BoundContacted,
    BoundDid,
    BoundField,
    BoundHas,
    BoundMoment,
    BoundOperand,
    BoundRank,
    BoundRole,
    BoundTest,
    ChangedTest,
    Clause,
    Condition,
    DaysTest,
    FigureKind,
    ListTest,
    MomentTest,
    TextTest,
    UnchangedTest,
    ValueTest,
    Window,
)
from engine.bind.formulas import (
    Band,
    Confidence,
    DaysBetween,
    Difference,
    Formula,
    Labels,
    Level,
    Ratio,
    Score,
)
from engine.bind.refs import FieldRef
from engine.compile.algebra import all_of, conjuncts, walk
from engine.compile.core import (
    Change,
    Chosen,
    EdgeKind,
    Enrollments,
    Events,
    Figure,
    Followed,
    Gathered,
    History,
    Listed,
    Predicate,
    Touches,
    Value,
)
from engine.compile.edges import Asking
from engine.compile.happenings import events_of
from engine.compile.terms import Stays
from engine.language.catalog import Kind

__all__ = ["Counted", "Seen", "counted", "labels_of", "list_of", "values"]

Seen = Predicate | Value


@dataclass(frozen=True, slots=True)
class Counted:
    """Events or children that count, or a field whose history does.

    `name` says what sets them apart, where there are several.
    """

    of: Events | Gathered | FieldRef
    name: str = ""


# ---------------------------------------------------------------- values


def values(condition: Condition, predicate: Predicate, asking: Asking) -> dict[Seen, str]:
    """The values that a condition without parts looks at, each with its name; its own one first."""
    match condition:
        case BoundField(ref, test):
            return _of_field(ref, test, asking) | dict(_of_old(predicate))
        case BoundRole():
            return _of_role(condition.email, predicate, asking)
        case BoundRank(ref=ref):
            return {asking.field(ref): ref.path}
        case _:
            return _of_figures(condition, predicate, asking)


def _of_role(email: FieldRef, predicate: Predicate, asking: Asking) -> dict[Seen, str]:
    """The address; of a role found among rows how many of them there are."""
    if asking.catalog.formula(email) is None:
        return {asking.field(email): email.path}
    rows = (each for each in walk(predicate) if isinstance(each, Gathered))
    return {each: f"rows of {each.figure.entity}" for each in rows}


def _of_field(ref: FieldRef, test: BoundTest, asking: Asking) -> dict[Seen, str]:
    found: dict[Seen, str] = {}
    if not _is_computed_list(ref, asking):
        found[asking.field(ref)] = ref.path
    formula = asking.catalog.formula(ref)
    if formula is not None:
        below = asking.at_links(ref.links)
        for inner, name in _made_of(formula):
            path = ".".join((*ref.links, name))
            found.setdefault(below.field(inner), path)
    for other in _others(test):
        found.setdefault(asking.field(other), other.path)
    return found


def _of_old(predicate: Predicate) -> Iterator[tuple[Seen, str]]:
    """The values that fields had at some moment."""
    for each in walk(predicate):
        match each:
            case Figure(EdgeKind.LAST, Events(source=History(field=name))):
                yield each, f"{name} then"


def _is_computed_list(ref: FieldRef, asking: Asking) -> bool:
    return ref.kind is Kind.LIST and asking.catalog.formula(ref) is not None


def list_of(condition: Condition, asking: Asking) -> FieldRef | None:
    """The computed list that a condition asks of, as the outermost entity sees it."""
    match condition:
        case BoundField(ref) if _is_computed_list(ref, asking):
            return replace(ref, links=asking.links + ref.links)
        case _:
            return None


def labels_of(condition: Condition, asking: Asking) -> Iterator[tuple[str, Condition, Asking]]:
    """The labels or levels of a field, each with its condition."""
    if isinstance(condition, BoundField):
        formula = asking.catalog.formula(condition.ref)
        match formula:
            case Labels(named) | Level(named):
                below = asking.at_links(condition.ref.links)
                yield from ((name, each, below) for name, each in named)


def _made_of(formula: Formula) -> Iterator[tuple[FieldRef, str]]:
    """The fields that a formula is made of, each with what to call it."""
    match formula:
        case Ratio(first, second) | Difference(first, second):
            yield from ((ref, ref.path) for ref in (first, second))
        case DaysBetween(begin, end):
            yield from ((each.ref, each.ref.path) for each in (begin, end) if each.ref)
        case Band(ref):
            yield ref, ref.path
        case Confidence(parts):
            for part in parts:
                yield part.ref, f"{part.ref.path} ({part.name}, weight {part.weight:g})"
        case Score(parts):
            for part in parts:
                scale = f"{part.worst:g} to {part.best:g}, weight {part.weight:g}"
                yield part.ref, f"{part.ref.path} ({part.name}, {scale})"


def _of_figures(condition: Condition, predicate: Predicate, asking: Asking) -> dict[Seen, str]:
    """The number of the events, figures asked of them, and fields that the words beside name."""
    fields = {asking.field(ref): ref.path for ref in _named_in(condition)}
    found: dict[Seen, str] = {}
    for each in walk(predicate, (Change, Events, Figure, Gathered, Chosen)):
        match each:
            case Change(recent, earlier):
                found |= {each: "change", recent: "the last", earlier: "the time before"}
            case Figure(kind, events) if each not in fields:
                if kind is not FigureKind.TIMES and isinstance(events.source, EventRef):
                    found.setdefault(Figure(FigureKind.TIMES, events), _number_of(events))
                found[each] = _name(each)
            case Events(source=EventRef() | Touches() | Enrollments()):
                found[Figure(FigureKind.TIMES, each)] = _number_of(each)
            case Gathered() if isinstance(condition, BoundHas):
                found[each] = f"rows of {each.figure.entity}"
    return found | fields


def _named_in(condition: Condition) -> Iterator[FieldRef]:
    match condition:
        case BoundDid(window=window, where=where, figures=figures, followed=followed):
            yield from _bounds(window)
            tests = [test for _, test in where] + [each.test for each in figures]
            tests += [test for each in followed for _, test in each.where]
            for test in tests:
                yield from _others(test)
        case BoundContacted(window=window, times=times):
            yield from (*_bounds(window), *_others(times))
        case BoundHas(times=times):
            yield from _others(times)


def _bounds(window: Window) -> Iterator[FieldRef]:
    yield from _of_moments(each for each in (window.since, window.until) if each)


def _of_moments(moments: Iterable[BoundMoment]) -> Iterator[FieldRef]:
    yield from (each.ref for each in moments if each.ref is not None and each.at is None)


def _others(test: BoundTest) -> Iterator[FieldRef]:
    """The fields on the other side of operators."""
    for clause in test.clauses:
        yield from _others_of(clause)


def _others_of(clause: Clause) -> Iterator[FieldRef]:
    match clause:
        case ValueTest(_, sides) | ListTest(_, sides):
            yield from (each.ref for each in sides if _is_of_now(each))
        case TextTest(_, BoundOperand(ref, at=None)):
            yield ref
        case MomentTest(_, moments):
            yield from _of_moments(moments)
        case DaysTest(_, clauses):
            for each in clauses:
                yield from _others_of(each)


def _is_of_now(side: object) -> TypeGuard[BoundOperand]:
    return isinstance(side, BoundOperand) and side.at is None


def _name(figure: Figure) -> str:
    match figure:
        case Figure(EdgeKind.LAST, Events(source=History(field=name))):
            return f"{name} then"
        case Figure(FigureKind.TIMES, events):
            return _number_of(events)
        case Figure(kind, _, of):
            return f"{kind.value} {of.column}" if of else kind.value


def _number_of(events: Events) -> str:
    match events.source:
        case Touches():
            return "touches"
        case Enrollments():
            return "enrollments"
        case Stays():
            return "the stay"
        case History(field=field):
            return field
        case EventRef(name=name):
            told = ("followed" if each.holds else "not followed" for each in _follows(events))
            return next(told, name)


# ---------------------------------------------------------------- what was counted


def counted(condition: Condition, predicate: Predicate, asking: Asking) -> tuple[Counted, ...]:
    """The events or children behind the figures that a condition asks."""
    match condition:
        case BoundDid(followed=()):
            return (Counted(events_of(condition, asking)),)
        case BoundDid():
            return tuple(_with_and_without(predicate))
        case BoundHas():
            found = (each for each in walk(predicate) if isinstance(each, Gathered))
            return (Counted(next(found)),)
        case BoundContacted():
            sets = dict.fromkeys(each for each in walk(predicate) if isinstance(each, Events))
            return tuple(Counted(each, _number_of(each)) for each in sets)
        case BoundField(ref, test):
            of_history = (c.ref for c in test.clauses if isinstance(c, ChangedTest | UnchangedTest))
            own = [replace(each, links=asking.links + each.links) for each in of_history]
            return (*map(Counted, own[:1]), *_behind(asking.field(ref)))
        case _:
            return ()


def _with_and_without(predicate: Predicate) -> Iterator[Counted]:
    """Of events that are to be followed, or not: those that are, and those that are not."""
    sets = [each for each in walk(predicate) if isinstance(each, Events)]
    for events in sets:
        for follow in _follows(events):
            such = [part for part in conjuncts(events.counting) if part != follow]
            for holds, name in ((True, "followed"), (False, "not followed")):
                counting = all_of(*such, replace(follow, holds=holds))
                yield Counted(replace(events, counting=counting), name)


def _follows(events: Events) -> list[Followed]:
    return [part for part in conjuncts(events.counting) if isinstance(part, Followed)]


def _behind(value: Value) -> Iterator[Counted]:
    match value:
        case Figure(_, events):
            yield Counted(events)
        case Listed(of) | (Gathered() as of):
            yield Counted(of)
        case Chosen(_, (only,)):
            yield from _behind(only)
