"""What a digest's template sees: `items`, each an entity with its parents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bind.acts import BoundDigest, BoundEmail
from engine.messages.check import check_playbook, fields_of, wanted
from engine.messages.compiled import compile_text
from engine.messages.context import Surroundings, context_of_items
from engine.messages.failures import RenderFailure
from engine.messages.render import render_text
from tests.messages.making import CATALOG, NEW_YORK, make_email, make_playbook, make_template

KNOWN = [
    "{% for item in items %}{{ item.user.first_name }}{% endfor %}",
    "{% for one in items %}{{ loop.index }}. {{ one.account.name }}{% endfor %}",
    "{% for item in items %}{{ item.account.csm.name }}{{ item.user.account.name }}{% endfor %}",
    "{% for item in items %}{% for f in item.user.features %}{{ f }}{% endfor %}{% endfor %}",
    "{% for item in items %}{{ item.account.renews_on | date }}{% endfor %}",
    "{% for item in items if item.user.score > 3 %}{{ item.user.score }}{% endfor %}",
    "{{ items | length }} for {{ recipient.name }} of {{ playbook.name }}",
]

UNKNOWN = {
    "one entity": ("{{ user.first_name }}", "inside it item.user.first_name"),
    "one parent": ("{{ account.name }}", "inside it item.account.name"),
    "the list": ("{{ items }}", "`items` is a list"),
    "a place in the list": ("{{ items[0].user.first_name }}", "`items` is a list"),
    "the item": ("{% for item in items %}{{ item }}{% endfor %}", "as item.user."),
    "a field of the item": (
        "{% for item in items %}{{ item.first_name }}{% endfor %}",
        "write item.user.first_name",
    ),
    "a misspelt entity": (
        "{% for item in items %}{{ item.usr.first_name }}{% endfor %}",
        "did you mean user?",
    ),
    "a misspelt field": (
        "{% for item in items %}{{ item.user.first_nme }}{% endfor %}",
        "did you mean first_name?",
    ),
    "after the loop": (
        "{% for item in items %}{% endfor %}{{ item.user.first_name }}",
        "there is no `item`",
    ),
    "a date of text": (
        "{% for item in items %}{{ item.user.first_name | date }}{% endfor %}",
        "takes a date or time",
    ),
}


def digest(body: str) -> BoundEmail:
    email = make_email(make_template(body))
    return replace(email, digest=BoundDigest(email.sender, "0 8 * * *"))


def told(step: BoundEmail) -> list[str]:
    found = check_playbook(make_playbook(step), CATALOG)
    return [f"{each.message} {each.hint}" for each in found]


@pytest.mark.parametrize("body", KNOWN)
def test_a_name_that_a_digest_has(body: str) -> None:
    assert told(digest(body)) == []


@pytest.mark.parametrize(("body", "says"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_name_that_a_digest_lacks_is_told(body: str, says: str) -> None:
    (problem,) = told(digest(body))
    assert says in problem


def test_only_a_digest_has_items() -> None:
    body = "{% for item in items %}{{ item.user.first_name }}{% endfor %}"
    (problem,) = told(make_email(make_template(body)))
    assert "only a step with `digest` has items" in problem


BODY = "{% for item in items %}{{ item.user.first_name }} of {{ item.account.name }}. {% endfor %}"


def test_the_fields_of_items_are_fetched_and_printed_in_their_order() -> None:
    step = digest(BODY)
    playbook = make_playbook(step)
    paths = {ref.path for ref in fields_of(step, playbook, CATALOG)}
    assert {"first_name", "account.name"} <= paths
    names = wanted(step, playbook, CATALOG)
    values = [
        {"first_name": "Ann", "account.name": "Acme"},
        {"first_name": "Bob", "account.name": "Beta"},
    ]
    around = Surroundings(playbook)
    scope = context_of_items(names, values, around, zone=NEW_YORK)
    assert render_text(compile_text(BODY), scope) == "Ann of Acme. Bob of Beta."
    with pytest.raises(RenderFailure, match="first_name"):
        render_text(compile_text(BODY), context_of_items(names, [{}], around, zone=NEW_YORK))
