"""Why one customer does or does not match: the same compiler, one labelled column a node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.audience.answering import answer
from engine.audience.evidence import Asked, children_of
from engine.audience.evidence import events_of as event_rows_of
from engine.audience.fields import listed
from engine.audience.reading import Reading, Running
from engine.audience.snapshot import Snapshot
from engine.audience.values import Key
from engine.audience.words import condition_text, literal_text
from engine.bind.catalog import EventRef
from engine.bind.conditions import (
    BoundAll,
    BoundAny,
    BoundDid,
    BoundField,
    BoundHas,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundRank,
    BoundSegment,
    Condition,
    FigureKind,
)
from engine.bind.playbook import Audience
from engine.compile.algebra import time_of, walk
from engine.compile.core import (
    Change,
    Chosen,
    Compare,
    Comparison,
    Constant,
    DaysBetween,
    Enrollments,
    Events,
    Field,
    Figure,
    Followed,
    Gathered,
    Happened,
    Labels,
    Listed,
    Predicate,
    Property,
    Ratio,
    Score,
    Touches,
    Value,
)
from engine.compile.edges import Asking
from engine.compile.happenings import events_of
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


Seen = Predicate | Value
_Counted = Events | Gathered | Listed


@dataclass(frozen=True, slots=True)
class _Asked:
    """A condition with what is asked of the store to explain it, each value with its name.

    `counted` are the events or children behind its figures, or a list of their values.
    """

    condition: Condition
    holds: Predicate
    seen: tuple[tuple[str, Seen], ...]
    counted: _Counted | None
    children: tuple[_Asked, ...]


@dataclass(frozen=True, slots=True)
class _Answers:
    """What was found for the one key."""

    asking: Asking
    asked: Asked
    reading: Reading
    found: Mapping[Seen, object]


def explain(audience: Audience, key: Key, snapshot: Snapshot, as_of: datetime) -> Node | None:
    """The condition tree for one key, each node with the values seen; None where the key is gone.

    A node says how it stands by itself: what is under a `not` is told as it is, then turned round.
    """
    asking = asked_at(as_of, audience.zone, snapshot.catalog)
    asked = _asked(audience.condition, asking)
    outputs = tuple(dict.fromkeys(_outputs(asked)))
    question = Question(audience.entity, audience.zone, outputs=outputs, among=(key,))
    reading = Running(snapshot)
    rows = list(answer(question, reading))
    if not rows:
        return None
    found = dict(zip(outputs, rows[0][1:], strict=True))
    who = Asked(audience.entity, audience.zone, (key,))
    return _node(asked, _Answers(asking, who, reading, found))


def _asked(condition: Condition, asking: Asking) -> _Asked:
    predicate = lower(condition, asking)
    children = tuple(_asked(part, inner) for part, inner in _parts(condition, asking))
    seen = (
        {} if children else {value: name for name, value in _values(condition, predicate, asking)}
    )
    return _Asked(
        condition,
        predicate,
        tuple((name, value) for value, name in seen.items()),
        _counted(condition, predicate, asking),
        children,
    )


def _counted(condition: Condition, predicate: Predicate, asking: Asking) -> _Counted | None:
    match condition:
        case BoundDid(figures=(), change=None, followed=(_,)):
            return next(each.events for each in walk(predicate) if isinstance(each, Happened))
        case BoundDid():
            return events_of(condition, asking)
        case BoundField(ref):
            return _list_at(asking.field(ref))
        case BoundHas():
            return next(each for each in walk(predicate) if isinstance(each, Gathered))
        case _:
            return None


def _list_at(value: Value) -> Listed | None:
    match value:
        case Listed():
            return value
        case Chosen(_, (Listed() as inner,)):
            return inner
        case _:
            return None


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


def _values(
    condition: Condition, predicate: Predicate, asking: Asking
) -> Iterator[tuple[str, Seen]]:
    """The values that a leaf looks at: fields, the number of its events, figures asked of them."""
    if isinstance(condition, BoundField):
        value = asking.field(condition.ref)
        if _list_at(value) is not None:
            return  # its members are shown
        yield from _of_field(condition.ref.path, value)
    if isinstance(condition, BoundRank):
        yield condition.ref.path, asking.field(condition.ref)
    for each in walk(predicate, _WHOLE):
        match each:
            case Field(ref):
                yield ref.path, each
            case Change(recent, earlier):
                yield from (("change", each), ("the last", recent), ("the time before", earlier))
            case Figure():
                yield _name(each), each
                yield from _fields_of(each.events)
            case Events():
                yield _name(Figure(FigureKind.TIMES, each)), Figure(FigureKind.TIMES, each)
                yield from _fields_of(each)
            case Gathered() if isinstance(condition, BoundHas):
                yield f"rows of {each.figure.entity}", each


_WHOLE = (Change, Chosen, DaysBetween, Events, Figure, Gathered, Labels, Listed, Ratio, Score)
"""What is inside these is told by their own value."""


def _of_field(path: str, value: Value) -> Iterator[tuple[str, Seen]]:
    """A value by its path; of labels which of them hold."""
    match value:
        case Labels(names, conditions):
            yield from zip(names, conditions, strict=True)
        case Chosen(_, (Labels() as inner,)):
            yield from _of_field(path, inner)
        case _:
            yield path, value


def _fields_of(events: Events) -> Iterator[tuple[str, Seen]]:
    for each in walk(events.counting, _WHOLE):
        if isinstance(each, Field):
            yield each.ref.path, each


def _outputs(asked: _Asked) -> Iterator[Seen]:
    yield asked.holds
    yield from (value for _, value in asked.seen)
    for child in asked.children:
        yield from _outputs(child)


# ---------------------------------------------------------------- telling


def _node(asked: _Asked, answers: _Answers) -> Node:
    return Node(
        condition_text(asked.condition),
        bool(answers.found[asked.holds]),
        "; ".join(filter(None, (_seen(asked, answers), _shown(asked.counted, answers)))),
        tuple(_node(child, answers) for child in asked.children),
    )


def _seen(asked: _Asked, answers: _Answers) -> str:
    found, asking = answers.found, answers.asking
    if len(asked.seen) == 1 and isinstance(asked.condition, BoundField | BoundRank):
        return _told(found[asked.seen[0][1]], asking)
    told = (
        f"{name}: {_told(found[value], asking)}{_window(value, asking)}"
        for name, value in asked.seen
    )
    return ", ".join(told)


def _window(value: Predicate | Value, asking: Asking) -> str:
    """From when events were counted, where no row is needed to know it."""
    if isinstance(value, Figure):
        for each in walk(value.events.counting):
            match each:
                case Compare(Comparison.GE, left, Constant(datetime() as start)):
                    if left == time_of(value.events):
                        return f" since {_local(start, asking)}"
    return ""


_FEW = 3


def _shown(counted: _Counted | None, answers: _Answers) -> str:
    """A few of what was counted: the last events with what is known of each, the first children."""
    match counted:
        case Events(source=EventRef() as event):
            columns = (event.at, *event.properties.values())
            values = tuple(Property(ref) for ref in columns)
            rows = event_rows_of(counted, values, answers.asked, answers.reading)
            last = sorted(rows, key=lambda row: row[1], reverse=True)  # type: ignore[arg-type, return-value]
            return _few([_event(row, event, answers.asking) for row in last], "the last ")
        case Listed():
            [key] = answers.asked.keys
            return literal_text(listed(counted, answers.asked, answers.reading).get(key, ()))
        case Gathered():
            children = children_of(counted, (), answers.asked, answers.reading)
            return _few([literal_text(row[1]) for row in children], counted.figure.entity + " ")
        case _:
            return ""


def _few(texts: Sequence[str], name: str) -> str:
    if not texts:
        return ""
    return name + ", ".join(texts[:_FEW]) + (", …" if len(texts) > _FEW else "")


def _event(row: Sequence[object], event: EventRef, asking: Asking) -> str:
    at, *values = row[1:]
    known = [
        f"{name} {literal_text(value)}"
        for name, value in zip(event.properties, values, strict=True)
        if value is not None
    ]
    return " ".join((_told(at, asking), *known))


def _name(figure: Figure) -> str:
    match figure:
        case Figure(FigureKind.TIMES, Events(source=Touches())):
            return "touches"
        case Figure(FigureKind.TIMES, Events(source=Enrollments())):
            return "enrollments"
        case Figure(FigureKind.TIMES, events):
            followed = (each for each in walk(events.counting) if isinstance(each, Followed))
            told = ("followed" if each.holds else "not followed" for each in followed)
            return next(told, _event_name(events))
        case Figure(kind, _, of):
            return f"{kind.value} {of.column}" if of else kind.value


def _event_name(events: Events) -> str:
    return events.source.name if isinstance(events.source, EventRef) else "times"


def _told(value: object, asking: Asking) -> str:
    match value:
        case None:
            return "missing"
        case datetime():
            return f"{_local(value, asking)} ({_age(local_date(value, asking.zone), asking)})"
        case date():
            return f"{literal_text(value)} ({_age(value, asking)})"
        case _:
            return literal_text(value)


def _local(at: datetime, asking: Asking) -> str:
    return literal_text(at.astimezone(asking.zone).replace(tzinfo=None))


def _age(day: date, asking: Asking) -> str:
    days = (asking.today - day).days
    if days == 0:
        return "today"
    number = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"{number} ago" if days > 0 else f"in {number}"
