"""MAIL, RCPT and DATA: how they are said, and what the answers come to.

Where the server offers PIPELINING (RFC 2920) they leave in one write, and each reply is given to
the command that it answers. A server may then accept DATA though it refused the recipient. RFC
2920, 3.1, would have a lone dot end that empty message; it could reach somebody where only MAIL
was refused, so the connection is dropped instead: without a dot nobody gets anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.channels.greeting import Session
from connectors.channels.replies import Reply
from connectors.channels.verdicts import at_data, at_mail, at_rcpt, at_rset
from engine.ports import NotSent

__all__ = ["Heard", "envelope", "judged", "say"]

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
_VERDICTS: tuple[Verdict, ...] = (at_rset, at_mail, at_rcpt, at_data)


def envelope(sender: str, recipient: str, parameters: str, *, needs_reset: bool) -> list[bytes]:
    """The lines that open a message, after those of one that was refused `needs_reset`."""
    mail = f"MAIL FROM:<{sender}>{parameters}\r\n".encode()
    rcpt = f"RCPT TO:<{recipient}>\r\n".encode()
    return [b"RSET\r\n", mail, rcpt, b"DATA\r\n"] if needs_reset else [mail, rcpt, b"DATA\r\n"]


async def say(session: Session, lines: Sequence[bytes], *, timeout: float) -> list[Reply]:
    """Say an envelope at once or line by line, and give the replies; `timeout` for each wait.

    Line by line, nothing is said after a no. Fewer replies than lines otherwise mean that the
    connection is over.
    """
    ask = session.conversation.ask
    if "pipelining" in session.extensions:
        return await ask(b"".join(lines), len(lines), timeout=timeout)
    replies: list[Reply] = []
    for line, verdict in zip(lines, _VERDICTS[-len(lines) :], strict=True):
        answer = await ask(line, 1, timeout=timeout)
        replies += answer
        if not answer or verdict(answer[0]) is not None:
            break
    return replies


def judged(replies: Sequence[Reply], count: int) -> Heard:
    """What these replies to an envelope of `count` lines come to together."""
    verdicts = zip(_VERDICTS[-count:], replies, strict=False)
    refusals = [no for verdict, reply in verdicts if (no := verdict(reply)) is not None]
    if not refusals:
        return _ACCEPTED if len(replies) == count else Heard(False, None, False)
    *others, last = replies
    # A yes to DATA that follows a no leaves the server waiting for a message; 421 ends it all.
    is_in_step = last.kind in (4, 5) and all(reply.kind in (2, 4, 5) for reply in others)
    return Heard(False, refusals[0], is_in_step and all(reply.code != 421 for reply in replies))
