"""The worker of `tests/dispatch/victim.py`, which stops itself where that one would die.

`python -m tests.faults.sleeper URL ROOT PORT MOMENT`; whoever started it sends SIGCONT.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from tests.dispatch import victim


def stop_at(moment: str) -> None:
    """Stand still, as a machine does that is suspended."""
    if sys.argv[4] == moment:
        os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    victim.die_at = stop_at
    asyncio.run(victim.work(*sys.argv[1:4]))
