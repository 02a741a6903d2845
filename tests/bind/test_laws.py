"""Laws of binding: whatever is declared, it binds or is refused with places and reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.cautions import cautions
from engine.bind.conditions import Condition
from engine.bind.filters import bind_condition
from engine.bind.names import Scope
from engine.bind.tests import OPERATORS
from engine.language import conditions as declared
from engine.language.project import Project
from engine.places import Place
from engine.problems import Invalid
from tests.bind.samples import project
from tests.support.declare import with_segment

CATALOG, _ = bind_catalog(project())
SCOPE = Scope(project(), CATALOG, CATALOG.entities["user"])
HERE = Place("segments/asked.yaml", 4, 5)

WORDS = st.sampled_from([*sorted(OPERATORS), "is_like"])
FIELDS = st.sampled_from(sorted(CATALOG.entities["user"].fields))
PARENTS = st.sampled_from(["account.plan", "account.csm", "account.parent.renews_on"])
WRONG_PATHS = st.sampled_from(["account", "nothing", "role.plan", "user.role"])
PATHS = FIELDS | PARENTS | WRONG_PATHS
MOMENTS = st.sampled_from(
    ["today", "now", "30 days ago", "2 hours before signed_up_at", "2026-03-01T09:00"]
) | st.sampled_from(["entered", "2026-02-30", "1 day after role", "in 3 business days", "score"])
SCALARS = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.sampled_from(["50%", "admin", "5"]), MOMENTS
)
OPERANDS = st.builds(
    declared.Operand, PATHS, st.none() | st.floats(), st.none() | st.floats(), st.just(HERE)
)
VALUES = SCALARS | OPERANDS
LISTS = st.lists(VALUES, max_size=3).map(tuple)


def _tests(values: st.SearchStrategy[object]) -> st.SearchStrategy[declared.Test]:
    operators = st.builds(declared.Operator, WORDS, values, st.just(HERE))
    return st.builds(
        declared.Test, st.lists(operators, max_size=2).map(tuple), st.booleans(), st.just(HERE)
    )


TESTS = _tests(VALUES | LISTS | _tests(VALUES | LISTS))
TEXTS = st.none() | MOMENTS | st.sampled_from(["3 days", "2 business days", "999999 years"])
WINDOWS = st.builds(
    declared.Window, TEXTS, TEXTS, TEXTS, st.none() | st.tuples(MOMENTS, MOMENTS), st.just(HERE)
)
EVENTS = st.sampled_from(
    ["logged_in", "used_feature", "account.escalated", "ticket.reopened", "csm_call", "no.event"]
)
PROPERTIES = st.sampled_from(["feature", "seconds", "beta", "labels", "released_on", "none"])
FIGURES = st.tuples(
    st.sampled_from(["times", "days", "distinct", "sum", "average", "highest"]), PROPERTIES, TESTS
)
DURATIONS = st.sampled_from(["3 days", "2 hours", "1 month", "2 business days", "999999 years"])
CHANGES = st.builds(declared.Change, DURATIONS, TESTS, st.none() | DURATIONS, place=st.just(HERE))
FOLLOWED = st.builds(
    declared.Followed,
    EVENTS,
    DURATIONS,
    st.booleans(),
    st.lists(st.tuples(PROPERTIES, TESTS), max_size=1).map(tuple),
    st.just(HERE),
)
PLAYBOOKS = st.sampled_from(["feature-checkup", "nothing"])
LEAVES: st.SearchStrategy[declared.Condition] = st.one_of(
    st.builds(declared.Everyone, st.just(HERE)),
    st.builds(declared.InSegment, st.sampled_from(["trained", "large", "ring-a", "self"])),
    st.builds(declared.FieldTest, PATHS, TESTS, st.just(HERE)),
    st.builds(
        declared.Did,
        EVENTS,
        st.booleans(),
        st.lists(st.tuples(PROPERTIES, TESTS), max_size=1).map(tuple),
        WINDOWS,
        st.lists(FIGURES, max_size=1).map(tuple),
        st.none() | CHANGES,
        st.lists(FOLLOWED, max_size=1).map(tuple),
        st.just(HERE),
    ),
    st.builds(declared.Contacted, st.booleans(), WINDOWS, st.none() | EVENTS, place=st.just(HERE)),
    st.builds(declared.Rank, PATHS, st.booleans(), count=st.just(3), place=st.just(HERE)),
    st.builds(declared.InPlaybook, PLAYBOOKS, st.just(HERE)),
    st.builds(
        declared.FinishedPlaybook,
        PLAYBOOKS,
        st.sampled_from([None, "goal", "exited"]),
        st.none() | DURATIONS,
        st.just(HERE),
    ),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(declared.All, st.lists(inner, max_size=3).map(tuple), st.just(HERE)),
        st.builds(declared.Nobody, st.lists(inner, max_size=3).map(tuple), st.just(HERE)),
        st.builds(declared.Negation, inner, st.just(HERE)),
        st.builds(declared.OfParent, PATHS, inner, st.just(HERE)),
        st.builds(
            declared.Has,
            st.sampled_from(["user", "ticket", "account"]),
            st.booleans(),
            st.none() | inner,
            st.none() | TESTS,
            st.sampled_from([None, "opener", "account"]),
            st.just(HERE),
        ),
    ),
    max_leaves=5,
)


def _bind(condition: declared.Condition) -> Condition | Invalid:
    try:
        return bind_condition(condition, SCOPE)
    except Invalid as invalid:
        return invalid


@given(CONDITIONS)
def test_a_condition_binds_or_says_why_not(condition: declared.Condition) -> None:
    bound = _bind(condition)
    if not isinstance(bound, Invalid):
        assert all(warning.message for warning in cautions(bound))
        return
    assert bound.problems
    assert all(problem.code and problem.message for problem in bound.problems)


@given(CONDITIONS, CONDITIONS)
def test_the_problems_of_a_list_are_those_of_its_items(
    first: declared.Condition, second: declared.Condition
) -> None:
    def problems(condition: declared.Condition) -> list[str]:
        bound = _bind(condition)
        return [str(each) for each in bound.problems] if isinstance(bound, Invalid) else []

    both = problems(declared.All((first, second), HERE))
    assert sorted(both) == sorted([*problems(first), *problems(second)])


@given(CONDITIONS)
def test_binding_twice_gives_the_same(condition: declared.Condition) -> None:
    first, second = _bind(condition), _bind(condition)
    if not isinstance(first, Invalid):
        assert first == second


def _chain(length: int) -> Project:
    """Segments s0, s1, … of which each is the next, and the last is of its own."""
    asked = with_segment(project(), "- role: admin").segments["asked"]
    chain = {
        f"s{n}": replace(asked, name=f"s{n}", where=declared.InSegment(f"s{n + 1}", HERE))
        for n in range(length)
    }
    return replace(project(), segments={**chain, f"s{length}": replace(asked, name=f"s{length}")})


def test_a_chain_of_segments_is_followed() -> None:
    assert bind_segment("s0", _chain(14), CATALOG).name == "s0"


def test_a_chain_of_segments_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="more than 16 deep"):
        bind_segment("s0", _chain(2_000), CATALOG)
