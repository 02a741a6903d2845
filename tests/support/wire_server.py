"""A mail server that keeps to RFC 5321 and RFC 2920 to the letter, and notes who does not.

`StrictSession` is bytes in, bytes out, with no clock and no socket, so that a test decides how the
replies are cut; `listening` puts it behind a socket of loopback. What it keeps is the judge.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

__all__ = ["CLOSE", "HANG", "Kept", "Record", "Script", "StrictSession", "listening"]

CLOSE = "close"
HANG = "hang"


@dataclass(frozen=True)
class Script:
    """What one message is answered with: replies, CLOSE or HANG.

    At `dot` the message has been kept if the answer is a 2xx, or if it `keeps` it all the same.
    `at_body` is said as soon as the first byte of the message is there.
    """

    mail: str = "250 2.1.0 ok"
    rcpt: str = "250 2.1.5 ok"
    data: str = "354 go on"
    at_body: str = ""
    dot: str = "250 2.0.0 kept"
    keeps: bool = False


@dataclass(frozen=True)
class Kept:
    """A message that the server has taken, for those recipients that it had accepted."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes


@dataclass
class Record:
    """What happened to a server: `groups` are the bytes as they came, `broken` rules."""

    scripts: Iterator[Script]
    pipelining: bool = True
    kept: list[Kept] = field(default_factory=list)
    groups: list[bytes] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    connections: int = 0


class StrictSession:
    """One connection. `is_over`: the server has hung up; `says_nothing`: after HANG or 421."""

    def __init__(self, record: Record) -> None:
        record.connections += 1
        self.is_over = self.says_nothing = False
        self._record = record
        self._script = Script()
        self._rest = b""
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._body: bytes | None = None

    def feed(self, data: bytes) -> bytes:
        """Take what came in one piece, and give the answers to it."""
        self._record.groups.append(data)
        self._check_group(data)
        self._rest += data
        said = b""
        while not (self.is_over or self.says_nothing):
            if self._body is not None:
                answer, is_waiting = self._take_body()
            elif b"\n" in self._rest:
                line, _, self._rest = self._rest.partition(b"\n")
                answer, is_waiting = self._obey(line), False
            else:
                break
            said += self._uttered(answer)
            if is_waiting:
                break
        return said

    def _uttered(self, answer: str) -> bytes:
        self.is_over = self.is_over or answer == CLOSE
        self.says_nothing = answer == HANG or answer.startswith("421")
        return answer.encode() + b"\r\n" if answer not in ("", CLOSE, HANG) else b""

    def _check_group(self, data: bytes) -> None:
        if self._body is not None or self._rest:
            return
        *lines, end = data.split(b"\r\n")
        verbs = [line.partition(b" ")[0] for line in lines]
        if len(lines) > 1 and not self._record.pipelining:
            self._record.broken.append(f"several commands at once: {data!r}")
        if any(verb in (b"DATA", b"QUIT", b"EHLO") for verb in verbs[:-1]) or (lines and end):
            self._record.broken.append(f"not the last of its group: {data!r}")

    def _obey(self, line: bytes) -> str:
        if not line.endswith(b"\r"):
            self._record.broken.append(f"a bare line feed: {line!r}")
        verb, _, rest = line.rstrip(b"\r").decode().partition(" ")
        match verb:
            case "EHLO":
                return "250-strict\r\n250 PIPELINING" if self._record.pipelining else "250 strict"
            case "MAIL":
                return self._mail(rest)
            case "RCPT":
                return self._rcpt(rest)
            case "DATA":
                return self._data()
            case "RSET":
                self._forget()
                return "250 2.0.0 ok"
            case "QUIT":
                self.is_over = True
                return "221 2.0.0 bye"
        self._record.broken.append(f"no command: {line!r}")
        return "500 5.5.1 what?"

    def _mail(self, rest: str) -> str:
        if self._sender is not None:
            self._record.broken.append("MAIL inside a message")
            return "503 5.5.1 nested MAIL"
        self._script = next(self._record.scripts, Script())
        if self._script.mail.startswith("2"):
            self._sender = _address(rest)
        return self._script.mail

    def _rcpt(self, rest: str) -> str:
        if self._sender is None and self._script.mail.startswith(("4", "5")):
            return "503 5.5.1 MAIL first"
        if self._script.rcpt.startswith("2"):
            self._recipients.append(_address(rest))
        return self._script.rcpt

    def _data(self) -> str:
        answer = self._script.data
        if answer == "strict":
            is_wanted = self._sender is not None and self._recipients
            answer = "354 go on" if is_wanted else "554 5.5.1 no valid recipients"
        if answer.startswith("354"):
            self._body = b""
        return answer

    def _take_body(self) -> tuple[str, bool]:
        assert self._body is not None
        is_first = not self._body and bool(self._rest)
        self._body, self._rest = self._body + self._rest, b""
        if is_first and self._script.at_body:
            return self._script.at_body, True
        whole, mark, rest = (b"\r\n" + self._body).partition(b"\r\n.\r\n")
        if not mark:
            return "", True
        data = (whole + b"\r\n")[2:].replace(b"\r\n.", b"\r\n")
        data = data[1:] if data.startswith(b".") else data
        if self._script.dot.startswith("2") or self._script.keeps:
            kept = Kept(self._sender or "", tuple(self._recipients), data)
            self._record.kept.append(kept)
        self._forget()
        self._body, self._rest = None, b""
        self._check_group(rest)
        self._rest = rest
        return self._script.dot, False

    def _forget(self) -> None:
        self._sender, self._recipients = None, []


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


class _Peer(asyncio.Protocol):
    def __init__(self, record: Record, peers: list[asyncio.Transport]) -> None:
        self._session = StrictSession(record)
        self._peers = peers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._peers.append(transport)
        transport.write(b"220 strict ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        if self._session.is_over:
            return
        self._transport.write(self._session.feed(data))
        if self._session.is_over:
            self._transport.close()


@asynccontextmanager
async def listening(
    scripts: Sequence[Script], *, pipelining: bool, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Record, int]]:
    """Serve messages by these scripts, in the order of their MAIL; the record, and the port."""
    record, peers = Record(iter(scripts), pipelining), list[asyncio.Transport]()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Peer(record, peers), "127.0.0.1", 0, ssl=tls)
    try:
        yield record, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for peer in peers:
            peer.abort()
        await asyncio.sleep(0)
