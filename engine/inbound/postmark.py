"""Events of Postmark: one object each.

`MessageID` is Postmark's own. What names our mail is the metadata that a channel with
`provider: postmark` sends along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.inbound.addresses import address_in
from engine.inbound.events import Event, Says, Unread
from engine.inbound.fields import Fields, first_token, mapped, objects_of, text
from engine.inbound.statuses import says_of_refusal, status_in
from engine.places import Place
from engine.ports import TAG

__all__ = ["postmark_events"]

_BOUNCES: Mapping[str, Says] = {
    "HardBounce": Says.NO_MAILBOX,
    "BadEmailAddress": Says.NO_MAILBOX,
    "SpamComplaint": Says.COMPLAINT,
    "SpamNotification": Says.COMPLAINT,
    "Unsubscribe": Says.UNSUBSCRIBED_FROM_ALL,
    "Blocked": Says.ABOUT_US,
    "DMARCPolicy": Says.ABOUT_US,
    "AutoResponder": Says.ANSWERED,
    "AddressChange": Says.ANSWERED,
    "ChallengeVerification": Says.ANSWERED,
    "Transient": Says.NOT_DELIVERED,
    "SoftBounce": Says.NOT_DELIVERED,
    "DnsError": Says.NOT_DELIVERED,
    "Unknown": Says.NOT_DELIVERED,
    "VirusNotification": Says.NOT_DELIVERED,
    "ManuallyDeactivated": Says.HELD_BACK,
    "Unconfirmed": Says.HELD_BACK,
    "SMTPApiError": Says.HELD_BACK,
    "TemplateRenderingFailed": Says.HELD_BACK,
}
_CHANGES: Mapping[str, Says] = {
    "HardBounce": Says.NO_MAILBOX,
    "SpamComplaint": Says.COMPLAINT,
    "ManualSuppression": Says.UNSUBSCRIBED_FROM_ALL,
}


def postmark_events(value: object, place: Place) -> Iterator[Event | Unread]:
    """The events in one document: an object, or a list of them."""
    return objects_of(value, place, provider="Postmark", kind="RecordType", event=_event)


def _event(fields: Fields, kind: str, place: Place) -> Event:
    says, note = _says(fields, kind)
    status = status_in(text(fields, "Details"))
    if says is Says.NO_MAILBOX and says_of_refusal(status) is Says.ABOUT_US:
        says = Says.ABOUT_US
    named = address_in(text(fields, "Email", "Recipient"))
    at = text(fields, "ID") or text(fields, "BouncedAt", "DeliveredAt", "ChangedAt")
    return Event(
        says,
        place,
        id="\n".join(("postmark", text(fields, "MessageID"), kind, at, says, named)),
        tokens=first_token(text(mapped(fields, "Metadata"), TAG)),
        addresses=(named,) if named else (),
        status=status,
        note=note,
    )


def _says(fields: Fields, kind: str) -> tuple[Says, str]:
    match kind:
        case "Delivery":
            return Says.DELIVERED, ""
        case "Bounce":
            name = text(fields, "Type")
            note = f"a bounce of the type `{name[:40]}`"
            return _BOUNCES.get(name, Says.NOTHING), note
        case "SpamComplaint":
            return Says.COMPLAINT, ""
        case "SubscriptionChange":
            return _changed(fields)
        case _:
            return Says.NOTHING, f"an event of the type `{kind[:40]}`"


def _changed(fields: Fields) -> tuple[Says, str]:
    reason = text(fields, "SuppressionReason")
    if fields.get("SuppressSending") is not True:
        return Says.NOTHING, "Postmark sends to it again; `touchline suppress remove` does here"
    if reason == "ManualSuppression" and text(fields, "Origin") != "Recipient":
        return Says.NOTHING, "suppressed at Postmark by hand; `touchline suppress add` does here"
    return _CHANGES.get(reason, Says.NOTHING), f"a suppression of the type `{reason[:40]}`"
