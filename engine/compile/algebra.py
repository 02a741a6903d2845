"""The algebra of the core: joining predicates, turning them round, walking and changing trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import get_args, get_type_hints

from engine.bind.catalog import EventRef
from engine.bind.conditions import FigureKind
from engine.compile.core import (
    TOUCH_AT,
    After,
    All,
    Always,
    Among,
    Awaited,
    Change,
    ChildFigure,
    Chosen,
    Compare,
    Constant,
    DaysBetween,
    DayStart,
    Difference,
    EdgeKind,
    Either,
    Events,
    Field,
    Figure,
    Followed,
    Gathered,
    Happened,
    IsSet,
    Key,
    Labels,
    Listed,
    LocalDate,
    Lower,
    Match,
    MonthDay,
    Node,
    Picked,
    Predicate,
    Property,
    Ranked,
    Ratio,
    Scaled,
    Score,
    Shifted,
    Tallied,
    Total,
    Value,
    YearOf,
)
from engine.language.catalog import Kind

__all__ = [
    "Successor",
    "all_of",
    "any_of",
    "complement",
    "conjuncts",
    "kind_of",
    "rejoined",
    "successor_of",
    "time_of",
    "transform",
    "walk",
]


def all_of(*parts: Predicate) -> Predicate:
    """All of them, flat, without what always holds; one that never holds is the whole."""
    flat = _flat(parts, All, Always(True))
    if Always(False) in flat:
        return Always(False)
    return flat[0] if len(flat) == 1 else All(flat) if flat else Always(True)


def any_of(*parts: Predicate) -> Predicate:
    """Any of them, flat, without what never holds; one that always holds is the whole."""
    flat = _flat(parts, Either, Always(False))
    if Always(True) in flat:
        return Always(True)
    return flat[0] if len(flat) == 1 else Either(flat) if flat else Always(False)


def _flat(
    parts: tuple[Predicate, ...], nest: type[All] | type[Either], neutral: Always
) -> tuple[Predicate, ...]:
    flat: dict[Predicate, None] = {}
    for part in parts:
        inner = part.parts if isinstance(part, nest) else (part,)
        flat.update((each, None) for each in inner if each != neutral)
    return tuple(flat)


def conjuncts(predicate: Predicate) -> tuple[Predicate, ...]:
    """The parts that must all hold."""
    return predicate.parts if isinstance(predicate, All) else (predicate,)


def complement(predicate: Predicate) -> Predicate:
    """What holds exactly where `predicate` does not."""
    match predicate:
        case Always(holds):
            return Always(not holds)
        case All(parts):
            return any_of(*(complement(part) for part in parts))
        case Either(parts):
            return all_of(*(complement(part) for part in parts))
        case IsSet(value, present):
            return IsSet(value, not present)
        case Compare(op, left, right, if_missing):
            return Compare(op.opposite, left, right, not if_missing)
        case Among(value, options, inside, if_missing):
            return Among(value, options, not inside, not if_missing)
        case Match(how, text, part, holds, if_missing):
            return Match(how, text, part, not holds, not if_missing)
        case Happened(events, holds):
            return Happened(events, not holds)
        case Followed(holds=holds) | Ranked(holds=holds):
            return replace(predicate, holds=not holds)


def kind_of(value: Value) -> Kind:
    """The type of a value."""
    match value:
        case Constant(kind=kind) | Key(kind=kind) | Awaited(kind):
            return kind
        case Field(ref):
            return ref.kind
        case Property(column) | After(column):
            return column.kind
        case Lower():
            return Kind.TEXT
        case Scaled() | Ratio() | Difference() | Change() | Score():
            return Kind.NUMBER
        case Labels() | Listed():
            return Kind.LIST
        case Chosen(_, values):
            return kind_of(values[0])
        case Picked(Gathered(figure=ChildFigure(of=of))) if of is not None:
            return kind_of(of)
        case Picked():
            raise TypeError("a child is picked for one of its fields")
        case Gathered(_, figure):
            return _kind_of(figure.kind, None if figure.of is None else kind_of(figure.of))
        case LocalDate():
            return Kind.DATE
        case DayStart():
            return Kind.TIMESTAMP
        case Shifted(of):
            return kind_of(of)
        case Figure(kind, _, of) | Tallied(Figure(kind, _, of)):
            return _kind_of(kind, None if of is None else of.kind)
        case DaysBetween() | YearOf() | MonthDay() | Total():
            return Kind.INTEGER


Successor = tuple[EventRef, Predicate]
"""Events that may follow another, and what must hold of them, however soon they must come."""


def successor_of(followed: Followed) -> Successor:
    """What may follow."""
    return followed.source, followed.counting


def time_of(events: Events) -> Property:
    """The time of each of these events."""
    return Property(events.source.at if isinstance(events.source, EventRef) else TOUCH_AT)


def _kind_of(figure: FigureKind | EdgeKind, of: Kind | None) -> Kind:
    match figure:
        case FigureKind.AVERAGE:
            return Kind.NUMBER
        case FigureKind.SUM | FigureKind.HIGHEST | FigureKind.LOWEST | EdgeKind() if of is not None:
            return of
        case _:
            return Kind.INTEGER


def rejoined(node: Node) -> Node:
    """A conjunction or alternative anew, once its parts have changed; any other node as it is."""
    match node:
        case All(parts):
            return all_of(*parts)
        case Either(parts):
            return any_of(*parts)
        case _:
            return node


def walk(node: Node, until: tuple[type, ...] = ()) -> Iterator[Node]:
    """The node and every node under it, but not what is under those of the types `until`."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, until):
            waiting.extend(reversed(_children(each)))


def _children(node: Node) -> list[Node]:
    found: list[Node] = []
    for name in _PARTS[type(node)]:
        value = getattr(node, name)
        if type(value) in _NODES:
            found.append(value)
        elif type(value) is tuple:
            found.extend(each for each in value if type(each) in _NODES)
    return found


def transform(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with `change` applied to it and all under it, the innermost first."""
    changed: dict[str, object] = {}
    for name in _PARTS[type(node)]:
        value = getattr(node, name)
        if type(value) in _NODES:
            inner: object = transform(value, change)
            if inner is not value:
                changed[name] = inner
        elif type(value) is tuple and value and type(value[0]) in _NODES:
            parts = tuple(transform(each, change) for each in value)
            if any(new is not old for new, old in zip(parts, value, strict=True)):
                changed[name] = parts
    return change(replace(node, **changed) if changed else node)  # type: ignore[arg-type]


_NODES = frozenset(get_args(Node))
"""No node has subclasses: to look a type up is quicker than to ask for each of many."""


def _holds_nodes(hint: object) -> bool:
    """Whether what is declared so may be a node, or several."""
    return hint in _NODES or any(map(_holds_nodes, get_args(hint)))


_PARTS = {
    kind: tuple(name for name, hint in get_type_hints(kind).items() if _holds_nodes(hint))
    for kind in _NODES
}
"""Where each type of node has others under it; much is walked, and most of it are leaves."""
