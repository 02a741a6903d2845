"""Declared formulas to bound ones: every name looked up, and the kind of what comes out."""

from __future__ import annotations

from engine.bind.catalog import Computed, EventRef, FieldRef
from engine.bind.children import find_children
from engine.bind.conditions import BoundTest, FigureKind
from engine.bind.events import bind_events, event_property
from engine.bind.filters import bind_condition
from engine.bind.findings import Findings, wrong
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
    Ratio,
    Score,
    ScorePart,
)
from engine.bind.literals import literal
from engine.bind.names import Scope, find_field
from engine.bind.subjects import Subject, subject_of
from engine.bind.tests import bind_test
from engine.bind.windows import bind_moment
from engine.language import formulas as declared
from engine.language.catalog import Kind
from engine.language.conditions import Scalar, Test
from engine.places import Place
from engine.problems import Invalid

__all__ = ["Formulated", "bind_formula"]

Formulated = tuple[Formula, Computed, tuple[Scalar, ...]]
"""A formula, what it gives, and all the values that can come out of it (none: any)."""

_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})
_ORDERED = _NUMBERS | {Kind.DATE, Kind.TIMESTAMP}
_FIGURES = {
    "count": FigureKind.TIMES,
    "days": FigureKind.DAYS,
    "weeks": FigureKind.WEEKS,
    "months": FigureKind.MONTHS,
    "sum": FigureKind.SUM,
    "average": FigureKind.AVERAGE,
    "highest": FigureKind.HIGHEST,
    "lowest": FigureKind.LOWEST,
}
_OPERANDS = {
    FigureKind.SUM: _NUMBERS,
    FigureKind.AVERAGE: _NUMBERS,
    FigureKind.HIGHEST: _ORDERED,
    FigureKind.LOWEST: _ORDERED,
}


def bind_formula(formula: declared.Formula, scope: Scope) -> Formulated:
    """A formula of the asking entity.

    Raises:
        Invalid: with the problems of all its parts.
    """
    match formula:
        case declared.OfEvents(word="first" | "last"):
            return _edge(formula, scope)
        case declared.OfEvents(word="list"):
            return _listed_events(formula, scope)
        case declared.OfEvents():
            return _events_figure(formula, scope)
        case declared.OfChildren(word="list"):
            return _listed_children(formula, scope)
        case declared.OfChildren():
            return _children_figure(formula, scope)
        case declared.Ratio():
            return _ratio(formula, scope)
        case declared.Difference():
            return _difference(formula, scope)
        case declared.DaysBetween():
            return _days_between(formula, scope)
        case declared.Score():
            return _score(formula, scope)
        case declared.Confidence():
            return _confidence(formula, scope)
        case declared.Band():
            return _band(formula, scope)
        case declared.Labels():
            return _labels(formula, scope)
        case declared.Level():
            return _level(formula, scope)


# ---------------------------------------------------------------- events


def _events_figure(formula: declared.OfEvents, scope: Scope) -> Formulated:
    events = bind_events(formula.events, scope)
    figure = _FIGURES[formula.word]
    if figure not in _OPERANDS:
        if formula.of:
            event_property(formula.of, events.event, formula.place)
            figure = FigureKind.DISTINCT
        return EventsFigure(figure, formula.of, events), Computed(Kind.INTEGER), ()
    kind = _property_kind(formula, events.event)
    _check_operand(formula.word, f"the property {events.event.name}.{formula.of}", kind, formula)
    found = EventsFigure(figure, formula.of, events)
    return found, Computed(_kind_of_figure(figure, kind)), ()


def _edge(formula: declared.OfEvents, scope: Scope) -> Formulated:
    events = bind_events(formula.events, scope)
    kind = _property_kind(formula, events.event) if formula.of else Kind.TIMESTAMP
    found = EdgeEvent(formula.word == "last", formula.of, events)
    return found, Computed(kind), ()


def _listed_events(formula: declared.OfEvents, scope: Scope) -> Formulated:
    events = bind_events(formula.events, scope)
    items = _property_kind(formula, events.event)
    found = ListedEvents(formula.of, events, formula.at_most)
    return found, Computed(Kind.LIST, items), ()


def _property_kind(formula: declared.OfEvents, event: EventRef) -> Kind:
    """The kind of the property; a list neither compares nor stands in a list."""
    kind = event_property(formula.of, event, formula.place).kind
    if kind is Kind.LIST:
        raise _of_list(formula.word, f"the property {event.name}.{formula.of}", formula.place)
    return kind


# ---------------------------------------------------------------- children


def _children_figure(formula: declared.OfChildren, scope: Scope) -> Formulated:
    figure = _FIGURES[formula.word]
    if figure is FigureKind.TIMES and formula.of:
        figure = FigureKind.DISTINCT
    with Findings() as found:
        children = found.attempt(lambda: _children(formula, scope))
        of = found.attempt(lambda: _field_of_children(formula, scope))
        kind = _kind_of_figure(figure, of.kind) if of and figure in _OPERANDS else Kind.INTEGER
        return ChildrenFigure(figure, of, children), Computed(kind), ()


def _field_of_children(formula: declared.OfChildren, scope: Scope) -> FieldRef | None:
    """What the figure is of; None where the rows themselves are counted."""
    if not formula.of:
        return None
    child = scope.entity_named(formula.entity, formula.place)
    ref = find_field(formula.of, scope.of(child), formula.place)
    name = f"{child.name}.{formula.of}"
    if formula.word != "count":
        _check_operand(formula.word, name, ref.kind, formula)
    elif ref.kind is Kind.LIST:
        raise _of_list("distinct", name, formula.place)
    return ref


