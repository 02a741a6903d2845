"""What lanes mean to send next, where that was begun with the message before."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from engine.ledger.claims import Claimed

__all__ = ["Promises"]

_PROMISE_S = 5.0  # a lane that waits longer for an answer leaves its next touch to others


class Promises:
    """Touches that lanes send next, whose envelopes may have been said: each with since when.

    A lane keeps its promise once the answer to the touch before is there. Where that takes long,
    another lane sends the touch: a server that hangs on one message holds up no other.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[Claimed, float]] = {}
        self._changed = asyncio.Event()

    def __bool__(self) -> bool:
        return bool(self._made)

    def make(self, touch: Claimed) -> None:
        """Promise a touch."""
        self._made[touch.id] = touch, asyncio.get_running_loop().time()

    def keep(self, touch: Claimed | None) -> Claimed | None:
        """The touch that was promised, unless it was put back or is another's by now."""
        if touch is None or self._made.pop(touch.id, None) is None:
            return None
        self._changed.set()
        return touch

    def take_all(self) -> list[Claimed]:
        """All of them: nobody keeps any."""
        taken = [touch for touch, _ in self._made.values()]
        self._made.clear()
        self._changed.set()
        return taken

    async def broken(self) -> Claimed | None:
        """One that its lane cannot keep in time; waits until that shows, or none is left."""
        while self._made:
            touch, since = next(iter(self._made.values()))
            left = since + _PROMISE_S - asyncio.get_running_loop().time()
            if left <= 0:
                return self.keep(touch)
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._changed.wait()
        return None
