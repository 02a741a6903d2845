"""Mails a second into postfix's `smtp-sink` on loopback, and webhooks into a receiver there.

All figures of a round are taken one after the other, and the ratio within the round; how many
arrived is the receiver's own count. `make bench BENCH=mail` sends 20,000 messages of 5 KB a figure;
`MESSAGES=2000` in the environment makes it quick, and `python -m bench.mail protocol` (`paths`,
`webhooks`) takes only a part. The whole path is: render, claim, in doubt, dot, sent, audit. What a
run does before, selecting and entering, is measured by `journeys`: the outbox is filled before the
clock starts.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import aiosmtplib
import httpx

from bench.postfix import Sink, sinking, source_seconds
from bench.receiver import Receiver, receiving
from connectors.channels.smtp import Smtp
from connectors.channels.webhook import Webhook
from engine.decide.facts import Decision, TouchKind
from engine.dispatch.deliver import deliver
from engine.dispatch.workers import this_worker
from engine.language.project import Secret, SmtpChannel, Template, WebhookChannel
from engine.ledger.schema import create_ledger, open_ledger
from engine.ledger.store import Ledger
from engine.messages.compiled import compile_email
from engine.messages.mime import Envelope, message_id, to_bytes
from engine.messages.render import Footer, render_email
from engine.messages.templates import Scope
from engine.ports import Channel, Message, Recipient, Sent
from tests.ledger.factories import keep, make_enrollment, make_touch, touching
from tests.support.postgres import DURABLE, fresh_database, running_postgres
from touchline import collect_late

MESSAGES = int(os.environ.get("MESSAGES", "20000"))
HOOKS = max(MESSAGES // 10, 200)
SIZE = 5_120
ROUNDS = 3
FEW, MANY, MOST = 4, 16, 64  # connections
AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
SENDER = Recipient("dana@acme.example", "Dana Reyes")
TEMPLATE = Template(
    "hello",
    "emails/hello.md",
    "Your reports are ready, {{ user.name }}",
    "Hi {{ user.name }},\n\n"
    + (
        "The numbers of your teams for this week are in, with what changed since the last. " * 5
        + "\n\n"
    )
    * 3
    + "- [Your report](https://acme.example/r/{{ user.id }})\n- what is new: *a lot*\n\nDana\n",
)

Payloads = Sequence[bytes]
Seconds = Callable[[], float]


class Now:
    """The clock of the signatures."""

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)

    def uptime(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()


def main(*names: str) -> None:
    """One table each; `protocol`, `paths` or `webhooks` measures only that."""
    print(f"{MESSAGES:,} messages of about {SIZE // 1024} KB a figure; medians of {ROUNDS}")
    for name in names or TABLES:
        TABLES[name]()


def the_protocol() -> None:
    """The channel without a ledger, beside a sender in C with the same connections."""
    with sinking() as sink:
        seconds = rounds(dict(protocol(sink)))
    show("mails", MESSAGES, seconds)
    for number in (FEW, MANY):
        both = f"{number} connections"
        ratio(seconds, f"the protocol alone, {both}", f"smtp-source -d, {both}", 1.5)


def the_paths() -> None:
    """From the template to the audit record."""
    with sinking() as sink, running_postgres(DURABLE) as server:
        seconds = rounds(dict(paths(sink, server)))
    show("mails", MESSAGES, seconds)
    for name in ("the whole path, SQLite", f"the same with {MOST} connections"):
        ratio(seconds, name, f"smtp-source -d, {FEW} connections", 0.5)
        for theirs in BY_LIBRARY:
            ratio(seconds, name, theirs, 6)
    ratio(seconds, "the whole path, Postgres", "the whole path, SQLite", 0.7)


def the_webhooks() -> None:
    """Signed requests from the outbox, beside a client that does no more than ask."""
    with receiving() as receiver:
        seconds = rounds(dict(hooks(receiver)))
    show("webhooks", HOOKS, seconds)
    ratio(seconds, "webhooks, the whole path, SQLite", "a bare httpx loop", 0.7)


def rounds(ways: Mapping[str, Seconds]) -> dict[str, list[float]]:
    """Seconds of each way, in turn."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(way())
    return taken


def show(what: str, number: int, seconds: Mapping[str, Sequence[float]]) -> None:
    """One line a way."""
    print(f"\n{what + ' a second':44}{'median':>9}{'most':>9}")
    for name, taken in seconds.items():
        rates = number / statistics.median(taken), number / min(taken)
        print(f"{name:44}{rates[0]:9,.0f}{rates[1]:9,.0f}", flush=True)


def ratio(seconds: Mapping[str, Sequence[float]], ours: str, theirs: str, wanted: float) -> None:
    """How many times the rate of theirs ours is: the median of the rounds' own ratios."""
    found = statistics.median(b / a for a, b in zip(seconds[ours], seconds[theirs], strict=True))
    print(f"{found:6.2f} times (set: {wanted}): {ours} / {theirs}")


