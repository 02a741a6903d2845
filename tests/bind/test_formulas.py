"""Computed fields: what their formulas bind to, and what becomes of those that cannot be."""

from __future__ import annotations

from textwrap import dedent

import pytest

from engine.bind.bind import bind_catalog, bind_segment, check
from engine.bind.catalog import Catalog, Computed, FieldRef
from engine.bind.conditions import (
    BoundAll,
    BoundDid,
    BoundField,
    BoundTest,
    FigureKind,
    Op,
    ValueTest,
)
from engine.bind.formulas import (
    Band,
    ChildrenFigure,
    Confidence,
    DaysBetween,
    EdgeEvent,
    EventsFigure,
    Labels,
    ListedChildren,
    ListedEvents,
    Ratio,
    Score,
    ScorePart,
)
from engine.language.catalog import Kind
from engine.language.formulas import MissingPart
from engine.language.project import Project
from engine.moments import FieldMoment, Today
from engine.problems import Invalid, Problem
from tests.bind.samples import project
from tests.support.declare import with_entity, with_segment

USER = """
    entity: user
    source: product.users
    key: user_id
    links: {account: account_id}
    fields:
      user_id: integer
      email: text
      role: {type: text, values: [admin, member]}
      tags: list
      score: number
      seats: integer
      born_on: date
      signed_up_at: timestamp
      logins: {count: logged_in}
    """
USER_EVENTS = """
    events:
      logged_in: {source: product.events, key: user_id, at: occurred_at, history_from: 2025-01-01}
      used_feature:
        source: product.events
        key: user_id
        at: occurred_at
        properties: {feature: text, seconds: number, runs: integer, on_day: date, labels: list}
    """
ACCOUNT = """
    entity: account
    source: crm.accounts
    key: id
    links: {parent: {to: account, column: parent_id}}
    fields:
      name: text
      seats: integer
    """


def of_user(*fields: str) -> Project:
    """The project with these fields of a user more, one a text."""
    return with_entity(project(), _entity(USER, fields) + dedent(USER_EVENTS))


def of_account(*fields: str) -> Project:
    """The project with these fields of an account more."""
    return with_entity(project(), _entity(ACCOUNT, fields))


def _entity(text: str, fields: tuple[str, ...]) -> str:
    return dedent(text) + "".join(f"  {each}\n" for each in fields)


def bound(declared: Project) -> Catalog:
    """The catalog, which must have no problem."""
    catalog, problems = bind_catalog(declared)
    assert problems == ()
    return catalog


def problems_of(declared: Project) -> tuple[Problem, ...]:
    """The problems of the catalog."""
    return bind_catalog(declared)[1]


# ---------------------------------------------------------------- what comes out

KINDS: dict[str, tuple[str, Kind]] = {
    "count": ("{count: logged_in}", Kind.INTEGER),
    "different-values": ("{count: used_feature, distinct: feature}", Kind.INTEGER),
    "sum-of-numbers": ("{sum: used_feature, of: seconds}", Kind.NUMBER),
    "sum-of-integers": ("{sum: used_feature, of: runs}", Kind.INTEGER),
    "average-of-integers": ("{average: used_feature, of: runs}", Kind.NUMBER),
    "highest": ("{highest: used_feature, of: runs, within: 1 year}", Kind.INTEGER),
    "lowest-of-dates": ("{lowest: used_feature, of: on_day}", Kind.DATE),
    "first": ("{first: logged_in}", Kind.TIMESTAMP),
    "last-of-text": ("{last: used_feature, of: feature}", Kind.TEXT),
    "list-of-events": ("{list: used_feature, of: seconds}", Kind.LIST),
    "days": ("{days: logged_in, within: 28 days}", Kind.INTEGER),
    "weeks-of-the-parent": ("{weeks: account.escalated}", Kind.INTEGER),
    "different-values-of-rows": (
        "{count: ticket, distinct: severity, through: opener}",
        Kind.INTEGER,
    ),
    "different-numbers-of-rows": (
        "{count: ticket, distinct: account.seats, through: opener}",
        Kind.INTEGER,
    ),
    "ratio": ("{ratio: [logins, account.seats]}", Kind.NUMBER),
    "difference": ("{difference: [logins, account.seats]}", Kind.NUMBER),
    "level": ("{level: [[some, {did: logged_in}], [more, {logins: {at_least: 9}}]]}", Kind.INTEGER),
    "days-between": ("{days_between: [signed_up_at, today]}", Kind.INTEGER),
    "score": ("{score: {a: {from: logins, weight: 1, worst: 0, best: 9}}}", Kind.NUMBER),
    "band": ("{band: logins, of: [[some, {at_least: 1}], [none, {}]]}", Kind.TEXT),
    "labels": ("{labels: {idle: {did_not: logged_in}}}", Kind.LIST),
    "events-of-the-parent": ("{count: account.escalated}", Kind.INTEGER),
    "rows-by-one-of-two-links": ("{count: ticket, through: opener}", Kind.INTEGER),
}


