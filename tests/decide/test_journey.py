"""One enrollment, step by step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.bind.acts import BoundExit, BoundTask, BoundWait
from engine.bind.catalog import EntityRef
from engine.bind.conditions import BoundEveryone
from engine.bind.playbook import Audience, BoundPlaybook
from engine.decide import journey
from engine.decide.facts import (
    Advanced,
    Decision,
    Enrollment,
    Left,
    NewTouch,
    Outcome,
    Phase,
    StepSkipped,
    TouchKind,
    TouchMade,
    TouchState,
    enrollment_ids,
    idempotency_key,
)
from engine.decide.journey import (
    StepFacts,
    settled,
    standing_after,
    wait_is_over,
)
from engine.decide.stay import Newcomer, enter, start_of
from engine.decide.waits import Clock, Known, wait_end
from engine.language.catalog import Kind
from engine.language.steps import OnFailure
from engine.moments import Duration, Unit
from engine.tables import ColumnRef, TableRef

AS_OF = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
USER = EntityRef("user", TableRef("product", "users"), ColumnRef("user_id", Kind.INTEGER))
PLAYBOOK = BoundPlaybook(
    name="checkup",
    audience=Audience("checkup", USER, BoundEveryone(), NEW_YORK),
    steps=(
        BoundTask("call", "Call", on_failure=OnFailure.EXIT),
        BoundWait("pause", Duration(3, Unit.DAY)),
        BoundTask("again", "Call again"),
        BoundExit("end", "done"),
    ),
    zone=NEW_YORK,
    version="v1",
)


CLOCK = Clock(NEW_YORK)


def entered() -> Enrollment:
    return enter(start_of(PLAYBOOK, AS_OF, CLOCK), Newcomer("7", 1)).enrollment


def decide(
    playbook: BoundPlaybook, enrollment: Enrollment, facts: StepFacts, as_of: datetime
) -> tuple[Decision, ...]:
    """As a pass does: the end of a wait is known beforehand."""
    step = playbook.route.steps[enrollment.step]
    if isinstance(step, BoundWait):
        known = Known(as_of, enrollment.entered_at)
        facts = replace(facts, until=wait_end(step.wait, enrollment.since, CLOCK, known))
    return journey.decide(playbook, enrollment, facts, as_of=as_of, clock=CLOCK)


def at_step(step: str, phase: Phase = Phase.READY) -> Enrollment:
    return replace(entered(), step=step, phase=phase)


def test_one_enters_at_the_first_step() -> None:
    assert (entered().step, entered().phase, entered().version) == ("call", Phase.READY, "v1")


def test_a_touch_step_makes_its_touches_and_stands_there() -> None:
    touch = NewTouch(
        "t", entered().id, "checkup", "user", "7", "call", TouchKind.TASK, "task", TouchState.READY
    )
    made, advanced = decide(PLAYBOOK, entered(), StepFacts(drafts=(touch,)), AS_OF)
    assert made == TouchMade(touch)
    assert isinstance(advanced, Advanced)
    assert advanced.after.phase is Phase.TOUCHING


def test_a_step_whose_condition_fails_is_skipped_with_its_reason() -> None:
    skipped, advanced = decide(PLAYBOOK, entered(), StepFacts(holds=False), AS_OF)
    assert skipped == StepSkipped(entered(), "call", "only_if")
    assert isinstance(advanced, Advanced)
    assert (advanced.after.step, advanced.after.since) == ("pause", AS_OF)


@pytest.mark.parametrize(
    ("states", "step"),
    [
        pytest.param([TouchState.SENT], "pause", id="sent"),
        pytest.param([TouchState.UNKNOWN], "pause", id="unknown"),
        pytest.param([TouchState.FAILED], None, id="failed-exits"),
        pytest.param([TouchState.SENT, TouchState.SKIPPED], None, id="one-skipped-exits"),
    ],
)
def test_what_follows_a_touch(states: list[TouchState], step: str | None) -> None:
    decisions = settled(PLAYBOOK, at_step("call", Phase.TOUCHING), states, at=AS_OF)
    after = standing_after(decisions)[entered().id]
    assert (after.step if after else None) == step


def test_a_failure_goes_on_unless_the_step_says_exit() -> None:
    (advanced,) = settled(PLAYBOOK, at_step("again", Phase.TOUCHING), [TouchState.FAILED], at=AS_OF)
    assert isinstance(advanced, Advanced)


def test_a_wait_of_days_ends_at_the_same_local_clock_time_over_a_clock_change() -> None:
    (waiting,) = decide(PLAYBOOK, at_step("pause"), StepFacts(), AS_OF)
    assert isinstance(waiting, Advanced)
    assert waiting.after.waits_until == AS_OF + timedelta(days=3, hours=-1)


def test_a_wait_that_is_already_over_goes_on_at_once() -> None:
    late = AS_OF + timedelta(days=9)
    _, advanced = decide(PLAYBOOK, at_step("pause"), StepFacts(), late)
    assert isinstance(advanced, Advanced)
    assert (advanced.after.step, advanced.after.since) == (
        "again",
        AS_OF + timedelta(days=3, hours=-1),
    )


def test_the_next_step_is_reached_when_the_wait_ended_not_when_it_was_noticed() -> None:
    over = replace(at_step("pause", Phase.WAITING), waits_until=AS_OF + timedelta(days=3))
    (advanced,) = wait_is_over(PLAYBOOK, over)
    assert isinstance(advanced, Advanced)
    assert advanced.after.since == AS_OF + timedelta(days=3)


def test_an_exit_leaves_with_its_reason_and_the_last_step_completes() -> None:
    (left,) = decide(PLAYBOOK, at_step("end"), StepFacts(), AS_OF)
    assert left == Left(at_step("end"), Outcome.EXITED, "done")
    short = replace(PLAYBOOK, steps=PLAYBOOK.steps[:1])
    (completed,) = settled(short, at_step("call", Phase.TOUCHING), [TouchState.SENT], at=AS_OF)
    assert isinstance(completed, Left)
    assert completed.outcome is Outcome.COMPLETED


def test_identities_are_digests_of_names_and_keep_their_value() -> None:
    """They are written in ledgers: changing either would send a second message."""
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    ids = ["069afdd9000000a9bb892941b52229a8", "069afdd9000000b21d60f6e2a812a7b5"]
    assert enrollment_ids("checkup", ["7", "8"], [1, 1], at=at, first=10) == ids
    assert idempotency_key("checkup", "7", 1, "email-1", 0) == "551a514fb505253b1ee55501ca628fb3"
