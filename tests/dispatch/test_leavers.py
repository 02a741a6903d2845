"""Who left while a message was in doubt gets it no second time. Delivery page, point 6.

What is in doubt is left alone when its customer leaves. It may come back all the same: the server
says to try again, the process dies, a person finds that it never went out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from engine.decide.facts import Entered, Item, Left, Outcome, Phase, TouchState
from engine.dispatch.settle import Answered, settle, settle_all
from engine.ledger.check import check_ledger
from engine.ledger.claims import Claimed
from engine.ledger.holds import resolve_not_sent
from engine.ledger.recovery import OnUnknown, sweep
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import enrollments
from engine.ledger.touches import list_touches
from engine.ports import Answer, NotSent, Refusal, UnknownOutcome
from tests.ledger.factories import (
    LEASE,
    NOW,
    claimed,
    keep,
    kinds,
    make_enrollment,
    make_touch,
    outbox,
    permitted,
    reading,
    touching,
    writing,
)

ANN = make_enrollment("7", phase=Phase.TOUCHING)
Way = Callable[[Unit, Claimed], object]


def answered(answer: Answer, on_unknown: OnUnknown = OnUnknown.HOLD) -> Way:
    """An answer comes."""

    def settled(unit: Unit, touch: Claimed) -> object:
        found = settle(unit, Answered(touch, answer, on_unknown, 0), now=NOW, actor="w1")
        (row,) = list_touches(unit)
        assert found.state is row.state, "what the delivery counts is what came of it"
        return found

    return settled


def swept(on_unknown: OnUnknown) -> Way:
    """The process dies, and another one finds what it left."""
    given: dict[str, Any] = {"now": NOW + LEASE, "actor": "w2"}
    return lambda unit, touch: sweep(unit, on_unknown={touch.channel: on_unknown}, **given)


def found_unsent(unit: Unit, touch: Claimed) -> None:
    """Nobody knows, and a person looks."""
    swept(OnUnknown.HOLD)(unit, touch)
    resolve_not_sent(unit, touch.id, at=NOW + LEASE, actor="ann")


WAYS = [
    pytest.param(answered(NotSent(Refusal.LATER, "451 later")), id="later"),
    pytest.param(answered(NotSent(Refusal.CHANNEL, "421 busy")), id="the channel failed"),
    pytest.param(answered(UnknownOutcome("silence"), OnUnknown.RESEND), id="silence"),
    pytest.param(swept(OnUnknown.RESEND), id="the process died"),
    pytest.param(found_unsent, id="a person says so"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("outcome", [Outcome.GOAL, Outcome.EXITED, Outcome.REMOVED, None])
def test_what_comes_back_goes_to_nobody_who_has_left(
    any_ledger: Ledger, way: Way, outcome: Outcome | None
) -> None:
    ledger = any_ledger
    outbox(ledger)
    (touch,) = claimed(ledger)
    assert permitted(ledger, touch) == ""
    if outcome:
        keep(ledger, [Left(ANN, outcome)])
    writing(ledger, lambda unit: way(unit, touch))
    (row,) = reading(ledger, list_touches)
    expected = (TouchState.DROPPED, "left") if outcome else (TouchState.READY, row.reason)
    assert (row.state, row.reason) == expected
    assert check_ledger(ledger) == []


def test_what_a_person_says_never_went_out_goes_though_it_was_the_last_step(
    any_ledger: Ledger,
) -> None:
    """Its outcome is unknown, so that the stay went on to its end."""
    ledger = any_ledger
    outbox(ledger)
    (touch,) = claimed(ledger)
    permitted(ledger, touch)
    given: dict[str, Any] = {"now": NOW + LEASE, "actor": "w2"}
    writing(ledger, lambda unit: sweep(unit, on_unknown={}, **given))
    keep(ledger, [Left(ANN, Outcome.COMPLETED)])
    writing(ledger, lambda unit: resolve_not_sent(unit, touch.id, at=NOW, actor="ann"))
    assert [each.id for each in claimed(ledger, now=NOW + LEASE)] == [touch.id]


@pytest.mark.parametrize("refusal", [Refusal.LATER, Refusal.CHANNEL])
def test_a_digest_that_comes_back_is_made_again_without_who_has_left(
    any_ledger: Ledger, refusal: Refusal
) -> None:
    ledger, bob = any_ledger, make_enrollment("8", phase=Phase.TOUCHING)
    told = tuple(Item(each.id, each.key, each.step) for each in (ANN, bob))
    digest = replace(make_touch(ANN), enrollment="", key="", items=told)
    keep(ledger, [*touching(make_enrollment(), digest), Entered(bob)])
    (touch,) = claimed(ledger)
    permitted(ledger, touch)
    keep(ledger, [Left(ANN, Outcome.EXITED)])
    again = Answered(touch, NotSent(refusal, "451 later"), OnUnknown.HOLD, 0)
    (found,) = writing(ledger, lambda unit: settle_all(unit, [again], now=NOW, actor="w1"))
    assert found.state is TouchState.DROPPED
    (row,) = reading(ledger, list_touches)
    assert (row.state, row.reason) == (TouchState.DROPPED, "regathered")
    asked = select(enrollments.c.phase).where(enrollments.c.key == "8")
    assert reading(ledger, lambda unit: unit.connection.scalar(asked)) == Phase.GATHERING
    assert kinds(ledger)[-2:] == ["touch.dropped", "step.waits"]
