"""What became of touches and what happened, in words: states, reasons, records of the audit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.decide.facts import CHANNEL_PAUSED, CHANNEL_RESTING, UNBOUND, TouchState
from engine.decide.policy import CAPPED, WINDOW
from engine.ledger.audit import AuditRecord, Kind
from engine.ledger.control import ChannelState
from engine.ledger.customer import StayTouch
from engine.report.text import local, when

__all__ = ["REASONS", "channel_text", "reason_text", "record_text", "touch_text"]

REASONS: Mapping[str, str] = {
    "suppressed": "its address is suppressed",
    "not_subscribed": "the topic is only for who asked for it",
    "never_contact": "a rule of never_contact holds",
    "duplicate_address": "this address got the message already",
    "missing_value": "a value that it prints is missing",
    "unsafe_value": "a value that it prints cannot stand there",
    "too_large": "it is larger than a message may be",
    "render_error": "it could not be rendered",
    "no_recipient": "nobody is set to get it",
    "no_sender": "nobody is set to send it",
    "no_approver": "nobody is set to approve it",
    "not_sent": "the mail that it copies did not go out",
    "capped": "it found no room under a frequency cap in time",
    "window": "the send window is shut",
    "left": "the stay ended before it went out",
    "dropped": "a person dropped it",
    "expired": "its max_lateness was over",
    "no_answer": "no answer came",
    "resolved": "a person said so",
    "evidence": "a server on the way said so",
    "no_mailbox": "it came back: there is no such mailbox",
    "not_delivered": "it came back",
    "about_us": "it came back: the receiver refuses its sender",
    "held_back": "the provider did not send it",
    "held_back_no_mailbox": "the provider did not send it: there is no such mailbox",
    "held_back_complaint": "the provider did not send it: there was a complaint",
    "held_back_unsubscribed": "the provider did not send it: the recipient unsubscribed there",
    "message": "the receiver refused it",
    "mailbox": "there is no such mailbox",
    "gone": "what it is about is gone",
    "later": "the receiver said not now",
    "channel": "the channel failed",
    "unopened": "the channel cannot be opened",
    "credentials": "the channel was refused its credentials",
    "rate": "the rate of its channel or sender",
    "lease_ended": "the worker that had it is gone",
    "shutdown": "the worker that had it stopped",
    "halted": "it is halted",
    "paused": "its playbook is paused",
    CHANNEL_PAUSED: "its channel is paused",
    CHANNEL_RESTING: "its channel rests after failures",
    UNBOUND: "the version that its customer is in cannot go on",
    "only_if": "its only_if did not hold",
    "hold_while": "its hold_while lasted too long",
    "had_before": "this stay had it before",
    "exit_when": "exit_when held",
    "removed": "the playbook is gone from the project",
    "changed": "the playbook changed, and on_change says exit",
    "by hand": "somebody took it out by hand",
}
"""What each reason on record means; a word that is not here speaks for itself."""


def reason_text(reason: str, detail: str = "") -> str:
    """A reason in words, with its detail."""
    told = REASONS.get(reason, reason.replace("_", " "))
    return f"{told} ({detail})" if told and detail else told or detail


def channel_text(channel: ChannelState) -> str:
    """That a channel is shut, and why."""
    state = "paused" if channel.paused_at else "resting"
    return f"channel {channel.name} {state}: {channel.paused_why or channel.breaker_why}"


# ---------------------------------------------------------------- touches


def touch_text(touch: StayTouch, zone: ZoneInfo, *, now: datetime) -> str:
    """What state a touch is in, why, and what happens to it next."""
    why = reason_text(touch.reason, touch.detail)
    because = f": {why}" if why else ""
    ended = f" {when(touch.ended_at, zone, now=now)}" if touch.ended_at else ""
    match touch.state:
        case TouchState.DRAFT:
            until = f", until {when(touch.expires_at, zone, now=now)}" if touch.expires_at else ""
            return f"a draft that waits for {touch.approver} (`touchline held`){until}"
        case TouchState.READY:
            return _ready(touch, why, zone, now=now)
        case TouchState.CLAIMED:
            return "in the hands of a worker"
        case TouchState.IN_DOUBT:
            return "handed over, and the answer is awaited"
        case TouchState.SENT if touch.task:
            return _task(touch, zone, now=now)
        case TouchState.SENT:
            return f"went out{ended}"
        case TouchState.UNKNOWN:
            return f"may have gone out, nobody knows{because}; see `touchline held`"
        case TouchState.EXPIRED:
            return f"expired{ended}: it would have come too late"
        case TouchState.FAILED | TouchState.SKIPPED | TouchState.DROPPED:
            return f"{touch.state.value}{ended}{because}"


def _ready(touch: StayTouch, why: str, zone: ZoneInfo, *, now: datetime) -> str:
    due, there = touch.next_attempt_at, ZoneInfo(touch.zone) if touch.zone else zone
    at = when(due, zone, now=now)
    if due <= now:
        again = f", after {why}" if why else ""
        return f"due: it goes out with the next delivery{again}"
    if touch.reason == WINDOW:
        here = "" if there.key == zone.key else f", {local(due, there, now=now)} in {there.key}"
        return f"waits for the send window, which opens {at}{here}"
    if touch.reason == CAPPED:
        since = f", capped since {local(touch.capped_at, zone, now=now)}" if touch.capped_at else ""
        return f"waits for room under a frequency cap until {at}{since}"
    return f"waits until {at}" + (f": {why}" if why else "")


def _task(touch: StayTouch, zone: ZoneInfo, *, now: datetime) -> str:
    made = f"made {when(touch.made_at, zone, now=now)}"
    whom = f" for {touch.assignee}" if touch.assignee else ""
    due = f", due {touch.due_on}" if touch.due_on and touch.task == "open" else ""
    outcome = f", {touch.outcome}" if touch.outcome else ""
    return f"{touch.task}{whom}{due}{outcome}, {made}"


# ---------------------------------------------------------------- what happened


def record_text(record: AuditRecord, steps: Mapping[str, str]) -> str:
    """A record of the audit about one customer, in words; `steps` are those of touches, by id."""
    body = json.loads(record.body)
    told = _EVENTS.get(record.kind, record.kind.replace(".", " ").replace("_", " "))
    step = body.get("step") or steps.get(body.get("touch", ""), "") or body.get("channel", "")
    why = ", ".join(filter(None, (_why(name, body.get(name)) for name in _WHYS)))
    return f"{told} {step}".rstrip() + (f": {why}" if why else "")


_WHYS = ("outcome", "goal", "level", "into", "reason")


def _why(name: str, value: object) -> str:
    text = value if isinstance(value, str) else ""
    return reason_text(text) if name == "reason" else text


_EVENTS: Mapping[str, str] = {
    Kind.ENTERED: "entered, to begin at",
    Kind.STEP_REACHED: "came to",
    Kind.STEP_WAITS: "stands still at",
    Kind.STEP_SKIPPED: "passed over",
    Kind.GOAL_REACHED: "reached the goal",
    Kind.LEVEL_REACHED: "came to a level of the goal",
    Kind.INVITED: "asked into another playbook by",
    Kind.INVITATION_ANSWERED: "answered an invitation",
    Kind.LEFT: "left",
    Kind.MOVED: "moved to the new version, at",
    Kind.TOUCH_MADE: "made the touch of",
    Kind.TOUCH_SENT: "sent",
    Kind.TOUCH_REFUSED: "failed at",
    Kind.TOUCH_DEFERRED: "put off",
    Kind.TOUCH_SKIPPED: "skipped",
    Kind.TOUCH_UNKNOWN: "lost sight of",
    Kind.TOUCH_EXPIRED: "let expire",
    Kind.TOUCH_DROPPED: "dropped",
    Kind.TASK_DONE: "did the task",
    Kind.TASK_CLOSED: "closed the task",
    Kind.TASK_REASSIGNED: "gave the task to somebody else",
}
