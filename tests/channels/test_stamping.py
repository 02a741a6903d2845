"""What a mail gets just before it goes; its signature is judged by the library's own verifier."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from connectors.channels.fakes import FakeChannel
from connectors.channels.signing import Signer
from connectors.channels.stamping import Stamped, stamped
from connectors.channels.table import open_channels
from engine.language.project import DkimKey, Secret, SmtpChannel
from engine.ports import Answer, Follow, Message, Permit, nobody
from engine.problems import Invalid

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
RECORD = b"v=DKIM1; k=rsa; p=" + b64encode(
    KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)
TOKEN = "0123456789abcdef" * 3
LETTER = (
    b"From: Casey <casey@acme.example>\r\nTo: Ann <ann@example.com>\r\nSubject: Hello\r\n"
    b"Date: Tue, 10 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@acme.example>\r\n"
    b"List-Unsubscribe: <https://acme.example/u?token=1>,\r\n <mailto:stop@acme.example>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n.Hello\r\n..\r\nAnn  \r\n\r\n\r\n"
)
EAI = LETTER.replace(b"Ann <ann@", "Anne <änne@".encode()).replace(
    b"Hello\r\nDate", "Grüße\r\nDate".encode()
)
EIGHT_BIT = LETTER.replace(b".Hello", "Grüße".encode())


def declared(**given: object) -> SmtpChannel:
    return SmtpChannel("email", "127.0.0.1", 25, tls="none", **given)  # type: ignore[arg-type]


def letter(payload: bytes = LETTER, token: str = TOKEN) -> Message:
    return Message("1", "email", "ann@example.com", "casey@acme.example", payload, token=token)


def in_dns(name: bytes, timeout: int = 5) -> bytes | None:
    return RECORD if name == b"s1._domainkey.acme.example." else None


def verifies(payload: bytes) -> bool:
    return bool(dkim.verify(payload, dnsfunc=in_dns))


@pytest.mark.parametrize("payload", [LETTER, EAI, EIGHT_BIT], ids=["plain", "SMTPUTF8", "8bit"])
def test_a_signed_mail_verifies(payload: bytes) -> None:
    signed = Signer("acme.example", "s1", PEM)(payload)
    assert signed.endswith(payload)
    assert signed.startswith(b"DKIM-Signature: ")
    assert verifies(signed)
    head = signed.split(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) < 998
    assert b"\n" not in signed.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"Hello\r\nDate", b"Hallo\r\nDate", id="subject"),
        pytest.param(b".Hello", b".Hallo", id="body"),
        pytest.param(b"u?token=1", b"u?token=2", id="way out"),
        pytest.param(b"=One-Click", b"=Two-Click", id="one click"),
        pytest.param(b"MIME-Version", b"From: a@evil.example\r\nMIME-Version", id="second From"),
        pytest.param(b"MIME-Version", b"Subject: more\r\nMIME-Version", id="second Subject"),
        pytest.param(b"MIME-Version", b"Reply-To: a@evil.example\r\nMIME-Version", id="Reply-To"),
        pytest.param(b"MIME-Version", b"Cc: a@evil.example\r\nMIME-Version", id="Cc"),
    ],
)
def test_what_is_changed_or_added_on_the_way_shows(old: bytes, new: bytes) -> None:
    signed = Signer("acme.example", "s1", PEM)(LETTER)
    assert old in signed
    head, _, body = signed.partition(b"From: Casey")
    changed = head + (b"From: Casey" + body).replace(old, new, 1)
    assert not verifies(changed)


def test_what_servers_on_the_way_may_do_breaks_nothing() -> None:
    signed = Signer("acme.example", "s1", PEM)(LETTER)
    received = b"Received: by mx.example.net\r\nReturn-Path: <a@b.example>\r\n" + signed
    assert verifies(
        received.replace(b",\r\n <mailto", b", <mailto").replace(b"Ann  \r\n", b"Ann\r\n")
    )


def test_no_signature_runs_out() -> None:
    """A mail may lie in a queue for days."""
    head = Signer("acme.example", "s1", PEM)(LETTER).split(b"From: Casey")[0]
    assert b"x=" not in head.replace(b"bh=", b"").split(b"b=")[0]


def _pem(key: object, form: PrivateFormat = PrivateFormat.PKCS8, lock: object = None) -> str:
    locked = lock or NoEncryption()
    return key.private_bytes(Encoding.PEM, form, locked).decode()  # type: ignore[attr-defined, no-any-return]


RUBBISH = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
LOCKED = _pem(KEY, lock=BestAvailableEncryption(b"x"))


@pytest.mark.parametrize(
    ("key", "told"),
    [
        pytest.param("", "no private key", id="empty"),
        pytest.param(RUBBISH, "no private key", id="rubbish"),
        pytest.param(LOCKED, "no private key", id="locked"),
        pytest.param(_pem(ed25519.Ed25519PrivateKey.generate()), "no RSA key", id="ed25519"),
        pytest.param(PEM.replace("MII", "MIX"), "no private key", id="cut"),
    ],
)
def test_a_key_that_will_not_do_stops_the_start(key: str, told: str) -> None:
    dkim_key = DkimKey("acme.example", "s1", Secret("${env:DKIM}"))
    found = open_channels({"email": declared(dkim=dkim_key)}, lambda _: key, None)["email"]  # type: ignore[arg-type]
    assert isinstance(found, Invalid)
    assert told in str(found)
    assert "AAAA" not in str(found)


def test_both_forms_of_pem_will_do() -> None:
    old = _pem(KEY, PrivateFormat.TraditionalOpenSSL)
    assert verifies(Signer("acme.example", "s1", old)(LETTER))


@pytest.mark.parametrize(
    ("given", "sender", "first"),
    [
        ({}, "casey@acme.example", b"From: Casey"),
        ({"return_path": "bounces@acme.example"}, f"bounces+{TOKEN}@acme.example", b"From: Casey"),
        ({"provider": "ses"}, "casey@acme.example", b"X-SES-MESSAGE-TAGS: touchline=0123"),
        ({"provider": "postmark"}, "casey@acme.example", b"X-PM-Metadata-touchline: 0123"),
        ({"provider": "sendgrid"}, "casey@acme.example", b'X-SMTPAPI: {"unique_args"'),
    ],
    ids=["nothing", "return path", "ses", "postmark", "sendgrid"],
)
def test_what_stands_on_the_envelope(given: dict[str, str], sender: str, first: bytes) -> None:
    found = stamped(letter(), declared(**given), None)
    assert found.sender == sender
    assert found.payload.startswith(first)
    assert found.payload.endswith(LETTER)
    assert len(found.sender.partition("@")[0]) <= 64


def test_a_mail_without_a_touch_has_no_token() -> None:
    """A preview that is sent to a colleague: nothing that comes back is about a customer."""
    found = stamped(letter(token=""), declared(return_path="b@acme.example", provider="ses"), None)
    assert (found.sender, found.payload) == ("b@acme.example", LETTER)


def test_the_header_of_a_provider_is_signed_too() -> None:
    signer = Signer("acme.example", "s1", PEM)
    found = stamped(letter(), declared(provider="postmark"), signer)
    assert verifies(found.payload)
    assert not verifies(found.payload.replace(b"touchline: 0", b"touchline: 1"))


def test_what_was_stamped_in_advance_is_sent_only_if_it_is_that_message_still() -> None:
    """A digest that is put back may be made again, under its key: then the old one must not go."""
    fake = Following("email")
    channel = Stamped(fake, declared(provider="postmark"), None)
    old, new = letter(b"Subject: old\r\n\r\n"), letter(b"Subject: new\r\n\r\n")
    first = replace(letter(), id="0")

    async def permit() -> bool:
        return True

    async def send_all() -> None:
        await channel.send(first, permit, follow=lambda: old)
        await channel.send(replace(first, id="2"), permit, follow=lambda: new)
        await channel.send(new, permit)

    asyncio.run(send_all())
    assert fake.sent[-1].payload.endswith(new.payload)
    assert [each.payload.endswith(old.payload) for each in fake.followed] == [True, False]


class Following(FakeChannel):
    """Asks what follows each message."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.followed: list[Message] = []

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        if (after := follow()) is not None:
            self.followed.append(after)
        return await super().send(message, permit)


def test_a_channel_is_stamped_where_it_says_so(tmp_path: Path) -> None:
    fake = FakeChannel("email")
    channel = Stamped(fake, declared(return_path="bounces@acme.example"), None)

    async def permit() -> bool:
        return True

    asyncio.run(channel.send(letter(), permit))
    assert [each.sender for each in fake.sent] == [f"bounces+{TOKEN}@acme.example"]
    made = open_channels(
        {"email": declared(), "other": declared(return_path="b@acme.example")},
        lambda secret: str(secret),
        None,  # type: ignore[arg-type]
    )
    assert [isinstance(each, Stamped) for each in made.values()] == [False, True]
