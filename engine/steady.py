"""A clock that a daemon may trust: it tells no time once it leapt ahead of the machine's uptime.

Delivery page, point 11: a clock set forward by mistake makes everything due at once. Within one
process's life a leap of more than a day stops it until a person says so; after a restart it is
downtime, and `max_lateness` decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.ports import Clock
from engine.problems import ClockLeapt

__all__ = ["SteadyClock"]

_LEAP = timedelta(days=1)


class SteadyClock:
    """Another clock, looked at beside the time since the machine started."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.accept()

    def accept(self) -> None:
        """Take what the clock shows now for right."""
        self._began, self._uptime_then = self._clock.now(), self._clock.uptime()

    def uptime(self) -> float:
        """That of the clock."""
        return self._clock.uptime()

    def now(self) -> datetime:
        """What the clock shows; raises ClockLeapt while that is more than a day too much.

        A clock that was set back shows what it shows: what was done already is not due again.
        """
        shown = self._clock.now()
        sound_at = self._began + timedelta(seconds=self._clock.uptime() - self._uptime_then)
        if shown - sound_at > _LEAP:
            raise ClockLeapt(shown, sound_at)
        return shown
