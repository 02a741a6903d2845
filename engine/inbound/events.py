"""What mail servers and providers tell of mails that went out, in the words of this project.

An event is read without trusting it: whom it is about, and whether it is believed, is decided where
the ledger is asked (`ledger/evidence.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.places import Place

__all__ = ["MEANINGS", "Event", "Meaning", "Proof", "Says", "Stop", "Unread"]


class Says(StrEnum):
    """What an event says."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    """A server on the way has it: it went out, and may still come back."""
    NO_MAILBOX = "no_mailbox"
    NOT_DELIVERED = "not_delivered"
    """Given up, for a reason that says nothing against the mailbox: full, too large, no answer."""
    ABOUT_US = "about_us"
    """Refused by a policy (5.7.x): it is about the sender, not about the mailbox."""
    COMPLAINT = "complaint"
    NO_COMPLAINT = "no_complaint"
    """Comes by the way of complaints and is none: `not-spam`, a failed check of the sender."""
    UNSUBSCRIBED = "unsubscribed"
    """From what this mail is about."""
    UNSUBSCRIBED_FROM_ALL = "unsubscribed_from_all"
    ANSWERED = "answered"
    """By a machine: out of office, a challenge, a receipt."""
    HELD_BACK = "held_back"
    """The provider did not send it."""
    HELD_BACK_NO_MAILBOX = "held_back_no_mailbox"
    HELD_BACK_COMPLAINT = "held_back_complaint"
    HELD_BACK_UNSUBSCRIBED = "held_back_unsubscribed"
    NOTHING = "nothing"
    """Nothing that is taken in; the event's `note` says what it is."""


class Proof(StrEnum):
    """What an event proves of the mail that it names."""

    WENT_OUT = "went_out"
    CAME_BACK = "came_back"
    NOTHING = "nothing"


class Stop(StrEnum):
    """What is not to be sent any more."""

    NOTHING = "nothing"
    EVERYTHING = "everything"
    TOPIC = "topic"
    """The topic of the mail."""
    TOPICS = "topics"
    """Every topic: what is `required` goes on."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What follows from what an event says, where it is believed."""

    proof: Proof
    stop: Stop = Stop.NOTHING


MEANINGS: dict[Says, Meaning] = {
    Says.DELIVERED: Meaning(Proof.WENT_OUT),
    Says.ACCEPTED: Meaning(Proof.WENT_OUT),
    Says.NO_MAILBOX: Meaning(Proof.CAME_BACK, Stop.EVERYTHING),
    Says.NOT_DELIVERED: Meaning(Proof.CAME_BACK),
    Says.ABOUT_US: Meaning(Proof.CAME_BACK),
    Says.COMPLAINT: Meaning(Proof.WENT_OUT, Stop.EVERYTHING),
    Says.NO_COMPLAINT: Meaning(Proof.WENT_OUT),
    Says.UNSUBSCRIBED: Meaning(Proof.WENT_OUT, Stop.TOPIC),
    Says.UNSUBSCRIBED_FROM_ALL: Meaning(Proof.WENT_OUT, Stop.TOPICS),
    Says.ANSWERED: Meaning(Proof.WENT_OUT),
    Says.HELD_BACK: Meaning(Proof.CAME_BACK),
    Says.HELD_BACK_NO_MAILBOX: Meaning(Proof.CAME_BACK, Stop.EVERYTHING),
    Says.HELD_BACK_COMPLAINT: Meaning(Proof.CAME_BACK, Stop.EVERYTHING),
    Says.HELD_BACK_UNSUBSCRIBED: Meaning(Proof.CAME_BACK, Stop.TOPICS),
    Says.NOTHING: Meaning(Proof.NOTHING),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event about one recipient, as it was told.

    `tokens` and `message_ids` are what may name our mail; `addresses` whom it says it is about, as
    they stand there. `is_mail`: anybody can have sent it, so that it counts for nothing unless it
    names a mail of ours. `id` is the same however often the event comes. `status` is an enhanced
    status code (RFC 3463), or empty. `note` says in a sentence what a person should know of it.
    """

    says: Says
    place: Place
    id: str
    tokens: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    status: str = ""
    note: str = ""
    is_mail: bool = False

    @property
    def meaning(self) -> Meaning:
        """What follows from it, where it is believed."""
        return MEANINGS[self.says]


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of the input that could not be read; the sentence says why."""

    place: Place
    why: str
