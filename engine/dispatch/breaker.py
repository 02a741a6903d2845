"""When a channel in trouble is left alone: a breaker over its failures in a row.

Pure; the ledger keeps the count, so that all workers see one breaker. While it is open nothing is
claimed for the channel, and so nobody's attempts are used up. When its time is over, one touch at a
time goes out until one succeeds.
"""

from __future__ import annotations

from datetime import timedelta

from engine.ports import Answer, NotSent, Refusal, UnknownOutcome

__all__ = ["blames_channel", "is_tripped", "proves_channel", "rest", "shuts_channel"]

_FAILURES = 5  # in a row: one bad message is not a bad channel
_FIRST_S = 30.0
_LONGEST_S = 900.0  # a server that is up again is found within a quarter of an hour


def blames_channel(answer: Answer) -> bool:
    """Whether an answer, or its absence, is a failure of the channel rather than of a message."""
    match answer:
        case UnknownOutcome():
            return True
        case NotSent(refusal=Refusal.CHANNEL | Refusal.UNOPENED):
            return True
        case NotSent(refusal=Refusal.LATER, code=code):
            return code.startswith("5")  # a web server's error; in SMTP *later* begins with a 4
        case _:
            return False


def proves_channel(answer: Answer) -> bool:
    """Whether an answer shows that the channel works, even where it refuses this message."""
    match answer:
        case NotSent(refusal=refusal):
            return refusal in (Refusal.MESSAGE, Refusal.MAILBOX, Refusal.GONE)
        case UnknownOutcome():
            return False
        case _:
            return True


def shuts_channel(answer: Answer) -> bool:
    """Whether an answer shuts the channel until a person looks: each further try does harm."""
    return isinstance(answer, NotSent) and answer.refusal is Refusal.CREDENTIALS


def is_tripped(answer: Answer, failures: int) -> bool:
    """Whether a failure that is the last of so many in a row opens the breaker."""
    is_shut = isinstance(answer, NotSent) and answer.refusal is Refusal.UNOPENED
    return is_shut or failures >= _FAILURES


def rest(failures: int, jitter: float) -> timedelta:
    """How long it stays open: twice as long each time, a part of it by chance (0 to 1)."""
    ceiling = min(_LONGEST_S, _FIRST_S * 2.0 ** min(max(failures - _FAILURES, 0), 10))
    return timedelta(seconds=ceiling * (0.5 + jitter / 2))
