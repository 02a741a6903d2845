"""The audit chain, pure: canonical bytes in, digests and verdicts out.

Delivery page, "Audit". A record's hash is SHA-256 over the canonical JSON (RFC 8785) of everything
else in it, the hash of the record before it included; the first stands on 64 zeros.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from json.encoder import encode_basestring

from engine.ledger.instants import instant_text

__all__ = [
    "GENESIS",
    "Alike",
    "AuditRecord",
    "Body",
    "Head",
    "Kind",
    "Links",
    "Verification",
    "canonical",
    "canonical_alike",
    "chained",
    "chained_alike",
    "record_hash",
    "verify",
]

Body = Mapping[str, object]
"""What a record tells: texts, whole numbers, booleans, lists and mappings of them; no floats."""

GENESIS = "0" * 64
"""What the first record stands on."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_LARGEST_INTEGER = 2**53 - 1  # RFC 8785 takes JSON numbers as doubles


class Kind(StrEnum):
    """Everything that a record can tell of."""

    LEDGER_CREATED = "ledger.created"
    LEDGER_ADOPTED = "ledger.adopted"
    LEDGER_MIGRATED = "ledger.migrated"
    RUN_STARTED = "run.started"
    RUN_ENDED = "run.ended"
    RUN_FAILED = "run.failed"
    RUN_HELD = "run.held"
    RUN_SKIPPED = "run.skipped"
    HOLD_APPROVED = "hold.approved"
    HOLD_APPLIED = "hold.applied"
    HOLD_DROPPED = "hold.dropped"
    HOLD_VOID = "hold.void"
    ENTERED = "entered"
    STEP_REACHED = "step.reached"
    STEP_WAITS = "step.waits"
    STEP_SKIPPED = "step.skipped"
    GOAL_REACHED = "goal.reached"
    LEVEL_REACHED = "level.reached"
    INVITED = "invited"
    INVITATION_ANSWERED = "invitation.answered"
    LEFT = "left"
    MOVED = "moved"
    PLAYBOOK_RENAMED = "playbook.renamed"
    TOUCH_MADE = "touch.made"
    DRAFT_EDITED = "draft.edited"
    DRAFT_APPROVED = "draft.approved"
    TOUCH_REPEATED = "touch.repeated"
    TOUCH_CLAIMED = "touch.claimed"
    TOUCH_RELEASED = "touch.released"
    TOUCH_IN_DOUBT = "touch.in_doubt"
    TOUCH_SENT = "touch.sent"
    TOUCH_REFUSED = "touch.refused"
    TOUCH_DEFERRED = "touch.deferred"
    TOUCH_SKIPPED = "touch.skipped"
    TOUCH_UNKNOWN = "touch.unknown"
    TOUCH_EXPIRED = "touch.expired"
    TOUCH_DROPPED = "touch.dropped"
    TOUCH_RESOLVED = "touch.resolved"
    EVENT_TAKEN = "event.taken"
    TOUCHES_FORGOTTEN = "touches.forgotten"
    ERASED = "erased"
    TASK_DONE = "task.done"
    TASK_CLOSED = "task.closed"
    TASK_REASSIGNED = "task.reassigned"
    TRACKED = "tracked"
    TRACK_FAILED = "track.failed"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    HALTED = "halted"
    RESUMED = "resumed"
    PAUSE_STARTED = "pause.started"
    PAUSE_ENDED = "pause.ended"
    CHANNEL_PAUSED = "channel.paused"
    CHANNEL_RESUMED = "channel.resumed"
    BREAKER_OPENED = "breaker.opened"
    BREAKER_CLOSED = "breaker.closed"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record of the log. `body` is its canonical JSON; `at` an aware instant."""

    seq: int
    at: datetime
    actor: str
    kind: str
    playbook: str
    key: str
    body: str
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Records that differ in nothing but their keys and bodies, one of each for every record."""

    at: datetime
    actor: str
    kind: str
    playbook: str
    keys: Sequence[str]
    bodies: Sequence[str]


@dataclass(frozen=True, slots=True)
class Links:
    """What the chain adds to records: of each its seq, the hash it stands on, and its own."""

    seqs: Sequence[int]
    prevs: Sequence[str]
    hashes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many records, and the hash of the last."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Verification:
    """A verdict on a chain. `first_bad` is the seq of the first record that does not fit.

    `covered` is how many records a checkpoint stands for; None: none was given.
    """

    valid: bool
    records: int
    head: str
    first_bad: int | None = None
    why: str = ""
    covered: int | None = None


def canonical(value: object) -> str:
    """RFC 8785 JSON of texts, whole numbers, booleans, null, lists and mappings of them.

    Raises:
        TypeError: a float, a name that is not ASCII, or what has no one canonical form here.
        ValueError: a whole number beyond 2^53 - 1.
    """
    if not _is_flat(value):
        _refuse_what_has_no_form(value)
    # On what passed the gate above the plain encoder writes the very bytes of RFC 8785, six
    # times as fast as the library; a law in the tests holds the two together.
    return _ENCODER.encode(value)


def canonical_alike(same: Body, each: Mapping[str, Sequence[str] | Sequence[int]]) -> list[str]:
    """What `canonical` gives for many mappings: all say `same`, and of `each` name one value each.

    What is the same is written once, so that a million bodies cost little more than their values.

    Raises:
        TypeError, ValueError: as `canonical`.
    """
    _refuse_what_has_no_form({**same, **dict.fromkeys(each)})
    names = sorted({*same, *each})
    parts = [_escaped(_quoted(name)) + ":" + _part(name, same, each) for name in names]
    template = "{" + ",".join(parts) + "}"
    columns = [_column(each[name]) for name in names if name in each]
    return [template % values for values in zip(*columns, strict=True)]


