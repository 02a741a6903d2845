"""A message that a person changes before it goes: its Markdown out, the same safe bytes in.

What was written is sent as it stands: it is no template, and no data is rendered a second time.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from markupsafe import escape

from engine.language.project import Template
from engine.messages.compiled import compile_email
from engine.messages.recovered import recovered
from engine.messages.render import NO_FOOTER, Footer, RenderedEmail, render_email
from engine.messages.templates import Scope
from engine.messages.values import readable
from engine.messages.written import headers_in, parts_of, rewritten
from engine.places import Place
from engine.problems import Refused
from engine.records import dataclass

__all__ = ["Manuscript", "manuscript_of", "revised"]

_TEMPLATE = re.compile(r"\{[{%#]")
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_SUBJECT = re.compile(r"Subject:[ \t]*(?P<subject>[^\n]*)\n\s*?(?:\n|\Z)(?P<body>.*)", re.DOTALL)
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What a person may change of a message: its subject, and its body as Markdown."""

    subject: str
    body: str

    @property
    def page(self) -> str:
        """Both as one text, for an editor."""
        return f"Subject: {self.subject}\n\n{self.body}"

    @classmethod
    def read(cls, page: str) -> Manuscript:
        """A page as it came back from the editor.

        Raises:
            Refused: it does not begin with its subject.
        """
        found = _SUBJECT.match(page.replace("\r\n", "\n").lstrip())
        if found is None:
            raise Refused(
                "the text has to begin with a line `Subject: …` and an empty one; the draft is "
                "as it was"
            )
        return cls(found["subject"].strip(), found["body"])


def manuscript_of(payload: bytes, subject: str) -> Manuscript:
    """What a person edits of a message; the footer of the layout is not part of it."""
    return Manuscript(subject, recovered(parts_of(payload).html).body)


def revised(payload: bytes, was: Manuscript, now: Manuscript, *, postal_address: str) -> bytes:
    """The message with what has changed between two manuscripts; all other headers stay.

    Raises:
        Refused: it holds template syntax, which nothing would fill in.
        Invalid: a link that no message may hold.
        RenderFailure: what `render_email` and `to_bytes` raise.
    """
    if now.body.strip() == was.body.strip():
        if now.subject == was.subject:
            return payload
        return rewritten(payload, _with_subject(payload, now.subject))
    _refuse_templates(now.body)
    return rewritten(payload, _rendered(payload, now, postal_address))


def _refuse_templates(text: str) -> None:
    found = _TEMPLATE.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(
            f"line {line} of the text holds `{found[0]}`: what is edited goes out as it stands, so "
            "write the very words"
        )


def _rendered(payload: bytes, now: Manuscript, postal_address: str) -> RenderedEmail:
    before = recovered(parts_of(payload).html)
    template = Template(
        name="edited",
        path="the edited text",
        subject="{{ subject }}",
        body=readable(now.body),
        preheader="{{ preheader | default('') }}",
        layout=before.layout,
        locale=before.language,
        place=Place("the edited text"),
    )
    names = {"subject": now.subject, "preheader": before.preheader}
    footer = Footer(postal_address, _way_out(payload)) if before.has_footer else NO_FOOTER
    return render_email(compile_email(template), Scope(names, _UTC), footer=footer)


def _with_subject(payload: bytes, subject: str) -> RenderedEmail:
    parts = parts_of(payload)
    template = Template("edited", "the edited text", "{{ subject }}", "…", layout="none")
    checked = render_email(compile_email(template), Scope({"subject": subject}, _UTC)).subject
    title = f"<title>{escape(checked)}</title>"
    html = _TITLE.sub(lambda _: title, parts.html, count=1)
    return RenderedEmail(checked, "", (parts.text,), (html,))


def _way_out(payload: bytes) -> str:
    """The first address of List-Unsubscribe, which the footer shows too."""
    listed = dict(headers_in(payload)).get("List-Unsubscribe", "")
    found = re.match(r"<([^<>]+)>", listed)
    return found[1] if found else ""
