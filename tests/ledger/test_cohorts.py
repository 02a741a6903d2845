"""Those who enter alike: in columns the ledger keeps the very rows and records as one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engine.decide.stay import Cohort, Newcomers
from engine.ledger import statements
from engine.ledger.audit import (
    Alike,
    AuditRecord,
    Head,
    Kind,
    canonical,
    canonical_alike,
    chained,
    chained_alike,
)
from engine.ledger.cohorts import let_in, written
from engine.ledger.database import Overtaken
from engine.ledger.journey import FACTS, enrollment_of
from engine.ledger.log import read_audit, verify_audit
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import enrollments
from engine.ledger.told import entered_body
from tests.ledger.factories import NOW, make_enrollment, reading, writing

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text(st.characters(max_codepoint=127), max_size=5)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
columns = st.integers(1, 4).flatmap(
    lambda rows: st.dictionaries(
        names,
        st.lists(texts, min_size=rows, max_size=rows)
        | st.lists(st.integers(0, 2**53 - 1), min_size=rows, max_size=rows),
        min_size=1,
        max_size=3,
    )
)


@given(st.dictionaries(names, leaves | st.lists(leaves, max_size=2), max_size=4), columns)
def test_bodies_in_columns_are_canonical(
    same: dict[str, object], each: dict[str, list[str] | list[int]]
) -> None:
    alone = [
        canonical({**same, **dict(zip(each, values, strict=True))})
        for values in zip(*each.values(), strict=True)
    ]
    assert canonical_alike(same, each) == alone


@pytest.mark.parametrize(
    ("same", "each", "error"),
    [
        pytest.param({"share": 0.5}, {"id": ["a"]}, TypeError, id="a float"),
        pytest.param({}, {"id": [0.5]}, TypeError, id="a column of floats"),
        pytest.param({}, {"é": ["a"]}, TypeError, id="a name beyond ascii"),
        pytest.param({}, {"id": [2**53]}, ValueError, id="a number too large"),
        pytest.param({}, {"id": ["a", "b"], "n": [1]}, ValueError, id="columns of two lengths"),
    ],
)
def test_what_has_no_one_form_is_refused_in_columns(
    same: dict[str, object], each: dict[str, list[str]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        canonical_alike(same, each)


@given(texts, texts, st.lists(st.tuples(texts, texts.map(lambda text: canonical({"a": text})))))
def test_a_chain_in_columns_is_the_chain(
    actor: str, playbook: str, told: list[tuple[str, str]]
) -> None:
    begun, one_by_one = Head(3, "f" * 64), []
    head = begun
    for key, body in told:
        record = AuditRecord(0, NOW, actor, "entered", playbook, key, body, "", "")
        one_by_one.append(chained(record, head))
        head = Head(one_by_one[-1].seq, one_by_one[-1].hash)
    keys, bodies = [key for key, _ in told], [body for _, body in told]
    links = chained_alike(Alike(NOW, actor, "entered", playbook, keys, bodies), begun)
    found = list(zip(links.seqs, links.prevs, links.hashes, strict=True))
    assert found == [(each.seq, each.prev, each.hash) for each in one_by_one]


KEYS = ["", "7", "é", "50%", 'a"b', "a\\N", "a\tb\nc", "\x01\x02", "{x}", "?1 %s", "\U0001f3c9"]


def cohort(numbers: list[int], per: list[str]) -> Cohort:
    who = Newcomers(KEYS, numbers, per, [""] * len(KEYS))
    ids = [f"{place:032x}" for place in range(len(KEYS))]
    return Cohort(make_enrollment("", id="", goal_until=NOW), ids, who)


def enter(unit: Unit, of: Cohort) -> None:
    let_in(unit, [written(of, run="r1")], at=NOW, actor="engine")


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(cohort([1] * len(KEYS), [""] * len(KEYS)), id="alike"),
        pytest.param(cohort(list(range(1, len(KEYS) + 1)), KEYS), id="each for itself"),
    ],
)
def test_a_cohort_is_written_as_its_members_would_be(
    ledger: Ledger, of: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "_SIZES", (4, 1))  # several statements, and a rest
    members = [each.enrollment for each in of.entered()]
    writing(ledger, lambda unit: enter(unit, of))
    with ledger.read() as unit:
        rows = unit.connection.execute(select(*FACTS).order_by(enrollments.c.id)).all()
        runs = set(unit.connection.scalars(select(enrollments.c.run)))
        told = [each for each in read_audit(unit) if each.kind == Kind.ENTERED]
    assert [enrollment_of(row) for row in rows] == members
    assert runs == {"r1"}
    assert [each.body for each in told] == [canonical(entered_body(one, "r1")) for one in members]
    assert [(each.key, each.playbook, each.actor, each.at) for each in told] == [
        (key, "checkup", "engine", NOW) for key in KEYS
    ]
    assert reading(ledger, verify_audit).valid


def test_one_of_a_cohort_who_is_inside_lets_nobody_in(ledger: Ledger) -> None:
    of = cohort([1] * len(KEYS), [""] * len(KEYS))
    writing(ledger, lambda unit: enter(unit, of))
    again = Cohort(of.model, [f"f{each[1:]}" for each in of.ids], of.who)
    with pytest.raises(Overtaken):
        writing(ledger, lambda unit: enter(unit, again))
    records = reading(ledger, verify_audit)
    assert (records.valid, records.records) == (True, len(KEYS) + 1)
