"""Names of workers, by which the next one can tell that a worker is gone.

A lease runs out by itself; this is for not having to wait for it after a crash. Only what is
certain counts: a process of the same machine, boot and process namespace that is no more.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from pathlib import Path

__all__ = ["gone_among", "this_worker"]


def this_worker() -> str:
    """The name of this process as a worker: where it runs, its number, when it was started."""
    return f"{_here()}:{os.getpid()}:{_started(os.getpid())}"


def gone_among(workers: Iterable[str]) -> frozenset[str]:
    """Those of these workers that ran here and certainly do not run any more."""
    here = _here()
    return frozenset(worker for worker in workers if _is_gone(worker, here))


def _is_gone(worker: str, here: str) -> bool:
    place, _, rest = worker.partition(":")
    number, _, started = rest.partition(":")
    if place != here or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    now_started = _started(int(number))  # the number may be another process's by now
    return bool(started and now_started) and started != now_started


def _here() -> str:
    """This machine since it was booted, and this namespace of processes, as a short digest."""
    boot = _text("/proc/sys/kernel/random/boot_id")
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    whole = "\n".join((platform.node(), boot, namespace))
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def _started(number: int) -> str:
    """When a process was started, in ticks since boot; empty where nobody can tell."""
    # The name in the second field may hold blanks and brackets: count from the last bracket.
    fields = _text(f"/proc/{number}/stat").rpartition(")")[2].split()
    if len(fields) < 20:
        return ""
    has_ended = fields[0] in "ZX"  # only its parent has not asked yet
    return "ended" if has_ended else fields[19]


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
