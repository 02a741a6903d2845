"""Who waits for a digest, and what becomes of them when it fires."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.bind.acts import BoundDigest, BoundHold, BoundTask, BoundWait
from engine.bind.catalog import EntityRef
from engine.bind.conditions import BoundEveryone
from engine.bind.playbook import Audience, BoundPlaybook
from engine.decide.changes import carried_over
from engine.decide.facts import Advanced, Enrollment, Left, Phase, StepSkipped, digest_key
from engine.decide.gathering import ItemFacts, Waiting, fire_for, gathered, look_again, wait_on
from engine.decide.journey import StepFacts, decide
from engine.decide.stay import Newcomer, enter, start_of
from engine.decide.waits import Clock
from engine.language.catalog import Kind
from engine.language.playbook import OnChange
from engine.language.steps import AfterHold, OnFailure
from engine.moments import Duration, Unit
from engine.schedule import first_fire, latest_fire
from engine.steps.drafts import Customer
from engine.steps.persons import Who
from engine.tables import ColumnRef, TableRef

NEW_YORK = ZoneInfo("America/New_York")
NINE = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)  # on a Friday
NOON = NINE + timedelta(hours=3)
CLOCK = Clock(NEW_YORK)
USER = EntityRef("user", TableRef("product", "users"), ColumnRef("user_id", Kind.INTEGER))
LIST = BoundTask("list", "Call them", digest=BoundDigest((), "0 12 * * *"))
CASEY = Who("casey@acme.example")


def make_playbook(step: BoundTask = LIST, version: str = "v1") -> BoundPlaybook:
    return BoundPlaybook(
        name="checkup",
        audience=Audience("checkup", USER, BoundEveryone(), NEW_YORK),
        steps=(step, BoundWait("pause", Duration(3, Unit.DAY))),
        zone=NEW_YORK,
        version=version,
        on_change=OnChange.MOVE,
    )


def entered(key: str = "7", at: datetime = NINE) -> Enrollment:
    return enter(start_of(make_playbook(), at, CLOCK), Newcomer(key, 1)).enrollment


def waits(key: str = "7", at: datetime = NINE) -> Enrollment:
    one = entered(key, at)
    (advanced,) = decide(make_playbook(), one, StepFacts(), as_of=at, clock=CLOCK)
    assert isinstance(advanced, Advanced)
    return advanced.after


@pytest.mark.parametrize(
    ("reached", "fires"),
    [
        pytest.param(NINE, NOON, id="before"),
        pytest.param(NOON, NOON, id="at the fire"),
        pytest.param(NOON + timedelta(seconds=1), NOON + timedelta(days=1), id="after"),
        # the clocks of New York go forward on Sunday
        pytest.param(
            NOON + timedelta(days=1, hours=1), NOON + timedelta(days=1, hours=23), id="23"
        ),
    ],
)
def test_one_waits_for_the_first_fire_from_when_the_step_was_reached(
    reached: datetime, fires: datetime
) -> None:
    one = waits(at=reached)
    assert (one.step, one.phase, one.waits_until) == ("list", Phase.GATHERING, fires)
    assert one.fixed, "a pause does not move a fire"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        pytest.param(StepFacts(holds=False), "only_if", id="only_if"),
        pytest.param(StepFacts(had=True), "had_before", id="had"),
    ],
)
def test_who_is_not_meant_waits_for_nothing(facts: StepFacts, reason: str) -> None:
    skipped, _ = decide(make_playbook(), entered(), facts, as_of=NINE, clock=CLOCK)
    assert skipped == StepSkipped(entered(), "list", reason)


def item(**said: object) -> ItemFacts:
    facts = ItemFacts(Customer(waits(), {}), person="casey@acme.example", who=CASEY)
    return replace(facts, **said)  # type: ignore[arg-type]


def hold(hours: int, then: AfterHold) -> BoundTask:
    return replace(LIST, hold_while=BoundHold(BoundEveryone(), Duration(hours, Unit.HOUR), then))


EXITS = replace(LIST, on_failure=OnFailure.EXIT)
AGAIN = {
    "holds": (LIST, {}, None),
    "only_if": (LIST, {"holds": False}, ("only_if", "pause")),
    "told of before": (LIST, {"had": True}, ("had_before", "pause")),
    "nobody": (LIST, {"refused": "no_recipient"}, ("no_recipient", "pause")),
    "nobody-exits": (EXITS, {"refused": "no_recipient"}, ("no_recipient", None)),
    "held": (hold(9, AfterHold.SKIP), {"held": True}, ("hold_while", "list")),
    "held-too-long": (hold(1, AfterHold.SKIP), {"held": True}, ("hold_while", "pause")),
    "held-and-go": (hold(1, AfterHold.GO), {"held": True}, None),
}


@pytest.mark.parametrize(("step", "facts", "becomes"), AGAIN.values(), ids=AGAIN)
def test_each_is_looked_at_again_when_it_fires(
    step: BoundTask, facts: dict[str, object], becomes: tuple[str, str | None] | None
) -> None:
    found = look_again(make_playbook(step), waits(), item(**facts), as_of=NOON, clock=CLOCK)
    if becomes is None:
        assert found == ()
        return
    reason, stands = becomes
    last = found[-1]
    if stands is None:
        assert isinstance(last, Left)
    else:
        assert isinstance(last, Advanced)
        assert last.after.step == stands
    told = [each.reason for each in found if isinstance(each, StepSkipped)]
    assert told == ([] if stands == "list" else [reason])


def test_who_waits_on_does_so_until_the_next_fire() -> None:
    (advanced,) = wait_on(make_playbook(), waits(), "late", as_of=NOON)
    assert isinstance(advanced, Advanced)
    assert advanced.after.waits_until == NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("after", "fire"),
    [
        pytest.param(timedelta(), "2026-03-06T12:00", id="at once"),
        pytest.param(timedelta(hours=23), "2026-03-06T12:00", id="the day after"),
        pytest.param(timedelta(hours=30), "2026-03-07T12:00", id="two were missed"),
    ],
)
def test_the_latest_fire_gathers_all(after: timedelta, fire: str) -> None:
    found = fire_for(make_playbook(), waits(), NOON + after, clock=CLOCK)
    assert found is not None
    assert found.id == fire


def test_a_fire_that_is_too_old_gathers_nobody() -> None:
    step = replace(LIST, max_lateness=Duration(2, Unit.HOUR))
    late = NOON + timedelta(hours=2)
    assert fire_for(make_playbook(step), waits(), late, clock=CLOCK) is None


@pytest.mark.parametrize(("days_off", "is_late"), [((), True), ((date(2026, 3, 9),), False)])
def test_a_fire_is_too_old_after_days_of_work_alone(
    days_off: tuple[date, ...], is_late: bool
) -> None:
    """The fire was on Friday, and it is Monday noon."""
    digest, lateness = BoundDigest((), "0 12 * * 5"), Duration(1, Unit.BUSINESS_DAY)
    of = make_playbook(replace(LIST, digest=digest, max_lateness=lateness))
    now, clock = NOON + timedelta(days=3), Clock(NEW_YORK, frozenset(days_off))
    assert (fire_for(of, waits(), now, clock=clock) is None) == is_late


def test_versions_go_together_by_person_and_fire_with_the_latest_words() -> None:
    old, new = make_playbook(), make_playbook(version="v2")
    fire = latest_fire("0 12 * * *", NEW_YORK, NOON)
    assert fire is not None
    asked = [
        (old, waits("10"), "casey@acme.example"),
        (new, waits("9", NINE + timedelta(hours=1)), "casey@acme.example"),
        (old, waits("2"), "kim@acme.example"),
    ]
    waiting = [
        (Waiting(playbook, Customer(one, {}), person, Who(person)), fire)
        for playbook, one, person in asked
    ]
    casey, kim = gathered(waiting)
    assert [each.enrollment.key for each in casey.items] == ["9", "10"], "by the number"
    assert (casey.playbook.version, kim.playbook.version) == ("v2", "v1")
    same = digest_key("checkup", "user", "list", person="casey@acme.example", fire=fire.id)
    assert casey.id == same != kim.id


def test_one_who_is_moved_waits_by_the_new_words() -> None:
    evening = replace(LIST, digest=BoundDigest((), "0 18 * * *"))
    moved = carried_over(make_playbook(evening, "v2"), waits(), as_of=NINE, clock=CLOCK)
    assert moved is not None
    assert moved.after.waits_until == NINE + timedelta(hours=9)
    plain = replace(LIST, digest=None)
    moved = carried_over(make_playbook(plain, "v2"), waits(), as_of=NINE, clock=CLOCK)
    assert moved is not None
    assert (moved.after.phase, moved.after.waits_until) == (Phase.READY, None)


def test_fires_far_apart_are_found() -> None:
    yearly = latest_fire("0 0 1 1 *", NEW_YORK, NOON)
    assert yearly is not None
    assert yearly.id == "2026-01-01T00:00"
    ahead = first_fire("0 0 1 1 *", NEW_YORK, NOON)
    assert ahead is not None
    assert ahead.id == "2027-01-01T00:00"
