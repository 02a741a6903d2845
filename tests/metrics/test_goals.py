"""Goals against holdouts: who counts, when, and what is said while it is too early."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from engine.ledger.arms import Arm, arms, later_entries
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from engine.ledger.tables import enrollments
from engine.measuring.goals import compare
from tests.ledger.conftest import ledger_url, made_database, made_file
from tests.ledger.factories import NOW, make_enrollment, reading, writing
from tests.support.postgres import postgres
from tests.support.stage import Stage, open_stage

__all__ = ["ledger_url", "made_database", "made_file", "postgres"]

DAY = timedelta(days=1)


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger on each of the two databases."""
    opened = open_ledger(ledger_url, root=tmp_path)
    yield opened
    opened.close()


def entered(ledger: Ledger, key: str, **said: Any) -> None:
    """Somebody entered ten days ago, with a window of a week."""
    given = {"entered_at": NOW - 10 * DAY, "goal_until": NOW - 3 * DAY, **said}
    one = make_enrollment(key, **{k: v for k, v in given.items() if k != "left_at"})
    row = {name: getattr(one, name) for name in type(one).__slots__}
    row |= {"left_at": given.get("left_at"), "fixed": 0, "holdout": int(one.holdout)}
    writing(ledger, lambda unit: unit.connection.execute(insert(enrollments).values(row)))


def both(ledger: Ledger, *, as_of: datetime = NOW, ended_by: datetime = NOW) -> tuple[Arm, Arm]:
    return reading(ledger, lambda unit: arms(unit, "checkup", as_of, ended_by=ended_by))


def test_only_those_whose_window_has_ended_are_compared(ledger: Ledger) -> None:
    entered(ledger, "in-time", goal_at=NOW - 5 * DAY)
    entered(ledger, "never", left_at=NOW - 8 * DAY)
    entered(ledger, "at-the-end", goal_at=NOW - 3 * DAY)
    entered(ledger, "running", goal_until=NOW + DAY)
    entered(ledger, "early", goal_until=NOW + DAY, goal_at=NOW - DAY)
    entered(ledger, "held", holdout=True)
    entered(ledger, "elsewhere", playbook="other")
    entered(ledger, "later", entered_at=NOW + DAY, goal_until=NOW + 8 * DAY)
    treated, held_out = both(ledger)
    assert treated == Arm(entered=5, mature=3, reached=2, early=1)
    assert treated.running == 2
    assert held_out == Arm(entered=1, mature=1)


def test_a_window_is_over_once_it_was_looked_at(ledger: Ledger) -> None:
    """A pass that did not come yet could still find the goal; and a past instant knows no later."""
    entered(ledger, "1", goal_at=NOW - 5 * DAY)
    assert both(ledger, ended_by=NOW - 4 * DAY)[0] == Arm(entered=1, early=1)
    assert both(ledger, as_of=NOW - 6 * DAY, ended_by=NOW - 6 * DAY)[0] == Arm(entered=1)


def test_a_customer_counts_once(ledger: Ledger) -> None:
    entered(ledger, "1")
    entered(ledger, "1", number=2, left_at=NOW, goal_at=NOW - 4 * DAY)
    assert both(ledger)[0] == Arm(entered=1, mature=1)
    assert reading(ledger, lambda unit: later_entries(unit, "checkup", NOW)) == 1


def test_a_goal_without_a_window_is_never_over(ledger: Ledger) -> None:
    entered(ledger, "1", goal_until=None, goal_at=NOW - 5 * DAY)
    assert both(ledger)[0] == Arm(entered=1, early=1)


def arm(reached: int, mature: int) -> Arm:
    return Arm(entered=mature, mature=mature, reached=reached)


COMPARED = [
    # 56 of 70 and 48 of 80, whose interval Newcombe (1998) published
    ("published", arm(56, 70), arm(48, 80), (0.2, 0.0524, 0.3339, 1 / 3, 5), ""),
    ("may-be-chance", arm(52, 100), arm(50, 100), (0.02, -0.1165, 0.1554, 0.04, None), "holds 0"),
    ("small", arm(9, 10), arm(3, 10), (0.6, 0.1705, 0.8090, 2.0, 2), "Too few yet: 10 treated"),
    ("rare", arm(2, 100), arm(0, 100), (0.02, -0.0197, 0.0700, None, None), "only 2 of all"),
    ("harm", arm(10, 100), arm(40, 100), (-0.3, -0.4077, -0.1828, -0.75, None), ""),
]


@pytest.mark.parametrize(
    ("treated", "held_out", "figures", "warning"),
    [r[1:] for r in COMPARED],
    ids=[r[0] for r in COMPARED],
)
def test_arms_are_compared(
    treated: Arm, held_out: Arm, figures: tuple[float | None, ...], warning: str
) -> None:
    found = compare("p", "g", (treated, held_out), again=0, has_window=True, holdout=0.1)
    assert found.interval is not None
    told = (found.difference, found.interval.low, found.interval.high, found.lift, found.needed)
    assert told == pytest.approx(figures, abs=5e-5)
    assert warning in found.warning
    assert bool(found.warning) is bool(warning)


