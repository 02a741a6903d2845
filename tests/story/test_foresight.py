"""What a dry run foresees is what the run at the same instant does."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.stage import Stage

HEAD = """\
playbook: checkup
segment: {of: user, where: [{signed_up_at: {days_ago: {between: [30, 90]}}}]}
steps:
"""
ASKING_OF_A_TASK = """\
  - task: "Call {{ user.first_name }}"
  - if: {step: task-1, is: open}
    then: [{email: hello}]
    else: [{exit: done}]
"""
ASKING_OF_A_MAIL = """\
  - email: hello
  - if: {step: email-1, is: sent}
    then: [{task: "Call {{ user.first_name }}"}]
    else: [{exit: unheard}]
"""
MORNING = "\npolicy: {send_window: {from: '09:00', to: '12:00'}}\n"


def day(number: int, clock: str = "09:00") -> str:
    return f"2026-03-{number:02d}T{clock}:00-04:00"


def come_to(stage: Stage, as_of: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What a dry run says of each playbook, and what the run at the same instant comes to."""
    told, done = stage.run("--dry-run", as_of=as_of).data, stage.run(as_of=as_of).data
    return [_counts(run) for run in told["runs"]], [_counts(run) for run in done["runs"]]


def _counts(run: dict[str, Any]) -> dict[str, Any]:
    """A run's counts; what goes out is ready in a dry run, and was sent in the other."""
    touches = {
        channel: Counter({"sent": states.pop("ready", 0)}) + Counter(states)
        for channel, states in run["touches"].items()
    }
    names = ("playbook", "matched", "entered", "left", "closed", "skipped", "invited", "waiting")
    return {**{name: run[name] for name in names}, "touches": touches}


@pytest.mark.parametrize(
    ("steps", "more", "before"),
    [
        pytest.param(ASKING_OF_A_TASK, "", (), id="a task is open once it is made"),
        pytest.param(
            ASKING_OF_A_MAIL, MORNING, (day(10, "08:00"),), id="a mail that waited has been sent"
        ),
    ],
)
def test_a_dry_run_counts_as_the_run_will(
    stage: Stage, steps: str, more: str, before: tuple[str, ...]
) -> None:
    write(stage, steps, more)
    for as_of in before:
        stage.run(as_of=as_of)
    told, done = come_to(stage, day(10))
    assert told == done


def write(stage: Stage, steps: str, more: str = "") -> None:
    stage.write("playbooks/checkup.yaml", HEAD + steps)
    stage.write("touchline.yaml", (stage.root / "touchline.yaml").read_text() + more)
