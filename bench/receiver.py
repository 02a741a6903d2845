"""A receiver of webhooks in a process of its own, which counts requests and answers 204."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

__all__ = ["Receiver", "receiving"]

_NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True)
class Receiver:
    """A running receiver."""

    url: str

    def taken(self) -> int:
        """How many requests with a body it has had."""
        with urlopen(self.url, timeout=5) as answer:
            return int(answer.read())


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of loopback."""
    command = [sys.executable, "-m", "bench.receiver"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise TypeError("the process has no pipe")
            yield Receiver(f"http://127.0.0.1:{int(process.stdout.readline())}/")
        finally:
            process.kill()


class _Counter(asyncio.Protocol):
    """Reads requests with a length; GET asks how many POSTs there were."""

    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._rest = transport, b""

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while (end := self._rest.find(b"\r\n\r\n")) >= 0:
            head = self._rest[:end].lower()
            _, _, length = head.partition(b"\r\ncontent-length:")
            size = int(length.partition(b"\r\n")[0] or 0)
            if len(self._rest) < end + 4 + size:
                return
            self._rest = self._rest[end + 4 + size :]
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        if head.startswith(b"post "):
            _Counter.taken += 1
            return _NO_CONTENT
        said = str(_Counter.taken).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(said), said)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Counter, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
