"""What conditions bind to: names looked up, literals typed, one meaning for each spelling."""

from __future__ import annotations

from datetime import date

import pytest

from engine.bind.bind import bind_catalog
from engine.bind.conditions import (
    Anniversary,
    BoundContacted,
    BoundDid,
    BoundField,
    BoundMoment,
    BoundOperand,
    BoundParent,
    BoundRole,
    BoundSegment,
    BoundTest,
    ChangedTest,
    Clause,
    DaysTest,
    Figure,
    FigureKind,
    MomentRange,
    MomentTest,
    Op,
    SetTest,
    TextTest,
    UnchangedTest,
    ValueTest,
    Window,
)
from engine.bind.literals import literal
from engine.language.catalog import Kind
from engine.moments import (
    Ago,
    Day,
    Duration,
    FieldMoment,
    Hence,
    Now,
    Relative,
    StartOf,
    Today,
    Unit,
)
from engine.places import NOWHERE
from engine.problems import Invalid
from tests.bind.samples import condition, project

CATALOG, _ = bind_catalog(project())
USER = CATALOG.entities["user"]
ACCOUNT = CATALOG.entities["account"]
AT_LEAST_ONE = BoundTest((ValueTest(Op.AT_LEAST, (1,)),))
WEEK = Duration(7, Unit.DAY)


def own(name: str) -> BoundMoment:
    return BoundMoment(FieldMoment(name), USER.fields[name])


