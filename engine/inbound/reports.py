"""Mails that tell of our mails: bounces, complaints, receipts and automatic answers.

RFC 3464 (bounces), 5965 (complaints), 8098 (receipts), 3834 (automatic answers). Anybody can send
such a mail. So only its own parts are looked at, never a report within a report; and what has no
report in it stops nothing, whatever its words say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from engine.inbound.addresses import address_in, addresses_in
from engine.inbound.events import Event, Says, Unread
from engine.inbound.letters import Letter
from engine.inbound.statuses import says_of_refusal, status_in
from engine.messages.tokens import TOKEN

__all__ = ["events_in_letter"]

_MOST_RECIPIENTS = 100  # of one report: ours have one
_MOST_HEADER = 4_000  # characters of one header that are looked at

_TOKEN = re.compile(rf"\+({TOKEN})@")
_ID = re.compile(r"<[^<>\s]{1,300}>")
_BLANK_LINES = re.compile(rb"\r?\n[ \t]*\r?\n\s*")
_OWN_HEADERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_REPORTS = {"delivery-status", "global-delivery-status"}


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail, taken apart: its headers, and the headers of what it brings back."""

    letter: Letter
    top: Message
    parts: Sequence[Message]
    returned: Message | None

    def event(
        self,
        says: Says,
        told: str,
        *,
        addresses: Sequence[str] = (),
        ids: Sequence[str] = (),
        status: str = "",
        note: str = "",
    ) -> Event:
        """An event about what this mail brings back; `told` is what tells it from others in it."""
        returned = [self.returned] if self.returned else []
        own_id = _header(self.top, "Message-ID")
        return Event(
            says,
            self.letter.place,
            id="\n".join((own_id or _shape(self.top), says, told)),
            tokens=_tokens(
                *_values([self.top], _OWN_HEADERS), *_values(returned, ("Return-Path",))
            ),
            message_ids=(*ids, *_ids(*_values(returned, ("Message-ID",)))),
            addresses=tuple(addresses),
            status=status,
            note=note,
            is_mail=True,
        )


def events_in_letter(letter: Letter) -> list[Event] | Unread:
    """What a mail tells, an event for each recipient that it speaks of; never nothing at all."""
    try:
        # compat32: headers are texts as they stand, and none of them can make the parser fail.
        top = BytesParser(policy=compat32).parsebytes(letter.data)
        mail = _taken_apart(letter, top)
        return list(_events(mail))[:_MOST_RECIPIENTS]
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError):
        # What the library raises for headers that nobody should write is not told in advance.
        return Unread(letter.place, "this is no message that could be read")


def _taken_apart(letter: Letter, top: Message) -> _Mail:
    parts = [part for part in _children(top) if isinstance(part, Message)]
    return _Mail(letter, top, parts, _returned(parts))


def _children(message: Message) -> Sequence[object]:
    payload = message.get_payload()
    return payload if message.is_multipart() and isinstance(payload, list) else ()


def _returned(parts: Sequence[Message]) -> Message | None:
    """The mail that a report is about, or its headers."""
    for part in parts:
        kind = part.get_content_type()
        if kind in ("message/rfc822", "message/global"):
            inside = _children(part)
            return inside[0] if inside and isinstance(inside[0], Message) else None
        if kind in ("text/rfc822-headers", "message/global-headers", "message/rfc822-headers"):
            return BytesParser(policy=compat32).parsebytes(_bytes(part), headersonly=True)
    return None


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    return b"\n".join(each.as_bytes() for each in _children(part) if isinstance(each, Message))


def _events(mail: _Mail) -> Iterator[Event]:
    status = _part(mail, _REPORTS)
    complaint = _part(mail, {"feedback-report"})
    receipt = _part(mail, {"disposition-notification"})
    if status is not None:
        yield from _bounce(mail, status)
    elif complaint is not None:
        yield _complaint(mail, _fields(complaint))
    elif receipt is not None:
        ids = _ids(*_values(_fields(receipt), ("Original-Message-ID",)))
        yield mail.event(Says.ANSWERED, "receipt", ids=ids, note="a receipt")
    elif failed := _header(mail.top, "X-Failed-Recipients"):
        yield from _without_report(mail, failed)
    elif _is_automatic(mail.top):
        ids = _ids(*_values([mail.top], ("In-Reply-To", "References")))
        yield mail.event(Says.ANSWERED, "answer", ids=ids[-1:], note="an automatic answer")
    else:
        yield mail.event(Says.NOTHING, "", note="this mail holds no report: it is for a person")


def _part(mail: _Mail, subtypes: set[str]) -> Message | None:
    """The part of a report of this kind, of the mail itself alone."""
    if mail.top.get_content_maintype() != "multipart":
        return None
    found = (part for part in mail.parts if part.get_content_maintype() == "message")
    return next((part for part in found if part.get_content_subtype() in subtypes), None)


