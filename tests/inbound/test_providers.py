"""What events of providers say, and that no form of them is too odd to be told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inbound.documents import Document, documents_in
from engine.inbound.events import Event, Says, Unread
from engine.inbound.formats import PROVIDERS
from engine.places import Place
from tests.inbound import provided
from tests.inbound.provided import OURS, TO

TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef"


def read(form: str, value: object) -> list[Event | Unread]:
    return list(PROVIDERS[form](value, Place("events")))


def only(form: str, value: object) -> Event:
    [event] = read(form, value)
    assert isinstance(event, Event), event
    return event


def dropped(reason: str) -> dict[str, Any]:
    return provided.sendgrid("dropped", reason=reason)


FULL = provided.ses_bounce("Transient", "MailboxFull", status="4.2.2")
AUTOMATIC = provided.ses_bounce("Transient", "General", status="")
LATE = {"delayedRecipients": [{"emailAddress": TO}]}
DELAYED = provided.ses("DeliveryDelay", deliveryDelay=LATE)
SES = {
    "bounce": (provided.ses_bounce(), Says.NO_MAILBOX),
    "no such email": (provided.ses_bounce(subtype="NoEmail"), Says.NO_MAILBOX),
    "on its own list": (provided.ses_bounce(subtype="OnAccountSuppressionList"), Says.NO_MAILBOX),
    "permanent and about us": (provided.ses_bounce(status="5.7.1"), Says.ABOUT_US),
    "transient": (FULL, Says.NOT_DELIVERED),
    "an answer, called transient": (AUTOMATIC, Says.NOT_DELIVERED),
    "undetermined": (provided.ses_bounce("Undetermined", "Undetermined"), Says.NOT_DELIVERED),
    "abuse": (provided.ses_complaint(), Says.COMPLAINT),
    "a complaint of no type": (provided.ses_complaint(None), Says.COMPLAINT),
    "not-spam": (provided.ses_complaint("not-spam"), Says.NO_COMPLAINT),
    "auth-failure": (provided.ses_complaint("auth-failure"), Says.NO_COMPLAINT),
    "virus": (provided.ses_complaint("virus"), Says.NO_COMPLAINT),
    "delivery": (provided.ses("Delivery", delivery={"recipients": [TO]}), Says.DELIVERED),
    "send": (provided.ses("Send"), Says.ACCEPTED),
    "delay": (DELAYED, Says.ACCEPTED),
    "reject": (provided.ses("Reject", reject={"reason": "Bad content"}), Says.HELD_BACK),
    "open": (provided.ses("Open"), Says.NOTHING),
    "one that is new": (provided.ses("Teleported"), Says.NOTHING),
}
POSTMARK = {
    "bounce": (provided.postmark(), Says.NO_MAILBOX),
    "bad address": (provided.postmark(Type="BadEmailAddress"), Says.NO_MAILBOX),
    "about us": (provided.postmark(Details="smtp;550 5.7.1 blocked"), Says.ABOUT_US),
    "blocked": (provided.postmark(Type="Blocked"), Says.ABOUT_US),
    "soft": (provided.postmark(Type="SoftBounce"), Says.NOT_DELIVERED),
    "transient": (provided.postmark(Type="Transient"), Says.NOT_DELIVERED),
    "out of office": (provided.postmark(Type="AutoResponder"), Says.ANSWERED),
    "moved": (provided.postmark(Type="AddressChange"), Says.ANSWERED),
    "challenge": (provided.postmark(Type="ChallengeVerification"), Says.ANSWERED),
    "a type that is new": (provided.postmark(Type="Sublimated"), Says.NOTHING),
    "complaint": (provided.postmark("SpamComplaint"), Says.COMPLAINT),
    "notification": (provided.postmark(Type="SpamNotification"), Says.COMPLAINT),
    "delivery": (provided.postmark("Delivery"), Says.DELIVERED),
    "unsubscribed": (provided.postmark("SubscriptionChange"), Says.UNSUBSCRIBED_FROM_ALL),
    "by hand": (provided.postmark("SubscriptionChange", Origin="Customer"), Says.NOTHING),
    "active again": (provided.postmark("SubscriptionChange", SuppressSending=False), Says.NOTHING),
    "open": (provided.postmark("Open"), Says.NOTHING),
}
SENDGRID = {
    "processed": (provided.sendgrid("processed"), Says.ACCEPTED),
    "delivered": (provided.sendgrid("delivered"), Says.DELIVERED),
    "deferred": (provided.sendgrid("deferred", attempt="3"), Says.ACCEPTED),
    "bounce": (provided.sendgrid("bounce", type="bounce", status="5.1.1"), Says.NO_MAILBOX),
    "blocked": (provided.sendgrid("bounce", type="blocked", status="4.2.0"), Says.NOT_DELIVERED),
    "a policy": (provided.sendgrid("bounce", type="bounce", reason="550 5.7.1 no"), Says.ABOUT_US),
    "dropped": (provided.sendgrid("dropped", reason="Spam Content"), Says.HELD_BACK),
    "bounced before": (dropped("Bounced Address"), Says.HELD_BACK_NO_MAILBOX),
    "complained before": (dropped("Spam Reporting Address"), Says.HELD_BACK_COMPLAINT),
    "left before": (dropped("Unsubscribed Address"), Says.HELD_BACK_UNSUBSCRIBED),
    "complaint": (provided.sendgrid("spamreport"), Says.COMPLAINT),
    "unsubscribed": (provided.sendgrid("unsubscribe"), Says.UNSUBSCRIBED_FROM_ALL),
    "of a group": (provided.sendgrid("group_unsubscribe"), Says.UNSUBSCRIBED),
    "back in a group": (provided.sendgrid("group_resubscribe"), Says.NOTHING),
    "open": (provided.sendgrid("open"), Says.NOTHING),
}
ALL = [
    pytest.param(form, value, says, id=f"{form}: {name}")
    for form, rows in (("ses", SES), ("postmark", POSTMARK), ("sendgrid", SENDGRID))
    for name, (value, says) in rows.items()
]


@pytest.mark.parametrize(("form", "value", "says"), ALL)
def test_what_an_event_says(form: str, value: object, says: Says) -> None:
    event = only(form, value)
    assert event.says is says
    assert not event.is_mail
    if says is not Says.NOTHING:
        assert event.addresses == (TO,)
        assert event.id


def test_ses_through_sns_is_the_same() -> None:
    assert only("ses", provided.sns(provided.ses_bounce())) == only("ses", provided.ses_bounce())


@pytest.mark.parametrize("notice", [provided.ses_bounce(to=()), provided.ses_complaint(to=())])
def test_a_notice_that_names_nobody_is_about_whom_the_mail_was_for(notice: object) -> None:
    event = only("ses", notice)
    assert (event.addresses, event.message_ids) == ((), (OURS,))


def test_a_subscription_is_told_and_not_followed() -> None:
    event = only("ses", provided.sns("You have chosen to subscribe", "SubscriptionConfirmation"))
    assert event.says is Says.NOTHING
    assert "not followed" in event.note


def test_each_recipient_of_a_notice_is_an_event() -> None:
    events = read("ses", provided.ses_bounce(to=(TO, "bob@example.com")))
    assert [each.addresses for each in events if isinstance(each, Event)] == [
        (TO,),
        ("bob@example.com",),
    ]
    assert len({each.id for each in events if isinstance(each, Event)}) == 2


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (f"Ann <{TO}>", TO),
        (f'"Ann@Example, Inc." <{TO}>', TO),
        (f"<{TO}>", TO),
        (f" {TO} ", TO),
        ("ann.o'brien@example.com", "ann.o'brien@example.com"),
        ("nobody", None),
        ("@", None),
    ],
)
@pytest.mark.parametrize("form", list(PROVIDERS))
def test_whom_an_event_names_is_an_address(form: str, written: str, meant: str | None) -> None:
    """Amazon SES writes the `To` of the mail where a bounce names nobody better."""
    value: dict[str, object] = {
        "ses": provided.ses_bounce(to=(written,)),
        "postmark": provided.postmark(Email=written),
        "sendgrid": provided.sendgrid("bounce", type="bounce", email=written),
    }[form]
    assert only(form, value).addresses == ((meant,) if meant else ())


@pytest.mark.parametrize(
    ("form", "value", "ids", "tokens"),
    [
        pytest.param("ses", provided.ses("Send"), (OURS,), (), id="ses: headers"),
        pytest.param(
            "ses",
            provided.ses("Send", mail=provided.ses_mail(headers=[], commonHeaders={})),
            (),
            (),
            id="ses: without headers its own id names nothing of ours",
        ),
        pytest.param(
            "ses",
            provided.ses("Send", mail=provided.ses_mail(source=f"bounces+{TOKEN}@acme.example")),
            (OURS,),
            (TOKEN,),
            id="ses: return path",
        ),
        pytest.param(
            "ses",
            provided.ses("Send", mail=provided.ses_mail(tags={"touchline": [TOKEN]})),
            (OURS,),
            (TOKEN,),
            id="ses: tags",
        ),
        pytest.param(
            "postmark",
            provided.postmark(Metadata={"touchline": TOKEN}),
            (),
            (TOKEN,),
            id="postmark",
        ),
        pytest.param("sendgrid", provided.sendgrid("processed"), (OURS,), (), id="sendgrid"),
        pytest.param(
            "sendgrid",
            provided.sendgrid("processed", touchline=TOKEN),
            (OURS,),
            (TOKEN,),
            id="sendgrid: our own argument",
        ),
    ],
)
def test_what_names_our_mail(form: str, value: object, ids: Any, tokens: Any) -> None:
    event = only(form, value)
    assert (event.message_ids, event.tokens) == (ids, tokens)


def test_lines_documents_and_what_is_broken_between_them() -> None:
    one, two = json.dumps(provided.postmark(), indent=2), json.dumps(provided.postmark("Delivery"))
    text = f"{one}\n{two}\n{{broken\n{two}\n[{two}, {two}]\n{two[:20]}"
    found = list(documents_in("events.json", text.encode()))
    lines = one.count("\n") + 1
    assert [type(each) for each in found] == [
        Document,
        Document,
        Unread,
        Document,
        Document,
        Unread,
    ]
    assert [each.place.line for each in found] == [1, *range(lines + 1, lines + 6)]
    assert "no JSON" in found[2].why  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "data",
    [b"", b" \n", b"[" * 100_000, b"1" * 10_000, b"\xff\xfe{", b'{"a": "\\ud800"}', b"NaN", b"]"],
    ids=["empty", "space", "brackets", "digits", "bytes", "surrogate", "nan", "end"],
)
@pytest.mark.parametrize("form", list(PROVIDERS))
def test_documents_that_nobody_should_send(form: str, data: bytes) -> None:
    for each in documents_in("events", data):
        if isinstance(each, Document):
            assert all(isinstance(found, Unread) for found in read(form, each.value))


SAMPLES = [(form, value) for form, value, _ in (param.values for param in ALL)]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def _spoilt(value: Any, data: st.DataObject) -> Any:
    """The same with one value somewhere in it replaced by anything."""
    if isinstance(value, dict) and value:
        name = data.draw(st.sampled_from(sorted(value)))
        return {**value, name: _spoilt(value[name], data)}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        return [_spoilt(value[0], data), *value[1:]]
    return data.draw(JUNK)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_value_of_another_type_is_none(data: st.DataObject) -> None:
    form, value = data.draw(st.sampled_from(SAMPLES))
    for each in read(form, _spoilt(value, data)):
        assert isinstance(each, Event | Unread)
