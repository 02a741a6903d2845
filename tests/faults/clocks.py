"""A clock for daemons that only moves when it is moved."""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["Hands"]


class Hands:
    """A clock that stands until it is moved on, and a machine that goes with it."""

    def __init__(self, at: datetime) -> None:
        self.at, self.seconds = at, 0.0

    def now(self) -> datetime:
        """What it shows."""
        return self.at

    def uptime(self) -> float:
        """What has passed."""
        return self.seconds

    def go_on(self, length: timedelta) -> None:
        """Time passes."""
        self.at += length
        self.seconds += length.total_seconds()
