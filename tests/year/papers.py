"""A playbook of a simulated year as its file says it, and what became of its steps' names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Playbook"]


@dataclass
class Playbook:
    """A playbook as it is written now, and when passes found it paused."""

    name: str
    head: dict[str, Any]
    steps: list[dict[str, Any]]
    formerly: list[str] = field(default_factory=list)
    on_change: str = "keep"
    is_paused: bool = False
    paused_at: datetime | None = None
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """All that it was ever called."""
        return {self.name, *self.formerly}

    @property
    def zone(self) -> str:
        """Where its days are."""
        return str(self.head["schedule"]["timezone"])

    @property
    def written(self) -> dict[str, Any]:
        """Its file."""
        found = {"playbook": self.name, **self.head, "on_change": self.on_change}
        found["status"] = "paused" if self.is_paused else "active"
        if self.formerly:
            found["formerly"] = self.formerly
        return {**found, "steps": self.steps}
