"""`touchline add`: the plays of the library, and one of them copied into a project."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.check import problems_of
from engine.copying import copied_play
from engine.language.blueprints import Input, InputValue
from engine.language.project import Project
from engine.problems import Misuse, Problem, Refused, did_you_mean
from engine.read.blueprints import LIBRARY, BlueprintFile, as_text
from engine.read.documents import read_document
from engine.read.inputs import wrong_form
from engine.read.library import library_names, library_play
from engine.read.load import load_project, project_root

__all__ = ["Added", "add_play", "plays"]

Ask = Callable[[Input], str]
"""Asks a person for a value of an input that has no default."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Added:
    """What was written, by path, and what the project still lacks for it to work."""

    name: str
    written: tuple[str, ...]
    problems: tuple[Problem, ...]


def plays() -> list[BlueprintFile]:
    """All plays of the library, by name."""
    return [library_play(name) for name in library_names()]


def add_play(
    folder: Path | None,
    start: Path,
    play: str,
    *,
    name: str,
    said: Sequence[str],
    ask: Ask | None,
) -> Added:
    """Copy a play of the library into the project, as `name` where one is said.

    `said` are values of inputs, each `INPUT=VALUE`; what is not said is asked for by `ask`, or left
    at its default. Nothing is overwritten, and nothing written unless all of it can be.

    Raises:
        Misuse: there is no such input or project, or a value is missing or of another form.
        Refused: there is no such play, or a file or a playbook of that name is there.
    """
    root = project_root(folder, start)
    found = _find(play.removeprefix(LIBRARY))
    values = _values(found, _pairs(said), ask)
    name = name or found.name
    if not _NAME.fullmatch(name):
        raise Misuse(f"`{name}` is no name of a playbook; expected small letters, digits and `-`")
    files = copied_play(found, values, name)
    _refuse_overwriting(load_project(root), name, files)
    for path in files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (root / path).write_text(text, encoding="utf-8")
    return Added(name, tuple(files), _lacking(root, files))


def _find(name: str) -> BlueprintFile:
    if name not in library_names():
        hint = did_you_mean(name, library_names())
        raise Refused(f"there is no play `{name}` in the library; {hint}")
    return library_play(name)


def _refuse_overwriting(project: Project, name: str, files: Mapping[str, str]) -> None:
    there = next((path for path in files if (project.root / path).exists()), None)
    cure = "give the copy a name of its own by --as NAME"
    if there is not None:
        raise Refused(f"{there} is there already, and nothing is overwritten; {cure}")
    if name in {**project.playbooks, **project.blueprints}:
        raise Refused(f"the project has a playbook `{name}` already; {cure}")


def _lacking(root: Path, files: Mapping[str, str]) -> tuple[Problem, ...]:
    """What validation says of the new files: names that the catalog does not have."""
    return tuple(each for each in problems_of(load_project(root)) if each.place.path in files)


# ---------------------------------------------------------------- values of inputs


def _pairs(said: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in said:
        name, equals, value = each.partition("=")
        if not equals or not value.strip():
            raise Misuse(f"--with {each} says no value; expected INPUT=VALUE, as `days=30`")
        if name in pairs:
            raise Misuse(f"--with says `{name}` twice")
        pairs[name] = value
    return pairs


def _values(
    play: BlueprintFile, said: Mapping[str, str], ask: Ask | None
) -> Mapping[str, InputValue]:
    for name in said:
        if name not in play.inputs:
            hint = did_you_mean(name, play.inputs)
            raise Misuse(f"{play.name} has no input `{name}`; {hint}")
    lacks = [each for name, each in play.inputs.items() if each.default is None]
    missing = [each for each in lacks if each.name not in said]
    if missing and ask is None:
        raise Misuse(_needs(play, missing))
    given = {**said, **{each.name: ask(each) for each in missing if ask is not None}}
    return {
        name: _value(given[name], each) if name in given else _default(each)
        for name, each in play.inputs.items()
    }


def _needs(play: BlueprintFile, missing: Sequence[Input]) -> str:
    lines = [f"{each.name}: {each.description or each.type}" for each in missing]
    pairs = [f"--with {each.name}={_example(each)}" for each in missing]
    return f"{play.name} needs {'; '.join(lines)}. Say it, as {' '.join(pairs)}"


def _example(each: Input) -> str:
    text = as_text(each.example) if each.example is not None else each.type.upper()
    return f'"{text}"' if " " in text else text


def _default(each: Input) -> InputValue:
    assert each.default is not None
    return each.default


def _value(text: str, given: Input) -> InputValue:
    """A value as the command line says it: as text, else as YAML reads it."""
    if wrong_form(text, given) is None:
        return text
    data = read_document(text, "--with").data
    wrong = wrong_form(data, given)
    if wrong is not None:
        raise Misuse(f"--with {given.name}={text}: `{given.name}` {wrong.why}")
    assert isinstance(data, str | int | float | bool | list)
    return data
