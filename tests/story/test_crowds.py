"""Whom a crowd is asked for by name goes on as if everyone in it had been asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.audience.select import Key
from engine.bind.acts import BoundExit
from engine.bind.catalog import EntityRef
from engine.bind.conditions import BoundEveryone, BoundSegment, Condition
from engine.bind.playbook import Audience, BoundGoal, BoundLevel, BoundPlaybook
from engine.decide.facts import Enrollment, Entered, Moved, Phase, enrollment_ids
from engine.language.catalog import Kind
from engine.ledger.journey import record
from engine.ledger.memory import MemoryLedger, memory_ledger
from engine.ledger.store import Ledger
from engine.ledger.tables import audit, enrollments
from engine.moments import Duration, Unit
from engine.passes import crowds
from engine.passes.journal import LedgerJournal
from engine.passes.rehearsing import DryJournal
from engine.passes.walk import exits
from engine.tables import ColumnRef, TableRef

BEFORE = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
AS_OF = BEFORE + timedelta(days=2)
USER = EntityRef("user", TableRef("product", "users"), ColumnRef("user_id", Kind.INTEGER))
AUDIENCE = Audience("p", USER, BoundEveryone(), ZoneInfo("UTC"))
KEYS = range(12)
LEVELS = ("tried", "used", "relied")


def condition(name: str) -> Condition:
    """One that only its name tells from others."""
    return BoundSegment(name, BoundEveryone())


def playbook(version: str, *, ends: bool) -> BoundPlaybook:
    levels = tuple(BoundLevel(name, condition(name)) for name in LEVELS)
    goal = BoundGoal("won", condition("won"), Duration(9, Unit.DAY), ends=ends, levels=levels)
    out = (BoundExit("out", "over"),)
    zone = AUDIENCE.zone
    return BoundPlaybook("p", AUDIENCE, out, zone, version, goal=goal, exit_when=condition("out"))


@dataclass(frozen=True)
class Shelf:
    """With the goal of one a stay ends, with that of another it goes on; one was for accounts."""

    known: Mapping[str, BoundPlaybook]

    def __call__(self, version: str) -> BoundPlaybook | None:
        return self.known.get(version)

    as_it_was = asked_of = __call__


SHELF = Shelf({each: playbook(each, ends=each == "v1") for each in ("v1", "v2", "v3")})


@dataclass
class Source:
    """Of whom which condition holds; `everyone` in the source, `strangers` to this ledger too."""

    holds: Mapping[str, frozenset[int]]
    hanging: str = ""
    asked: int = 0

    def holding(
        self, playbook: BoundPlaybook, condition: Condition, enrollments: Sequence[Enrollment]
    ) -> frozenset[str]:
        self.asked += len(enrollments)
        return self._keys(condition) & {each.key for each in enrollments}

    def everyone(self, playbook: BoundPlaybook, condition: Condition) -> Iterable[Key] | None:
        name = getattr(condition, "name", "")
        return None if name == self.hanging else iter(sorted(self.holds[name]))

    def population(self, playbook: BoundPlaybook) -> int:
        return len(KEYS)

    def _keys(self, condition: Condition) -> frozenset[str]:
        found = self.holds[condition.name] if isinstance(condition, BoundSegment) else set(KEYS)
        return frozenset(map(str, found))


INSTANTS = st.none() | st.integers(-30, 30).map(lambda hours: AS_OF + timedelta(hours=hours))


@st.composite
def stays(draw: st.DrawFn) -> list[Enrollment]:
    """Some inside, however they stand."""
    found = []
    for key in draw(st.sets(st.sampled_from(KEYS))):
        version = draw(st.sampled_from(("v1", "v2", "v3", "gone")))
        [id_] = enrollment_ids("p", [str(key)], [1], at=BEFORE)
        found.append(
            Enrollment(
                id=id_,
                playbook="p",
                entity="account" if version == "v3" else "user",
                key=str(key),
                number=1,
                version=version,
                step="out",
                phase=draw(st.sampled_from([each for each in Phase if each is not Phase.READY])),
                entered_at=BEFORE,
                since=BEFORE,
                waits_until=draw(INSTANTS),
                holdout=draw(st.booleans()),
                goal_at=draw(st.none() | st.just(BEFORE)),
                goal_until=draw(INSTANTS),
                level=draw(st.sampled_from(("", *LEVELS, "of old"))),
            )
        )
    return found


SOME = st.frozensets(st.sampled_from([*KEYS, 77]))
HOLDS = st.fixed_dictionaries(dict.fromkeys(("won", "out", *LEVELS), SOME))


@contextmanager
def asked_by_name() -> Iterator[None]:
    """As if two were many, and two keys a page."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_FEW", 0), ("_SHARE", 1_000), ("_PAGE", 2)):
            patch.setattr(crowds, name, value)
        patch.setattr("engine.passes.portions._PAGE", 3)
        yield


@pytest.fixture(scope="module")
def memory() -> Iterator[MemoryLedger]:
    with memory_ledger() as made:
        yield made


