"""The receivers: a mail server and a web server by script, whose own record is the judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.channels.replies import reply_of
from connectors.channels.statuses import verdict_on
from connectors.channels.verdicts import after_dot, at_rcpt
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

__all__ = ["ANSWERS", "Letter", "Line", "Owner", "Post"]

_GONE = "the server closed the connection"
BEFORE: Mapping[str, Answer | None] = {
    "421": at_rcpt(reply_of(421, "4.3.2 shutting down")),
    "451": at_rcpt(reply_of(451, "4.3.0 not now")),
    "550": at_rcpt(reply_of(550, "5.1.1 no such user")),
    "554": at_rcpt(reply_of(554, "5.7.1 relay access denied")),
    "gone before the dot": NotSent(Refusal.LATER, _GONE),
}
AT_THE_DOT: Mapping[str, tuple[Answer, bool]] = {
    "250": (Sent("250 2.0.0 queued"), True),
    "cut short": (NotSent(Refusal.LATER, _GONE), False),
    "451 after the dot": (after_dot(reply_of(451, "4.3.0 try again")), False),
    "550 after the dot": (after_dot(reply_of(550, "5.6.0 content refused")), False),
    "taken, no answer": (UnknownOutcome(_GONE), True),
    "not taken, no answer": (UnknownOutcome(_GONE), False),
}
"""What the server says once the permit was given, and whether it has taken the message."""

ON_THE_WEB: Mapping[str, tuple[Answer, bool]] = {
    "421": (verdict_on(503, None), False),
    "taken, no answer": (UnknownOutcome(_GONE), True),
    "not taken, no answer": (UnknownOutcome(_GONE), False),
}
ANSWERS = (*BEFORE, *AT_THE_DOT)


@dataclass(frozen=True)
class Letter:
    """What a receiver has taken into its keeping, whatever it said then."""

    permitted_at: datetime
    id: str
    channel: str
    address: str


class Owner(Protocol):
    """The process that a line belongs to."""

    def moment(self, name: str) -> None:
        """Something may happen now; this process may die of it."""


@dataclass
class Post:
    """What was taken, and what is said to the next ones. `now` is the time of the town.

    `before` is asked before each permit why that message must not go, `after` right after it what
    is wrong with it; what they say of one that had its permit is among `wrongs`.
    """

    now: Callable[[], datetime]
    before: Callable[[Message], str]
    after: Callable[[Message], str]
    letters: list[Letter] = field(default_factory=list)
    wrongs: list[tuple[str, str, str, str]] = field(default_factory=list)
    script: list[str] = field(default_factory=list)
    unanswered: int = 0

    def take(self, message: Message, permitted_at: datetime) -> None:
        """Take a message down."""
        self.letters.append(Letter(permitted_at, message.id, message.channel, message.recipient))

    def next(self) -> str:
        """What is said to the next message."""
        return self.script.pop(0) if self.script else "250"


class Line:
    """The port `Channel`, of one process: its moments are `claimed permitted taken answered`."""

    patience = 600.0
    at_once = 4

    def __init__(self, name: str, post: Post, owner: Owner) -> None:
        self.name = name
        self.on_unknown = "hold" if name == "email" else "resend"
        self._post, self._owner = post, owner

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """As a server would that is asked for the permit right before the dot."""
        said = self._post.next()
        self._owner.moment("claimed")
        if self.name == "email" and (refusal := BEFORE.get(said)) is not None:
            return refusal
        why_not = self._post.before(message)
        if not await permit():
            return NotSent(Refusal.LATER, "not permitted")
        why_not = why_not or self._post.after(message)
        if why_not:
            self._post.wrongs.append((why_not, message.channel, message.id, message.recipient))
        return self._dot(message, said)

    def _dot(self, message: Message, said: str) -> Answer:
        usual = AT_THE_DOT["250"]
        table = AT_THE_DOT if self.name == "email" else ON_THE_WEB
        answer, takes = table.get(said, usual)
        permitted_at = self._post.now()
        self._owner.moment("permitted")
        if takes:
            self._post.take(message, permitted_at)
        self._owner.moment("taken")
        self._post.unanswered += self.name == "email" and isinstance(answer, UnknownOutcome)
        return answer

    async def close(self) -> None:
        """There is no connection."""
