"""Reading the formulas of computed fields: the word that begins one tells its form.

Language, section 2. What is looked up here is only whether a name is an entity's or an event's,
since that decides which words go with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.language.conditions import Condition, Test
from engine.language.formulas import (
    Band,
    Confidence,
    DaysBetween,
    Difference,
    Formula,
    Labels,
    Level,
    MissingPart,
    OfChildren,
    OfEvents,
    Ratio,
    Score,
    ScorePart,
)
from engine.places import DocumentPath
from engine.problems import did_you_mean
from engine.read.conditions import sound_condition
from engine.read.events import EVENT_WORDS, read_events
from engine.read.operators import read_test
from engine.read.reading import Reading
from engine.read.words import optional_text, read_moment

__all__ = ["FORMULAS", "read_formula"]

_Mapping = Mapping[str, Any]
_Reader = Callable[[_Mapping, str, DocumentPath, Reading, frozenset[str]], "Formula | None"]

_CHILDREN_WORDS = ("where", "through")
_OF_DAYS = ("days", "weeks", "months")


def read_formula(
    data: _Mapping, path: DocumentPath, reading: Reading, *, events: frozenset[str]
) -> Formula | None:
    """The formula of a mapping whose shape is sound; `events` are the own ones of the entity.

    None where it has problems, which are then reported.
    """
    head = next(word for word in FORMULAS if word in data)
    formula = FORMULAS[head](data, head, path, reading, events)
    return formula if reading.is_sound(path) else None


# ---------------------------------------------------------------- of events and of rows


def _aggregate(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula | None:
    """`count`, `sum`, `average`, `highest`, `lowest` and `list`: of events, or of rows."""
    name = data[head]
    if name in reading.names.entities and name in events:
        reading.report(
            (*path, head),
            "ambiguous-name",
            f"`{name}` is an event of this entity and an entity as well; `{head}` cannot tell "
            "which is meant",
            "rename the event",
        )
        return None
    if name in reading.names.entities:
        return _of_children(data, head, path, reading)
    if name not in events and "." not in name:
        reading.report(
            (*path, head),
            "unknown-name",
            f"`{name}` is neither an event of this entity nor an entity",
            did_you_mean(name, [*events, *reading.names.entities]),
        )
        return None
    return _of_events(data, head, path, reading, events)


def _of_events(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula | None:
    beside = _beside(head)
    at_most = ("at_most",) if head == "list" else ()
    words = (*EVENT_WORDS, *beside, *at_most)
    _refuse_unfit(data, head, words, "events", path=path, reading=reading)
    return OfEvents(
        word=head,
        events=read_events(data, head, path, reading),
        of=_said(data, beside),
        at_most=data.get("at_most"),
        place=reading.place(path),
    )


def _beside(head: str) -> tuple[str, ...]:
    """The word that names what a figure is of."""
    if head == "count":
        return ("distinct",)
    return () if head in _OF_DAYS else ("of",)


def _said(data: _Mapping, words: tuple[str, ...]) -> str:
    return next((data[word] for word in words if word in data), "")


def _of_children(data: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Formula | None:
    beside = _beside(head)
    at_most = ("at_most",) if head == "list" else ()
    words = (*_CHILDREN_WORDS, *beside, *at_most)
    _refuse_unfit(data, head, words, "rows of an entity", path=path, reading=reading)
    where = (*path, "where")
    return OfChildren(
        word=head,
        entity=data[head],
        of=_said(data, beside),
        where=sound_condition(data["where"], where, reading.seen_from(data[head]))
        if "where" in data
        else None,
        through=optional_text(data, "through", path, reading, "the name of a link"),
        at_most=data.get("at_most"),
        place=reading.place(path),
    )


def _refuse_unfit(
    data: _Mapping,
    head: str,
    words: tuple[str, ...],
    things: str,
    *,
    path: DocumentPath,
    reading: Reading,
) -> None:
    for key in data:
        if key != head and key not in words:
            message = f"`{key}` does not go with a `{head}` of {things}"
            reading.report_key((*path, key), "unknown-key", message, did_you_mean(key, words))


# ---------------------------------------------------------------- of other fields


def _ratio(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula:
    numerator, denominator = data[head]
    return Ratio(numerator, denominator, reading.place(path))


def _difference(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula:
    first, second = data[head]
    return Difference(first, second, reading.place(path))


def _days_between(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula:
    first, last = data[head]
    return DaysBetween(
        read_moment(first, (*path, head, 0), reading),
        read_moment(last, (*path, head, 1), reading),
        reading.place(path),
    )


def _score(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula:
    parts = tuple(
        ScorePart(
            name=name,
            path=part["from"],
            weight=part["weight"],
            worst=part["worst"],
            best=part["best"],
            place=reading.place((*path, head, name)),
        )
        for name, part in data[head].items()
    )
    return Score(parts, MissingPart(data.get("missing", "skip")), reading.place(path))


def _confidence(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula:
    return Confidence(data[head], reading.place(path))


def _band(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula:
    bands: dict[str, Test] = {}
    for position, (name, test) in enumerate(data["of"]):
        at = (*path, "of", position)
        if name in bands:
            reading.report((*at, 0), "duplicate-name", f"the band `{name}` stands twice")
        elif any(not each.operators for each in bands.values()):
            message = f"the band `{name}` is never reached: the one before it takes all"
            reading.report(at, "unreachable", message, "put `{}` last")
        bands[name] = _band_test(test, (*at, 1), reading)
    return Band(data[head], tuple(bands.items()), reading.place(path))


def _band_test(test: object, path: DocumentPath, reading: Reading) -> Test:
    """`{}` holds of every value."""
    return Test((), place=reading.place(path)) if test == {} else read_test(test, path, reading)


def _labels(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula:
    labels = tuple(
        (name, sound_condition(condition, (*path, head, name), reading))
        for name, condition in data[head].items()
    )
    return Labels(labels, reading.place(path))


def _level(
    data: _Mapping, head: str, path: DocumentPath, reading: Reading, events: frozenset[str]
) -> Formula:
    levels: dict[str, Condition] = {}
    for position, (name, condition) in enumerate(data[head]):
        at = (*path, head, position)
        if name in levels:
            reading.report((*at, 0), "duplicate-name", f"the level `{name}` stands twice")
        levels[name] = sound_condition(condition, (*at, 1), reading)
    return Level(tuple(levels.items()), reading.place(path))


FORMULAS: Mapping[str, _Reader] = {
    "count": _aggregate,
    "days": _of_events,
    "weeks": _of_events,
    "months": _of_events,
    "sum": _aggregate,
    "average": _aggregate,
    "highest": _aggregate,
    "lowest": _aggregate,
    "first": _of_events,
    "last": _of_events,
    "list": _aggregate,
    "ratio": _ratio,
    "difference": _difference,
    "days_between": _days_between,
    "score": _score,
    "confidence": _confidence,
    "band": _band,
    "labels": _labels,
    "level": _level,
}
"""Every word that begins a formula, with what reads it."""
