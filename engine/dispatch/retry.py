"""When a touch is tried again: exponential backoff with full jitter, and an end to it.

Delivery page, "Touches", point 4. Pure: the jitter is drawn from names, so that the same attempt
of the same touch always waits as long, and different touches do not come back together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from engine.decide.facts import TouchKind

__all__ = ["BACKOFFS", "Backoff", "draw", "is_exhausted", "wait"]

_SHORTEST_S = 1.0
_LONGEST_ASKED_S = 6 * 3600.0
"""A receiver may ask for more (`Retry-After: 86400`); whether it still does is seen sooner."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """The ceiling of the n-th wait is `first_s * factor**(n-1)`, at most `longest_s` seconds."""

    first_s: float
    factor: float
    longest_s: float
    attempts: int


BACKOFFS = {
    # Greylisting wants some five minutes; a queue gives up after days (RFC 5321, 4.5.4.1).
    TouchKind.EMAIL: Backoff(first_s=300, factor=2, longest_s=4 * 3600, attempts=30),
    # Seconds for a restart, then the long schedule of Standard Webhooks.
    TouchKind.WEBHOOK: Backoff(first_s=10, factor=4, longest_s=10 * 3600, attempts=12),
    # A lock is gone in seconds, a right is granted by a person within days.
    TouchKind.UPDATE: Backoff(first_s=5, factor=4, longest_s=10 * 3600, attempts=15),
}
"""By the kind of touch; what is older than its `max_lateness` expires before, whatever is left."""


def draw(*names: str) -> float:
    """A number from 0 up to, but never, 1 that looks random and is always the same for these."""
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def wait(
    backoff: Backoff, attempts: int, *, jitter: float, asked_s: float | None = None
) -> timedelta:
    """How long to wait after the n-th attempt (from 1).

    `jitter` is from 0 to 1. `asked_s` is what the receiver asked for: it is never undercut, but
    clamped, and stretched by up to a tenth so that not all come back in the same second.
    """
    ceiling = min(backoff.longest_s, backoff.first_s * backoff.factor ** min(attempts - 1, 30))
    seconds = max(_SHORTEST_S, jitter * ceiling)
    if asked_s is not None:
        asked = min(max(asked_s, 0.0), _LONGEST_ASKED_S)
        seconds = max(seconds, asked * (1 + jitter / 10))
    return timedelta(seconds=seconds)


def is_exhausted(backoff: Backoff, attempts: int) -> bool:
    """Whether the n-th attempt was the last."""
    return attempts >= backoff.attempts
