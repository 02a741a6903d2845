"""The `smtp` channel: one recipient a transaction, and the dot only with a permit.

Delivery page, points 3 and 4. Before the dot nothing has been sent, whatever happens. After it
only an answer tells, and none means *unknown*. What happens at QUIT changes nothing.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence

from connectors.channels.connections import Connections
from connectors.channels.conversation import Conversation
from connectors.channels.envelope import envelope, judged, say
from connectors.channels.greeting import NoConnection, Session
from connectors.channels.replies import Reply
from connectors.channels.verdicts import after_dot
from connectors.channels.wire import as_it_travels
from engine.language.project import SmtpChannel
from engine.ports import Answer, Message, NotSent, Permit, Refusal, UnknownOutcome

__all__ = ["Smtp"]

# RFC 5321, 4.5.3.2. A hurried client makes failures of servers that are only slow.
_COMMAND_TIMEOUT_S = 300.0
_BLOCK_TIMEOUT_S = 180.0

_NOT_IN_AN_ENVELOPE = re.compile(r"[\x00-\x20\x7f-\x9f<>]")


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

    async def send(self, message: Message, permit: Permit) -> Answer:
        """Offer the message, ask the permit, write the dot, and wait for what the server says."""
        if complaint := _complaint(message):
            return NotSent(Refusal.MESSAGE, complaint)
        body = as_it_travels(message.payload)
        if body is None:
            return NotSent(Refusal.MESSAGE, "the message holds a line end that is not CRLF")
        async with self._connections.room:
            try:
                return await self._answer(message, body, permit)
            except NoConnection as none:
                return none.answer

    async def close(self) -> None:
        """Say QUIT on every connection; nobody waits for more than a moment."""
        await self._connections.close()

    async def _answer(self, message: Message, body: bytes, permit: Permit) -> Answer:
        """The answer of the first connection that is there; raises NoConnection.

        Kept connections may turn out to be over. Nothing was offered on those, so that the
        message goes to the next without any harm; a new one always answers.
        """
        answer: Answer | None = None
        while answer is None:
            session = await self._connections.take()
            try:
                answer = await self._transact(session, message, body, permit=permit)
            finally:
                self._connections.give_back(session)
        return answer

    async def _transact(
        self, session: Session, message: Message, body: bytes, *, permit: Permit
    ) -> Answer | None:
        """One transaction; None where the connection was over before it began."""
        parameters = _parameters(message, session.extensions)
        if isinstance(parameters, NotSent):
            return parameters
        lines = envelope(
            message.sender, message.recipient, parameters, needs_reset=session.needs_reset
        )
        session.is_in_step = False
        replies = await say(session, lines, timeout=self._command_timeout)
        if session.served and _was_over(session, replies):
            return None
        heard = judged(replies, len(lines))
        if heard.is_open:
            return await self._hand_over(session, body, permit)
        session.is_in_step = session.needs_reset = heard.is_in_step
        return heard.refusal or _lost(session.conversation)

    async def _hand_over(self, session: Session, body: bytes, permit: Permit) -> Answer:
        """The body, the permit, the dot, the answer."""
        conversation = session.conversation
        await conversation.hand_over(body, timeout=_BLOCK_TIMEOUT_S)
        if not conversation.is_quiet:
            return _cut_short(conversation)
        if not await permit():
            return NotSent(Refusal.LATER, "not permitted")
        if not conversation.is_quiet:
            return _cut_short(conversation)
        replies = await conversation.ask(b".\r\n", 1, timeout=self.patience)
        if not replies:
            return UnknownOutcome(f"after the message was handed over, {conversation.end}")
        session.needs_reset = False
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


def _complaint(message: Message) -> str:
    """Why these bytes cannot be offered to any server, or empty."""
    for what, address in (("sender", message.sender), ("recipient", message.recipient)):
        if not address or _NOT_IN_AN_ENVELOPE.search(address):
            return f"the {what}'s address holds what no envelope can carry"
    return ""


def _parameters(message: Message, extensions: Mapping[str, str]) -> str | NotSent:
    """What MAIL FROM has to say besides the address, or why this server cannot take the message."""
    said = ""
    for extension, parameter in _needs(message):
        if extension not in extensions:
            detail = f"the message needs {extension.upper()}, which the mail server does not offer"
            return NotSent(Refusal.MESSAGE, detail)
        said += parameter
    if "size" not in extensions:
        return said
    size, limit = len(message.payload), extensions["size"]
    if limit.isdecimal() and 0 < int(limit) < size:
        detail = f"the message has {size} bytes, and the mail server takes {limit} at most"
        return NotSent(Refusal.MESSAGE, detail)
    return f" SIZE={size}{said}"


def _needs(message: Message) -> Iterator[tuple[str, str]]:
    """The extensions without which the message cannot go, and what asks for them."""
    is_ascii = message.payload.isascii()
    if not is_ascii:
        yield "8bitmime", " BODY=8BITMIME"
    has_plain_head = is_ascii or message.payload.partition(b"\r\n\r\n")[0].isascii()
    if not (has_plain_head and message.sender.isascii() and message.recipient.isascii()):
        yield "smtputf8", " SMTPUTF8"
