"""From compiled templates and plain data to the text of messages. Pure; one customer at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import rfc8785
from jinja2 import Template as Runnable

from engine.messages.address import HeaderValueError, check_header_value
from engine.messages.compiled import CompiledEmail, CompiledText, CompiledValue
from engine.messages.failures import (
    MISSING_VALUE,
    RENDER_ERROR,
    TOO_LARGE,
    UNSAFE_VALUE,
    RenderFailure,
)
from engine.messages.html_part import POSTAL_ADDRESS, PREHEADER, SUBJECT, UNSUBSCRIBE, tidy
from engine.messages.templates import Scope, run, run_in_pieces
from engine.messages.text_part import laid_out
from engine.records import dataclass

__all__ = [
    "NO_FOOTER",
    "Footer",
    "RenderedEmail",
    "render_email",
    "render_headers",
    "render_json",
    "render_line",
    "render_text",
    "render_value",
]

_MOST_SUBJECT = 998  # the longest line of a message (RFC 5322, 2.1.1): longer is a mistake
_MOST_JSON_BYTES = 1_048_576
_SPACES = re.compile(r"[ \t\n]+")


@dataclass(frozen=True, slots=True)
class Footer:
    """What the layout prints below a message to a customer; empty parts are left out."""

    postal_address: str = ""
    unsubscribe_url: str = ""


NO_FOOTER = Footer()


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """One message as one person gets it, before it becomes bytes.

    Its parts are in pieces, cut anywhere: what is fixed in a template is the same object in each
    message that is made of it, so that its bytes are made once.
    """

    subject: str
    preheader: str
    text_pieces: Sequence[str]
    html_pieces: Sequence[str]

    @property
    def text(self) -> str:
        """The text part."""
        return "".join(self.text_pieces)

    @property
    def html(self) -> str:
        """The HTML part."""
        return "".join(self.html_pieces)


def render_email(
    compiled: CompiledEmail, scope: Scope, *, footer: Footer = NO_FOOTER, subject: str = ""
) -> RenderedEmail:
    """One message for one recipient; a `subject` that is given stands for the template's own.

    Raises:
        RenderFailure: a value is missing or unsafe, the subject or body is empty, or too large.
    """
    subject = subject or _subject(compiled.subject, scope)
    shown = run(compiled.preheader, scope) if compiled.preheader else ""
    preheader = _in_one_line(shown)
    text = laid_out(run_in_pieces(compiled.text, scope))
    if not any(map(str.strip, text)):
        raise RenderFailure(MISSING_VALUE, "the body of the message is empty")
    with_layout = _for_layout(scope, subject, preheader, footer=footer)
    html = tidy(run_in_pieces(compiled.html, with_layout))
    if compiled.has_layout:
        text = (*text, _text_footer(footer))
    return RenderedEmail(subject, preheader, text, html)


def _subject(template: Runnable, scope: Scope) -> str:
    text = run(template, scope)
    try:
        check_header_value(text)
    except HeaderValueError as error:
        raise RenderFailure(UNSAFE_VALUE, f"in the subject: {error}") from None
    subject = _in_one_line(text)
    if not subject:
        raise RenderFailure(MISSING_VALUE, "the subject is empty")
    if len(subject) > _MOST_SUBJECT:
        raise RenderFailure(TOO_LARGE, f"the subject is longer than {_MOST_SUBJECT} characters")
    return subject


def _in_one_line(text: str) -> str:
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", text).strip()


def _for_layout(scope: Scope, subject: str, preheader: str, *, footer: Footer) -> Scope:
    own = {
        SUBJECT: subject,
        PREHEADER: preheader,
        POSTAL_ADDRESS: footer.postal_address,
        UNSUBSCRIBE: footer.unsubscribe_url,
    }
    return Scope({**scope.names, **own}, scope.zone)


def _text_footer(footer: Footer) -> str:
    lines = list(_lines(footer.postal_address))
    if footer.unsubscribe_url:
        lines.append(f"Unsubscribe: {footer.unsubscribe_url}")
    return "\n-- \n" + "\n".join(lines) + "\n" if lines else ""


@lru_cache(maxsize=64)  # every message of a channel ends with the same ones
def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def render_text(compiled: CompiledText, scope: Scope) -> str:
    """The notes of a task.

    Raises:
        RenderFailure: as `render_email`.
    """
    return run(compiled.runnable, scope).strip()


def render_line(compiled: CompiledText, scope: Scope) -> str:
    """The title of a task: one line that says something.

    Raises:
        RenderFailure: as `render_email`, or nothing is left of it.
    """
    line = _in_one_line(run(compiled.runnable, scope))
    if not line:
        raise RenderFailure(MISSING_VALUE, "the text is empty")
    return line


def render_headers(compiled: CompiledValue, scope: Scope) -> dict[str, str]:
    """The headers of a webhook's step.

    Raises:
        RenderFailure: as `render_email`, or a value must not stand in a header.
    """
    rendered = render_value(compiled, scope)
    assert isinstance(rendered, dict)
    return {name: _header(name, str(value)) for name, value in rendered.items()}


def _header(name: str, value: str) -> str:
    try:
        check_header_value(value)
    except HeaderValueError as error:
        raise RenderFailure(UNSAFE_VALUE, f"in the header {name}: {error}") from None
    if not value.isascii():
        raise RenderFailure(UNSAFE_VALUE, f"the header {name} holds more than ASCII")
    return value.strip()


def render_value(compiled: CompiledValue, scope: Scope) -> object:
    """The body or the headers of a webhook as plain data; every text of it is text again.

    Raises:
        RenderFailure: as `render_email`.
    """
    return _rendered(compiled.value, scope)


def _rendered(value: object, scope: Scope) -> object:
    match value:
        case Runnable():
            return run(value, scope)
        case list():
            return [_rendered(item, scope) for item in value]
        case dict():
            return {key: _rendered(item, scope) for key, item in value.items()}
        case _:
            return value


def render_json(compiled: CompiledValue, scope: Scope) -> bytes:
    """The body of a webhook as canonical JSON (RFC 8785), UTF-8.

    Raises:
        RenderFailure: as `render_email`, or it holds what JSON cannot say.
    """
    try:
        body = rfc8785.dumps(render_value(compiled, scope))  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise RenderFailure(RENDER_ERROR, f"the body cannot be written as JSON: {error}") from None
    if len(body) > _MOST_JSON_BYTES:
        raise RenderFailure(TOO_LARGE, f"a body is larger than {_MOST_JSON_BYTES:,} bytes")
    return body
