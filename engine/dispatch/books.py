"""The ledger as a loop writes it: from one thread, one transaction at a time.

A commit waits for the disk, and on SQLite for other writers; meanwhile the loop goes on listening
to the channels.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from engine.ledger.database import Overtaken
from engine.ledger.store import Ledger, Unit

__all__ = ["Books"]

T = TypeVar("T")

_TRIES = 5  # where another process changed the same rows first, nothing was kept: do it again


class Books:
    """A ledger and the thread that writes it, for the length of a `with` block."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, "ledger")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown()

    async def write(self, act: Callable[[Unit], T]) -> T:
        """Do `act` in one transaction, and give what it gives once that has committed.

        Raises:
            Unreachable: the ledger cannot be written; nothing was kept.
            Overtaken: other processes were quicker again and again; nothing was kept.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._transaction, act)

    def _transaction(self, act: Callable[[Unit], T]) -> T:
        for _ in range(_TRIES - 1):
            try:
                return self._once(act)
            except Overtaken:
                continue
        return self._once(act)

    def _once(self, act: Callable[[Unit], T]) -> T:
        with self._ledger.write() as unit:
            return act(unit)
