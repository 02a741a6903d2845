"""Every rule of `lint`: its own examples, where it speaks and where it keeps silent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.bind.bind import bind_project
from engine.lint.rule import Looked
from engine.lint.table import RULES, advice_on
from engine.problems import Problem, Severity
from engine.read.accepting import SCHEMAS
from engine.read.load import load_project
from tests.read.projects import SOUND, write

SETTINGS = (
    SOUND["touchline.yaml"]
    .replace("dana: {name", "casey: {name: Casey, email: casey@acme.example}\n  dana: {name")
    .replace("type: smtp,", "type: smtp, from: {name: Acme Success, email: success@acme.example},")
)
MAIL = "---\nsubject: Hello\n---\n{greeting}\n\n{body}\n"
GREETING = "Hi {{ user.first_name | default('there') }},"
LINES: Mapping[str, str] = {
    "playbook": "playbook: checkup",
    "owner": "owner: cs-ops@acme.example",
    "segment": "segment: trained",
    "entry": "entry: {fuse: {matched: 200}}",
    "exit_when": "exit_when: {did: logged_in, within: 1 day}",
    "steps": "steps: [{email: hello, from: house.dana}]",
}
"""A playbook that nothing is said of, line by line."""

CLEAN = {
    **SOUND,
    "touchline.yaml": SETTINGS,
    "playbooks/checkup.yaml": "\n".join(LINES.values()) + "\n",
    "emails/hello.md": MAIL.format(greeting=GREETING, body="All is well.\n\n{{ sender.name }}"),
}
TOPICS = "policy: {topics: {product-tips: {default: subscribed}}}\n"
WORDS = "lint: {words: {tenant: workspace}}\n"
RULE = {rule.id: rule for rule in RULES}
OF_MAILS = {rule.id for rule in RULES[RULES.index(RULE["signed-by-team"]) :]}
OF_PLAYBOOKS = RULE.keys() - OF_MAILS - {"unused-segment", "unused-template"}


def told(root: Path, files: Mapping[str, str]) -> list[Problem]:
    """The advice on a clean project with these files in place of its own."""
    project = load_project(write(root, {**CLEAN, **files}))
    assert project.problems == (), project.problems
    return list(advice_on(Looked(project, bind_project(project))))


def codes(root: Path, files: Mapping[str, str]) -> list[str]:
    """The ids of the advice."""
    return [each.code for each in told(root, files)]


def playbook(example: str, *, without: str = "") -> dict[str, str]:
    """The clean playbook with an example in place of its line of that key."""
    lines = {**LINES, example.partition(":")[0]: example}
    lines.pop(without, None)
    return {"playbooks/checkup.yaml": "\n".join(lines.values()) + "\n"}


def mail(body: str, greeting: str = GREETING) -> dict[str, str]:
    """The clean mail with another body."""
    return {"emails/hello.md": MAIL.format(greeting=greeting, body=body)}


def around(rule: str) -> dict[str, str]:
    """What else a rule's example needs."""
    more = {"no-topic": TOPICS, "our-words": WORDS}.get(rule)
    return {"touchline.yaml": SETTINGS + more} if more else {}


WITHOUT = {"no-exit": "exit_when", "no-owner": "owner"}
"""What an example of the playbook is about, and must not stand beside it."""


def test_the_clean_project_is_clean(tmp_path: Path) -> None:
    assert told(tmp_path, {}) == []


@pytest.mark.parametrize("rule", sorted(OF_PLAYBOOKS))
def test_examples_of_playbooks(tmp_path: Path, rule: str) -> None:
    bad = {**around(rule), **playbook(RULE[rule].bad, without=WITHOUT.get(rule, ""))}
    good = {**around(rule), **playbook(RULE[rule].good)}
    assert rule in codes(tmp_path / "bad", bad)
    assert rule not in codes(tmp_path / "good", good)


@pytest.mark.parametrize("rule", sorted(OF_MAILS - {"greeting"}))
def test_examples_of_mails(tmp_path: Path, rule: str) -> None:
    found = codes(tmp_path / "bad", {**around(rule), **mail(RULE[rule].bad)})
    assert set(found) <= {rule, "one-purpose"}  # many links lead to many places
    assert rule in found
    assert codes(tmp_path / "good", {**around(rule), **mail(RULE[rule].good)}) == []


def test_examples_of_greetings(tmp_path: Path) -> None:
    rule = RULE["greeting"]
    assert codes(tmp_path / "bad", mail("All is well.", rule.bad)) == ["greeting"]
    assert codes(tmp_path / "good", mail("All is well.", rule.good)) == []


def test_what_is_unused(tmp_path: Path) -> None:
    files = {
        "segments/forgotten.yaml": "segment: forgotten\nof: user\nwhere: {did: logged_in}\n",
        "emails/forgotten.md": CLEAN["emails/hello.md"],
    }
    found = told(tmp_path, files)
    assert [(str(each.place), each.code) for each in found] == [
        ("emails/forgotten.md:1:1", "unused-template"),
        ("segments/forgotten.yaml:1:1", "unused-segment"),
    ]


USES = {
    "a condition deep inside": {
        **playbook("exit_when: {any: [{did: logged_in}, {not: {segment: used}}]}")
    },
    "another segment": {
        "segments/trained.yaml": "segment: trained\nof: user\nwhere: [{segment: used}]\n"
    },
    "the policy": {
        "touchline.yaml": SETTINGS + "policy: {never_contact: [{segment: used}]}\n",
    },
    "a computed field": {
        "catalog/user.yaml": SOUND["catalog/user.yaml"].replace(
            "signed_up_at: timestamp", "flags: {labels: {quiet: {segment: used}}}"
        ),
    },
}


