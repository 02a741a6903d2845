"""Who gets emails of a topic: suppressions, and subscriptions where a topic asks for one.

Language, section 6. `required` passes what was said of the topic, never what was said of the
address as a whole (a bounce, a complaint, a stop of everything).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, delete, select

from engine.bind.policy import BoundPolicy
from engine.decide.policy import newcomer_refused
from engine.language.policy import GENERAL, TopicDefault
from engine.ledger.audit import Kind
from engine.ledger.prepared import Prepared
from engine.ledger.statements import insert_new, texts_relation
from engine.ledger.store import Unit
from engine.ledger.suppressions import EVERY_TOPIC
from engine.ledger.tables import subscriptions, suppressions, touches

__all__ = [
    "SUPPRESSED",
    "Addressed",
    "addressed",
    "had_topic",
    "refusals_among",
    "refusals_of",
    "subscribe",
    "unsubscribe",
    "unsubscribe_digest",
]

SUPPRESSED = "suppressed"

Addressed = tuple[str, str, TopicDefault]
"""An address by its keyed digest, a topic, and who gets that topic."""


def had_topic(unit: Unit, topic: str) -> bool:
    """Whether a mail of the ledger is on a topic, gone out or not."""
    found = select(touches.c.id).where(touches.c.topic == topic).limit(1)
    return unit.connection.scalar(found) is not None


def _said_in(table: Table) -> Prepared:
    """Which topics some addresses stand with in a table."""
    return Prepared(
        lambda given: select(table.c.address_digest, table.c.topic).where(
            table.c.address_digest.in_(select(given("digest").c.digest))
        )
    )


_SAID, _ASKED_FOR = _said_in(suppressions), _said_in(subscriptions)


def addressed(policy: BoundPolicy, row: Row[Any]) -> Addressed:
    """Who is asked about a row of the outbox, and on what; colleagues subscribe to nothing."""
    default = policy.default_of(row.topic) if row.to_customer else TopicDefault.SUBSCRIBED
    return row.address_digest, row.topic, default


def refusals_of(unit: Unit, asked: Collection[Addressed]) -> dict[Addressed, str]:
    """Those of a group that get nothing of their topic, with the reason; no address: it does."""
    digests = sorted({digest for digest, _, _ in asked if digest})
    if not digests:
        return {}
    said = _pairs(unit, _SAID, digests)
    asks = any(newcomer_refused(default) for _, _, default in asked)
    if not (said or asks):
        return {}
    subscribed = _pairs(unit, _ASKED_FOR, digests) if asks else set()
    reasons = {each: _reason(each, said, subscribed) for each in asked if each[0]}
    return {each: reason for each, reason in reasons.items() if reason}


def _pairs(unit: Unit, statement: Prepared, digests: Sequence[str]) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in statement.rows(unit.connection, {"given": digests})}


def _reason(
    asked: Addressed, said: Collection[tuple[str, str]], subscribed: Collection[tuple[str, str]]
) -> str:
    digest, topic, default = asked
    mine = (digest, topic or GENERAL)
    if (digest, EVERY_TOPIC) in said or (default is not TopicDefault.REQUIRED and mine in said):
        return SUPPRESSED
    return "" if mine in subscribed else newcomer_refused(default)


def refusals_among(
    unit: Unit, addresses: Iterable[str], topic: str, *, default: TopicDefault
) -> dict[str, str]:
    """Those of many addresses that get nothing of a topic, with the reason."""
    digests = {address: unit.digest(address) for address in addresses}
    refused = _refusals(unit, digests.values(), topic, default)
    return {each: refused[digest] for each, digest in digests.items() if digest in refused}


def _refusals(
    unit: Unit, digests: Iterable[str], topic: str, default: TopicDefault
) -> dict[str, str]:
    asked = sorted(set(digests))
    if not asked:
        return {}
    topics = [EVERY_TOPIC] if default is TopicDefault.REQUIRED else [EVERY_TOPIC, topic or GENERAL]
    refused = {}
    if newcomer := newcomer_refused(default):
        refused = dict.fromkeys(set(asked) - _subscribed(unit, asked, topic), newcomer)
    said = _pairs(unit, _SAID, asked)
    return refused | {digest: SUPPRESSED for digest, of in said if of in topics}


def _subscribed(unit: Unit, digests: Iterable[str], topic: str) -> set[str]:
    given = texts_relation(unit.connection, digests)
    found = select(subscriptions.c.address_digest).where(
        subscriptions.c.address_digest.in_(select(given.c.value)),
        subscriptions.c.topic == (topic or GENERAL),
    )
    return set(unit.connection.scalars(found))


def subscribe(unit: Unit, address: str, *, topic: str, why: str, at: datetime, actor: str) -> bool:
    """Record that an address asked for a topic; False where it had already."""
    row = {
        "address_digest": unit.digest(address),
        "topic": topic,
        "why": unit.without_addresses(why),
        "at": at,
        "actor": actor,
    }
    done = unit.connection.execute(insert_new(unit.connection, subscriptions).values(row))
    if done.rowcount == 1:
        body = {"address": row["address_digest"], "topic": topic, "why": row["why"]}
        unit.note(Kind.SUBSCRIBED, body, at=at, actor=actor)
    return done.rowcount == 1


def unsubscribe(
    unit: Unit, address: str, *, topic: str, why: str, at: datetime, actor: str
) -> bool:
    """Take a subscription back; False where there was none."""
    return unsubscribe_digest(unit, unit.digest(address), topic=topic, why=why, at=at, actor=actor)


def unsubscribe_digest(
    unit: Unit, digest: str, *, topic: str, why: str, at: datetime, actor: str
) -> bool:
    """The same, by the address's keyed digest."""
    mine = (subscriptions.c.address_digest == digest, subscriptions.c.topic == topic)
    if unit.connection.execute(delete(subscriptions).where(*mine)).rowcount != 1:
        return False
    body = {"address": digest, "topic": topic, "why": unit.without_addresses(why)}
    unit.note(Kind.UNSUBSCRIBED, body, at=at, actor=actor)
    return True
