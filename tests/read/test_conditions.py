"""Conditions as declared: every form and every way to write a test."""

from __future__ import annotations

import pytest

from engine.language.conditions import (
    All,
    Anyone,
    Became,
    Change,
    Condition,
    Contacted,
    Did,
    Everyone,
    FieldTest,
    FinishedPlaybook,
    Followed,
    Has,
    InPlaybook,
    InSegment,
    Negation,
    Nobody,
    OfParent,
    Operand,
    Operator,
    Rank,
    StepBecame,
    Test,
    Window,
)
from engine.read.conditions import read_condition
from engine.read.documents import read_document
from engine.read.reading import Names, Reading

READ: list[tuple[str, Condition]] = []


def test_of(word: str, value: object) -> Test:
    """A test with one operator."""
    return Test((Operator(word, value),))  # type: ignore[arg-type]


test_of.__test__ = False  # type: ignore[attr-defined]
SEG = InSegment("s")

READ += [
    ("{everyone: true}", Everyone()),
    ("[{everyone: true}]", All((Everyone(),))),
    ("{all: [{segment: s}]}", All((SEG,))),
    ("{any: [{segment: s}, {everyone: true}]}", Anyone((SEG, Everyone()))),
    ("{none: [{segment: s}]}", Nobody((SEG,))),
    ("{not: {segment: s}}", Negation(SEG)),
    ("{not: [{segment: s}]}", Negation(All((SEG,)))),
    ("{plan: pro}", FieldTest("plan", test_of("is", "pro"))),
    ("{plan: [pro, free]}", FieldTest("plan", test_of("one_of", ("pro", "free")))),
    ("{score: 0.5}", FieldTest("score", test_of("is", 0.5))),
    ("{live: true}", FieldTest("live", test_of("is", True))),
    ("{born_on: 2026-03-03}", FieldTest("born_on", test_of("is", "2026-03-03"))),
    ("{seats: {at_least: 50%}}", FieldTest("seats", test_of("at_least", "50%"))),
    ("{account.plan: pro}", FieldTest("account.plan", test_of("is", "pro"))),
    ("{champion: {set: false}}", FieldTest("champion", test_of("set", False))),
    ("{account: {set: false}}", FieldTest("account", test_of("set", False))),
    (
        "{email: {contains: X, ends_with: Y, ignore_case: true}}",
        FieldTest("email", Test((Operator("contains", "X"), Operator("ends_with", "Y")), True)),
    ),
    (
        "{seats: {at_least: {field: account.used, multiplied_by: 2, plus: -0.5}}}",
        FieldTest("seats", test_of("at_least", Operand("account.used", 2.0, -0.5))),
    ),
    (
        "{seats: {at_most: {field: used, multiplied_by: 80%, plus: '-2'}}}",
        FieldTest("seats", test_of("at_most", Operand("used", 0.8, -2.0))),
    ),
    (
        "{seats: {between: [1, {field: used}]}}",
        FieldTest("seats", test_of("between", (1, Operand("used")))),
    ),
    (
        "{at: {days_ago: {between: [30, 90]}}}",
        FieldTest("at", test_of("days_ago", test_of("between", (30, 90)))),
    ),
    ("{at: {days_ago: 3}}", FieldTest("at", test_of("days_ago", test_of("is", 3)))),
    (
        "{at: {anniversary: {in_next: 7 days}}}",
        FieldTest("at", test_of("anniversary", test_of("in_next", "7 days"))),
    ),
    ("{account: {plan: pro}}", OfParent("account", FieldTest("plan", test_of("is", "pro")))),
    ("{account: {on: pro}}", OfParent("account", FieldTest("on", test_of("is", "pro")))),
    ("{account: {did: x}}", OfParent("account", Did("x"))),
    (
        "{account: [{plan: pro}, {everyone: true}]}",
        OfParent("account", All((FieldTest("plan", test_of("is", "pro")), Everyone()))),
    ),
    ("{unknown: {plan: pro}}", OfParent("unknown", FieldTest("plan", test_of("is", "pro")))),
    ("{did: logged_in}", Did("logged_in")),
    ("{did_not: account.logged_in}", Did("account.logged_in", negated=True)),
    ("{did: x, within: 7 days}", Did("x", window=Window(within="7 days"))),
    (
        "{did: x, since: signed_up_at, until: yesterday}",
        Did("x", window=Window(since="signed_up_at", until="yesterday")),
    ),
    (
        "{did: x, between: [90 days ago, now]}",
        Did("x", window=Window(between=("90 days ago", "now"))),
    ),
    (
        "{did: x, where: {feature: reports, seconds: {more_than: 3}}}",
        Did(
            "x", where=(("feature", test_of("is", "reports")), ("seconds", test_of("more_than", 3)))
        ),
    ),
    ("{did: x, times: 0}", Did("x", figures=(("times", "", test_of("is", 0)),))),
    ("{did: x, times: [0, 0]}", Did("x", figures=(("times", "", test_of("one_of", (0, 0))),))),
    (
        "{did: x, weeks: {at_least: 3}, lowest: {seconds: [1, 2], n: 1}}",
        Did(
            "x",
            figures=(
                ("lowest", "n", test_of("is", 1)),
                ("lowest", "seconds", test_of("one_of", (1, 2))),
                ("weeks", "", test_of("at_least", 3)),
            ),
        ),
    ),
    (
        "{did: x, change: {over: 7 days, by: {at_most: -50%}}}",
        Did("x", change=Change("7 days", test_of("at_most", "-50%"))),
    ),
    (
        "{did: x, change: {over: 4 weeks, against: 1 quarter, by: 0}}",
        Did("x", change=Change("4 weeks", test_of("is", 0), "1 quarter")),
    ),
    (
        "{did: x, followed_by: {did: y, within: 1 day}, not_followed_by: {did: z, within: 1 hour, "
        "where: {a: b}}}",
        Did(
            "x",
            followed=(
                Followed("y", "1 day"),
                Followed("z", "1 hour", True, (("a", test_of("is", "b")),)),
            ),
        ),
    ),
    ("{has: user}", Has("user")),
    (
        "{has_no: user, where: {did: x}, times: 3, through: owner}",
        Has("user", True, Did("x"), test_of("is", 3), "owner"),
    ),
    (
        "{has: user, where: [{plan: a}]}",
        Has("user", where=All((FieldTest("plan", test_of("is", "a")),))),
    ),
    ("{top: {by: score, share: 10%}}", Rank("score", True, share=0.1)),
    ("{top: {by: score, share: 0.1}}", Rank("score", True, share=0.1)),
    ("{top: {by: score, share: 1.1%}}", Rank("score", True, share=0.011)),
    ("{bottom: {by: account.seats, count: 20}}", Rank("account.seats", False, count=20)),
    ("{in_playbook: a-b}", InPlaybook("a-b")),
    ("{finished_playbook: a}", FinishedPlaybook("a")),
    (
        "{finished_playbook: a, outcome: goal, within: 1 year}",
        FinishedPlaybook("a", "goal", "1 year"),
    ),
    ("{step: call, is: done}", StepBecame("call", Became.DONE)),
    ("{step: call, outcome: reached}", StepBecame("call", outcome="reached")),
    ("{step: a, is: open, outcome: b}", StepBecame("a", Became.OPEN, "b")),
    ("{tags: {includes: vip}}", FieldTest("tags", test_of("includes", "vip"))),
    (
        "{tags: {includes: {field: plan}}}",
        FieldTest("tags", test_of("includes", Operand("plan"))),
    ),
    ("{tags: {includes_all: [a, b]}}", FieldTest("tags", test_of("includes_all", ("a", "b")))),
    ("{contacted: {}}", Contacted()),
    (
        "{not_contacted: {since: onboarded_at, channel: email, playbook: p, times: 2}}",
        Contacted(True, Window(since="onboarded_at"), "email", "p", test_of("is", 2)),
    ),
]


