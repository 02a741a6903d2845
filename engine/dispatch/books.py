"""The ledger as a loop writes it: from one thread, in groups.

A commit waits for the disk, and on SQLite for other writers; meanwhile the loop goes on listening
to the channels. What is asked while one transaction is under way is done together in the next, with
one commit for all of it: company comes by itself, and where there is much it is waited for, for a
moment. Whoever asks is answered once that commit has come back, and not before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from engine.ledger.database import Overtaken
from engine.ledger.store import Ledger, Unit
from engine.problems import Unreachable

__all__ = ["Act", "Books"]

Q = TypeVar("Q")
A = TypeVar("A")

Act = Callable[[Unit, Sequence[Q]], Sequence[A]]
"""Does many of the same kind in one transaction; an answer to each, in their order."""

_TRIES = 5  # where another process changed the same rows first, nothing was kept: do it again
_FEW = 12  # questions of a transaction for which others are not waited for
_MOMENT_S = 0.001  # in which those who were answered together may ask again
_MOST_TOGETHER = 500  # questions of one transaction: it must not keep the lock for long


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    act: Act[Any, Any]
    question: object
    answer: asyncio.Future[Any]


class Books:
    """A ledger and the thread that writes it, for the length of an `async with` block.

    At the end of the block everything that was asked has been written.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._queue: list[_Asked] = []
        self._writer: asyncio.Task[None] | None = None
        self._took_s = 0.0  # of the last transaction, where it was one of many
        self._full: asyncio.Future[None] | None = None
        self.most = _MOST_TOGETHER
        """Questions that can be open at the same time: where all are asked, nobody is awaited."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._writer is not None:
                await self._writer
        finally:
            self._thread.shutdown()

    def ask(self, act: Act[Q, A], question: Q) -> asyncio.Future[A]:
        """Join the next transaction; the answer comes once that has committed.

        What is asked of the same act at the same moment is passed to it together. Where that
        fails, each is done in a transaction of its own, so that one's trouble is nobody else's.
        Cancelled before its transaction begins, it is not done.

        The answer raises:
            Unreachable: the ledger cannot be written; nothing was kept.
            Overtaken: other processes were quicker again and again; nothing was kept.
        """
        loop = asyncio.get_running_loop()
        asked = _Asked(act, question, loop.create_future())
        self._queue.append(asked)
        if self._full is not None and self._is_full() and not self._full.done():
            self._full.set_result(None)
        if self._writer is None or self._writer.done():
            self._writer = loop.create_task(self._write_all())
        return asked.answer

    def write(self, act: Callable[[Unit], A]) -> asyncio.Future[A]:
        """`ask`, for an act that stands alone."""
        return self.ask(_one_by_one, act)

    # ------------------------------------------------------------ the writer

    async def _write_all(self) -> None:
        while self._queue:
            await self._company()
            wanted = [asked for asked in self._queue if not asked.answer.done()]
            group, self._queue = wanted[:_MOST_TOGETHER], wanted[_MOST_TOGETHER:]
            if group:
                await self._write_group(group)

    async def _company(self) -> None:
        """Wait as long as more is asked, where that is little beside what a transaction takes.

        Those who were answered together ask again within a moment: without this they would part
        into two companies that write in turn, each transaction half as full.
        """
        loop = asyncio.get_running_loop()
        until, length = loop.time() + self._took_s / 2, 0
        while len(self._queue) > length and loop.time() < until and not self._is_full():
            length = len(self._queue)
            self._full = loop.create_future()
            await asyncio.wait([self._full], timeout=_MOMENT_S)
        self._full = None

    def _is_full(self) -> bool:
        return len(self._queue) >= self.most

    async def _write_group(self, group: Sequence[_Asked]) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            answers = await loop.run_in_executor(self._thread, self._together, group)
        except Unreachable as error:
            for asked in group:
                _refuse(asked, error)
        except Exception as error:
            # One member's trouble, whatever it is, must not be the others'.
            if len(group) == 1:
                _refuse(group[0], error)
                return
            for asked in group:
                await self._write_group([asked])
        else:
            self._took_s = loop.time() - begun if len(group) > _FEW else 0.0
            for asked, answer in zip(group, answers, strict=True):
                if not asked.answer.done():
                    asked.answer.set_result(answer)

    def _together(self, group: Sequence[_Asked]) -> list[object]:
        for _ in range(_TRIES - 1):
            try:
                return self._once(group)
            except Overtaken:
                continue
        return self._once(group)

    def _once(self, group: Sequence[_Asked]) -> list[object]:
        of_act: dict[Act[Any, Any], list[_Asked]] = {}
        for asked in group:
            of_act.setdefault(asked.act, []).append(asked)
        answers: dict[_Asked, object] = {}
        with self._ledger.write() as unit:
            for act, of in of_act.items():
                found = act(unit, [asked.question for asked in of])
                answers |= zip(of, found, strict=True)
        return [answers[asked] for asked in group]


def _refuse(asked: _Asked, error: Exception) -> None:
    if not asked.answer.done():
        asked.answer.set_exception(error)


def _one_by_one(unit: Unit, acts: Sequence[Callable[[Unit], A]]) -> Sequence[A]:
    return [act(unit) for act in acts]
