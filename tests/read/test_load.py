"""Whole projects: what the language page shows loads, and one bad file hides nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.language.catalog import Event, Field, Kind, Link, Person, Property
from engine.language.conditions import FieldTest
from engine.language.playbook import Again, CatchUp, Fuse, Status
from engine.language.project import HousePerson, Project, Secret, SmtpChannel, WebhookChannel
from engine.language.steps import (
    EmailStep,
    ExitStep,
    OnFailure,
    TaskKind,
    TaskStep,
    WaitStep,
    WebhookStep,
)
from engine.moments import Duration, Unit
from engine.read.load import load_project
from tests.read.projects import SOUND, load, write

# The examples of the language, sections 1, 2 and 5, without the words of later versions.
ACME = {
    "touchline.yaml": """\
touchline: 1
name: acme
timezone: America/New_York
ledger: {url: "sqlite:///.touchline/ledger.db", id: acme-7f3a}
connectors:
  product:
    type: files
    path: data/product
    timezone: UTC
    freshness: {table: events, column: occurred_at, at_most: 36 hours}
    volume: {users: {shrinks_by_at_most: 20%}}
  crm: {type: sql, url: "${env:CRM_URL}", schema: public}
channels:
  email:
    type: smtp
    host: smtp.acme.example
    port: 587
    tls: starttls
    username: touchline
    password: "${env:SMTP_PASSWORD}"
    from: {name: Acme Success, email: success@acme.example}
    postal_address: 1 Main Street, Springfield
    unsubscribe: {url: "https://acme.example/u", mailto: unsubscribe@acme.example}
  slack-cs: {type: webhook, url: "${env:SLACK_HOOK}", secret: "${env:SLACK_SECRET}"}
people:
  cs_manager: {name: Dana Reyes, email: dana@acme.example}
policy:
  first_run: {matched: 500}
  pass_every: 15 minutes
""",
    "catalog/user.yaml": """\
entity: user
source: product.users
where: {is_deleted: false}
key: user_id
label: full_name
contact: {name: first_name, email: email, timezone: tz, locale: lang}
links:
  account: account_id
  parent: {to: user, column: parent_id}
fields:
  user_id: integer
  full_name: text
  first_name: text
  email: text
  role: {type: text, values: [admin, member, guest]}
  signed_up_at: {type: timestamp, column: created_at, required: true}
  onboarded_at: {type: timestamp, format: epoch}
  tags: {type: list, separator: ";"}
events:
  logged_in:          {source: product.events, key: user_id, at: occurred_at, where: {name: login}}
  used_feature:
    source: product.events
    key: user_id
    at: {column: occurred_at, format: epoch_ms}
    where: {name: [feature_used, feature]}
    properties: {feature: text, seconds: {type: number, column: secs}}
  csm_call:
    {source: crm.calls, key: contact_id, at: held_at, counts_as: contact, history_from: 2025-01-01}
""",
    "catalog/account.yaml": """\
entity: account
source: crm.accounts
key: id
label: name
people:
  champion: {name: champion_name, email: champion_email}
team:
  csm: {name: csm_name, email: csm_email}
fields:
  name: text
  plan: {type: text, values: [free, pro, enterprise]}
  renews_on: date
""",
    "segments/trained.yaml": """\
segment: trained
of: user
where:
  - did: completed_training
  - account.plan: [pro, enterprise]
""",
    "playbooks/checkup/feature-checkup.yaml": """\
playbook: feature-checkup
description: Trained and active, but not yet using reports. Offer help once.
owner: cs-ops@acme.example
status: active
schedule: "0 9 * * 1-5"
priority: 50
segment:
  of: user
  where:
    - signed_up_at: {days_ago: {between: [30, 90]}}
    - did: completed_training
    - did: logged_in
      within: 7 days
    - did: logged_in
      since: signed_up_at
      times: {more_than: 10}
    - onboarded_at: {set: true}
    - not_contacted: {since: onboarded_at}
    - did_not: used_feature
      where: {feature: reports}
