"""Channels that answer as servers would, by script: what examples send through.

What an answer means is decided where real answers are judged; a message for which nothing is
scripted is taken. Nothing leaves the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connectors.channels.replies import Reply, reply_of
from connectors.channels.statuses import verdict_on
from connectors.channels.verdicts import after_dot, at_rcpt
from engine.language.project import SmtpChannel, WebhookChannel
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

__all__ = ["NO_ANSWER", "ScriptedChannel", "scripted_channels"]

NO_ANSWER = "no answer"
"""The server took the message, or may have, and said nothing."""

_PATIENCE_S = 600.0


def scripted_channels(
    declared: Mapping[str, SmtpChannel | WebhookChannel],
) -> dict[str, ScriptedChannel]:
    """One channel for each that a project declares, by name."""
    return {
        name: ScriptedChannel(name, each.on_unknown, is_mail=isinstance(each, SmtpChannel))
        for name, each in declared.items()
    }


@dataclass(slots=True)
class ScriptedChannel:
    """The port `Channel`; `is_mail` says whose answers it gives: a mail server's, or a web one's.

    `script` holds by recipient what is still to be answered, under an empty text what anybody is.
    """

    name: str
    on_unknown: str
    is_mail: bool
    patience: float = _PATIENCE_S
    at_once: int = 4
    script: dict[str, list[str | int]] = field(default_factory=dict)

    def add(self, to: str, answers: Iterable[str | int]) -> None:
        """Answer so, one after the other, to messages for an address; empty: to any."""
        self.script.setdefault(to, []).extend(answers)

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """The next answer of the script, or yes."""
        said = self._next(message.recipient)
        refusal = self._refusal(said) if self.is_mail else None
        if refusal is not None:  # a mail server says no before the message is written
            return refusal
        if not await permit():
            return NotSent(Refusal.LATER, "not permitted")
        if said is None:
            return Sent("250 OK" if self.is_mail else "the receiver answered 200 OK")
        if said == NO_ANSWER:
            return UnknownOutcome("no answer came")
        return after_dot(_reply(said)) if self.is_mail else verdict_on(int(said), None)

    async def close(self) -> None:
        """There is no connection."""

    def _next(self, recipient: str) -> str | int | None:
        for to in (recipient, ""):
            if self.script.get(to):
                return self.script[to].pop(0)
        return None

    def _refusal(self, said: str | int | None) -> NotSent | None:
        return None if said is None or said == NO_ANSWER else at_rcpt(_reply(said))


def _reply(said: str | int) -> Reply:
    code, _, text = str(said).partition(" ")
    return reply_of(int(code), text)
