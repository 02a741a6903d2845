"""`touchline validate`: every file of a project; no data is read, no database library loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.bind.bind import bind_catalog, bind_playbook, check
from engine.bind.catalog import Catalog
from engine.bind.examples import bind_example, unknown_playbook
from engine.language.project import Project
from engine.messages.check import check_playbook
from engine.messages.compiled import read_email
from engine.places import Place
from engine.problems import Invalid, Misuse, Problem
from engine.read.load import load_project, project_root
from engine.report.problems import Checked

__all__ = ["check_files", "inside_project", "is_among", "problems_of"]


def problems_of(project: Project) -> tuple[Problem, ...]:
    """All problems of a project that was read: its files, names, types and templates, sorted."""
    catalog, _ = bind_catalog(project)
    found = {*project.problems, *check(project), *_of_templates(project, catalog)}
    found |= {*_of_examples(project, catalog)}
    return tuple(sorted(found))


def _of_templates(project: Project, catalog: Catalog) -> list[Problem]:
    found = [
        problem for each in project.templates.values() for problem in read_email(each).problems
    ]
    for name in project.playbooks:
        try:
            playbook = bind_playbook(name, project, catalog)
        except Invalid:
            continue  # `check` has told of it
        found += check_playbook(playbook, catalog, project.entities)
    return found


def _of_examples(project: Project, catalog: Catalog) -> list[Problem]:
    found: list[Problem] = []
    for each in project.examples.values():
        if each.playbook not in project.playbooks:
            found += unknown_playbook(each, project).problems
            continue
        try:
            playbook = bind_playbook(each.playbook, project, catalog)
        except Invalid:
            continue  # `check` has told of it
        try:
            bind_example(each, playbook, project, catalog)
        except Invalid as invalid:
            found += invalid.problems
    return found


def check_files(folder: Path | None, start: Path, paths: Sequence[Path]) -> Checked:
    """Read and check a project; `paths` narrow what is told to these files and folders.

    Raises:
        Misuse: there is no project, or a path is not in it.
    """
    root = project_root(folder, start)
    project = load_project(root)
    problems = problems_of(project)
    if not paths:
        return Checked(root, project.files, problems)
    wanted = [inside_project(path, start, root) for path in paths]
    told = tuple(problem for problem in problems if is_among(problem.place, wanted))
    return Checked(root, project.files, told)


def inside_project(path: Path, start: Path, root: Path) -> str:
    """A path that was named, relative to the project; Misuse where it is not in it."""
    for base in (start, root):
        full = (base / path).resolve()
        if full.exists() and full.is_relative_to(root.resolve()):
            return str(full.relative_to(root.resolve()))
    raise Misuse(f"{path} is no file or folder of the project at {root}")


def is_among(place: Place, wanted: Sequence[str]) -> bool:
    """Whether a place is in one of some files and folders."""
    return any(
        each == "." or place.path == each or place.path.startswith(f"{each}/") for each in wanted
    )
