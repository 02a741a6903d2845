"""What the end of a pause does to the clocks that stood still in it. Pure. Language, section 5."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from engine.decide.facts import Enrollment, Phase

__all__ = ["Pause"]


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of a playbook, from when a pass first found it until one finds it over."""

    started: datetime
    ended: datetime

    def moved(self, until: datetime, *, since: datetime) -> datetime:
        """An instant that something waits for since another one, moved on by the pause.

        What began in the pause stood still from its own beginning on.
        """
        return until + (self.ended - max(self.started, since))

    def over(self, inside: Enrollment) -> Enrollment:
        """One inside as the end of the pause leaves it; the ledger writes the same of everybody."""
        return self._goal_moved(self._wait_moved(inside))

    def _wait_moved(self, inside: Enrollment) -> Enrollment:
        until, since = inside.waits_until, inside.since
        if until is None:
            return inside
        came = until <= self.started or (inside.fixed and until < self.ended)
        if inside.phase is Phase.WAITING and came:
            return replace(inside, waits_until=self.ended, fixed=True)
        if inside.fixed or until <= self.started:
            return inside
        began = self.moved(since, since=since)
        return replace(inside, waits_until=self.moved(until, since=since), since=began)

    def _goal_moved(self, inside: Enrollment) -> Enrollment:
        until = inside.goal_until
        if until is None or until <= self.started:
            return inside
        return replace(inside, goal_until=self.moved(until, since=inside.entered_at))