@pytest.mark.parametrize("files", USES.values(), ids=USES)
def test_what_uses_a_segment(tmp_path: Path, files: Mapping[str, str]) -> None:
    used = "segment: used\nof: user\nwhere: {did: logged_in}\n"
    assert codes(tmp_path, {"segments/used.yaml": used, **files}) == []


SILENT = {
    "everyone but": playbook("segment: {of: user, where: [{everyone: true}, {segment: trained}]}"),
    "a draft": playbook("entry: {again: always}") | playbook("status: draft", without="owner"),
    "one touch needs no exit": playbook(LINES["steps"], without="exit_when"),
    "again on each occasion": playbook("entry: {again: {per: first_name}, fuse: {matched: 9}}"),
    "a mail to colleagues needs no fuse": playbook(
        "steps: [{email: hello, from: house.dana, to: house.casey}]", without="entry"
    ),
    "a no that goes on": mail("Unfortunately it is late. But you can still export as CSV."),
    "no as a determiner": mail("There is no hurry. Nobody needs to do a thing."),
    "an offer": mail("Then I will show you on your own data."),
    "the word team": mail(
        "Most teams begin with two reports.\n\nAll the best\n\n{{ sender.name }}"
    ),
    "links in words": mail("See [the guide](https://acme.example/very-long/path)."),
    "the way to unsubscribe": mail("[stop]({{ unsubscribe_url }})\n\n" * 4),
    "a name behind a condition": mail(
        "All is well.",
        "{% if user.first_name %}Hi {{ user.first_name }},{% else %}Hello,{% endif %}",
    ),
    "another language": {
        "emails/hello.fr.md": CLEAN["emails/hello.md"].replace("All is well", "we cannot"),
    },
}


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
def test_where_nothing_is_said(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert told(tmp_path, files) == []


SPOKEN = {
    "everyone, or some": (
        playbook("segment: {of: user, where: {any: [{everyone: true}, {segment: trained}]}}"),
        "broad-segment",
    ),
    "a goal that counts longer": (
        playbook("entry: {again: {after: 7 days}, fuse: {matched: 9}}")["playbooks/checkup.yaml"]
        + "goal: {name: back, when: {did: logged_in}, within: 2 weeks}\n",
        "overlapping-reentry",
    ),
    "answers that go nowhere": (
        playbook("steps: [{email: hello, from: house.dana, reply_to: DoNotReply@acme.example}]"),
        "no-reply",
    ),
    "an address without a name": (
        playbook("steps: [{email: hello, from: dana@acme.example}]"),
        "no-person-sends",
    ),
    "we'll": (mail("We'll get back to you on Monday."), "promise"),
    "a curly apostrophe": (mail("We can’t do that."), "bare-no"),
    "no at the beginning": (mail("You asked for more seats. No, there are none."), "bare-no"),
    "signed by us": (mail("Cheers\n\nThe Acme Team"), "signed-by-team"),
    "a greeting of nobody": (mail("All is well.", "Dear customer,"), "greeting"),
}


@pytest.mark.parametrize(("files", "code"), SPOKEN.values(), ids=SPOKEN)
def test_where_something_is_said(tmp_path: Path, files: Mapping[str, str] | str, code: str) -> None:
    changed = {"playbooks/checkup.yaml": files} if isinstance(files, str) else files
    assert codes(tmp_path, changed) == [code]


# ---------------------------------------------------------------- places and switches


def test_a_word_is_found_where_it_stands(tmp_path: Path) -> None:
    body = "{% if user.first_name %}\nAll is well,\nbut you must\nread on.\n{% endif %}"
    (found,) = told(tmp_path, mail(body))
    assert (str(found.place), found.severity) == ("emails/hello.md:8:5", Severity.WARNING)
    assert found.message == "`you must` is a demand"
    assert found.hint


BAD = "You need to read this."
OFF = {
    "the project": {"touchline.yaml": SETTINGS + "lint: {off: [need-to]}\n"},
    "the mail": {
        "emails/hello.md": mail(BAD)["emails/hello.md"].replace(
            "subject: Hello", "subject: Hello\nlint: {off: [need-to]}"
        )
    },
}


@pytest.mark.parametrize("files", OFF.values(), ids=OFF)
def test_a_rule_is_switched_off(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert codes(tmp_path / "on", mail(BAD)) == ["need-to"]
    assert codes(tmp_path / "off", {**mail(BAD), **files}) == []


def test_a_rule_is_switched_off_for_a_playbook(tmp_path: Path) -> None:
    lines = playbook("lint: {off: [no-owner]}", without="owner")
    assert codes(tmp_path, lines) == []


def test_the_project_says_how_long_a_mail_may_be(tmp_path: Path) -> None:
    limits = {"touchline.yaml": SETTINGS + "lint: {at_most: {words: 3, links: 0}}\n"}
    found = told(tmp_path, {**limits, **mail("See [it](https://acme.example).")})
    assert [each.code for each in found] == ["too-long", "too-many-links"]


# ---------------------------------------------------------------- the registry


def test_every_rule_says_why_and_shows_both_sides() -> None:
    assert len(RULE) == len(RULES)
    for rule in RULES:
        assert rule.reason.endswith(".")
        assert rule.bad != rule.good


def test_the_docs_give_every_reason() -> None:
    page = (SCHEMAS.parent / "docs/lint.md").read_text("utf-8")
    for rule in RULES:
        assert f"| `{rule.id}` | {rule.reason} |" in page


@pytest.mark.parametrize("kind", ["touchline", "segment", "playbook", "template"])
def test_the_schemas_know_the_rules(kind: str) -> None:
    schema = json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8"))
    assert schema["$defs"]["rule"]["enum"] == [rule.id for rule in RULES]
