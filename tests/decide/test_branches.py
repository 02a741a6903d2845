"""Branches, holds and waits for something: where one stands after each step, as tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bind.acts import (
    BoundBranch,
    BoundEnroll,
    BoundExit,
    BoundHold,
    BoundIf,
    BoundSplit,
    BoundStep,
    BoundTask,
    BoundWait,
    BoundWaitFor,
)
from engine.bind.catalog import EntityRef
from engine.bind.conditions import BoundEveryone
from engine.bind.playbook import Audience, BoundGoal, BoundPlaybook
from engine.decide.facts import (
    Advanced,
    Climbed,
    Decision,
    Enrollment,
    Invited,
    Left,
    Outcome,
    Phase,
    Reached,
    StepSkipped,
)
from engine.decide.journey import StepFacts, branch_of, decide, lets_go, standing_after, watch
from engine.decide.stay import (
    Newcomer,
    Newcomers,
    Standing,
    counts_for_goal,
    enter,
    enter_together,
    held_out_of,
    is_held_out,
    look_at,
    start_of,
)
from engine.decide.waits import Clock, Known, wait_end
from engine.language.catalog import Kind
from engine.language.playbook import Entry
from engine.language.steps import AfterHold, UntilWeekday
from engine.moments import Duration, Unit
from engine.tables import ColumnRef, TableRef

AS_OF = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("America/New_York")
CLOCK = Clock(ZONE)
USER = EntityRef("user", TableRef("product", "users"), ColumnRef("user_id", Kind.INTEGER))
EVERYONE = BoundEveryone()
WEEK = Duration(7, Unit.DAY)


def playbook(*steps: BoundStep, **words: object) -> BoundPlaybook:
    audience = Audience("p", USER, EVERYONE, ZONE)
    return BoundPlaybook("p", audience, steps, ZONE, "v1", **words)  # type: ignore[arg-type]


def task(name: str) -> BoundTask:
    return BoundTask(name, name.title())


def standing(of: BoundPlaybook, step: str, phase: Phase = Phase.READY) -> Enrollment:
    enrollment = enter(start_of(of, AS_OF, CLOCK), Newcomer("7", 1)).enrollment
    return replace(enrollment, step=step, phase=phase)


def begun(of: BoundPlaybook, one: Enrollment, facts: StepFacts) -> tuple[Decision, ...]:
    return decide(of, one, facts, as_of=AS_OF, clock=CLOCK)


def stands_at(decisions: tuple[Decision, ...], one: Enrollment) -> str | None:
    after = standing_after(decisions).get(one.id, one)
    return f"{after.step} {after.phase}" if after else None


BRANCHING = playbook(
    BoundIf("which", EVERYONE, then=(task("a"), task("b")), otherwise=(task("c"),)),
    BoundIf("either", EVERYONE, then=(task("d"),)),
    BoundWaitFor(
        "reply", EVERYONE, WEEK, then=(task("e"),), otherwise=(BoundExit("no", "silent"),)
    ),
    task("last"),
)


@pytest.mark.parametrize(
    ("step", "met", "expected"),
    [
        pytest.param("which", True, "a ready", id="then"),
        pytest.param("which", False, "c ready", id="else"),
        pytest.param("either", True, "d ready", id="then-alone"),
        pytest.param("either", False, "reply ready", id="no-else-goes-on"),
        pytest.param("reply", True, "e ready", id="met-when-reached"),
        pytest.param("reply", False, "reply watching", id="not-met-yet"),
    ],
)
def test_where_a_branch_leads(step: str, met: bool, expected: str) -> None:
    one = standing(BRANCHING, step)
    assert stands_at(begun(BRANCHING, one, StepFacts(met=met)), one) == expected


@pytest.mark.parametrize(
    ("step", "following"),
    [
        ("a", "b"),
        ("b", "either"),
        ("c", "either"),
        ("d", "reply"),
        ("e", "last"),
        ("no", "last"),
        ("last", None),
    ],
)
def test_what_follows_the_last_step_of_a_branch(step: str, following: str | None) -> None:
    assert BRANCHING.route.following[step] == following


@pytest.mark.parametrize(
    ("days", "met", "expected", "since"),
    [
        pytest.param(3, False, "reply watching", None, id="still-waiting"),
        pytest.param(3, True, "e ready", 3, id="it-holds"),
        pytest.param(7, False, "no ready", 7, id="the-time-is-over"),
        pytest.param(9, False, "no ready", 7, id="noticed-late-the-limit-counts"),
        pytest.param(9, True, "e ready", 9, id="holds-beyond-the-limit-unnoticed"),
    ],
)
def test_waiting_for_something(days: int, met: bool, expected: str, since: int | None) -> None:
    one = standing(BRANCHING, "reply", Phase.WATCHING)
    one = replace(one, waits_until=AS_OF + 7 * DAY)
    now = AS_OF + days * DAY
    decisions = watch(BRANCHING, one, StepFacts(met=met), as_of=now, clock=CLOCK)
    assert stands_at(decisions, one) == expected
    if since is not None:
        (moved,) = decisions
        assert isinstance(moved, Advanced)
        assert moved.after.since == AS_OF + since * DAY


HELD = replace(task("mail"), hold_while=BoundHold(EVERYONE, WEEK, AfterHold.SKIP))
GOING = replace(task("mail"), hold_while=BoundHold(EVERYONE, WEEK, AfterHold.GO))


@pytest.mark.parametrize(
    ("step", "days", "held", "expected"),
    [
        pytest.param(HELD, 0, False, "mail touching", id="nothing-holds-it"),
        pytest.param(HELD, 0, True, "mail holding", id="held"),
        pytest.param(HELD, 6, True, "mail holding", id="still-held"),
        pytest.param(HELD, 6, False, "mail touching", id="let-go"),
        pytest.param(HELD, 7, True, "after ready", id="too-long-skip"),
        pytest.param(GOING, 7, True, "mail touching", id="too-long-go"),
    ],
)
def test_a_step_is_held(step: BoundStep, days: int, held: bool, expected: str) -> None:
    of = playbook(step, task("after"))
    one = standing(of, "mail")
    facts = StepFacts(held=held)
    if days:
        (first, *_) = begun(of, one, StepFacts(held=True))
        assert isinstance(first, Advanced)
        one = first.after
        decisions = watch(of, one, facts, as_of=AS_OF + days * DAY, clock=CLOCK)
    else:
        decisions = begun(of, one, facts)
    assert stands_at(decisions, one) == expected
    skipped = [each.reason for each in decisions if isinstance(each, StepSkipped)]
    assert skipped == (["hold_while"] if expected == "after ready" else [])


@pytest.mark.parametrize(
    ("wait", "days", "held", "ends"),
    [
        pytest.param(Duration(3, Unit.DAY), 2, False, 5, id="let-go"),
        pytest.param(Duration(3, Unit.DAY), 9, True, 10, id="after-the-limit"),
        pytest.param(UntilWeekday(3, time(9)), 3, False, 9, id="the-next-thursday"),
    ],
)
def test_a_wait_that_is_held_begins_when_that_is_over(
    wait: Duration | UntilWeekday, days: int, held: bool, ends: int
) -> None:
    of = playbook(BoundWait("pause", wait, hold_while=GOING.hold_while), task("after"))
    one = standing(of, "pause")
    before = StepFacts(held=True, until=wait_end(wait, AS_OF, CLOCK, Known(AS_OF, AS_OF)))
    (first,) = begun(of, one, before)
    assert isinstance(first, Advanced)
    facts = replace(before, held=held)
    *_, last = watch(of, first.after, facts, as_of=AS_OF + days * DAY, clock=CLOCK)
    assert isinstance(last, Advanced)
    assert (last.after.phase, last.after.waits_until) == (Phase.WAITING, AS_OF + ends * DAY)


def test_a_wait_whose_moment_is_missing_holds_until_it_is_there() -> None:
    of = playbook(BoundWait("pause", Duration(1, Unit.DAY)), task("after"))
    one = standing(of, "pause")
    (held,) = begun(of, one, StepFacts(until=None))
    assert isinstance(held, Advanced)
    assert (held.after.phase, held.after.waits_until) == (Phase.WAITING, None)
    assert watch(of, held.after, StepFacts(), as_of=AS_OF + DAY, clock=CLOCK) == ()
    found = StepFacts(until=AS_OF + 2 * DAY)
    (waits,) = watch(of, held.after, found, as_of=AS_OF + DAY, clock=CLOCK)
    assert isinstance(waits, Advanced)
    assert waits.after.waits_until == AS_OF + 2 * DAY
    assert stands_at(watch(of, held.after, found, as_of=AS_OF + 3 * DAY, clock=CLOCK), one) == (
        "after ready"
    )


@pytest.mark.parametrize(
    ("then", "phase", "until", "goes"),
    [
        pytest.param(AfterHold.GO, Phase.READY, None, False, id="just-reached"),
        pytest.param(AfterHold.GO, Phase.HOLDING, AS_OF + DAY, False, id="within-the-limit"),
        pytest.param(AfterHold.GO, Phase.HOLDING, AS_OF, True, id="at-the-very-limit"),
        pytest.param(AfterHold.SKIP, Phase.HOLDING, AS_OF, False, id="then-skip"),
    ],
)
def test_whom_a_step_lets_go_its_touches_are_there_for(
    then: AfterHold, phase: Phase, until: datetime | None, goes: bool
) -> None:
    """Else one would pass a step whose mail was never made."""
    of = playbook(BoundTask("call", "Call", hold_while=BoundHold(EVERYONE, WEEK, then)))
    one = replace(standing(of, "call", phase), waits_until=until)
    step = of.route.steps["call"]
    assert lets_go(step, one, as_of=AS_OF, clock=CLOCK) is goes
    decided = decide if phase is Phase.READY else watch
    after = standing_after(decided(of, one, StepFacts(held=True), as_of=AS_OF, clock=CLOCK))
    now = after.get(one.id, one)
    assert (now is not None and now.phase is Phase.TOUCHING) is goes


def test_who_had_the_step_before_is_not_held_at_it_again() -> None:
    hold = BoundHold(EVERYONE, WEEK, AfterHold.GO)
    of = playbook(BoundTask("call", "Call", hold_while=hold), task("after"))
    one = standing(of, "call")
    skipped, moved = begun(of, one, StepFacts(held=True, had=True))
    assert skipped == StepSkipped(one, "call", "had_before")
    assert isinstance(moved, Advanced)
    assert moved.after.step == "after"


IFS_AND_HOLDS = {
    "passed-over": (replace(task("s"), only_if=EVERYONE), StepFacts(holds=False), 0),
    "a-branch": (BoundIf("s", EVERYONE, then=(task("in"),)), StepFacts(met=True), 0),
    "waited-for-and-there": (
        BoundWaitFor("s", EVERYONE, WEEK, then=(task("in"),)), StepFacts(met=True), 0,
    ),
    "a-split": (BoundSplit("s", (BoundBranch("all", 1.0, (task("in"),)),)), StepFacts(), 0),
    "an-invitation": (BoundEnroll("s", "other"), StepFacts(), 0),
    "waited-for-too-long": (BoundWaitFor("s", EVERYONE, WEEK), StepFacts(), 7),
    "held-too-long": (replace(HELD, id="s"), StepFacts(held=True), 7),
}  # fmt: skip


@pytest.mark.parametrize(("step", "facts", "days"), IFS_AND_HOLDS.values(), ids=IFS_AND_HOLDS)
def test_a_pass_that_comes_late_shortens_no_wait_behind_a_step_and_lengthens_none(
    step: BoundStep, facts: StepFacts, days: int
) -> None:
    """The next one is reached when this one was over, not when that was noticed."""
    of = playbook(step, task("after"))
    one = standing(of, "s")
    late = decide(of, one, facts, as_of=AS_OF + 9 * DAY, clock=CLOCK)
    after = standing_after(late)[one.id]
    assert after is not None
    assert after.step in ("after", "in")
    assert after.since == AS_OF + days * DAY


def test_enrolling_elsewhere_asks_for_it_and_goes_on() -> None:
    of = playbook(BoundEnroll("next", "other"), task("after"))
    one = standing(of, "next")
    invited, _ = decisions = begun(of, one, StepFacts())
    assert invited == Invited(one, "next", "other")
    assert stands_at(decisions, one) == "after ready"


# ---------------------------------------------------------------- chance that is none


SPLIT = playbook(
    BoundSplit("ab", (BoundBranch("a", 0.25, (task("a"),)), BoundBranch("b", 0.75))), task("last")
)


def taken(key: str) -> str:
    one = replace(standing(SPLIT, "ab"), key=key)
    (moved,) = begun(SPLIT, one, StepFacts())
    assert isinstance(moved, Advanced)
    assert moved.after.step == ("a" if moved.after.arm == "ab=a" else "last")
    return moved.after.arm


def test_the_way_taken_is_kept_where_it_ends_the_journey() -> None:
    """A way without steps is the one that the other is compared with."""
    of = playbook(BoundSplit("ab", (BoundBranch("a", 0.0, (task("a"),)), BoundBranch("b", 1.0))))
    one = standing(of, "ab")
    (left,) = begun(of, one, StepFacts())
    assert left == Left(replace(one, arm="ab=b"), Outcome.COMPLETED)


def test_the_ways_of_several_splits_are_kept_and_hang_on_nothing_of_each_other() -> None:
    halves = (BoundBranch("a", 0.5), BoundBranch("b", 0.5))
    of = playbook(BoundSplit("one", halves), BoundSplit("two", halves), task("last"))
    ways = Counter()  # type: Counter[str]
    for key in map(str, range(400)):
        one = replace(standing(of, "one"), key=key)
        for _ in range(2):
            (moved,) = begun(of, one, StepFacts())
            assert isinstance(moved, Advanced)
            one = moved.after
        ways[one.arm] += 1
    assert set(ways) == {f"one={a},two={b}" for a in "ab" for b in "ab"}
    assert min(ways.values()) > 60


def test_a_split_that_is_renamed_sends_everyone_the_same_way() -> None:
    halves = (BoundBranch("a", 0.5), BoundBranch("b", 0.5))
    before, after = BoundSplit("old", halves), BoundSplit("new", halves, formerly=("old",))
    for key in map(str, range(40)):
        ways = [branch_of(playbook(each, task("last")), each, key).name for each in (before, after)]
        assert ways[0] == ways[1]


def test_shares_of_a_split_are_kept() -> None:
    ways = Counter(taken(str(key)) for key in range(4000))
    assert abs(ways["ab=a"] / 4000 - 0.25) < 0.03


@given(st.text(min_size=1, max_size=20))
def test_a_key_takes_the_same_way_every_time(key: str) -> None:
    assert taken(key) == taken(key)


@given(st.text(max_size=12), st.floats(0, 0.99), st.floats(0, 0.99))
def test_a_larger_holdout_contains_the_smaller(key: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    of = [playbook(task("a"), entry=Entry(holdout=share)) for share in (small, large)]
    assert is_held_out(of[0], key) <= is_held_out(of[1], key)


def test_holdouts_come_to_their_share() -> None:
    of = playbook(task("a"), entry=Entry(holdout=0.1))
    assert abs(sum(is_held_out(of, str(key)) for key in range(5000)) / 5000 - 0.1) < 0.005


@pytest.mark.parametrize(
    ("first", "phase"),
    [
        pytest.param(BoundWait("w", WEEK), Phase.WAITING, id="of-some-time"),
        pytest.param(BoundWait("w", WEEK, only_if=EVERYONE), Phase.READY, id="under-a-condition"),
        pytest.param(
            BoundWait("w", WEEK, hold_while=BoundHold(EVERYONE, WEEK, AfterHold.SKIP)),
            Phase.READY,
            id="which-may-be-held",
        ),
        pytest.param(BoundWait("w", UntilWeekday(0, time(9))), Phase.READY, id="until-a-weekday"),
    ],
)
def test_a_first_wait_has_begun_where_nothing_is_to_be_asked(
    first: BoundWait, phase: Phase
) -> None:
    entered = start_of(playbook(first), AS_OF, CLOCK).treated
    assert entered.phase is phase
    assert entered.waits_until == (AS_OF + 7 * DAY if phase is Phase.WAITING else None)


def test_many_enter_as_each_of_them_would() -> None:
    """Held out or not, in one portion or several; only its place in the row tells their ids."""
    of = playbook(task("a"), entry=Entry(holdout=0.5))
    start, keys = start_of(of, AS_OF, CLOCK), [str(key) for key in range(40)]
    who = Newcomers(keys, [1] * 40, ["v"] * 40, [""] * 40)
    cohorts = enter_together(start, who, held_out_of(of, keys), first=7)
    found = {one.enrollment.key: one.enrollment for each in cohorts for one in each.entered()}
    alone = {key: enter(start, Newcomer(key, 1, per="v")).enrollment for key in keys}
    assert {key: replace(one, id="") for key, one in found.items()} == {
        key: replace(one, id="") for key, one in alone.items()
    }
    assert [found[key].id for key in keys] == sorted({each.id for each in found.values()})
    assert {each.holdout for each in found.values()} == {True, False}


# ---------------------------------------------------------------- goal, exit, holdout


def aiming(*, ends: bool, holdout: bool = False) -> tuple[BoundPlaybook, Enrollment]:
    goal = BoundGoal("done", EVERYONE, Duration(30, Unit.DAY), ends)
    of = playbook(task("a"), goal=goal, entry=Entry(holdout=0.999999 if holdout else 0.0))
    return of, enter(start_of(of, AS_OF, CLOCK), Newcomer("7", 1)).enrollment


@pytest.mark.parametrize(
    ("ends", "goal", "leaves", "outcome"),
    [
        pytest.param(True, False, False, None, id="nothing"),
        pytest.param(True, False, True, Outcome.EXITED, id="exit"),
        pytest.param(True, True, False, Outcome.GOAL, id="goal"),
        pytest.param(True, True, True, Outcome.GOAL, id="both-is-the-goal"),
        pytest.param(False, True, False, None, id="the-goal-does-not-end"),
        pytest.param(False, True, True, Outcome.GOAL, id="both-ends-all-the-same"),
    ],
)
def test_goal_and_exit(ends: bool, goal: bool, leaves: bool, outcome: Outcome | None) -> None:
    of, one = aiming(ends=ends)
    decisions = look_at(of, one, Standing(goal=goal, exit=leaves), AS_OF + DAY)
    left = [each.outcome for each in decisions if isinstance(each, Left)]
    assert left == ([outcome] if outcome else [])
    reached = [each.after.goal_at for each in decisions if isinstance(each, Reached)]
    assert reached == ([AS_OF + DAY] if goal else [])
    kept = [each.enrollment.goal_at for each in decisions if isinstance(each, Left)]
    assert kept == ([AS_OF + DAY if goal else None] if outcome else [])


@pytest.mark.parametrize("holdout", [False, True], ids=["treated", "held-out"])
@pytest.mark.parametrize(
    ("now", "days", "reasons"),
    [
        pytest.param(Standing(), 1, [], id="inside"),
        pytest.param(Standing(exit=True), 1, ["exit_when"], id="with-the-exit"),
        pytest.param(Standing(), 30, ["window"], id="at-the-end-of-the-window"),
    ],
)
def test_a_level_is_kept_whatever_becomes_of_one(
    holdout: bool, now: Standing, days: int, reasons: list[str]
) -> None:
    of, one = aiming(ends=True, holdout=holdout)
    reasons = [why for why in reasons if holdout or why != "window"]  # no others rest until then
    climbed, *left = look_at(of, one, replace(now, level="tried"), AS_OF + days * DAY)
    assert climbed == Climbed(one, replace(one, level="tried"), "done")
    outcome = Outcome.HOLDOUT if holdout else Outcome.EXITED
    assert left == [Left(replace(one, level="tried"), outcome, why) for why in reasons]


def test_who_is_gone_leaves_whatever_else_holds() -> None:
    of, one = aiming(ends=True)
    now = Standing(goal=True, exit=True, present=False, level="tried")
    assert look_at(of, one, now, AS_OF + DAY) == (Left(one, Outcome.EXITED, "gone"),)


def test_the_window_of_a_goal_ends_at_the_local_clock_time_of_the_entry() -> None:
    """An hour was left out in between."""
    of, _ = aiming(ends=True)
    before = AS_OF - 7 * DAY
    assert start_of(of, before, CLOCK).treated.goal_until == before + 30 * DAY - timedelta(hours=1)


def test_the_goal_counts_within_its_window_and_once() -> None:
    _, one = aiming(ends=False)
    asked = [counts_for_goal(one, AS_OF + days * DAY) for days in (0, 30, 31)]
    assert asked == [True, True, False]
    assert not counts_for_goal(replace(one, goal_at=AS_OF), AS_OF)


def test_who_is_held_out_stands_at_no_step_and_leaves_when_the_window_ends() -> None:
    of, one = aiming(ends=True, holdout=True)
    assert (one.step, one.phase, one.holdout) == ("", Phase.RESTING, True)
    assert look_at(of, one, Standing(), AS_OF + 29 * DAY) == ()
    (left,) = look_at(of, one, Standing(), AS_OF + 30 * DAY)
    assert left == Left(one, Outcome.HOLDOUT, "window")
    ends = [look_at(of, one, now, AS_OF)[-1] for now in (Standing(goal=True), Standing(exit=True))]
    assert {each.outcome for each in ends if isinstance(each, Left)} == {Outcome.HOLDOUT}
