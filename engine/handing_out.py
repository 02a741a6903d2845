"""Takes chunks of touches from procrastinate, in a thread beside the one that delivers.

A job rings the doorbell and has ended when the delivery that it asked for has: while one process is
busy with its job, the next job goes to another. A job whose process died is handed out again. None
of this is what makes delivery safe (`engine/ledger/chunks.py`), so where the queue does not answer
the process goes on with its own looks at the outbox.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from engine.ledger.chunks import QUEUE, TASK, are_prepared
from engine.ledger.store import Ledger
from engine.problems import Refused

if TYPE_CHECKING:  # of the extra `worker`: imported once a worker starts, and no sooner
    from procrastinate import App

__all__ = ["Doorbell", "taking_chunks"]

_AGAIN_SECONDS = 5.0  # after the queue failed
_STALLED_SECONDS = 30.0  # procrastinate's own patience with a worker that says nothing
_PATIENCE_SECONDS = 5.0
_GRACE_SECONDS = 1.0  # a job only waits: there is nothing in it to finish

_LOG = logging.getLogger("touchline.worker")

Answer = Callable[[], None]


class Doorbell:
    """Who rings is answered once what was then to be done is done; for threads and signals."""

    def __init__(self) -> None:
        self._rung: SimpleQueue[Answer] = SimpleQueue()  # its `put` may interrupt itself

    def ring(self, answer: Answer = lambda: None) -> None:
        """Wake whoever waits; `answer` is called when they are through."""
        self._rung.put(answer)

    def wait(self, seconds: float) -> list[Answer]:
        """Wait for somebody to ring, at most so long; gives all that are to be answered."""
        try:
            found = [self._rung.get(timeout=seconds)]
        except Empty:
            return []
        while not self._rung.empty():  # nobody else takes from it
            found.append(self._rung.get())
        return found


@contextmanager
def taking_chunks(ledger: Ledger, bell: Doorbell) -> Iterator[None]:
    """Within the block, jobs of this ledger ring the bell.

    Raises:
        Refused: procrastinate is not installed, or has no tables in the ledger.
    """
    _refuse_without_procrastinate()
    with ledger.read() as unit:
        if not are_prepared(unit):
            raise Refused(
                f"the ledger {ledger.shown} was made where procrastinate was not installed, and "
                "hands out no work yet; say `touchline ledger migrate`"
            )
    taker = _Taker(ledger, bell)
    thread = threading.Thread(target=taker.work, name="chunks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        taker.stop()
        thread.join(_PATIENCE_SECONDS)  # a database that hangs keeps nobody from ending


def _refuse_without_procrastinate() -> None:
    try:
        import procrastinate  # noqa: F401
    except ImportError:
        raise Refused(
            "`touchline worker` needs procrastinate; say `pip install 'touchline[worker]'`"
        ) from None


class _Taker:
    """The thread's own loop."""

    def __init__(self, ledger: Ledger, bell: Doorbell) -> None:
        self._ledger = ledger
        self._bell = bell
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Take no more jobs, from another thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    def work(self) -> None:
        """Take jobs until asked to stop."""
        with self._runner:
            self._runner.run(self._take())

    async def _take(self) -> None:
        stopped = asyncio.create_task(self._stopping.wait())
        while not stopped.done():
            taking = asyncio.create_task(self._take_while_it_answers())
            await asyncio.wait({taking, stopped}, return_when=asyncio.FIRST_COMPLETED)
            taking.cancel()
            await asyncio.wait({taking})
            if not taking.cancelled() and (fault := taking.exception()):
                _LOG.error("a fault in taking chunks, the outbox is looked at anyway: %r", fault)
            if not stopped.done():
                await asyncio.wait({stopped}, timeout=_AGAIN_SECONDS)

    async def _take_while_it_answers(self) -> None:
        import psycopg
        from procrastinate.exceptions import ConnectorException

        try:
            async with self._app().open_async() as app:
                again = asyncio.create_task(_hand_out_again(app))
                try:
                    await app.run_worker_async(
                        queues=[QUEUE],
                        delete_jobs="always",
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=_GRACE_SECONDS,
                    )
                finally:
                    again.cancel()
                    await asyncio.gather(again, return_exceptions=True)
        except (ConnectorException, psycopg.Error, OSError) as error:
            _LOG.warning("the queue does not answer, the outbox is looked at anyway: %s", error)

    def _app(self) -> App:
        import procrastinate

        for library in ("procrastinate", "psycopg.pool"):  # it would show tracebacks
            logging.getLogger(library).setLevel(logging.CRITICAL)
        engine = self._ledger.engine
        _, parameters = engine.dialect.create_connect_args(engine.url)
        connector = procrastinate.PsycopgConnector(kwargs=parameters, min_size=1, max_size=3)
        app = procrastinate.App(connector=connector)

        async def chunk(channel: str, touches: int) -> None:
            done = self._loop.create_future()
            self._bell.ring(lambda: self._answer(done))
            await done
            _LOG.info("a chunk was looked at: %d of %s", touches, channel)

        app.task(name=TASK, queue=QUEUE)(chunk)
        return app

    def _answer(self, done: asyncio.Future[None]) -> None:
        self._loop.call_soon_threadsafe(_settle, done)


def _settle(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


async def _hand_out_again(app: App) -> None:
    """Jobs of workers that are gone, to whoever is free."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=_STALLED_SECONDS
        ):
            await app.job_manager.retry_job(job)
        await asyncio.sleep(_STALLED_SECONDS)
