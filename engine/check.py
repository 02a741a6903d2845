"""`touchline validate` and `lint`: every file of a project; no data is read, no database needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.bind.bind import BoundProject, bind_project
from engine.bind.examples import bind_example, unknown_playbook
from engine.language.project import Project
from engine.messages.check import check_playbook
from engine.messages.compiled import read_email
from engine.places import Place
from engine.problems import Invalid, Misuse, Problem
from engine.read.blueprints import LIBRARY
from engine.read.load import load_project, project_root
from engine.report.problems import Checked

__all__ = [
    "check_files",
    "inside_project",
    "is_among",
    "lint_files",
    "narrowed",
    "problems_of",
    "told",
]


def problems_of(project: Project) -> tuple[Problem, ...]:
    """All problems of a project that was read: its files, names, types and templates, sorted."""
    return _problems(project, bind_project(project))


def _problems(project: Project, bound: BoundProject) -> tuple[Problem, ...]:
    found = {*project.problems, *bound.problems, *_of_templates(project, bound)}
    found |= {*_of_examples(project, bound)}
    return told(found)


def told(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems as they are printed, sorted: what a place notes of a blueprint is in the message.

    What a blueprint says wrong by itself is not told once more for each that uses it.
    """
    found = set(problems)
    once = (each for each in found if not each.place.note or _unnoted(each) not in found)
    return tuple(sorted({_told(each) for each in once}))


def _unnoted(problem: Problem) -> Problem:
    return replace(problem, place=replace(problem.place, note=""))


def _told(problem: Problem) -> Problem:
    note = problem.place.note
    if not note:
        return problem
    return replace(_unnoted(problem), message=f"{problem.message} ({note})")


def _of_templates(project: Project, bound: BoundProject) -> list[Problem]:
    found = [
        problem for each in project.templates.values() for problem in read_email(each).problems
    ]
    for playbook in bound.playbooks.values():
        found += check_playbook(playbook, bound.catalog)
    return found


def _of_examples(project: Project, bound: BoundProject) -> list[Problem]:
    found: list[Problem] = []
    for each in project.examples.values():
        if each.playbook not in project.playbooks:
            found += unknown_playbook(each, project).problems
        elif each.playbook in bound.playbooks:  # of the others it is told why they do not bind
            try:
                bind_example(each, bound.playbooks[each.playbook], project, bound.catalog)
            except Invalid as invalid:
                found += invalid.problems
    return found


def check_files(folder: Path | None, start: Path) -> Checked:
    """Read and check a project.

    Raises:
        Misuse: there is no project.
    """
    root = project_root(folder, start)
    project = load_project(root)
    return Checked(root, project.files, problems_of(project))


def lint_files(folder: Path | None, start: Path) -> Checked:
    """Read and check a project, and give advice beyond what is valid.

    Raises:
        Misuse: there is no project.
    """
    from engine.lint.rule import Looked
    from engine.lint.table import advice_on

    root = project_root(folder, start)
    project = load_project(root)
    bound = bind_project(project)
    problems = told([*_problems(project, bound), *advice_on(Looked(project, bound))])
    return Checked(root, project.files, problems, command="lint")


def narrowed(checked: Checked, paths: Sequence[Path], start: Path) -> Checked:
    """What is told of these files and folders alone; of all of them where none are named.

    Raises:
        Misuse: a path is not in the project.
    """
    if not paths:
        return checked
    wanted = [inside_project(path, start, checked.root) for path in paths]
    wanted.append(LIBRARY.rstrip("/"))  # its files are nobody's to name, and part of what uses them
    files = tuple(path for path in checked.files if is_among(Place(path), wanted))
    among = tuple(problem for problem in checked.problems if is_among(problem.place, wanted))
    return replace(checked, files=files, problems=among)


def inside_project(path: Path, start: Path, root: Path) -> str:
    """A path that was named, relative to the project; Misuse where it is not in it."""
    for base in (start, root):
        full = (base / path).resolve()
        if full.exists() and full.is_relative_to(root.resolve()):
            return str(full.relative_to(root.resolve()))
    hint = "name files or folders, as playbooks/checkup.yaml"
    raise Misuse(f"{path} is no file or folder of the project at {root}; {hint}")


def is_among(place: Place, wanted: Sequence[str]) -> bool:
    """Whether a place is in one of some files and folders."""
    return any(
        each == "." or place.path == each or place.path.startswith(f"{each}/") for each in wanted
    )
