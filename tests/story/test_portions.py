"""Whoever enters page by page is whoever would enter all at once, and packed keys are the keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audience.select import Key
from engine.bind.acts import BoundExit
from engine.bind.catalog import EntityRef
from engine.bind.conditions import BoundEveryone, Condition
from engine.bind.playbook import Audience, BoundGoal, BoundPlaybook
from engine.decide.entry import Candidates
from engine.decide.stay import Newcomers, held_out_of
from engine.decide.waits import Clock
from engine.language.catalog import Kind
from engine.language.playbook import Again, Entry, Fuse
from engine.ledger.holds import approve, hold_run
from engine.ledger.runs import begin_run
from engine.ledger.schema import create_ledger
from engine.ledger.statements import pack_keys, unpack_keys, unpacked_pages
from engine.passes import portions
from engine.passes.comparing import Compared, compared
from engine.passes.entering import Firing, select
from engine.passes.portions import key_pages, keys_of, portions_of
from engine.passes.preparing import one_ahead
from engine.tables import ColumnRef, TableRef
from tests.support.admission import admit

AS_OF = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
USER = EntityRef("user", TableRef("product", "users"), ColumnRef("user_id", Kind.INTEGER))
POPULATION = 30


@dataclass(frozen=True)
class World:
    """What the sources say: who matches, who reached the goal, and whose parent is whose."""

    keys: Sequence[int]
    goal: frozenset[str] = frozenset()
    groups: Mapping[str, str] | None = None

    def matched(self, playbook: BoundPlaybook) -> Sequence[Key]:
        return self.keys

    def population(self, playbook: BoundPlaybook) -> int:
        return POPULATION

    def clock(self, playbook: BoundPlaybook) -> Clock:
        return Clock(ZONE)

    def elsewhere(self, playbook: BoundPlaybook, keys: Sequence[str]) -> frozenset[str]:
        return frozenset()

    def meeting(
        self, playbook: BoundPlaybook, condition: Condition | None, keys: Sequence[Key]
    ) -> frozenset[str]:
        return self.goal & set(map(str, keys)) if condition else frozenset()

    def counted_by(
        self, playbook: BoundPlaybook, keys: Sequence[Key]
    ) -> dict[str, tuple[str, str]]:
        groups = self.groups or {}
        return {str(key): ("", groups[str(key)]) for key in keys if str(key) in groups}


def playbook(entry: Entry) -> BoundPlaybook:
    audience = Audience("p", USER, BoundEveryone(), ZONE)
    goal = BoundGoal("won", BoundEveryone(), None, ends=True)
    return BoundPlaybook(
        "p", audience, (BoundExit("out", "over"),), ZONE, "v1", entry=entry, goal=goal
    )


FIRING = Firing(AS_OF, "now", "ann")
KEYS = st.lists(st.integers(0, 40), unique=True, max_size=12).map(sorted)
ENTRIES = st.builds(
    Entry,
    again=st.sampled_from([Again(), Again(allowed=True, each="account")]),
    per_run=st.none() | st.integers(1, 6),
    holdout=st.sampled_from([0.0, 0.4]),
    fuse=st.none() | st.builds(Fuse, matched=st.integers(1, 9)),
)


@given(KEYS, ENTRIES, st.frozensets(st.integers(0, 40).map(str)), st.integers(1, 5))
def test_pages_come_to_what_all_at_once_come_to(
    keys: list[int], entry: Entry, goal: frozenset[str], size: int
) -> None:
    groups = {str(key): str(key % 3) for key in keys if key % 5}
    world = World(keys, goal, groups)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "_PAGE", size)
        patch.setattr(portions, "_PORTION", 2)
        found = select(playbook(entry), FIRING, world, None, run="")  # type: ignore[arg-type]
    texts = tuple(map(str, keys))
    held_out = held_out_of(playbook(entry), texts)
    known = Candidates(
        texts, POPULATION, AS_OF, ZONE, meets_goal=goal, held_out=held_out, groups=groups
    )
    expected = admit(entry, known)
    assert tuple(keys_of(found.entering)) == expected.entering
    assert (found.skipped, found.blown) == (expected.skipped, expected.blown)
    assert (tuple(found.keys.texts()), len(found.keys)) == (texts, len(texts))
    assert found.entered == len(expected.entering)
    assert all(each.number for each in (*found.would, *found.entering))  # none is written in vain
    cohorts = [each for some in found.cohorts(playbook(entry), AS_OF) for each in some]
    ids = [of for each in cohorts for of in each.ids]
    assert len(set(ids)) == len(ids) == found.entered
    assert {key for each in cohorts if each.model.holdout for key in each.who.keys} == (
        held_out & set(expected.entering)
    )


def approve_some(ledger, keys: Collection[str]) -> str:
    """A fuse held a run, and a person let these keys pass; gives the run."""
    said = {"at": AS_OF, "actor": "ann"}
    with ledger.write() as unit:
        run = begin_run(unit, "p", "now", as_of=AS_OF, version="v1", facts={}, **said).id
        told = {
            "fuse": "fuse",
            "allowed": "2",
            "found": 9,
            "total": 30,
            "matched": 9,
            "version": "v1",
        }
        held = hold_run(unit, run, keys=list(keys), **told, **said)
    with ledger.write() as unit:
        approve(unit, held, **said)
    return run


def test_an_approval_lets_in_whom_it_names_from_every_page(tmp_path, monkeypatch) -> None:
    url = "sqlite:///.touchline/ledger.db"
    ledger = create_ledger(url, root=tmp_path, project="a", place="here", at=AS_OF, actor="ann")
    run = approve_some(ledger, ["2", "5", "9", "77"])
    monkeypatch.setattr(portions, "_PAGE", 2)
    known = playbook(Entry(fuse=Fuse(matched=2), per_run=2))
    found = select(known, FIRING, World(range(1, 10)), ledger, run=run)  # type: ignore[arg-type]
    assert (list(keys_of(found.entering)), found.blown) == (["2", "5"], None)
    assert found.skipped == {"not_approved": 6, "per_run": 1}
    ledger.close()


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=7)


@given(TEXTS, st.integers(1, 4))
def test_packed_keys_are_the_keys(keys: list[str], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "_PAGE", size)
        patch.setattr("engine.ledger.statements._PACKED", size)
        together = pack_keys(iter(keys))
        patch.setattr("engine.ledger.statements._UNPACKED", size)
        pages = list(unpacked_pages(together))
        packed = key_pages(keys)
    assert unpack_keys(together) == keys == list(chain.from_iterable(pages))
    assert all(0 < len(page) <= size for page in pages)
    assert (list(packed.texts()), len(packed)) == (keys, len(keys))
    assert all(0 < len(page) <= size for page in packed.pages())


MATCHED = st.lists(st.integers(-3, 60), unique=True).map(sorted)
LISTS = MATCHED | MATCHED.map(lambda keys: sorted(map(str, keys)))


@given(
    LISTS, LISTS | LISTS.map(lambda keys: keys[::-1]) | st.lists(TEXTS.map(str)), st.integers(1, 5)
)
def test_who_came_and_who_is_gone(now: list[Key], then: list[Key], size: int) -> None:
    texts, before = set(map(str, now)), list(dict.fromkeys(map(str, then)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "_PAGE", size)
        patch.setattr("engine.ledger.statements._PACKED", 3)
        found = compared(key_pages(now), pack_keys(before))
    assert found == Compared(len(texts - set(before)), len(set(before) - texts))


def test_a_portion_keeps_what_it_is_made_of() -> None:
    who = Newcomers(["1", "2", "3"], [1, 4, 1], ["a", "", "é"], ["", "x", ""])
    [portion] = portions_of(who, {"2", "9"})
    assert portion.who() == (who, frozenset({"2"}))
    assert portion.only(["1", "2", "3"]) is portion
    rest = Newcomers(["2", "3"], [4, 1], ["", "é"], ["x", ""])
    assert portion.only(["2", "3"]).who() == (rest, frozenset({"2"}))
    assert portion.only([]).number == 0


def test_what_is_made_ahead_comes_in_order_and_raises_where_it_is_used() -> None:
    def portions_of_two():
        yield "first"
        yield "second"
        raise ValueError("the third")

    coming = one_ahead(portions_of_two())
    assert [next(coming), next(coming)] == ["first", "second"]
    with pytest.raises(ValueError, match="the third"):
        next(coming)
    assert list(one_ahead(iter([]))) == []
