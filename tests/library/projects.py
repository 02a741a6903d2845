"""The reference project, into which the plays of the library are laid out and added."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cli
from connectors.demo.layout import copied, write
from engine.adding import Added, add_play
from engine.check import lint_files
from engine.copying import copied_play
from engine.language.blueprints import InputValue
from engine.problems import Problem
from engine.read.library import library_names, library_play
from engine.testing import Tested, try_examples
from engine.workplace import open_workplace

__all__ = ["added", "advice", "copies_of_all", "reference", "samples", "tried", "used"]

_WORDS = ("catalog/", "touchline.yaml")


def reference(folder: Path) -> Path:
    """A project on the reference catalog, without a playbook and without data."""
    files = copied("reference").items()
    write(
        folder, {path: text for path, text in files if path.startswith(("catalog/", "touchline."))}
    )
    return folder


def samples(play: str) -> Mapping[str, InputValue]:
    """A value for each input that has no default: its example."""
    inputs = library_play(play).inputs.items()
    return {name: each.example for name, each in inputs if each.default is None and each.example}


def added(
    root: Path, play: str, *, name: str = "", said: Mapping[str, object] | None = None
) -> Added:
    """A play copied into a project."""
    pairs = [f"{key}={value}" for key, value in {**samples(play), **(said or {})}.items()]
    return add_play(root, root, play, name=name, said=pairs, ask=None)


def copies_of_all(root: Path) -> Path:
    """Every play as `added` copies it, without asking after each what the project lacks."""
    for play in library_names():
        found = library_play(play)
        known = samples(play)
        defaults = {name: each.default for name, each in found.inputs.items()}
        values = {name: known.get(name, value) for name, value in defaults.items()}
        given = {name: value for name, value in values.items() if value is not None}
        write(root, copied_play(found, given, play))
    return root


def used(root: Path, play: str, *, more: str = "") -> None:
    """A playbook of the same name that uses a play."""
    pairs = "".join(f"  {key}: {value}\n" for key, value in samples(play).items())
    inputs = f"with:\n{pairs}" if pairs else ""
    text = f"playbook: {play}\nuse: library/{play}\n{inputs}{more}"
    (root / "playbooks").mkdir(exist_ok=True)
    (root / f"playbooks/{play}.yaml").write_text(text, encoding="utf-8")


def advice(root: Path) -> tuple[Problem, ...]:
    """What `lint` says of a project."""
    return lint_files(root, root).problems


def tried(root: Path) -> Tested:
    """The tests of a project, carried out."""
    return try_examples(
        open_workplace(root, root, cli._ports()), cli._props(), [], root, watching=None
    )
