"""Mails a second from one ledger on Postgres, by one worker and by several.

Each worker is a process of its own with its own connections to postfix's `smtp-sink`, and takes
what is due as `touchline worker` does; the outbox is filled before the clock starts. How many
arrived is the sink's own count. The server keeps what was committed.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.mail import AT, MANY, MESSAGES, ROUNDS, counted, fill, outbox, rendered
from bench.postfix import Sink, sinking
from connectors.channels.smtp import Smtp
from engine.dispatch.deliver import deliver
from engine.dispatch.workers import this_worker
from engine.language.project import SmtpChannel
from engine.ledger.schema import open_ledger
from tests.support.postgres import DURABLE, fresh_database, running_postgres
from touchline import collect_late

NUMBERS = (1, 2)


def main(*words: str) -> None:
    """One line for each number of workers; with the words of a worker, one of them."""
    if words:
        asyncio.run(work(words[0], Path(words[1]), int(words[2])))
        return
    payloads = [rendered(each) for each in range(MESSAGES)]
    taken: dict[int, list[float]] = {number: [] for number in NUMBERS}
    with sinking() as sink, running_postgres(DURABLE) as server:
        for _ in range(ROUNDS):
            for number, seconds in taken.items():
                seconds.append(together(number, sink, fresh_database(server), payloads))
    print(f"{'workers':>9}{'mails a second':>17}{'ratio':>8}")
    for number, seconds in taken.items():
        ratios = [a / b for a, b in zip(taken[1], seconds, strict=True)]
        rate = MESSAGES / statistics.median(seconds)
        print(f"{number:9}{rate:17,.0f}{statistics.median(ratios):8.2f}", flush=True)


def together(number: int, sink: Sink, url: str, payloads: Sequence[bytes]) -> float:
    """Seconds in which so many workers deliver everything."""
    with outbox(url) as ledger:
        fill(ledger, payloads)
        with ExitStack() as stack:
            command = [sys.executable, "-m", "bench.workers", url, ".", str(sink.port)]
            workers = [stack.enter_context(ready(command)) for _ in range(number)]
            return counted(sink, partial(until_done, workers), len(payloads))


@contextmanager
def ready(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A worker that has started and waits for a line."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.kill()


def until_done(workers: Sequence[subprocess.Popen[str]]) -> float:
    """Seconds from the line that they wait for until the last of them has ended."""
    begun = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in workers:
        worker.wait()
    return time.perf_counter() - begun


async def work(url: str, root: Path, port: int) -> None:
    """One worker: says that it is ready, waits for a line, and delivers what is due."""
    declared = SmtpChannel("email", "127.0.0.1", port, tls="none", connections=MANY)
    channel = Smtp(declared)
    ledger = open_ledger(url, root=root.resolve())
    print("ready", flush=True)
    sys.stdin.readline()
    await deliver(
        ledger,
        {channel.name: channel},
        lambda: AT + timedelta(minutes=1),
        worker=this_worker(),
        stop=asyncio.Event(),
    )
    await channel.close()
    ledger.close()


if __name__ == "__main__":
    collect_late()  # as the program does
    main(*sys.argv[1:])
