"""Transactions that follow each other, of which the next begins while one still ends.

On a server each has a connection of its own: what one has written is told in the audit, which
admits a writer at a time, while the rows of the next are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

from engine.ledger.audit import Head
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
    """What is noted is chained before its turn comes, by the head that the one before it leaves."""
    with ThreadPoolExecutor(max_workers=1) as ender:
        before: Future[Head | None] | None = None
        foreseen: Head | None = None
        try:
            for act in acts:
                with ExitStack() as open_one:
                    unit = open_one.enter_context(ledger.write())
                    unit.foreseen = foreseen
                    act(unit)
                    after = unit.chain_after(foreseen) if foreseen else None
                    left = before.result() if before else None
                    if left and left != foreseen:  # others have written meanwhile
                        after = unit.chain_after(left)
                    before, foreseen = ender.submit(_ended, unit, open_one.pop_all()), after
        except BaseException as later:
            _raise_earlier(before, later)
            raise
        if before is not None:
            before.result()


def _raise_earlier(before: Future[Head | None] | None, later: BaseException) -> None:
    """Where both failed, the first is the cause, and is told what became of the second."""
    if before is None or not isinstance(later, Exception):
        return  # the first of all, or nobody's failure: the process is to end
    earlier = before.exception()
    if earlier is not None and earlier is not later:
        earlier.add_note(f"what was begun after it failed too: {type(later).__name__}: {later}")
        raise earlier


def _ended(unit: Unit, open_one: ExitStack) -> Head | None:
    open_one.close()
    return unit.head
