"""Unsubscribing by the token in a mail's link. RFC 8058: one click, and no question asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from engine.decide.facts import TouchKind
from engine.language.policy import GENERAL
from engine.ledger.store import Unit
from engine.ledger.suppressions import suppress_digest
from engine.ledger.tables import touches
from engine.ledger.topics import unsubscribe_digest
from engine.messages.tokens import Purpose, touch_of

__all__ = ["unsubscribe_from"]

_WHY = "one click"


def unsubscribe_from(unit: Unit, token: str, *, at: datetime, actor: str) -> str | None:
    """Stop the topic of a mail to its recipient, and give that topic; again it changes nothing.

    None: there is no mail with that token.
    """
    touch = touch_of(unit.ledger.identity.key, Purpose.UNSUBSCRIBE, token)
    mine = (touches.c.id == touch, touches.c.kind == TouchKind.EMAIL)
    columns = (touches.c.address_digest, touches.c.topic)
    row = unit.connection.execute(select(*columns).where(*mine)).first()
    if touch is None or row is None:
        return None
    digest, topic = row.address_digest, row.topic or GENERAL
    unsubscribe_digest(unit, digest, topic=topic, why=_WHY, at=at, actor=actor)
    suppress_digest(unit, digest, topic=topic, why=_WHY, at=at, actor=actor)
    return topic