def _part(name: str, same: Body, each: Mapping[str, object]) -> str:
    """A value as it stands in the template: what varies is left open."""
    return "%s" if name in each else _escaped(canonical(same[name]))


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _column(values: Sequence[str] | Sequence[int]) -> Iterable[str]:
    kinds = set(map(type, values))
    if kinds == {str}:
        return map(_quoted, values)  # type: ignore[arg-type]
    if kinds == {int} and max(map(abs, values)) <= _LARGEST_INTEGER:  # type: ignore[arg-type]
        return map(str, values)
    return map(canonical, values)


def _is_flat(value: object) -> bool:
    """Whether it is a mapping of texts and small numbers, as most bodies are."""
    return (
        type(value) is dict
        and all(
            type(each) is str or (type(each) is int and abs(each) <= _LARGEST_INTEGER)
            for each in value.values()
        )
        and all(type(name) is str and name.isascii() for name in value)
    )


def _refuse_what_has_no_form(value: object) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > _LARGEST_INTEGER:
                raise ValueError(f"{value} is beyond what JSON numbers hold exactly")
        case dict():
            for name, part in value.items():
                if not (isinstance(name, str) and name.isascii()):
                    raise TypeError(f"{name!r} cannot name a value in an audit record")
                _refuse_what_has_no_form(part)
        case list() | tuple():
            for part in value:
                _refuse_what_has_no_form(part)
        case _:
            raise TypeError(f"{value!r} cannot stand in an audit record: {type(value).__name__}")


def record_hash(record: AuditRecord) -> str:
    """The hash that a record ought to bear: over all of it but `hash` itself."""
    return _hash(record, seq=record.seq, prev=record.prev)


def _hash(record: AuditRecord, *, seq: int, prev: str) -> str:
    before, between = _frame(record)
    key = _quoted(record.key)
    text = f'{before}{record.body},"key":{key}{between}{prev}","seq":{seq}}}'
    return hashlib.sha256(text.encode()).hexdigest()


def _frame(record: AuditRecord | Alike) -> tuple[str, str]:
    """What stands before a record's body, and between its key and the hash that it stands on.

    The names come in ascending order, and the body as it is kept: it is canonical already.
    """
    before = f'{{"actor":{_quoted(record.actor)},"at":"{instant_text(record.at)}","body":'
    told = f'"kind":{_quoted(record.kind)},"playbook":{_quoted(record.playbook)}'
    return before, f',{told},"prev":"'


_quoted = encode_basestring


def chained(record: AuditRecord, head: Head) -> AuditRecord:
    """The record with its seq, prev and hash: the one that follows `head`."""
    seq, prev = head.seq + 1, head.hash
    told = (record.at, record.actor, record.kind, record.playbook, record.key, record.body)
    return AuditRecord(seq, *told, prev, _hash(record, seq=seq, prev=prev))


def chained_alike(records: Alike, head: Head) -> Links:
    """The same of many records at once: each follows the one before it, the first one `head`."""
    before, between = _frame(records)
    seqs = range(head.seq + 1, head.seq + 1 + len(records.keys))
    prevs, last = [], head.hash
    for seq, key, body in zip(seqs, map(_quoted, records.keys), records.bodies, strict=True):
        prevs.append(last)
        text = f'{before}{body},"key":{key}{between}{last}","seq":{seq}}}'
        last = hashlib.sha256(text.encode()).hexdigest()
    return Links(seqs, prevs, [*prevs[1:], last] if prevs else [])


def verify(
    records: Iterable[AuditRecord], *, pinned: Head | None = None, expected: Head | None = None
) -> Verification:
    """Recompute a chain, record by record, in one pass.

    `pinned` is an earlier head that must be a prefix of it; `expected` the head that the ledger
    says it has.
    """
    head = Head()
    met = pinned is None or pinned == head
    for record in records:
        why = _misfit(record, head)
        if why:
            return Verification(False, head.seq, head.hash, head.seq + 1, why)
        head = Head(record.seq, record.hash)
        if pinned is not None and head.seq == pinned.seq:
            if head.hash != pinned.hash:
                why = f"record {head.seq} is not the one that the checkpoint was made on"
                return Verification(False, head.seq, head.hash, head.seq, why)
            met = True
    verdict = _ending(head, pinned if not met else None, expected)
    return replace(verdict, covered=pinned.seq) if verdict.valid and pinned else verdict


def _misfit(record: AuditRecord, head: Head) -> str:
    if record.seq != head.seq + 1:
        return f"record {head.seq + 1} is missing; {record.seq} stands in its place"
    if record.prev != head.hash:
        return f"record {record.seq} does not follow the one before it"
    if record.hash != record_hash(record):
        return f"record {record.seq} was changed after it was written"
    return ""


def _ending(head: Head, unmet: Head | None, expected: Head | None) -> Verification:
    if unmet is not None:
        why = f"the checkpoint was made on {unmet.seq} records, and only {head.seq} are left"
        return Verification(False, head.seq, head.hash, head.seq + 1, why)
    if expected is not None and expected != head:
        why = f"the ledger wrote {expected.seq} records, and {head.seq} are there"
        return Verification(False, head.seq, head.hash, head.seq + 1, why)
    return Verification(True, head.seq, head.hash)
