"""Starts commands as forks of a process that has imported them, so that a kill costs no start.

`python -m tests.campaign.launcher` reads one JSON object a line and answers each with one number:
`{"start": [words], "log": path, "clock": {…}}` with the process's id, `{"wait": id}` with its exit
status (negative: the signal) and `{"look": id}` with the same, or `null` while it lives. Whoever
was not waited for keeps its id, so that a kill never hits another process.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Clock", "Launcher"]

ROOT = Path(__file__).resolve().parents[2]

_LOOK_SECONDS = 0.01
_PATIENCE_SECONDS = 300.0  # no command that is waited for takes so long on any machine


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that runs `speed` times as fast, from `began` (seconds of the epoch) and `real`."""

    began: float
    real: float
    speed: float

    def now(self) -> datetime:
        """The instant that it shows."""
        return datetime.fromtimestamp(self.began, UTC) + timedelta(seconds=self.uptime())

    def uptime(self) -> float:
        """What has passed by it."""
        return (time.monotonic() - self.real) * self.speed


class Launcher:
    """The process that forks; ended with the block, and with it whoever it started."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.launcher"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._started: set[int] = set()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in list(self._started):
            os.kill(process, 9)
            self.wait(process)
        self._process.communicate()

    def start(self, log: Path, *words: str, clock: Clock | None = None) -> int:
        """Run `touchline` with these words; gives the id of its process."""
        told = None if clock is None else [clock.began, clock.real, clock.speed]
        process = self._ask({"start": words, "log": str(log), "clock": told})
        self._started.add(process)
        return process

    def wait(self, process: int) -> int:
        """Its exit status, once it has ended.

        One that does not end for long is ended, and says into its log what it was at.
        """
        patience = time.monotonic() + _PATIENCE_SECONDS
        while not self.has_ended(process) and time.monotonic() < patience:
            time.sleep(_LOOK_SECONDS)
        if not self.has_ended(process):
            os.kill(process, signal.SIGABRT)
        self._started.discard(process)
        return self._ask({"wait": process})

    def has_ended(self, process: int) -> bool:
        """Whether it has ended; it is still to be waited for."""
        return self._ask({"look": process}) is not None

    def _ask(self, what: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


# ---------------------------------------------------------------- in the process that forks


def serve() -> None:
    """Answer until there are no more lines."""
    _import_all()
    for line in sys.stdin:
        told = json.loads(line)
        match told:
            case {"start": words}:
                answer = _fork(words, told["log"], told["clock"])
            case {"wait": process}:
                answer = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            case {"look": process}:
                info = os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                answer = None if info is None else info.si_status
        print(json.dumps(answer), flush=True)


def _import_all() -> None:
    """What commands import when they run; nothing here starts a thread."""
    import duckdb  # noqa: F401
    import procrastinate  # noqa: F401
    import psycopg  # noqa: F401

    import cli
    import connectors.channels.smtp
    import connectors.channels.webhook  # noqa: F401
    import engine.daemon
    import engine.report.runs
    import engine.running
    import engine.worker  # noqa: F401

    assert cli


def _fork(words: list[str], log: str, clock: list[float] | None) -> int:
    process = os.fork()
    if process:
        return process
    _become(log)
    import cli

    if clock is not None:
        fast = Clock(*clock)
        cli._SystemClock = lambda: fast  # type: ignore[assignment,misc]
    try:
        cli.main(words)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    os._exit(0)


def _become(log: str) -> None:
    """A process of its own, that says what it says into a file."""
    descriptor = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    faulthandler.enable()


if __name__ == "__main__":
    serve()
