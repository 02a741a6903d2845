"""From bound conditions to the core, and from formulas to values of it.

Sugar (`none`, `did_not`, `not_contacted`, `has_no`, named segments) is the complement or the
content of what it stands for. What missing values give is told by the tests, in `testing`.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from engine.bind.catalog import Catalog
from engine.bind.conditions import (
    BoundAll,
    BoundAny,
    BoundContacted,
    BoundDid,
    BoundEveryone,
    BoundField,
    BoundFinished,
    BoundHas,
    BoundInPlaybook,
    BoundMoment,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundRank,
    BoundRole,
    BoundSegment,
    BoundStepBecame,
    Condition,
    FigureKind,
)
from engine.bind.formulas import (
    Band,
    ChildrenFigure,
    Confidence,
    DaysBetween,
    Difference,
    EdgeEvent,
    EventsFigure,
    Formula,
    Labels,
    Level,
    LinkedChildren,
    ListedChildren,
    ListedEvents,
    MissingPart,
    PickedChild,
    Ratio,
    Score,
    ScorePart,
)
from engine.bind.refs import FieldRef
from engine.compile import algebra, core
from engine.compile.calendar import Calendar
from engine.compile.edges import Asking, constant
from engine.compile.happenings import (
    asks_whether_any,
    became,
    contacted,
    did,
    enrolled,
    events_of,
    finished,
)
from engine.compile.lists import is_set
from engine.compile.testing import edges_of, tested
from engine.tables import ColumnRef

__all__ = ["asked_at", "lower"]


def asked_at(
    as_of: datetime, zone: ZoneInfo, catalog: Catalog, *, own: core.Key | None = None
) -> Asking:
    """From where conditions of a run are read; `own` as `Asking` says."""
    return Asking(Calendar(as_of, zone), catalog, _computed, own=own)


def lower(condition: Condition, asking: Asking) -> core.Predicate:
    """The core predicate that holds of exactly those the condition holds of."""
    match condition:
        case BoundAll(parts):
            return algebra.all_of(*(lower(part, asking) for part in parts))
        case BoundAny(parts):
            return algebra.any_of(*(lower(part, asking) for part in parts))
        case BoundNone(parts):
            return algebra.complement(algebra.any_of(*(lower(part, asking) for part in parts)))
        case BoundNot(part):
            return algebra.complement(lower(part, asking))
        case BoundEveryone():
            return core.Always(True)
        case BoundSegment(_, inner):
            return lower(inner, asking)
        case BoundField(ref, test):
            return tested(asking.field(ref), test, asking)
        case BoundRole():
            return is_set(asking.field(condition.email), condition.present)
        case BoundParent(link, _, inner):
            return lower(inner, asking.at_link(link))
        case BoundDid():
            return _negated_if(condition.negated, did(condition, asking))
        case BoundHas():
            return _negated_if(condition.negated, _has(condition, asking))
        case BoundRank():
            return _ranked(condition, asking)
        case BoundContacted():
            return _negated_if(condition.negated, contacted(condition, asking))
        case BoundInPlaybook():
            return enrolled(condition, asking)
        case BoundFinished():
            return finished(condition, asking)
        case BoundStepBecame():
            return became(condition)


def _negated_if(negated: bool, predicate: core.Predicate) -> core.Predicate:
    return algebra.complement(predicate) if negated else predicate


def _has(has: BoundHas, asking: Asking) -> core.Predicate:
    children = LinkedChildren(has.entity, has.link, has.condition)
    number = _of_children(FigureKind.TIMES, None, children, asking)
    is_there = asks_whether_any(has.times)
    if is_there is not None:
        op = core.Comparison.GT if is_there else core.Comparison.EQ
        return core.Compare(op, number, constant(0))
    return tested(number, has.times, asking)


def _ranked(rank: BoundRank, asking: Asking) -> core.Predicate:
    among = core.Rank(
        rank.entity,
        asking.by_itself().field(rank.ref),
        rank.highest,
        count=rank.count,
        share=None if rank.share is None else Fraction(repr(rank.share)),
    )
    return core.Ranked(asking.field(rank.ref), among)


# ---------------------------------------------------------------- formulas


def _computed(formula: Formula, asking: Asking) -> core.Value:
    """What a formula comes to, its names seen from where is asked."""
    match formula:
        case EventsFigure(figure, name, happened):
            return core.Figure(figure, events_of(happened, asking), _property(happened, name))
        case EdgeEvent():
            return _edge(formula, asking)
        case ChildrenFigure(figure, of, children):
            return _of_children(figure, of, children, asking)
        case ListedEvents(name, happened, at_most):
            of_events = _property(happened, name)
            return core.Listed(events_of(happened, asking), of_events, at_most)
        case ListedChildren(of, children, at_most):
            gathered = _of_children(FigureKind.DISTINCT, of, children, asking)
            return core.Listed(gathered, None, at_most)
        case PickedChild():
            return _picked(formula, asking)
        case Difference(first, second):
            return core.Difference(asking.field(first), asking.field(second))
        case Ratio(numerator, denominator):
            return core.Ratio(asking.field(numerator), asking.field(denominator))
        case DaysBetween(first, last):
            return core.DaysBetween(_day(first, asking), _day(last, asking))
        case Score():
            return _score(formula, asking)
        case Confidence(parts):
            return _confidence(parts, asking)
        case Band(ref, bands):
            value = asking.field(ref)
            there = is_set(value, True)
            return core.Chosen(
                tuple(algebra.all_of(there, tested(value, test, asking)) for _, test in bands),
                tuple(constant(name) for name, _ in bands),
            )
        case Labels(labels):
            return core.Labels(
                tuple(name for name, _ in labels),
                tuple(lower(condition, asking) for _, condition in labels),
            )
        case Level(levels):
            return _level(levels, asking)


def _property(happened: BoundDid, name: str) -> ColumnRef | None:
    return happened.event.properties[name] if name else None


def _edge(edge: EdgeEvent, asking: Asking) -> core.Value:
    events = events_of(edge.events, asking)
    if not edge.property:
        kind = FigureKind.HIGHEST if edge.last else FigureKind.LOWEST
        return core.Figure(kind, events, edge.events.event.at)
    which = core.EdgeKind.LAST if edge.last else core.EdgeKind.FIRST
    return core.Figure(which, events, _property(edge.events, edge.property))


def _of_children(
    kind: FigureKind, of: FieldRef | None, children: LinkedChildren, asking: Asking
) -> core.Gathered:
    child = asking.among_children(children.entity, children.link)
    figure = core.ChildFigure(
        kind,
        children.entity,
        children.link,
        such=core.Always(True) if children.condition is None else lower(children.condition, child),
        of=None if of is None else child.field(of),
    )
    return core.Gathered(asking.links, figure)


def _picked(picked: PickedChild, asking: Asking) -> core.Picked:
    children = picked.children
    child = asking.among_children(children.entity, children.link)
    by = child.field(picked.by)
    such = [is_set(by, True), is_set(child.field(picked.email), True)]
    if children.condition is not None:
        such.append(lower(children.condition, child))
    figure = core.ChildFigure(
        FigureKind.DISTINCT,
        children.entity,
        children.link,
        such=algebra.all_of(*such),
        of=child.field(picked.of),
    )
    return core.Picked(core.Gathered(asking.links, figure), by, picked.highest)


def _day(moment: BoundMoment, asking: Asking) -> core.Value:
    return edges_of(moment, asking).day


def _score(score: Score, asking: Asking) -> core.Score:
    parts = score.parts
    return core.Score(
        tuple(asking.field(part.ref) for part in parts),
        tuple(part.weight for part in parts),
        tuple(part.worst for part in parts),
        tuple(part.best for part in parts),
        score.missing,
    )


def _confidence(parts: tuple[ScorePart, ...], asking: Asking) -> core.Value:
    """A score of its own, in which a part that is there has the best value and others the worst."""
    there = tuple(is_set(asking.field(part.ref), True) for part in parts)
    score = core.Score(
        tuple(_one_if(each) for each in there),
        weights=tuple(part.weight for part in parts),
        worst=(0.0,) * len(parts),
        best=(1.0,) * len(parts),
        missing=MissingPart.WORST,
    )
    return core.Scaled(score, 0.01, 0.0)  # a score is from 0 to 100


def _one_if(holds: core.Predicate) -> core.Chosen:
    return core.Chosen((holds, core.Always(True)), (constant(1), constant(0)))


def _level(levels: tuple[tuple[str, Condition], ...], asking: Asking) -> core.Chosen:
    """The highest is asked first."""
    numbered = [(lower(each, asking), n) for n, (_, each) in enumerate(levels, 1)][::-1]
    conditions, numbers = zip(*numbered, (core.Always(True), 0), strict=True)
    return core.Chosen(conditions, tuple(constant(n) for n in numbers))