CLAUSES: dict[str, tuple[str, tuple[Clause, ...]]] = {
    "bare-value": ("role: admin", (ValueTest(Op.IS, ("admin",)),)),
    "bare-list": ("role: [admin, guest]", (ValueTest(Op.ONE_OF, ("admin", "guest")),)),
    "missing": ("score: {set: false}", (SetTest(False),)),
    "list-is-set": ("tags: {set: true}", (SetTest(True),)),
    "case-of-a-listed-value": (
        "role: {is: ADMIN, ignore_case: true}",
        (ValueTest(Op.IS, ("ADMIN",), ignore_case=True),),
    ),
    "text-part": ("email: {ends_with: 50%}", (TextTest(Op.ENDS_WITH, "50%"),)),
    "text-of-field": (
        "full_name: {starts_with: {field: first_name}}",
        (TextTest(Op.STARTS_WITH, BoundOperand(USER.fields["first_name"])),),
    ),
    "percent-of-a-number": ("score: {more_than: 12.5%}", (ValueTest(Op.MORE_THAN, (0.125,)),)),
    "percent-is-text-beside-text": ("first_name: 50%", (ValueTest(Op.IS, ("50%",)),)),
    "fraction-of-an-integer": ("seats: {at_most: 2.5}", (ValueTest(Op.AT_MOST, (2.5,)),)),
    "number-between": (
        "seats: {between: [1, 5]}",
        (ValueTest(Op.AT_LEAST, (1,)), ValueTest(Op.AT_MOST, (5,))),
    ),
    "number-of-field": (
        "score: {at_least: {field: seats, multiplied_by: 0.9, plus: 5}}",
        (ValueTest(Op.AT_LEAST, (BoundOperand(USER.fields["seats"], 0.9, 5.0),)),),
    ),
    "changed": (
        "role: {changed: {from: admin, to: guest, within: 7 days}}",
        (
            ChangedTest(
                USER.fields["role"],
                WEEK,
                BoundTest((ValueTest(Op.IS, ("admin",)),)),
                BoundTest((ValueTest(Op.IS, ("guest",)),)),
            ),
        ),
    ),
    "changed-at-all": (
        "logins: {changed: {within: 7 days}}",
        (ChangedTest(USER.fields["logins"], WEEK),),
    ),
    "changed-to-a-day": (
        "signed_up_at: {changed: {to: today, within: 7 days}}",
        (
            ChangedTest(
                USER.fields["signed_up_at"],
                WEEK,
                None,
                BoundTest((MomentTest(Op.ON, (BoundMoment(Today()),)),)),
            ),
        ),
    ),
    "list-changed": (
        "tags: {changed: {within: 7 days}}",
        (ChangedTest(USER.fields["tags"], WEEK),),
    ),
    "unchanged": ("score: {unchanged_for: 7 days}", (UnchangedTest(USER.fields["score"], WEEK),)),
    "number-then": (
        "score: {at_most: {field: score, at: 7 days ago, plus: -20}}",
        (
            ValueTest(
                Op.AT_MOST,
                (BoundOperand(USER.fields["score"], None, -20.0, BoundMoment(Ago(WEEK))),),
            ),
        ),
    ),
    "moment-then": (
        "onboarded_at: {after: {field: signed_up_at, at: today}}",
        (
            MomentTest(
                Op.AFTER,
                (
                    BoundMoment(
                        FieldMoment("signed_up_at"),
                        USER.fields["signed_up_at"],
                        BoundMoment(Today()),
                    ),
                ),
            ),
        ),
    ),
    "boolean": ("active: [true]", (ValueTest(Op.ONE_OF, (True,)),)),
    "several-operators": (
        "seats: {is_not: 3, less_than: 9}",
        (ValueTest(Op.IS_NOT, (3,)), ValueTest(Op.LESS_THAN, (9,))),
    ),
    "date-is-on": ("born_on: 2000-02-29", (MomentTest(Op.ON, (_day := BoundMoment(
        Day(date(2000, 2, 29))),)),)),
    "date-is-not-on": ("born_on: {is_not: 2000-02-29}", (MomentTest(Op.NOT_ON, (_day,)),)),
    "date-any-of": (
        "born_on: [2000-02-29, yesterday]",
        (MomentTest(Op.ON, (_day, BoundMoment(Today(-1)))),),
    ),
    "date-none-of": ("born_on: {none_of: [today]}", (
        MomentTest(Op.NOT_ON, (BoundMoment(Today()),)),)),
    "timestamp-before-field": (
        "onboarded_at: {before: signed_up_at}",
        (MomentTest(Op.BEFORE, (own("signed_up_at"),)),),
    ),
    "date-as-operand": (
        "born_on: {after: {field: onboarded_at}}",
        (MomentTest(Op.AFTER, (own("onboarded_at"),)),),
    ),
    "moment-shifted": (
        "onboarded_at: {until: 7 days after signed_up_at}",
        (MomentTest(Op.UNTIL, (BoundMoment(
            Relative(WEEK, 1, FieldMoment("signed_up_at")), USER.fields["signed_up_at"]),)),),
    ),
    "moments-between": (
        "onboarded_at: {between: [7 days ago, now]}",
        (
            MomentTest(Op.SINCE, (BoundMoment(Ago(WEEK)),)),
            MomentTest(Op.UNTIL, (BoundMoment(Now()),)),
        ),
    ),
    "in-the-past": ("onboarded_at: {within: 7 days}", (MomentRange(Op.WITHIN, WEEK),)),
    "in-the-future": ("born_on: {in_next: 7 days}", (MomentRange(Op.IN_NEXT, WEEK),)),
    "days-ago": ("signed_up_at: {days_ago: 3}", (DaysTest(-1, (ValueTest(Op.IS, (3,)),)),)),
    "days-from-now": (
        "born_on: {days_from_now: {between: [30, 90]}}",
        (DaysTest(1, (ValueTest(Op.AT_LEAST, (30,)), ValueTest(Op.AT_MOST, (90,)))),),
    ),
    "days-of-field": (
        "born_on: {days_ago: {more_than: {field: seats}}}",
        (DaysTest(-1, (ValueTest(Op.MORE_THAN, (BoundOperand(USER.fields["seats"]),)),)),),
    ),
    "anniversary": ("born_on: {anniversary: {in_next: 7 days}}", (Anniversary(WEEK),)),
}  # fmt: skip


@pytest.mark.parametrize(("text", "clauses"), CLAUSES.values(), ids=CLAUSES)
def test_a_test_binds(text: str, clauses: tuple[Clause, ...]) -> None:
    bound = condition(f"- {text}")
    assert isinstance(bound, BoundField)
    assert bound.ref == USER.fields[text.partition(":")[0]]
    assert bound.test.clauses == clauses