def _listed_children(formula: declared.OfChildren, scope: Scope) -> Formulated:
    child = scope.entity_named(formula.entity, formula.place)
    with Findings() as found:
        children = found.attempt(lambda: _children(formula, scope))
        of = find_field(formula.of, scope.of(child), formula.place)
        if of.kind is Kind.LIST:
            raise _of_list(formula.word, f"{child.name}.{formula.of}", formula.place)
        listed = ListedChildren(of, children, formula.at_most)
        return listed, Computed(Kind.LIST, of.kind, of_children=True), of.values


def _children(formula: declared.OfChildren, scope: Scope) -> LinkedChildren:
    child, link = find_children(formula.entity, formula.through, scope, place=formula.place)
    where = formula.where
    condition = None if where is None else bind_condition(where, scope.of(child))
    return LinkedChildren(child.name, link.name, condition)


# ---------------------------------------------------------------- what figures are of


def _check_operand(
    word: str, name: str, kind: Kind, formula: declared.OfEvents | declared.OfChildren
) -> None:
    fitting = _OPERANDS[_FIGURES[word]]
    if kind not in fitting:
        needed = "a number" if fitting == _NUMBERS else "a number, a date or a time"
        raise wrong(formula.place, "wrong-type", f"`{word}` needs {needed}; {name} is {kind}")


def _kind_of_figure(figure: FigureKind, kind: Kind) -> Kind:
    return Kind.NUMBER if figure is FigureKind.AVERAGE else kind


def _of_list(word: str, name: str, place: Place) -> Invalid:
    return wrong(place, "wrong-type", f"`{word}` takes single values; {name} is a list")


# ---------------------------------------------------------------- other fields


def _number(path: str, word: str, scope: Scope, place: Place) -> FieldRef:
    ref = find_field(path, scope, place)
    if ref.kind not in _NUMBERS:
        raise wrong(place, "wrong-type", f"`{word}` needs numbers; `{path}` is {ref.kind}")
    return ref


def _ratio(formula: declared.Ratio, scope: Scope) -> Formulated:
    paths = (formula.numerator, formula.denominator)
    with Findings() as found:
        refs = found.each(paths, lambda path: _number(path, "ratio", scope, formula.place))
        return Ratio(*refs), Computed(Kind.NUMBER), ()


def _difference(formula: declared.Difference, scope: Scope) -> Formulated:
    paths = (formula.first, formula.second)
    with Findings() as found:
        refs = found.each(paths, lambda path: _number(path, "difference", scope, formula.place))
        return Difference(*refs), Computed(Kind.NUMBER), ()


def _days_between(formula: declared.DaysBetween, scope: Scope) -> Formulated:
    texts = (formula.first, formula.last)
    with Findings() as found:
        moments = found.each(texts, lambda text: bind_moment(text, scope, formula.place))
        return DaysBetween(*moments), Computed(Kind.INTEGER), ()


def _score(formula: declared.Score, scope: Scope) -> Formulated:
    with Findings() as found:
        parts = found.each(formula.parts, lambda part: _part(part, scope))
        return Score(parts, formula.missing), Computed(Kind.NUMBER), ()


def _confidence(formula: declared.Confidence, scope: Scope) -> Formulated:
    """Of a score of the same entity: its parts are bound anew, as if they stood here."""
    ref = find_field(formula.path, scope, formula.place)
    said = scope.project.entities[ref.entity].computed.get(ref.name)
    if ref.links or said is None or not isinstance(said.formula, declared.Score):
        raise wrong(
            formula.place,
            "wrong-type",
            f"`confidence` needs a score of the same entity; `{formula.path}` is none",
            hint="name the field that a `score` gives",
        )
    score = said.formula
    with Findings() as found:
        parts = found.each(score.parts, lambda part: _part(part, scope))
        return Confidence(parts), Computed(Kind.NUMBER), ()


def _part(part: declared.ScorePart, scope: Scope) -> ScorePart:
    def amount(value: Scalar, word: str) -> float:
        return float(literal(value, Kind.NUMBER, f"`{word}` of {part.name}", part.place))

    with Findings() as found:
        ref = found.attempt(lambda: _number(part.path, "score", scope, part.place))
        bound = ScorePart(
            name=part.name,
            ref=ref,
            weight=amount(part.weight, "weight"),
            worst=amount(part.worst, "worst"),
            best=amount(part.best, "best"),
        )
        if bound.weight <= 0:
            message = f"the weight of {part.name} is {part.weight}; expected a number over 0"
            raise wrong(part.place, "bad-value", message)
        if bound.worst == bound.best:
            message = f"the worst and the best value of {part.name} are equal; nothing lies between"
            raise wrong(part.place, "bad-value", message)
        return bound


def _band(formula: declared.Band, scope: Scope) -> Formulated:
    ref = find_field(formula.path, scope, formula.place)
    subject = subject_of(ref, formula.path)
    with Findings() as found:
        bands = found.each(
            formula.bands, lambda band: (band[0], _band_test(band[1], subject, scope))
        )
        names = tuple(name for name, _ in formula.bands)
        return Band(ref, bands), Computed(Kind.TEXT), names


def _band_test(test: Test, subject: Subject, scope: Scope) -> BoundTest:
    return bind_test(test, subject, scope) if test.operators else BoundTest(())


def _labels(formula: declared.Labels, scope: Scope) -> Formulated:
    with Findings() as found:
        labels = found.each(
            formula.labels, lambda label: (label[0], bind_condition(label[1], scope))
        )
        names = tuple(name for name, _ in formula.labels)
        return Labels(labels), Computed(Kind.LIST), names


def _level(formula: declared.Level, scope: Scope) -> Formulated:
    with Findings() as found:
        levels = found.each(
            formula.levels, lambda level: (level[0], bind_condition(level[1], scope))
        )
        return Level(levels), Computed(Kind.INTEGER), ()
