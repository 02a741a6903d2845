"""Tests of values as predicates: the home of what a missing value gives. Language, section 4.

A test on a missing value is false, except `is_not`, `none_of` and `set: false`; a missing other
side makes any operator but `is_not` and `none_of` false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.bind.catalog import FieldRef
from engine.bind.conditions import (
    Anniversary,
    BoundMoment,
    BoundOperand,
    BoundTest,
    ChangedTest,
    Clause,
    DaysTest,
    ListTest,
    Literal,
    MomentRange,
    MomentTest,
    Op,
    SetTest,
    TextTest,
    UnchangedTest,
    ValueTest,
)
from engine.bind.windows import of_stay
from engine.compile import algebra, core
from engine.compile.days import anniversary, days_test, moment_range
from engine.compile.edges import Asking, Edges, edges
from engine.compile.histories import changes, instant_of_stay, last_record, reaches_back
from engine.compile.letters import lower_case
from engine.compile.lists import includes, is_set
from engine.language.catalog import Kind
from engine.moments import Entered, StepMoment

__all__ = ["beside", "edges_of", "tested"]

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


def tested(value: core.Value, test: BoundTest, asking: Asking) -> core.Predicate:
    """That a value passes a test whose names are seen from where it is asked."""
    return algebra.all_of(*(_clause(value, clause, asking) for clause in test.clauses))


def _clause(value: core.Value, clause: Clause, asking: Asking) -> core.Predicate:
    match clause:
        case SetTest(present):
            return is_set(value, present)
        case ValueTest():
            return _value_test(value, clause, asking)
        case TextTest(op, part, ignore_case):
            return core.Match(
                PLACES_IN_TEXT[op],
                _folded(value, ignore_case),
                _other_side(part, ignore_case, asking),
            )
        case ListTest(op, members):
            return _list_test(value, op, members, asking)
        case MomentTest():
            return _moment_test(value, clause, asking)
        case MomentRange(op, duration):
            return moment_range(value, op, duration, asking)
        case DaysTest(sign, clauses):
            return _days(value, sign, clauses, asking)
        case Anniversary(duration):
            return anniversary(value, duration, asking)
        case ChangedTest():
            return _changed(clause, asking)
        case UnchangedTest(ref, duration):
            start = asking.window_start(duration)
            since = core.Happened(changes(ref, start, asking), holds=False)
            return algebra.all_of(core.Happened(reaches_back(ref, start, asking)), since)


def _changed(clause: ChangedTest, asking: Asking) -> core.Predicate:
    events = changes(clause.ref, asking.window_start(clause.within), asking)
    source = events.source
    if not isinstance(source, core.History):
        raise TypeError("a change is one of a history")
    sides = ((source.previous, clause.from_test), (source.value, clause.to_test))
    tests = [tested(core.Property(at), test, asking) for at, test in sides if test is not None]
    return core.Happened(replace(events, counting=algebra.all_of(*tests)))


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
        return asking.literal(lower_case(side) if ignore_case and isinstance(side, str) else side)
    field = _field(side.ref, side.at, asking)
    if side.multiplied_by is None and side.plus is None:
        return _folded(field, ignore_case)
    factor = 1.0 if side.multiplied_by is None else side.multiplied_by
    return core.Scaled(field, factor, side.plus or 0.0)


def _list_test(
    value: core.Value, op: Op, members: Sequence[str | BoundOperand], asking: Asking
) -> core.Predicate:
    found = [includes(value, _other_side(each, False, asking)) for each in members]
    return algebra.any_of(*found) if op is Op.INCLUDES_ANY else algebra.all_of(*found)


def edges_of(moment: BoundMoment, asking: Asking) -> Edges:
    """What a moment covers, with the field that it hangs on as seen from where it is asked."""
    return edges(moment, _hangs_on(moment, asking), asking)


def _hangs_on(moment: BoundMoment, asking: Asking) -> core.Value | None:
    """The value that a moment is made from: a field, or an instant of the stay asked about."""
    if moment.ref is not None:
        return _field(moment.ref, moment.at, asking)
    match of_stay(moment.moment):
        case Entered():
            return instant_of_stay("")
        case StepMoment(step):
            return instant_of_stay(step)
        case None:
            return None


def _field(ref: FieldRef, at: BoundMoment | None, asking: Asking) -> core.Value:
    """A field as it is, or as it was at a moment: by the last record up to the moment's end."""
    if at is None:
        return asking.field(ref)
    until = beside(core.Property(core.TOUCH_AT), Op.UNTIL, edges_of(at, asking))
    return last_record(ref, until, asking)


def _moment_test(value: core.Value, test: MomentTest, asking: Asking) -> core.Predicate:
    found = [beside(value, test.op, edges_of(moment, asking)) for moment in test.moments]
    if test.op is Op.NOT_ON:
        return algebra.all_of(*(algebra.complement(each) for each in found))
    return algebra.any_of(*found)


def beside(value: core.Value, op: Op, moment: Edges) -> core.Predicate:
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
    found: list[core.Predicate] = [is_set(value, True)]
    for clause in clauses:
        if isinstance(clause, ValueTest):
            others = [_other_side(each, False, asking) for each in clause.values]
            found.append(days_test(value, sign, COMPARISONS[clause.op], others, asking))
        elif clause == SetTest(False):
            return core.Always(False)
    return algebra.all_of(*found)
