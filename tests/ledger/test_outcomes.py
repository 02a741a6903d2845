"""What a run came to is counted by the ledger, however much waits."""

from __future__ import annotations

import tracemalloc

import pytest

from engine.ledger import outcomes
from engine.ledger.outbox import settle_sent
from engine.ledger.outcomes import begun, came_to
from engine.ledger.recovery import expire
from engine.ledger.store import Ledger
from tests.ledger.factories import (
    MINUTE,
    NOW,
    claimed,
    keep,
    make_enrollment,
    make_touch,
    outbox,
    permitted,
    reading,
    touching,
    writing,
)

LATER = NOW + MINUTE


def send(ledger: Ledger, count: int) -> None:
    """Send as many as are named, the first that are due."""
    for touch in claimed(ledger, limit=count):
        assert permitted(ledger, touch) == ""
        writing(
            ledger,
            lambda unit, mine=touch: settle_sent(
                unit, mine.id, epoch=mine.epoch, detail="250", now=NOW, actor="w1"
            ),
        )


def make_by(ledger: Ledger, run: str, *keys: str) -> None:
    for key in keys:
        of = make_enrollment(key)
        keep(ledger, touching(of, make_touch(of)), run=run)


@pytest.mark.parametrize("page", [1, 2, 2_000])
def test_what_ended_before_is_no_outcome_and_what_waits_is(
    ledger: Ledger, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of earlier runs: what is open, and what ended since; of this one all there is."""
    monkeypatch.setattr(outcomes, "_PAGE", page)
    outbox(ledger, "1", "2", priority=9)
    send(ledger, 2)
    outbox(ledger, "3", "4", "5", expires_at=LATER)
    outbox(ledger, "6", "7", "8", priority=9)
    other = make_enrollment("9", playbook="other")
    keep(ledger, touching(other, make_touch(other, priority=8)))
    since = reading(ledger, lambda unit: begun(unit, "checkup", "r2"))
    assert since.touches == {}
    make_by(ledger, "r2", "10")
    send(ledger, 4)
    writing(ledger, lambda unit: expire(unit, now=LATER, actor="engine"))
    outbox(ledger, "11")
    found = reading(ledger, lambda unit: came_to(unit, since))
    assert found == {"mail": {"expired": 3, "ready": 2, "sent": 3}}
    again = reading(ledger, lambda unit: begun(unit, "checkup", "r2"))
    assert again.touches == {"mail": {"ready": 1}}
    assert reading(ledger, lambda unit: came_to(unit, again)) == {"mail": {"ready": 2}}


def test_what_waits_takes_no_memory(ledger: Ledger) -> None:
    def held(run: str) -> int:
        tracemalloc.start()
        since = reading(ledger, lambda unit: begun(unit, "checkup", run))
        found = reading(ledger, lambda unit: came_to(unit, since))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found["mail"]["ready"] >= 1
        return peak

    outbox(ledger, "1")
    held("r2")  # what is compiled once
    few = held("r3")
    made = [make_enrollment(str(key)) for key in range(2, 2_002)]
    keep(ledger, [each for of in made for each in touching(of, make_touch(of))])
    assert held("r4") < few + 50_000
