"""From bound conditions to the core: the only home of what a missing value gives.

Language, section 4. A test on a missing value is false, except `is_not`, `none_of` and
`set: false`; a missing other side makes any operator but `is_not` and `none_of` false; a window
with a missing bound holds no events. Sugar (`none`, `did_not`, `not_contacted`, named segments)
is the complement or the content of what it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.bind.conditions import (
    Anniversary,
    BoundAll,
    BoundAny,
    BoundContacted,
    BoundDid,
    BoundEveryone,
    BoundField,
    BoundNone,
    BoundNot,
    BoundOperand,
    BoundParent,
    BoundRole,
    BoundSegment,
    BoundTest,
    Clause,
    Condition,
    DaysTest,
    Figure,
    FigureKind,
    Literal,
    MomentRange,
    MomentTest,
    Op,
    SetTest,
    TextTest,
    ValueTest,
    Window,
)
from engine.compile import algebra, core
from engine.compile.days import anniversary, days_test, moment_range
from engine.compile.edges import Asking, Edges, constant, edges
from engine.compile.letters import lower_case
from engine.language.catalog import Kind
from engine.tables import ColumnRef

__all__ = ["lower"]

COMPARISONS = {
    Op.IS: core.Comparison.EQ,
    Op.IS_NOT: core.Comparison.NE,
    Op.ONE_OF: core.Comparison.EQ,
    Op.NONE_OF: core.Comparison.NE,
    Op.MORE_THAN: core.Comparison.GT,
    Op.AT_LEAST: core.Comparison.GE,
    Op.LESS_THAN: core.Comparison.LT,
    Op.AT_MOST: core.Comparison.LE,
}
TRUE_OF_MISSING = frozenset({Op.IS_NOT, Op.NONE_OF})
PLACES_IN_TEXT = {
    Op.CONTAINS: core.How.ANYWHERE,
    Op.STARTS_WITH: core.How.START,
    Op.ENDS_WITH: core.How.END,
}
AT_LEAST_ONE = frozenset({(Op.AT_LEAST, 1), (Op.MORE_THAN, 0)})
NONE_AT_ALL = frozenset({(Op.AT_MOST, 0), (Op.LESS_THAN, 1), (Op.IS, 0)})


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
            return _test(asking.field(ref), test, asking)
        case BoundRole():
            return core.IsSet(asking.field(condition.email), condition.present)
        case BoundParent(link, _, inner):
            return lower(inner, asking.at_link(link))
        case BoundDid():
            return _negated_if(condition.negated, _did(condition, asking))
        case BoundContacted():
            return _negated_if(condition.negated, _contacted(condition, asking))


def _negated_if(negated: bool, predicate: core.Predicate) -> core.Predicate:
    return algebra.complement(predicate) if negated else predicate


# ---------------------------------------------------------------- tests


def _test(value: core.Value, test: BoundTest, asking: Asking) -> core.Predicate:
    return algebra.all_of(*(_clause(value, clause, asking) for clause in test.clauses))


def _clause(value: core.Value, clause: Clause, asking: Asking) -> core.Predicate:
    match clause:
        case SetTest(present):
            return core.IsSet(value, present)
        case ValueTest():
            return _value_test(value, clause, asking)
        case TextTest(op, part, ignore_case):
            return core.Match(
                PLACES_IN_TEXT[op],
                _folded(value, ignore_case),
                _other_side(part, ignore_case, asking),
            )
        case MomentTest():
            return _moment_test(value, clause, asking)
        case MomentRange(op, duration):
            return moment_range(value, op, duration, asking)
        case DaysTest(sign, clauses):
            return _days(value, sign, clauses, asking)
        case Anniversary(duration):
            return anniversary(value, duration, asking)


def _value_test(value: core.Value, test: ValueTest, asking: Asking) -> core.Predicate:
    op, if_missing = COMPARISONS[test.op], test.op in TRUE_OF_MISSING
    value = _folded(value, test.ignore_case)
    others = [_other_side(each, test.ignore_case, asking) for each in test.values]
    constants = tuple(each for each in others if isinstance(each, core.Constant))
    if len(constants) == len(others) > 1:
        return core.Among(value, constants, inside=not if_missing, if_missing=if_missing)
    leaves = [core.Compare(op, value, other, if_missing) for other in others]
    return algebra.all_of(*leaves) if if_missing else algebra.any_of(*leaves)


def _folded(value: core.Value, ignore_case: bool) -> core.Value:
    return core.Lower(value) if ignore_case else value


def _other_side(side: Literal | BoundOperand, ignore_case: bool, asking: Asking) -> core.Value:
    if not isinstance(side, BoundOperand):
        return constant(lower_case(side) if ignore_case and isinstance(side, str) else side)
    field = asking.field(side.ref)
    if side.multiplied_by is None and side.plus is None:
        return _folded(field, ignore_case)
    factor = 1.0 if side.multiplied_by is None else side.multiplied_by
    return core.Scaled(field, factor, side.plus or 0.0)


def _moment_test(value: core.Value, test: MomentTest, asking: Asking) -> core.Predicate:
    found = [_beside(value, test.op, edges(moment, asking)) for moment in test.moments]
    if test.op is Op.NOT_ON:
        return algebra.all_of(*(algebra.complement(each) for each in found))
    return algebra.any_of(*found)


def _beside(value: core.Value, op: Op, moment: Edges) -> core.Predicate:
    """One operator beside one moment; `not_on` is given as `on`, for the caller to turn round."""
    if algebra.kind_of(value) is Kind.DATE:
        return core.Compare(_OF_DAYS[op], value, moment.day)
    if op in (Op.ON, Op.NOT_ON):
        return algebra.all_of(
            core.Compare(core.Comparison.GE, value, moment.day_start),
            core.Compare(core.Comparison.LT, value, moment.day_end),
        )
    if moment.at is not None:
        return core.Compare(_OF_DAYS[op], value, moment.at)
    begins = op in (Op.BEFORE, Op.SINCE)
    comparison = core.Comparison.GE if op in (Op.AFTER, Op.SINCE) else core.Comparison.LT
    return core.Compare(comparison, value, moment.day_start if begins else moment.day_end)


_OF_DAYS = {
    Op.BEFORE: core.Comparison.LT,
    Op.AFTER: core.Comparison.GT,
    Op.SINCE: core.Comparison.GE,
    Op.UNTIL: core.Comparison.LE,
    Op.ON: core.Comparison.EQ,
    Op.NOT_ON: core.Comparison.EQ,
}


def _days(
    value: core.Value, sign: int, clauses: Sequence[Clause], asking: Asking
) -> core.Predicate:
    """`days_ago` and `days_from_now`: of a missing value every test of its days is false."""
    found: list[core.Predicate] = [core.IsSet(value, True)]
    for clause in clauses:
        if isinstance(clause, ValueTest):
            others = [_other_side(each, False, asking) for each in clause.values]
            found.append(days_test(value, sign, COMPARISONS[clause.op], others, asking))
        elif clause == SetTest(False):
            return core.Always(False)
    return algebra.all_of(*found)


# ---------------------------------------------------------------- events


def _did(did: BoundDid, asking: Asking) -> core.Predicate:
    at = core.Property(did.event.at)
    where = [
        _test(core.Property(did.event.properties[name]), test, asking) for name, test in did.where
    ]
    counting = algebra.all_of(*_window(at, did.window, asking), *where)
    if did.child_link:
        children = core.Children(did.through, did.child_link)
        events = core.Events(did.event, asking.links, children, counting)
    else:
        holder = asking.at_link(did.through) if did.through else asking
        events = core.Events(did.event, holder.links, None, counting)
    if not did.figures:
        return core.Happened(events)
    return algebra.all_of(*(_figure(figure, events, asking) for figure in did.figures))


def _window(at: core.Value, window: Window, asking: Asking) -> list[core.Predicate]:
    """The bounds as comparisons of the event's time; the first keeps out what is still to come."""
    found: list[core.Predicate] = [
        core.Compare(core.Comparison.LE, at, constant(asking.as_of)),
    ]
    if window.within is not None:
        start = constant(asking.window_start(window.within))
        found.append(core.Compare(core.Comparison.GE, at, start))
    if window.since is not None:
        found.append(_beside(at, Op.SINCE, edges(window.since, asking)))
    if window.until is not None:
        found.append(_beside(at, Op.UNTIL, edges(window.until, asking)))
    return found


