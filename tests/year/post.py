"""The receivers: they take down what comes before they answer, and answer as they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from engine.ports import (
    Answer,
    Follow,
    Message,
    NotSent,
    Permit,
    Refusal,
    Sent,
    UnknownOutcome,
    nobody,
)

__all__ = ["Letter", "Post", "Receiver"]

HOOK = "hook"
"""The only channel that is not one of mails."""

ANSWERS: Mapping[str, Answer] = {
    "sent": Sent("250 fine"),
    "later": NotSent(Refusal.LATER, "450 not now", "450"),
    "refused": NotSent(Refusal.MESSAGE, "554 no", "554"),
    "mailbox": NotSent(Refusal.MAILBOX, "550 nobody here", "550"),
    "unknown": UnknownOutcome("no answer"),
}


@dataclass(frozen=True)
class Letter:
    """What a receiver took, or may have taken."""

    at: datetime
    id: str
    channel: str
    address: str
    payload: bytes = field(repr=False)

    @property
    def is_mail(self) -> bool:
        """Whether it is for a person: all but webhooks."""
        return self.channel != HOOK


class Receiver(Protocol):
    """The house that they stand in."""

    now: datetime
    answer: str
    letters: list[Letter]
    unwanted: set[tuple[str, str]]


class Post:
    """A channel whose receiver takes everything down before it answers."""

    def __init__(self, name: str, house: Receiver) -> None:
        self.name, self._house = name, house
        self.on_unknown = "resend" if name == HOOK else "hold"
        self.patience = 1.0
        self.at_once = 4

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        if not await permit():
            return NotSent(Refusal.LATER, "not permitted")
        answer = ANSWERS["sent" if self.name == HOOK else self._house.answer]
        if isinstance(answer, Sent | UnknownOutcome):
            taken = (message.id, self.name, message.recipient, message.payload)
            self._house.letters.append(Letter(self._house.now, *taken))
        if isinstance(answer, NotSent) and answer.refusal is Refusal.MAILBOX:
            self._house.unwanted.add((message.recipient, ""))
        return answer

    async def close(self) -> None:
        return None
