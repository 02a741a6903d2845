"""A little of each campaign in every run of the suite; `make campaign` has the rest."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path

import pytest

from tests.campaign import launcher
from tests.campaign.campaigns import daemons, kills
from tests.campaign.judge import Verdict
from tests.support.postgres import fresh_database, postgres
from tests.support.stage import open_stage

__all__ = ["postgres"]

KILLS = 5


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_runs_that_are_killed_anywhere(store: str, request: pytest.FixtureRequest) -> None:
    url = (
        partial(fresh_database, request.getfixturevalue("postgres")) if store != "sqlite" else None
    )
    total = Verdict()
    for verdict in kills(KILLS, url, seed=4):
        total.add(verdict)
    assert total.holds, total
    assert total.broken


def test_daemons_that_share_a_ledger() -> None:
    verdict = daemons(3, 3, None)
    assert verdict.holds, verdict
    assert verdict.touches >= 3


def test_who_does_not_end_is_ended_and_says_what_it_was_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "_PATIENCE_SECONDS", 2.0)
    log = tmp_path / "log"
    with open_stage(tmp_path / "project") as stage, launcher.Launcher() as started:
        stage.do("ledger", "init")
        daemon = started.start(log, "-C", str(stage.root), "daemon")
        assert started.wait(daemon) == -signal.SIGABRT
    assert "Current thread" in log.read_text()
