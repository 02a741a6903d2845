"""A worker that dies at a named moment: run as a program, killed from inside or from outside.

`python -m tests.dispatch.victim URL ROOT PORT MOMENT TIMES`; the moments are in `MOMENTS`, and
empty means: live. It dies when the moment comes for the n-th time. It says `going` once it has
begun.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from connectors.channels.smtp import Smtp
from engine.dispatch import books
from engine.dispatch.deliver import deliver
from engine.dispatch.workers import this_worker
from engine.language.project import SmtpChannel
from engine.ledger.schema import open_ledger
from engine.ports import Answer, Follow, Message, Permit, nobody

MOMENTS = ("claimed", "permitted", "answered", "uncommitted", "committed")
"""The first three of a message; of a group: all but committed, committed and nobody told."""

SEEN: Counter[str] = Counter()


def die_at(moment: str) -> None:
    """Nobody tidies up after SIGKILL."""
    SEEN[moment] += 1
    if sys.argv[4:5] == [moment] and SEEN[moment] == int((sys.argv[5:] or ["1"])[0]):
        os.kill(os.getpid(), signal.SIGKILL)


class MortalBooks(books.Books):
    """Between the commit of a group and its answers there is a moment."""

    def _together(self, group: Sequence[books._Asked]) -> list[object]:
        answers = super()._together(group)
        die_at("committed")
        return answers


class Mortal:
    """The real channel, with moments to die at around what it does."""

    def __init__(self, inner: Smtp) -> None:
        self.name, self.on_unknown, self.patience = inner.name, inner.on_unknown, inner.patience
        self.at_once = inner.at_once
        self._inner = inner

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Claimed, permitted, answered: between each two there is a moment."""
        die_at("claimed")

        async def asked() -> bool:
            is_allowed = await permit()
            die_at("permitted")
            return is_allowed

        answer = await self._inner.send(message, asked, follow=follow)
        die_at("answered")
        return answer

    async def close(self) -> None:
        """As the inner one."""
        await self._inner.close()


async def work(url: str, root: str, port: str) -> None:
    """Deliver what is due; the first SIGTERM stops gently, the second at once."""
    declared = SmtpChannel("email", "127.0.0.1", int(port), tls="none", answer_timeout=60)
    channel = Mortal(Smtp(declared))
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None

    def asked_to_stop() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    loop.add_signal_handler(signal.SIGTERM, asked_to_stop)
    print("going", flush=True)
    ledger = open_ledger(url, root=Path(root))
    event.listen(ledger.engine, "commit", lambda connection: die_at("uncommitted"))
    deliver.__globals__["Books"] = MortalBooks
    try:
        now = lambda: datetime.now(UTC)  # noqa: E731
        done = await deliver(ledger, {"email": channel}, now, worker=this_worker(), stop=stop)
        print(dict(done.counts.get("email", {})), flush=True)
    except asyncio.CancelledError:
        print("cut off", flush=True)
    finally:
        await channel.close()
        ledger.close()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:4]))
