"""Names against the catalog: each problem in its place, and only the fields in use are fetched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bind.acts import BoundEmail, BoundStep, BoundTask, BoundWebhook
from engine.bind.catalog import FieldRef
from engine.bind.people import FixedPerson
from engine.language.catalog import Kind
from engine.messages.check import check_playbook, fields_of, wanted
from engine.messages.compiled import compile_text
from engine.messages.context import Surroundings, context
from engine.messages.render import render_text
from engine.places import NOWHERE, Place
from engine.ports import Recipient
from engine.problems import Problem
from engine.tables import ColumnRef
from tests.messages.making import (
    AS_OF,
    CATALOG,
    CONTACT,
    HOUSE,
    NEW_YORK,
    make_email,
    make_playbook,
    make_template,
)

KNOWN = [
    "{{ user.first_name }}",
    "{{ user['first_name'] }}",
    "{{ account.name }}",
    "{{ user.account.name }}",
    "{{ account.parent.name }}",
    "{{ account.parent.parent.csm.name }}",
    "{{ account.csm.name }} {{ account.csm.email }} {{ account.sponsor.email }}",
    "{{ playbook.name }} {{ playbook.description }} {{ playbook.owner }}",
    "{{ sender.name }} {{ sender.email }} {{ recipient.name }} {{ recipient.email }}",
    "{{ with.feature }} {{ with.deep.list[0] }}",
    "{% for f in with.deep.list %}{{ f }}{% endfor %}",
    "{{ unsubscribe_url }}",
    "{% for f in user.features %}{{ loop.index }} {{ f }}{% endfor %}",
    "{% set n = user.first_name | default('you') %}{{ n }}",
    "{{ user.features[0] }} {{ user.features[user.score] }}",
    "{{ account.renews_on | date }} {{ user.signed_up_at | date('%H:%M') }}",
    "{% for user in user.features %}{{ user }}{% endfor %}",
    "{{ account.plan == 'pro' }} {{ 5 < account.seats }} {{ account.seats * 2 - user.score }}",
    "{{ user.features[0] == 'a' }} {{ 'a' in user.features }} {{ account.plan in ['pro'] }}",
    "{{ account.renews_on == account.parent.renews_on }} {{ account.plan ~ 1 }}",
    "{{ account.renews_on | date('%Y-%m-%d') < '2027-01-01' }} {{ with.feature == 5 }}",
]

# template: (code, line, column in the body, the hint or a part of the message)
UNKNOWN = {
    "field": ("a\nHi {{ user.first_nme }}", "unknown-name", 2, 7, "did you mean first_name?"),
    "root": ("{{ acount.name }}", "unknown-name", 1, 4, "did you mean account?"),
    "bare field": ("{{ first_name }}", "unknown-name", 1, 4, "write user.first_name"),
    "parent's field": ("{{ account.nme }}", "unknown-name", 1, 4, "did you mean name?"),
    "far field": ("{{ account.parent.seat }}", "unknown-name", 1, 4, "did you mean seats?"),
    "entity itself": ("{{ user }}", "unknown-name", 1, 4, "name one of its fields"),
    "link itself": ("{% if account %}a{% endif %}", "unknown-name", 1, 7, "name one of its fields"),
    "role itself": ("{{ account.csm }}", "unknown-name", 1, 4, "it has email and name"),
    "role's part": ("{{ account.csm.phone }}", "unknown-name", 1, 4, "it has email and name"),
    "role without name": ("{{ account.sponsor.name }}", "unknown-name", 1, 4, "it has email"),
    "part of a field": ("{{ user.first_name.x }}", "unknown-name", 1, 4, "is a value"),
    "part of a with": ("{{ with.feature.x }}", "unknown-name", 1, 4, "is a value"),
    "with": ("{{ with.featur }}", "unknown-name", 1, 4, "did you mean feature?"),
    "whole with": ("{{ with }}", "unknown-name", 1, 4, "name one of its parts"),
    "sender": ("{{ sender.nam }}", "unknown-name", 1, 4, "did you mean name?"),
    "python": ("{{ dict }}{{ range }}", "unknown-name", 1, 4, "there is"),
    "layout's own": ("{{ touchline_subject }}", "unknown-name", 1, 4, "there is"),
    "after a loop": (
        "{% for f in user.features %}{% endfor %}{{ f }}",
        "unknown-name",
        1,
        8,
        "there is",
    ),
    "loop over text": (
        "{% for c in user.first_name %}{{ c }}{% endfor %}",
        "wrong-type",
        1,
        13,
        "a loop goes over a list",
    ),
    "number of text": ("{{ user.first_name | number }}", "wrong-type", 1, 4, "takes a number"),
    "percent of a time": ("{{ user.signed_up_at | percent }}", "wrong-type", 1, 4, "a number"),
    "first of text": ("{{ user.first_name | first }}", "wrong-type", 1, 4, "takes a list"),
    "length of a number": ("{{ account.seats | length }}", "wrong-type", 1, 4, "a list or a text"),
    "date of text": ("{{ user.first_name | date }}", "wrong-type", 1, 4, "takes a date or time"),
    "date beside text": (
        '{% if account.renews_on < "2027-01-01" %}a{% endif %}',
        "wrong-type",
        1,
        7,
        "is date, and is compared with the text `2027-01-01` compare its text",
    ),
    "text beside a time": (
        '{{ "2027" == user.signed_up_at }}',
        "wrong-type",
        1,
        14,
        "is timestamp, and is compared with the text",
    ),
    "number beside text": (
        '{% if account.seats >= "5" %}a{% endif %}',
        "wrong-type",
        1,
        7,
        "is integer, and is compared with the text `5` write it without quotes",
    ),
    "text beside a number": ("{{ account.plan != 5 }}", "wrong-type", 1, 4, "write it in quotes"),
    "list beside text": ('{{ user.features == "a" }}', "wrong-type", 1, 4, "whether it holds one"),
    "text added": ("{{ user.first_name + 1 }}", "wrong-type", 1, 4, "`+` is for numbers join text"),
    "date taken off": ("{{ 5 - account.renews_on }}", "wrong-type", 1, 8, "`-` is for numbers"),
}


def problems_of(body: str) -> list[tuple[str, Place, str]]:
    email = make_email(make_template(body), feature="reports", deep={"list": ["a"]})
    found = check_playbook(make_playbook(email), CATALOG)
    return [(each.code, each.place, f"{each.message} {each.hint}") for each in found]


@pytest.mark.parametrize("body", KNOWN)
def test_a_name_that_there_is_is_no_problem(body: str) -> None:
    assert problems_of(body) == []


@pytest.mark.parametrize(("body", "code", "line", "column", "says"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_name_that_is_not_is_a_problem_in_its_place(
    body: str, code: str, line: int, column: int, says: str
) -> None:
    found = problems_of(body)
    assert {each[0] for each in found} == {code}
    assert found[0][1] == Place("emails/mail.md", line + 3, column)
    assert says in found[0][2]


def test_all_problems_of_a_playbook_come_in_one_go() -> None:
    email = make_email(make_template("{{ user.a }}\n\n{{ user.b | uper }}", "{{ user.c }}"))
    french = replace(make_template("{{ user.d }}"), path="emails/mail.fr.md", locale="fr")
    task = BoundTask("task-1", "Call {{ user.e }}", notes="{{ user.f }}", place=Place("p.yaml", 5))
    hook = BoundWebhook("webhook-1", "slack", {"a": ["{{ user.g }}"]}, place=Place("p.yaml", 9))
    steps = (replace(email, variants={"fr": french}), task, hook)
    found = check_playbook(make_playbook(*steps), CATALOG)
    assert [(each.place.path, each.place.line, each.code) for each in found] == [
        ("emails/mail.fr.md", 4, "unknown-name"),
        ("emails/mail.md", 2, "unknown-name"),
        ("emails/mail.md", 4, "unknown-name"),
        ("emails/mail.md", 6, "unknown-name"),
        ("emails/mail.md", 6, "forbidden-in-template"),
        ("p.yaml", 5, "unknown-name"),
        ("p.yaml", 5, "unknown-name"),
        ("p.yaml", 9, "unknown-name"),
    ]


@pytest.mark.parametrize(
    "step",
    [
        BoundTask("t", "{{ sender.name }}"),
        BoundTask("t", "{{ with.x }}"),
        BoundWebhook("w", "slack", {"a": "{{ recipient.email }}"}),
        BoundWebhook("w", "slack", None, headers={"X-A": "{{ unsubscribe_url }}"}),
    ],
    ids=["sender of a task", "with of a task", "recipient of a webhook", "header of a webhook"],
)
def test_a_step_offers_only_what_it_has(step: BoundStep) -> None:
    assert [each.code for each in check_playbook(make_playbook(step), CATALOG)] == ["unknown-name"]


def test_an_address_written_out_goes_by_the_rule_of_run_time() -> None:
    task = BoundTask("t", "Call", assign=(FixedPerson("a@localhost", "", "a@localhost"),))
    assert [each.code for each in check_playbook(make_playbook(task), CATALOG)] == ["bad-address"]


def test_a_field_that_cannot_be_computed_is_told_with_the_reason() -> None:
    ring = Problem(NOWHERE, "field-cycle", "health is computed from itself")
    catalog = replace(CATALOG, broken={("user", "health"): (ring,)})
    playbook = make_playbook(make_email(make_template("{{ user.health }}")))
    (problem,) = check_playbook(playbook, catalog)
    assert problem.code == "field-cycle"
    assert "`user.health` cannot be computed: health is computed from itself" in problem.message


def test_only_the_fields_in_use_are_fetched_each_once() -> None:
    body = "{{ account.name }} {{ user.account.name }} {{ account.csm.name }} {{ user.score }}"
    email = make_email(make_template(body, "{{ account.parent.plan }}"))
    assert [ref.path for ref in fields_of(email, make_playbook(email), CATALOG)] == [
        "account.csm_name",
        "account.name",
        "account.parent.plan",
        "email",
        "first_name",
        "score",
    ]


def test_persons_of_a_step_are_fetched_too() -> None:
    csm = FieldRef(("account",), "account", "csm_email", ColumnRef("csm_email", Kind.TEXT))
    person = replace(CONTACT, text="account.csm", links=("account",), email=csm, name=None)
    task = BoundTask("t", "Call", assign=(person, HOUSE))
    playbook = make_playbook(task)
    assert fields_of(task, playbook, CATALOG) == (csm,)


AROUND = {"sender": Recipient("dana@acme.example", "Dana"), "recipient": Recipient("a@x.example")}
VALUES = {
    "first_name": "Ann",
    "score": float("nan"),
    "features": ["a", None, "b"],
    "signed_up_at": AS_OF,
    "account.name": "Acme",
    "account.csm_name": " ",
    "account.parent.name": None,
}
SEEN = {
    "own field": ("{{ user.first_name }}", "Ann"),
    "parent": ("{{ account.name }}, {{ user.account.name }}", "Acme, Acme"),
    "missing parent": ("{{ account.parent.name | default('-') }}", "-"),
    "missing number": ("{{ user.score | default('-') }}", "-"),
    "blank name": ("{{ account.csm.name | default('-') }}", "-"),
    "list": ("{{ user.features }}", "a, b"),
    "zone": ("{{ user.signed_up_at | date('%H:%M') }}", "09:30"),
    "step": ("{{ playbook.name }} {{ sender.name }} {{ with.x }}", "checkup Dana 1"),
    "nameless": ("{{ recipient.name | default(recipient.email) }}", "a@x.example"),
    "no unsubscribing": ("{{ unsubscribe_url | default('-') }}", "-"),
    "no owner": ("{{ playbook.owner | default('-') }}", "-"),
}


@pytest.mark.parametrize(("source", "expected"), SEEN.values(), ids=SEEN)
def test_a_template_sees_one_customer(source: str, expected: str) -> None:
    step: BoundEmail = make_email(make_template(source), x=1)
    playbook = make_playbook(step)
    assert check_playbook(playbook, CATALOG) == ()
    around = Surroundings(playbook, **AROUND, values={"x": 1})
    scope = context(wanted(step, playbook, CATALOG), VALUES, around, zone=NEW_YORK)
    assert render_text(compile_text(source), scope) == expected