def counted(sink: Sink, act: Callable[[], float], number: int) -> float:
    """Seconds of an act; stops the program unless just so many messages arrived by it."""
    before = sink.taken()
    seconds = act()
    arrived = sink.taken() - before
    if arrived != number:
        raise SystemExit(f"{number} were sent, and {arrived} arrived")
    return seconds


# ---------------------------------------------------------------- the protocol


def protocol(sink: Sink) -> Iterator[tuple[str, Seconds]]:
    """Both senders with the same connections."""
    payload = b"Subject: Hello\r\n\r\n" + (b"x" * 70 + b"\r\n") * (SIZE // 72)
    for number in (FEW, MANY):

        def alone(number: int = number) -> float:
            return timed(_alone(sink, number, payload))

        yield source(sink, number)
        yield (
            f"the protocol alone, {number} connections",
            partial(counted, sink, alone, MESSAGES),
        )


def source(sink: Sink, connections: int) -> tuple[str, Seconds]:
    """postfix's own sender."""

    def send() -> float:
        return source_seconds(sink, messages=MESSAGES, size=SIZE, connections=connections)

    name = f"smtp-source -d, {connections} connections"
    return name, lambda: counted(sink, send, MESSAGES)


def timed(work: Awaitable[None]) -> float:
    """Seconds until it is done, in a loop of its own."""

    async def wait() -> None:
        await work

    begun = time.perf_counter()
    asyncio.run(wait())
    return time.perf_counter() - begun


async def _alone(sink: Sink, connections: int, payload: bytes) -> None:
    """The channel with a permit that is always given."""
    smtp = Smtp(mail_channel(sink, connections))
    addresses = (f"{number}@x.example" for number in range(MESSAGES))
    messages = (Message(to, "email", to, SENDER.address, payload) for to in addresses)

    async def lane() -> None:
        after = next(messages, None)
        while message := after:
            after = None

            def follow() -> Message | None:
                nonlocal after
                after = next(messages, None)
                return after

            answer = await smtp.send(message, _yes, follow=follow)
            if not isinstance(answer, Sent):
                raise SystemExit(f"not sent: {answer}")
            after = after or next(messages, None)

    await asyncio.gather(*(lane() for _ in range(connections)))
    await smtp.close()


async def _yes() -> bool:
    return True


def mail_channel(sink: Sink, connections: int) -> SmtpChannel:
    """A channel to the sink."""
    return SmtpChannel("email", "127.0.0.1", sink.port, tls="none", connections=connections)


def by_library(sink: Sink, make: Callable[[int], EmailMessage]) -> float:
    """A tenth of the messages, each made and sent by `send_message`; seconds as if it were all."""
    number = max(MESSAGES // 10, MANY)
    seconds = counted(sink, lambda: timed(_send_messages(sink, number, make)), number)
    return seconds * MESSAGES / number


async def _send_messages(sink: Sink, number: int, make: Callable[[int], EmailMessage]) -> None:
    numbers = iter(range(number))

    async def lane() -> None:
        library = aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port, start_tls=False)
        async with library as client:
            for each in numbers:
                await client.send_message(make(each))

    await asyncio.gather(*(lane() for _ in range(MANY)))


def plain(number: int) -> EmailMessage:
    """As little as a message of this size can be: one part of ASCII, three headers."""
    message = EmailMessage()
    message["From"], message["To"] = SENDER.address, f"{number}@x.example"
    message["Subject"] = "Hello"
    message.set_content(("x" * 70 + "\n") * (SIZE // 72))
    return message


def same(number: int) -> EmailMessage:
    """The mail that the whole path renders, of the same two texts, which are there already."""
    message = EmailMessage()
    message["From"] = f"{SENDER.name} <{SENDER.address}>"
    message["To"] = f"Customer {number} <{number}@x.example>"
    message["Subject"] = f"Your reports are ready, Customer {number}"
    message["Date"], message["Message-ID"] = AT, f"<{number}@acme.example>"
    message["Auto-Submitted"] = "auto-generated"
    text, html = _texts()
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


@cache
def _texts() -> tuple[str, str]:
    parts = message_from_bytes(rendered(0), policy=SMTP).walk()
    text, html = (part.get_content() for part in parts if not part.is_multipart())
    return text, html


BY_LIBRARY: Mapping[str, Callable[[int], EmailMessage]] = {
    f"aiosmtplib, {MANY} connections, no ledger": same,
    "the same with bare text in one part": plain,
}


# ---------------------------------------------------------------- the whole path


def paths(sink: Sink, server: str) -> Iterator[tuple[str, Seconds]]:
    """Mail from the template to the audit record, on both databases."""

    def ours(connections: int, url: str | None) -> float:
        channel = Smtp(mail_channel(sink, connections))
        return counted(sink, lambda: whole(channel, url, MESSAGES), MESSAGES)

    yield source(sink, FEW)
    for name, make in BY_LIBRARY.items():
        yield name, partial(by_library, sink, make)
    yield "the whole path, SQLite", lambda: ours(MANY, None)
    yield f"the same with {MOST} connections", lambda: ours(MOST, None)
    yield "the whole path, Postgres", lambda: ours(MANY, fresh_database(server))


def whole(channel: Channel, url: str | None, number: int) -> float:
    """Seconds to render so many mails and to deliver them; writing the outbox is not among them."""
    begun = time.perf_counter()
    payloads = [rendered(each) for each in range(number)]
    seconds = time.perf_counter() - begun
    with outbox(url) as ledger:
        fill(ledger, payloads)
        return seconds + timed(delivered(ledger, channel, number))


COMPILED = compile_email(TEMPLATE)


def rendered(number: int) -> bytes:
    """One customer's mail."""
    to = Recipient(f"{number}@x.example", f"Customer {number}")
    scope = Scope({"user": {"name": f"Customer {number}", "id": number}}, ZoneInfo("UTC"))
    email = render_email(COMPILED, scope, footer=Footer("1 Main Street, Springfield"))
    return to_bytes(
        email, Envelope(SENDER, to, message_id(f"{number}", "acme.example"), AT)
    ).payload


@contextmanager
def outbox(url: str | None) -> Iterator[Ledger]:
    """An empty ledger: at `url`, or in a file of the folder that this was started in."""
    with TemporaryDirectory(prefix=".bench-", dir=".") as name:  # /tmp may lie in memory
        root = Path(name).resolve()
        where = url or f"sqlite:///{root}/ledger.db"
        create_ledger(where, root=root, project="bench", place="here", at=AT, actor="me").close()
        ledger = open_ledger(where, root=root)
        try:
            yield ledger
        finally:
            ledger.close()


def fill(ledger: Ledger, payloads: Payloads, *, kind: TouchKind = TouchKind.EMAIL) -> None:
    """One touch a payload, each to somebody else, written by the thousand."""
    said = {} if kind is TouchKind.EMAIL else {"kind": kind, "channel": "hook", "method": "POST"}
    for first in range(0, len(payloads), 1000):
        decisions: list[Decision] = []
        for number, payload in enumerate(payloads[first : first + 1000], first):
            to = f"{number}@x.example" if kind is TouchKind.EMAIL else ""
            touch: dict[str, Any] = {
                "channel": "email",
                "recipient": to,
                "payload": payload,
                **said,
            }
            of = make_enrollment(str(number))
            decisions += touching(of, make_touch(of, **{**touch, **said}))
        keep(ledger, decisions, AT)


async def delivered(ledger: Ledger, channel: Channel, number: int) -> None:
    """One delivery of everything."""
    done = await deliver(
        ledger,
        {channel.name: channel},
        lambda: AT + timedelta(minutes=1),
        worker=this_worker(),
        stop=asyncio.Event(),
    )
    await channel.close()
    if done.counts != {channel.name: {"sent": number}}:
        raise SystemExit(f"not all were sent: {done.counts}")


# ---------------------------------------------------------------- webhooks


def hooks(receiver: Receiver) -> Iterator[tuple[str, Seconds]]:
    """Requests with a signature, from the outbox, beside as many by a client that does no more."""
    body = b'{"text": "' + b"x" * 500 + b'"}'

    def checked(act: Callable[[], float]) -> float:
        before = receiver.taken()
        seconds = act()
        if (arrived := receiver.taken() - before) != HOOKS:
            raise SystemExit(f"{HOOKS} were sent, and {arrived} arrived")
        return seconds

    def ours() -> float:
        declared = WebhookChannel("hook", Secret(receiver.url), None, allow_private=True)
        channel = Webhook(declared, url=receiver.url, clock=Now())
        with outbox(None) as ledger:
            fill(ledger, [body] * HOOKS, kind=TouchKind.WEBHOOK)
            return timed(delivered(ledger, channel, HOOKS))

    yield "a bare httpx loop", lambda: checked(lambda: timed(_post(receiver.url, body)))
    yield "webhooks, the whole path, SQLite", lambda: checked(ours)


async def _post(url: str, body: bytes) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(HOOKS):
            (await client.post(url, content=body)).raise_for_status()


TABLES: Mapping[str, Callable[[], None]] = {
    "protocol": the_protocol,
    "paths": the_paths,
    "webhooks": the_webhooks,
}


if __name__ == "__main__":
    collect_late()  # as the program does
    main(*sys.argv[1:])
