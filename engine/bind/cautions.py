"""Warnings about conditions that bind and may not mean what their author thinks.

`negation-over-missing`: language, section 4. Events in a window whose bound is missing are none,
so what asks for *no* events holds of those whom the window says nothing about.
`short-history`: a window that begins before its event source is complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.bind.catalog import EventRef, FieldRef
from engine.bind.conditions import (
    BoundAll,
    BoundAny,
    BoundContacted,
    BoundDid,
    BoundField,
    BoundHas,
    BoundMoment,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundSegment,
    BoundStepBecame,
    BoundTest,
    ChangedTest,
    Clause,
    Condition,
    Figure,
    FigureKind,
    MomentTest,
    Op,
    SetTest,
    UnchangedTest,
    ValueTest,
    Window,
)
from engine.bind.formulas import (
    ChildrenFigure,
    EdgeEvent,
    EventsFigure,
    Formula,
    Labels,
    Level,
    ListedChildren,
    ListedEvents,
    PickedChild,
)
from engine.bind.windows import of_stay
from engine.language.conditions import Became
from engine.moments import At, Day, StepMoment
from engine.places import Place
from engine.problems import Problem, Severity
from engine.records import dataclass

__all__ = ["cautions", "formula_cautions"]

_COUNTS = frozenset(
    {
        FigureKind.TIMES,
        FigureKind.DAYS,
        FigureKind.WEEKS,
        FigureKind.MONTHS,
        FigureKind.DISTINCT,
        FigureKind.SUM,
    }
)


def cautions(condition: Condition) -> tuple[Problem, ...]:
    """The warnings of a bound condition, each with its place."""
    return tuple(_walk(condition, _Asked()))


def formula_cautions(formula: Formula) -> tuple[Problem, ...]:
    """The warnings of a computed field: of the conditions in it, and of its events."""
    match formula:
        case EventsFigure(events=did) | EdgeEvent(events=did) | ListedEvents(events=did):
            return tuple(_short_history(did.event, did.window, did.place))
        case (
            ChildrenFigure(children=children)
            | ListedChildren(children=children)
            | PickedChild(children=children)
        ):
            return () if children.condition is None else cautions(children.condition)
        case Labels(named) | Level(named):
            return tuple(problem for _, each in named for problem in cautions(each))
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """How a condition is asked.

    `holds` is False under a negation, `links` lead from the outermost entity to the one here, and
    `known` are the paths of fields that are known to have a value where it matters.
    """

    holds: bool = True
    links: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()

    def negated(self) -> _Asked:
        return _Asked(not self.holds, self.links, self.known)

    def below(self, link: str) -> _Asked:
        return _Asked(self.holds, (*self.links, link), self.known)

    def knowing(self, paths: frozenset[str]) -> _Asked:
        return _Asked(self.holds, self.links, self.known | paths)

    def always_has(self, ref: FieldRef) -> bool:
        """What is required of a parent is missing where the parent is."""
        return ref.required and not self.links

    def path(self, ref: FieldRef) -> str:
        return ".".join((*self.links, ref.path))


def _walk(condition: Condition, asked: _Asked) -> Iterator[Problem]:
    match condition:
        case BoundAll(parts) | BoundAny(parts):
            yield from _walk_parts(condition, parts, asked)
        case BoundNone(parts):
            yield from _walk_parts(BoundAny(parts), parts, asked.negated())
        case BoundNot(part):
            yield from _walk(part, asked.negated())
        case BoundSegment(_, inner):
            yield from _walk(inner, asked)
        case BoundParent(link, _, inner):
            yield from _walk(inner, asked.below(link))
        case BoundHas(negated=negated, condition=inner) if inner is not None:
            yield from _walk(inner, _Asked(asked.holds is not negated))
        case BoundDid():
            yield from _of_did(condition, asked)
        case BoundContacted():
            yield from _of_contacted(condition, asked)
        case _:
            pass


def _walk_parts(
    condition: Condition, parts: tuple[Condition, ...], asked: _Asked
) -> Iterator[Problem]:
    inside = asked.knowing(_settled(condition, asked))
    for part in parts:
        yield from _walk(part, inside)


# ---------------------------------------------------------------- negation over missing


def _settled(condition: Condition, asked: _Asked) -> frozenset[str]:
    """The fields that have a value wherever the condition is as asked (holds, or does not)."""
    match condition:
        case BoundAll(parts) if asked.holds:
            return frozenset().union(*(_settled(part, asked) for part in parts))
        case BoundAny(parts) if not asked.holds:
            return frozenset().union(*(_settled(part, asked) for part in parts))
        case BoundNone(parts):
            return _settled(BoundAny(parts), asked.negated())
        case BoundNot(part):
            return _settled(part, asked.negated())
        case BoundSegment(_, inner):
            return _settled(inner, asked)
        case BoundParent(link, _, inner):
            return _settled(inner, asked.below(link))
        case BoundField(ref, test) if _holds_of_missing(test) is not asked.holds:
            return frozenset({asked.path(ref)})
        case BoundStepBecame(step, became, outcome) if asked.holds:
            return frozenset({_step_path(step)}) if outcome or became in _HAPPENED else frozenset()
        case _:
            return frozenset()


def _holds_of_missing(test: BoundTest) -> bool:
    return all(_clause_holds_of_missing(clause) for clause in test.clauses)


def _clause_holds_of_missing(clause: Clause) -> bool:
    match clause:
        case SetTest(present):
            return not present
        case ValueTest(op=op) | MomentTest(op=op):
            return op in (Op.IS_NOT, Op.NONE_OF, Op.NOT_ON)
        case ChangedTest() | UnchangedTest():  # a value that is missing has a history, too
            return True
        case _:
            return False


def _of_did(did: BoundDid, asked: _Asked) -> Iterator[Problem]:
    """What asks for a change or a successor never holds where there are no events."""
    holds_of_none = not did.change and not did.followed and _holds_of_none(did.figures)
    if (holds_of_none is not did.negated) is asked.holds:
        yield from _over_missing(did.window, asked, did.place)
    if did.change is None or did.figures:
        yield from _short_history(did.event, did.window, did.place)


def _of_contacted(contacted: BoundContacted, asked: _Asked) -> Iterator[Problem]:
    times = Figure(FigureKind.TIMES, "", contacted.times)
    if (_holds_of_none((times,)) is not contacted.negated) is asked.holds:
        yield from _over_missing(contacted.window, asked, contacted.place)
    for event in contacted.events:
        yield from _short_history(event, contacted.window, contacted.place)


def _over_missing(window: Window, asked: _Asked, place: Place) -> Iterator[Problem]:
    """What holds where there are no events holds, too, where the window's bound is missing."""
    for bound in (window.since, window.until):
        yield from _over_step(bound, asked, place)
        ref = bound.ref if bound is not None else None
        if ref is None or asked.always_has(ref) or asked.path(ref) in asked.known:
            continue
        yield Problem(
            place,
            "negation-over-missing",
            f"this also holds where `{asked.path(ref)}` is missing: a window without its bound "
            "holds no events",
            f"add `{ref.path}: {{set: true}}` beside it, or say `required: true` in the catalog",
            Severity.WARNING,
        )


