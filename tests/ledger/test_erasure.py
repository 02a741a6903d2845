"""Erasing a customer: what is theirs goes, whatever state it is in, and nothing of anybody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from engine.decide.facts import Entered, Invited, Item, Left, NewTouch, Outcome, Phase, TouchState
from engine.ledger.check import check_ledger
from engine.ledger.erasure import Erased, erase, erased_of
from engine.ledger.invitations import ENTERED, Answered, answer, open_invitations
from engine.ledger.notices import untold_tasks, write_notice
from engine.ledger.store import Ledger, Unit
from engine.ledger.suppressions import list_suppressions
from engine.ledger.tables import erasures, history, invitations, payloads, tasks, touches
from engine.ledger.tasks import finish_task
from engine.ledger.touches import list_touches
from engine.ledger.tracking import Found, write_history
from tests.ledger.factories import (
    MINUTE,
    NOW,
    audited,
    keep,
    make_enrollment,
    make_task,
    make_touch,
    outbox,
    reading,
    touching,
    writing,
)

LATER = NOW + MINUTE
ANN = make_enrollment("7")
ACME = make_enrollment("7", playbook="renewal", entity="account")


def forget(ledger: Ledger, entity: str = "user") -> Erased:
    return writing(ledger, lambda unit: erase(unit, entity, "7", at=LATER, actor="ann"))


def digest_of(of: Any) -> NewTouch:
    told = (Item(of.id, of.key, of.step),)
    mail = make_touch(of, 1, recipient="casey@acme.example")
    return replace(mail, enrollment="", key="", items=told)


def inhabit(ledger: Ledger, of: Any) -> None:
    """Somebody inside, with a mail, a digest, a task with its notice, and a tracked value."""
    mail = make_touch(of, recipient=f"{of.entity}@example.com", to_customer=True)
    keep(ledger, touching(of, mail, digest_of(of), make_task(of, step="call")))

    def track(unit: Unit) -> None:
        found = [Found("7", "plan", "pro", None, is_first=True)]
        said: dict[str, Any] = {"known": {"plan": None}, "sources": {}, "counts": {}}
        write_history(unit, of.entity, found, at=NOW, actor="engine", **said)

    writing(ledger, track)
    writing(ledger, lambda unit: tell(unit, of.entity))


def tell(unit: Unit, entity: str) -> None:
    """Casey is told of the one new task; the notice bears the entity, for `words` to find it."""
    found = untold_tasks(unit, NOW)
    mail = make_touch(ANN, 2, id=f"notice {entity}", enrollment="", playbook="", key="")
    write_notice(unit, replace(mail, entity=entity), found, at=NOW, actor="engine")


def words(unit: Unit) -> dict[str, list[Any]]:
    """What is kept of whom, by entity."""
    said: dict[str, list[Any]] = {"user": [], "account": []}
    mails = select(touches.c.entity, payloads.c.payload).join(
        payloads, payloads.c.touch == touches.c.id
    )
    asked = (
        mails,
        select(touches.c.entity, touches.c.recipient).where(touches.c.recipient != ""),
        select(tasks.c.entity, tasks.c.title).where(tasks.c.title != "", tasks.c.state == "open"),
        select(history.c.entity, history.c.value),
        select(erasures.c.entity, erasures.c.key),
    )
    for statement in asked:
        for entity, value in unit.connection.execute(statement):
            said[entity].append(value)
    return said


@pytest.mark.parametrize("entity", ["user", "account"])
def test_the_same_key_of_another_entity_is_somebody_else(ledger: Ledger, entity: str) -> None:
    for each in (ANN, ACME):
        inhabit(ledger, each)
    before = reading(ledger, words)
    found = forget(ledger, entity)
    assert (found.stays, found.touches, found.tasks, found.values) == (1, 3, 1, 1)
    other = {"user": "account", "account": "user"}[entity]
    left = reading(ledger, words)
    assert left[entity] == ["7"]
    assert left[other] == before[other]
    assert len(before[other]) == 9
    assert [each.address for each in reading(ledger, list_suppressions)] == [""]
    assert reading(ledger, lambda unit: erased_of(unit, other)) == frozenset()
    assert check_ledger(ledger) == []


def test_a_colleague_who_was_written_to_about_them_is_not_suppressed(ledger: Ledger) -> None:
    to_casey = make_touch(ANN, 1, recipient="casey@acme.example")
    keep(ledger, touching(ANN, make_touch(ANN, to_customer=True), to_casey))
    assert forget(ledger).suppressed == 1
    (stopped,) = reading(ledger, list_suppressions)
    assert stopped.address_digest == reading(ledger, lambda u: u.digest("person7@example.com"))


@pytest.mark.parametrize("state", [TouchState.DRAFT, TouchState.READY, TouchState.CLAIMED])
def test_what_waits_of_a_stay_that_is_over_goes_nowhere(ledger: Ledger, state: TouchState) -> None:
    """In a worker's hands, too: it asks for its permit next, and would send an empty message."""
    outbox(ledger)
    keep(ledger, [Left(replace(ANN, phase=Phase.TOUCHING), Outcome.COMPLETED)])
    held = {"worker": "w1", "lease_until": LATER} if state is TouchState.CLAIMED else {}
    again = touches.update().values(state=state, reason="resolved", ended_at=None, **held)
    writing(ledger, lambda unit: unit.connection.execute(again))
    assert forget(ledger).stays == 0
    asked = select(touches.c.state, touches.c.reason, touches.c.worker, touches.c.lease_until)
    (row,) = reading(ledger, lambda unit: unit.connection.execute(asked).all())
    assert tuple(row) == (TouchState.DROPPED, "erased", "", None)
    assert check_ledger(ledger) == []