def _fields(part: Message) -> list[Message]:
    """The groups of fields of a report."""
    parser = BytesParser(policy=compat32)
    groups = (each for each in _BLANK_LINES.split(_bytes(part)) if each.strip())
    return [parser.parsebytes(each + b"\n\n", headersonly=True) for each in groups]


# ---------------------------------------------------------------- bounces


def _bounce(mail: _Mail, report: Message) -> Iterator[Event]:
    told = False
    for group in _fields(report):
        if _header(group, "Action") or _header(group, "Final-Recipient"):
            told = True
            yield _of_recipient(mail, group)
    if not told:
        yield mail.event(Says.NOTHING, "", note="a report that names no recipient")


def _of_recipient(mail: _Mail, group: Message) -> Event:
    action = _header(group, "Action").lower().split(" ")[0]
    status = _status(group)
    says, note = _says(action, status)
    named = _values([group], ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"))
    addresses = [found for each in named if (found := address_in(each))]
    return mail.event(says, " ".join(addresses), addresses=addresses, status=status, note=note)


def _says(action: str, status: str) -> tuple[Says, str]:
    match action:
        case "failed":
            return says_of_refusal(status), ""
        case "delayed":
            return Says.ACCEPTED, "delayed: it is still on its way"
        case "delivered" | "relayed" | "expanded":
            return Says.DELIVERED, ""
        case _:
            return Says.NOTHING, "a report with an action that is none of RFC 3464"


def _status(group: Message) -> str:
    """The code that says most: `5.0.0` says nothing, and some servers put it before a real one."""
    status, detail = (status_in(_header(group, name)) for name in ("Status", "Diagnostic-Code"))
    says_nothing = not status or (status.endswith(".0.0") and detail[:1] == status[:1])
    return detail if says_nothing or detail.startswith("5.7.") else status


def _without_report(mail: _Mail, failed: str) -> Iterator[Event]:
    """Exim before 4.80, and others like it: whom it failed for is said, and why in words only."""
    text = next((_bytes(part) for part in (mail.top, *mail.parts) if not part.is_multipart()), b"")
    ids = re.findall(r"(?im)^Message-ID:\s*(<[^<>\s]{1,300}>)", text.decode("utf-8", "replace"))
    addresses = addresses_in(failed)[:_MOST_RECIPIENTS]
    if not addresses:
        yield mail.event(Says.NOTHING, "", note="a bounce that names no recipient")
    for address in addresses:
        note = "a bounce without a report: why it failed is not said in a form to rely on"
        yield mail.event(Says.NOT_DELIVERED, address, addresses=[address], ids=ids[:1], note=note)


# ---------------------------------------------------------------- complaints and answers

_COMPLAINTS = {"abuse", "fraud", "other", ""}


def _complaint(mail: _Mail, groups: Sequence[Message]) -> Event:
    kind = _header(groups[0], "Feedback-Type").lower() if groups else ""
    says = Says.COMPLAINT if kind in _COMPLAINTS else Says.NO_COMPLAINT
    named = _values(groups, ("Original-Rcpt-To", "Removal-Recipient"))
    addresses = [found for each in named if (found := address_in(each))]
    event = mail.event(says, " ".join(addresses), addresses=addresses)
    tokens = _tokens(*_values(groups, ("Original-Mail-From",)))
    note = "" if says is Says.COMPLAINT else f"feedback of the type `{kind[:40]}`"
    return _with(event, tokens, note)


def _with(event: Event, tokens: Sequence[str], note: str) -> Event:
    return replace(event, tokens=(*event.tokens, *tokens), note=note)


def _is_automatic(top: Message) -> bool:
    """Whether a machine wrote it: RFC 3834, and what machines said before that."""
    said = _header(top, "Auto-Submitted").lower()
    if said:
        return not said.startswith("no")
    answers = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Autogenerated")
    precedence = _header(top, "Precedence").lower()
    return precedence in ("auto_reply", "auto-reply") or any(_header(top, each) for each in answers)


# ---------------------------------------------------------------- headers


def _header(message: Message, name: str) -> str:
    return next(iter(_values([message], (name,))), "")


def _values(messages: Sequence[Message], names: Sequence[str]) -> list[str]:
    """The values of some headers as one line each, the folding undone."""
    found = (str(value) for each in messages for name in names for value in each.get_all(name, []))
    return [" ".join(value[:_MOST_HEADER].split()) for value in found]


def _tokens(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for each in values for found in _TOKEN.findall(each)))


def _ids(*values: str) -> list[str]:
    return [found for each in values for found in _ID.findall(each)]


def _shape(top: Message) -> str:
    """What a mail without a Message-ID is known by."""
    return "\n".join(_values([top], ("Date", "From", "Subject")))