@pytest.mark.parametrize(("formula", "kind"), KINDS.values(), ids=KINDS)
def test_a_formula_has_a_kind(formula: str, kind: Kind) -> None:
    catalog = bound(of_user(f"n: {formula}", f"again: {formula}"))
    ref = catalog.entities["user"].fields["n"]
    assert (ref.kind, ref.path, ref.entity, ref.required) == (kind, "n", "user", False)
    assert isinstance(ref.source, Computed)
    assert catalog.formula(ref) is not None
    with pytest.raises(TypeError, match="is computed and has no column"):
        _ = ref.column


def test_a_stored_field_has_no_formula() -> None:
    catalog = bound(of_user())
    assert catalog.formula(catalog.entities["user"].fields["score"]) is None
    assert "logins" not in [ref.name for ref in catalog.entities["user"].stored]


# ---------------------------------------------------------------- what stands inside


def test_figures_say_which_events_and_ask_nothing_of_them() -> None:
    catalog = bound(of_user("n: {sum: used_feature, of: seconds, where: {feature: a}}"))
    formula = catalog.entities["user"].formulas["n"]
    assert isinstance(formula, EventsFigure)
    assert (formula.figure, formula.property) == (FigureKind.SUM, "seconds")
    did = formula.events
    assert (did.event.name, did.negated, did.figures, did.change) == (
        "used_feature",
        False,
        (),
        None,
    )
    assert did.where == (("feature", BoundTest((ValueTest(Op.IS, ("a",)),))),)


def test_the_first_and_the_last_event_are_told_apart() -> None:
    catalog = bound(of_user("a: {first: logged_in}", "b: {last: used_feature, of: runs}"))
    first, last = (catalog.entities["user"].formulas[name] for name in "ab")
    assert isinstance(first, EdgeEvent)
    assert isinstance(last, EdgeEvent)
    assert (first.last, first.property) == (False, "")
    assert (last.last, last.property) == (True, "runs")
    fields = catalog.entities["user"].fields
    assert (fields["a"].source, fields["b"].source) == (
        Computed(Kind.TIMESTAMP),
        Computed(Kind.INTEGER),
    )


def test_rows_are_counted_by_a_condition_of_their_own() -> None:
    catalog = bound(of_account("n: {count: user, where: [{did: logged_in}, {logins: 3}]}"))
    formula = catalog.entities["account"].formulas["n"]
    assert isinstance(formula, ChildrenFigure)
    assert (formula.figure, formula.of) == (FigureKind.TIMES, None)
    assert (formula.children.entity, formula.children.link) == ("user", "account")
    assert isinstance(formula.children.condition, BoundAll)
    did, logins = formula.children.condition.parts
    assert isinstance(did, BoundDid)
    assert did.event.entity == "user"
    assert isinstance(logins, BoundField)
    assert logins.ref == catalog.entities["user"].fields["logins"]


def test_the_field_of_rows_may_itself_be_computed() -> None:
    catalog = bound(of_account("n: {highest: user, of: logins}", "m: {list: user, of: born_on}"))
    highest, listed = (catalog.entities["account"].formulas[name] for name in "nm")
    assert isinstance(highest, ChildrenFigure)
    assert highest.of == catalog.entities["user"].fields["logins"]
    assert isinstance(listed, ListedChildren)
    assert listed.at_most is None
    assert catalog.entities["account"].fields["m"].source == Computed(
        Kind.LIST, Kind.DATE, of_children=True
    )


def test_a_list_of_events_knows_how_many_at_most() -> None:
    user = bound(of_user("n: {list: used_feature, of: feature, at_most: 3}")).entities["user"]
    formula = user.formulas["n"]
    assert isinstance(formula, ListedEvents)
    assert (formula.property, formula.at_most) == ("feature", 3)
    assert user.fields["n"].source == Computed(Kind.LIST, Kind.TEXT)


