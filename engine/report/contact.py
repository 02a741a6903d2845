"""What the contact policy says of one customer, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.decide.policy import GiveUp, Wait
from engine.language.policy import FrequencyCap
from engine.report.reasons import reason_text
from engine.report.text import count, local, when
from engine.standing.contact import CapSeen, Contact, Mailbox

__all__ = ["contact_lines", "contact_of"]


def contact_lines(found: Contact | None, zone: ZoneInfo, *, now: datetime) -> Iterator[str]:
    """A paragraph on suppression, window, caps and `never_contact`."""
    if found is None:
        return
    about = f"the email {found.step}" if found.step else "emails to it"
    yield ""
    yield f"The contact policy, for {about} (topic {found.topic})"
    for box in found.mailboxes:
        yield from (f"  {line}" for line in _mailbox(box, found.topic, zone, now=now))
    for rule in found.never:
        if rule.holds:
            yield f"  never_contact holds: {rule.condition}"
    if not found.mailboxes:
        yield "  it has no contact in the catalog"


def _mailbox(box: Mailbox, topic: str, zone: ZoneInfo, *, now: datetime) -> Iterator[str]:
    who = box.who
    if not who.address:
        yield f"{who.person}: nobody is set"
        return
    name = f"{who.name} " if who.name else ""
    of = "of ours, under no window and no cap: " if who.is_team else ""
    yield f"{who.person}, {name}<{who.address}>: {of}{_refusal(box, topic)}"
    if box.opens_at is not None:
        yield f"  {_window(box.opens_at, who.zone, zone, now=now)}"
    for cap in box.caps:
        yield f"  {_cap(cap, zone, now=now)}"


def _refusal(box: Mailbox, topic: str) -> str:
    match box.refusal:
        case "":
            return "may be written to"
        case "suppressed" if box.of_everything:
            return "suppressed, gets nothing at all"
        case "suppressed":
            return f"suppressed, gets nothing of {topic}"
        case _:
            return f"gets nothing: {reason_text(box.refusal)}"


def _window(opens_at: datetime, theirs: ZoneInfo, zone: ZoneInfo, *, now: datetime) -> str:
    if opens_at <= now:
        return f"the send window is open now in {theirs.key}"
    there = "" if theirs.key == zone.key else f", {local(opens_at, theirs, now=now)}"
    return f"the send window opens {when(opens_at, zone, now=now)}{there} in {theirs.key}"


def _cap(seen: CapSeen, zone: ZoneInfo, *, now: datetime) -> str:
    room = f"room from {when(seen.room_at, zone, now=now)}" if seen.room_at else "room now"
    return f"{_cap_text(seen.cap)}: {seen.count} of {seen.cap.at_most} for {seen.whom}, {room}"


def _cap_text(cap: FrequencyCap) -> str:
    of = f" of {cap.topic}" if cap.topic else ""
    over = f" over {cap.channel}" if cap.channel else ""
    each = f" each {cap.each}" if cap.each else ""
    return f"cap of {count(cap.at_most, 'email')}{of}{over} in {cap.per}{each}"


# ---------------------------------------------------------------- for programs


def contact_of(found: Contact | None) -> dict[str, object] | None:
    """The same as plain data; None where nobody is there to ask about."""
    if found is None:
        return None
    return {
        "step": found.step,
        "topic": found.topic,
        "channel": found.channel,
        "recipients": [_recipient(each) for each in found.mailboxes],
        "never_contact": [asdict(each) for each in found.never],
    }


def _recipient(box: Mailbox) -> dict[str, object]:
    who, verdict = box.who, box.verdict
    return {
        "person": who.person,
        "address": who.address,
        "name": who.name,
        "zone": who.zone.key,
        "team": who.is_team,
        "refusal": box.refusal,
        "of_everything": box.of_everything,
        "window_opens_at": box.opens_at,
        "waits_for": verdict.reason if isinstance(verdict, Wait | GiveUp) else "",
        "waits_until": verdict.until if isinstance(verdict, Wait) else None,
        "caps": [_cap_of(each) for each in box.caps],
    }


def _cap_of(seen: CapSeen) -> dict[str, object]:
    return {
        "cap": _cap_text(seen.cap),
        "whom": seen.whom,
        "count": seen.count,
        "at_most": seen.cap.at_most,
        "room_at": seen.room_at,
    }
