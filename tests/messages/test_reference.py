"""The bytes of a message and the library's `EmailMessage` of it parse to the same, for any data.

The reference is rendered as one text by Jinja's own `render`, laid out and tidied whole, and made
by `email.message`; nothing of it is cut into pieces, or kept from another message.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.messages.bodies import body_sources
from engine.messages.budget import Budget
from engine.messages.compiled import compile_email
from engine.messages.failures import RenderFailure
from engine.messages.filters import BUDGET, ZONE
from engine.messages.html_part import POSTAL_ADDRESS, PREHEADER, SUBJECT, UNSUBSCRIBE, tidy
from engine.messages.mime import Envelope, to_bytes
from engine.messages.render import Footer, RenderedEmail, render_email
from engine.messages.templates import HTML, TEXT, Sandbox, compile_source
from engine.messages.text_part import laid_out
from engine.problems import Invalid
from tests.messages.making import UTC_ZONE, make_envelope, make_template, scope
from tests.messages.test_any_template import TEMPLATES
from tests.messages.test_mime import parts, read

FOOTER = Footer("1 Main Street\nSpringfield", "https://x.example/u?t=1")
HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version")
VALUE = st.text(min_size=1, max_size=90).filter(str.strip)


@settings(max_examples=150, deadline=None)
@given(TEMPLATES, VALUE, st.lists(VALUE, max_size=3), st.sampled_from(["plain", "none"]))
@example("1. a {{ x }}\n{% for i in xs %}\n1. {{ i }}\n{% endfor %}\n", "Ann", ["b", "c"], "none")
@example("{% if y %}\n- {{ x }}\n{% endif %}\n- b\n\n{{ x | replace('a', '') }}", "a", [], "none")
@example("{{ x }} " + "é" * 200 + " {{ x }}\n\n```\na  {{ x }} \n.\n```\n", "=.\t", [], "plain")
def test_a_message_parses_as_its_reference(
    body: str, value: str, values: list[str], layout: str
) -> None:
    template = make_template(body, "Hi {{ x }}", preheader="{{ x }}", layout=layout)
    names = {"x": value, "xs": values}
    envelope = make_envelope("ann@example.com", "Ann Lee")
    try:
        email = render_email(compile_email(template), scope(**names), footer=FOOTER)
        message = read(to_bytes(email, envelope))
    except (Invalid, RenderFailure):
        return
    text, html = body_sources(template)
    shown = "".join(laid_out([whole(text, TEXT, names)]))
    own = {
        SUBJECT: email.subject,
        PREHEADER: email.preheader,
        POSTAL_ADDRESS: FOOTER.postal_address,
        UNSUBSCRIBE: FOOTER.unsubscribe_url,
    }
    page = "".join(tidy([whole(html, HTML, {**names, **own})]))
    ending = f"\n-- \n{FOOTER.postal_address}\nUnsubscribe: {FOOTER.unsubscribe_url}\n"
    reference = made_by_the_library(email, envelope, shown + ending * (layout == "plain"), page)
    assert [str(message[name]) for name in HEADERS] == [str(reference[name]) for name in HEADERS]
    assert message.get_content_type() == reference.get_content_type()
    assert [part.rstrip("\n") for part in parts(message)] == [
        part.rstrip("\n") for part in parts(reference)
    ]


def whole(source: str, sandbox: Sandbox, names: Mapping[str, object]) -> str:
    """A rendering by Jinja as one text."""
    compiled = compile_source(source, sandbox)
    return compiled.render({**names, ZONE: UTC_ZONE, BUDGET: Budget()})


def made_by_the_library(
    email: RenderedEmail, envelope: Envelope, text: str, html: str
) -> EmailMessage:
    """The message as the library makes it; it ends both parts with a line end."""
    message = EmailMessage()
    for name, person in (("From", envelope.sender), ("To", envelope.recipient)):
        message[name] = Address(person.name, addr_spec=person.address)
    message["Subject"] = email.subject
    message["Date"] = envelope.date
    message["Message-ID"] = envelope.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["MIME-Version"] = "1.0"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message
