"""What servers do to a connection of HTTP/1.1: what it means, and whether it serves again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

import connectors.channels.webhook as module
from connectors.channels.webhook import Webhook
from engine.ports import Message
from tests.channels.test_smtp import Permits, kind
from tests.channels.test_webhook import channel, leading_to

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
CUT = b""  # the server hangs up


@dataclass
class Seen:
    """What a server was asked: `requests` by their bodies, and over how many connections."""

    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    answered: int = 0
    port: int = 0


@asynccontextmanager
async def answering(script: Sequence[Sequence[bytes]]) -> AsyncIterator[Seen]:
    """A server that answers each request with pieces, one write each; then 204 for ever.

    An empty piece ends the connection.
    """
    seen, answers, writers = Seen(), iter(script), list[asyncio.StreamWriter]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                seen.requests.append(await reader.readexactly(size))
                for piece in next(answers, [OK]):
                    if piece == CUT:
                        return
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.002)
                seen.answered = len(seen.requests)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
            seen.answered = len(seen.requests)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


async def sent(webhook: Webhook, number: int) -> str:
    """The answer to one request, in one word."""
    message = Message(f"msg_{number}", "hook", "", "", f"body {number}".encode())
    return kind(await webhook.send(message, Permits()))


def told(script: Sequence[Sequence[bytes]]) -> tuple[list[str], Seen]:
    """The answers to as many requests as are scripted, and to one more."""

    async def run() -> tuple[list[str], Seen]:
        async with answering(script) as seen:
            webhook = channel(f"http://127.0.0.1:{seen.port}/", timeout=0.3)
            answers = []
            for number in range(len(script) + 1):
                answers.append(await sent(webhook, number))
                while seen.answered <= number:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(0.01)  # whatever the server has done by then is there
            await webhook.close()
            return answers, seen

    return asyncio.run(run())


# pieces | what they mean | connections for this request and the next
ANSWERS = [
    pytest.param([OK], "Sent", 1, id="no content"),
    pytest.param([OK[:9], OK[9:20], OK[20:]], "Sent", 1, id="in pieces"),
    pytest.param([b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"], "Sent", 1, id="a body"),
    pytest.param(
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"2\r\nok\r\n", b"0\r\n\r\n"],
        "Sent",
        1,
        id="chunks",
    ),
    pytest.param([b"HTTP/1.1 103 Early Hints\r\n\r\n", OK], "Sent", 1, id="hints before"),
    pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n" + OK], "Sent", 1, id="continue"),
    pytest.param([b"HTTP/1.0 200 OK\r\n\r\nok", CUT], "Sent", 2, id="1.0 to its end"),
    pytest.param([b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", CUT], "Sent", 2, id="closes"),
    pytest.param([OK, CUT], "Sent", 2, id="closes without a word"),
    pytest.param([OK + OK], "Sent", 2, id="two answers to one"),
    pytest.param([OK, b"HTTP/1.1 408 Request Timeout\r\n\r\n"], "Sent", 2, id="says more later"),
    pytest.param(
        [b"HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\nok", CUT], "later", 2, id="body cut short"
    ),
    pytest.param([CUT], "UnknownOutcome", 2, id="no answer"),
    pytest.param([b"HTTP/1.1 20", CUT], "UnknownOutcome", 2, id="half a status"),
    pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", CUT], "UnknownOutcome", 2, id="only hints"),
    pytest.param([b"220 mail.example ESMTP\r\n"], "UnknownOutcome", 2, id="no HTTP"),
    pytest.param([b"HTTP/1.1 two hundred\r\n\r\n"], "UnknownOutcome", 2, id="no number"),
    pytest.param(
        [b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"], "UnknownOutcome", 2, id="bad length"
    ),
    pytest.param([b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 30_000], "UnknownOutcome", 2, id="long"),
    pytest.param([b"HTTP/1.1 200 OK\r\n", b"", CUT], "UnknownOutcome", 2, id="half a head"),
]


@pytest.mark.parametrize(("pieces", "expected", "connections"), ANSWERS)
def test_an_answer_means(pieces: list[bytes], expected: str, connections: int) -> None:
    """Whatever it was, the next request gets an answer of its own."""
    answers, seen = told([pieces])
    assert answers == [expected, "Sent"]
    assert seen.requests == [b"body 0", b"body 1"]
    assert seen.connections == connections


def test_an_idle_connection_is_not_trusted_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_IDLE_S", 0.0)
    answers, seen = told([[OK], [OK]])
    assert (answers, seen.connections) == (["Sent"] * 3, 3)


def test_requests_at_once_have_connections_of_their_own_and_use_them_again() -> None:
    async def run() -> tuple[list[str], Seen]:
        async with answering(()) as seen:
            webhook = channel(f"http://127.0.0.1:{seen.port}/")
            answers: list[str] = []
            for round_ in range(3):
                some = (sent(webhook, 10 * round_ + number) for number in range(4))
                answers += await asyncio.gather(*some)
            await webhook.close()
            return answers, seen

    answers, seen = asyncio.run(run())
    assert answers == ["Sent"] * 12
    assert (len(set(seen.requests)), seen.connections) == (12, 4)


def test_one_that_is_cut_off_leaves_no_half_request_behind() -> None:
    async def run() -> tuple[str, Seen]:
        async with answering([[b"HTTP/1.1 100 Continue\r\n\r\n"]]) as seen:
            webhook = channel(f"http://127.0.0.1:{seen.port}/")
            first = asyncio.create_task(sent(webhook, 0))
            while not seen.requests:
                await asyncio.sleep(0.001)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            answer = await sent(webhook, 1)
            await webhook.close()
            return answer, seen

    answer, seen = asyncio.run(run())
    assert (answer, seen.requests, seen.connections) == ("Sent", [b"body 0", b"body 1"], 2)


def test_a_refusal_that_comes_before_the_body_is_read_is_heard() -> None:
    """A megabyte, of which the server reads nothing: it says no and hangs up."""

    async def run() -> str:
        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.transport.abort()

        server = await asyncio.start_server(refuse, "127.0.0.1", 0, limit=2**10)
        port = server.sockets[0].getsockname()[1]
        webhook = channel(f"http://127.0.0.1:{port}/", timeout=1.0)
        message = Message("msg_1", "hook", "", "", b"x" * 4_000_000)
        answer = await webhook.send(message, Permits())
        await webhook.close()
        server.close()
        await asyncio.sleep(0.06)
        return kind(answer)

    assert asyncio.run(run()) == "message"


def test_a_connection_whose_request_was_not_read_serves_no_other() -> None:
    """The receiver says yes to a body before it has come: what follows would stand behind it."""

    async def run() -> int:
        accepted: list[asyncio.StreamWriter] = []

        async def agree(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted.append(writer)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)
            await writer.drain()
            await asyncio.sleep(5)

        server = await asyncio.start_server(agree, "127.0.0.1", 0, limit=2**10)
        webhook = channel(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        message = Message("msg_1", "hook", "", "", b"x" * 8_000_000)
        answers = [await webhook.send(message, Permits()) for _ in "12"]
        await webhook.close()
        server.close()
        for writer in accepted:
            writer.transport.abort()
        await asyncio.sleep(0)
        assert [kind(answer) for answer in answers] == ["Sent", "Sent"]
        return len(accepted)

    assert asyncio.run(run()) == 2


def test_a_kept_connection_serves_only_the_address_that_was_checked() -> None:
    """The name leads elsewhere by now: what is open to where it led before is not used."""

    async def run() -> list[str]:
        asked: list[str] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(2**16):
                asked.append(writer.get_extra_info("sockname")[0])
                writer.write(OK)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        other = await asyncio.start_server(answer, "127.0.0.2", port)
        leads = leading_to(["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"])
        webhook = channel(f"http://hooks.example:{port}/", resolve=leads)
        for number in range(3):
            assert await sent(webhook, number) == "Sent"
        await webhook.close()
        server.close()
        other.close()
        await asyncio.sleep(0.01)
        return asked

    assert asyncio.run(run()) == ["127.0.0.1", "127.0.0.2", "127.0.0.1"]