def _figure(figure: Figure, events: core.Events, asking: Asking) -> core.Predicate:
    if figure.kind in _COUNTS_WITH_EVENTS:
        is_there = _asks_whether_any(figure.test)
        if is_there is not None:
            return core.Happened(events, is_there)
    of = None
    if figure.property and not isinstance(events.source, core.Touches):
        of = events.source.properties[figure.property]
    return _test(core.Figure(figure.kind, events, of), figure.test, asking)


_COUNTS_WITH_EVENTS = frozenset(
    {FigureKind.TIMES, FigureKind.DAYS, FigureKind.WEEKS, FigureKind.MONTHS}
)


def _asks_whether_any(test: BoundTest) -> bool | None:
    """True for *at least one*, False for *none*, None where a number is asked."""
    if len(test.clauses) == 1 and isinstance(test.clauses[0], ValueTest):
        clause = test.clauses[0]
        for pairs, answer in ((AT_LEAST_ONE, True), (NONE_AT_ALL, False)):
            if len(clause.values) == 1 and (clause.op, clause.values[0]) in pairs:
                return answer
    return None


def _contacted(contacted: BoundContacted, asking: Asking) -> core.Predicate:
    """Touches and events that count as contact, together: any of them, or their number."""
    sets = [_touches(contacted, asking)]
    for event in contacted.events:
        counting = algebra.all_of(*_window(core.Property(event.at), contacted.window, asking))
        sets.append(core.Events(event, asking.links, None, counting))
    is_there = _asks_whether_any(contacted.times)
    if is_there is not None:
        any_at_all = algebra.any_of(*(core.Happened(each) for each in sets))
        return _negated_if(not is_there, any_at_all)
    counts = tuple(core.Figure(FigureKind.TIMES, each) for each in sets)
    value = core.Total(counts) if len(counts) > 1 else counts[0]
    return _test(value, contacted.times, asking)


def _touches(contacted: BoundContacted, asking: Asking) -> core.Events:
    source = core.Touches(
        contacted.entity,
        contacted.channel,
        contacted.playbook,
        since=_earliest(contacted.window, asking),
        until=asking.as_of,
    )
    window = _window(core.Property(core.TOUCH_AT), contacted.window, asking)
    if asking.own is not None:
        maker = core.Property(ColumnRef(core.TOUCH_OWN, asking.own.kind))
        window.append(core.Compare(core.Comparison.NE, maker, asking.own, if_missing=True))
    return core.Events(source, asking.links, None, algebra.all_of(*window))


def _earliest(window: Window, asking: Asking) -> datetime | None:
    """The lower bound where no row is needed to know it: what the log need not be asked for."""
    if window.within is not None:
        return asking.window_start(window.within)
    if window.since is not None:
        moment = edges(window.since, asking)
        start = moment.at or moment.day_start
        if isinstance(start, core.Constant) and isinstance(start.value, datetime):
            return start.value
    return None
