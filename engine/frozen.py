"""What a leap of the clock stops until a person says so. Delivery page, point 11."""

from __future__ import annotations

import logging

from engine.ledger.control import EVERYTHING, halt, is_halted
from engine.ledger.store import Ledger
from engine.problems import ClockLeapt
from engine.steady import SteadyClock

__all__ = ["Frozen"]

_LOG = logging.getLogger("touchline.daemon")


class Frozen:
    """One process's wait for a person, from a leap of its clock to `touchline resume`."""

    def __init__(self, ledger: Ledger, clock: SteadyClock, *, actor: str) -> None:
        self._ledger = ledger
        self._clock = clock
        self._actor = actor
        self._leapt: ClockLeapt | None = None
        self._has_halted = False

    @property
    def has_begun(self) -> bool:
        """Whether a leap waits, as far as was looked."""
        return self._leapt is not None

    def begin(self, leapt: ClockLeapt) -> None:
        """Wait from now on."""
        _LOG.error("%s", leapt)
        self._leapt, self._has_halted = leapt, False

    def stands(self) -> bool:
        """Whether a leap still waits for a person; a resume is what they say.

        Raises:
            Unreachable: the ledger cannot be read or written.
        """
        if self._leapt is None:
            return False
        if not self._has_halted:  # everything, in every process: they all go by this clock
            why, at = str(self._leapt), self._leapt.sound_at
            halt(self._ledger, (), why=why, at=at, actor=self._actor)
            self._has_halted = True
        with self._ledger.read() as unit:
            if is_halted(unit, EVERYTHING):
                return True
        self._clock.accept()
        self._leapt = None
        _LOG.warning("resumed: the clock is taken for right")
        return False
