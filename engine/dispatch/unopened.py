"""A channel that cannot be opened: its touches wait with the reason, and those of others go out."""

from __future__ import annotations

from engine.ports import Answer, Follow, Message, NotSent, Permit, Refusal, nobody
from engine.problems import Invalid

__all__ = ["Unopened"]


class Unopened:
    """Stands in for a channel whose secret or URL will not do; `why` says what is wrong with it.

    It refuses what it is given before the act, one touch at a time, and asks no permit.
    """

    patience = 0.0
    at_once = 1

    def __init__(self, name: str, why: Invalid, *, on_unknown: str) -> None:
        self.name = name
        self.on_unknown = on_unknown
        self.why = why

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Refuse: nothing can go out."""
        return NotSent(Refusal.UNOPENED, str(self.why))

    async def close(self) -> None:
        """There is nothing to end."""
