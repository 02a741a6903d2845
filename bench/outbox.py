"""What the ledger costs a message: its channel answers at once, and nothing else is measured.

Claim, in doubt, sent and the audit of all three, on disk: SQLite with `synchronous=FULL`, Postgres
with its own defaults. Each size runs in a process of its own, so that its peak of memory is its
own; its folder is the one that it is started in, as a folder for temporary files may lie in memory.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.channels.fakes import FakeChannel
from engine.decide.facts import Decision
from engine.dispatch.deliver import deliver
from engine.dispatch.workers import this_worker
from engine.ledger.schema import create_ledger, open_ledger
from engine.ledger.store import Ledger
from engine.ports import Answer, Follow, Message, Permit, Sent, nobody
from tests.ledger.factories import keep, make_enrollment, make_touch, touching
from tests.support.postgres import DURABLE, fresh_database, running_postgres
from touchline import collect_late

MESSAGES = 20_000
LANES = (1, 4, 16, 32)
BODY = b"Subject: Hello\r\n\r\n" + (b"x" * 70 + b"\r\n") * 70
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


class Instant(FakeChannel):
    """Asks its permit and answers; keeps nothing."""

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Sent, once permitted."""
        await permit()
        return Sent("250 2.0.0 Ok: queued as 4bXyZ12345")


def main(*words: str) -> None:
    """On both databases, with different numbers of messages under way at once."""
    if words:
        measure(words[0], int(words[1]), int(words[2]), Path(words[3]))
        return
    print(f"{'':34}{'messages/s':>12}{'µs each':>9}{'cpu µs':>8}{'peak MB':>9}")
    with (
        TemporaryDirectory(prefix=".bench-", dir=".") as folder,
        running_postgres(DURABLE) as server,
    ):
        for name in ("SQLite", "Postgres"):
            for lanes in LANES:
                file = f"sqlite:///{folder}/{lanes}.db"
                ledger = file if name == "SQLite" else fresh_database(server)
                print(f"{f'{name}, {lanes} under way':34}", end="", flush=True)
                command = [sys.executable, "-m", "bench.outbox", ledger, str(lanes)]
                subprocess.run([*command, str(MESSAGES), "."], check=True)


def measure(url: str, lanes: int, messages: int, root: Path) -> None:
    """Fill an outbox, send everything, and print one line."""
    root = root.resolve()
    create_ledger(url, root=root, project="bench", place="here", at=NOW, actor="bench").close()
    ledger = open_ledger(url, root=root)
    fill(ledger, messages)
    clocks = time.perf_counter(), time.process_time()
    asyncio.run(send_all(ledger, lanes, messages))
    wall, cpu = time.perf_counter() - clocks[0], time.process_time() - clocks[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = [1e6 * taken / messages for taken in (wall, cpu)]
    print(f"{messages / wall:12,.0f}{each[0]:9.0f}{each[1]:8.0f}{peak:9.0f}", flush=True)
    ledger.close()


async def send_all(ledger: Ledger, lanes: int, messages: int) -> None:
    """One delivery of everything."""
    channel = Instant("mail", at_once=lanes)
    done = await deliver(
        ledger,
        {"mail": channel},
        lambda: NOW + timedelta(minutes=1),
        worker=this_worker(),
        stop=asyncio.Event(),
    )
    if done.counts != {"mail": {"sent": messages}}:
        raise SystemExit(f"not all were sent: {done.counts}")


def fill(ledger: Ledger, messages: int) -> None:
    """So many mails, each to somebody else."""
    for first in range(0, messages, 1000):
        keep(ledger, made(range(first, min(first + 1000, messages))), NOW)


def made(numbers: Sequence[int]) -> list[Decision]:
    """Those of some customers."""
    decisions: list[Decision] = []
    for number in numbers:
        of = make_enrollment(str(number))
        decisions += touching(of, make_touch(of, payload=BODY, topic="tips"))
    return decisions


if __name__ == "__main__":
    collect_late()  # as the program does
    main(*sys.argv[1:])
