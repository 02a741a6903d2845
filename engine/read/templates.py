"""`emails/NAME.md`, `emails/NAME.mjml`: YAML front matter between lines of `---`, then the body."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from engine.language.project import MJML, Template
from engine.places import DocumentPath, Place
from engine.problems import Problem
from engine.read.documents import Document, read_document
from engine.read.reading import Reading
from engine.records import dataclass

__all__ = ["Parts", "read_template", "split_template", "template_key"]

_NAME = re.compile(r"([a-z0-9][a-z0-9_-]*)(?:\.([a-z]{2,3}(?:-[A-Za-z]{2,4})?))?", re.ASCII)
_FENCE = re.compile(r"^---[ \t]*\r?(\n|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parts:
    """The front matter of a template file, its body, and the line on which the body begins."""

    head: Document
    body: str
    body_line: int


def template_key(path: str) -> tuple[str, str] | None:
    """Name and locale (empty for the default) that a file's name says; None where it says none."""
    found = _NAME.fullmatch(PurePosixPath(path).stem)
    return (found[1], found[2] or "") if found else None


def split_template(text: str, path: str) -> Parts | Problem:
    """Front matter and body of a template file, or what is wrong with its fences."""
    opening = _FENCE.match(text)
    if not opening:
        return Problem(
            Place(path),
            "bad-front-matter",
            "an email begins with its front matter: `---`, `subject: …`, `---`",
        )
    closing = _FENCE.search(text, opening.end())
    if not closing:
        return Problem(
            Place(path), "bad-front-matter", "the front matter has no second line of `---`"
        )
    head = read_document(text[opening.end() : closing.start()], path, first_line=2)
    return Parts(head, text[closing.end() :], text.count("\n", 0, closing.end()) + 1)


def read_template(
    data: dict[str, Any], key: tuple[str, str], parts: Parts, reading: Reading
) -> Template:
    """The template that a sound file declares."""
    subject: DocumentPath = ("subject",)
    name, locale = key
    is_mjml = reading.places.path.endswith(".mjml")
    if is_mjml and "layout" in data:
        reading.report_key(("layout",), "unknown-layout", "MJML is its own layout", "leave it out")
    return Template(
        name=name,
        path=reading.places.path,
        subject=data["subject"],
        body=parts.body,
        preheader=data.get("preheader", ""),
        layout=MJML if is_mjml else data.get("layout", "plain"),
        topic=data.get("topic"),
        purpose=data.get("purpose", "relationship"),
        locale=locale,
        body_line=parts.body_line,
        lint_off=tuple(data.get("lint", {}).get("off", ())),
        subject_place=reading.place(subject),
        topic_place=reading.place(("topic",)),
        place=Place(reading.places.path),
    )
