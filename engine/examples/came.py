"""What one pass of an example came to, read from its ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from engine.decide.facts import TouchKind, TouchState
from engine.ledger.audit import AuditRecord, Kind
from engine.ledger.came import CameTouch, came_touches, records_so_far
from engine.ledger.log import read_audit
from engine.ledger.runs import last_matched
from engine.ledger.statements import unpack_keys
from engine.ledger.store import Ledger

__all__ = ["Came", "Closing", "Exit", "Level", "Mark", "Skip", "Told", "came_since", "mark"]


@dataclass(frozen=True, slots=True)
class Told:
    """A touch that went out: whom it reached, with what.

    `about` are the keys that a digest tells of; its own `key` is empty.
    """

    key: str
    step: str
    to: str
    subject: str
    body: str
    about: tuple[str, ...] = ()

    def concerns(self, key: str) -> bool:
        """Whether it is for this customer, or tells of it among others."""
        return key == self.key or key in self.about

    def __str__(self) -> str:
        to = f" to {self.to}" if self.to else ""
        subject = f" `{self.subject}`" if self.subject else ""
        whom = ", ".join(self.about) or self.key
        return f"{self.step} for {whom}{to}{subject}"


@dataclass(frozen=True, slots=True)
class Skip:
    """A step of which nothing went out, or not yet, and the reason on record."""

    key: str
    step: str
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.step} for {self.key} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Exit:
    """A stay that ended."""

    key: str
    outcome: str
    reason: str

    def __str__(self) -> str:
        because = f" ({self.reason})" if self.reason else ""
        return f"{self.key} {self.outcome}{because}"


@dataclass(frozen=True, slots=True)
class Level:
    """Somebody's level of the goal, higher than before."""

    key: str
    level: str

    def __str__(self) -> str:
        return f"{self.key} {self.level}"


@dataclass(frozen=True, slots=True)
class Closing:
    """A task that was closed and that nobody did."""

    key: str
    step: str
    reason: str

    def __str__(self) -> str:
        return f"{self.step} for {self.key} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Came:
    """What a pass came to. `steps` are those that people came to, each with a key."""

    segment: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    touches: tuple[Told, ...] = ()
    skips: tuple[Skip, ...] = ()
    left: tuple[Exit, ...] = ()
    levels: tuple[Level, ...] = ()
    closed: tuple[Closing, ...] = ()
    steps: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Mark:
    """How things stood before a pass: the last record, and each touch's state and reason."""

    record: int = 0
    touches: Mapping[str, tuple[TouchState, str]] | None = None


def mark(ledger: Ledger, playbook: str) -> Mark:
    """How things stand now."""
    with ledger.read() as unit:
        stand = {each.id: (each.state, each.reason) for each in came_touches(unit, playbook)}
        return Mark(records_so_far(unit), stand)


def came_since(ledger: Ledger, playbook: str, before: Mark) -> Came:
    """What happened in a playbook since a mark."""
    with ledger.read() as unit:
        records = [r for r in read_audit(unit, playbook=playbook) if r.seq > before.record]
        touches = came_touches(unit, playbook)
        matched = last_matched(unit, playbook)
    known = before.touches or {}
    fresh = [
        each for each in touches if known.get(each.id, (None, "")) != (each.state, each.reason)
    ]
    sent = [each for each in fresh if each.state is TouchState.SENT]
    kept = [each for each in fresh if each.state is not TouchState.SENT]
    return Came(
        segment=() if matched is None else tuple(unpack_keys(matched)),
        entered=tuple(r.key for r in records if r.kind == Kind.ENTERED),
        touches=tuple(map(_told, sent)),
        skips=(*map(_kept, kept), *_passed_over(records)),
        left=tuple(_exit(r) for r in records if r.kind == Kind.LEFT),
        closed=_closed(records, {each.id: each.step for each in touches}),
        levels=tuple(_level(r) for r in records if r.kind == Kind.LEVEL_REACHED),
        steps=frozenset(_steps(records)),
    )


def _told(touch: CameTouch) -> Told:
    body = touch.notes if touch.kind is TouchKind.TASK else body_of(touch)
    to, subject = touch.recipient or touch.assignee, touch.title or touch.subject
    return Told(touch.key, touch.step, to, subject, body, touch.about)


def body_of(touch: CameTouch) -> str:
    """The plain text of a mail; of a request what was sent."""
    if touch.kind is not TouchKind.EMAIL:
        return touch.payload.decode("utf-8", "replace")
    # By the older policy: what the newer one makes of headers takes longer than all the rest.
    parts = list(message_from_bytes(touch.payload).walk())
    shown = [each for each in parts if each.get_content_disposition() != "attachment"]
    for wanted in ("text/plain", "text/html"):
        for part in shown:
            if part.get_content_type() == wanted:
                return _decoded(part)
    return ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode(str(part.get_param("charset", "ascii")), "replace")


def _kept(touch: CameTouch) -> Skip:
    return Skip(touch.key, touch.step, touch.reason or str(touch.state), touch.detail)


def _passed_over(records: Sequence[AuditRecord]) -> list[Skip]:
    skipped = [r for r in records if r.kind == Kind.STEP_SKIPPED]
    bodies = [(r.key, json.loads(r.body)) for r in skipped]
    return [Skip(key, body["step"], body["reason"]) for key, body in bodies]


def _level(record: AuditRecord) -> Level:
    return Level(record.key, json.loads(record.body)["level"])


def _closed(records: Sequence[AuditRecord], steps: Mapping[str, str]) -> tuple[Closing, ...]:
    bodies = [(r.key, json.loads(r.body)) for r in records if r.kind == Kind.TASK_CLOSED]
    return tuple(Closing(key, steps[body["task"]], body["reason"]) for key, body in bodies)


def _exit(record: AuditRecord) -> Exit:
    body = json.loads(record.body)
    return Exit(record.key, body["outcome"], body["reason"])


def _steps(records: Sequence[AuditRecord]) -> list[tuple[str, str]]:
    kinds = (Kind.ENTERED, Kind.STEP_REACHED, Kind.STEP_WAITS, Kind.STEP_SKIPPED)
    return [(r.key, json.loads(r.body)["step"]) for r in records if r.kind in kinds]