def test_a_ratio_is_of_fields_seen_from_its_own_entity() -> None:
    catalog = bound(of_user("n: {ratio: [logins, account.seats]}"))
    seats = catalog.entities["account"].fields["seats"]
    assert catalog.entities["user"].formulas["n"] == Ratio(
        catalog.entities["user"].fields["logins"],
        FieldRef(("account",), "account", "seats", seats.source),
    )


def test_days_between_are_between_moments() -> None:
    formula = (
        bound(of_user("n: {days_between: [signed_up_at, today]}")).entities["user"].formulas["n"]
    )
    assert isinstance(formula, DaysBetween)
    assert (formula.first.moment, formula.last.moment) == (FieldMoment("signed_up_at"), Today())


def test_a_score_has_numbers_for_its_parts() -> None:
    catalog = bound(of_user(
        "n: {score: {a: {from: logins, weight: 2, worst: 50%, best: 9}}, missing: worst}"
    ))  # fmt: skip
    part = ScorePart("a", catalog.entities["user"].fields["logins"], 2.0, 0.5, 9.0)
    assert catalog.entities["user"].formulas["n"] == Score((part,), MissingPart.WORST)


def test_a_confidence_has_the_parts_of_its_score() -> None:
    parts = "{a: {from: logins, weight: 2, worst: 0, best: 9}}"
    formulas = bound(of_user(f"s: {{score: {parts}}}", "c: {confidence: s}")).entities["user"]
    score, confidence = (formulas.formulas[name] for name in "sc")
    assert isinstance(score, Score)
    assert confidence == Confidence(score.parts)


def test_bands_and_labels_list_what_can_come_out() -> None:
    user = bound(of_user(
        "b: {band: logins, of: [[some, {at_least: 1}], [none, {}]]}",
        "l: {labels: {idle: {did_not: logged_in}, few: {logins: {at_most: 3}}}}",
    )).entities["user"]  # fmt: skip
    assert user.fields["b"].values == ("some", "none")
    assert user.fields["l"].values == ("idle", "few")
    band, labels = user.formulas["b"], user.formulas["l"]
    assert isinstance(band, Band)
    assert band.bands[1] == ("none", BoundTest(()))
    assert isinstance(labels, Labels)
    assert [name for name, _ in labels.labels] == ["idle", "few"]


# ---------------------------------------------------------------- usable wherever a field is

USES = {
    "test": "- n: {at_least: 3}",
    "operand": "- score: {more_than: {field: n, plus: 2}}",
    "rank": "- top: {by: n, share: 10%}",
    "moment": "- signed_up_at: {before: last_at}",
    "window": "- did: logged_in\n  since: last_at",
    "in-the-past": "- last_at: {within: 7 days}",
    "of-the-parent": "- account.parent.name: a\n- account: {parent: {seats: 3}}",
    "list": "- flags: {includes_any: [idle, few]}",
    "band": "- light: [red, green]",
}
USED = (
    "n: {count: logged_in}",
    "last_at: {last: logged_in}",
    "flags: {labels: {idle: {n: 0}, few: {n: {at_most: 3}}}}",
    "light: {band: n, of: [[red, 0], [green, {}]]}",
)


@pytest.mark.parametrize("text", USES.values(), ids=USES)
def test_a_computed_field_is_used_like_a_stored_one(text: str) -> None:
    declared = with_segment(of_user(*USED), text)
    bind_segment("asked", declared, bound(declared))


REFUSED_USES = {
    "band-never": ("- light: gren", "unknown-value", "did you mean green?"),
    "label-never": ("- flags: {includes: idel}", "unknown-value", "did you mean idle?"),
    "list-of-numbers": ("- runs: {includes: a}", "unfit-operator", "a list of integer values"),
    "list-of-childrens-values": (
        "- account.roles: {includes_any: [admin, {field: role}]}",
        "not-supported",
        "ask `has` with a condition",
    ),
    "contact": ("- n: {contains: a}", "unfit-operator", "n is integer"),
}


