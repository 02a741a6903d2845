"""The receivers that the demo starts keep what arrives, and end cleanly."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping

import httpx
import pytest

from connectors.channels.receivers import SmtpReceiver, WebhookReceiver
from connectors.channels.smtp import Smtp
from connectors.channels.table import DeclaredChannel, Resolve, open_channels
from connectors.channels.webhook import Webhook
from engine.language.project import Secret, SmtpChannel, WebhookChannel
from engine.ports import Channel, Clock, Sent
from engine.problems import Invalid
from tests.channels.test_smtp import Permits, letter
from tests.channels.test_webhook import EVENT, NEW, Ticking


def test_mail_is_kept_byte_for_byte() -> None:
    payload = b"Message-ID: <1@acme.example>\r\n\r\n.dots\r\n..\r\n.\r\nend\r\n"
    with SmtpReceiver() as receiver:

        async def send_two() -> None:
            smtp = Smtp(SmtpChannel("email", "127.0.0.1", receiver.port, tls="none"))
            for name in ("ann", "bob"):
                answer = await smtp.send(letter(f"{name}@x.example", payload=payload), Permits())
                assert isinstance(answer, Sent)
            await smtp.close()

        asyncio.run(send_two())
        first, second = receiver.received
    assert (first.message_id, first.data) == ("<1@acme.example>", payload)
    assert (first.recipients, second.recipients) == (("ann@x.example",), ("bob@x.example",))


def test_a_client_that_stays_does_not_keep_the_receiver_up() -> None:
    with SmtpReceiver() as receiver:
        client = socket.create_connection(("127.0.0.1", receiver.port))
        client.recv(100)
    with client:
        assert client.recv(100) == b""


def opened(
    declared: Mapping[str, DeclaredChannel], resolve: Resolve, clock: Clock
) -> dict[str, Channel]:
    """All of them, each of which can be opened."""
    found = open_channels(declared, resolve, clock)
    return {name: each for name, each in found.items() if not isinstance(each, Invalid)}


def test_channels_are_made_from_what_is_declared() -> None:
    """Secrets are resolved here and nowhere before; nothing connects until something is sent."""
    with SmtpReceiver() as mail, WebhookReceiver() as hooks:
        declared = {
            "email": SmtpChannel("email", "127.0.0.1", mail.port, tls="none"),
            "hook": WebhookChannel("hook", Secret("url"), Secret("secret"), allow_private=True),
        }
        secrets = {"url": hooks.url, "secret": NEW}
        channels = opened(declared, lambda secret: secrets[secret.text], Ticking())

        async def send_both() -> None:
            assert isinstance(await channels["email"].send(letter(), Permits()), Sent)
            assert isinstance(await channels["hook"].send(EVENT, Permits()), Sent)
            for channel in channels.values():
                await channel.close()

        asyncio.run(send_both())
        assert [kept.message_id for kept in mail.received] == ["<ok@acme.example>"]
        assert [kept.id for kept in hooks.received] == [EVENT.id]


def test_a_channel_that_cannot_be_opened_says_so_and_stops_no_other() -> None:
    declared = {
        "one": WebhookChannel("one", Secret("url")),
        "two": WebhookChannel("two", Secret("good"), Secret("bad-secret")),
    }
    secrets = {"url": "https://127.0.0.1/", "good": "https://hooks.example/", "bad-secret": "#"}
    declared["three"] = WebhookChannel("three", Secret("good"))
    found = open_channels(declared, lambda secret: secrets[secret.text], Ticking())
    told = [str(each) for each in found.values() if isinstance(each, Invalid)]
    assert len(told) == 2
    assert "public hosts only" in told[0]
    assert "base64" in told[1]
    assert isinstance(found["three"], Webhook)


def test_a_client_that_hangs_up_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    with WebhookReceiver() as receiver:
        port = int(receiver.url.rpartition(":")[2].strip("/"))
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert httpx.get(receiver.url).status_code == 204
    assert capfd.readouterr().err == ""