def kept(ledger: Ledger) -> tuple[list[object], list[object]]:
    """Everyone as the ledger has them, and what the audit tells of them, in no order."""
    with ledger.read() as unit:
        rows = unit.connection.execute(select(enrollments).order_by(enrollments.c.id)).all()
        told = select(audit.c.kind, audit.c.key, audit.c.body)
        return [tuple(row) for row in rows], sorted(map(tuple, unit.connection.execute(told)))


def passed(memory: MemoryLedger, inside: Sequence[Enrollment], source: Source) -> object:
    """What a pass makes of some who are inside."""
    memory.wipe()
    with memory.ledger.write() as unit:
        record(unit, [Entered(each) for each in inside], at=BEFORE, actor="engine", run="r")
    journal = LedgerJournal(memory.ledger, SHELF.known["v1"], AS_OF, run="", send=lambda: False)
    found = exits(journal, SHELF, source, AS_OF)  # type: ignore[arg-type]
    return found, kept(memory.ledger)


@settings(max_examples=40, deadline=None)
@given(stays(), HOLDS, st.sampled_from(["", "", "out", "won"]))
def test_who_is_named_is_whoever_would_be_moved(
    memory: MemoryLedger,
    inside: list[Enrollment],
    holds: Mapping[str, frozenset[int]],
    hanging: str,
) -> None:
    plain = passed(memory, inside, Source(holds))
    with asked_by_name():
        assert passed(memory, inside, Source(holds, hanging)) == plain


def rehearsed(
    memory: MemoryLedger, inside: Sequence[Enrollment], moved: Sequence[Moved], source: Source
) -> object:
    """What a rehearsal makes of them, once it has moved some to another version in mind."""
    memory.wipe()
    with memory.ledger.write() as unit:
        record(unit, [Entered(each) for each in inside], at=BEFORE, actor="engine", run="r")
    journal = DryJournal(memory.ledger, "p", AS_OF, shut={}, dispatch=list)
    journal.record(moved)
    found = exits(journal, SHELF, source, AS_OF)  # type: ignore[arg-type]
    return found, journal._standing


@settings(max_examples=40, deadline=None)
@given(stays(), HOLDS, st.data())
def test_a_rehearsal_names_the_same(
    memory: MemoryLedger,
    inside: list[Enrollment],
    holds: Mapping[str, frozenset[int]],
    data: st.DataObject,
) -> None:
    some = [each for each in inside if each.version in ("v1", "gone")]  # of the same entity
    anew = {"version": "v2", "goal_at": None, "goal_until": None, "level": ""}
    moved = [Moved(each, replace(each, **anew)) for each in some if data.draw(st.booleans())]
    plain = rehearsed(memory, inside, moved, Source(holds))
    with asked_by_name():
        assert rehearsed(memory, inside, moved, Source(holds)) == plain


def waiting(number: int) -> list[Enrollment]:
    """So many who wait, of whom the goal is still asked."""
    keys = [str(key) for key in range(number)]
    later = AS_OF + timedelta(days=1)
    return [
        Enrollment(
            id=id_,
            playbook="p",
            entity="user",
            key=key,
            number=1,
            version="v1",
            step="out",
            phase=Phase.WAITING,
            entered_at=BEFORE,
            since=BEFORE,
            waits_until=later,
            goal_until=later,
        )
        for id_, key in zip(enrollment_ids("p", keys, [1] * number, at=BEFORE), keys, strict=True)
    ]


NOBODY: Mapping[str, frozenset[int]] = dict.fromkeys(("won", "out", *LEVELS), frozenset())


def test_nobody_is_asked_but_those_who_are_named(memory: MemoryLedger) -> None:
    source = Source({**NOBODY, "won": frozenset({3}), "out": frozenset({5, 77})})
    with asked_by_name():
        passed(memory, waiting(12), source)
    with memory.ledger.read() as unit:
        left = select(enrollments.c.key).where(enrollments.c.left_at.is_not(None))
        assert sorted(unit.connection.scalars(left)) == ["3", "5"]
    assert source.asked == 2 + 2 + len(LEVELS)  # both of goal and exit, one of levels


@pytest.mark.parametrize(
    ("inside", "few", "share", "asked"),
    [
        pytest.param(3, 3, 4, 3, id="a page of them"),
        pytest.param(2, 1, 4, 2, id="less than their share of all"),
        pytest.param(3, 1, 4, 0, id="a crowd"),
    ],
)
def test_a_crowd_is_many_and_a_share_of_all(
    memory: MemoryLedger,
    monkeypatch: pytest.MonkeyPatch,
    inside: int,
    few: int,
    share: int,
    asked: int,
) -> None:
    monkeypatch.setattr(crowds, "_FEW", few)
    monkeypatch.setattr(crowds, "_SHARE", share)
    source = Source(NOBODY)  # twelve
    passed(memory, waiting(inside), source)
    assert source.asked == asked * (2 + len(LEVELS))
