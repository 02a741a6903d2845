"""Every play of the library at once, over simulated days among the made-up customers.

A Monday in the suite; the ninety days before that by `make quarter`, which takes minutes. So that
it takes no hour, all plays fire together on Mondays, and waits that nobody ends, and who leaves,
are looked at once a week: every step is still taken, by fewer people and up to a week later.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.messages.failures import MISSING_VALUE, RENDER_ERROR, TOO_LARGE, UNSAFE_VALUE
from engine.read.library import library_names, library_play
from engine.simulation import replay
from engine.simulation.days import OfPlaybook, Simulation
from tests.library.projects import used
from tests.library.town import AS_OF, open_town

LAST = AS_OF.date() - timedelta(days=1)
FAULTS = {MISSING_VALUE, RENDER_ERROR, TOO_LARGE, UNSAFE_VALUE}
"""What the texts of a play may not come to; that an account has no colleague of ours may be."""


_MONDAYS = 'schedule: "0 9 * * 1"\n'
_WEEK = timedelta(days=7)
_LATER = {"health-drop"}
"""The ledger of the town has heard of the falls on the day after the last that is simulated."""


@pytest.fixture(scope="module")
def mondays(customers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same customers and plays; all fire on Mondays at nine, but one that has its own days."""
    root = tmp_path_factory.mktemp("mondays") / "project"
    shutil.copytree(customers, root)
    for play in library_names():
        if isinstance(library_play(play).data["schedule"], str):
            used(root, play, more=_MONDAYS)
    return root


@pytest.fixture(scope="module")
def _weekly() -> Iterator[None]:
    """Nobody answers in a simulation: it is enough to look at waits, and who left, once a week."""
    evening = replay._Replay._evening

    def of_sunday(self: replay._Replay, at: datetime) -> datetime:
        found = evening(self, at)
        while found.astimezone(self._place.zone).isoweekday() != 7:
            found = evening(self, found)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "_LOOK", _WEEK)
        patch.setattr(replay._Replay, "_evening", of_sunday)
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


@pytest.mark.usefixtures("_weekly")
def test_a_day_of_all_plays(mondays: Path) -> None:
    found = simulated(mondays, 1)
    assert {each.name for each in found.playbooks} == set(library_names())
    assert faults(found) == {}
    assert sum(map(sent, found.playbooks)) > 0


@pytest.mark.quarter
@pytest.mark.usefixtures("_weekly")
def test_ninety_days_of_all_plays(mondays: Path) -> None:
    found = simulated(mondays, 90)
    assert {each.name for each in found.playbooks} == set(library_names())
    assert faults(found) == {}
    assert {each.name for each in found.playbooks if not each.entered} == _LATER
    assert {each.name for each in found.playbooks if not sent(each)} == _LATER
