"""Lists: what they include. Those that are computed are never made only to be asked."""

from __future__ import annotations

from dataclasses import replace

from engine.bind.conditions import FigureKind
from engine.compile import algebra, core
from engine.compile.core import Comparison
from engine.compile.edges import constant
from engine.language.catalog import Kind
from engine.problems import Refused

__all__ = ["includes", "is_set"]


def is_set(value: core.Value, present: bool) -> core.Predicate:
    """That a value is there or missing; a computed list is there, also where it is empty."""
    match value:
        case core.Picked(source):
            such = replace(source.figure, kind=FigureKind.TIMES, of=None)
            op = Comparison.GT if present else Comparison.EQ
            return core.Compare(op, replace(source, figure=such), constant(0))
        case core.Chosen(conditions, (core.Picked() as picked,)):
            found = algebra.all_of(*conditions, is_set(picked, True))
            return found if present else algebra.complement(found)
        case _ if algebra.kind_of(value) is not Kind.LIST:
            return core.IsSet(value, present)
        case core.Labels() | core.Listed():
            return core.Always(present)
        case core.Chosen(conditions):
            there = algebra.all_of(*conditions)
            return there if present else algebra.complement(there)
        case _:
            return core.IsSet(value, present)


def includes(value: core.Value, member: core.Value) -> core.Predicate:
    """That a text is among the members of a list; of a missing list, or text, it is not."""
    match value:
        case core.Chosen(conditions, (of,)):
            return algebra.all_of(*conditions, includes(of, member))
        case core.Labels(names, conditions):
            found = (
                algebra.all_of(_is(constant(name), member), condition)
                for name, condition in zip(names, conditions, strict=True)
            )
            return algebra.any_of(*found)
        case core.Listed(core.Events() as events, of, at_most) if of is not None:
            return _among_events(events, core.Property(of), at_most, member)
        case core.Listed(core.Gathered(holder, figure), _, at_most):
            return _among_children(core.Gathered(holder, figure), at_most, member)
        case _:
            return core.Match(core.How.MEMBER, value, member)


def _is(one: core.Constant, other: core.Value) -> core.Predicate:
    if isinstance(other, core.Constant):
        return core.Always(one.value == other.value)
    return core.Compare(Comparison.EQ, other, one)


def _among_events(
    events: core.Events, of: core.Property, at_most: int | None, member: core.Value
) -> core.Predicate:
    """One of the events has it, and less than `at_most` other values stand before it."""
    if of.column.kind is not Kind.TEXT:
        return core.Always(False)

    def such(op: Comparison) -> core.Events:
        test = core.Compare(op, of, member)
        return replace(events, counting=algebra.all_of(events.counting, test))

    before = core.Figure(FigureKind.DISTINCT, such(Comparison.LT), of.column)
    return algebra.all_of(core.Happened(such(Comparison.EQ)), _fewer_than(at_most, before))


def _fewer_than(at_most: int | None, before: core.Value) -> core.Predicate:
    if at_most is None:
        return core.Always(True)
    return core.Compare(Comparison.LT, before, constant(at_most))


def _among_children(
    listed: core.Gathered, at_most: int | None, member: core.Value
) -> core.Predicate:
    of = listed.figure.of
    if of is None or algebra.kind_of(of) is not Kind.TEXT:
        return core.Always(False)
    if not isinstance(member, core.Constant):
        raise Refused(
            "a list of children's values cannot be asked whether it includes the value of a field; "
            "ask `has` with a condition"
        )

    def such(op: Comparison, kind: FigureKind) -> core.Gathered:
        test = algebra.all_of(listed.figure.such, core.Compare(op, of, member))
        counted = None if kind is FigureKind.TIMES else of
        return replace(listed, figure=replace(listed.figure, kind=kind, such=test, of=counted))

    return algebra.all_of(
        core.Compare(Comparison.GT, such(Comparison.EQ, FigureKind.TIMES), constant(0)),
        _fewer_than(at_most, such(Comparison.LT, FigureKind.DISTINCT)),
    )
