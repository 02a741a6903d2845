"""Transactions that follow each other, of which the next begins while one still ends.

On a server each has a connection of its own: what one has written is told in the audit, which
admits a writer at a time, while the rows of the next are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

from engine.ledger.store import Ledger, Unit

__all__ = ["write_in_turn"]

Act = Callable[[Unit], None]


def write_in_turn(ledger: Ledger, acts: Iterable[Act]) -> None:
    """A transaction for each act; none is committed before all that were begun earlier are.

    No act may hang on what the one before it writes. SQLite has one writer: there each ends before
    the next begins.

    Raises:
        Unreachable, Overtaken: as `Ledger.write`; nothing is kept of that act and of later ones.
    """
    if ledger.is_on_server:
        _overlapping(ledger, acts)
        return
    for act in acts:
        with ledger.write() as unit:
            act(unit)


def _overlapping(ledger: Ledger, acts: Iterable[Act]) -> None:
    with ThreadPoolExecutor(max_workers=1) as ender:
        before: Future[None] | None = None
        for act in acts:
            with ExitStack() as open_one:
                act(open_one.enter_context(ledger.write()))
                if before is not None:
                    before.result()
                before = ender.submit(open_one.pop_all().close)
        if before is not None:
            before.result()
