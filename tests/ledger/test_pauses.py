"""What the end of a pause makes of everybody inside, written and foreseen alike."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import product
from typing import Any

import pytest

from engine.decide.facts import Enrollment, Entered, Phase
from engine.decide.pauses import Pause
from engine.ledger import control
from engine.ledger.journey import open_enrollments
from engine.ledger.names import carry_over
from engine.ledger.recovery import expire
from engine.ledger.store import Ledger
from tests.ledger.factories import (
    MINUTE,
    NOW,
    keep,
    make_enrollment,
    outbox,
    reading,
    writing,
)

ENDED = NOW + 60 * MINUTE
STILL = (Phase.WAITING, Phase.WATCHING, Phase.HOLDING, Phase.GATHERING, Phase.RESTING)
BEGAN = (-9, 20)
ENDS = (None, -1, 0, 30, 60, 120)


def at(minutes: int | None) -> datetime | None:
    return None if minutes is None else NOW + minutes * MINUTE


def insiders() -> list[Enrollment]:
    """Whoever can stand still: since when, until when, and how long the goal counts."""
    said = product(STILL, (False, True), BEGAN, ENDS, ENDS)
    return [
        make_enrollment(
            f"{place:04}",
            phase=phase,
            fixed=fixed,
            entered_at=at(-9),
            since=at(since),
            waits_until=at(until),
            goal_until=at(goal),
        )
        for place, (phase, fixed, since, until, goal) in enumerate(said)
        if until is None or until >= since
    ]


def test_a_rehearsal_foresees_of_everybody_what_the_end_of_a_pause_makes_of_them(
    ledger: Ledger,
) -> None:
    before = insiders()
    keep(ledger, [Entered(each) for each in before], at=NOW - 9 * MINUTE)
    writing(ledger, lambda unit: control.pause_started(unit, "checkup", at=NOW, actor="ann"))
    writing(ledger, lambda unit: control.pause_ended(unit, "checkup", at=ENDED, actor="ann"))
    found = reading(ledger, lambda unit: open_enrollments(unit, "checkup", limit=len(before)))
    assert len(found) == len(before) > 300
    wrong = [
        (was, now)
        for was, now in zip(before, found, strict=True)
        if Pause(NOW, ENDED).over(was) != now
    ]
    assert not wrong, wrong[0]


@pytest.mark.parametrize("is_over", [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("began", [0, 5], ids=["at once", "one after the other"])
def test_a_playbook_that_gets_another_name_takes_its_pauses_along(
    ledger: Ledger, is_over: tuple[bool, bool], began: int
) -> None:
    """Also where the one that it becomes stood still since the very same pass."""
    keep(ledger, [Entered(make_enrollment())])
    pauses = zip(("checkup", "review"), is_over, (NOW, NOW + began * MINUTE), strict=True)
    for name, is_ended, since in pauses:
        said: dict[str, Any] = {"actor": "ann"}
        writing(ledger, partial(control.pause_started, playbook=name, at=since, **said))
        if is_ended:
            writing(ledger, partial(control.pause_ended, playbook=name, at=ENDED, **said))
    given: dict[str, Any] = {"playbook": "review", "formerly": ["checkup"]}
    writing(ledger, partial(carry_over, **given, at=ENDED, actor="ann"))
    since = reading(ledger, partial(control.paused_since, playbook="review"))
    assert reading(ledger, partial(control.paused_since, playbook="checkup")) is None
    if not is_over[0]:
        assert since == NOW
    elif is_over[1]:
        assert since is None


def test_nothing_comes_too_late_while_its_playbook_is_paused(ledger: Ledger) -> None:
    """Nor right after: what was left of its time when the pause began is left when it ends."""
    outbox(ledger, expires_at=NOW + 10 * MINUTE)

    def expired(minutes: int) -> int:
        now = NOW + minutes * MINUTE
        return writing(ledger, lambda unit: expire(unit, now=now, actor="engine"))

    writing(ledger, lambda unit: control.pause_started(unit, "checkup", at=NOW, actor="ann"))
    assert expired(59) == 0
    writing(ledger, lambda unit: control.pause_ended(unit, "checkup", at=ENDED, actor="ann"))
    assert [expired(minutes) for minutes in (60, 69, 70)] == [0, 0, 1]
