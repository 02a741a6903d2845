"""The forms in which events come in, and how each is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.inbound.events import Event, Unread
from engine.inbound.postmark import postmark_events
from engine.inbound.sendgrid import sendgrid_events
from engine.inbound.ses import ses_events
from engine.places import Place

__all__ = ["DSN", "PROVIDERS", "ReadEvents"]

DSN = "dsn"
"""Mails: bounces (delivery status notifications) and what comes back beside them."""

ReadEvents = Callable[[object, Place], Iterator[Event | Unread]]

PROVIDERS: Mapping[str, ReadEvents] = {
    "ses": ses_events,
    "postmark": postmark_events,
    "sendgrid": sendgrid_events,
}
"""The reader of one JSON document, by provider."""
