"""`make bench`: every benchmark, one after the other, each printing its own table.

Names of benchmarks as arguments run only those.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "startup",
    "validating",
    "segment",
    "stores",
    "filters",
    "compiling",
    "segments",
    "memory",
    "journeys",
    "examples",
    "mail",
    "outbox",
    "waiting",
    "workers",
)
ROOT = Path(__file__).resolve().parent.parent


def main(wanted: list[str]) -> int:
    """Run them in processes of their own, so that none warms up another."""
    unknown = set(wanted) - set(BENCHMARKS)
    if unknown:
        print(f"there is no benchmark {', '.join(unknown)}; there is {', '.join(BENCHMARKS)}")
        return 2
    status = 0
    for name in wanted or BENCHMARKS:
        print(f"\n== {name}", flush=True)
        status |= subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT).returncode
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
