"""The core: what a missing value gives, complements spelled out, and nodes without SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine.interfaces import Compiled

from engine.bind.catalog import Catalog, EventRef, FieldRef
from engine.bind.conditions import (
    BoundAll,
    BoundDid,
    BoundField,
    BoundMoment,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundSegment,
    BoundTest,
    Clause,
    DaysTest,
    MomentTest,
    Op,
    SetTest,
    TextTest,
    ValueTest,
    Window,
)
from engine.compile.algebra import complement, transform, walk
from engine.compile.core import (
    All,
    Always,
    Among,
    Compare,
    Comparison,
    Constant,
    Either,
    Field,
    Happened,
    IsSet,
    Match,
    Predicate,
)
from engine.compile.dialects.table import LEAVES
from engine.compile.lower import asked_at, lower
from engine.compile.sight import Scope
from engine.compile.sql import predicate_sql, value_sql
from engine.language.catalog import Kind
from engine.moments import Ago, Duration, FieldMoment, Unit
from engine.tables import ColumnRef, TableRef

NEW_YORK = ZoneInfo("America/New_York")
ASKING = asked_at(datetime(2026, 3, 10, 13, tzinfo=UTC), NEW_YORK, Catalog({}))
EVENT = EventRef(
    "user", "used", TableRef("p", "events"), "user_id", ColumnRef("at", Kind.TIMESTAMP)
)


def ref(name: str, kind: Kind, *links: str) -> FieldRef:
    return FieldRef(links, "user", name, ColumnRef(name, kind))


SEATS, PLAN = ref("seats", Kind.INTEGER), ref("plan", Kind.TEXT)
SIGNED_UP, BORN = ref("signed_up_at", Kind.TIMESTAMP), ref("born_on", Kind.DATE)


def lowered(field: FieldRef, *clauses: Clause) -> Predicate:
    return lower(BoundField(field, BoundTest(clauses)), ASKING)


def leaves_of(predicate: Predicate) -> list[Predicate]:
    return [
        each
        for each in walk(predicate)
        if isinstance(each, Compare | Among | Match | IsSet | Happened)
    ]


@pytest.mark.parametrize(
    ("op", "value", "of_missing"),
    [
        (Op.IS, 3, False),
        (Op.IS_NOT, 3, True),
        (Op.MORE_THAN, 3, False),
        (Op.AT_LEAST, 3, False),
        (Op.LESS_THAN, 3, False),
        (Op.AT_MOST, 3, False),
    ],
)
def test_what_a_missing_number_gives(op: Op, value: int, of_missing: bool) -> None:
    found = lowered(SEATS, ValueTest(op, (value,)))
    assert isinstance(found, Compare)
    assert found.if_missing is of_missing
    assert complement(found) == Compare(found.op.opposite, found.left, found.right, not of_missing)


def test_lists_of_constants_stay_lists() -> None:
    inside = lowered(SEATS, ValueTest(Op.ONE_OF, (1, 2)))
    outside = lowered(SEATS, ValueTest(Op.NONE_OF, (1, 2)))
    assert isinstance(inside, Among)
    assert outside == complement(inside)


def test_ignore_case_folds_the_constant_here() -> None:
    found = lowered(PLAN, TextTest(Op.CONTAINS, "ÖSS İ", ignore_case=True))
    assert isinstance(found, Match)
    assert found.part == Constant("öss İ", Kind.TEXT)


def test_a_day_that_the_clock_changes_has_its_own_bounds() -> None:
    """8 March 2026 has 23 hours in New York."""
    found = lowered(SIGNED_UP, DaysTest(-1, (ValueTest(Op.IS, (2,)),)))
    bounds = [each.value for each in walk(found) if isinstance(each, Constant)]
    assert bounds == [datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)]


def test_days_beside_a_date_are_dates() -> None:
    found = lowered(BORN, DaysTest(1, (ValueTest(Op.AT_LEAST, (1.5,)),)))
    assert [each.value for each in walk(found) if isinstance(each, Constant)] == [date(2026, 3, 12)]


def test_days_ago_is_not_of_a_missing_date_is_false() -> None:
    found = lowered(BORN, DaysTest(-1, (ValueTest(Op.IS_NOT, (0,)),)))
    assert IsSet(Field(BORN), True) in leaves_of(found)


@pytest.mark.parametrize("amount", [30, 99_999])
def test_a_moment_beyond_the_calendar_stands_at_its_end(amount: int) -> None:
    long_ago = BoundMoment(Ago(Duration(amount, Unit.YEAR)))
    found = lowered(SIGNED_UP, MomentTest(Op.SINCE, (long_ago,)))
    (bound,) = (each.value for each in walk(found) if isinstance(each, Constant))
    assert isinstance(bound, datetime)
    assert bound.year in (1996, 2)


def test_segments_and_parents_are_seen_from_who_asks() -> None:
    inner = BoundField(PLAN, BoundTest((ValueTest(Op.IS, ("pro",)),)))
    found = lower(BoundParent("account", "account", BoundSegment("paying", inner)), ASKING)
    assert [each.ref.path for each in walk(found) if isinstance(each, Field)] == ["account.plan"]


def test_sugar_is_the_complement() -> None:
    did = BoundDid(EVENT, False, Window())
    did_not = BoundDid(EVENT, True, Window())
    assert lower(did_not, ASKING) == complement(lower(did, ASKING))
    assert lower(BoundNone((did,)), ASKING) == lower(BoundNot(did), ASKING)
    assert lower(BoundNot(BoundNot(did)), ASKING) == lower(did, ASKING)


def test_a_window_that_hangs_on_a_field_keeps_the_time_column_bare() -> None:
    since = BoundMoment(FieldMoment("signed_up_at"), SIGNED_UP)
    found = lower(BoundDid(EVENT, False, Window(since=since)), ASKING)
    assert isinstance(found, Happened)
    bounds = [each for each in walk(found.events.counting) if isinstance(each, Compare)]
    assert Compare(Comparison.GE, bounds[0].left, Field(SIGNED_UP)) in bounds


# ---------------------------------------------------------------- laws

clauses = st.one_of(
    st.builds(SetTest, st.booleans()),
    st.builds(
        ValueTest,
        st.sampled_from([Op.IS, Op.IS_NOT, Op.MORE_THAN, Op.AT_MOST]),
        st.tuples(st.integers(-3, 3)),
    ),
)
conditions = st.recursive(
    clauses.map(lambda clause: BoundField(SEATS, BoundTest((clause,)))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: BoundAll(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: BoundNone(tuple(parts))),
        inner.map(BoundNot),
    ),
    max_leaves=8,
)


def holds(predicate: Predicate, seats: int | None) -> bool:
    """A reading of the core for one number, which may be missing."""
    match predicate:
        case Always(answer):
            return answer
        case All(parts):
            return all(holds(part, seats) for part in parts)
        case Either(parts):
            return any(holds(part, seats) for part in parts)
        case IsSet(_, present):
            return (seats is not None) is present
        case Compare(op, _, Constant(other), if_missing):
            return if_missing if seats is None else OPERATORS[op](seats, other)
        case _:
            raise TypeError(predicate)


OPERATORS = {
    Comparison.EQ: lambda left, right: left == right,
    Comparison.NE: lambda left, right: left != right,
    Comparison.LT: lambda left, right: left < right,
    Comparison.GE: lambda left, right: left >= right,
    Comparison.GT: lambda left, right: left > right,
    Comparison.LE: lambda left, right: left <= right,
}


@given(conditions, st.none() | st.integers(-4, 4))
def test_a_condition_and_its_not_are_never_the_same(condition: object, seats: int | None) -> None:
    found = lower(condition, ASKING)  # type: ignore[arg-type]
    assert holds(found, seats) is not holds(complement(found), seats)
    assert complement(complement(found)) == found
    assert transform(found, lambda node: node) == found


# ---------------------------------------------------------------- SQL


@pytest.mark.parametrize("store", sorted(LEAVES))
def test_what_has_no_sql_is_an_error(store: str) -> None:
    scope = Scope(LEAVES[store], NEW_YORK, {})
    with pytest.raises(TypeError, match="no SQL"):
        predicate_sql("1 = 1", scope)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="no SQL"):
        value_sql(Field(SEATS), scope)


HOSTILE = ["'; DROP TABLE users; --", '"', "\\", "%s", ":x", "$1", "?", "{x}", "\u0000'"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("store", sorted(LEAVES))
def test_text_is_always_a_parameter(store: str, text: str) -> None:
    """People of the project write conditions and are trusted; what they write is still no SQL."""
    hostile, harmless = compiled(store, text), compiled(store, "harmless")
    assert str(hostile) == str(harmless)
    assert list(hostile.params.values()).count(text) >= 1


def compiled(store: str, text: str) -> Compiled:
    """A test of two operators with a text as their other side."""
    leaves = LEAVES[store]
    scope = Scope(leaves, NEW_YORK, {Field(PLAN): leaves.constant(Constant("pro", Kind.TEXT))})
    asked = lowered(PLAN, ValueTest(Op.IS, (text,)), TextTest(Op.ENDS_WITH, text))
    return predicate_sql(asked, scope).compile()
