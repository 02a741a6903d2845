"""What follows from events: what is closed, who is stopped, and what is not believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from engine.decide.facts import TouchState
from engine.inbound.events import Event, Says
from engine.language.policy import GENERAL, TopicDefault
from engine.ledger.check import check_ledger
from engine.ledger.claims import claim
from engine.ledger.clicks import unsubscribe_from
from engine.ledger.evidence import Belief, Did, Taken, take
from engine.ledger.log import verify_audit
from engine.ledger.outbox import settle_later, settle_sent, settle_unknown
from engine.ledger.store import Ledger
from engine.ledger.suppressions import list_suppressions, unsuppress
from engine.ledger.tables import touches
from engine.ledger.topics import SUPPRESSED, refusals_among, subscribe
from engine.messages.tokens import Purpose, make_token
from engine.places import Place
from tests.ledger.factories import LEASE, MINUTE, NOW, kinds, outbox, permit, reading, writing

PERSON = "person7@example.com"
PLAIN = Belief("dsn")
SEALED = Belief("dsn", sealed=frozenset({"mail"}))


def event(says: Says = Says.NO_MAILBOX, **given: object) -> Event:
    """A report by mail about the mail of person 7."""
    usual: dict[str, object] = {"id": "event-1", "addresses": (PERSON,), "is_mail": True}
    return Event(says, Place("mail"), **{**usual, **given})  # type: ignore[arg-type]


def sent_out(ledger: Ledger, key: str = "7", **said: object) -> str:
    """A mail that is in doubt: its dot is written."""
    [touch] = outbox(ledger, key, **said)
    with ledger.write() as unit:
        claimed = claim(unit, "w", now=NOW, lease=LEASE, limit=1).touches[0]
        assert permit(unit, touch, epoch=claimed.epoch, now=NOW, lease=LEASE, actor="w").allowed
    return touch


def unknown(ledger: Ledger, key: str = "7", **said: object) -> str:
    touch = sent_out(ledger, key, **said)
    with ledger.write() as unit:
        assert settle_unknown(unit, touch, epoch=1, now=NOW, detail="silence", actor="w")
    return touch


def taken(ledger: Ledger, of: Event, belief: Belief = PLAIN) -> Taken:
    with ledger.write() as unit:
        return take(unit, of, belief, at=NOW + MINUTE, actor="ann")


def state(ledger: Ledger, touch: str) -> str:
    row = select(touches.c.state).where(touches.c.id == touch)
    return str(reading(ledger, lambda unit: unit.connection.scalar(row)))


def named(touch: str) -> tuple[str, ...]:
    return (f"<{touch}@acme.example>",)


def token(ledger: Ledger, touch: str, purpose: Purpose = Purpose.RETURN) -> tuple[str, ...]:
    return (make_token(ledger.identity.key, purpose, touch),)


def stopped(ledger: Ledger) -> list[tuple[str, str]]:
    found = reading(ledger, list_suppressions)
    return [(each.address, each.topic) for each in found]


@pytest.mark.parametrize(
    ("says", "closes", "stops"),
    [
        pytest.param(Says.DELIVERED, "sent", [], id="delivered"),
        pytest.param(Says.ACCEPTED, "sent", [], id="accepted"),
        pytest.param(Says.NO_MAILBOX, "failed", [(PERSON, "")], id="no mailbox"),
        pytest.param(Says.NOT_DELIVERED, "failed", [], id="soft"),
        pytest.param(Says.ABOUT_US, "failed", [], id="about us"),
        pytest.param(Says.COMPLAINT, "sent", [(PERSON, "")], id="complaint"),
        pytest.param(Says.NO_COMPLAINT, "sent", [], id="no complaint"),
        pytest.param(Says.UNSUBSCRIBED, "sent", [(PERSON, "tips")], id="unsubscribed"),
        pytest.param(
            Says.UNSUBSCRIBED_FROM_ALL, "sent", [(PERSON, "general"), (PERSON, "tips")], id="all"
        ),
        pytest.param(Says.ANSWERED, "sent", [], id="out of office"),
        pytest.param(Says.HELD_BACK, "failed", [], id="held back"),
        pytest.param(Says.HELD_BACK_NO_MAILBOX, "failed", [(PERSON, "")], id="held back, bounced"),
        pytest.param(Says.NOTHING, "unknown", [], id="nothing"),
    ],
)
def test_what_follows_from_an_event(
    ledger: Ledger, says: Says, closes: str, stops: list[tuple[str, str]]
) -> None:
    """And again, nothing more does."""
    touch = unknown(ledger, topic="tips")
    belief = Belief("dsn", topics=frozenset({GENERAL, "tips"}))
    of = event(says, tokens=token(ledger, touch))
    taken(ledger, of, belief)
    after = kinds(ledger)
    assert (state(ledger, touch), stopped(ledger)) == (closes, stops)
    again = taken(ledger, of, belief)
    assert set(again.did) <= {Did.NO_NEWS, Did.NOTHING}
    assert kinds(ledger) == after
    assert reading(ledger, verify_audit).valid


@pytest.mark.parametrize(
    ("says", "topic", "declared", "stops"),
    [
        pytest.param(Says.UNSUBSCRIBED, "", ["tips"], ["general"], id="a mail without topic"),
        pytest.param(Says.UNSUBSCRIBED_FROM_ALL, "", [], [""], id="all, and none is declared"),
        pytest.param(Says.HELD_BACK_UNSUBSCRIBED, "", [], [""], id="so the provider says"),
    ],
)
def test_what_is_stopped_is_neither_more_nor_less(
    ledger: Ledger, says: Says, topic: str, declared: list[str], stops: list[str]
) -> None:
    touch = unknown(ledger, topic=topic)
    taken(ledger, event(says, tokens=token(ledger, touch)), Belief("dsn", topics=declared))
    assert stopped(ledger) == [(PERSON, each) for each in stops]


def test_what_came_back_gives_its_room_under_a_cap_free(ledger: Ledger) -> None:
    """Whoever waits for it is asked about at once, as after a refusal."""
    touch = unknown(ledger, to_customer=True)
    until = NOW + timedelta(days=1)
    [held] = outbox(ledger, "8", recipient=PERSON, to_customer=True, reason="capped", due_at=until)
    taken(ledger, event(tokens=token(ledger, touch)))
    due = select(touches.c.next_attempt_at).where(touches.c.id == held)
    assert reading(ledger, lambda unit: unit.connection.scalar(due)) == NOW + MINUTE


def test_what_is_on_record_names_nobody(ledger: Ledger) -> None:
    touch = unknown(ledger)
    taken(ledger, event(tokens=token(ledger, touch), status="5.1.1", note=f"to {PERSON}"))
    with ledger.read() as unit:
        from engine.ledger.log import read_audit

        bodies = [each.body for each in read_audit(unit)]
    told = [body for body in bodies if '"event"' in body]
    assert len(told) == 2
    assert not any("person7" in body or "example.com" in body for body in told)


@pytest.mark.parametrize(
    "how", ["unknown token", "token of another purpose", "cut", "of another ledger"]
)
def test_a_forged_bounce_to_the_return_path(ledger: Ledger, how: str) -> None:
    """faults.md 62: without a token of ours it is ignored, and counted."""
    touch = unknown(ledger)
    [own] = token(ledger, touch)
    tokens = {
        "unknown token": ("f" * 48,),
        "token of another purpose": token(ledger, touch, Purpose.UNSUBSCRIBE),
        "cut": (own[:40],),
        "of another ledger": (make_token(b"another", Purpose.RETURN, touch),),
    }[how]
    found = taken(ledger, event(tokens=tokens, message_ids=named(touch)))
    assert found.did == (Did.NOT_BELIEVED,)
    assert (state(ledger, touch), stopped(ledger)) == ("unknown", [])


def test_a_message_id_alone_is_not_enough_where_mails_bear_tokens(ledger: Ledger) -> None:
    """Whoever knows our names can reckon a Message-ID; a token he cannot."""
    touch = unknown(ledger)
    of = event(message_ids=named(touch))
    assert taken(ledger, of, SEALED).did == (Did.NOT_BELIEVED,)
    assert state(ledger, touch) == "unknown"
    assert taken(ledger, of).did == (Did.CLOSED_FAILED, Did.SUPPRESSED)
    provider = replace(
        event(Says.DELIVERED, message_ids=named(unknown(ledger, "8"))), is_mail=False
    )
    assert taken(ledger, replace(provider, addresses=()), SEALED).did == (Did.CLOSED_SENT,)


@pytest.mark.parametrize(
    "message_ids",
    [(), ("<no>",), ("<0123456789abcdef0123456789abcdef@acme.example>",), ("<{}@evil.example>",)],
    ids=["none", "odd", "of nobody", "another domain"],
)
def test_by_an_address_alone_nothing_is_closed(
    ledger: Ledger, message_ids: tuple[str, ...]
) -> None:
    """A report by mail is ignored; what a provider says of a mailbox holds, as far as it goes."""
    touch = unknown(ledger)
    of = event(message_ids=tuple(each.format(touch) for each in message_ids))
    assert taken(ledger, of).did == (Did.NOT_OURS,)
    assert stopped(ledger) == []
    assert taken(ledger, replace(of, is_mail=False)).did == (Did.SUPPRESSED,)
    assert (state(ledger, touch), stopped(ledger)) == ("unknown", [(PERSON, "")])
    delivered = replace(of, is_mail=False, says=Says.DELIVERED)
    assert taken(ledger, delivered).did == (Did.NOT_OURS,)


def test_half_a_character_in_an_address_stops_no_other_event(ledger: Ledger) -> None:
    """JSON can hold it, UTF-8 cannot: with its batch, two hundred events were refused."""
    odd = event(id="odd-\ud800", addresses=("ann\ud800@example.com",), is_mail=False)
    right = event(id="right", is_mail=False)
    with ledger.write() as unit:
        found = [take(unit, each, PLAIN, at=NOW, actor="ann") for each in (odd, right)]
    assert [each.did for each in found] == [(Did.SUPPRESSED,)] * 2
    assert len(stopped(ledger)) == 2
    assert taken(ledger, odd).did == (Did.NO_NEWS,)


def test_a_report_about_somebody_else_proves_only_that_the_mail_went_out(ledger: Ledger) -> None:
    """It was passed on to another mailbox; ours got it."""
    touch = unknown(ledger)
    found = taken(ledger, event(message_ids=named(touch), addresses=("other@example.org",)))
    assert found.did == (Did.CLOSED_SENT,)
    assert (state(ledger, touch), stopped(ledger)) == ("sent", [])


def test_with_a_token_another_address_is_ours_passed_on(ledger: Ledger) -> None:
    touch = unknown(ledger)
    of = event(tokens=token(ledger, touch), addresses=("other@example.org",))
    assert taken(ledger, of).did == (Did.CLOSED_FAILED, Did.SUPPRESSED)
    assert stopped(ledger) == [(PERSON, "")]


def tried(ledger: Ledger) -> str:
    """A mail that the server refused for now behind the dot: it waits for its next attempt."""
    touch = sent_out(ledger)
    given = {"now": NOW, "next_attempt_at": NOW, "reason": "later", "detail": "450", "actor": "w"}
    with ledger.write() as unit:
        assert settle_later(unit, touch, epoch=1, **given)  # type: ignore[arg-type]
    return touch


def not_tried(ledger: Ledger) -> str:
    """One that this state of the ledger has never sent: it may be an older one than there was."""
    [touch] = outbox(ledger, "7")
    return touch


def in_hand(ledger: Ledger) -> str:
    """The same, while a worker has claimed it."""
    touch = not_tried(ledger)
    writing(ledger, lambda unit: claim(unit, "w", now=NOW, lease=LEASE, limit=1))
    return touch


WAITING = pytest.mark.parametrize("waiting", [tried, not_tried, in_hand])


@WAITING
@pytest.mark.parametrize("says", [Says.NO_MAILBOX, Says.DELIVERED, Says.COMPLAINT])
def test_a_mail_that_never_went_out_cannot_come_back(
    ledger: Ledger, waiting: Callable[[Ledger], str], says: Says
) -> None:
    """Anybody can reckon a Message-ID, and write that a mail of that name came or did not."""
    touch = waiting(ledger)
    before = state(ledger, touch)
    assert taken(ledger, event(says, message_ids=named(touch))).did == (Did.NOT_GONE_OUT,)
    assert (state(ledger, touch), stopped(ledger)) == (before, [])


@WAITING
@pytest.mark.parametrize("by", ["token", "provider"])
@pytest.mark.parametrize(
    ("says", "closes", "stops"),
    [
        pytest.param(Says.DELIVERED, True, [], id="delivered"),
        pytest.param(Says.ACCEPTED, True, [], id="accepted"),
        pytest.param(Says.COMPLAINT, True, [(PERSON, "")], id="complaint"),
        pytest.param(Says.NO_MAILBOX, False, [(PERSON, "")], id="no mailbox"),
        pytest.param(Says.NOT_DELIVERED, False, [], id="soft"),
    ],
)
def test_what_only_a_mail_that_went_out_brings_about_closes_one_that_waits(
    ledger: Ledger,
    waiting: Callable[[Ledger], str],
    by: str,
    says: Says,
    closes: bool,
    stops: list[tuple[str, str]],
) -> None:
    """Whatever its server said then: it would go out a second time. What came back is tried again,
    as far as its mailbox is there."""
    touch = waiting(ledger)
    before = state(ledger, touch)
    proof: dict[str, object] = {"tokens": token(ledger, touch)}
    if by == "provider":
        proof = {"message_ids": named(touch), "is_mail": False}
    taken(ledger, event(says, **proof))
    assert (state(ledger, touch), stopped(ledger)) == ("sent" if closes else before, stops)
    asked = select(touches.c.in_doubt_at).where(touches.c.id == touch)
    contacted = reading(ledger, lambda unit: unit.connection.scalar(asked))
    assert contacted is not None or not closes, "caps count it as a contact"
    after = NOW + 2 * MINUTE
    with ledger.write() as unit:
        for epoch in (1, 2):
            permitted = permit(unit, touch, epoch=epoch, now=after, lease=LEASE, actor="w").allowed
            assert not permitted or not (closes or stops)
    assert claim_of(ledger, after) == [] or not closes
    assert check_ledger(ledger) == []
    assert reading(ledger, verify_audit).valid


def claim_of(ledger: Ledger, at: datetime) -> list[str]:
    found = writing(ledger, lambda unit: claim(unit, "w", now=at, lease=LEASE, limit=9))
    return [each.id for each in found.touches]


def test_evidence_may_be_there_before_the_answer(ledger: Ledger) -> None:
    """A late `try again` finds that it went out: nothing is sent a second time."""
    touch = sent_out(ledger)
    assert taken(ledger, event(Says.DELIVERED, tokens=token(ledger, touch))).did == (
        Did.CLOSED_SENT,
    )
    with ledger.write() as unit:
        given = {
            "now": NOW,
            "next_attempt_at": NOW,
            "reason": "later",
            "detail": "450",
            "actor": "w",
        }
        assert not settle_later(unit, touch, epoch=1, **given)  # type: ignore[arg-type]
    assert state(ledger, touch) == "sent"


@pytest.mark.parametrize(
    "order", [(Says.DELIVERED, Says.NO_MAILBOX), (Says.NO_MAILBOX, Says.DELIVERED)]
)
def test_events_come_in_any_order(ledger: Ledger, order: tuple[Says, ...]) -> None:
    """Delivered and then bounced is usual: the address is stopped in either order."""
    touch = unknown(ledger)
    for says in order:
        taken(ledger, event(says, id=says, tokens=token(ledger, touch)))
    assert stopped(ledger) == [(PERSON, "")]
    assert state(ledger, touch) in ("sent", "failed")


def test_what_was_sent_stays_sent(ledger: Ledger) -> None:
    touch = sent_out(ledger)
    with ledger.write() as unit:
        assert settle_sent(unit, touch, epoch=1, now=NOW, detail="250", actor="w")
    assert taken(ledger, event(Says.DELIVERED, tokens=token(ledger, touch))).did == (Did.NO_NEWS,)
    soft = event(Says.NOT_DELIVERED, tokens=token(ledger, touch))
    assert taken(ledger, soft).did == (Did.NOTED,)
    assert taken(ledger, soft).did == (Did.NO_NEWS,)
    assert state(ledger, touch) == "sent"


def test_the_same_event_does_not_overrule_a_person(ledger: Ledger) -> None:
    """A folder that is read every night stops nobody again whom a person has let back in."""
    touch = unknown(ledger)
    of = event(tokens=token(ledger, touch))
    taken(ledger, of)
    writing(ledger, lambda unit: unsuppress(unit, PERSON, why="a typo", at=NOW, actor="ann"))
    assert taken(ledger, of).did == (Did.NO_NEWS,)
    assert stopped(ledger) == []
    assert Did.SUPPRESSED in taken(ledger, replace(of, id="event-2")).did


def test_an_address_that_was_forgotten_is_stopped_all_the_same(ledger: Ledger) -> None:
    touch = unknown(ledger)
    values = {"recipient": "", "sender": ""}
    writing(
        ledger,
        lambda unit: unit.connection.execute(
            update(touches).where(touches.c.id == touch).values(values)
        ),
    )
    assert Did.SUPPRESSED in taken(ledger, event(message_ids=named(touch))).did
    with ledger.read() as unit:
        default = TopicDefault.SUBSCRIBED
        assert refusals_among(unit, {PERSON}, "tips", default=default) == {PERSON: SUPPRESSED}


def test_a_bounce_of_a_copy_is_about_the_copy(ledger: Ledger) -> None:
    """Copies bear the Message-ID of their mail: which of them is meant, the address tells."""
    mail = unknown(ledger, "7")
    copy = unknown(ledger, "8", copy_of=mail)
    both = event(message_ids=named(mail), addresses=())
    assert taken(ledger, both).did == (Did.NOT_OURS,)
    of_copy = event(message_ids=named(mail), addresses=("person8@example.com",))
    assert taken(ledger, of_copy).touch == copy
    assert (state(ledger, mail), state(ledger, copy)) == ("unknown", "failed")


def test_a_click_unsubscribes_from_the_topic_of_its_mail(ledger: Ledger) -> None:
    touch = unknown(ledger, topic="tips")
    [click] = token(ledger, touch, Purpose.UNSUBSCRIBE)
    for _ in range(2):
        topic = writing(ledger, lambda unit: unsubscribe_from(unit, click, at=NOW, actor="web"))
        assert topic == "tips"
    assert stopped(ledger) == [(PERSON, "tips")]
    assert kinds(ledger).count("suppressed") == 1
    [other] = token(ledger, touch)
    for odd in (other, "", "x" * 48, click[:-1]):
        assert (
            writing(ledger, lambda unit, odd=odd: unsubscribe_from(unit, odd, at=NOW, actor="w"))
            is None
        )


@pytest.mark.parametrize(("topic", "stops"), [("tips", "tips"), ("", GENERAL)])
def test_one_click_ends_what_was_subscribed_to_and_nothing_else(
    ledger: Ledger, topic: str, stops: str
) -> None:
    """A mail without topic is general: what is declared beside it goes on."""
    given = {"why": "a form", "at": NOW, "actor": "ann"}
    writing(ledger, lambda unit: subscribe(unit, PERSON, topic=stops, **given))  # type: ignore[arg-type]
    [click] = token(ledger, unknown(ledger, topic=topic), Purpose.UNSUBSCRIBE)
    assert writing(ledger, lambda u: unsubscribe_from(u, click, at=NOW, actor="web")) == stops
    assert stopped(ledger) == [(PERSON, stops)]
    assert kinds(ledger)[-2:] == ["unsubscribed", "suppressed"]


def test_a_touch_that_failed_makes_room_for_others(ledger: Ledger) -> None:
    touch = unknown(ledger)
    taken(ledger, event(Says.NOT_DELIVERED, tokens=token(ledger, touch)))
    assert state(ledger, touch) == TouchState.FAILED
