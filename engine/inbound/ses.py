"""Events of Amazon SES: as SNS hands them on, or bare, in both of its forms.

`notificationType` is that of feedback notifications, `eventType` that of event publishing. SES has
a Message-ID of its own; ours stands among the headers of `mail`, and our return path in `source`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.inbound.addresses import address_in
from engine.inbound.events import Event, Says, Unread
from engine.inbound.fields import Fields, first_token, listed, mapped, message_ids, text
from engine.inbound.statuses import says_of_refusal, status_in
from engine.messages.tokens import TOKEN
from engine.places import Place
from engine.ports import TAG

__all__ = ["ses_events"]

_TOKEN_IN_SOURCE = re.compile(rf"\+({TOKEN})@")
_COMPLAINTS = {"abuse", "fraud", "other", ""}
_SIMPLE: Mapping[str, Says] = {
    "Delivery": Says.DELIVERED,
    "DeliveryDelay": Says.ACCEPTED,
    "Send": Says.ACCEPTED,
    "Reject": Says.HELD_BACK,
    "Rendering Failure": Says.HELD_BACK,
}
_RECIPIENTS: Mapping[str, tuple[str, str]] = {
    "Bounce": ("bounce", "bouncedRecipients"),
    "Complaint": ("complaint", "complainedRecipients"),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients"),
}


@dataclass(frozen=True, slots=True)
class _Notice:
    """One notice, taken out of its envelope."""

    place: Place
    kind: str
    fields: Fields

    def event(self, says: Says, address: str, *, status: str = "", note: str = "") -> Event:
        mail = mapped(self.fields, "mail")
        detail = mapped(self.fields, _RECIPIENTS.get(self.kind, (self.kind.lower(), ""))[0])
        name = text(detail, "feedbackId", "timestamp") or text(mail, "timestamp")
        return Event(
            says,
            self.place,
            id="\n".join(("ses", text(mail, "messageId"), self.kind, name, address)),
            tokens=tuple(_tokens(mail)),
            message_ids=tuple(dict.fromkeys(_ids(mail))),
            addresses=(address,) if address else (),
            status=status,
            note=note,
        )


def ses_events(value: object, place: Place) -> Iterator[Event | Unread]:
    """The events in one document: a notice, an SNS envelope around one, or a list of these."""
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            yield Unread(
                place, "expected an object with the notice of SES, or one of SNS around it"
            )
        elif "Message" in each and "Type" in each:
            yield from _in_envelope(each, place)
        else:
            yield from _notice(each, place)


def _in_envelope(envelope: Fields, place: Place) -> Iterator[Event | Unread]:
    kind = text(envelope, "Type")
    if kind != "Notification":
        note = (
            f"a message of SNS of the type `{kind[:40]}`, which is not followed: confirm a "
            "subscription at the endpoint that receives it"
        )
        yield Event(Says.NOTHING, place, id="", note=note)
        return
    try:
        inside = json.loads(_message(envelope))
    except (ValueError, RecursionError):
        yield Unread(place, "the `Message` of this envelope of SNS is no JSON")
        return
    if not isinstance(inside, dict):
        yield Unread(place, "the `Message` of this envelope of SNS is no notice of SES")
        return
    yield from _notice(inside, place)


def _message(envelope: Fields) -> str:
    """The notice inside an envelope, which is JSON in a text."""
    message = envelope.get("Message")
    return message if isinstance(message, str) else ""


def _notice(fields: Fields, place: Place) -> Iterator[Event | Unread]:
    kind = text(fields, "eventType", "notificationType")
    if not kind:
        yield Unread(place, "expected `eventType` or `notificationType`, as SES writes them")
        return
    notice = _Notice(place, kind, fields)
    if kind == "Bounce":
        yield from _bounced(notice)
    elif kind == "Complaint":
        yield from _complained(notice)
    elif kind in _SIMPLE:
        for address in _named(notice) or [""]:
            yield notice.event(_SIMPLE[kind], address)
    else:
        yield notice.event(Says.NOTHING, "", note=f"an event of the type `{kind[:40]}`")


def _named(notice: _Notice) -> list[str]:
    """Whom a notice is about."""
    if notice.kind in _RECIPIENTS:
        name, recipients = _RECIPIENTS[notice.kind]
        found = listed(mapped(notice.fields, name), recipients)
        return [address_in(text(each, "emailAddress")) for each in found]
    told = mapped(notice.fields, "delivery").get("recipients")
    told = told or mapped(notice.fields, "mail").get("destination")
    told = told if isinstance(told, list) else []
    return [address_in(each) for each in told if isinstance(each, str)]


def _bounced(notice: _Notice) -> Iterator[Event]:
    bounce = mapped(notice.fields, "bounce")
    is_permanent = text(bounce, "bounceType") == "Permanent"
    for each in listed(bounce, "bouncedRecipients") or [{}]:
        status = status_in(text(each, "status")) or status_in(text(each, "diagnosticCode"))
        about_us = says_of_refusal(status) is Says.ABOUT_US
        says = Says.NO_MAILBOX if is_permanent else Says.NOT_DELIVERED
        note = text(bounce, "bounceSubType")[:40]
        yield notice.event(
            Says.ABOUT_US if about_us else says,
            address_in(text(each, "emailAddress")),
            status=status,
            note=f"{text(bounce, 'bounceType')[:40]}, {note}",
        )


def _complained(notice: _Notice) -> Iterator[Event]:
    complaint = mapped(notice.fields, "complaint")
    kind = text(complaint, "complaintFeedbackType").lower()
    says = Says.COMPLAINT if kind in _COMPLAINTS else Says.NO_COMPLAINT
    for address in _named(notice) or [""]:
        yield notice.event(
            says, address, note=f"feedback of the type `{kind[:40]}`" if kind else ""
        )


def _tokens(mail: Fields) -> Iterator[str]:
    yield from _TOKEN_IN_SOURCE.findall(text(mail, "source"))
    tags = mapped(mail, "tags").get(TAG)
    for tag in tags if isinstance(tags, list) else []:
        yield from first_token(tag) if isinstance(tag, str) else ()


def _ids(mail: Fields) -> Iterator[str]:
    yield from message_ids(text(mapped(mail, "commonHeaders"), "messageId"))
    for header in listed(mail, "headers"):
        if text(header, "name").lower() == "message-id":
            yield from message_ids(text(header, "value"))
