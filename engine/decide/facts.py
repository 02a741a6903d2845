"""What a decision is made from, and what it is: frozen data, shared by decide and ledger.

Delivery page, "Touches" and "Runs"; language, section 5. Keys of entities are texts here: the
canonical text of the key, as the ledger stores it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from json.encoder import encode_basestring

__all__ = [
    "CHANNEL_PAUSED",
    "CHANNEL_RESTING",
    "KEEPING",
    "NO_PLAYBOOK",
    "RATE",
    "UNBOUND",
    "Advanced",
    "Assigned",
    "Climbed",
    "Decision",
    "Enrollment",
    "Entered",
    "Invited",
    "Item",
    "Left",
    "Moved",
    "NewTask",
    "NewTouch",
    "Outcome",
    "Past",
    "Phase",
    "Reached",
    "StepSkipped",
    "TouchKind",
    "TouchMade",
    "TouchState",
    "digest_key",
    "earliest_id",
    "enrollment_ids",
    "idempotency_key",
    "is_going",
    "is_waiting",
    "notice_key",
    "share_of",
    "told_apart",
]


CHANNEL_PAUSED, CHANNEL_RESTING = "channel_paused", "channel_resting"
"""Why a rehearsal has touches wait: their channel is shut, by a person or by its breaker."""

RATE, UNBOUND = "rate", "unbound"
"""The same: they have no turn yet, or the version that their customer is in cannot go on."""

KEEPING = frozenset({CHANNEL_PAUSED, CHANNEL_RESTING, RATE, UNBOUND})
"""The reasons for which a rehearsal has touches wait without saying until when."""

NO_PLAYBOOK = ""
"""What touches bear as playbook and enrollment that tell assignees of their tasks."""


class Phase(StrEnum):
    """What an open enrollment does at its step."""

    READY = "ready"
    """The step has not begun."""
    WAITING = "waiting"
    """Stands still until `waits_until`; None where the moment is missing for now."""
    WATCHING = "watching"
    """Stands still until the condition of a `wait_for` holds, at most until `waits_until`."""
    HOLDING = "holding"
    """Stands still while the `hold_while` of its step holds, at most until `waits_until`."""
    GATHERING = "gathering"
    """Stands at a step with `digest` until `waits_until`, the fire at which it goes out."""
    TOUCHING = "touching"
    """The step's touches were made and have not all ended."""
    RESTING = "resting"
    """Held out for comparison: at no step, until `waits_until`, where the goal's window ends."""


class Outcome(StrEnum):
    """How an enrollment ended."""

    GOAL = "goal"
    COMPLETED = "completed"
    HOLDOUT = "holdout"
    EXITED = "exited"
    REMOVED = "removed"


class TouchKind(StrEnum):
    """What a touch is."""

    EMAIL = "email"
    TASK = "task"
    WEBHOOK = "webhook"
    UPDATE = "update"


