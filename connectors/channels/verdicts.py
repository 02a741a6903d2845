"""What an SMTP answer means, by the phase it came in. Delivery page, point 4.

RFC 3463 tells what a refusal is about better than the three digits do, so the enhanced code
decides where there is one:

- `5.7.x` (policy, security) is about us: the channel's breaker opens, nobody is suppressed.
- `5.1.1 5.1.2 5.1.3 5.1.6 5.1.10 5.2.1` (no such mailbox or domain, moved away, takes no mail,
  disabled) are about the mailbox: it is suppressed.
- `5.2.2` (full) and everything else ends this message and suppresses nobody: a full mailbox is
  emptied again.

Without one, at RCPT: `550`, `551` and `553` are about the mailbox (RFC 5321, 4.2.3), `552` means
full. At MAIL nothing is ever about the recipient.
"""

from __future__ import annotations

from connectors.channels.replies import Reply
from engine.ports import ABOUT_THE_MAILBOX, Answer, NotSent, Refusal, Sent, UnknownOutcome

__all__ = ["after_dot", "at_connect", "at_data", "at_mail", "at_rcpt", "at_rset"]

_MAILBOX_CODES = frozenset({550, 551, 553})


def at_connect(reply: Reply) -> NotSent:
    """A refusal of the connection, the greeting or the login: never about a message."""
    is_about_login = reply.code in (534, 535, 538)
    return _no(Refusal.CREDENTIALS if is_about_login else Refusal.CHANNEL, reply)


def at_rset(reply: Reply) -> NotSent | None:
    """The answer to RSET; None: go on. A no says nothing about the message that follows."""
    return None if reply.kind == 2 else _no(Refusal.LATER, reply)


def at_mail(reply: Reply) -> NotSent | None:
    """The answer to MAIL FROM; None: go on."""
    return None if reply.kind == 2 else _refused(reply, Refusal.MESSAGE)


def at_rcpt(reply: Reply) -> NotSent | None:
    """The answer to RCPT TO; None: go on."""
    if reply.kind == 2:
        return None
    is_mailbox = not reply.enhanced and reply.code in _MAILBOX_CODES
    return _refused(reply, Refusal.MAILBOX if is_mailbox else _subject(reply))


def at_data(reply: Reply) -> NotSent | None:
    """The answer to DATA; None: write the body."""
    return None if reply.code == 354 else _refused(reply, _subject(reply))


def after_dot(reply: Reply) -> Answer:
    """The answer to the dot: the only one by which a message has been sent."""
    if reply.kind == 2:
        return Sent(str(reply))
    if reply.kind in (4, 5):
        return _refused(reply, _subject(reply))
    return UnknownOutcome(f"the server answered the message with {reply}")


def _subject(reply: Reply) -> Refusal:
    return Refusal.MAILBOX if reply.enhanced in ABOUT_THE_MAILBOX else Refusal.MESSAGE


def _refused(reply: Reply, final: Refusal) -> NotSent:
    """A no before anything was accepted: `final` where it is for good and about no policy."""
    if reply.kind != 5:
        return _no(Refusal.LATER, reply)
    if reply.code == 535:
        return _no(Refusal.CREDENTIALS, reply)
    is_about_us = reply.enhanced.startswith("5.7.") or reply.code == 530  # 530: log in first
    return _no(Refusal.CHANNEL if is_about_us else final, reply)


def _no(refusal: Refusal, reply: Reply) -> NotSent:
    return NotSent(refusal, str(reply), reply.enhanced or str(reply.code))
