"""`metrics/*.yaml` as declared. Language, section 5, "Metrics"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.language.conditions import Condition
from engine.language.metrics import (
    Amount,
    Count,
    Every,
    How,
    Metric,
    MetricFormula,
    Pairing,
    Share,
    Together,
)
from engine.places import DocumentPath
from engine.read.conditions import sound_condition
from engine.read.reading import Reading

__all__ = ["read_metric"]

_Data = Mapping[str, Any]


def read_metric(data: object, reading: Reading) -> Metric | None:
    """The metric of a file; None where the file has problems, which are then reported."""
    if not isinstance(data, dict):
        return None
    seen = reading.seen_from(data.get("of"))
    said = _conditions(data, seen)
    if reading.faults:
        return None
    return Metric(
        name=data["metric"],
        of=data["of"],
        formula=_formula(data, said, reading),
        by=data.get("by"),
        every=Every(data["every"]) if "every" in data else None,
        description=data.get("description", ""),
        by_place=reading.place(("by",)) if "by" in data else reading.place(()),
        place=reading.places.key(("metric",)),
    )


_CONDITIONS: Sequence[DocumentPath] = (
    ("share", "of"),
    ("share", "among"),
    ("count",),
    ("among",),
)
"""Where a condition may stand."""


def _conditions(data: _Data, reading: Reading) -> dict[DocumentPath, Condition]:
    """The conditions of a file by their paths, each checked by itself."""
    found: dict[DocumentPath, Condition] = {}
    for path in _CONDITIONS:
        within: object = data
        for key in path[:-1]:
            within = within.get(key) if isinstance(within, dict) else None
        if isinstance(within, dict) and path[-1] in within and reading.is_sound(path):
            found[path] = sound_condition(within[path[-1]], path, reading)
    return found


def _formula(
    data: _Data, said: Mapping[DocumentPath, Condition], reading: Reading
) -> MetricFormula:
    if "share" in data:
        return Share(said["share", "of"], said["share", "among"])
    if "count" in data:
        return Count(said["count",])
    for pairing in Pairing:
        if pairing in data:
            first, second = data[pairing]
            places = (reading.place((str(pairing), n)) for n in range(2))
            return Together(pairing, first, second, *places)
    how = next(each for each in How if each in data)
    return Amount(how, data[how], said.get(("among",)), reading.place((how,)))
