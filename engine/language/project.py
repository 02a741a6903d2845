"""A declared project: `touchline.yaml`, the message templates, and everything together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from engine.language.blueprints import Blueprint
from engine.language.catalog import Entity
from engine.language.examples import Example
from engine.language.metrics import Metric
from engine.language.playbook import Playbook, Segment
from engine.language.policy import Policy
from engine.moments import Duration
from engine.places import NOWHERE, Place
from engine.problems import Problem
from engine.records import dataclass

__all__ = [
    "MJML",
    "Connector",
    "DkimKey",
    "Freshness",
    "HousePerson",
    "LedgerSettings",
    "LintSettings",
    "Project",
    "Secret",
    "Settings",
    "SmtpChannel",
    "Template",
    "Unsubscribe",
    "WebhookChannel",
]


@dataclass(frozen=True, slots=True)
class Secret:
    """A text with references in it, `${env:NAME}` or `${file:path}`; resolved only where used.

    Its own text holds no secret and may be shown.
    """

    text: str
    place: Place = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where the ledger lies, and the id of the live one where the project names it."""

    url: Secret = Secret("sqlite:///.touchline/ledger.db")
    id: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest value of `table.column` may be at most so old at a run's instant."""

    table: str
    column: str
    at_most: Duration
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Connector:
    """A source of data. `files` has a `path` (relative to the project), `sql` a `url`.

    `timezone` is the IANA name of the zone of timestamps that bear none. `volume` says per table
    by what share (0 to 1) its rows may shrink or grow between two runs, and how many there are
    `at_least` (1 unless said).
    """

    name: str
    type: str
    path: str | None = None
    url: Secret | None = None
    schema: str | None = None
    timezone: str = "UTC"
    freshness: Freshness | None = None
    volume: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class HousePerson:
    """A person of the house: `house.NAME`."""

    name: str
    email: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where a recipient can say stop: an https page, a mailbox, or both.

    `one_click`: the page takes the requests of RFC 8058, so that each mail may bear its own token.
    """

    url: str | None = None
    mailto: str | None = None
    one_click: bool = False


@dataclass(frozen=True, slots=True)
class DkimKey:
    """What mail is signed with: `key` is an RSA private key in PEM."""

    domain: str
    selector: str
    key: Secret
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """A mail server. `tls` is `none`, `starttls` or `implicit`; `answer_timeout` in seconds.

    `return_path` is the address that bounces come to, each with a token of its mail behind a `+`;
    empty: they go to the sender. `provider` is whose events tell of what becomes of mail.
    `connections` are open at the same time at most, in one process.
    """

    name: str
    host: str
    port: int
    tls: str = "starttls"
    verify: bool = True
    username: str | None = None
    password: Secret | None = None
    sender: HousePerson | None = None
    postal_address: str = ""
    unsubscribe: Unsubscribe = Unsubscribe()
    return_path: str = ""
    provider: str = ""
    dkim: DkimKey | None = None
    on_unknown: str = "hold"
    answer_timeout: float = 600.0
    connections: int = 4
    messages_per_connection: int = 1000
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """A receiver of signed requests."""

    name: str
    url: Secret
    secret: Secret | None = None
    allow_private: bool = False
    on_unknown: str = "resend"
    timeout: float = 20.0
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LintSettings:
    """What `lint` goes by: rules that are off, and how long a mail may be.

    `words` are words of the house, each with what customers say instead.
    """

    off: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    most_words: int = 200
    most_links: int = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """`touchline.yaml`."""

    name: str
    timezone: str = "UTC"
    ledger: LedgerSettings = LedgerSettings()
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    channels: Mapping[str, SmtpChannel | WebhookChannel] = field(default_factory=dict)
    people: Mapping[str, HousePerson] = field(default_factory=dict)
    policy: Policy = Policy()
    lint: LintSettings = LintSettings()
    place: Place = field(default=NOWHERE, compare=False)


MJML = "mjml"
"""The layout of a template whose body is MJML, and so says itself how it looks."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message template: front matter and a body in Markdown, or with the layout MJML in that.

    `body_line` is the line of the file on which `body` begins. `locale` is empty for the default.
    `lint_off` are rules of `lint` that are off for it.
    """

    name: str
    path: str
    subject: str
    body: str
    preheader: str = ""
    layout: str = "plain"
    topic: str | None = None
    purpose: str = "relationship"
    locale: str = ""
    body_line: int = 1
    lint_off: tuple[str, ...] = ()
    subject_place: Place = field(default=NOWHERE, compare=False)
    topic_place: Place = field(default=NOWHERE, compare=False)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Project:
    """All files of a project, read; what is broken is in `problems`, and missing elsewhere.

    Templates are keyed by name, and `NAME.fr` for the locale fr; examples by the path of their
    file. `playbooks` are those that can run, what they use expanded; `blueprints` those of the
    project, which others use. `broken` holds (kind, name) of what was left out: a connector,
    channel, person, entity, segment, playbook, metric or template that other files may name
    rightly, so that nobody is told that it does not exist. `expansions` are the plain data that
    each playbook with `use` stands for. `files` are the paths of all that was read.
    """

    root: Path
    settings: Settings
    entities: Mapping[str, Entity] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    blueprints: Mapping[str, Blueprint] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    examples: Mapping[str, Example] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    broken: frozenset[tuple[str, str]] = frozenset()
    expansions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