entry:
  again: never
  existing: enter
  per_run: 200
  fuse: {matched: 2000, share: 20%}
exit_when: {did: used_feature, where: {feature: reports}}
steps:
  - email: feature-checkup
    from: account.csm
  - wait: 5 days
  - task: "Call {{ user.full_name }} about reports"
    kind: call
    assign: account.csm
    due: 2 business days
  - webhook: slack-cs
    body: {text: "{{ user.full_name }} of {{ account.name }} may need a hand"}
""",
    "emails/feature-checkup.md": """\
---
subject: "A hand with reports, {{ user.first_name }}?"
preheader: Ten minutes
purpose: relationship
---

Hi {{ user.first_name }},
""",
    "emails/feature-checkup.fr.md": "---\r\nsubject: Un coup de main ?\r\n---\r\nBonjour\r\n",
}


@pytest.fixture
def acme(tmp_path: Path) -> Project:
    """The project of the language page."""
    return load_project(write(tmp_path, ACME))


def test_the_language_page_is_clean(acme: Project) -> None:
    assert acme.problems == ()
    assert sorted(acme.files) == sorted(ACME)


def test_settings_are_as_written(acme: Project) -> None:
    settings = acme.settings
    assert (settings.name, settings.timezone) == ("acme", "America/New_York")
    assert settings.ledger.url == Secret("sqlite:///.touchline/ledger.db")
    assert settings.ledger.id == "acme-7f3a"
    product, crm = settings.connectors["product"], settings.connectors["crm"]
    assert (product.type, product.path, product.timezone) == ("files", "data/product", "UTC")
    assert product.freshness is not None
    assert product.freshness.at_most == Duration(36, Unit.HOUR)
    assert product.volume == {"users": {"shrinks_by_at_most": 0.2}}
    assert (crm.url, crm.schema) == (Secret("${env:CRM_URL}"), "public")
    email = settings.channels["email"]
    assert isinstance(email, SmtpChannel)
    assert email.sender == HousePerson("Acme Success", "success@acme.example")
    assert (email.port, email.tls, email.on_unknown) == (587, "starttls", "hold")
    assert email.unsubscribe.mailto == "unsubscribe@acme.example"
    hook = settings.channels["slack-cs"]
    assert isinstance(hook, WebhookChannel)
    assert (hook.secret, hook.on_unknown) == (Secret("${env:SLACK_SECRET}"), "resend")
    assert settings.policy.first_run == Fuse(matched=500)


def test_entity_is_as_written(acme: Project) -> None:
    user = acme.entities["user"]
    assert user.where == (("is_deleted", False),)
    assert user.contact == Person("first_name", "email", "tz", "lang")
    assert user.links == {
        "account": Link("account", "account", "account_id"),
        "parent": Link("parent", "user", "parent_id"),
    }
    assert user.fields["signed_up_at"] == Field(
        "signed_up_at", Kind.TIMESTAMP, "created_at", required=True
    )
    assert user.fields["role"].values == ("admin", "member", "guest")
    assert user.fields["onboarded_at"].format == "epoch"
    assert user.fields["tags"].separator == ";"
    assert user.fields["email"].place.line == 14
    assert user.events["used_feature"] == Event(
        "used_feature",
        "product.events",
        "user_id",
        "occurred_at",
        "epoch_ms",
        where=(("name", ("feature_used", "feature")),),
        properties={
            "feature": Property("feature", Kind.TEXT, "feature"),
            "seconds": Property("seconds", Kind.NUMBER, "secs"),
        },
    )
    assert user.events["csm_call"].counts_as_contact
    assert user.events["csm_call"].history_from == "2025-01-01"
    assert acme.entities["account"].team["csm"] == Person("csm_name", "csm_email")


def test_playbook_is_as_written(acme: Project) -> None:
    playbook = acme.playbooks["feature-checkup"]
    assert (playbook.status, playbook.priority) == (Status.ACTIVE, 50)
    assert playbook.schedule is not None
    assert playbook.schedule.cron == "0 9 * * 1-5"
    assert playbook.entry.fuse == Fuse(2000, 0.2)
    assert (playbook.entry.per_run, playbook.entry.again) == (200, Again())
    email, wait, task, webhook = playbook.steps
    assert email == EmailStep("email-1", "feature-checkup", sender=("account.csm",))
    assert wait == WaitStep("wait-1", Duration(5, Unit.DAY))
    assert task == TaskStep(
        "task-1",
        "Call {{ user.full_name }} about reports",
        TaskKind.CALL,
        assign=("account.csm",),
        due=Duration(2, Unit.BUSINESS_DAY),
    )
    assert isinstance(webhook, WebhookStep)
    assert webhook.body == {"text": "{{ user.full_name }} of {{ account.name }} may need a hand"}
    assert [step.place.line for step in playbook.steps] == [28, 30, 31, 35]


def test_templates_know_their_lines_and_locales(acme: Project) -> None:
    template = acme.templates["feature-checkup"]
    assert template.subject == "A hand with reports, {{ user.first_name }}?"
    assert (template.body_line, template.body) == (6, "\nHi {{ user.first_name }},\n")
    assert (template.subject_place.line, template.subject_place.column) == (2, 10)
    french = acme.templates["feature-checkup.fr"]
    assert (french.locale, french.subject, french.body_line) == ("fr", "Un coup de main ?", 4)


STEPS = """\
playbook: checkup
schedule:
  {cron: "0 9 * * *", timezone: Europe/Paris, from: 2026-01-01, until: 2026-12-31, catch_up: none}
