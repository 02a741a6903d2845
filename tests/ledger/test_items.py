"""Digests in the ledger: one row, and all of whom it tells wait for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Table, select

from engine.decide.facts import (
    Advanced,
    Enrollment,
    Entered,
    Invited,
    Item,
    Left,
    Moved,
    NewTouch,
    Outcome,
    Phase,
    TouchMade,
    TouchState,
)
from engine.ledger import inside
from engine.ledger.check import check_ledger
from engine.ledger.claims import claim
from engine.ledger.contacts import LedgerContacts
from engine.ledger.database import Overtaken
from engine.ledger.due import due_enrollments
from engine.ledger.idle import is_idle
from engine.ledger.items import pending_items
from engine.ledger.moves import steps_had
from engine.ledger.outbox import settle_sent
from engine.ledger.recovery import leaseholders
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import invitations, items, passed, tasks, touches
from engine.ledger.touches import existing_keys, list_touches
from tests.ledger.factories import (
    LEASE,
    NOW,
    audited,
    keep,
    make_enrollment,
    make_task,
    make_touch,
    permit,
    reading,
    touching,
    writing,
)

ANN, BOB, CLEO = (
    make_enrollment(key, phase=Phase.GATHERING, waits_until=NOW) for key in ("1", "2", "3")
)


def digest(*about: Enrollment, **said: object) -> NewTouch:
    told_of = tuple(Item(each.id, each.key, each.step) for each in about)
    touch = make_touch(ANN, recipient="casey@acme.example")
    return replace(touch, id="digest", enrollment="", key="", items=told_of, **said)  # type: ignore[arg-type]


def told(*about: Enrollment, **said: object) -> list[TouchMade | Advanced]:
    stands = [Advanced(each, replace(each, phase=Phase.TOUCHING), "touch") for each in about]
    return [TouchMade(digest(*about, **said)), *stands]


def decide(ledger: Ledger, *decisions: object) -> None:
    keep(ledger, decisions)  # type: ignore[arg-type]


@pytest.fixture
def two(ledger: Ledger) -> Ledger:
    """Ann and Bob are told of in one digest."""
    decide(ledger, Entered(ANN), Entered(BOB), *told(ANN, BOB))
    return ledger


def take(ledger: Ledger) -> int:
    """Claim the one touch that is due; its epoch."""
    claims = writing(ledger, lambda unit: claim(unit, "w", now=NOW, lease=LEASE, limit=10))
    (one,) = claims.touches
    return one.epoch


def may_go(ledger: Ledger, epoch: int) -> bool:
    def ask(unit: Unit) -> bool:
        return permit(unit, "digest", epoch=epoch, now=NOW, lease=LEASE, actor="w").allowed

    return writing(ledger, ask)


def is_nobodys(ledger: Ledger) -> bool:
    """Whether no worker has anything in hand, and a delivery would find nothing to do."""
    holders = reading(ledger, leaseholders)
    return not holders and reading(
        ledger, lambda unit: is_idle(unit, now=NOW, is_written_back=False)
    )


def gathering(ledger: Ledger) -> list[str]:
    return [each.key for each in reading(ledger, lambda u: inside.gathering(u, "checkup", NOW))]


def test_all_of_whom_it_tells_go_on_when_it_has_ended(two: Ledger) -> None:
    assert reading(two, lambda unit: due_enrollments(unit, "checkup", NOW, limit=9)) == []
    epoch = take(two)
    assert may_go(two, epoch)
    writing(
        two, lambda unit: settle_sent(unit, "digest", epoch=epoch, detail="", now=NOW, actor="w")
    )
    due = reading(two, lambda unit: due_enrollments(unit, "checkup", NOW, limit=9))
    assert {each.enrollment.key: each.states for each in due} == {
        "1": (TouchState.SENT,),
        "2": (TouchState.SENT,),
    }
    assert [row.id for row in reading(two, lambda unit: list_touches(unit, key="2"))] == ["digest"]
    assert check_ledger(two) == []


@pytest.mark.parametrize("to_customer", [False, True])
def test_it_is_a_contact_of_each_only_where_it_goes_to_a_customer(
    ledger: Ledger, to_customer: bool
) -> None:
    decide(ledger, Entered(ANN), Entered(BOB), *told(ANN, BOB, to_customer=to_customer, zone="UTC"))
    epoch = take(ledger)
    may_go(ledger, epoch)
    log = LedgerContacts(ledger).contacts(None, NOW + timedelta(days=1), None, None)
    assert sorted((each.touch_id, each.key) for each in log) == []
    writing(ledger, lambda u: settle_sent(u, "digest", epoch=epoch, detail="", now=NOW, actor="w"))
    log = LedgerContacts(ledger).contacts(None, NOW + timedelta(days=1), None, None)
    expected = [("digest", "1"), ("digest", "2")] if to_customer else []
    assert sorted((each.touch_id, each.key) for each in log) == expected


def test_who_leaves_before_the_act_has_it_taken_back_and_made_again(two: Ledger) -> None:
    old = take(two)
    touching = replace(ANN, phase=Phase.TOUCHING)
    decide(two, Left(touching, Outcome.GOAL, "reports"))
    assert not may_go(two, old)
    assert is_nobodys(two), "nothing that has ended is in a worker's hands"
    assert gathering(two) == ["2"]
    assert reading(two, lambda unit: existing_keys(unit, ["digest"])) == frozenset()
    assert reading(two, lambda unit: steps_had(unit, ["email-1"], [BOB.id])) == frozenset()
    assert check_ledger(two) == []
    decide(two, *told(BOB))
    assert not may_go(two, old), "whoever claimed the old one is told no"
    new = take(two)
    assert new > old
    assert not may_go(two, old)
    assert may_go(two, new)
    assert check_ledger(two) == []


@pytest.mark.parametrize("state", [TouchState.DRAFT, TouchState.READY])
def test_it_is_taken_back_also_while_a_person_is_asked(ledger: Ledger, state: TouchState) -> None:
    """And nobody is put back but who waits: not who has left, nor who is at another step."""
    at_another = replace(CLEO, step="email-2", phase=Phase.TOUCHING)
    decide(ledger, Entered(ANN), Entered(BOB), Entered(CLEO), *told(ANN, BOB, CLEO, state=state))
    decide(ledger, Advanced(replace(CLEO, phase=Phase.TOUCHING), at_another))
    decide(ledger, Left(replace(ANN, phase=Phase.TOUCHING), Outcome.GOAL, "reports"))
    assert reading(ledger, list_touches)[0].reason == "regathered"
    assert gathering(ledger) == ["2"]
    again = [
        each for each in audited(ledger) if "regathered" in each.body and each.kind == "step.waits"
    ]
    assert [each.key for each in again] == ["2"]


@pytest.mark.parametrize("to_customer", [True, False])
def test_of_whom_a_digest_tells_is_asked_only_where_it_goes_to_a_customer(
    ledger: Ledger, to_customer: bool
) -> None:
    """Rules of `never_contact` are no rules about colleagues."""
    decide(ledger, Entered(ANN), *told(ANN, to_customer=to_customer, zone="UTC"))
    found = reading(ledger, lambda unit: pending_items(unit, "checkup"))
    assert [each.key for each in found] == (["1"] if to_customer else [])


def test_a_mail_that_is_dropped_is_in_nobodys_hands(ledger: Ledger) -> None:
    """Its enrollment left after it was claimed: what has ended is never work again."""
    of = make_enrollment()
    decide(ledger, *touching(of, make_touch(of)))
    take(ledger)
    assert not is_nobodys(ledger)
    decide(ledger, Left(replace(of, phase=Phase.TOUCHING), Outcome.GOAL, "reports"))
    (row,) = reading(ledger, list_touches)
    assert (row.state, row.reason) == (TouchState.DROPPED, "left")
    assert is_nobodys(ledger)
    assert check_ledger(ledger) == []


def test_what_is_in_doubt_is_never_taken_back(two: Ledger) -> None:
    epoch = take(two)
    assert may_go(two, epoch)
    decide(two, Left(replace(ANN, phase=Phase.TOUCHING), Outcome.GOAL, "reports"))
    assert gathering(two) == []
    assert reading(two, lambda unit: existing_keys(unit, ["digest"])) == {"digest"}


def test_a_second_digest_of_the_same_key_leaves_nobody_untold(two: Ledger) -> None:
    decide(two, Entered(CLEO))
    with pytest.raises(Overtaken, match="this digest"):
        decide(two, *told(CLEO))
    assert gathering(two) == ["3"]


@pytest.mark.parametrize("table", [touches, items, tasks, passed, invitations], ids=str)
def test_all_that_is_kept_of_a_stay_goes_by_the_new_id_of_a_step(
    ledger: Ledger, table: Table
) -> None:
    """What stayed behind would be waited for: a digest that never ends, a step never over."""
    gathers = replace(ANN, step="list", phase=Phase.TOUCHING)
    digest = make_touch(ANN, 1, enrollment="", key="", items=(Item(ANN.id, ANN.key, ANN.step),))
    decide(
        ledger,
        Entered(ANN),
        TouchMade(make_touch(ANN, step=ANN.step)),
        TouchMade(make_task(ANN, id="task", step=ANN.step)),
        TouchMade(digest),
        Invited(ANN, ANN.step, "followup"),
        Advanced(ANN, gathers),
    )
    moved = Moved(gathers, replace(gathers, version="v2"), renamed=((ANN.step, "new"),))
    decide(ledger, moved)
    asked = select(table.c.step).where(table.c.enrollment == ANN.id)
    found = set(reading(ledger, lambda unit: unit.connection.scalars(asked).all()))
    assert "new" in found
    assert ANN.step not in found
