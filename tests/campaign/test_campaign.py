"""A little of each campaign in every run of the suite; `make campaign` has the rest."""

from __future__ import annotations

from functools import partial

import pytest

from tests.campaign.campaigns import daemons, kills
from tests.campaign.judge import Verdict
from tests.support.postgres import fresh_database, postgres

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
