"""The library: plays that come with Touchline, as blueprints, with their emails beside them.

Their files stand in `playbooks/` of the distribution. In messages they are called
`library/NAME.yaml` and `library/emails/NAME.md`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.language.project import Template
from engine.problems import Invalid
from engine.read.blueprints import LIBRARY, BlueprintFile, read_blueprint
from engine.read.documents import read_document
from engine.read.files import read_text
from engine.read.reading import Reading
from engine.read.shapes import check_shape
from engine.read.templates import Parts, read_template, split_template

__all__ = ["PLAYS", "library_email", "library_emails", "library_names", "library_play"]

PLAYS = Path(__file__).resolve().parents[2] / "playbooks"
"""Where the library lies, in a checkout and in the wheel alike."""


@cache
def library_names() -> tuple[str, ...]:
    """The plays of the library, in alphabetical order."""
    files = (path.name for path in PLAYS.glob("*.yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.count(".") == 1))


@cache
def library_emails() -> frozenset[str]:
    """The names of the library's emails."""
    return frozenset(path.stem for path in (PLAYS / "emails").glob("*.md"))


@cache
def library_play(name: str) -> BlueprintFile:
    """A play of the library; `name` is one of `library_names`.

    Raises:
        Invalid: the file of the library is broken.
    """
    document = read_document(read_text(PLAYS, f"{name}.yaml"), f"{LIBRARY}{name}.yaml")
    reading = Reading(document.places)
    blueprint = read_blueprint(document, reading, packaged=True)
    if blueprint is None:
        raise Invalid([*document.problems, *reading.problems])
    return blueprint


@cache
def library_email(name: str) -> Template:
    """An email of the library; `name` is one of `library_emails`.

    Raises:
        Invalid: the file of the library is broken.
    """
    path = f"emails/{name}.md"
    parts = split_template(read_text(PLAYS, path), f"{LIBRARY}{path}")
    if not isinstance(parts, Parts):
        raise Invalid([parts])
    reading = Reading(parts.head.places)
    check_shape("template", parts.head.data, reading)
    if reading.problems or not isinstance(parts.head.data, dict):
        raise Invalid([*parts.head.problems, *reading.problems])
    return read_template(parts.head.data, (name, ""), parts, reading)
