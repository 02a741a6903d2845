"""What the files of a project say, as plain data by the names that they declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.language.project import Project
from engine.places import Place
from engine.problems import Invalid, Problem, errors_only
from engine.read.documents import read_document
from engine.read.files import read_text
from engine.read.load import SETTINGS_FILE

__all__ = ["NO_PAGES", "Page", "Pages", "read_pages", "refuse_unsound"]

Page = Mapping[str, Any]
"""What one file says."""


@dataclass(frozen=True, slots=True)
class Pages:
    """`touchline.yaml`, and the files of the catalog, segments and playbooks by name."""

    settings: Page = field(default_factory=dict)
    entities: Mapping[str, Page] = field(default_factory=dict)
    segments: Mapping[str, Page] = field(default_factory=dict)
    playbooks: Mapping[str, Page] = field(default_factory=dict)


NO_PAGES = Pages()
"""Those of no project."""


def read_pages(root: Path, project: Project) -> Pages:
    """The files of a sound project once more, without what reading them made of it.

    A playbook that uses a blueprint is what it stands for.
    """
    playbooks = {
        name: project.expansions[name]
        if name in project.expansions
        else _page(root, each.place.path)
        for name, each in project.playbooks.items()
    }
    return Pages(
        settings=_page(root, SETTINGS_FILE),
        entities={name: _page(root, each.place.path) for name, each in project.entities.items()},
        segments={name: _page(root, each.place.path) for name, each in project.segments.items()},
        playbooks=playbooks,
    )


def _page(root: Path, path: str) -> Page:
    data = read_document(read_text(root, path), path).data
    return data if isinstance(data, dict) else {}


def refuse_unsound(problems: tuple[Problem, ...], revision: str) -> None:
    """Raise Invalid where a project has errors; places are told as git does, `REVISION:PATH`."""
    errors = errors_only(problems)
    if not errors:
        return
    before = f"{revision}:" if revision else ""
    raise Invalid(
        Problem(
            Place(f"{before}{each.place.path}", each.place.line, each.place.column),
            each.code,
            each.message,
            each.hint,
        )
        for each in errors
    )