def test_a_parents_field_is_seen_over_its_links_and_is_never_required() -> None:
    bound = condition("- account.parent.started_on: today")
    assert isinstance(bound, BoundField)
    assert (bound.ref.path, bound.ref.entity) == ("account.parent.started_on", "account")
    assert bound.ref.column == ACCOUNT.fields["started_on"].column
    assert (bound.ref.required, ACCOUNT.fields["started_on"].required) == (False, True)


def test_the_other_side_of_a_parents_field_is_the_askers() -> None:
    bound = condition("- account.seats: {at_least: {field: seats}}")
    assert isinstance(bound, BoundField)
    assert bound.test.clauses == (
        ValueTest(Op.AT_LEAST, (BoundOperand(USER.fields["seats"]),)),
    )  # fmt: skip


def test_inside_a_parent_names_are_the_parents() -> None:
    bound = condition("- account.parent: {name: {is_not: {field: plan}}}")
    assert isinstance(bound, BoundParent)
    inner = bound.condition
    assert isinstance(inner, BoundParent)
    assert (bound.link, bound.entity, inner.link, inner.entity) == (
        *("account", "account"),
        *("parent", "account"),
    )
    assert isinstance(inner.condition, BoundField)
    (clause,) = inner.condition.test.clauses
    assert clause == ValueTest(Op.IS_NOT, (BoundOperand(ACCOUNT.fields["plan"]),))


def test_a_role_is_its_address() -> None:
    bound = condition("- account.csm: {set: false}")
    assert isinstance(bound, BoundRole)
    assert (bound.links, bound.entity, bound.role, bound.present) == (
        ("account",),
        "account",
        "csm",
        False,
    )
    assert (bound.email.path, bound.email.column.column) == ("account.csm_email", "csm_email")


def test_a_named_segment_stands_inside_with_its_name() -> None:
    bound = condition("- segment: trained")
    assert isinstance(bound, BoundSegment)
    assert bound.name == "trained"
    assert bound.place.path == "segments/asked.yaml"


EVENTS: dict[str, tuple[str, str, tuple[str, str, str]]] = {
    "own": ("user", "logged_in", ("logged_in", "", "")),
    "parents": ("user", "account.escalated", ("escalated", "account", "")),
    "children": ("account", "user.logged_in", ("logged_in", "user", "account")),
    "children-of-its-kind": ("account", "account.escalated", ("escalated", "account", "parent")),
    "parents-of-its-kind": ("account", "parent.escalated", ("escalated", "parent", "")),
}


@pytest.mark.parametrize(("of", "event", "expected"), EVENTS.values(), ids=EVENTS)
def test_an_event_is_found_through_links(
    of: str, event: str, expected: tuple[str, str, str]
) -> None:
    bound = condition(f"- did: {event}", of=of)
    assert isinstance(bound, BoundDid)
    assert (bound.event.name, bound.through, bound.child_link) == expected


def test_no_figure_asked_means_at_least_one() -> None:
    bound = condition("- did_not: logged_in")
    assert isinstance(bound, BoundDid)
    assert bound.negated
    assert bound.window == Window()
    assert bound.figures == (Figure(FigureKind.TIMES, "", AT_LEAST_ONE),)


FIGURES: dict[str, tuple[str, Figure]] = {
    "times": ("times: 3", Figure(FigureKind.TIMES, "", BoundTest((ValueTest(Op.IS, (3,)),)))),
    "weeks": (
        "weeks: {at_least: 2}",
        Figure(FigureKind.WEEKS, "", BoundTest((ValueTest(Op.AT_LEAST, (2,)),))),
    ),
    "distinct": (
        "distinct: {feature: {more_than: 1}}",
        Figure(FigureKind.DISTINCT, "feature", BoundTest((ValueTest(Op.MORE_THAN, (1,)),))),
    ),
    "average": (
        "average: {seconds: {at_most: {field: score}}}",
        Figure(
            FigureKind.AVERAGE,
            "seconds",
            BoundTest((ValueTest(Op.AT_MOST, (BoundOperand(USER.fields["score"]),)),)),
        ),
    ),
}


