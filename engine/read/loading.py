"""What has been read of a project so far, while its files are read one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from engine.language.blueprints import Blueprint
from engine.language.catalog import Entity
from engine.language.examples import Example
from engine.language.metrics import Metric
from engine.language.playbook import Playbook, Segment
from engine.language.project import Template
from engine.places import Place
from engine.problems import Problem
from engine.read.documents import Document, read_document
from engine.read.files import Unreadable, read_text
from engine.read.reading import Names, Reading
from engine.read.secrets import check_references
from engine.read.shapes import check_shape

__all__ = ["Loading", "first_text"]

_Placed = Entity | Segment | Playbook | Blueprint | Metric


@dataclass(slots=True)
class Loading:
    """What has been read of a project so far."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    names: Names = Names()
    entities: dict[str, Entity] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    playbooks: dict[str, Playbook] = field(default_factory=dict)
    blueprints: dict[str, Blueprint] = field(default_factory=dict)
    expansions: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    examples: dict[str, Example] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def text(self, path: str) -> str | None:
        """The text of a file; None where it cannot be read, which is then a problem."""
        self.files.append(path)
        try:
            return read_text(self.root, path)
        except Unreadable as error:
            self.problems.append(error.problem)
            return None

    def document(self, path: str) -> Document | None:
        """The YAML of a file, as far as it could be read."""
        text = self.text(path)
        if text is None:
            return None
        document = read_document(text, path)
        self.problems += document.problems
        return document

    def reading(self, document: Document) -> Reading:
        """A reading of a document, in which what is wrong with its YAML is known."""
        reading = Reading(document.places, self.names)
        reading.faults += [((), problem.code) for problem in document.problems]
        return reading

    def checked(self, kind: str, document: Document) -> Reading:
        """A reading of a document whose shape was checked, and that no secret stands in it."""
        reading = self.reading(document)
        check_shape(kind, document.data, reading)
        check_references(document.data, reading, allowed=False)
        return reading

    def leave_out(self, kind: str, path: str, data: object) -> None:
        """Remember the name that a file declares, and the one that its own name suggests."""
        self.broken.add((kind, PurePosixPath(path).name.split(".")[0]))
        name = data.get(kind) if isinstance(data, dict) else None
        if isinstance(name, str):
            self.broken.add((kind, name))

    def left_out(self, kind: str) -> set[str]:
        """The names of one kind that were left out."""
        return {name for broken, name in self.broken if broken == kind}

    def is_new(self, kind: str, name: str, place: Place) -> bool:
        """Whether a name is declared for the first time; the second is a problem."""
        known = [each[name].place for each in self._declared(kind) if name in each]
        if known:
            message = f"the {kind} `{name}` is declared twice, here and at {known[0]}"
            self.problems.append(Problem(place, "duplicate-name", message, "rename one of them"))
        return not known

    def _declared(self, kind: str) -> tuple[Mapping[str, _Placed], ...]:
        """What shares its names with a kind: a playbook is not called like a blueprint."""
        match kind:
            case "entity":
                return (self.entities,)
            case "segment":
                return (self.segments,)
            case "metric":
                return (self.metrics,)
            case _:
                return (self.playbooks, self.blueprints)


def first_text(document: Document, key: str) -> str:
    """The text under a key of a file; empty where there is none."""
    value = document.data.get(key) if isinstance(document.data, dict) else None
    return value if isinstance(value, str) else ""
