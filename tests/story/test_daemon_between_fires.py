"""Passes of a daemon between fires: at once where somebody is due, and no oftener than helps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import cli
import engine.daemon as daemons
from engine.stopping import Stop
from tests.support.stage import Stage

ENTERED = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
STEPS = "steps: [{wait: 1 day}, {if: {uses_reports: true}, then: [{task: Ask}]}, {task: Call}]"


class Rounds:
    """The clock of a daemon, how often it held a pass, and what happens between its rounds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = ENTERED
        self.passes = 0
        self._one = daemons.pass_one
        self._still_to_come: list[Callable[[], object]] = []
        monkeypatch.setattr(cli._SystemClock, "now", lambda _: self.now)
        monkeypatch.setattr(cli._SystemClock, "uptime", lambda _: self.now.timestamp())
        monkeypatch.setattr(daemons, "pass_one", self._count)
        monkeypatch.setattr(Stop, "sleep", lambda stop, _: self._between(stop))

    def hold(self, stage: Stage, *happenings: Callable[[], object]) -> None:
        """A daemon that ends after a round behind the last of these."""
        self._still_to_come = list(happenings)
        assert stage.do("daemon").status == 0

    def later(self, length: timedelta) -> None:
        """Some time passes."""
        self.now += length

    def _count(self, *words: Any, **named: Any) -> None:
        self.passes += 1
        self._one(*words, **named)

    def _between(self, stop: Stop) -> None:
        self.now += timedelta(seconds=2)
        if self._still_to_come:
            self._still_to_come.pop(0)()
        else:
            stop.ask()


@pytest.fixture
def rounds(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Rounds:
    """Two customers whose wait is over, and a daemon that comes to it an hour later."""
    stage.write(
        "playbooks/checkup.yaml",
        f"playbook: checkup\nsegment: {{of: user, where: [{{user_id: [1, 2]}}]}}\n{STEPS}\n",
    )
    found = Rounds(monkeypatch)
    stage.run(as_of=ENTERED.isoformat())
    found.later(timedelta(days=1, hours=1))
    return found


def nothing() -> None:
    """Another round, and that is all."""


def tasks(stage: Stage) -> int:
    return len(stage.do("tasks", "--format", "json").data)


def test_whose_version_no_longer_binds_is_not_asked_about_at_every_round(
    stage: Stage, rounds: Rounds
) -> None:
    """Their wait was over at each of them: every two seconds a pass read all of the sources."""
    stage.edit("catalog/user.yaml", "  uses_reports: boolean\n", "")
    stage.edit("playbooks/checkup.yaml", STEPS, "steps: [{wait: 1 minute}, {task: Call}]")
    rounds.hold(stage, nothing, nothing, nothing)
    assert (rounds.passes, tasks(stage)) == (1, 0)


def test_and_others_go_on_beside_them(stage: Stage, rounds: Rounds) -> None:
    stage.edit("catalog/user.yaml", "  uses_reports: boolean\n", "")
    stage.edit("playbooks/checkup.yaml", STEPS, "steps: [{wait: 1 minute}, {task: Call}]")
    rounds.hold(
        stage,
        lambda: stage.do("enroll", "checkup", "--for", "3", "--anyway"),
        nothing,
        lambda: rounds.later(timedelta(minutes=1)),
        nothing,
    )
    assert (rounds.passes, tasks(stage)) == (2, 1), "one that finds them, and one for the third"


def test_a_pass_that_failed_is_tried_again_after_a_minute(stage: Stage, rounds: Rounds) -> None:
    """And not every two seconds, nor after a quarter of an hour: a file is written meanwhile."""
    users = stage.root / "data/users.csv"
    kept = users.read_bytes()
    users.unlink()
    tried: list[int] = []
    rounds.hold(
        stage,
        nothing,
        nothing,
        lambda: tried.append(rounds.passes),
        lambda: users.write_bytes(kept),
        lambda: tried.append(rounds.passes),
        lambda: rounds.later(timedelta(minutes=1)),
    )
    assert (tried, rounds.passes, tasks(stage)) == ([1, 1], 2, 2)
