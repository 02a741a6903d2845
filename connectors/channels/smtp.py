"""The `smtp` channel: one recipient a transaction, and the dot only with a permit.

Delivery page, points 3 and 4. Before the dot nothing has been sent, whatever happens. After it
only an answer tells, and none means *unknown*. What happens at QUIT changes nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from connectors.channels.connections import Connections, Opened, Turn
from connectors.channels.conversation import Conversation
from connectors.channels.envelope import complaint_of, envelope, judged, say
from connectors.channels.greeting import NoConnection, Session
from connectors.channels.replies import Reply
from connectors.channels.verdicts import after_dot
from connectors.channels.wire import as_it_travels
from engine.language.project import SmtpChannel
from engine.ports import Answer, Follow, Message, NotSent, Permit, Refusal, UnknownOutcome, nobody

__all__ = ["Smtp"]

# RFC 5321, 4.5.3.2. A hurried client makes failures of servers that are only slow.
_COMMAND_TIMEOUT_S = 300.0
_BLOCK_TIMEOUT_S = 180.0


class Smtp:
    """A mail server. Connections are kept and used again; a closed one is opened anew.

    `password` is the resolved secret, empty without a login; `context` is for servers whose
    certificate the system does not know.
    """

    def __init__(
        self,
        channel: SmtpChannel,
        *,
        password: str = "",
        context: ssl.SSLContext | None = None,
        command_timeout: float = _COMMAND_TIMEOUT_S,
    ) -> None:
        self.name = channel.name
        self.on_unknown = channel.on_unknown
        self.patience = channel.answer_timeout
        self.at_once = channel.connections
        self._command_timeout = command_timeout
        self._connections = Connections(channel, password, context=context)

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Offer the message, ask the permit, write the dot, and wait for what the server says."""
        if complaint := complaint_of(message):  # before any connection is made for it
            return NotSent(Refusal.MESSAGE, complaint)
        body = as_it_travels(message.payload)
        if body is None:
            return NotSent(Refusal.MESSAGE, "the message holds a line end that is not CRLF")
        try:
            return await self._answer(message, body, permit, follow=follow)
        except NoConnection as none:
            return none.answer

    async def close(self) -> None:
        """Say QUIT on every connection; nobody waits for more than a moment."""
        await self._connections.close()

    async def _answer(
        self, message: Message, body: bytes, permit: Permit, *, follow: Follow
    ) -> Answer:
        """The answer of the first connection that is there; raises NoConnection.

        Kept connections may turn out to be over. Nothing was offered on those, so that the
        message goes to the next without any harm; a new one always answers.
        """
        answer: Answer | None = None
        while answer is None:
            turn = await self._connections.take(message)
            try:
                answer = await self._transact(turn, message, body, permit=permit, follow=follow)
            finally:
                self._connections.give_back(turn.session)
        return answer

    async def _transact(
        self, turn: Turn, message: Message, body: bytes, *, permit: Permit, follow: Follow
    ) -> Answer | None:
        """One transaction; None where the connection was over before it began."""
        session = turn.session
        opened = turn.opened or self._open(message, session)
        if isinstance(opened, NotSent):
            return opened
        session.is_in_step = False
        replies = await opened.replies
        if session.served and _was_over(session, replies):
            return None
        heard = judged(replies, opened.count)
        if heard.is_open and turn.opened and not session.conversation.is_quiet:
            return None  # it went while nothing but the envelope had been said
        if heard.is_open:
            return await self._hand_over(session, body, permit, follow=follow)
        session.is_in_step = session.needs_reset = heard.is_in_step
        return heard.refusal or _lost(session.conversation)

    def _open(self, message: Message, session: Session) -> Opened | NotSent:
        lines = envelope(message, session)
        if isinstance(lines, NotSent):
            return lines
        return Opened(message, len(lines), say(session, lines, timeout=self._command_timeout))

    async def _hand_over(
        self, session: Session, body: bytes, permit: Permit, *, follow: Follow
    ) -> Answer:
        """The body, the permit, the dot, the answer."""
        conversation, session.needs_reset = session.conversation, False
        await conversation.hand_over(body, timeout=_BLOCK_TIMEOUT_S)
        if not conversation.is_quiet:
            return _cut_short(conversation)
        if not await permit():
            return NotSent(Refusal.LATER, "not permitted")
        if not conversation.is_quiet:
            return _cut_short(conversation)
        replies = await self._connections.say_dot(
            session, follow, patience=self.patience, timeout=self._command_timeout
        )
        if not replies:
            return UnknownOutcome(f"after the message was handed over, {conversation.end}")
        session.is_in_step = replies[0].kind in (2, 4, 5) and replies[0].code != 421
        return after_dot(replies[0])


def _was_over(session: Session, replies: Sequence[Reply]) -> bool:
    """Whether the server had done with a kept connection before it heard of this message."""
    if not replies:
        return not session.conversation.fell_silent
    return replies[0].code == 421 or (session.needs_reset and replies[0].kind != 2)


def _lost(conversation: Conversation) -> NotSent:
    return NotSent(Refusal.LATER, f"before the message ended, {conversation.end}")


def _cut_short(conversation: Conversation) -> NotSent:
    """The server went, or answered before the dot: a no, or nonsense, but nothing was sent."""
    reply = conversation.unasked()
    if reply is None:
        return _lost(conversation)
    verdict = after_dot(reply)
    if isinstance(verdict, NotSent):
        return verdict
    return NotSent(Refusal.LATER, f"the server answered before the message ended: {reply}")
