"""A process at work on a ledger, and what follows where that falls back under it: a halt.

Delivery page, "Suppression and halt". Only who was at work knows that something is missing there:
after a restart nobody does, and what went out since would go out a second time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from engine.ledger.control import write_halt
from engine.ledger.store import FellBack, Ledger
from engine.problems import ClockLeapt, TouchlineError
from engine.stopping import Stop, on_stop

__all__ = ["at_work"]

_AGAIN_SECONDS = 2.0

_LOG = logging.getLogger("touchline.ledger")


@contextmanager
def at_work(
    ledger: Ledger,
    stop: Stop,
    then: Callable[[], None],
    now: Callable[[], datetime],
    *,
    actor: str,
) -> Iterator[None]:
    """Within the block a signal asks for an end (`then`), and a ledger that falls back is halted.

    It is looked back at the end: what was sent may find nobody to tell of it any more. Until the
    ledger takes the halt this process does not end by itself: it alone may know.

    Raises:
        FellBack: the ledger did, and everything is halted there.
        TouchlineError: it did, and an end was asked for before it could be halted there.
    """
    with on_stop(stop, then):
        try:
            yield
            if not stop.is_asked:  # whoever asked for an end waits for no database
                ledger.look_back()
        except FellBack as fell:
            _halt(ledger.anew(), fell.why, stop, now, actor=actor)
            raise


def _halt(ledger: Ledger, why: str, stop: Stop, now: Callable[[], datetime], *, actor: str) -> None:
    """By the row alone: a file on each machine would stand after a resume on one of them."""
    while True:
        try:
            with ledger.write() as unit:
                return write_halt(unit, (), why=why, at=_instant(now), actor=actor)
        except TouchlineError as error:
            if stop.is_asked:
                raise
            _LOG.error("%s. Everything is to be halted there, which failed: %s", why, error)
        stop.sleep(_AGAIN_SECONDS)


def _instant(now: Callable[[], datetime]) -> datetime:
    try:
        return now()
    except ClockLeapt as leap:
        return leap.sound_at
