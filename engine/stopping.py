"""SIGTERM and SIGINT: the first lets what is under way finish, the second ends it now.

Delivery page, point 12: whatever was in doubt when it ended stays so; nothing is guessed.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType

__all__ = ["Stop", "on_stop"]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop:
    """Whether this process was asked to end, and a way to sleep that ends with it.

    A signal may ask in the middle of the sleep that it is to end, in the same thread. An event of
    `threading` has a lock that the sleeper may hold just then; the queue's `put` needs none.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self._wake: SimpleQueue[None] = SimpleQueue()

    def ask(self) -> None:
        """Ask for an end."""
        self.is_asked = True
        self._wake.put(None)

    def sleep(self, seconds: float) -> None:
        """Wait so long, or until an end is asked for."""
        if not self.is_asked:
            with suppress(Empty):
                self._wake.get(timeout=seconds)


@contextmanager
def on_stop(stop: Stop, then: Callable[[], None]) -> Iterator[None]:
    """Within the block a first signal asks for an end and calls `then`; a second one ends it."""
    before = {each: signal.getsignal(each) for each in _SIGNALS}

    def first(_: int, __: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        stop.ask()
        then()

    for each in _SIGNALS:
        signal.signal(each, first)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
