"""Events of providers, in the shape in which they send them. Built by hand."""

from __future__ import annotations

import json
from typing import Any

OURS = "<0123456789abcdef0123456789abcdef@acme.example>"
TO = "ann@example.com"


def ses_mail(**given: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-03-10T09:00:00.000Z",
        "messageId": "0100019c0ffee-1",
        "source": "casey@acme.example",
        "destination": [TO],
        "headersTruncated": False,
        "headers": [
            {"name": "From", "value": "casey@acme.example"},
            {"name": "Message-ID", "value": OURS},
        ],
        "commonHeaders": {"messageId": OURS, "to": [TO], "subject": "Hello"},
        "somethingNew": {"x": 1},
        **given,
    }


def ses_bounce(
    kind: str = "Permanent",
    subtype: str = "General",
    *,
    mail: Any = None,
    status: str = "5.1.1",
    to: tuple[str, ...] = (TO,),
) -> dict[str, Any]:
    recipients = [
        {
            "emailAddress": each,
            "action": "failed",
            "status": status,
            "diagnosticCode": f"smtp; 550 {status}",
        }
        for each in to
    ]
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": kind,
            "bounceSubType": subtype,
            "bouncedRecipients": recipients,
            "timestamp": "2026-03-10T09:00:05.000Z",
            "feedbackId": "0100019c0ffee-feedback",
        },
        "mail": mail or ses_mail(),
    }


def ses_complaint(kind: str | None = "abuse", *, to: tuple[str, ...] = (TO,)) -> dict[str, Any]:
    named = [{"emailAddress": each} for each in to]
    complaint: dict[str, Any] = {"complainedRecipients": named, "feedbackId": "f2"}
    if kind is not None:
        complaint["complaintFeedbackType"] = kind
    return {"eventType": "Complaint", "complaint": complaint, "mail": ses_mail()}


def ses(kind: str, **given: Any) -> dict[str, Any]:
    return {"eventType": kind, "mail": ses_mail(), **given}


def sns(notice: object, kind: str = "Notification") -> dict[str, Any]:
    return {
        "Type": kind,
        "MessageId": "22b80b92",
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:mail",
        "Message": notice if isinstance(notice, str) else json.dumps(notice),
        "SignatureVersion": "1",
    }


def postmark(kind: str = "Bounce", **given: Any) -> dict[str, Any]:
    usual: dict[str, dict[str, Any]] = {
        "Bounce": {
            "ID": 42,
            "Type": "HardBounce",
            "TypeCode": 1,
            "Email": TO,
            "Details": "smtp;550 5.1.1 unknown",
        },
        "SpamComplaint": {"ID": 43, "Type": "SpamComplaint", "TypeCode": 512, "Email": TO},
        "Delivery": {"Recipient": TO, "DeliveredAt": "2026-03-10T09:00:05Z"},
        "SubscriptionChange": {
            "Recipient": TO,
            "SuppressSending": True,
            "Origin": "Recipient",
            "SuppressionReason": "ManualSuppression",
            "ChangedAt": "2026-03-10T09:10:00Z",
        },
    }
    return {
        "RecordType": kind,
        "MessageID": "883953f4-6105",
        "MessageStream": "outbound",
        "Metadata": {},
        **usual.get(kind, {}),
        **given,
    }


def sendgrid(kind: str, **given: Any) -> dict[str, Any]:
    return {
        "event": kind,
        "email": TO,
        "timestamp": 1773133205,
        "smtp-id": OURS,
        "sg_event_id": f"sg-{kind}",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001",
        **given,
    }
