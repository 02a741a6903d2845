"""How long the program takes to start, against a Python that does nothing.

Every command runs as a process of its own, with warm file caches; the figure is the median of ten.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.demo.example import Ports, write_example

RUNS = 10
TOUCHLINE = [sys.executable, "-m", "touchline"]
ROOT = Path(__file__).resolve().parent.parent


def commands(project: Path) -> dict[str, list[str]]:
    """What is measured, by its name in the table; the first is what others stand against."""
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "touchline --help": [*TOUCHLINE, "--help"],
        "touchline validate": [*TOUCHLINE, "-C", str(project), "validate"],
    }


def median(command: list[str]) -> float:
    """Seconds, after one run that does not count. Stops where the command fails."""
    timed(command)
    return statistics.median(timed(command) for _ in range(RUNS))


def timed(command: list[str]) -> float:
    """Seconds from starting the process to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print the table."""
    with TemporaryDirectory() as folder:
        project = Path(folder) / "demo"
        write_example(project, Ports(smtp=52525, webhook=58080))
        figures = {name: median(command) for name, command in commands(project).items()}
    bare = figures["python -c pass"]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, median of {RUNS}\n")
    print(f"{'command':<22}{'seconds':>9}{'ratio':>8}")
    for name, seconds in figures.items():
        print(f"{name:<22}{seconds:>9.3f}{seconds / bare:>8.1f}")


if __name__ == "__main__":
    main()