@pytest.mark.parametrize(
    ("has_window", "holdout", "held_out", "warning"),
    [
        (False, 0.1, Arm(), "no `within`"),
        (True, 0.0, Arm(), "Nobody is held out"),
        (True, 0.1, Arm(), "Too few yet: 70 treated and 0 held out"),
    ],
    ids=["no-window", "no-holdout", "nobody-yet"],
)
def test_what_cannot_be_compared_has_no_figures(
    has_window: bool, holdout: float, held_out: Arm, warning: str
) -> None:
    both = (arm(56, 70), held_out)
    found = compare("p", "g", both, again=0, has_window=has_window, holdout=holdout)
    assert (found.difference, found.interval, found.lift, found.needed) == (None,) * 4
    assert warning in found.warning


# ---------------------------------------------------------------- as a whole


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        opened.write(
            "playbooks/checkup.yaml",
            """\
playbook: checkup
segment: {of: user, where: [{everyone: true}]}
entry: {holdout: 50%}
goal: {name: used, when: {uses_reports: true}, within: 10 days}
steps: [{task: "Call {{ user.first_name }}"}]
""",
        )
        opened.put_users(*({"user_id": n} for n in range(1, 11)))
        yield opened


def goal_of(stage: Stage, as_of: str) -> Any:
    answer = stage.do("metrics", "checkup", "--format", "json", "--as-of", as_of)
    assert answer.status == 0, answer.err
    [goal] = answer.data["goals"]
    return goal


def test_the_goal_is_asked_after_the_last_step_too(stage: Stage) -> None:
    """Who was treated leaves at once; a week later they reach the goal as those held out do."""
    assert stage.run(as_of="2026-03-01T09:00:00Z").status == 0
    held_out = goal_of(stage, "2026-03-01T09:00:00Z")["held_out"]["entered"]
    assert 0 < held_out < 10
    stage.put_users(*({"user_id": n, "uses_reports": "true"} for n in range(1, 11)))
    stage.run(as_of="2026-03-08T09:00:00Z")
    goal = goal_of(stage, "2026-03-08T09:00:00Z")
    assert (goal["treated"]["early"], goal["held_out"]["early"]) == (10 - held_out, held_out)
    assert goal["treated"]["mature"] == goal["held_out"]["mature"] == 0
    stage.run(as_of="2026-03-12T09:00:00Z")
    goal = goal_of(stage, "2026-03-12T09:00:00Z")
    assert goal["treated"]["rate"] == goal["held_out"]["rate"] == 1.0
    assert goal["difference"] == 0.0
    log = stage.do("audit", "show", "--format", "json").data
    assert sum(each["kind"] == "goal.reached" for each in log) == 10
    assert stage.do("audit", "verify").status == 0


def test_a_goal_that_comes_after_the_window_does_not_count(stage: Stage) -> None:
    stage.run(as_of="2026-03-01T09:00:00Z")
    stage.put_users(*({"user_id": n, "uses_reports": "true"} for n in range(1, 11)))
    stage.run(as_of="2026-03-12T09:00:00Z")
    goal = goal_of(stage, "2026-03-12T09:00:00Z")
    assert goal["treated"]["rate"] == goal["held_out"]["rate"] == 0.0


def test_windows_that_no_pass_saw_end_are_still_running(stage: Stage) -> None:
    stage.run(as_of="2026-03-01T09:00:00Z")
    goal = goal_of(stage, "2026-04-01T09:00:00Z")
    assert goal["treated"]["running"] == goal["treated"]["entered"]


WAYS = {
    "treated-way": "average: user_id\namong: {any: [{finished_playbook: checkup, outcome: goal}, "
    "{finished_playbook: checkup, outcome: completed}]}",
    "held-out-way": "average: user_id\namong: {finished_playbook: checkup, outcome: holdout}",
    "way": "difference: [treated-way, held-out-way]",
}


def test_how_far_each_arm_came_is_a_difference_of_two_metrics(stage: Stage) -> None:
    """Among those who have left: the held out do when their window ends."""
    for name, formula in WAYS.items():
        stage.write(f"metrics/{name}.yaml", f"metric: {name}\nof: user\n{formula}\n")
    for day in ("01", "12"):
        stage.run(as_of=f"2026-03-{day}T09:00:00Z")
    answer = stage.do("metrics", *WAYS, "--format", "json", "--as-of", "2026-03-12T09:00:00Z")
    told = {each["name"]: (each["value"], each["rows"]) for each in answer.data["metrics"]}
    (treated, ours), (held_out, others) = told["treated-way"], told["held-out-way"]
    assert ours * treated + others * held_out == pytest.approx(sum(range(1, 11)))
    assert ours + others == 10
    assert told["way"] == (pytest.approx(treated - held_out), None)
