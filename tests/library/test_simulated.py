"""Every play of the library at once, over simulated days among the made-up customers.

A Monday in the suite; the ninety days before that by `make quarter`, which takes minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.messages.failures import MISSING_VALUE, RENDER_ERROR, TOO_LARGE, UNSAFE_VALUE
from engine.read.library import library_names
from engine.simulation import replay
from engine.simulation.days import OfPlaybook, Simulation
from tests.library.town import AS_OF, open_town

LAST = AS_OF.date() - timedelta(days=1)
FAULTS = {MISSING_VALUE, RENDER_ERROR, TOO_LARGE, UNSAFE_VALUE}
"""What the texts of a play may not come to; that an account has no colleague of ours may be."""


@pytest.fixture(scope="module")
def _daily() -> Iterator[None]:
    """Nobody answers in a simulation: it is enough to look at waits for it once a day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "_LOOK", timedelta(days=1))
        yield


def simulated(root: Path, days: int) -> Simulation:
    workplace = open_town(root, AS_OF)
    try:
        return replay.simulate(workplace, [], LAST - timedelta(days=days - 1), LAST)
    finally:
        workplace.close()


def faults(found: Simulation) -> dict[str, set[str]]:
    told = {each.name: FAULTS & {*each.withheld, *each.put_off} for each in found.playbooks}
    return {play: reasons for play, reasons in told.items() if reasons}


def sent(play: OfPlaybook) -> int:
    return sum(states.get("sent", 0) for states in play.touches.values())


@pytest.mark.usefixtures("_daily")
def test_a_day_of_all_plays(customers: Path) -> None:
    found = simulated(customers, 1)
    assert {each.name for each in found.playbooks} == set(library_names())
    assert faults(found) == {}
    assert sum(map(sent, found.playbooks)) > 0


@pytest.mark.quarter
@pytest.mark.usefixtures("_daily")
def test_ninety_days_of_all_plays(customers: Path) -> None:
    found = simulated(customers, 90)
    assert {each.name for each in found.playbooks} == set(library_names())
    assert faults(found) == {}
    assert [each.name for each in found.playbooks if not each.entered] == []
    assert [each.name for each in found.playbooks if not sent(each)] == []
