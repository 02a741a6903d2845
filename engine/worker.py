"""A worker: delivers what passes elsewhere have cleared, and does nothing else.

Architecture page, "Growing past one machine"; delivery page, points 3, 6, 8, 11 and 12. As many as
wanted on one ledger in Postgres, on as many machines; the daemon delivers as well, and needs none.

What is cleared stands in the ledger (`engine/ledger/clearances.py`), so a worker reads no source
and asks no condition: without a daemon's passes it soon sends nothing more. Chunks of new touches
wake it (`engine/ledger/chunks.py`); what comes due later, is tried again or let go by a person, it
finds by looking at the outbox every few seconds. The claims, epochs and keys of the ledger keep two
workers from the same touch, and its rates, caps and breakers count for all of them. Updates are the
daemon's: sources are not written while a pass reads them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from engine.courier import Courier, open_courier
from engine.fallen import Watch, at_work
from engine.frozen import Frozen
from engine.handing_out import Doorbell, taking_chunks
from engine.ledger.clearances import cleared_now
from engine.ledger.database import ledger_file, ledger_url
from engine.ledger.store import FellBack, Ledger
from engine.problems import ClockLeapt, Misuse, TouchlineError
from engine.running import make_courier
from engine.same_files import SameFiles
from engine.steady import SteadyClock
from engine.stopping import Stop
from engine.taking_up import FileWatch, take_up
from engine.workplace import Workplace

__all__ = ["serve"]

_ACTOR = "worker"
_LOOK_SECONDS = 2.0

_LOG = logging.getLogger("touchline.worker")


def serve(workplace: Workplace, *, say: Callable[[str], None]) -> int:
    """Deliver until asked to stop; gives the exit status.

    Raises:
        Misuse: the ledger is a file: no two processes deliver from it.
        Refused: procrastinate is not installed, or has no tables in the ledger.
        Unreachable: the ledger cannot be reached at the start.
        FellBack: the ledger is in an older state than it was; everything is halted there.
    """
    _refuse_a_file(workplace)
    ledger, why_not = workplace.known_ledger()
    if ledger is None or why_not:
        say(f"the worker does not start: {why_not}")
        return 1
    stop, bell, clock = Stop(), Doorbell(), SteadyClock(workplace.ports.clock)
    workplace = workplace.by(clock)
    courier = make_courier(
        workplace, ledger, clock.now, cleared=lambda unit: cleared_now(unit, clock.now())
    )
    with (
        open_courier(courier),
        at_work(ledger, stop, lambda: _end(courier, bell), clock.now, actor=_ACTOR) as watch,
        taking_chunks(ledger, bell),
    ):
        say(f"touchline worker on {ledger.shown}; stop it with SIGTERM")
        _Worker(workplace, ledger, watch, courier, stop, clock).work(bell)
    return 0


def _refuse_a_file(workplace: Workplace) -> None:
    if ledger_file(ledger_url(workplace.ledger_url, workplace.root)) is not None:
        raise Misuse(
            "workers share a ledger in Postgres, and this project's is a file: `touchline daemon` "
            "delivers from it alone. To use workers, say `ledger: postgresql+psycopg://…` in "
            "touchline.yaml"
        )


def _end(courier: Courier, bell: Doorbell) -> None:
    courier.stop()
    bell.ring()


class _Worker:
    """One process's looks at the outbox, again and again."""

    def __init__(
        self,
        workplace: Workplace,
        ledger: Ledger,
        watch: Watch,
        courier: Courier,
        stop: Stop,
        clock: SteadyClock,
    ) -> None:
        self._workplace = workplace
        self._ledger = ledger
        self._watch = watch
        self._courier = courier
        self._stop = stop
        self._files = FileWatch(workplace.root)
        self._frozen = Frozen(ledger, clock, actor=_ACTOR)
        self._clock = clock
        self._same = SameFiles(ledger, workplace.root, what="worker", host=workplace.ports.host)

    def work(self, bell: Doorbell) -> None:
        """Look whenever the bell rings, and every few seconds, until asked to stop."""
        waiting = bell.wait(0)
        while not self._stop.is_asked:
            self._look()
            for answer in waiting:
                answer()
            waiting = bell.wait(_LOOK_SECONDS)
        for answer in waiting:  # another worker takes the rest, or finds it by itself
            answer()

    def _look(self) -> None:
        """Deliver what is due; what fails is tried again at the next look."""
        try:
            if self._frozen.stands():
                return
            self._watch.look_back()
            self._reload()
            self._same.look(self._clock.now)
            self._courier.send()
        except FellBack:
            raise
        except ClockLeapt as leap:
            self._frozen.begin(leap)
        except TouchlineError as error:
            _LOG.error("this look ends here, the next one goes on: %s", error)

    def _reload(self) -> None:
        changed = take_up(self._workplace, self._files)
        if changed is not None:
            self._workplace = changed
            self._same.taken_up()
            self._courier.use(changed.channels, changed.policy)
