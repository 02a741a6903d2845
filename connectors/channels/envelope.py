"""MAIL, RCPT and DATA: how they are said, and what the answers come to.

Where the server offers PIPELINING (RFC 2920) they leave in one write, and each reply is given to
the command that it answers. A server may then accept DATA though it refused the recipient. RFC
2920, 3.1, would have a lone dot end that empty message; it could reach somebody where only MAIL
was refused, so the connection is dropped instead: without a dot nobody gets anything.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from connectors.channels.greeting import Session
from connectors.channels.replies import Reply
from connectors.channels.verdicts import at_data, at_mail, at_rcpt, at_rset
from engine.ports import Message, NotSent, Refusal

__all__ = ["Heard", "complaint_of", "envelope", "judged", "say"]

_EIGHT_BITS = ("8bitmime", " BODY=8BITMIME")
_UTF8 = ("smtputf8", " SMTPUTF8")
_NOT_IN_AN_ENVELOPE = re.compile(r"[\x00-\x20\x7f-\x9f<>]")

Verdict = Callable[[Reply], NotSent | None]


@dataclass(frozen=True, slots=True)
class Heard:
    """What an envelope came to.

    `is_open`: the server waits for the message. `refusal`: the first no, whichever command it was
    the answer to. Neither: the connection ended before it was all answered. `is_in_step`: both
    sides know where they are, so that the connection may serve for another message.
    """

    is_open: bool
    refusal: NotSent | None
    is_in_step: bool


_ACCEPTED = Heard(True, None, True)
_USUAL = [250, 250, 250, 354]
_VERDICTS: tuple[Verdict, ...] = (at_rset, at_mail, at_rcpt, at_data)


def complaint_of(message: Message) -> str:
    """Why no server can be told for whom this message is, or empty."""
    sender, recipient = message.sender, message.recipient
    if sender and recipient and not _NOT_IN_AN_ENVELOPE.search(sender + recipient):
        return ""
    for what, address in (("sender", sender), ("recipient", recipient)):
        if not address or _NOT_IN_AN_ENVELOPE.search(address):
            return f"the {what}'s address holds what no envelope can carry"
    return ""


def envelope(message: Message, session: Session) -> list[bytes] | NotSent:
    """The lines that open a message, or why this server cannot take it.

    After a message that the server refused, they say so first.
    """
    if complaint := complaint_of(message):
        return NotSent(Refusal.MESSAGE, complaint)
    parameters = _parameters(message, session)
    if isinstance(parameters, NotSent):
        return parameters
    mail = f"MAIL FROM:<{message.sender}>{parameters}\r\n".encode()
    rcpt = f"RCPT TO:<{message.recipient}>\r\n".encode()
    lines = [mail, rcpt, b"DATA\r\n"]
    return [b"RSET\r\n", *lines] if session.needs_reset else lines


def _parameters(message: Message, session: Session) -> str | NotSent:
    """What MAIL FROM has to say besides the address."""
    extensions, said = session.extensions, ""
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


def _needs(message: Message) -> Sequence[tuple[str, str]]:
    """The extensions without which the message cannot go, and what asks for them."""
    is_plain = message.sender.isascii() and message.recipient.isascii()
    if message.payload.isascii():
        return () if is_plain else (_UTF8,)
    is_plain = is_plain and message.payload.partition(b"\r\n\r\n")[0].isascii()
    return (_EIGHT_BITS,) if is_plain else (_EIGHT_BITS, _UTF8)


def say(session: Session, lines: Sequence[bytes], *, timeout: float) -> Awaitable[list[Reply]]:
    """Say an envelope at once or line by line, and give the replies; `timeout` for each wait.

    Line by line, nothing is said after a no. Fewer replies than lines otherwise mean that the
    connection is over.
    """
    if "pipelining" in session.extensions:
        return session.conversation.ask(b"".join(lines), len(lines), timeout=timeout)
    return _in_turn(session, lines, timeout=timeout)


async def _in_turn(session: Session, lines: Sequence[bytes], *, timeout: float) -> list[Reply]:
    replies: list[Reply] = []
    for line, verdict in zip(lines, _VERDICTS[-len(lines) :], strict=True):
        answer = await session.conversation.ask(line, 1, timeout=timeout)
        replies += answer
        if not answer or verdict(answer[0]) is not None:
            break
    return replies


def judged(replies: Sequence[Reply], count: int) -> Heard:
    """What these replies to an envelope of `count` lines come to together."""
    if [reply.code for reply in replies] == _USUAL[-count:]:
        return _ACCEPTED
    verdicts = zip(_VERDICTS[-count:], replies, strict=False)
    refusals = [no for verdict, reply in verdicts if (no := verdict(reply)) is not None]
    if not refusals:
        return _ACCEPTED if len(replies) == count else Heard(False, None, False)
    *others, last = replies
    # A yes to DATA that follows a no leaves the server waiting for a message; 421 ends it all.
    is_in_step = last.kind in (4, 5) and all(reply.kind in (2, 4, 5) for reply in others)
    return Heard(False, refusals[0], is_in_step and all(reply.code != 421 for reply in replies))
