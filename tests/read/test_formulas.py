"""Formulas as declared: every word that begins one, over events, over rows, over other fields."""

from __future__ import annotations

import pytest

from engine.language.conditions import All, Did, FieldTest, Operator, Test, Window
from engine.language.formulas import (
    Band,
    Confidence,
    DaysBetween,
    Difference,
    Formula,
    Labels,
    Level,
    MissingPart,
    OfChildren,
    OfEvents,
    Ratio,
    Score,
    ScorePart,
)
from engine.places import SourceMap
from engine.read.documents import read_document
from engine.read.formulas import FORMULAS, read_formula
from engine.read.reading import Names, Reading
from tests.read.test_conditions import test_of as of_one

EVENTS = frozenset({"logged_in", "call"})
ENTITIES = frozenset({"user", "ticket", "call"})
REPORTS = (("feature", of_one("is", "reports")),)

LATELY = Did("logged_in", window=Window(within="28 days"))

READ: dict[str, tuple[str, Formula]] = {
    "count": ("{count: logged_in}", OfEvents("count", Did("logged_in"))),
    "count-in-a-window": (
        "{count: logged_in, within: 30 days}",
        OfEvents("count", Did("logged_in", window=Window(within="30 days"))),
    ),
    "count-of-some": (
        "{count: logged_in, where: {feature: reports}, since: signed_up_at}",
        OfEvents("count", Did("logged_in", where=REPORTS, window=Window(since="signed_up_at"))),
    ),
    "count-of-values": (
        "{count: logged_in, distinct: feature}",
        OfEvents("count", Did("logged_in"), "feature"),
    ),
    "events-of-children": ("{count: user.paid}", OfEvents("count", Did("user.paid"))),
    "sum": ("{sum: logged_in, of: seconds}", OfEvents("sum", Did("logged_in"), "seconds")),
    "first": ("{first: logged_in}", OfEvents("first", Did("logged_in"))),
    "last-of": ("{last: logged_in, of: device}", OfEvents("last", Did("logged_in"), "device")),
    "list-of-events": (
        "{list: logged_in, of: device, at_most: 3}",
        OfEvents("list", Did("logged_in"), "device", 3),
    ),
    "rows": ("{count: user}", OfChildren("count", "user")),
    "rows-that": (
        "{count: user, where: [{did: logged_in}]}",
        OfChildren("count", "user", where=All((Did("logged_in"),))),
    ),
    "rows-that-one": (
        "{count: user, where: {plan: pro}}",
        OfChildren("count", "user", where=FieldTest("plan", of_one("is", "pro"))),
    ),
    "highest-of-rows": (
        "{highest: ticket, of: age, through: opener}",
        OfChildren("highest", "ticket", "age", through="opener"),
    ),
    "list-of-rows": (
        "{list: user, of: name, at_most: 10}",
        OfChildren("list", "user", "name", at_most=10),
    ),
    "ratio": ("{ratio: [a, account.b]}", Ratio("a", "account.b")),
    "distinct-of-rows": (
        "{count: user, distinct: role, where: {a: 1}}",
        OfChildren("count", "user", "role", FieldTest("a", Test((Operator("is", 1),)))),
    ),
    "days": ("{days: logged_in, within: 28 days}", OfEvents("days", LATELY)),
    "weeks": ("{weeks: logged_in, within: 28 days}", OfEvents("weeks", LATELY)),
    "months": ("{months: logged_in, within: 28 days}", OfEvents("months", LATELY)),
    "difference": ("{difference: [a, account.b]}", Difference("a", "account.b")),
    "confidence": ("{confidence: health}", Confidence("health")),
    "level": (
        "{level: [[some, {did: logged_in}], [more, {a: 5}]]}",
        Level((("some", Did("logged_in")), ("more", FieldTest("a", of_one("is", 5))))),
    ),
    "days-between": ("{days_between: [a, today]}", DaysBetween("a", "today")),
    "score": (
        "{score: {use: {from: a, weight: 3, worst: 0, best: 80%}}, missing: worst}",
        Score((ScorePart("use", "a", 3, 0, "80%"),), MissingPart.WORST),
    ),
    "score-that-skips": (
        "{score: {use: {from: a, weight: 3, worst: 1, best: 0.5}}}",
        Score((ScorePart("use", "a", 3, 1, 0.5),)),
    ),
    "band": (
        "{band: health, of: [[green, {at_least: 70}], [pale, 5], [red, {}]]}",
        Band(
            "health",
            (("green", of_one("at_least", 70)), ("pale", of_one("is", 5)), ("red", Test(()))),
        ),
    ),
    "labels": (
        "{labels: {low: {a: {at_most: 3}}, lost: {did: logged_in}}}",
        Labels((
            ("low", FieldTest("a", Test((Operator("at_most", 3),)))),
            ("lost", Did("logged_in")),
        )),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "formula"), READ.values(), ids=READ)
def test_a_formula_is_read(text: str, formula: Formula) -> None:
    document = read_document(text, "f.yaml")
    reading = Reading(document.places, Names(entities=ENTITIES))
    assert isinstance(document.data, dict)
    assert read_formula(document.data, (), reading, events=EVENTS) == formula
    assert not reading.problems


def test_every_word_is_read_here() -> None:
    assert {text[1:].partition(":")[0] for text, _ in READ.values()} >= {
        word for word in FORMULAS if word not in {"average", "lowest"}
    }


def test_an_event_named_like_an_entity_is_not_guessed_at() -> None:
    reading = Reading(SourceMap("f.yaml"), Names(entities=ENTITIES))
    assert read_formula({"count": "call"}, (), reading, events=EVENTS) is None
    assert [problem.code for problem in reading.problems] == ["ambiguous-name"]
