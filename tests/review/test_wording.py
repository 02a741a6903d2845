"""What changed between two states of a file, in words."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from engine.language.project import Template
from engine.review.pages import Pages
from engine.review.uses import Elsewhere, changes_elsewhere, counting_for, using
from engine.review.wording import Edit, edits, step_edits, text_edits

Told = list[tuple[str, str, str]]

PAGES: dict[str, tuple[str, str, Told]] = {
    "nothing": ("a: 1", "a: 1", []),
    "formatting": ("a: {b: 1, c: 2}", "a:\n  c: 2\n  b: 1", []),
    "value": ("entry: {per_run: 1}", "entry: {per_run: 2}", [("entry.per_run", "1", "2")]),
    "key": ("a: 1", "a: 1\nb: {c: 2}", [("b", "", "c: 2")]),
    "gone": ("a: 1\nb: [x, y]", "a: 1", [("b", "x, y", "")]),
    "type": ("a: 1", "a: '1'", [("a", "1", "1")]),
    "condition": (
        "where: [{plan: pro}, {did: x, within: 7 days}]",
        "where: [{did: x, within: 9 days}, {plan: pro}]",
        [("where", "did: x, within: 7 days", "did: x, within: 9 days")],
    ),
    "order of conditions": ("where: [{a: 1}, {b: 2}]", "where: [{b: 2}, {a: 1}]", []),
    "order of persons": ("to: [x, y]", "to: [y, x]", [("to", "x, y", "y, x")]),
    "the nearest is the one that changed": (
        "where: [{did: x, within: 7 days}, {did: y}]",
        "where: [{did: y, times: 2}, {did: x, within: 8 days}]",
        [
            ("where", "did: x, within: 7 days", "did: x, within: 8 days"),
            ("where", "did: y", "did: y, times: 2"),
        ],
    ),
    "another condition": (
        "where: [{plan: pro}]",
        "where: [{did: x}]",
        [("where", "plan: pro", ""), ("where", "", "did: x")],
    ),
    "the same twice": ("where: [{a: 1}, {a: 1}]", "where: [{a: 1}]", [("where", "a: 1", "")]),
    "inside any": (
        "where: [{any: [{a: 1}, {b: 2}]}]",
        "where: [{any: [{a: 1}, {b: 3}]}]",
        [("where.any", "b: 2", "b: 3")],
    ),
    "exit": (
        "exit_when: {did: x, where: {f: a}}",
        "exit_when: {did: x, where: {f: b}}",
        [("exit_when", "did: x, where: {f: a}", "did: x, where: {f: b}")],
    ),
    "named instead of written": (
        "segment: {of: user, where: [{a: 1}]}",
        "segment: fresh",
        [("segment", "of: user, where: [{a: 1}]", "fresh")],
    ),
}


def told(found: Any) -> Told:
    return [(each.where, each.old, each.new) for each in found]


@pytest.mark.parametrize(("old", "new", "expected"), PAGES.values(), ids=PAGES)
def test_of_a_page(old: str, new: str, expected: Told) -> None:
    assert told(edits(yaml.safe_load(old), yaml.safe_load(new))) == expected


STEPS: dict[str, tuple[str, str, Told]] = {
    "word": (
        "[{wait: 1 day, id: a}]",
        "[{wait: 2 days, id: a}]",
        [("step a.wait", "1 day", "2 days")],
    ),
    "added": (
        "[{exit: x, id: a}]",
        "[{exit: x, id: a}, {wait: 1 day, id: b}]",
        [("step b", "", "wait: 1 day")],
    ),
    "gone": ("[{wait: 1 day, id: a}]", "[]", [("step a", "wait: 1 day", "")]),
    "renamed": (
        "[{wait: 1 day, id: a}]",
        "[{wait: 1 day, id: b, formerly: [a]}]",
        [("step b: id", "a", "b")],
    ),
    "order": (
        "[{wait: 1 day, id: a}, {exit: x, id: b}]",
        "[{exit: x, id: b}, {wait: 1 day, id: a}]",
        [("order of the steps", "a, b", "b, a")],
    ),
    "into a branch": (
        "[{if: {c: 1}, id: a, then: []}, {exit: x, id: b}]",
        "[{if: {c: 1}, id: a, then: [{exit: x, id: b}]}]",
        [("step b.inside", "", "then of if")],
    ),
    "condition": (
        "[{if: {c: 1}, id: a, then: [{exit: x, id: b}]}]",
        "[{if: {c: 2}, id: a, then: [{exit: x, id: b}]}]",
        [("step a.if", "c: 1", "c: 2")],
    ),
    "way": (
        "[{split: [{name: l, share: 50%, steps: [{exit: x, id: b}]}], id: a}]",
        "[{split: [{name: l, share: 60%, steps: [{exit: y, id: b}]}], id: a}]",
        [("step a.split", "name: l, share: 50%", "name: l, share: 60%"), ("step b.exit", "x", "y")],
    ),
}


def ids(steps: Any) -> list[str]:
    """As they stand on the page."""
    found: list[str] = []
    for step in steps:
        found.append(step["id"])
        for inside in (step.get("then", []), *(way["steps"] for way in step.get("split", []))):
            found += ids(inside)
    return found


@pytest.mark.parametrize(("old", "new", "expected"), STEPS.values(), ids=STEPS)
def test_of_steps(old: str, new: str, expected: Told) -> None:
    before, after = yaml.safe_load(old), yaml.safe_load(new)
    assert told(step_edits(before, after, ids(before), ids(after))) == expected


def test_of_a_message_only_lines_that_changed_are_told() -> None:
    assert told(text_edits("Hi\na\nb", "Hi\na\nc\n\nd", "body")) == [("body", "b", "c / d")]


def test_long_values_are_cut() -> None:
    [edit] = edits({"a": "x" * 500}, {"a": "y"})
    assert len(edit.old) == 200


# ---------------------------------------------------------------- for whom a change counts

CATALOG = """\
user:
  source: s.users
  links: {account: account_id}
  fields: {age: integer, score: {add: [age, mood]}, mood: {labels: {calm: {segment: quiet-ones}}}}
