"""A process at work on a ledger, and what follows where that falls back under it: a halt.

Delivery page, "Suppression and halt". Only who was at work knows that something is missing there,
and the file that it leaves for the next one: what went out since would go out a second time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from engine.last_seen import keep, recall
from engine.ledger.audit import Head
from engine.ledger.control import resumed_since, write_halt
from engine.ledger.pooler import refuse_pooler
from engine.ledger.store import FellBack, Ledger
from engine.problems import ClockLeapt, TouchlineError
from engine.stopping import Stop, on_stop

__all__ = ["Watch", "at_work"]

_AGAIN_SECONDS = 2.0

_LOG = logging.getLogger("touchline.ledger")


class Watch:
    """Looks back at a ledger, and keeps what it sees for the process that follows."""

    __slots__ = ("_kept", "_ledger", "_now")

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._kept = Head()

    def begin(self) -> None:
        """Go on from what the process before has seen.

        A resume since then was said by somebody who knew, or by whom the ledger was put back.

        Raises:
            Unreachable, FellBack: as `Ledger.look_back`.
        """
        before = recall(self._ledger)
        if before is not None:
            self._ledger.seen = self._kept = before.head
        try:
            self.look_back()
        except FellBack:
            if before is None or not self._is_resumed(before.at):
                raise
            self.begin_anew()

    def begin_anew(self) -> None:
        """Go on from where the log ends now."""
        self._ledger.seen = Head()
        self.look_back()

    def look_back(self) -> None:
        """See where the log ends, and keep that.

        Raises:
            Unreachable, FellBack: as `Ledger.look_back`.
        """
        self._ledger.look_back()
        if self._ledger.seen != self._kept:
            keep(self._ledger, _instant(self._now))
            self._kept = self._ledger.seen

    def _is_resumed(self, since: datetime) -> bool:
        with self._ledger.read() as unit:
            return resumed_since(unit, since)


@contextmanager
def at_work(
    ledger: Ledger,
    stop: Stop,
    then: Callable[[], None],
    now: Callable[[], datetime],
    *,
    actor: str,
) -> Iterator[Watch]:
    """Within the block a signal asks for an end (`then`), and a ledger that falls back is halted.

    It is looked back at the beginning, to what the process before this one has seen, and at the
    end: what was sent may find nobody to tell of it any more. Until the ledger takes the halt this
    process does not end by itself: it alone may know.

    Raises:
        Unreachable: the ledger does not answer at the beginning.
        Refused: it lies behind a pooler that lends connections by the transaction.
        FellBack: the ledger did, and everything is halted there.
        TouchlineError: it did, and an end was asked for before it could be halted there.
    """
    watch = Watch(ledger, now)
    with on_stop(stop, then):
        try:
            refuse_pooler(ledger)
            watch.begin()
            yield watch
            if not stop.is_asked:  # whoever asked for an end waits for no database
                watch.look_back()
        except FellBack as fell:
            _halt(ledger.anew(), fell.why, stop, now, actor=actor)
            raise


def _halt(ledger: Ledger, why: str, stop: Stop, now: Callable[[], datetime], *, actor: str) -> None:
    """By the row alone: a file on each machine would stand after a resume on one of them.

    From there on the row is what holds, and who follows begins after it.
    """
    while True:
        try:
            with ledger.write() as unit:
                write_halt(unit, (), why=why, at=_instant(now), actor=actor)
            return Watch(ledger, now).begin_anew()
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
