"""What becomes of one inside an older version, phase by phase, as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.bind.acts import BoundHold, BoundStep, BoundTask, BoundWait, BoundWaitFor
from engine.bind.catalog import EntityRef
from engine.bind.conditions import BoundEveryone
from engine.bind.playbook import Audience, BoundPlaybook
from engine.decide.changes import Becomes, Fate, carried_over, fate_of
from engine.decide.facts import Enrollment, Phase
from engine.decide.waits import Clock
from engine.language.catalog import Kind
from engine.language.playbook import OnChange
from engine.language.steps import AfterHold
from engine.moments import Duration, Unit
from engine.tables import ColumnRef, TableRef

ZONE = ZoneInfo("America/New_York")
CLOCK = Clock(ZONE)
USER = EntityRef("user", TableRef("product", "users"), ColumnRef("user_id", Kind.INTEGER))
EVERYONE = BoundEveryone()
DAY = timedelta(days=1)
BEGAN = datetime(2026, 3, 16, 14, 0, tzinfo=UTC)
AS_OF = BEGAN + 3 * DAY
WEEK, TWO_DAYS = Duration(1, Unit.WEEK), Duration(2, Unit.DAY)


def book(*steps: BoundStep, on_change: OnChange = OnChange.MOVE) -> BoundPlaybook:
    audience = Audience("p", USER, EVERYONE, ZONE)
    return BoundPlaybook("p", audience, steps, ZONE, "v2", on_change=on_change)


def inside(step: str, phase: Phase, **said: object) -> Enrollment:
    one = Enrollment(
        id="e7", playbook="p", entity="user", key="7", number=1,
        version="v1", step=step, phase=phase, entered_at=BEGAN, since=BEGAN,
    )  # fmt: skip
    return replace(one, **said)


NOW = book(BoundTask("call", "Call", formerly=("ring",)), BoundWait("rest", WEEK))
FATES = {
    "kept": (OnChange.KEEP, "user", "gone", True, Fate(Becomes.KEPT, "gone")),
    "kept-and-unbound": (OnChange.KEEP, "user", "rest", False, Fate(Becomes.UNBOUND)),
    "exits": (OnChange.EXIT, "user", "rest", False, Fate(Becomes.EXITS)),
    "moved": (OnChange.MOVE, "user", "rest", False, Fate(Becomes.MOVED, "rest")),
    "held-out": (OnChange.MOVE, "user", "", True, Fate(Becomes.MOVED, "")),
    "renamed": (OnChange.MOVE, "user", "ring", True, Fate(Becomes.RENAMED, "call")),
    "gone": (OnChange.MOVE, "user", "other", True, Fate(Becomes.STEP_GONE)),
    "another-entity": (OnChange.MOVE, "account", "rest", True, Fate(Becomes.OTHER_ENTITY)),
}


@pytest.mark.parametrize(
    ("on_change", "entity", "step", "binds", "fate"), FATES.values(), ids=FATES
)
def test_fates(on_change: OnChange, entity: str, step: str, binds: bool, fate: Fate) -> None:
    assert fate_of(replace(NOW, on_change=on_change), entity, step, binds=binds) == fate


HOLD = BoundHold(EVERYONE, TWO_DAYS, AfterHold.SKIP)
PHASES = {
    "not-begun": (Phase.READY, BoundTask("s", "x"), Phase.READY, BEGAN, None),
    "touches-are-waited-for": (Phase.TOUCHING, BoundWait("s", WEEK), Phase.TOUCHING, BEGAN, None),
    "a-longer-wait": (Phase.WAITING, BoundWait("s", WEEK), Phase.WAITING, BEGAN, BEGAN + 7 * DAY),
    "a-wait-that-is-over": (Phase.WAITING, BoundWait("s", TWO_DAYS), Phase.WAITING, BEGAN, AS_OF),
    "no-wait-any-more": (Phase.WAITING, BoundTask("s", "x"), Phase.READY, AS_OF, None),
    "a-longer-limit": (
        Phase.WATCHING, BoundWaitFor("s", EVERYONE, WEEK), Phase.WATCHING, BEGAN, BEGAN + 7 * DAY,
    ),
    "nothing-waited-for": (Phase.WATCHING, BoundWait("s", WEEK), Phase.READY, AS_OF, None),
    "a-hold-that-is-over": (
        Phase.HOLDING, BoundTask("s", "x", hold_while=HOLD), Phase.HOLDING, BEGAN, AS_OF,
    ),
    "no-hold-any-more": (Phase.HOLDING, BoundTask("s", "x"), Phase.READY, AS_OF, None),
}  # fmt: skip


@pytest.mark.parametrize(("was", "step", "phase", "since", "until"), PHASES.values(), ids=PHASES)
def test_where_one_stands_after_a_move(
    was: Phase, step: BoundStep, phase: Phase, since: datetime, until: datetime | None
) -> None:
    held = was in (Phase.WAITING, Phase.WATCHING, Phase.HOLDING)
    one = inside("s", was, waits_until=BEGAN + 5 * DAY if held else None)
    moved = carried_over(book(step), one, as_of=AS_OF, clock=CLOCK)
    assert moved is not None
    after = moved.after
    assert (after.version, after.step) == ("v2", "s")
    assert (after.phase, after.since, after.waits_until) == (phase, since, until)


def test_ways_taken_go_by_the_new_ids() -> None:
    one = inside("ring", Phase.READY, arm="ring=a,rest=b")
    moved = carried_over(NOW, one, as_of=AS_OF, clock=CLOCK)
    assert moved is not None
    assert (moved.after.step, moved.after.arm) == ("call", "call=a,rest=b")
    assert moved.renamed == (("ring", "call"),)
