"""Unix sockets of servers that tests start."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from pathlib import Path

__all__ = ["short_temp", "wait_until_it_listens"]

_START_SECONDS = 30


def short_temp() -> str:
    """A socket's path must stay under 108 bytes, which some temporary folders do not allow."""
    usual = tempfile.gettempdir()
    return usual if len(usual) < 50 else "/tmp"


def wait_until_it_listens(server: subprocess.Popen[bytes], path: Path, log: Path) -> None:
    """Raises with what the server has logged where it ends before, or takes too long."""
    until = time.monotonic() + _START_SECONDS
    while not _listens(path):
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(log.read_text(errors="replace"))
        time.sleep(0.05)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
