"""Programs of others, each in an environment of its own under the cache, timed by rounds.

They are never among the project's own requirements: `Outside` makes the environment from the
package index when it is first asked for.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.checkup import CACHE

__all__ = ["Outside", "outside"]

HERE = Path(__file__).resolve().parent


class Outside:
    """A program that does one round for each line it reads, and answers with JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def round(self) -> dict[str, float]:
        """The figures of one more round."""
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("the process has no pipes")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the program beside which this is measured has failed; see above")
        found: dict[str, float] = json.loads(line)
        return found


@contextmanager
def outside(
    script: str, packages: Sequence[str], *arguments: str, environment: str = ""
) -> Iterator[Outside]:
    """The script of this folder, running with these packages; its environment is its own unless
    that of another script is named."""
    python = _environment(environment or script, packages)
    command = [str(python), str(HERE / f"{script}.py"), *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Outside(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(timeout=30)


def _environment(name: str, packages: Sequence[str]) -> Path:
    folder = CACHE / f"venv-{name}"
    python = folder / "bin" / "python"
    done = folder / "done.txt"
    wanted = "\n".join(packages)
    if not done.exists() or done.read_text() != wanted:
        print(f"making an environment with {', '.join(packages)} …", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *packages], check=True, stdout=sys.stderr)
        done.write_text(wanted)
    return python