@pytest.mark.parametrize("who", ["7", "8"])
def test_a_digest_that_is_taken_back_keeps_nobodys_name(ledger: Ledger, who: str) -> None:
    """Not that of the one who is erased, nor of those it told of beside somebody who had left."""
    bob = make_enrollment("8")
    both = tuple(Item(each.id, each.key, each.step) for each in (ANN, bob))
    keep(ledger, touching(ANN, replace(digest_of(ANN), items=both, subject="Ann and Bob")))
    keep(ledger, touching(bob))
    keep(ledger, [Left(replace(bob, phase=Phase.TOUCHING), Outcome.EXITED)])
    writing(ledger, lambda unit: erase(unit, "user", who, at=LATER, actor="ann"))
    (digest,) = reading(ledger, list_touches)
    assert (digest.reason, digest.subject) == ("regathered", "")
    said = select(payloads.c.touch)
    assert reading(ledger, lambda unit: unit.connection.scalars(said).all()) == []


def test_what_came_of_a_task_is_forgotten_with_it(ledger: Ledger) -> None:
    task = make_task(ANN)
    keep(ledger, touching(ANN, task))
    said: dict[str, Any] = {"outcome": "Ann moved to Oslo", "at": NOW, "actor": "casey"}
    writing(ledger, lambda unit: finish_task(unit, task.id, **said))
    forget(ledger)
    asked = select(tasks.c.title, tasks.c.notes, tasks.c.outcome, tasks.c.state)
    assert [tuple(row) for row in reading(ledger, lambda u: u.connection.execute(asked).all())] == [
        ("", "", "", "done")
    ]


def test_an_invitation_that_was_answered_stays_on_record(ledger: Ledger) -> None:
    """And one that waits is withdrawn: nobody comes in by it."""
    keep(ledger, [Entered(ANN), Invited(ANN, "first", "followup"), Invited(ANN, "then", "later")])
    [waiting] = reading(ledger, lambda unit: open_invitations(unit, "followup"))
    done = [Answered(waiting, ENTERED)]
    writing(ledger, lambda unit: answer(unit, done, at=NOW, actor="engine"))
    forget(ledger)
    asked = select(invitations.c.step)
    assert reading(ledger, lambda unit: unit.connection.scalars(asked).all()) == ["first"]


def test_who_moved_on_by_a_clock_that_is_ahead_leaves_then(ledger: Ledger) -> None:
    ahead = LATER + MINUTE
    keep(ledger, [Entered(make_enrollment("7", since=ahead, entered_at=ahead))], at=ahead)
    assert forget(ledger).stays == 1
    assert [each.at for each in audited(ledger) if each.kind == "left"] == [ahead]


def test_only_a_stay_that_is_open_is_ended(ledger: Ledger) -> None:
    keep(ledger, [Entered(ANN), Left(ANN, Outcome.COMPLETED)])
    keep(ledger, [Entered(make_enrollment("7", number=2))])
    assert forget(ledger).stays == 1
    assert [each.kind for each in audited(ledger)].count("left") == 2
