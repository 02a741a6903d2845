"""The `smtp` channel: one recipient a transaction, and the dot only with a permit.

Delivery page, points 3 and 4. Before the dot nothing has been sent, whatever happens. After it
only an answer tells, and none means *unknown*. What happens at QUIT changes nothing.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping

from connectors.channels.conversation import Conversation, Lost, Reply
from connectors.channels.greeting import NoConnection, Session, connect
from connectors.channels.trust import any_certificate, system_trust
from connectors.channels.verdicts import after_dot, at_data, at_mail, at_rcpt
from engine.language.project import SmtpChannel
from engine.ports import Answer, Message, NotSent, Permit, Refusal, UnknownOutcome

__all__ = ["Smtp"]

# RFC 5321, 4.5.3.2. A hurried client makes failures of servers that are only slow.
_COMMAND_TIMEOUT_S = 300.0
_BLOCK_TIMEOUT_S = 180.0
_BLOCK_BYTES = 128 * 1024
_RSET_TIMEOUT_S = 10.0  # of a kept connection: opening another costs less than waiting for it
_QUIT_TIMEOUT_S = 2.0  # politeness, no more: nothing depends on the answer

_NOT_IN_AN_ENVELOPE = re.compile(r"[\x00-\x20\x7f-\x9f<>]")
_LONE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


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
        self._channel = channel
        self._password = password
        self._context = context
        self._command_timeout = command_timeout
        self._idle: list[Session] = []

    async def send(self, message: Message, permit: Permit) -> Answer:
        """Offer the message, ask the permit, write the dot, and wait for what the server says."""
        if complaint := _complaint(message):
            return NotSent(Refusal.MESSAGE, complaint)
        try:
            session = await self._session()
        except NoConnection as none:
            return none.answer
        answer = await self._transact(session, message, permit)
        if session.conversation.is_open:
            self._idle.append(session)
        return answer

    async def close(self) -> None:
        """Say QUIT on every connection; nobody waits for more than a moment."""
        while self._idle:
            conversation = self._idle.pop().conversation
            try:
                await conversation.command("QUIT", timeout=_QUIT_TIMEOUT_S)
            except Lost:
                continue
            finally:
                conversation.abort()

    async def _session(self) -> Session:
        """A kept connection that still answers, or a new one; raises NoConnection."""
        while self._idle:
            session = self._idle.pop()
            if await self._is_alive(session):
                return session
            session.conversation.abort()
        if self._context is None and self._channel.tls != "none":
            self._context = system_trust() if self._channel.verify else any_certificate()
        return await connect(self._channel, self._password, context=self._context)

    async def _is_alive(self, session: Session) -> bool:
        """RSET is both the question and the clean slate that follows a refused recipient."""
        conversation = session.conversation
        if conversation.unasked() is not None:
            return False
        try:
            return (await conversation.command("RSET", timeout=_RSET_TIMEOUT_S)).kind == 2
        except Lost:
            return False

    async def _transact(self, session: Session, message: Message, permit: Permit) -> Answer:
        """One transaction; the connection is dropped unless it ends in an orderly way."""
        is_orderly = False
        try:
            answer = await self._offer(session, message, permit)
            is_orderly = not isinstance(answer, UnknownOutcome)
        except Lost as lost:
            return NotSent(Refusal.LATER, f"before the message ended, {lost}")
        finally:
            if not is_orderly:
                session.conversation.abort()
        return answer

    async def _offer(self, session: Session, message: Message, permit: Permit) -> Answer:
        """MAIL, RCPT, DATA, then the body; raises Lost while nothing has been sent."""
        parameters = _parameters(message, session.extensions)
        if isinstance(parameters, NotSent):
            return parameters
        conversation = session.conversation
        for line, verdict in (
            (f"MAIL FROM:<{message.sender}>{parameters}", at_mail),
            (f"RCPT TO:<{message.recipient}>", at_rcpt),
            ("DATA", at_data),
        ):
            reply = await conversation.command(line, timeout=self._command_timeout)
            refused = verdict(reply)
            if refused is not None:
                _drop_if_out_of_step(conversation, reply)
                return refused
        return await self._hand_over(conversation, message.payload, permit)

    async def _hand_over(
        self, conversation: Conversation, payload: bytes, permit: Permit
    ) -> Answer:
        """The body, the permit, the dot, the answer; raises Lost before the dot only."""
        body = _stuffed(payload)
        for start in range(0, len(body), _BLOCK_BYTES):
            conversation.write(body[start : start + _BLOCK_BYTES])
            await conversation.drain(timeout=_BLOCK_TIMEOUT_S)
        if interruption := conversation.unasked():
            return _cut_short(conversation, interruption)
        if not await permit():
            conversation.abort()
            return NotSent(Refusal.LATER, "not permitted")
        if interruption := conversation.unasked():
            return _cut_short(conversation, interruption)
        conversation.write(b".\r\n")
        try:
            reply = await conversation.reply(timeout=self._channel.answer_timeout)
        except Lost as lost:
            return UnknownOutcome(f"after the message was handed over, {lost}")
        _drop_if_out_of_step(conversation, reply)
        return after_dot(reply)


def _drop_if_out_of_step(conversation: Conversation, reply: Reply) -> None:
    """421 announces the end; what is neither yes nor no leaves the two sides out of step."""
    if reply.code == 421 or reply.kind not in (2, 4, 5):
        conversation.abort()


def _cut_short(conversation: Conversation, reply: Reply) -> NotSent:
    """The server answered before the dot: a no, or nonsense, but nothing was sent."""
    conversation.abort()
    verdict = after_dot(reply)
    if isinstance(verdict, NotSent):
        return verdict
    return NotSent(Refusal.LATER, f"the server answered before the message ended: {reply}")


def _stuffed(payload: bytes) -> bytes:
    """The body as it travels: a dot more before a leading dot, and an end of line at the end."""
    if payload.startswith(b"."):
        payload = b"." + payload
    payload = payload.replace(b"\r\n.", b"\r\n..")
    return payload if payload.endswith(b"\r\n") else payload + b"\r\n"


def _complaint(message: Message) -> str:
    """Why these bytes cannot be offered to any server, or empty."""
    for what, address in (("sender", message.sender), ("recipient", message.recipient)):
        if not address or _NOT_IN_AN_ENVELOPE.search(address):
            return f"the {what}'s address holds what no envelope can carry"
    # A lone CR or LF means a line end to some servers and not to others: a way to smuggle a dot.
    if _LONE_LINE_END.search(message.payload):
        return "the message holds a line end that is not CRLF"
    return ""


def _parameters(message: Message, extensions: Mapping[str, str]) -> str | NotSent:
    """What MAIL FROM has to say besides the address, or why this server cannot take the message."""
    head = message.payload.partition(b"\r\n\r\n")[0]
    wanted = {
        "smtputf8": not (message.sender + message.recipient).isascii() or not head.isascii(),
        "8bitmime": not message.payload.isascii(),
    }
    for extension, is_wanted in wanted.items():
        if is_wanted and extension not in extensions:
            detail = f"the message needs {extension.upper()}, which the mail server does not offer"
            return NotSent(Refusal.MESSAGE, detail)
    size, limit = len(message.payload), extensions.get("size", "")
    if limit.isdecimal() and 0 < int(limit) < size:
        detail = f"the message has {size} bytes, and the mail server takes {limit} at most"
        return NotSent(Refusal.MESSAGE, detail)
    said = [f"SIZE={size}"] if "size" in extensions else []
    said += ["BODY=8BITMIME"] if wanted["8bitmime"] else []
    said += ["SMTPUTF8"] if wanted["smtputf8"] else []
    return "".join(f" {word}" for word in said)
