"""Daemons that live in this process: each can die at any commit and around any message.

Death is an exception that nothing catches; whatever would tidy up behind it finds the ledger
gone, so that what is left is exactly what had been committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import URL, Connection, event

from engine.daemon import _Daemon
from engine.fallen import Watch
from engine.ledger.database import connect
from engine.running import make_courier
from engine.steady import SteadyClock
from engine.stopping import Stop
from engine.workplace import Ports, open_workplace
from tests.stateful.post import Line, Post

__all__ = ["Died", "Process", "ProcessTable", "in_a_thread", "on_one_machine"]


class Died(SystemExit):
    """Killed: a SystemExit ends an event loop on the spot, and `except Exception` never sees it."""


class _Gone(Exception):
    """What whatever a dead process still tries ends with."""


class _NoDatabase:
    def connect(self) -> None:
        """Nobody comes back from the dead."""
        raise _Gone

    def dispose(self) -> None:
        """There is nothing to end."""


class _AtOnce:
    """An executor that does it here and now, so that the same steps always give the same story."""

    def __init__(self, *_: object) -> None:
        """Nothing is started."""

    def submit(self, act: Callable[..., Any], *given: object) -> Future[Any]:
        """Do it."""
        future: Future[Any] = Future()
        try:
            future.set_result(act(*given))
        except BaseException as error:
            future.set_exception(error)
        return future

    def shutdown(self) -> None:
        """Nothing was started."""


@dataclass
class ProcessTable:
    """Who runs, as processes of a machine find it out about each other."""

    now: str = ""
    living: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    writer: Process | None = None
    trouble: list[Exception] = field(default_factory=list)

    @contextmanager
    def as_if(self, name: str) -> Iterator[None]:
        """Within the block whoever asks for its own name gets this one."""
        before, self.now = self.now, name
        try:
            yield
        finally:
            self.now = before

    def this_worker(self) -> str:
        """The name of the process that asks."""
        return self.now

    def gone_among(self, names: Iterable[str]) -> frozenset[str]:
        """Those that certainly do not run any more; of another machine nobody knows."""
        return frozenset(names) - self.living - self.elsewhere


@contextmanager
def on_one_machine(table: ProcessTable, url: URL) -> Iterator[None]:
    """Within the block all processes are the table's, and none has threads or signals.

    They share the compiled statements of one engine, and each still has its own transactions.
    """
    shared = connect(url)
    commit = shared.dialect.do_commit

    def do_commit(connection: Any) -> None:
        owner, table.writer = table.writer, None
        commit(connection)
        if owner is not None:
            owner.moment("committed")

    def before(connection: Connection) -> None:
        options = connection.get_execution_options()
        owner = options.get("owner") if options.get("touchline_write") else None
        if owner is not None:
            owner.moment("uncommitted")
        table.writer = owner

    event.listen(shared, "commit", before)
    shared.dialect.do_commit = do_commit  # type: ignore[method-assign]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("engine.ledger.schema.connect", lambda _: shared.execution_options())
        for module in ("engine.daemon", "engine.running", "engine.same_files"):
            patched.setattr(f"{module}.this_worker", table.this_worker)
        for module in ("engine.daemon", "engine.dispatch.deliver"):
            patched.setattr(f"{module}.gone_among", table.gone_among)
        patched.setattr("engine.dispatch.books.ThreadPoolExecutor", _AtOnce)
        patched.setattr("engine.fallen.on_stop", lambda *_: nullcontext())
        yield
    shared.dispose()


class Process:
    """One life of a daemon. What it holds in memory goes with it."""

    def __init__(
        self, name: str, root: Path, ports: Ports, *, post: Post, table: ProcessTable
    ) -> None:
        self.name = name
        self.is_dead = False
        self._table = table
        self._plans: list[tuple[str, int, Callable[[], None]]] = []
        self._seen: Counter[str] = Counter()
        clock = SteadyClock(ports.clock)
        own = replace(
            ports,
            clock=clock,
            channels=lambda declared, *_: {each: Line(each, post, self) for each in declared},
        )
        place = open_workplace(root, root, own)
        self._ledger = place.ledger()
        self._ledger.engine = self._ledger.engine.execution_options(owner=self)
        table.living.add(name)
        with table.as_if(name):
            self._courier = make_courier(place, self._ledger, clock.now)
        watch = Watch(self._ledger, clock.now)
        self._daemon = _Daemon(place, self._ledger, watch, self._courier, Stop(), clock)

    def round(self) -> bool:
        """What a daemon does every two seconds; whether it is still alive."""
        try:
            with self._table.as_if(self.name):
                self._daemon._work_once()
        except Died:
            self.die()
        return not self.is_dead

    def plan(self, moment: str, number: int, act: Callable[[], None]) -> None:
        """At the n-th moment of this name from now on, this happens; once."""
        self._plans.append((moment, self._seen[moment] + number, act))

    def forget_plans(self) -> None:
        """Nothing that was planned happens any more."""
        self._plans.clear()

    def moment(self, name: str) -> None:
        """The moment has come."""
        if self.is_dead:
            raise _Gone
        self._seen[name] += 1
        due = [plan for plan in self._plans if plan[:2] == (name, self._seen[name])]
        for plan in due:
            self._plans.remove(plan)
            self._act(plan[2])

    def _act(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            self._table.trouble.append(error)  # a delivery would take it for the channel's
            raise

    def die(self) -> None:
        """End without a word: nothing that it still tries has any effect."""
        self.is_dead = True
        self._table.living.discard(self.name)
        self._ledger.engine = _NoDatabase()  # type: ignore[assignment]
        runner = self._courier._runner
        runner.get_loop().set_exception_handler(lambda *_: None)
        with suppress(_Gone, Died):
            runner.close()


def in_a_thread(act: Callable[[], object]) -> None:
    """Do it to its end while the caller stands still in the middle of its event loop."""
    trouble: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            trouble.append(error)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    if trouble:
        raise AssertionError("it failed on the way") from trouble[0]
