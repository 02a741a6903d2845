"""Drafts in the ledger: an approval is for the very bytes, whoever comes between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.decide.facts import TouchState
from engine.ledger.drafts import (
    HeldDraft,
    approve_draft,
    content_digest,
    draft,
    drop_draft,
    held_drafts,
    revise_draft,
)
from engine.ledger.recovery import end_copies, expire
from engine.ledger.store import Ledger, Unit
from engine.ledger.touches import list_touches
from engine.problems import Refused
from tests.ledger.factories import (
    MINUTE,
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

DRAFT = {"state": TouchState.DRAFT, "approver": "casey@acme.example"}


def waiting(ledger: Ledger, *, copied: bool = False) -> str:
    """A draft of one customer, with a copy where that is said."""
    of = make_enrollment()
    mail = make_touch(of, **DRAFT)
    copy = make_touch(of, -1, copy_of=mail.id, recipient="boss@example.com", **DRAFT)
    keep(ledger, touching(of, mail, *([copy] if copied else [])))
    return mail.id


def states(ledger: Ledger) -> dict[str, TouchState]:
    return {row.recipient: row.state for row in reading(ledger, list_touches)}


def say_yes(touch: str, digest: str = "") -> Callable[[Unit], HeldDraft]:
    return lambda unit: approve_draft(unit, touch, digest=digest, at=NOW, actor="ann")


def edit(ledger: Ledger, touch: str, payload: bytes = b"Subject: Other\r\n\r\nOther\r\n") -> None:
    was = reading(ledger, lambda unit: draft(unit, touch))
    writing(ledger, lambda unit: revise_draft(unit, was, payload, "Other", at=NOW, actor="eve"))


def test_nobody_claims_a_draft(ledger: Ledger) -> None:
    touch = waiting(ledger)
    assert claimed(ledger) == []
    writing(ledger, say_yes(touch))
    (taken,) = claimed(ledger)
    assert permitted(ledger, taken) == ""
    assert "draft.approved" in kinds(ledger)


def test_bytes_that_nobody_approved_do_not_go(ledger: Ledger) -> None:
    """Whatever has changed them: they are a draft again."""
    touch = waiting(ledger)
    writing(ledger, say_yes(touch))
    with ledger.engine.begin() as connection:
        connection.execute(text("UPDATE payloads SET payload = :other"), {"other": b"Other"})
    (taken,) = claimed(ledger)
    assert permitted(ledger, taken) == "unapproved"
    assert states(ledger) == {"person7@example.com": TouchState.DRAFT}
    assert [each.id for each in reading(ledger, held_drafts)] == [touch]


def test_what_was_never_approved_does_not_go_though_it_is_ready(ledger: Ledger) -> None:
    outbox(ledger, "7", approver="casey@acme.example")
    (taken,) = claimed(ledger)
    assert permitted(ledger, taken) == "unapproved"


def test_an_edit_between_looking_and_saying_yes(ledger: Ledger) -> None:
    touch = waiting(ledger)
    seen = reading(ledger, lambda unit: draft(unit, touch))
    edit(ledger, touch)
    for digest in ("", seen.digest, seen.digest[:7], "0" * 12):
        with pytest.raises(Refused):
            writing(ledger, say_yes(touch, digest))
    now = reading(ledger, lambda unit: draft(unit, touch))
    assert now.edited_by == "eve"
    with pytest.raises(Refused, match="does not read as the digest"):
        writing(ledger, say_yes(touch, now.digest[:7]))  # so few may be another text's, too
    writing(ledger, say_yes(touch, content_digest(now.payload).upper()))
    assert claimed(ledger)[0].payload == now.payload


def test_two_edits_at_once(ledger: Ledger) -> None:
    touch = waiting(ledger)
    was = reading(ledger, lambda unit: draft(unit, touch))
    edit(ledger, touch)
    with pytest.raises(Refused, match="edited by eve meanwhile"):
        writing(ledger, lambda unit: revise_draft(unit, was, b"x", "x", at=NOW, actor="bob"))


DECISIONS: dict[str, Callable[[str], Callable[[Unit], HeldDraft]]] = {
    "approve": say_yes,
    "drop": lambda touch: lambda unit: drop_draft(unit, touch, why="", at=NOW, actor="ann"),
}


@pytest.mark.parametrize("second", DECISIONS.values(), ids=DECISIONS)
@pytest.mark.parametrize("first", DECISIONS.values(), ids=DECISIONS)
def test_a_draft_is_decided_on_once(
    ledger: Ledger,
    first: Callable[[str], Callable[[Unit], HeldDraft]],
    second: Callable[[str], Callable[[Unit], HeldDraft]],
) -> None:
    touch = waiting(ledger)
    writing(ledger, first(touch))
    with pytest.raises(Refused, match="does not wait for an approval"):
        writing(ledger, second(touch))


def test_a_copy_shares_the_fate_of_its_mail(ledger: Ledger) -> None:
    touch = waiting(ledger, copied=True)
    assert len(reading(ledger, held_drafts)) == 1
    edit(ledger, touch)
    digest = reading(ledger, lambda unit: draft(unit, touch)).digest
    writing(ledger, say_yes(touch, digest))
    first = claimed(ledger)
    assert [each.recipient for each in first] == ["person7@example.com"]
    assert claimed(ledger) == [], "the copy waits until the mail has gone"


def test_a_dropped_mail_drops_its_copies(ledger: Ledger) -> None:
    touch = waiting(ledger, copied=True)
    writing(ledger, DECISIONS["drop"](touch))
    assert set(states(ledger).values()) == {TouchState.DROPPED}


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_a_copy_that_has_ended_is_as_it_was(
    ledger: Ledger, decision: Callable[[str], Callable[[Unit], HeldDraft]]
) -> None:
    """Who unsubscribed before the mail was looked at gets no copy of what is approved."""
    of = make_enrollment()
    mail = make_touch(of, **DRAFT)
    ended = {"state": TouchState.SKIPPED, "reason": "suppressed", "copy_of": mail.id}
    keep(ledger, touching(of, mail, make_touch(of, -1, recipient="boss@example.com", **ended)))
    writing(ledger, decision(mail.id))
    assert states(ledger)["boss@example.com"] is TouchState.SKIPPED


def test_copies_of_what_did_not_go_end(ledger: Ledger) -> None:
    of = make_enrollment()
    mail = make_touch(of, state=TouchState.SKIPPED, reason="suppressed")
    copy = make_touch(of, -1, copy_of=mail.id, recipient="boss@example.com")
    keep(ledger, touching(of, mail, copy))
    assert claimed(ledger) == []
    assert writing(ledger, lambda unit: end_copies(unit, now=NOW, actor="w1")) == 1
    assert states(ledger)["boss@example.com"] is TouchState.SKIPPED
    assert writing(ledger, lambda unit: end_copies(unit, now=NOW, actor="w1")) == 0


def test_a_draft_expires_as_anything_does(ledger: Ledger) -> None:
    waiting(ledger, copied=True)
    late = NOW + timedelta(days=3)
    assert writing(ledger, lambda unit: expire(unit, now=late - MINUTE, actor="w1")) == 0
    assert writing(ledger, lambda unit: expire(unit, now=late, actor="w1")) == 2
    assert set(states(ledger).values()) == {TouchState.EXPIRED}
