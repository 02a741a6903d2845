"""The bytes of a message and the library's `EmailMessage` of it parse to the same, for any data.

The reference is rendered as one text by Jinja's own `render` with Jinja's own escaping, laid out
and tidied whole, and made by `email.message`; nothing of it is cut into pieces, or kept from
another message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from functools import partial
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import Template, TemplateError, UndefinedError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer

from engine.messages.bodies import body_sources
from engine.messages.budget import Budget
from engine.messages.compiled import compile_email, read_email
from engine.messages.failures import MISSING_VALUE, RENDER_ERROR, RenderFailure
from engine.messages.html_part import POSTAL_ADDRESS, PREHEADER, SUBJECT, UNSUBSCRIBE, tidy
from engine.messages.mime import Envelope, to_bytes
from engine.messages.render import Footer, RenderedEmail, render_email
from engine.messages.templates import HEADER, HTML, MACHINE, TEXT, Sandbox, compile_source, run
from engine.messages.text_part import laid_out
from engine.messages.values import printed, printed_iso, readable
from engine.problems import Invalid
from tests.messages.making import UTC_ZONE, make_envelope, make_template, scope
from tests.messages.test_any_template import TEMPLATES
from tests.messages.test_mime import parts, read

FOOTER = Footer("1 Main Street\nSpringfield", "https://x.example/u?t=1")
HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version")
NUMBER = st.integers() | st.floats() | st.booleans()
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


@settings(max_examples=150, deadline=None)
@given(TEMPLATES, VALUE | NUMBER | st.none(), st.lists(VALUE | NUMBER, max_size=3))
@example("{{ '<b>' }}{{ x | upper }}{{ x ~ '&' }}{% for i in xs %}{{ i }}{% endfor %}", "<", ["'"])
@example("{{ x + 1 }} {{ xs }} [a](https://x.example/{{ x }}?{{ xs | first }})", 7, [2.5, '"'])
@example("{{ x.y }}", 1, [])
def test_a_template_prints_what_jinja_itself_prints_and_fails_where_it_fails(
    body: str, value: object, values: list[object]
) -> None:
    names = {"xs": values} if value is None else {"x": value, "xs": values}
    template = make_template(body, "Hi {{ x }}", layout="none")
    if read_email(template).problems:
        return
    text, html = body_sources(template)
    for source, sandbox in ((text, TEXT), (html, HTML), ("Hi {{ x }}", HEADER), (body, MACHINE)):
        ours = outcome(partial(run, compile_source(source, sandbox), scope(**names)))
        assert ours == outcome(partial(whole, source, sandbox, names))


def outcome(act: Callable[[], str]) -> str | tuple[str, str]:
    """What an act prints, or how it fails."""
    try:
        return act()
    except RenderFailure as failure:
        return failure.reason, failure.detail
    except UndefinedError as error:
        return MISSING_VALUE, str(error)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        return RENDER_ERROR, f"the template fails: {error}"


class JinjaContext(Context):
    """Jinja's whole context, with what filters ask of it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.zone, self.budget = UTC_ZONE, Budget()


class Counted(NodeTransformer):
    """Our own loops and joined text; what is printed is left to Jinja."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.iter = filtered(node.iter, "touchline_each")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return filtered(node.nodes[0], "touchline_concatenated", *node.nodes[1:])


def filtered(node: nodes.Expr, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)


@pass_context
def for_bodies(context: JinjaContext, value: object) -> str:
    return context.budget.print(readable(printed(value, context.zone)))


@pass_context
def for_headers(context: JinjaContext, value: object) -> str:
    return context.budget.print(printed(value, context.zone))


@pass_context
def for_machines(context: JinjaContext, value: object) -> str:
    return context.budget.print(readable(printed_iso(value, context.zone)))


def whole(source: str, sandbox: Sandbox, names: Mapping[str, object]) -> str:
    """A rendering as one text by Jinja: its `render`, its `finalize`, and its autoescape."""
    finalize = {HEADER: for_headers, MACHINE: for_machines}.get(sandbox, for_bodies)
    jinja = sandbox.overlay(autoescape=sandbox is HTML, finalize=finalize)
    jinja.context_class = JinjaContext
    tree = Counted().visit(jinja.parse(source))
    tree.set_environment(jinja)
    return Template.from_code(jinja, jinja.compile(tree), {}).render(names)


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
