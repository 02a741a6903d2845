"""Templates read once: what is wrong with them, which names they use, and what renders them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from jinja2 import Template as Runnable

from engine.language.project import MJML, Template
from engine.messages.bodies import body_sources, check_body
from engine.messages.grammar import Fault, Use, faults, parse, uses
from engine.messages.layout import LAYOUTS
from engine.messages.templates import HEADER, HTML, MACHINE, TEXT, Sandbox, compile_source
from engine.messages.tree import StructureError
from engine.places import NOWHERE, Place
from engine.problems import Invalid, Problem, did_you_mean
from engine.records import dataclass

__all__ = [
    "CompiledEmail",
    "CompiledText",
    "CompiledValue",
    "Locate",
    "Located",
    "Reading",
    "compile_email",
    "compile_headers",
    "compile_text",
    "compile_value",
    "located",
    "read_email",
    "read_text",
    "read_value",
]

_TEMPLATES_KEPT = 256  # every pass asks anew

Locate = Callable[[int, str], Place]
"""From a line of a template's own text, and what stands there, to the place in its file."""


@dataclass(frozen=True, slots=True)
class Located:
    """A name that a template uses, with its place in a file."""

    use: Use
    place: Place


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a template found: the names it uses, and what is wrong with it by itself."""

    names: tuple[Located, ...]
    problems: tuple[Problem, ...]


_NOTHING = Reading((), ())


@dataclass(frozen=True, slots=True)
class CompiledText:
    """A line or a few lines of text: a subject, the title of a task, its notes."""

    runnable: Runnable


@dataclass(frozen=True, slots=True)
class CompiledEmail:
    """A message template: its parts ready to render; None: it has no preheader."""

    subject: Runnable
    preheader: Runnable | None
    text: Runnable
    html: Runnable
    has_layout: bool


@dataclass(frozen=True, slots=True)
class CompiledValue:
    """The body or the headers of a webhook: `value` is plain, its texts ready to render."""

    value: object


# ---------------------------------------------------------------- emails


def read_email(template: Template) -> Reading:
    """The names in a message template, and everything that is wrong with it by itself."""
    return _read_email(template, template.subject_place, template.place)


@lru_cache(maxsize=2_048)  # a template is asked about once for itself and once by each playbook
def _read_email(template: Template, *_: Place) -> Reading:
    """The places are what equal templates may differ in."""
    parts = (
        (template.subject, located(template.subject_place)),
        (template.preheader, located(template.place)),
        (template.body, _in_body(template)),
    )
    readings = [read_text(source, locate) for source, locate in parts]
    problems = [problem for reading in readings for problem in reading.problems]
    problems += _layout_problem(template)
    if not problems:
        problems += _structure_problem(template)
    names = tuple(name for reading in readings for name in reading.names)
    return Reading(names, tuple(problems))


@lru_cache(_TEMPLATES_KEPT)
def compile_email(template: Template) -> CompiledEmail:
    """Everything of a message template that does not depend on who gets it, made once.

    Raises:
        Invalid: all problems of the template, each in its place.
    """
    reading = read_email(template)
    if reading.problems:
        raise Invalid(reading.problems)
    text, html = body_sources(template)
    preheader = _one_line(template.preheader)
    return CompiledEmail(
        compile_source(_one_line(template.subject), HEADER),
        compile_source(preheader, TEXT) if preheader else None,
        compile_source(text, TEXT),
        compile_source(html, HTML),
        template.layout != "none",
    )


def _structure_problem(template: Template) -> list[Problem]:
    try:
        check_body(template)
    except StructureError as error:
        return [_problem(fault, _in_body(template)) for fault in error.faults]
    return []


def _layout_problem(template: Template) -> list[Problem]:
    if template.layout in LAYOUTS or template.layout == MJML:
        return []
    message = f"there is no layout `{template.layout}`"
    hint = did_you_mean(template.layout, LAYOUTS)
    return [Problem(template.place, "unknown-layout", message, hint)]


def _one_line(source: str) -> str:
    return " ".join(source.split())


def _in_body(template: Template) -> Locate:
    lines = template.body.splitlines()

    def locate(line: int, name: str) -> Place:
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        found = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) if name else None
        column = found.start() + 1 if found else 1
        return Place(template.path, template.body_line + line - 1, column)

    return locate


def located(place: Place) -> Locate:
    """For a text inside YAML: every part of it is where the text is."""
    return lambda line, name: place


# ---------------------------------------------------------------- texts and values


def compile_text(source: str, place: Place = NOWHERE) -> CompiledText:
    """A text with template syntax in it.

    Raises:
        Invalid: all its problems, at `place`.
    """
    if problems := read_text(source, located(place)).problems:
        raise Invalid(problems)
    return CompiledText(compile_source(source, TEXT))


def read_value(value: object, place: Place) -> Reading:
    """The names in all texts of plain data, and what is wrong with them."""
    readings = [read_text(text, located(place)) for text in _texts(value)]
    return Reading(
        tuple(name for reading in readings for name in reading.names),
        tuple(problem for reading in readings for problem in reading.problems),
    )


def compile_value(value: object, place: Place = NOWHERE) -> CompiledValue:
    """Plain data in which every text is a template; keys of mappings are not.

    Raises:
        Invalid: all problems of its texts, at `place`.
    """
    if problems := read_value(value, place).problems:
        raise Invalid(problems)
    return CompiledValue(_with_templates(value, MACHINE))


def compile_headers(headers: Mapping[str, str], place: Place = NOWHERE) -> CompiledValue:
    """The headers of a webhook's step; their names are no templates.

    Raises:
        Invalid: as `compile_value`.
    """
    if problems := read_value(headers, place).problems:
        raise Invalid(problems)
    return CompiledValue(_with_templates(headers, HEADER))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case Mapping():
            for item in value.values():
                yield from _texts(item)


def _with_templates(value: object, sandbox: Sandbox) -> object:
    match value:
        case str():
            return compile_source(value, sandbox)
        case list() | tuple():
            return [_with_templates(item, sandbox) for item in value]
        case Mapping():
            return {str(key): _with_templates(item, sandbox) for key, item in value.items()}
        case _:
            return value


# ---------------------------------------------------------------- names and problems


def read_text(source: str, locate: Locate) -> Reading:
    """The names that one template reads from outside, and what is wrong with it by itself."""
    if "{" not in source:
        return _NOTHING
    found = _found_in(source)
    return Reading(
        tuple(Located(use, locate(use.line, str(use))) for use in found if isinstance(use, Use)),
        tuple(_problem(fault, locate) for fault in found if isinstance(fault, Fault)),
    )


@lru_cache(_TEMPLATES_KEPT)  # each pass reads the texts of the playbook anew
def _found_in(source: str) -> tuple[Fault | Use, ...]:
    tree = parse(source, TEXT)
    return (tree,) if isinstance(tree, Fault) else (*faults(tree), *uses(tree))


def _problem(fault: Fault, locate: Locate) -> Problem:
    quoted = fault.message.split("`")
    place = locate(fault.line, quoted[1] if len(quoted) > 2 else "")
    return Problem(place, fault.code, fault.message, fault.hint)
