"""A small catalog, a playbook and scopes for the tests of messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.bind.acts import BoundEmail, BoundStep
from engine.bind.catalog import BoundPerson, Catalog, EntityRef, FieldRef, LinkRef
from engine.bind.conditions import BoundEveryone
from engine.bind.people import FixedPerson, RolePerson
from engine.bind.playbook import Audience, BoundPlaybook
from engine.language.catalog import Kind
from engine.language.project import Template
from engine.messages.compiled import compile_email, compile_text
from engine.messages.mime import Envelope, message_id
from engine.messages.render import NO_FOOTER, Footer, RenderedEmail, render_email, render_text
from engine.messages.templates import Scope
from engine.places import Place
from engine.ports import Recipient
from engine.tables import ColumnRef, TableRef

UTC_ZONE = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
AS_OF = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)


def field(entity: str, name: str, kind: Kind = Kind.TEXT) -> FieldRef:
    return FieldRef((), entity, name, ColumnRef(name, kind))


def _fields(entity: str, **kinds: Kind) -> dict[str, FieldRef]:
    return {name: field(entity, name, kind) for name, kind in kinds.items()}


def _person(prefix: str) -> BoundPerson:
    return BoundPerson(
        ColumnRef(f"{prefix}_email", Kind.TEXT), ColumnRef(f"{prefix}_name", Kind.TEXT)
    )


ACCOUNT = EntityRef(
    "account",
    TableRef("crm", "accounts"),
    ColumnRef("id", Kind.INTEGER),
    links={"parent": LinkRef("parent", "account", "parent_id")},
    people={"csm": _person("csm"), "sponsor": BoundPerson(ColumnRef("sponsor", Kind.TEXT))},
    fields=_fields("account", name=Kind.TEXT, plan=Kind.TEXT, renews_on=Kind.DATE)
    | _fields("account", seats=Kind.INTEGER),
)
USER = EntityRef(
    "user",
    TableRef("product", "users"),
    ColumnRef("user_id", Kind.INTEGER),
    contact=BoundPerson(ColumnRef("email", Kind.TEXT), ColumnRef("first_name", Kind.TEXT)),
    links={"account": LinkRef("account", "account", "account_id")},
    fields=_fields("user", first_name=Kind.TEXT, email=Kind.TEXT, score=Kind.NUMBER)
    | _fields("user", signed_up_at=Kind.TIMESTAMP, features=Kind.LIST, url=Kind.TEXT),
)
CATALOG = Catalog({"user": USER, "account": ACCOUNT})

CONTACT = RolePerson("user", (), USER.fields["email"], USER.fields["first_name"])
HOUSE = FixedPerson("house.cs", "Dana Reyes", "dana@acme.example", is_team=True)


def make_template(
    body: str = "Hello", subject: str = "Hi", *, preheader: str = "", layout: str = "plain"
) -> Template:
    return Template(
        "mail",
        "emails/mail.md",
        subject,
        body,
        preheader=preheader,
        layout=layout,
        body_line=4,
        subject_place=Place("emails/mail.md", 2, 10),
        place=Place("emails/mail.md", 1, 1),
    )


def make_email(template: Template, **values: Any) -> BoundEmail:
    return BoundEmail(
        "email-1", template, "email", ((CONTACT,),), (HOUSE,), values=values, place=Place("p.yaml")
    )


def make_playbook(*steps: BoundStep) -> BoundPlaybook:
    audience = Audience("checkup", USER, BoundEveryone(), UTC_ZONE)
    return BoundPlaybook("checkup", audience, steps, UTC_ZONE, "0" * 64, description="Look in")


def scope(zone: ZoneInfo = UTC_ZONE, **names: Any) -> Scope:
    return Scope(names, zone)


def rendered(
    body: str,
    subject: str = "Hi",
    *,
    layout: str = "none",
    footer: Footer = NO_FOOTER,
    **names: Any,
) -> RenderedEmail:
    """A template rendered with names as they are given."""
    compiled = compile_email(make_template(body, subject, layout=layout))
    return render_email(compiled, scope(**names), footer=footer)


def line(source: str, zone: ZoneInfo = UTC_ZONE, **names: Any) -> str:
    """A text template rendered with names as they are given."""
    return render_text(compile_text(source), scope(zone, **names))


def make_envelope(
    recipient: str = "ann@example.com", name: str = "", *, sender: str = "Acme"
) -> Envelope:
    return Envelope(
        Recipient("success@acme.example", sender),
        Recipient(recipient, name),
        message_id("0123456789abcdef", "acme.example"),
        AS_OF,
    )
