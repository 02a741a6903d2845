"""Declared examples: what a `*.test.yaml` file says must hold. Language, section 5, "Tests".

Names of entities, events, fields and steps are still text, and moments are as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "Approved",
    "Cell",
    "Done",
    "Example",
    "Expected",
    "ExpectedClosing",
    "ExpectedExit",
    "ExpectedLevel",
    "ExpectedSkip",
    "ExpectedTouch",
    "Given",
    "KeyText",
    "Named",
    "Row",
    "Said",
    "Scene",
]

KeyText = int | str
"""The key of a row, as it is written."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row; `place` is that of its name, `value` plain YAML."""

    name: str
    value: object
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is given."""

    cells: tuple[Cell, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Given:
    """The rows of one entity or event."""

    of: str
    rows: tuple[Row, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What a server answers, one after the other; `to` is an address, empty for anybody.

    A text is an SMTP reply or `no answer`, a number the status of a web server.
    """

    channel: str
    answers: tuple[str | int, ...]
    to: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Named:
    """A step by its id, or by its verb and what stands beside that: `email: welcome`."""

    verb: str
    name: str
    place: Place = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f"{self.verb}: {self.name}"


@dataclass(frozen=True, slots=True)
class Done:
    """That somebody finishes the task of a step before the pass, with an outcome or none."""

    key: KeyText
    step: Named
    outcome: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Approved:
    """That a person lets the draft of a step go before the pass, as it reads."""

    key: KeyText
    step: Named
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ExpectedTouch:
    """A touch that goes out; what is empty is not asked of it."""

    key: KeyText
    step: Named
    to: str = ""
    subject: str | None = None
    subject_contains: tuple[str, ...] = ()
    body_contains: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ExpectedSkip:
    """A step that somebody came to and of which nothing went out, and why."""

    key: KeyText
    step: Named
    reason: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ExpectedExit:
    """A stay that ends, with its outcome; an empty `reason` is not asked."""

    key: KeyText
    outcome: str
    reason: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ExpectedLevel:
    """A level of the goal that somebody comes to, by its name."""

    key: KeyText
    level: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ExpectedClosing:
    """An open task that is closed and that nobody did; an empty `reason` is not asked."""

    key: KeyText
    step: Named
    reason: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """What one pass comes to: each list is complete, and None where nothing is said of it.

    `places` are those of the lists, by their names.
    """

    segment: tuple[KeyText, ...] | None = None
    entered: tuple[KeyText, ...] | None = None
    touches: tuple[ExpectedTouch, ...] | None = None
    skips: tuple[ExpectedSkip, ...] | None = None
    left: tuple[ExpectedExit, ...] | None = None
    levels: tuple[ExpectedLevel, ...] | None = None
    closed: tuple[ExpectedClosing, ...] | None = None
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class Scene:
    """One pass at an instant: what is so by then, and what it is expected to come to.

    `at` is as written: of the first scene `as_of`, else a moment or `+D` from the first.
    """

    at: str
    given: tuple[Given, ...] = ()
    suppressed: tuple[str, ...] = ()
    answers: tuple[Said, ...] = ()
    done: tuple[Done, ...] = ()
    approved: tuple[Approved, ...] = ()
    expect: Expected = Expected()
    at_place: Place = field(default=NOWHERE, compare=False)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Example:
    """A test file: the scenes of one playbook. `name` is that of its file, or what it says."""

    playbook: str
    name: str
    scenes: tuple[Scene, ...]
    place: Place = field(default=NOWHERE, compare=False)