account: {source: s.accounts, fields: {plan: text, size: {labels: {big: {segment: rich}}}}}
invoice: {source: s.invoices, fields: {sum: number}}
"""
PLAYBOOK = """\
segment: {of: user, where: [{score: {at_least: 3}}, {segment: fresh}]}
steps: [{email: hello}]
"""
COUNTS: dict[str, tuple[str, str, str, bool]] = {
    "segment": ("segment", "fresh", "", True),
    "segment of a segment": ("segment", "deep", "", True),
    "segment of the policy": ("segment", "angry", "", True),
    "segment of a field": ("segment", "quiet-ones", "", True),
    "segment of a segment of a field": ("segment", "silent", "", True),
    "segment of another field": ("segment", "rich", "", False),
    "other segment": ("segment", "other", "", False),
    "template": ("template", "hello", "", True),
    "other template": ("template", "bye", "", False),
    "field": ("catalog", "score", "user", True),
    "field of a field": ("catalog", "age", "user", True),
    "other field": ("catalog", "plan", "account", False),
    "source of a parent": ("catalog", "", "account", True),
    "source of what is not linked": ("catalog", "", "invoice", False),
    "cap": ("settings", "policy.frequency_caps", "", True),
    "tasks": ("settings", "policy.tasks.notify", "", False),
    "zone": ("settings", "timezone", "", True),
    "ledger": ("settings", "ledger.url", "", False),
    "person": ("settings", "people.dana", "", False),
    "channel of mail": ("settings", "channels.smtp.host", "", True),
}


@pytest.mark.parametrize(("kind", "name", "entity", "counts"), COUNTS.values(), ids=COUNTS)
def test_for_whom_a_change_counts(*, kind: str, name: str, entity: str, counts: bool) -> None:
    page = yaml.safe_load(PLAYBOOK)
    pages = Pages(
        settings={"policy": {"never_contact": [{"segment": "angry"}]}},
        entities=yaml.safe_load(CATALOG),
        segments={
            "fresh": {"where": [{"segment": "deep"}]},
            "quiet-ones": {"where": [{"not": {"segment": "silent"}}]},
            **{name: {} for name in ("deep", "silent", "rich", "other", "angry")},
        },
    )
    template = Template(name="hello", path="emails/hello.md", subject="Hi", body="Hi")
    used = using([(page, pages, {"hello": template})], {"user"})
    changed = Elsewhere(kind, name, entity, Edit("", "", ""))
    assert counting_for(used, changed, [pages]) is counts


def test_every_item_of_a_new_part_of_the_catalog_counts_by_itself() -> None:
    old, new = ({"user": {"entity": "user"}}, {"user": {"entity": "user", "fields": {"a": "text"}}})
    [found] = changes_elsewhere(Pages(entities=old), Pages(entities=new), {}, {})
    assert (found.kind, found.name, found.entity) == ("catalog", "a", "user")
    assert found.edit == Edit("catalog user.fields.a", "", "text")
