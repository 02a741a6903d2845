"""Why one customer does or does not match: the same compiler, one labelled column a node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.audience.answering import answer
from engine.audience.reading import Running
from engine.audience.snapshot import Snapshot
from engine.audience.values import Key
from engine.audience.words import condition_text, literal_text
from engine.bind.conditions import (
    BoundAll,
    BoundAny,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundSegment,
    Condition,
    FigureKind,
)
from engine.bind.playbook import Audience
from engine.compile.algebra import walk
from engine.compile.core import Events, Field, Figure, Predicate, Touches, Value
from engine.compile.edges import Asking
from engine.compile.lower import asked_at, lower
from engine.compile.question import Question
from engine.moments import local_date

__all__ = ["Node", "explain"]


@dataclass(frozen=True, slots=True)
class Node:
    """A condition in plain words, whether it holds, and the values that decided it."""

    condition: str
    holds: bool
    seen: str = ""
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A condition with what is asked of the store to explain it."""

    condition: Condition
    holds: Predicate
    seen: tuple[Value, ...]
    children: tuple[_Asked, ...]


def explain(audience: Audience, key: Key, snapshot: Snapshot, as_of: datetime) -> Node | None:
    """The condition tree for one key, each node with the values seen; None where the key is gone.

    A node says how it stands by itself: what is under a `not` is told as it is, then turned round.
    """
    asking = asked_at(as_of, audience.zone, snapshot.catalog)
    asked = _asked(audience.condition, asking)
    outputs = tuple(dict.fromkeys(_outputs(asked)))
    question = Question(audience.entity, audience.zone, outputs=outputs, among=(key,))
    rows = list(answer(question, Running(snapshot)))
    if not rows:
        return None
    found = dict(zip(outputs, rows[0][1:], strict=True))
    return _node(asked, found, asking)


def _asked(condition: Condition, asking: Asking) -> _Asked:
    predicate = lower(condition, asking)
    children = tuple(_asked(part, inner) for part, inner in _parts(condition, asking))
    seen = () if children else tuple(dict.fromkeys(_values_of(predicate)))
    return _Asked(condition, predicate, seen, children)


def _parts(condition: Condition, asking: Asking) -> Iterator[tuple[Condition, Asking]]:
    match condition:
        case BoundAll(parts) | BoundAny(parts) | BoundNone(parts):
            yield from ((part, asking) for part in parts)
        case BoundNot(part):
            yield part, asking
        case BoundSegment(_, inner):
            yield inner, asking
        case BoundParent(link, _, inner):
            yield inner, asking.at_link(link)


def _values_of(predicate: Predicate) -> Iterator[Field | Figure]:
    """The fields that a leaf looks at, the number of its events, and the figures asked of them."""
    for each in walk(predicate):
        match each:
            case Field() | Figure():
                yield each
            case Events():
                yield Figure(FigureKind.TIMES, each)


def _outputs(asked: _Asked) -> Iterator[Predicate | Value]:
    yield asked.holds
    yield from asked.seen
    for child in asked.children:
        yield from _outputs(child)


# ---------------------------------------------------------------- telling


def _node(asked: _Asked, found: Mapping[Predicate | Value, object], asking: Asking) -> Node:
    return Node(
        condition_text(asked.condition),
        bool(found[asked.holds]),
        _seen(asked.seen, found, asking),
        tuple(_node(child, found, asking) for child in asked.children),
    )


def _seen(
    values: Sequence[Value], found: Mapping[Predicate | Value, object], asking: Asking
) -> str:
    if len(values) == 1 and isinstance(values[0], Field):
        return _told(found[values[0]], asking)
    return ", ".join(f"{_name(value)}: {_told(found[value], asking)}" for value in values)


def _name(value: Value) -> str:
    match value:
        case Field(ref):
            return ref.path
        case Figure(FigureKind.TIMES, Events(source=Touches())):
            return "touches"
        case Figure(FigureKind.TIMES):
            return "times"
        case Figure(kind, _, of):
            return f"{kind.value} {of.column}" if of else kind.value
        case _:
            raise TypeError(f"{value!r} is nothing that explain shows")


def _told(value: object, asking: Asking) -> str:
    match value:
        case None:
            return "missing"
        case datetime():
            local = value.astimezone(asking.zone).replace(tzinfo=None)
            return f"{literal_text(local)} ({_age(local_date(value, asking.zone), asking)})"
        case date():
            return f"{literal_text(value)} ({_age(value, asking)})"
        case _:
            return literal_text(value)


def _age(day: date, asking: Asking) -> str:
    days = (asking.today - day).days
    if days == 0:
        return "today"
    number = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"{number} ago" if days > 0 else f"in {number}"
