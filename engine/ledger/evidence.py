"""What is believed of events about mails that went out, and what follows from each.

Delivery page, point 3: evidence closes an unknown by itself. An event counts by what it names: a
token that only this ledger makes, or a Message-ID of ours. By an address alone nothing is closed;
it is only suppressed, where a provider says so. The event, its consequences and the records that
tell of them are one transaction, and the same event twice is one event.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, or_, select, update

from engine.decide.facts import TouchKind, TouchState
from engine.inbound.events import Event, Proof, Stop
from engine.language.policy import GENERAL
from engine.ledger.audit import Kind
from engine.ledger.held import let_others_ask
from engine.ledger.statements import insert_new
from engine.ledger.store import Unit
from engine.ledger.suppressions import EVERY_TOPIC, suppress_digest
from engine.ledger.tables import IS_COPY, NOBODYS, evidence, touches
from engine.ledger.topics import unsubscribe_digest
from engine.messages.address import AddressError, parse_address
from engine.messages.tokens import Purpose, touch_of

__all__ = ["Belief", "Did", "Taken", "take"]

_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@([^<>@\s]+)>")
_OPEN = (TouchState.IN_DOUBT, TouchState.UNKNOWN)
_WAITING = (TouchState.READY, TouchState.CLAIMED)


class Did(StrEnum):
    """What came of an event."""

    CLOSED_SENT = "closed_sent"
    CLOSED_FAILED = "closed_failed"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"
    NOTED = "noted"
    """It is on record; there was nothing to change."""
    NO_NEWS = "no_news"
    """It was taken in before, or says what is known."""
    NOT_OURS = "not_ours"
    """It names no mail of this ledger."""
    NOT_BELIEVED = "not_believed"
    """It names a mail of ours without the token that only a real one bears, or with a wrong one."""
    NOT_GONE_OUT = "not_gone_out"
    """It names a mail that never went out, so that it cannot be about it."""
    NOTHING = "nothing"
    """It is none of the events that are taken in."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What events are measured by.

    `form` is how they came in; `sealed` are the channels whose mails bear a token in their return
    path, so that a report without it is not about one of them; `topics` are all that are declared:
    where none are, none is `required`, and who leaves them all gets nothing any more.
    """

    form: str
    sealed: Collection[str] = ()
    topics: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """An event and what came of it; `touch` is the mail that it names, empty where it is none."""

    event: Event
    did: tuple[Did, ...]
    touch: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """An event that is believed. `whom` are the keyed digests of the addresses that it is about."""

    unit: Unit
    event: Event
    belief: Belief
    row: Row[Any] | None
    whom: frozenset[str]
    at: datetime
    actor: str

    @property
    def proof(self) -> Proof:
        """What it proves of the mail: no more than that it went out, where it is about others."""
        proof = self.event.meaning.proof
        if self.row is not None and self.row.address_digest not in self.whom:
            return Proof.WENT_OUT
        return proof

    @property
    def digest(self) -> str:
        return self.unit.keyed(f"event\n{self.event.id}")


def take(unit: Unit, event: Event, belief: Belief, *, at: datetime, actor: str) -> Taken:
    """Take one event in, and say what came of it."""
    if event.meaning.proof is Proof.NOTHING:
        return Taken(event, (Did.NOTHING,))
    found = _named(unit, event, belief)
    if isinstance(found, Did):
        return Taken(event, (found,))
    if found is not None and found.in_doubt_at is None and not _must_have_gone_out(event, found):
        return Taken(event, (Did.NOT_GONE_OUT,), found.id)
    case = _Case(unit, event, belief, found, _whom(unit, event, found), at, actor)
    did = _follow(case)
    return Taken(event, did, found.id if found is not None else "")


def _must_have_gone_out(event: Event, row: Row[Any]) -> bool:
    """Whether a mail that waits has gone out all the same, for all that the ledger knows of it.

    Its server took it and said to try again, or the ledger is an older state of itself. A token
    leaves with a mail alone, and a provider tells of what it has; a Message-ID anybody can reckon.
    """
    return row.state in _WAITING and (bool(event.tokens) or not event.is_mail)


# ---------------------------------------------------------------- which mail


def _named(unit: Unit, event: Event, belief: Belief) -> Row[Any] | Did | None:
    """The mail that an event names; None where it names none and counts all the same."""
    key = unit.ledger.identity.key
    by_token = [touch_of(key, Purpose.RETURN, each) for each in event.tokens]
    if any(by_token):
        ours = next(each for each in by_token if each)
        row = unit.connection.execute(_mail().where(touches.c.id == ours)).first()
        return row if row is not None else Did.NOT_OURS
    if event.tokens:
        return Did.NOT_BELIEVED
    row = _by_message_id(unit, event)
    if row is not None and event.is_mail and row.channel in belief.sealed:
        return Did.NOT_BELIEVED
    stops_address = event.meaning.stop in (Stop.EVERYTHING, Stop.TOPICS) and event.addresses
    return row if row is not None or (stops_address and not event.is_mail) else Did.NOT_OURS


def _mail() -> Any:
    return select(touches).where(touches.c.kind == TouchKind.EMAIL).with_for_update()


def _by_message_id(unit: Unit, event: Event) -> Row[Any] | None:
    """Copies bear the Message-ID of their mail: which one is meant, the address tells."""
    rows = [row for each in event.message_ids for row in _of_message_id(unit, each)]
    digests = {unit.digest(each) for each in event.addresses}
    meant = [row for row in rows if row.address_digest in digests]
    return meant[0] if meant else rows[0] if len(rows) == 1 else None


def _of_message_id(unit: Unit, message_id: str) -> list[Row[Any]]:
    found = _MESSAGE_ID.fullmatch(message_id.strip().lower())
    if found is None:
        return []
    of_it = or_(touches.c.id == found[1], and_(IS_COPY, touches.c.copy_of == found[1]))
    rows = unit.connection.execute(_mail().where(of_it)).all()
    return [row for row in rows if _domain(row.sender) in ("", found[2])]


def _domain(sender: str) -> str:
    """Of a sender; empty where it was forgotten with the rest of an old mail."""
    try:
        return parse_address(sender).domain
    except AddressError:
        return ""


def _whom(unit: Unit, event: Event, row: Row[Any] | None) -> frozenset[str]:
    """Whom it is about: the mail's own recipient, unless it says that it is about somebody else.

    A token is of one mail to one recipient, and where that mail was passed on, a report names
    another address than ours. A provider is believed about an address in any case.
    """
    named = frozenset(unit.digest(each) for each in event.addresses if each.strip())
    if row is None:
        return named
    is_told = bool(event.tokens) or not named or row.address_digest in named
    own = frozenset({row.address_digest}) if is_told else frozenset[str]()
    return own if event.is_mail else own | named


# ---------------------------------------------------------------- what follows


def _follow(case: _Case) -> tuple[Did, ...]:
    if _is_kept(case) and not _is_new(case):
        return (Did.NO_NEWS,)
    did = (*_close(case), *_stop(case))
    if not did and not _is_kept(case):
        return (Did.NO_NEWS,)
    _tell(case, did or (Did.NOTED,))
    return did or (Did.NOTED,)


def _is_kept(case: _Case) -> bool:
    """Whether it is remembered: of deliveries there are as many as mails, and none of them does
    anything twice."""
    meaning = case.event.meaning
    return meaning.stop is not Stop.NOTHING or meaning.proof is Proof.CAME_BACK


def _is_new(case: _Case) -> bool:
    row = {"digest": case.digest, "at": case.at}
    statement = insert_new(case.unit.connection, evidence).values(row)
    return case.unit.connection.execute(statement).rowcount == 1


def _close(case: _Case) -> tuple[Did, ...]:
    """Close a mail of which nobody knew what became of it, or one that would go out again.

    One that came back and waits is tried again.
    """
    row, went_out = case.row, case.proof is Proof.WENT_OUT
    if row is None or row.state not in (*_OPEN, *(_WAITING if went_out else ())):
        return ()
    state = TouchState.SENT if went_out else TouchState.FAILED
    values = {
        "state": state,
        "reason": "evidence" if went_out else str(case.event.says),
        "detail": " ".join(filter(None, (case.belief.form, case.event.says, case.event.status))),
        "in_doubt_at": row.in_doubt_at or case.at,
        "ended_at": row.ended_at or case.at,
        **NOBODYS,
    }
    case.unit.connection.execute(update(touches).where(touches.c.id == row.id).values(values))
    if row.to_customer and not went_out:
        let_others_ask(case.unit, row.id, now=case.at)
    body = {"touch": row.id, "verdict": str(state), "event": case.digest}
    told = {"playbook": row.playbook, "key": row.key}
    case.unit.note(Kind.TOUCH_RESOLVED, body, at=case.at, actor=case.actor, **told)
    return (Did.CLOSED_SENT if went_out else Did.CLOSED_FAILED,)


def _stop(case: _Case) -> tuple[Did, ...]:
    """Stop what is not to be sent any more, to whom the event is about."""
    match case.event.meaning.stop:
        case Stop.NOTHING:
            return ()
        case Stop.EVERYTHING:
            done = [_suppress(case, each, EVERY_TOPIC) for each in sorted(case.whom)]
            return (Did.SUPPRESSED,) if any(done) else ()
        case Stop.TOPIC:
            topics = [case.row.topic or GENERAL] if case.row is not None else []
        case Stop.TOPICS:
            topics = sorted(case.belief.topics) or [EVERY_TOPIC]
    done = [_suppress(case, each, topic) for each in sorted(case.whom) for topic in topics]
    return (Did.UNSUBSCRIBED,) if any(done) else ()


def _suppress(case: _Case, digest: str, topic: str) -> bool:
    why = f"{case.belief.form}: {case.event.says} {case.event.status}".rstrip()
    unit, at, actor = case.unit, case.at, case.actor
    if topic:
        unsubscribe_digest(unit, digest, topic=topic, why=why, at=at, actor=actor)
    return suppress_digest(unit, digest, topic=topic, why=why, at=at, actor=actor)


def _tell(case: _Case, did: tuple[Did, ...]) -> None:
    row = case.row
    body = {
        "event": case.digest,
        "form": case.belief.form,
        "says": str(case.event.says),
        "status": case.event.status,
        "touch": row.id if row is not None else "",
        "about": sorted(case.whom),
        "did": [str(each) for each in did],
    }
    told = {"playbook": row.playbook, "key": row.key} if row is not None else {}
    case.unit.note(Kind.EVENT_TAKEN, body, at=case.at, actor=case.actor, **told)