@pytest.mark.parametrize(("text", "expected"), READ, ids=[text for text, _ in READ])
def test_condition_is_read(text: str, expected: Condition) -> None:
    document = read_document(text, "c.yaml")
    reading = Reading(document.places, Names({"user": {"account": "account"}}))
    assert read_condition(document.data, (), reading) == expected
    assert reading.problems == []


def test_places_are_of_the_operator_and_the_condition() -> None:
    document = read_document("- seats: {at_least: 3}\n- did: x\n  within: 1 day\n", "c.yaml")
    condition = read_condition(document.data, (), Reading(document.places))
    assert isinstance(condition, All)
    tested, did = condition.parts
    assert isinstance(tested, FieldTest)
    assert (tested.place.line, tested.place.column) == (1, 3)
    assert tested.test.operators[0].place.column == 21
    assert isinstance(did, Did)
    assert (did.place.line, did.window.place.line) == (2, 3)


# What a name is hangs on the entity whose names are used: `parent` is a link of an account, and a
# text field of a user and of a call.
LINKED = Names(
    {"user": {"account": "account"}, "account": {"parent": "account"}, "call": {}},
    entities=frozenset({"user", "account", "call"}),
)
IS_ANN = FieldTest("parent", test_of("is", "ann"))
NAMES_SEEN = [
    ("user", "{parent: {is: ann}}", IS_ANN),
    ("account", "{parent: {is: 3}}", OfParent("parent", FieldTest("is", test_of("is", 3)))),
    ("user", "{account: {parent: {is: 3}}}",
     OfParent("account", OfParent("parent", FieldTest("is", test_of("is", 3))))),
    ("user", "{account.parent: {parent: {name: ann}}}",
     OfParent("account.parent", OfParent("parent", FieldTest("name", test_of("is", "ann"))))),
    ("account", "{has: user, where: {parent: {is: ann}}}", Has("user", False, IS_ANN)),
    ("account", "{has: call, where: {parent: {is: ann}}}", Has("call", False, IS_ANN)),
]  # fmt: skip


@pytest.mark.parametrize(("entity", "text", "expected"), NAMES_SEEN, ids=[r[1] for r in NAMES_SEEN])
def test_a_name_is_what_it_is_for_the_entity_in_sight(
    entity: str, text: str, expected: Condition
) -> None:
    document = read_document(text, "c.yaml")
    reading = Reading(document.places, LINKED, entity)
    assert read_condition(document.data, (), reading) == expected
    assert reading.problems == []
