"""An invitation is answered once, whoever answers, and in one transaction with the entry."""

from __future__ import annotations

import pytest

from engine.decide.facts import Entered, Invited
from engine.ledger.database import Overtaken
from engine.ledger.invitations import (
    ENTERED,
    Answered,
    answer,
    open_invitations,
    playbooks_invited,
)
from engine.ledger.journey import record
from engine.ledger.log import read_audit
from engine.ledger.store import Ledger, Unit
from tests.ledger.factories import MINUTE, NOW, keep, make_enrollment, reading, writing


def invite(ledger: Ledger, *keys: str) -> None:
    for key in keys:
        of = make_enrollment(key)
        keep(ledger, [Entered(of), Invited(of, "enroll-1", "followup")])


def let_in(unit: Unit) -> None:
    """Everyone who waits, as a pass does."""
    waiting = open_invitations(unit, "followup")
    entering = [Entered(make_enrollment(each.key, playbook="followup")) for each in waiting]
    answer(unit, [Answered(each, ENTERED) for each in waiting], at=NOW, actor="engine")
    record(unit, entering, at=NOW, actor="engine", run="")


def test_who_waits_and_where(ledger: Ledger) -> None:
    assert reading(ledger, playbooks_invited) == frozenset()
    invite(ledger, "7", "8")
    assert reading(ledger, playbooks_invited) == {"followup"}
    found = reading(ledger, lambda unit: open_invitations(unit, "followup"))
    assert [(each.key, each.step) for each in found] == [("7", "enroll-1"), ("8", "enroll-1")]
    assert reading(ledger, lambda unit: open_invitations(unit, "checkup")) == []
    writing(ledger, let_in)
    assert reading(ledger, playbooks_invited) == frozenset()


def test_the_second_to_answer_keeps_nothing(ledger: Ledger) -> None:
    invite(ledger, "7")
    [waiting] = reading(ledger, lambda unit: open_invitations(unit, "followup"))
    writing(ledger, let_in)
    before = reading(ledger, lambda unit: list(read_audit(unit)))

    def again(unit: Unit) -> None:
        answer(unit, [Answered(waiting, "exit")], at=NOW + MINUTE, actor="engine")

    with pytest.raises(Overtaken):
        writing(ledger, again)
    assert reading(ledger, lambda unit: list(read_audit(unit))) == before


def test_where_the_entry_cannot_be_kept_the_invitation_waits_on(ledger: Ledger) -> None:
    invite(ledger, "7")
    keep(ledger, [Entered(make_enrollment("7", playbook="followup"))])
    with pytest.raises(Overtaken):
        writing(ledger, let_in)
    assert reading(ledger, playbooks_invited) == {"followup"}
