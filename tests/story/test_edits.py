"""Whatever is edited while people are inside: nobody has a step twice, and nobody is lost.

The ledger and the passes are the real ones; sources and channels stand still.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from engine.audience.select import Key
from engine.bind.acts import BoundStep, BoundWait, BoundWebhook
from engine.bind.catalog import EntityRef
from engine.bind.conditions import BoundEveryone, Condition
from engine.bind.playbook import Audience, BoundPlaybook
from engine.decide.facts import Enrollment, NewTouch, TouchKind, TouchState, idempotency_key
from engine.decide.journey import StepFacts, step_of
from engine.decide.waits import Clock, Known, wait_end
from engine.language.catalog import Kind
from engine.language.playbook import OnChange
from engine.ledger import store
from engine.ledger.clearances import Clearance
from engine.ledger.identities import identity_of
from engine.ledger.moves import steps_had
from engine.ledger.names import carry_over
from engine.ledger.schema import create_ledger, open_ledger
from engine.ledger.store import Ledger
from engine.ledger.tables import audit, enrollments, touches
from engine.moments import Duration, Unit
from engine.passes.entering import Firing
from engine.passes.run import live
from engine.passes.versions import Shelf
from engine.tables import ColumnRef, TableRef

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
USER = EntityRef("user", TableRef("product", "users"), ColumnRef("user_id", Kind.INTEGER))
KEYS = (1, 2, 3)
URL = "sqlite:///.touchline/ledger.db"


@dataclass(frozen=True)
class Written:
    """A step on the page; `what` is which step it really is, whatever it is called."""

    id: str
    what: str
    is_wait: bool = False
    formerly: tuple[str, ...] = ()


@dataclass
class Book:
    """A playbook that is edited, and all that it ever said."""

    steps: list[Written]
    name: str = "p0"
    formerly: tuple[str, ...] = ()
    on_change: OnChange = OnChange.KEEP
    fresh: int = 0
    said: dict[str, list[Written]] = field(default_factory=dict)
    deleted: list[Written] = field(default_factory=list)

    def bound(self, steps: Sequence[Written], identity: str = "") -> BoundPlaybook:
        version = repr(steps)
        self.said[version] = list(steps)
        return BoundPlaybook(
            self.name,
            Audience(self.name, USER, BoundEveryone(), ZONE),
            tuple(_bound(each) for each in steps),
            ZONE,
            version,
            on_change=self.on_change,
            formerly=self.formerly,
            identity=identity,
        )

    def what(self, version: str, step: str) -> str:
        return next(each.what for each in self.said[version] if each.id == step)

    def edit(self, kind: str, place: int, other: int) -> None:
        at = place % len(self.steps)
        self.fresh += 1
        if kind == "rename":
            old = self.steps[at]
            renamed = replace(old, id=f"s{self.fresh}", formerly=(*old.formerly, old.id))
            self.steps[at] = renamed
        elif kind == "insert":
            new = Written(f"s{self.fresh}", f"w{self.fresh}", is_wait=bool(other % 2))
            self.steps.insert(at, new)
        elif kind == "delete" and len(self.steps) > 1:
            self.deleted.append(self.steps.pop(at))
        elif kind == "bring back" and self.deleted:
            self.steps.insert(at, self.deleted.pop())
        elif kind == "reorder":
            self.steps.insert(other % len(self.steps), self.steps.pop(at))
        elif kind == "rename playbook":
            self.formerly = (*self.formerly, self.name)
            self.name = f"p{self.fresh}"
        elif kind in ("keep", "move", "exit"):
            self.on_change = OnChange(kind)


def _bound(step: Written) -> BoundStep:
    if step.is_wait:
        return BoundWait(step.id, Duration(1, Unit.DAY), formerly=step.formerly)
    return BoundWebhook(step.id, "hook", formerly=step.formerly)


class Versions(Shelf):
    """All that a book ever said, under the name that it has now."""

    def __init__(self, book: Book, current: BoundPlaybook) -> None:
        self._book = book
        self._current = current

    def as_it_was(self, version: str) -> BoundPlaybook | None:
        return self._book.bound(self._book.said[version], self._current.identity)


class World:
    """Everyone matches, nothing else holds."""

    def __init__(self, book: Book, ledger: Ledger, as_of: datetime) -> None:
        self._book, self._ledger, self._as_of = book, ledger, as_of

    def clock(self, playbook: BoundPlaybook) -> Clock:
        return Clock(ZONE)

    def holding(
        self, playbook: BoundPlaybook, condition: Condition, enrollments: Sequence[Enrollment]
    ) -> frozenset[str]:
        return frozenset(each.key for each in enrollments)

    def has_rules(self, playbook: BoundPlaybook) -> bool:
        return False

    def of_step(
        self, playbook: BoundPlaybook, enrollments: Sequence[Enrollment]
    ) -> dict[str, StepFacts]:
        step = step_of(playbook, enrollments[0])
        with self._ledger.read() as unit:
            had = steps_had(unit, (step.id, *step.formerly), [each.id for each in enrollments])
        return {each.id: self._facts(playbook, step, each, had) for each in enrollments}

    def _facts(
        self, playbook: BoundPlaybook, step: BoundStep, one: Enrollment, had: frozenset[str]
    ) -> StepFacts:
        if isinstance(step, BoundWait):
            known = Known(self._as_of, one.entered_at)
            return StepFacts(until=wait_end(step.wait, one.since, Clock(ZONE), known))
        drafts = () if one.id in had else (self._touch(playbook, step, one),)
        return StepFacts(had=one.id in had, drafts=drafts)

    def _touch(self, playbook: BoundPlaybook, step: BoundStep, one: Enrollment) -> NewTouch:
        return NewTouch(
            # By number and version, so that the key itself stops nothing that `had` lets by.
            id=idempotency_key(playbook.version, one.key, one.number, step.id, 0),
            enrollment=one.id,
            playbook=one.playbook,
            entity="user",
            key=one.key,
            step=step.id,
            kind=TouchKind.WEBHOOK,
            channel="hook",
            state=TouchState.READY,
            detail=self._book.what(playbook.version, step.id),
        )

    def matched(self, playbook: BoundPlaybook) -> Sequence[Key]:
        return KEYS

    def meeting(
        self, playbook: BoundPlaybook, condition: Condition | None, keys: Sequence[Key]
    ) -> frozenset[str]:
        return frozenset()

    def counted_by(
        self, playbook: BoundPlaybook, keys: Sequence[Key]
    ) -> Mapping[str, tuple[str, str]]:
        return {}

    def let_in(self, unit: store.Unit, playbook: BoundPlaybook, keys: Collection[str]) -> None:
        return None

    def elsewhere(self, playbook: BoundPlaybook, keys: Sequence[str]) -> frozenset[str]:
        return frozenset()

    def remember(
        self, playbook: BoundPlaybook, inside: Sequence[str], *, left: Collection[str]
    ) -> None:
        return None

    def never(self, playbook: BoundPlaybook, topic: str, keys: Sequence[str]) -> frozenset[str]:
        return frozenset()

    @property
    def pass_every(self) -> Duration:
        return Duration(15, Unit.MINUTE)

    def population(self, playbook: BoundPlaybook) -> int:
        return len(KEYS)

    def check(self, playbook: BoundPlaybook, last: Mapping[str, object]) -> Mapping[str, object]:
        return {}


class Dispatch:
    """Sends what is ready, or, while the channel is away, nothing."""

    def __init__(self, ledger: Ledger, at: datetime, *, is_away: bool) -> None:
        self._ledger, self._at, self._is_away = ledger, at, is_away

    def clear(self, playbook: str, given: Clearance) -> None:
        return None

    def hold(self, playbook: str) -> None:
        return None

    def send(self) -> bool:
        if self._is_away:
            return False
        ready = update(touches).where(touches.c.state == "ready")
        with self._ledger.write() as unit:
            done = unit.connection.execute(ready.values(state="sent", ended_at=self._at))
            return bool(done.rowcount)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new ledger, made once."""
    root = tmp_path_factory.mktemp("made")
    create_ledger(URL, root=root, project="acme", place="here", at=START, actor="ann").close()
    return root


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder for one ledger after another."""
    (tmp_path / ".touchline").mkdir()
    return tmp_path


EDITS = (
    *("rename", "insert", "delete", "bring back", "reorder", "rename playbook"),
    *("keep", "move", "move", "exit"),
)
one_edit = st.tuples(st.sampled_from(EDITS), st.integers(0, 9), st.integers(0, 9))
one_pass = st.tuples(st.lists(one_edit, max_size=3), st.booleans())
FIRST = [
    Written("a", "a"),
    Written("b", "b", is_wait=True),
    Written("c", "c"),
    Written("d", "d", is_wait=True),
    Written("e", "e"),
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(passes=st.lists(one_pass, min_size=2, max_size=7))
def test_nobody_has_a_step_twice_and_nobody_is_lost(
    made: Path, room: Path, passes: list[tuple[list[tuple[str, int, int]], bool]]
) -> None:
    for old in (room / ".touchline").iterdir():
        old.unlink()
    shutil.copy(made / ".touchline" / "ledger.db", room / ".touchline" / "ledger.db")
    ledger = open_ledger(URL, root=room)
    book, at = Book(list(FIRST)), START
    _one_pass(book, ledger, at, is_away=False)
    for edits, is_away in passes:
        for edit in edits:
            book.edit(*edit)
        at += timedelta(hours=18)
        _one_pass(book, ledger, at, is_away=is_away)
        _had_once_and_nobody_lost(ledger)
    ledger.close()


def _one_pass(book: Book, ledger: Ledger, at: datetime, *, is_away: bool) -> None:
    with ledger.write() as unit:
        carry_over(unit, book.name, book.formerly, at=at, actor="ann")
        identity = identity_of(unit, book.name)
    assert identity == "p0"
    current = book.bound(book.steps, identity)
    report = live(
        current,
        Firing(at, f"by hand {at.isoformat()}", "ann"),
        World(book, ledger, at),
        ledger,
        versions=Versions(book, current),
        dispatch=Dispatch(ledger, at, is_away=is_away),
    )
    assert report.fault is None


def _had_once_and_nobody_lost(ledger: Ledger) -> None:
    per_step = select(func.count()).select_from(touches).group_by(touches.c.key, touches.c.detail)
    with ledger.read() as unit:
        assert set(unit.connection.scalars(per_step)) <= {1}
        stays = unit.connection.execute(select(enrollments)).all()
        left = set(unit.connection.scalars(select(audit.c.key).where(audit.c.kind == "left")))
    assert len(stays) == len(KEYS), "nobody enters twice"
    assert {each.key for each in stays if each.left_at is not None} == left