def _over_step(bound: BoundMoment | None, asked: _Asked, place: Place) -> Iterator[Problem]:
    """The moment of a step is missing until the step has happened; `entered` never is."""
    moment = of_stay(bound.moment) if bound is not None else None
    if not isinstance(moment, StepMoment) or _step_path(moment.step) in asked.known:
        return
    yield Problem(
        place,
        "negation-over-missing",
        f"this also holds while the step `{moment.step}` has not happened: a window without its "
        "bound holds no events",
        f"add `{{step: {moment.step}, is: done}}` (of an email `is: sent`) beside it",
        Severity.WARNING,
    )


def _step_path(step: str) -> str:
    """What stands for the moment of a step among known paths; no field has such a name."""
    return f"step {step}"


_HAPPENED = frozenset({Became.DONE, Became.SENT})


def _holds_of_none(figures: tuple[Figure, ...]) -> bool:
    """Whether the figures pass where there are no events: counts and the sum are 0 there."""
    return all(
        all(_passes_nothing(clause, figure.kind) for clause in figure.test.clauses)
        for figure in figures
    )


def _passes_nothing(clause: Clause, kind: FigureKind) -> bool:
    if kind not in _COUNTS:
        return _clause_holds_of_missing(clause)
    match clause:
        case SetTest(present):
            return present
        case ValueTest(op, values):
            return _zero_passes(op, values)
        case _:
            return False


def _zero_passes(op: Op, values: tuple[object, ...]) -> bool:
    """Whether 0 passes; where a field decides, it may."""
    if not all(isinstance(value, int | float) for value in values):
        return True
    numbers = [value for value in values if isinstance(value, int | float)]
    match op:
        case Op.IS | Op.ONE_OF:
            return 0 in numbers
        case Op.IS_NOT | Op.NONE_OF:
            return 0 not in numbers
        case Op.MORE_THAN:
            return numbers[0] < 0
        case Op.AT_LEAST:
            return numbers[0] <= 0
        case Op.LESS_THAN:
            return numbers[0] > 0
        case _:
            return numbers[0] >= 0


# ---------------------------------------------------------------- short history


def _short_history(event: EventRef, window: Window, place: Place) -> Iterator[Problem]:
    """A window with no beginning, or one on a fixed date; what hangs on the run is not known."""
    complete = event.history_from
    if complete is None or window.within is not None:
        return
    begins = _fixed_date(window)
    if window.since is not None and (begins is None or begins >= complete):
        return
    when = f"begins on {begins}" if begins is not None else "has no beginning"
    yield Problem(
        place,
        "short-history",
        f"the window {when}, and {event.entity}.{event.name} is complete only from {complete}",
        f"say `since: {complete}` or later",
        Severity.WARNING,
    )


def _fixed_date(window: Window) -> date | None:
    match window.since.moment if window.since is not None else None:
        case Day(on):
            return on
        case At(when):
            return when.date()
        case _:
            return None
