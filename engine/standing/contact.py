"""What the contact policy says of one customer now: by the very functions that dispatch asks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.audience.explain import Node, explain
from engine.audience.select import Key
from engine.audience.snapshot import Snapshot
from engine.bind.acts import BoundEmail
from engine.bind.playbook import BoundPlaybook
from engine.bind.policy import BoundPolicy, address_of, row_of
from engine.decide.policy import (
    Act,
    Asked,
    Verdict,
    counts_against,
    judge,
    newcomer_refused,
    next_opening,
    room_from,
    standing_against,
)
from engine.language.policy import GENERAL, FrequencyCap, TopicDefault
from engine.ledger.held import acts_by_whom
from engine.ledger.store import Ledger, Unit
from engine.ledger.topics import refusals_among
from engine.standing.people import People, Reached

__all__ = ["CapSeen", "Contact", "Mailbox", "contact_now", "shut_out"]

Acts = Mapping[str, Sequence[Act]]


@dataclass(frozen=True, slots=True)
class CapSeen:
    """A cap as one whom it counts (`whom`: an address, or `account/1`) stands to it now.

    `count` emails count against it; `room_at` is when there is room for one more, None: now.
    """

    cap: FrequencyCap
    whom: str
    count: int
    room_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A recipient, and what keeps mail from it now.

    `refusal` is `suppressed` or `not_subscribed`, `of_everything` says that it is so for every
    topic. `opens_at` is when the send window lets a mail through: now where it is open, None where
    there is no window for it. `verdict` is that of dispatch on a mail that were due now.
    """

    who: Reached
    refusal: str = ""
    of_everything: bool = False
    opens_at: datetime | None = None
    verdict: Verdict | None = None
    caps: tuple[CapSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """What the policy says of the next email `step`, or where it is empty of mail in general.

    `never` are the rules of `never_contact` that can stop it, each with whether it holds.
    """

    step: str
    topic: str
    channel: str
    mailboxes: tuple[Mailbox, ...]
    never: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    policy: BoundPolicy
    channel: str
    topic: str
    now: datetime


def contact_now(
    playbook: BoundPlaybook,
    step: BoundEmail | None,
    people: People,
    policy: BoundPolicy,
    *,
    key: Key,
    channel: str,
    snapshot: Snapshot,
    ledger: Ledger | None,
    now: datetime,
) -> Contact:
    """The policy's answer for one customer; `channel` is that of mail in general."""
    topic = step.topic if step else GENERAL
    asked = _Question(policy, step.channel if step else channel, topic, now)
    return Contact(
        step.id if step else "",
        topic,
        asked.channel,
        _mailboxes(asked, people.recipients(step), people.rows(), ledger),
        tuple(_never(asked, playbook, key, snapshot)),
    )


def shut_out(
    playbook: BoundPlaybook,
    step: BoundEmail,
    people: People,
    policy: BoundPolicy,
    *,
    key: Key,
    snapshot: Snapshot,
    ledger: Ledger | None,
    now: datetime,
) -> frozenset[str]:
    """The addresses that get nothing of an email `step`, whatever its window and caps say."""
    asked = _Question(policy, step.channel, step.topic, now)
    whom = [each for each in people.recipients(step) if each.address]
    never = any(each.holds for each in _never(asked, playbook, key, snapshot))
    refused = _refused(asked, whom, ledger)
    return frozenset(
        each.address for each in whom if each.address in refused or (never and not each.is_team)
    )


def _refused(asked: _Question, whom: Sequence[Reached], ledger: Ledger | None) -> Collection[str]:
    if ledger is None:
        return [box.who.address for box in _newcomers(asked, whom, ()) if box.refusal]
    with ledger.read() as unit:
        return [each.address for each in whom if _refusal(unit, asked, each)]


def _refusal(unit: Unit, asked: _Question, who: Reached) -> str:
    """Why somebody gets nothing of a topic; colleagues subscribe to nothing."""
    default = asked.policy.default_of(asked.topic)
    of_topic = TopicDefault.SUBSCRIBED if who.is_team else default
    addresses = [who.address] if who.address else []
    return refusals_among(unit, addresses, asked.topic, default=of_topic).get(who.address, "")


def _mailboxes(
    asked: _Question, whom: Sequence[Reached], rows: Sequence[str], ledger: Ledger | None
) -> tuple[Mailbox, ...]:
    if ledger is None:
        return tuple(_newcomers(asked, whom, rows))
    with ledger.read() as unit:
        found = []
        for who in whom:
            addresses = [who.address] if who.address else []
            of_all = refusals_among(unit, addresses, "", default=TopicDefault.REQUIRED)
            box = Mailbox(who, _refusal(unit, asked, who), bool(of_all))
            reached = (address_of(unit.digest(who.address)), *rows)
            acts = acts_by_whom(unit, reached, asked.policy, now=asked.now)
            found.append(_judged(asked, box, reached, acts))
    return tuple(found)


def _newcomers(asked: _Question, whom: Sequence[Reached], rows: Sequence[str]) -> Iterator[Mailbox]:
    """Where there is no ledger yet nothing is known of anybody."""
    refusal = newcomer_refused(asked.policy.default_of(asked.topic))
    for who in whom:
        box = Mailbox(who, refusal if who.address and not who.is_team else "")
        yield _judged(asked, box, (address_of(who.address), *rows), {})


def _judged(asked: _Question, box: Mailbox, reached: tuple[str, ...], acts: Acts) -> Mailbox:
    """Windows and caps are for customers; colleagues have none."""
    who, policy = box.who, asked.policy
    if who.is_team or not who.address:
        return box
    calendar = policy.calendar
    mail = Asked(asked.channel, asked.topic, who.zone, reached)
    return replace(
        box,
        opens_at=next_opening(calendar, asked.now, who.zone) if calendar else None,
        verdict=judge(policy, mail, acts, asked.now),
        caps=tuple(_caps(asked, who, reached, acts)),
    )


def _caps(asked: _Question, who: Reached, reached: Sequence[str], acts: Acts) -> Iterator[CapSeen]:
    if asked.policy.default_of(asked.topic) is TopicDefault.REQUIRED:
        return  # passes every cap
    for cap in asked.policy.caps:
        if not counts_against(cap, Act(asked.now, asked.channel, asked.topic)):
            continue
        prefix = row_of(cap.each, "") if cap.each else address_of("")
        for each in reached:
            if each.startswith(prefix):
                counted = acts.get(each, ())
                number = len(standing_against(cap, counted, asked.now))
                told = each if cap.each else who.address
                yield CapSeen(cap, told, number, room_from(cap, counted, asked.now))


def _never(
    asked: _Question, playbook: BoundPlaybook, key: Key, snapshot: Snapshot
) -> Iterator[Node]:
    if asked.policy.default_of(asked.topic) is TopicDefault.REQUIRED:
        return
    audience = playbook.audience
    for rule in asked.policy.never:
        condition = rule.conditions.get(audience.entity.name)
        if condition is not None and rule.concerns(playbook.name, asked.topic):
            about = replace(audience, condition=condition, zone=playbook.zone)
            if (node := explain(about, key, snapshot, asked.now)) is not None:
                yield node
