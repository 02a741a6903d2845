"""Whether what waits comes too late when its step says so: neither earlier nor later.

Language, section 5, "Paused", and section 6: `max_lateness` stands still while a mail waits for its
window or for room under a cap, and in a pause of its playbook; it runs on in the line of a rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.year.almanac import ends_at, last_fire, zone_or
from tests.year.house import House
from tests.year.record import Record, Touch

__all__ = ["Lateness"]

_HELD = ("window", "capped")
_GIVEN_UP = ("skipped", "dropped", "failed")
_NONE = timedelta()


@dataclass
class Lateness:
    """Adds up how long each touch stood still from pass to pass, as no touch ever stands longer."""

    house: House
    still: dict[str, timedelta] = field(default_factory=dict)
    looked_at: datetime | None = None
    stopped: set[str] = field(default_factory=set)
    """What stood still at the pass before, and until this one."""

    def look(self, record: Record) -> None:
        """What must hold after a pass."""
        now, house = self.house.now, self.house
        for touch in self.stopped if self.looked_at else ():
            self.still[touch] = self.still.get(touch, _NONE) + now - (self.looked_at or now)
        self.looked_at = now
        self.stopped = set()
        here = {name: book for book in house.books for name in book.names}
        for touch in record.touches.values():
            if not touch.playbook or touch.expires_at is None or touch.copy_of:
                continue
            if touch.ended_at == now and touch.state == "expired":
                assert self._begins_late(touch) <= now, ("expired before its time", touch)
            if touch.playbook not in here or touch.state in _GIVEN_UP:
                continue
            is_held = touch.ended_at is None and touch.reason in _HELD
            ahead = max(touch.next_attempt_at - now, _NONE) if is_held else _NONE
            late = self._begins_late(touch) + self.still.get(touch.id, _NONE) + ahead
            is_paused = here[touch.playbook].paused_at is not None
            assert touch.expires_at <= late, ("would be late at another time", touch, late)
            if is_held or is_paused:
                self.stopped.add(touch.id)

    def _begins_late(self, touch: Touch) -> datetime:
        """When it is late where it never stood still."""
        spec = self.house.specs[self.house.roots[touch.step]]
        zone = zone_or(self.house.book_of(touch.playbook).zone, "")
        since = touch.made_at
        if not touch.enrollment:
            since = last_fire(spec["digest"]["schedule"], touch.made_at, zone)
        return ends_at(since, spec.get("max_lateness", "3 days"), zone, ())
