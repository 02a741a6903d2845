"""A clock that a daemon may trust: it tells no time once it leapt ahead of the machine's uptime.

Delivery page, point 11: a clock set forward by mistake makes everything due at once. Within one
process's life a leap of more than a day stops it until a person says so; after a restart it is
downtime, and `max_lateness` decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.ports import Clock
from engine.problems import TouchlineError

__all__ = ["ClockLeapt", "SteadyClock"]

_LEAP = timedelta(days=1)


class ClockLeapt(TouchlineError):
    """The clock shows more time than has passed. `sound_at` is the instant that it should show."""

    def __init__(self, shown: datetime, sound_at: datetime) -> None:
        days = (shown - sound_at) / timedelta(days=1)
        super().__init__(
            f"the clock leapt ahead by {days:.1f} days, to {shown:%Y-%m-%d %H:%M} UTC, where "
            f"{sound_at:%Y-%m-%d %H:%M} was expected: nothing goes out until the clock is right "
            "and `touchline resume` says so"
        )
        self.sound_at = sound_at


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
