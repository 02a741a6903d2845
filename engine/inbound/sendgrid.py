"""Events of SendGrid: arrays of objects.

`smtp-id` is our Message-ID, where SendGrid says it; `sg_message_id` is its own. A channel with
`provider: sendgrid` sends a token along, which comes back under its own name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.inbound.addresses import address_in
from engine.inbound.events import Event, Says, Unread
from engine.inbound.fields import Fields, first_token, message_ids, objects_of, text
from engine.inbound.statuses import says_of_refusal, status_in
from engine.places import Place
from engine.ports import TAG

__all__ = ["sendgrid_events"]

_SIMPLE: Mapping[str, Says] = {
    "processed": Says.ACCEPTED,
    "deferred": Says.ACCEPTED,
    "delivered": Says.DELIVERED,
    "spamreport": Says.COMPLAINT,
    "unsubscribe": Says.UNSUBSCRIBED_FROM_ALL,
    "group_unsubscribe": Says.UNSUBSCRIBED,
}
_DROPPED: Mapping[str, Says] = {
    "bounced address": Says.HELD_BACK_NO_MAILBOX,
    "invalid": Says.HELD_BACK_NO_MAILBOX,
    "spam reporting address": Says.HELD_BACK_COMPLAINT,
    "unsubscribed address": Says.HELD_BACK_UNSUBSCRIBED,
}


def sendgrid_events(value: object, place: Place) -> Iterator[Event | Unread]:
    """The events in one document: an array, or one of its objects."""
    return objects_of(value, place, provider="SendGrid", kind="event", event=_event)


def _event(fields: Fields, kind: str, place: Place) -> Event:
    reason = text(fields, "reason", "response")
    status = status_in(text(fields, "status")) or status_in(reason)
    says, note = _says(fields, kind, status)
    named = address_in(text(fields, "email"))
    own = text(fields, "sg_event_id") or "\n".join(
        (text(fields, "sg_message_id"), text(fields, "timestamp"), kind, named)
    )
    return Event(
        says,
        place,
        id=f"sendgrid\n{own}",
        tokens=first_token(text(fields, TAG)),
        message_ids=message_ids(text(fields, "smtp-id")),
        addresses=(named,) if named else (),
        status=status,
        note=note,
    )


def _says(fields: Fields, kind: str, status: str) -> tuple[Says, str]:
    if kind in _SIMPLE:
        return _SIMPLE[kind], ""
    if kind == "bounce":
        return _bounced(text(fields, "type"), status)
    if kind == "dropped":
        reason = text(fields, "reason")
        return _DROPPED.get(reason.lower(), Says.HELD_BACK), f"dropped: {reason[:60]}"
    return Says.NOTHING, f"an event of the type `{kind[:40]}`"


def _bounced(kind: str, status: str) -> tuple[Says, str]:
    """A `blocked` one is refused for now, or for a policy; a status of 5.7 is about us anyway."""
    said = says_of_refusal(status)
    if said is Says.ABOUT_US:
        return said, ""
    if kind == "blocked":
        return Says.NOT_DELIVERED, "blocked"
    return Says.NO_MAILBOX, ""
