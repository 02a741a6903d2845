"""`python -m tests.campaign [KILLS] [RESTARTS] [SLOTS]`: all campaigns, on both databases."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial

from tests.campaign.campaigns import daemons, kills, restarts
from tests.campaign.judge import Verdict
from tests.support.postgres import fresh_database, restartable_postgres

_DAEMONS = 8


def main() -> int:
    """Run them, print a table as they end, and say whether everything held."""
    given = [int(word) for word in sys.argv[1:]]
    number, times, slots = (given + [1000, 50, 200][len(given) :])[:3]
    print(
        f"{'campaign':24}{'broken':>8}{'mails':>8}{'twice':>7}{'lost':>6}{'unknown':>9}{'arrived':>9}"
    )
    with restartable_postgres() as (server, restart):
        fresh = partial(fresh_database, server)
        held = [
            _campaign("kills, SQLite", lambda: kills(number, None, seed=1)),
            _campaign("kills, Postgres", lambda: kills(number, fresh, seed=2)),
            _campaign("restarts of Postgres", lambda: restarts(times, fresh, restart, seed=3)),
            _campaign("daemons, SQLite", lambda: [daemons(_DAEMONS, slots, None)]),
            _campaign("daemons, Postgres", lambda: [daemons(_DAEMONS, slots, fresh)]),
        ]
    return 0 if all(held) else 1


def _campaign(name: str, run: Callable[[], Iterable[Verdict]]) -> bool:
    began, total = time.monotonic(), Verdict()
    for verdict in run():
        total.add(verdict)
        if sys.stderr.isatty():
            print(f"\r{_line(name, total)}", end="", file=sys.stderr)
    seconds = time.monotonic() - began
    print(f"{_line(name, total)}   {seconds:.0f} s", flush=True)
    for fault in total.faults:
        print(f"    {fault}")
    return total.holds


def _line(name: str, of: Verdict) -> str:
    numbers = (of.broken, of.touches, of.duplicates, of.lost, of.unknown, of.arrived)
    widths = (8, 8, 7, 6, 9, 9)
    return f"{name:24}" + "".join(f"{n:>{w},}" for n, w in zip(numbers, widths, strict=True))


if __name__ == "__main__":
    sys.exit(main())
