"""Declared formulas of computed fields: exactly what a file says, names still text.

Language, section 2. `word` is the word that begins the formula.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from engine.language.conditions import Condition, Did, Scalar, Test
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "Band",
    "Confidence",
    "DaysBetween",
    "Difference",
    "Formula",
    "Labels",
    "Level",
    "MissingPart",
    "OfChildren",
    "OfEvents",
    "Ratio",
    "Score",
    "ScorePart",
]


@dataclass(frozen=True, slots=True)
class OfEvents:
    """`count`, `days`, `sum`, `average`, `highest`, `lowest`, `first`, `last`, `list` of events.

    `events` says which, and asks no figure of them. `of` is the property, empty where the word
    needs none; of a `count`, that whose different values count. `weeks` and `months` are as `days`.
    """

    word: str
    events: Did
    of: str = ""
    at_most: int | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OfChildren:
    """`count`, `sum`, `average`, `highest`, `lowest` or `list` of the rows that link here.

    `of` is the path of a field of theirs; of a `count` that whose different values count, or empty.
    """

    word: str
    entity: str
    of: str = ""
    where: Condition | None = None
    through: str | None = None
    at_most: int | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Ratio:
    """`ratio: [A, B]` of two fields."""

    numerator: str
    denominator: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """`difference: [A, B]` of two fields."""

    first: str
    second: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """`days_between: [A, B]` of two moments, which fields are."""

    first: str
    last: str
    place: Place = field(default=NOWHERE, compare=False)


class MissingPart(StrEnum):
    """What becomes of a part of a score that is missing."""

    SKIP = "skip"
    WORST = "worst"


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a score, by its name: a field between its worst and its best value."""

    name: str
    path: str
    weight: Scalar
    worst: Scalar
    best: Scalar
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Score:
    """`score`: the weighted mean of parts."""

    parts: tuple[ScorePart, ...]
    missing: MissingPart = MissingPart.SKIP
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Confidence:
    """`confidence: SCORE`: how much of a score is there."""

    path: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Band:
    """`band`: names of bands with their tests, the first that holds wins; `{}` always holds."""

    path: str
    bands: tuple[tuple[str, Test], ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Labels:
    """`labels`: names with their conditions."""

    labels: tuple[tuple[str, Condition], ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Level:
    """`level`: names of levels with their conditions, the lowest first."""

    levels: tuple[tuple[str, Condition], ...]
    place: Place = field(default=NOWHERE, compare=False)


Formula = (
    OfEvents
    | OfChildren
    | Ratio
    | Difference
    | DaysBetween
    | Score
    | Confidence
    | Band
    | Labels
    | Level
)
