"""The body of a template as the sources of both parts of a message, whatever it is written in."""

from __future__ import annotations

from engine.language.project import MJML, Template
from engine.messages.html_part import check_structure, html_source
from engine.messages.markdown import read_markdown
from engine.messages.pieces import Pieces, split
from engine.messages.templates import TEXT
from engine.messages.text_part import text_source

__all__ = ["body_sources", "check_body"]


def check_body(template: Template) -> None:
    """Whether both parts can be made of it.

    Raises:
        StructureError: they cannot; it says where and what to do.
    """
    words, pieces = _split(template)
    if template.layout == MJML:
        body_sources(template)  # how elements of MJML nest is known to who makes HTML of it
        return
    nodes = read_markdown(words, pieces)
    check_structure(nodes, pieces)
    text_source(nodes, pieces)


def body_sources(template: Template) -> tuple[str, str]:
    """The templates of the text part and of the HTML part.

    Raises:
        StructureError: as `check_body`.
    """
    words, pieces = _split(template)
    language = template.locale or "en"
    if template.layout == MJML:
        from engine.messages.mjml_part import mjml_source, read_mjml_body  # few projects need it

        body = read_mjml_body(words, pieces, language=language)
        return text_source(body.nodes, pieces), mjml_source(body, pieces)
    nodes = read_markdown(words, pieces)
    html = html_source(nodes, pieces, layout=template.layout, language=language)
    return text_source(nodes, pieces), html


def _split(template: Template) -> tuple[str, Pieces]:
    return split(template.body.replace("\r\n", "\n").replace("\r", "\n"), TEXT)