@pytest.mark.parametrize(("text", "code", "fragment"), REFUSED_USES.values(), ids=REFUSED_USES)
def test_a_wrong_use_is_told(text: str, code: str, fragment: str) -> None:
    declared = of_user(*USED, "runs: {list: used_feature, of: runs}")
    declared = with_entity(declared, _entity(ACCOUNT, ("roles: {list: user, of: role}",)))
    declared = with_segment(declared, text)
    with pytest.raises(Invalid) as refused:
        bind_segment("asked", declared, bound(declared))
    (problem,) = refused.value.problems
    assert problem.code == code
    assert fragment in str(problem)


# ---------------------------------------------------------------- what cannot be

REFUSED: dict[str, tuple[str, str, str]] = {
    "property-unknown": ("{sum: used_feature, of: secnds}", "unknown-property", "mean seconds?"),
    "property-text": ("{sum: used_feature, of: feature}", "wrong-type", "`sum` needs a number"),
    "highest-text": (
        "{highest: used_feature, of: feature}",
        "wrong-type",
        "a number, a date or a time; the property used_feature.feature is text",
    ),
    "average-dates": ("{average: used_feature, of: on_day}", "wrong-type", "needs a number"),
    "last-list": ("{last: used_feature, of: labels}", "wrong-type", "is a list"),
    "list-of-lists": ("{list: used_feature, of: labels}", "wrong-type", "is a list"),
    "where": ("{count: used_feature, where: {featur: a}}", "unknown-property", "mean feature?"),
    "window": ("{count: logged_in, since: signd_up_at}", "unknown-field", "mean signed_up_at?"),
    "event-of-the-parent": ("{count: account.escaladed}", "unknown-event", "mean escalated?"),
    "not-linked": ("{count: account}", "unknown-link", "account has no link to user"),
    "two-links": ("{count: ticket}", "ambiguous-link", "say which, as `through: opener`"),
    "of-the-child": (
        "{sum: ticket, through: opener, of: email}", "unknown-field", "ticket has no field `email`"
    ),
    "text-of-the-child": ("{sum: ticket, through: opener, of: severity}", "wrong-type", "is text"),
    "condition-of-the-child": (
        "{count: ticket, through: opener, where: {role: admin}}", "unknown-field", "no field `role`"
    ),
    "distinct-of-the-child": (
        "{count: ticket, through: opener, distinct: email}", "unknown-field", "has no field `email`"
    ),
    "days-of-nobody": ("{days: logged_im}", "unknown-event", "mean logged_in?"),
    "difference": ("{difference: [logins, email]}", "wrong-type", "`difference` needs numbers"),
    "confidence": ("{confidence: logins}", "wrong-type", "needs a score of the same entity"),
    "confidence-stored": ("{confidence: score}", "wrong-type", "needs a score of the same entity"),
    "confidence-of-nothing": ("{confidence: scor}", "unknown-field", "did you mean score?"),
    "level": ("{level: [[a, {segment: trainde}]]}", "unknown-segment", "did you mean trained?"),
    "ratio": ("{ratio: [logins, email]}", "wrong-type", "`ratio` needs numbers; `email` is text"),
    "days": ("{days_between: [signed_up_at, email]}", "wrong-type", "`email` is text"),
    "days-of-nothing": ("{days_between: [signed_up_at, signed]}", "unknown-field", "signed_up_at"),
    "score-text": (
        "{score: {a: {from: email, weight: 1, worst: 0, best: 1}}}", "wrong-type", "is text"
    ),
    "score-weightless": (
        "{score: {a: {from: score, weight: 0, worst: 0, best: 1}}}", "bad-value", "a number over 0"
    ),
    "score-flat": (
        "{score: {a: {from: score, weight: 1, worst: 1, best: 100%}}}", "bad-value", "are equal"
    ),
    "band": ("{band: score, of: [[a, {starts_with: x}]]}", "unfit-operator", "score is number"),
    "labels": ("{labels: {a: {segment: trainde}}}", "unknown-segment", "did you mean trained?"),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "code", "fragment"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_formula_is_told_once_where_it_stands(
    formula: str, code: str, fragment: str
) -> None:
    declared = of_user(f"n: {formula}", "twice: {ratio: [n, n]}", "m: {ratio: [score, seats]}")
    catalog, (problem,) = bind_catalog(declared)
    assert problem.code == code
    assert fragment in str(problem)
    assert (problem.place.path, problem.place.line) == ("catalog/asked.yaml", 16)
    assert catalog.entities["user"].fields.keys() >= {"m", "logins"}
    assert not catalog.entities["user"].fields.keys() & {"n", "twice"}
    assert catalog.broken["user", "twice"] == catalog.broken["user", "n"] == (problem,)


def test_who_uses_a_broken_field_is_told_why_it_is_broken() -> None:
    declared = with_segment(of_user("n: {sum: used_feature, of: feature}"), "- n: {at_least: 3}")
    catalog, (broken,) = bind_catalog(declared)
    with pytest.raises(Invalid) as refused:
        bind_segment("asked", declared, catalog)
    assert refused.value.problems == (broken,)


RINGS: dict[str, tuple[tuple[str, ...], str]] = {
    "itself": (("a: {ratio: [a, score]}",), "user.a → user.a"),
    "each-other": (
        ("a: {ratio: [score, b]}", "b: {band: c, of: [[x, {}]]}", "c: {labels: {y: {a: 1}}}"),
        "user.a → user.b → user.c → user.a",
    ),
    "over-a-window": (("a: {first: logged_in, since: a}",), "user.a → user.a"),
    "over-a-rank": (
        ("a: {labels: {x: {top: {by: b, count: 3}}}}", "b: {count: ticket, through: opener, where: "
         "{opener.a: {set: true}}}"),
        "user.a → user.b → user.a",
    ),
    "over-a-segment": (("a: {labels: {x: {segment: asked}}}",), "user.a → user.a"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "ring"), RINGS.values(), ids=RINGS)
def test_a_ring_of_fields_is_told_by_name(fields: tuple[str, ...], ring: str) -> None:
    declared = with_segment(of_user(*fields), "- a: {set: true}")
    (problem,) = problems_of(declared)
    assert problem.code == "field-cycle"
    assert problem.message == f"the field a is computed from itself: {ring}"
    assert problem.place.line == 16


def test_a_ring_over_parent_and_children_is_told_by_name() -> None:
    declared = with_entity(
        of_user("standing: {ratio: [score, account.best]}"),
        _entity(ACCOUNT, ("best: {highest: user, of: standing}",)),
    )
    (problem,) = problems_of(declared)
    assert problem.code == "field-cycle"
    assert "account.best → user.standing → account.best" in problem.message


def test_a_parent_of_the_same_kind_may_be_a_ring_as_well() -> None:
    (problem,) = problems_of(of_account("all_seats: {sum: account, of: all_seats}"))
    assert problem.message.endswith("account.all_seats → account.all_seats")
    assert problems_of(of_account("all_seats: {sum: account, of: seats}")) == ()


def _chain(length: int) -> tuple[str, ...]:
    links = (f"f{n}: {{ratio: [f{n - 1}, f{n - 1}]}}" for n in range(1, length))
    return ("f0: {count: logged_in}", *links)


@pytest.mark.parametrize("backwards", [False, True], ids=["from-below", "from-above"])
def test_fields_go_so_deep_and_no_deeper(backwards: bool) -> None:
    fields = _chain(14)[::-1] if backwards else _chain(14)
    catalog, problems = bind_catalog(of_user(*fields))
    assert {problem.code for problem in problems} == {"too-deep"}
    known = {name for name in catalog.entities["user"].fields if name.startswith("f")}
    assert known == {f"f{n}" for n in range(12)}
    assert {name for _, name in catalog.broken} == {"f12", "f13"}


def test_a_long_chain_of_fields_is_refused_and_not_followed() -> None:
    problems = problems_of(of_user(*_chain(3000)[::-1]))
    assert {problem.code for problem in problems} == {"too-deep"}


def test_a_contact_names_no_computed_field() -> None:
    text = _entity(USER, ()).replace("links:", "contact: {email: logins}\nlinks:")
    (problem,) = problems_of(with_entity(project(), text + dedent(USER_EVENTS)))
    assert problem.code == "computed-field"


def test_a_short_history_is_warned_of() -> None:
    """Of `logins`, too, on line 15, which has no beginning at all."""
    found = check(of_user("n: {count: logged_in, since: 2024-06-01}", "m: {count: used_feature}"))
    of_catalog = [each for each in found if each.place.path == "catalog/asked.yaml"]
    assert [(each.code, each.place.line) for each in of_catalog] == [
        ("short-history", 15),
        ("short-history", 16),
    ]