entry: {again: {after: 90 days}, existing: skip, fuse: {share: 0.5}}
segment: trained
steps:
  - email: hello
    to: [[account.champion, account.admin], account.sponsor]
    reply_to: [house.dana]
    one_copy: false
    with: {n: 1}
    topic: tips
  - {email: hello, id: second, on_failure: exit, max_lateness: 1 day}
  - {email: hello, only_if: {everyone: true}}
  - {exit: "no use"}
"""


def test_words_of_steps(tmp_path: Path) -> None:
    playbook = load(tmp_path, {"playbooks/checkup.yaml": STEPS}).playbooks["checkup"]
    first, second, third, last = playbook.steps
    assert isinstance(first, EmailStep)
    assert first.to == (("account.champion", "account.admin"), "account.sponsor")
    assert (first.reply_to, first.one_copy, first.values) == (("house.dana",), False, {"n": 1})
    assert isinstance(second, EmailStep)
    assert (second.on_failure, second.max_lateness) == (OnFailure.EXIT, Duration(1, Unit.DAY))
    assert [step.id for step in playbook.steps] == ["email-1", "second", "email-3", "exit-1"]
    assert third.only_if is not None
    assert last == ExitStep("exit-1", "no use")
    assert playbook.entry.again == Again(True, Duration(90, Unit.DAY))
    assert not playbook.entry.existing_enter
    schedule = playbook.schedule
    assert schedule is not None
    assert (schedule.starts, schedule.ends) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (schedule.timezone, schedule.catch_up) == ("Europe/Paris", CatchUp.NONE)


DECLARED = SOUND["playbooks/checkup.yaml"]
SAME = [
    ("comment", "# hello\n" + DECLARED),
    ("status", DECLARED + "status: paused\n"),
    ("fuse", DECLARED + "entry: {fuse: {matched: 3}}\n"),
    ("flow", "{steps: [{'email': \"hello\"}], segment: trained, playbook: checkup}"),
]
OTHER = [
    ("segment", DECLARED.replace("trained", "veterans")),
    ("step", DECLARED + "    id: first\n"),
    ("exit", DECLARED + "exit_when: {everyone: true}\n"),
    ("large", DECLARED + "exit_when: {id: 9007199254740993}\n"),
]


@pytest.mark.parametrize("text", [row[1] for row in SAME], ids=[row[0] for row in SAME])
def test_a_version_is_content_not_formatting(tmp_path: Path, text: str) -> None:
    assert _declared(tmp_path / "b", text) == _declared(tmp_path / "a", DECLARED)


@pytest.mark.parametrize("text", [row[1] for row in OTHER], ids=[row[0] for row in OTHER])
def test_other_content_is_another_version(tmp_path: Path, text: str) -> None:
    assert _declared(tmp_path / "b", text) != _declared(tmp_path / "a", DECLARED)


def _declared(root: Path, text: str) -> str:
    project = load(root, {"playbooks/checkup.yaml": text})
    assert project.problems == ()
    return project.playbooks["checkup"].declared


def test_large_integers_keep_their_last_digit(tmp_path: Path) -> None:
    one, other = (DECLARED + f"exit_when: {{id: 900719925474099{n}}}\n" for n in (2, 3))
    assert _declared(tmp_path / "a", one) != _declared(tmp_path / "b", other)


def test_one_bad_file_hides_nothing(tmp_path: Path) -> None:
    """Every file's problems are told, sorted; what is sound is there, the rest is named."""
    project = load(
        tmp_path,
        {
            "catalog/account.yaml": "entity: account\n\tsource: x",
            "segments/bad.yaml": "segment: other\nof: user\nwhere: []\nx: 1\n",
            "playbooks/bad.yaml": "playbook: bad\nsegment: trained\nsteps: [{mail: x}]\n",
            "emails/bad.md": "---\nsubjekt: x\n---\n",
            "touchline.yaml": SOUND["touchline.yaml"].replace("path: data", "pth: data"),
        },
    )
    told = [(problem.place.path, problem.code) for problem in project.problems]
    assert told == [
        ("catalog/account.yaml", "bad-yaml"),
        ("emails/bad.md", "unknown-key"),
        ("playbooks/bad.yaml", "unknown-key"),
        ("segments/bad.yaml", "empty"),
        ("segments/bad.yaml", "unknown-key"),
        ("touchline.yaml", "unknown-key"),
    ]
    assert set(project.entities) == {"user"}
    assert set(project.segments) == {"trained"}
    assert set(project.playbooks) == {"checkup"}
    assert set(project.templates) == {"hello"}
    assert set(project.settings.channels) == {"email", "hook"}
    assert project.broken >= {
        ("connector", "product"),
        ("entity", "account"),
        ("segment", "other"),
        ("playbook", "bad"),
        ("template", "bad"),
    }


