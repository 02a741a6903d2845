"""Why one customer does or does not match: the same compiler, one labelled column a node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.audience.answering import answer, rank_edge
from engine.audience.evidence import Asked, children_of, history_of
from engine.audience.evidence import events_of as event_rows_of
from engine.audience.fields import rows
from engine.audience.looked_at import Counted, Seen, counted, labels_of, list_of, values
from engine.audience.reading import Reading, Running
from engine.audience.snapshot import Snapshot
from engine.audience.stays import Own
from engine.audience.telling import age, few, next_anniversary, told, told_of
from engine.audience.values import Key
from engine.audience.words import condition_text, literal_text
from engine.bind.catalog import EventRef, FieldRef
from engine.bind.conditions import (
    Anniversary,
    BoundAll,
    BoundAny,
    BoundField,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundRank,
    BoundSegment,
    Condition,
    FigureKind,
)
from engine.bind.playbook import Audience
from engine.compile.core import (
    TOUCH_AT,
    Constant,
    Events,
    Field,
    Figure,
    Gathered,
    Predicate,
    Property,
    Ranked,
    Touches,
    Value,
)
from engine.compile.core import Key as KeyValue
from engine.compile.edges import Asking
from engine.compile.lower import asked_at, lower
from engine.compile.question import Question

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
    """A condition with what is asked of the store to explain it, each value with its name.

    `counted` are the events, children or histories behind it, `listed` a computed list that it asks
    of, and `name` what stands before it where it is the label of a field.
    """

    condition: Condition
    holds: Predicate
    seen: Mapping[Seen, str]
    counted: tuple[Counted, ...]
    listed: FieldRef | None
    children: tuple[_Asked, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Answers:
    """What was found for the one key."""

    asking: Asking
    asked: Asked
    reading: Reading
    found: Mapping[Seen, object]
    lists: Mapping[str, object]


def explain(
    audience: Audience,
    key: Key,
    snapshot: Snapshot,
    as_of: datetime,
    *,
    own: Own | None = None,
) -> Node | None:
    """The condition tree for one key, each node with the values seen; None where the key is gone.

    A node says how it stands by itself: what is under a `not` is told as it is, then turned round.
    `own` is the stay in which it is asked, where it is asked of one inside a playbook.
    """
    holder = KeyValue((), audience.entity.key.kind) if own and own.enrollments else None
    asking = asked_at(as_of, audience.zone, snapshot.catalog, own=holder)
    asked = _asked(audience.condition, asking)
    outputs = tuple(dict.fromkeys(_outputs(asked)))
    question = Question(audience.entity, audience.zone, outputs=outputs, among=(key,))
    reading = Running(snapshot)
    found = list(answer(question, reading, own=own))
    if not found:
        return None
    answers = _Answers(
        asking,
        Asked(audience.entity, audience.zone, (key,), own),
        reading,
        dict(zip(outputs, found[0][1:], strict=True)),
        _lists(asked, audience, key, snapshot, as_of=as_of),
    )
    return _node(asked, answers)


# ---------------------------------------------------------------- asking


def _asked(condition: Condition, asking: Asking) -> _Asked:
    predicate = lower(condition, asking)
    children = tuple(_asked(part, inner) for part, inner in _parts(condition, asking))
    labels = tuple(
        replace(_asked(each, below), name=name)
        for name, each, below in labels_of(condition, asking)
    )
    return _Asked(
        condition,
        predicate,
        {} if children else values(condition, predicate, asking),
        () if children else counted(condition, predicate, asking),
        list_of(condition, asking),
        children or labels,
    )


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


def _outputs(asked: _Asked) -> Iterator[Seen]:
    yield asked.holds
    yield from asked.seen
    for child in asked.children:
        yield from _outputs(child)


def _lists(
    asked: _Asked, audience: Audience, key: Key, snapshot: Snapshot, *, as_of: datetime
) -> Mapping[str, object]:
    """The computed lists that are asked of, by path: they are made apart, as templates get them."""
    refs = list(dict.fromkeys(_listed(asked)))
    if not refs:
        return {}
    found = rows(audience.entity, [key], refs, snapshot, as_of=as_of, zone=audience.zone)
    return found.get(key, {})


def _listed(asked: _Asked) -> Iterator[FieldRef]:
    if asked.listed is not None:
        yield asked.listed
    for child in asked.children:
        yield from _listed(child)


# ---------------------------------------------------------------- telling


def _node(asked: _Asked, answers: _Answers) -> Node:
    name = f"{asked.name}: " if asked.name else ""
    return Node(
        name + condition_text(asked.condition),
        bool(answers.found[asked.holds]),
        "; ".join(filter(None, _seen(asked, answers))),
        tuple(_node(child, answers) for child in asked.children),
    )


def _seen(asked: _Asked, answers: _Answers) -> Iterator[str]:
    """The own value, or figures; then what else it hangs on; then what was counted."""
    if asked.listed is not None:
        yield told(answers.lists.get(asked.listed.path), answers.asking)
    texts = [
        (name, told_of(value, answers.found[value], answers.asking))
        for value, name in asked.seen.items()
    ]
    if texts and isinstance(asked.condition, BoundField | BoundRank) and asked.listed is None:
        yield texts.pop(0)[1]
    yield ", ".join(f"{name}: {text}" for name, text in texts)
    yield _beside(asked, answers)
    for each in asked.counted:
        yield _counted(each, answers)


def _beside(asked: _Asked, answers: _Answers) -> str:
    """What a test compares with and the file does not say: the edge of a rank, the next year."""
    match asked.condition, asked.holds:
        case BoundRank(highest=highest), Ranked(_, rank):
            who = answers.asked
            edge = rank_edge(rank, Question(who.entity, who.zone), answers.reading)
            shown = told(edge.value, answers.asking) if isinstance(edge, Constant) else "nobody"
            return f"the {'lowest' if highest else 'highest'} that is in: {shown}"
        case BoundField(test=test), _ if any(
            isinstance(each, Anniversary) for each in test.clauses
        ):
            value = answers.found[next(iter(asked.seen))]
            day = next_anniversary(value, answers.asking)
            return f"the next on {day} ({age(day, answers.asking)})" if day else ""
        case _:
            return ""


# ---------------------------------------------------------------- what was counted


def _counted(each: Counted, answers: _Answers) -> str:
    match each.of:
        case Events(source=EventRef() as event):
            return _events(each, event, answers)
        case Events(source=Touches()):
            return _last_touch(each.of, answers)
        case Gathered() as gathered:
            return _children(gathered, answers)
        case FieldRef() as ref:
            return _history(ref, answers)
        case _:
            return ""


def _events(each: Counted, event: EventRef, answers: _Answers) -> str:
    """The last of the events with what is known of each, and how many there are if it is named."""
    assert isinstance(each.of, Events)
    columns = tuple(Property(ref) for ref in (event.at, *event.properties.values()))
    found = event_rows_of(each.of, columns, answers.asked, answers.reading)
    if not found:
        return ""
    last = sorted(found, key=lambda row: row[1], reverse=True)  # type: ignore[arg-type, return-value]
    name = f"{each.name}: " if each.name else ""
    return f"{name}the last {few([_event(row, event, answers.asking) for row in last])}"


def _event(row: Sequence[object], event: EventRef, asking: Asking) -> str:
    at, *known = row[1:]
    texts = [
        f"{name} {literal_text(value)}"
        for name, value in zip(event.properties, known, strict=True)
        if value is not None
    ]
    return " ".join((told(at, asking), *texts))


def _history(ref: FieldRef, answers: _Answers) -> str:
    """The last records of a field, each with its time."""
    asking = answers.asking
    found = history_of(ref, answers.asked, answers.reading, asking.as_of)
    texts = [
        f"{'first seen as' if is_first else f'{_short(previous)} to'} {_short(value)} on "
        f"{told(at, asking)}"
        for at, previous, value, is_first in found
    ]
    return f"history: {few(texts)}" if texts else "no history of it is recorded"


def _short(value: object) -> str:
    return "missing" if value is None else literal_text(value)


def _last_touch(touches: Events, answers: _Answers) -> str:
    """When the last touch was, of those that there are."""
    if not answers.found.get(Figure(FigureKind.TIMES, touches), 1):
        return ""
    last = Figure(FigureKind.HIGHEST, touches, TOUCH_AT)
    number = Figure(FigureKind.TIMES, touches)
    [(_, times, at)] = answers.asked.values((number, last), answers.reading)
    return f"the last touch {told(at, answers.asking)}" if times else ""


def _children(gathered: Gathered, answers: _Answers) -> str:
    """The first of the children by key, with their labels and the value that is asked of them."""
    child = answers.reading.snapshot.catalog.entities[gathered.figure.entity]
    columns: list[Value] = []
    if child.label is not None:
        columns.append(Field(FieldRef((), child.name, child.label.column, child.label)))
    if gathered.figure.of is not None:
        columns.append(gathered.figure.of)
    found = children_of(gathered, tuple(columns), answers.asked, answers.reading)
    texts = [
        " ".join(literal_text(value) for value in row[1:] if value is not None) for row in found
    ]
    return f"{child.name} {few(texts)}" if texts else ""
