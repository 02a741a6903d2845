"""postfix's `smtp-sink` and `smtp-source`, from Debian's package; nothing is installed or set up.

Where the machine has no postfix the package is taken apart in the cache: two programs and their
libraries, no server.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from bench.checkup import CACHE

__all__ = ["Sink", "sinking", "source_seconds"]

FOLDER = CACHE / "postfix"
_COUNT = re.compile(rb"mesg=(\d+)")


@dataclass(frozen=True)
class Sink:
    """A running sink on a port of loopback, and the file into which it writes what it counts."""

    port: int
    counter: IO[bytes]

    def taken(self) -> int:
        """How many messages have ended in it with their dot since it was started."""
        end = self.counter.seek(0, os.SEEK_END)
        self.counter.seek(max(end - 200, 0))
        counts = _COUNT.findall(self.counter.read())
        self.counter.seek(0, os.SEEK_END)
        return int(counts[-1]) if counts else 0


@contextmanager
def sinking() -> Iterator[Sink]:
    """A sink that takes everything, counts it, and keeps nothing."""
    program, environment = _program("smtp-sink")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = ["-u", "root"] if os.geteuid() == 0 else []
    command = [program, "-c", *user, f"127.0.0.1:{port}", "1000"]
    with (
        TemporaryFile() as counter,
        subprocess.Popen(
            command, env=environment, stdout=counter, stderr=subprocess.DEVNULL
        ) as process,
    ):
        try:
            _until_open(port)
            yield Sink(port, counter)
        finally:
            process.kill()


def source_seconds(sink: Sink, *, messages: int, size: int, connections: int) -> float:
    """How long `smtp-source -d` takes: each connection is used again, and nothing is pipelined."""
    program, environment = _program("smtp-source")
    numbers = ["-m", str(messages), "-s", str(connections), "-l", str(size)]
    begun = time.perf_counter()
    subprocess.run([program, "-d", *numbers, f"127.0.0.1:{sink.port}"], env=environment, check=True)
    return time.perf_counter() - begun


def _program(name: str) -> tuple[str, dict[str, str]]:
    """Where a program is, and the environment that it wants."""
    places = ["/usr/sbin", "/usr/libexec/postfix", os.environ.get("PATH", "")]
    if found := shutil.which(name, path=os.pathsep.join(places)):
        return found, dict(os.environ)
    if not (FOLDER / "usr").exists():
        _unpack()
    libraries = str(FOLDER / "usr" / "lib" / "postfix")
    return str(FOLDER / "usr" / "sbin" / name), {**os.environ, "LD_LIBRARY_PATH": libraries}


def _unpack() -> None:
    if shutil.which("apt-get") is None:
        raise SystemExit("this measurement wants postfix's smtp-sink and smtp-source installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    fetching = ["apt-get", "download", "postfix"]
    subprocess.run(fetching, cwd=FOLDER, check=True, capture_output=True)
    (package,) = FOLDER.glob("postfix_*.deb")
    subprocess.run(["dpkg", "-x", str(package), str(FOLDER)], check=True)


def _until_open(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the sink does not listen")