class TouchState(StrEnum):
    """The states of a touch; the last six are its ends."""

    DRAFT = "draft"
    READY = "ready"
    CLAIMED = "claimed"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    EXPIRED = "expired"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to the touch by itself."""
        return self in _ENDS


_ENDS = frozenset(
    {
        TouchState.SENT,
        TouchState.FAILED,
        TouchState.SKIPPED,
        TouchState.UNKNOWN,
        TouchState.DROPPED,
        TouchState.EXPIRED,
    }
)


def enrollment_ids(
    playbook: str, keys: Sequence[str], numbers: Sequence[int], *, at: datetime, first: int = 0
) -> list[str]:
    """The identities of stays that begin `at` one instant, for each key with the stay's number.

    32 hexadecimal digits: the second, the place among those who enter (from `first`), and a digest
    of names. They ascend as the rows do that are written, so that an index of a million grows at
    its end, and is not rewritten all over.
    """
    second = earliest_id(at)
    begun = hashlib.sha256(f'["enrollment",{encode_basestring(playbook)},'.encode())
    found = []
    for place, (key, number) in enumerate(zip(map(encode_basestring, keys), numbers, strict=True)):
        digest = begun.copy()
        digest.update(f'{key},"{number}"]'.encode())
        found.append(f"{second}{first + place & 0xFFFFFF:06x}{digest.hexdigest()[:17]}")
    return found


def earliest_id(at: datetime) -> str:
    """What no id sorts before of a stay that begins in the second of an instant or later."""
    return f"{max(int(at.timestamp()), 0):09x}"


def idempotency_key(playbook: str, key: str, number: int, step: str, place: int) -> str:
    """The idempotency key of a touch (delivery page, point 2): 32 hexadecimal digits.

    `place` is the recipient's place in the step's `to`, from 0; those in its `cc` count from -1
    downwards.
    """
    return _digest("touch", playbook, key, str(number), step, str(place))


def notice_key(address: str, told: Iterable[str]) -> str:
    """The idempotency key of a mail that tells an assignee of tasks: of whom, and of which."""
    return _digest("notice", address, *sorted(told))


def digest_key(playbook: str, entity: str, step: str, *, person: str, fire: str) -> str:
    """The idempotency key of a digest: the same person gets one at a fire, whoever is told of.

    `person` is a normalised address, `fire` the local date and time of the fire.
    """
    return _digest("digest", playbook, entity, step, person, fire)


def share_of(*names: str) -> float:
    """Where names fall between 0 and 1 (excluded): a digest, the same for ever.

    Who is below a share stays below every larger one.
    """
    return int(_digest(*names)[:13], 16) / 16**13


def _digest(*parts: str) -> str:
    # Of a list of texts the plain encoder writes the very bytes of RFC 8785, and faster.
    return hashlib.sha256(_ENCODER.encode(parts).encode()).hexdigest()[:32]


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Enrollment:
    """An open enrollment. `since` is when it came to `step`; instants are aware UTC.

    `fixed` says that `waits_until` is a moment of the calendar, which a pause does not move. `arm`
    are the ways taken at splits, as `STEP=WAY`. `per` and `each` are what `entry.again` counts by:
    the value, and the key of the parent, at entry. `goal_at` is when the goal was first seen
    reached, `goal_until` how long it counts (None: for ever). `level` is the highest of its levels
    that was seen in that time, empty for none.
    """

    id: str
    playbook: str
    entity: str
    key: str
    number: int
    version: str
    step: str
    phase: Phase
    entered_at: datetime
    since: datetime
    waits_until: datetime | None = None
    fixed: bool = False
    holdout: bool = False
    arm: str = ""
    per: str = ""
    each: str = ""
    goal_at: datetime | None = None
    goal_until: datetime | None = None
    level: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger remembers of one key, or of one parent's, in one playbook.

    How often it entered, when it last left, whether somebody is inside, and for which values of
    `per`.
    """

    count: int = 0
    last_left_at: datetime | None = None
    has_open: bool = False
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NewTask:
    """A piece of work for the built-in inbox; `due_on` is an ISO date or empty.

    `closes` says that its step has `close_when`.
    """

    title: str
    kind: str
    assignee: str
    assignee_name: str = ""
    notes: str = ""
    urgency: str = ""
    due_on: str = ""
    outcomes: tuple[str, ...] = ()
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """A task of the inbox as its assignee is told of it."""

    id: str
    playbook: str
    entity: str
    key: str
    title: str
    assignee: str
    assignee_name: str
    notes: str
    urgency: str
    due_on: str
    outcomes: tuple[str, ...]
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One of those that a digest tells of; `step` is the id that the step has in its version."""

    enrollment: str
    key: str
    step: str


@dataclass(frozen=True, slots=True)
class NewTouch:
    """A touch as it is first written: with its rendered bytes, or ended with a reason.

    `state` is `ready`, `draft` where a person has to approve the mail first (`approver`, an
    address), or an end with its `reason` (`missing_value`, `no_recipient`, …).
    `recipient` is the address that suppression and contact history go by (email). `copy` says
    what must go out once within the step though several entities share it (language, section 5,
    "Persons"); empty where copies do not matter. `to_customer` puts it under windows and caps, by
    the IANA name of its `zone`; `rows` are those that caps for each account or the like count it
    for. `copy_of` is, for a person in `cc`, the touch whose mail this is a copy of: it goes out
    after that one, and only then. `held_by` is the digest of the policy that has it wait, with
    that `reason`, until `due_at`; `capped_at` is when it first had to wait for room, `made_at` when
    an earlier pass made it. `items` are those that a digest tells of, in the order of their keys;
    a digest has no `enrollment` and no `key` of its own.
    """

    id: str
    enrollment: str
    playbook: str
    entity: str
    key: str
    step: str
    kind: TouchKind
    channel: str
    state: TouchState
    reason: str = ""
    detail: str = ""
    recipient: str = ""
    sender: str = ""
    subject: str = ""
    topic: str = ""
    payload: bytes = b""
    method: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0
    due_at: datetime | None = None
    made_at: datetime | None = None
    expires_at: datetime | None = None
    task: NewTask | None = None
    text: str = ""
    html: str = ""
    copy: str = ""
    to_customer: bool = False
    zone: str = ""
    rows: tuple[str, ...] = ()
    held_by: str = ""
    capped_at: datetime | None = None
    approver: str = ""
    copy_of: str = ""
    items: tuple[Item, ...] = ()


def told_apart(touch: NewTouch) -> tuple[NewTouch, ...]:
    """A digest as one touch for each of its items; any other touch as it is."""
    if not touch.items:
        return (touch,)
    return tuple(
        replace(touch, enrollment=each.enrollment, key=each.key, step=each.step, items=())
        for each in touch.items
    )


def is_waiting(touch: NewTouch, as_of: datetime) -> bool:
    """Whether a touch is to go out, and not yet: it is due later, or something keeps it."""
    is_later = touch.due_at is not None and touch.due_at > as_of
    return touch.state is TouchState.READY and (is_later or touch.reason in KEEPING)


def is_going(touch: NewTouch, as_of: datetime) -> bool:
    """Whether a touch is to go out, and nothing of itself says: not yet."""
    return touch.state is TouchState.READY and not is_waiting(touch, as_of)


# ---------------------------------------------------------------- decisions


@dataclass(frozen=True, slots=True)
class Entered:
    """One enters; the enrollment stands at its first step."""

    enrollment: Enrollment


@dataclass(frozen=True, slots=True)
class Advanced:
    """An open enrollment moved or changed phase: `after` replaces `before`; `why` is a reason."""

    before: Enrollment
    after: Enrollment
    why: str = ""


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """A step was passed over, with its reason (`only_if`, …); an Advanced follows it."""

    enrollment: Enrollment
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class TouchMade:
    """A step asked for a touch; one Advanced per enrollment and step goes with it."""

    touch: NewTouch


@dataclass(frozen=True, slots=True)
class Left:
    """An enrollment ends; what of its touches is not yet in doubt is dropped with it."""

    enrollment: Enrollment
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """The goal was reached, and the enrollment goes on: `after` bears when."""

    before: Enrollment
    after: Enrollment
    goal: str


@dataclass(frozen=True, slots=True)
class Climbed:
    """One came to a higher level of the goal: `after` bears it. Nothing else hangs on it."""

    before: Enrollment
    after: Enrollment
    goal: str


@dataclass(frozen=True, slots=True)
class Invited:
    """A step asks for the same entity to be let into another playbook, by its own gates."""

    enrollment: Enrollment
    step: str
    playbook: str


@dataclass(frozen=True, slots=True)
class Moved:
    """An open enrollment goes on with another version of its playbook, at the same step.

    `renamed` are steps by their earlier ids, with those that they bear in that version: what is
    known of the stay goes by these from now on.
    """

    before: Enrollment
    after: Enrollment
    renamed: tuple[tuple[str, str], ...] = ()


Decision = Entered | Advanced | StepSkipped | TouchMade | Left | Reached | Climbed | Invited | Moved
