"""What passes have cleared, for those that only deliver. Delivery page, "Touches", point 6."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine.ledger.clearances import Clearance, clear, cleared_now, hold, hold_all_but
from engine.ledger.store import Ledger
from tests.ledger.factories import NOW, reading, writing

MINUTE = timedelta(minutes=1)
UNTIL = NOW + 15 * MINUTE


def given(ledger: Ledger, playbook: str, *unbound: str) -> None:
    clearance = Clearance(NOW, UNTIL, frozenset(unbound))
    writing(ledger, lambda unit: clear(unit, playbook, clearance))


@pytest.mark.parametrize(
    ("at", "stands"),
    [
        pytest.param(NOW - MINUTE, False, id="before the pass"),
        pytest.param(NOW, True, id="at the pass"),
        pytest.param(UNTIL, True, id="one pass_every later"),
        pytest.param(UNTIL + timedelta(microseconds=1), False, id="too old"),
    ],
)
def test_how_long_it_stands(ledger: Ledger, at: datetime, stands: bool) -> None:
    given(ledger, "checkup")
    assert bool(reading(ledger, lambda unit: cleared_now(unit, at))) is stands


def test_the_last_pass_is_what_counts(ledger: Ledger) -> None:
    given(ledger, "checkup", "v1", "v2")
    given(ledger, "checkup", "v2")
    assert reading(ledger, lambda unit: cleared_now(unit, NOW)) == {"checkup": {"v2"}}


def test_what_is_held_goes_no_more(ledger: Ledger) -> None:
    for name in ("a", "b", "c"):
        given(ledger, name)
    writing(ledger, lambda unit: hold(unit, "a"))
    assert set(reading(ledger, lambda unit: cleared_now(unit, NOW))) == {"b", "c"}
    writing(ledger, lambda unit: hold_all_but(unit, ["c", "d"]))
    assert set(reading(ledger, lambda unit: cleared_now(unit, NOW))) == {"c"}
