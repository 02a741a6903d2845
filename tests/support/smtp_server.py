"""A mail server that misbehaves by script, and whose own record is the judge.

What it does to a message is told by the local part of its recipient (`BEHAVIOURS`), so that one
run can hold a table of them. `faults` are the server's own: at connect, EHLO, AUTH, QUIT.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import Self

__all__ = ["BEHAVIOURS", "DROP", "HANG", "Act", "ScriptedSmtpServer", "Stored"]

DROP = "drop"
HANG = "hang"
FOREVER = 10**9


@dataclass(frozen=True)
class Act:
    """What happens at one phase: an answer, DROP or HANG; `times` times, then all is well."""

    phase: str
    answer: str
    stores: bool = False
    times: int = FOREVER


@dataclass(frozen=True)
class Stored:
    """A message that the server has taken into its keeping, whatever it said then."""

    message_id: str
    sender: str
    recipient: str
    data: bytes


OK = Act("dot", "250 2.0.0 queued as 1", stores=True)

BEHAVIOURS: Mapping[str, Act] = {
    "ok": OK,
    "mail550": Act("mail", "550 sender unknown"),
    "rcpt450": Act("rcpt", "450 4.2.0 greylisted"),
    "greylist": Act("rcpt", "450 4.2.0 greylisted", times=1),
    "rcpt550": Act("rcpt", "550 5.1.1 no such user"),
    "rcpt550bare": Act("rcpt", "550-no such user\r\n550-here\r\n550 sorry"),
    "rcpt551": Act("rcpt", "551 user not local"),
    "rcpt552": Act("rcpt", "552 5.2.2 mailbox full"),
    "rcpt552bare": Act("rcpt", "552 storage exceeded"),
    "rcpt553": Act("rcpt", "553 name not allowed"),
    "rcpt554": Act("rcpt", "554 5.7.1 relay access denied"),
    "rcpt251": Act("rcpt", "251 will forward", times=0),
    "drop-at-mail": Act("mail", DROP),
    "drop-at-rcpt": Act("rcpt", DROP),
    "drop-at-data": Act("data", DROP),
    "drop-in-body": Act("body", DROP),
    "slow-body": Act("body", HANG),
    "no-in-body": Act("body", "552 5.3.4 too large"),
    "hang-at-rcpt": Act("rcpt", HANG),
    "rubbish-at-rcpt": Act("rcpt", "hello there"),
    "data451": Act("data", "451 4.3.0 not now"),
    "data554": Act("data", "554 5.6.0 no"),
    "drop-after-dot": Act("dot", DROP, stores=True),
    "hang-after-dot": Act("dot", HANG, stores=True),
    "store-then-451": Act("dot", "451 4.3.0 try again", stores=True),
    "451-then-ok": Act("dot", "451 4.3.0 try again", times=1),
    "rubbish-after-dot": Act("dot", "what was that", stores=True),
    "354-after-dot": Act("dot", "354 go on", stores=True),
    "dot550": Act("dot", "550 5.6.0 content refused"),
    "dot550mailbox": Act("dot", "550 5.1.1 no such user after all"),
    "dot554": Act("dot", "554 5.7.1 looks like spam"),
    "dot251": Act("dot", "251 2.0.0 forwarded", stores=True),
    "dot252": Act("dot", "252 2.0.0 probably", stores=True),
    "dot421": Act("dot", "421 4.3.2 shutting down"),
    "multiline": Act("dot", "250-2.0.0 well\r\n250-quite\r\n250 done", stores=True),
}


@dataclass
class ScriptedSmtpServer:
    """Listens on a free port of loopback in a thread of its own while it is entered.

    `faults` maps a phase (`connect ehlo auth quit`) to an answer, DROP or HANG. `extensions` are
    what EHLO offers. `users` makes AUTH wanted. `reached` is set when an Act of HANG is reached.
    Once it is `calm`, nobody's behaviour counts any more.
    """

    faults: dict[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = (
        *("PIPELINING", "SIZE 20000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"),
    )
    users: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    stored: list[Stored] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    calm: bool = False
    connections: int = 0
    port: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    used: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def ids(self) -> Counter[str]:
        """How often each Message-ID was stored."""
        return Counter(message.message_id for message in self.stored)

    def recipients(self) -> list[str]:
        """To whom the stored messages went, in order."""
        return [message.recipient for message in self.stored]

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(
            self._accept, "127.0.0.1", 0, ssl=self.tls if self.implicit else None, limit=2**26
        )

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await _Session(self, reader, writer).run()
        except (_Gone, OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)


class _Gone(Exception):
    """The connection is over."""


class _Session:
    def __init__(
        self,
        server: ScriptedSmtpServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender = self.recipient = ""
        self.is_encrypted = server.implicit
        self.has_sender = self.has_recipient = False

    async def run(self) -> None:
        await self.fault("connect", "220 localhost ESMTP")
        while True:
            line = (await self.line()).decode()
            self.server.commands.append(line)
            await self.obey(line)

    async def line(self) -> bytes:
        line = await self.reader.readline()
        if not line.endswith(b"\n"):
            raise _Gone
        return line.rstrip(b"\r\n")

    async def say(self, answer: str) -> None:
        if answer == DROP:
            self.writer.transport.abort()
            raise _Gone
        if answer == HANG:
            self.server.reached.set()
            await asyncio.sleep(FOREVER)
        self.writer.write(answer.encode() + b"\r\n")
        await self.writer.drain()

    def script(self) -> Act:
        """What this recipient is for."""
        name = self.recipient.partition("@")[0]
        return OK if self.server.calm else BEHAVIOURS.get(name, OK)

    async def fault(self, phase: str, usual: str) -> None:
        await self.say(self.server.faults.get(phase, usual))

    async def act(self, phase: str, usual: str) -> bool:
        """Answer as scripted for this recipient; whether it was the usual answer."""
        act = self.script()
        if act.phase != phase or self.server.used[self.recipient] >= act.times:
            await self.say(usual)
            return True
        self.server.used[self.recipient] += 1
        await self.say(act.answer)
        return act.answer.startswith("2")

    async def obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO" | "HELO":
                await self.ehlo()
            case "STARTTLS":
                await self.starttls()
            case "AUTH":
                await self.auth(rest)
            case "MAIL":
                self.sender = rest.partition("<")[2].partition(">")[0]
                self.recipient = self.sender  # nobody else is known yet
                self.has_recipient = False
                self.has_sender = await self.act("mail", "250 2.1.0 ok")
            case "RCPT":
                self.recipient = rest.partition("<")[2].partition(">")[0]
                if not self.has_sender:
                    await self.say("503 5.5.1 MAIL first")
                    return
                self.has_recipient = await self.act("rcpt", "250 2.1.5 ok")
            case "DATA":
                await self.data()
            case "RSET":
                await self.fault("rset", "250 2.0.0 ok")
            case "QUIT":
                await self.fault("quit", "221 bye")
                raise _Gone
            case _:
                await self.say("500 5.5.1 what?")

    async def ehlo(self) -> None:
        if "ehlo" in self.server.faults:
            await self.say(self.server.faults["ehlo"])
            return
        offers = list(self.server.extensions)
        if self.server.tls is not None and not self.is_encrypted:
            offers.append("STARTTLS")
        if self.server.users:
            offers.append("AUTH PLAIN LOGIN")
        lines = ["localhost", *offers]
        last = len(lines) - 1
        text = "\r\n".join(f"250{' ' if n == last else '-'}{line}" for n, line in enumerate(lines))
        await self.say(text)

    async def starttls(self) -> None:
        assert self.server.tls is not None
        await self.fault("starttls", "220 go")
        await self.writer.start_tls(self.server.tls)
        self.is_encrypted = True

    async def auth(self, rest: str) -> None:
        way, _, given = rest.partition(" ")
        if "auth" in self.server.faults:
            await self.say(self.server.faults["auth"])
            return
        if way.upper() != "PLAIN":
            await self.say("504 5.5.4 not here")
            return
        _, user, password = base64.b64decode(given).decode().split("\0")
        is_known = self.server.users.get(user) == password
        await self.say("235 2.7.0 welcome" if is_known else "535 5.7.8 wrong credentials")

    async def data(self) -> None:
        if not self.has_recipient:
            await self.say("554 5.5.1 no valid recipients")
            return
        if not await self.act("data", "354 go on"):
            act = self.script()
            if act.phase == "data":
                return
        body = await self.body()
        act = self.script()
        if act.phase == "body":
            return  # it has had its answer
        is_scripted = act.phase == "dot" and self.server.used[self.recipient] < act.times
        if not is_scripted or act.stores:
            self.store(body)
        await self.act("dot", "250 2.0.0 queued")

    async def body(self) -> bytes:
        act = self.script()
        lines: list[bytes] = []
        while (line := await self.line()) != b".":
            if act.phase == "body" and not lines:
                await self.say(act.answer)
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(line + b"\r\n" for line in lines)

    def store(self, body: bytes) -> None:
        message_id = str(BytesHeaderParser().parsebytes(body).get("Message-ID", ""))
        self.server.stored.append(Stored(message_id, self.sender, self.recipient, body))