def test_a_name_declared_twice_names_both_files(tmp_path: Path) -> None:
    project = load(tmp_path, {"playbooks/deep/again.yaml": SOUND["playbooks/checkup.yaml"]})
    (problem,) = project.problems
    assert (str(problem.place), problem.code) == ("playbooks/deep/again.yaml:1:1", "duplicate-name")
    assert "playbooks/checkup.yaml:1:1" in problem.message


def test_a_role_found_among_rows(tmp_path: Path) -> None:
    found = "people: {fan: {user: {where: {plan: pro}, highest: logins}}}\n"
    project = load(tmp_path, {"catalog/account.yaml": SOUND["catalog/account.yaml"] + found})
    assert project.problems == ()
    role = project.entities["account"].people["fan"].found
    assert role is not None
    assert (role.entity, role.by, role.highest) == ("user", "logins", True)
    assert isinstance(role.where, FieldTest)


def test_one_locale_in_two_spellings_is_one_email_twice(tmp_path: Path) -> None:
    text = "---\nsubject: Oi\n---\nOi\n"
    files = dict.fromkeys(("emails/hello.pt-BR.md", "emails/hello.pt-br.md"), text)
    problems = load(tmp_path, {"emails/hello.md": text, **files}).problems
    told = [(problem.place.path, problem.code) for problem in problems]
    assert told == [("emails/hello.pt-br.md", "duplicate-name")]


def test_locale_of_a_broken_template_is_not_blamed(tmp_path: Path) -> None:
    french = SOUND["emails/hello.md"]
    project = load(tmp_path, {"emails/hello.md": "no", "emails/hello.fr.md": french})
    assert [problem.place.path for problem in project.problems] == ["emails/hello.md"]