@pytest.mark.parametrize(("text", "figure"), FIGURES.values(), ids=FIGURES)
def test_a_figure_binds(text: str, figure: Figure) -> None:
    bound = condition(f"- did: used_feature\n  {text}")
    assert isinstance(bound, BoundDid)
    assert bound.figures == (figure,)


WINDOWS: dict[str, tuple[str, Window]] = {
    "within": ("within: 7 days", Window(within=WEEK)),
    "bounds": (
        "since: signed_up_at\n  until: yesterday",
        Window(since=own("signed_up_at"), until=BoundMoment(Today(-1))),
    ),
    "between": (
        "between: [7 days ago, now]",
        Window(since=BoundMoment(Ago(WEEK)), until=BoundMoment(Now())),
    ),
    "between-that-is-there-on-the-first-day-of-a-quarter": (
        "between: [now, start of quarter]",
        Window(since=BoundMoment(Now()), until=BoundMoment(StartOf(Unit.QUARTER))),
    ),
    "between-that-is-there-in-the-last-hour-of-a-day": (
        "between: [tomorrow, in 1 hour]",
        Window(since=BoundMoment(Today(1)), until=BoundMoment(Hence(Duration(1, Unit.HOUR)))),
    ),
}


@pytest.mark.parametrize(("text", "window"), WINDOWS.values(), ids=WINDOWS)
def test_a_window_binds(text: str, window: Window) -> None:
    bound = condition(f"- did: logged_in\n  {text}")
    assert isinstance(bound, BoundDid)
    assert bound.window == window


def test_properties_are_typed() -> None:
    bound = condition("- did: used_feature\n  where: {beta: true, released_on: {within: 7 days}}")
    assert isinstance(bound, BoundDid)
    assert bound.where == (
        ("beta", BoundTest((ValueTest(Op.IS, (True,)),))),
        ("released_on", BoundTest((MomentRange(Op.WITHIN, WEEK),))),
    )


CONTACTS: dict[str, tuple[str, tuple[str, ...], str | None, str | None]] = {
    "by-anyone": ("within: 7 days", ("csm_call",), None, None),
    "by-mail": ("channel: email", (), "email", None),
    "by-task": ("channel: task", (), "task", None),
    "by-playbook": ("playbook: feature-checkup", (), None, "feature-checkup"),
}


@pytest.mark.parametrize(
    ("words", "events", "channel", "playbook"), CONTACTS.values(), ids=CONTACTS
)
def test_contact_counts_events_where_no_channel_or_playbook_is_asked(
    words: str, events: tuple[str, ...], channel: str | None, playbook: str | None
) -> None:
    bound = condition(f"- not_contacted: {{{words}}}")
    assert isinstance(bound, BoundContacted)
    assert tuple(event.name for event in bound.events) == events
    assert (bound.entity, bound.channel, bound.playbook) == ("user", channel, playbook)
    assert (bound.negated, bound.times) == (True, AT_LEAST_ONE)


BEYOND = {
    "not-a-number": float("nan"),
    "infinite": float("inf"),
    "over-64-bits": 2**63,
    "under-64-bits": -(2**63),
}


@pytest.mark.parametrize("value", BEYOND.values(), ids=BEYOND)
def test_a_number_beyond_what_stores_hold_is_refused(value: float) -> None:
    with pytest.raises(Invalid, match="out of range"):
        literal(value, Kind.NUMBER, "score", NOWHERE)


PERCENTS = {"50%": 0.5, "-50 %": -0.5, "0.1%": 0.001, "33.3%": 0.333, "200%": 2.0}


@pytest.mark.parametrize(("text", "value"), PERCENTS.items(), ids=PERCENTS)
def test_a_percentage_is_the_number_nearest_to_it(text: str, value: float) -> None:
    assert literal(text, Kind.INTEGER, "share", NOWHERE) == value
