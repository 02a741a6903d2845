"""Whether the outbox has work: what a delivery would find, is found before a line is opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine.decide.facts import TouchState
from engine.ledger.idle import is_idle
from engine.ledger.store import Ledger
from engine.ledger.tables import touches
from tests.ledger.factories import NOW, keep, make_enrollment, make_touch, reading, touching

LATER = NOW + timedelta(hours=1)
ENDED = {"state": TouchState.SENT, "ended_at": NOW}


def idle(ledger: Ledger, **changed: Any) -> tuple[bool, bool]:
    """Of an outbox with one touch that ended and is changed so: for others, and for updates."""
    of = make_enrollment()
    keep(ledger, touching(of, make_touch(of)))
    with ledger.write() as unit:
        unit.connection.execute(update(touches).values({**ENDED, **changed}))
    others = reading(ledger, lambda unit: is_idle(unit, now=NOW, is_written_back=False))
    updates = reading(ledger, lambda unit: is_idle(unit, now=NOW, is_written_back=True))
    return others, updates


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, (True, True), id="what ended"),
        pytest.param({"state": "ready", "ended_at": None}, (False, True), id="what is due"),
        pytest.param(
            {"state": "ready", "ended_at": None, "channel": "update"},
            (True, False),
            id="an update that is due",
        ),
        pytest.param(
            {"state": "ready", "ended_at": None, "next_attempt_at": LATER},
            (True, True),
            id="what is not due yet",
        ),
        pytest.param(
            {"state": "draft", "ended_at": None, "expires_at": NOW}, (False, False), id="too late"
        ),
        pytest.param(
            {"state": "draft", "ended_at": None, "expires_at": LATER}, (True, True), id="a draft"
        ),
        pytest.param(
            {"state": "claimed", "ended_at": None, "lease_until": LATER},
            (False, False),
            id="in somebody's hands",
        ),
        pytest.param(
            {"state": "ready", "ended_at": None, "copy_of": "t", "next_attempt_at": LATER},
            (False, False),
            id="a copy that may follow nothing",
        ),
    ],
)
def test_a_delivery_has_something_to_do(
    ledger: Ledger, changed: dict[str, Any], expected: tuple[bool, bool]
) -> None:
    assert idle(ledger, **changed) == expected
