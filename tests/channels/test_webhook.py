"""The webhook channel: what arrives, whom it believes, what the answers mean."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

import connectors.channels.webhook as module
from connectors.channels.addresses import RefusedUrl
from connectors.channels.webhook import Webhook, signing_keys
from engine.language.project import Secret, WebhookChannel
from engine.ports import Answer, Message, NotSent, Refusal, Sent, UnknownOutcome
from tests.channels.test_smtp import Permits, kind
from tests.support.certificates import server_context, trusting
from tests.support.http_server import Answer as Reply
from tests.support.http_server import ScriptedHttpServer

OLD = "whsec_" + base64.b64encode(b"an old key of thirty-two bytes!!").decode()
NEW = "whsec_" + base64.b64encode(b"a new key of thirty-two bytes!!!").decode()
EVENT = Message("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", "hook", "", "", b'{"hello": "w\xc3\xb6rld"}')


class Ticking:
    """The time now, and a second more at each look."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        """A second later each time."""
        self.at += timedelta(seconds=1)
        return self.at


def channel(url: str, **said: Any) -> Webhook:
    """A channel that may go to loopback."""
    rest = {name: said.pop(name) for name in ("secret", "resolve", "clock") if name in said}
    settings = {"allow_private": True, "timeout": 2.0, **said}
    declared = WebhookChannel("hook", Secret("url"), **settings)
    return Webhook(declared, url=url, **{"clock": Ticking(), **rest})


def send(webhook: Webhook, *messages: Message, permit: Permits | None = None) -> list[Answer]:
    """Send messages one after the other, and close the channel."""

    async def all_of_them() -> list[Answer]:
        try:
            return [await webhook.send(one, permit or Permits()) for one in messages or (EVENT,)]
        finally:
            await webhook.close()

    return asyncio.run(all_of_them())


# ---------------------------------------------------------------- what arrives


def test_what_arrives_is_what_was_rendered_and_verifies() -> None:
    message = Message(EVENT.id, "hook", "", "", EVENT.payload, "PUT", {"X-Team": "cs"})
    with ScriptedHttpServer() as server:
        assert isinstance(send(channel(server.url, secret=NEW), message)[0], Sent)
        [request] = server.requests
    assert (request.method, request.path) == ("PUT", "/hook?a=b")
    assert request.body == EVENT.payload
    assert request.headers["x-team"] == "cs"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["webhook-id"] == EVENT.id
    Verifier(NEW).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(NEW).verify(request.body + b" ", request.headers)


def test_two_secrets_give_two_signatures_and_both_verify() -> None:
    with ScriptedHttpServer() as server:
        send(channel(server.url, secret=f"{NEW} {OLD}"))
        [request] = server.requests
    assert request.headers["webhook-signature"].count("v1,") == 2
    for secret in (OLD, NEW):
        Verifier(secret).verify(request.body, request.headers)


def test_without_a_secret_there_is_no_signature() -> None:
    with ScriptedHttpServer() as server:
        send(channel(server.url))
        assert "webhook-signature" not in server.requests[0].headers
        assert server.requests[0].headers["webhook-id"] == EVENT.id


def test_an_attempt_has_the_same_id_and_its_own_timestamp() -> None:
    with ScriptedHttpServer(Reply(500)) as server:
        answers = send(channel(server.url, secret=NEW), EVENT, EVENT)
        first, second = server.requests
    assert [kind(answer) for answer in answers] == ["later", "Sent"]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    Verifier(NEW).verify(second.body, second.headers)


def test_headers_of_a_step_do_not_take_the_place_of_ours() -> None:
    theirs = {"Webhook-Id": "x", "webhook-signature": "v1,x", "HOST": "evil", "Content-Length": "1"}
    theirs |= {"Transfer-Encoding": "chunked", "Content-Type": "text/plain"}
    message = Message(EVENT.id, "hook", "", "", EVENT.payload, headers=theirs)
    with ScriptedHttpServer() as server:
        send(channel(server.url, secret=NEW), message)
        [request] = server.requests
    Verifier(NEW).verify(request.body, request.headers)
    assert request.headers["host"].startswith("127.0.0.1")
    assert request.headers["content-type"] == "text/plain"
    assert "transfer-encoding" not in request.headers


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "grün", "a\0b"])
def test_a_header_that_cannot_be_written_fails_its_message(value: str) -> None:
    message = Message(EVENT.id, "hook", "", "", b"{}", headers={"x-name": value})
    with ScriptedHttpServer() as server:
        first, second = send(channel(server.url), message, EVENT)
        assert (kind(first), kind(second)) == ("message", "Sent")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "secret", ["whsec_", "whsec_###", "not base64 at all", "whsec_YQ== whsec_"]
)
def test_a_secret_that_is_none_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="base64") as refused:
        channel("http://127.0.0.1:1/", secret=secret)
    assert secret == "whsec_" or secret not in str(refused.value)
    assert signing_keys("") == ()


# ---------------------------------------------------------------- what the answers mean


def http_date(ahead: timedelta) -> str:
    """A date as HTTP writes it."""
    return format_datetime(datetime.now(UTC) + ahead, usegmt=True)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "Sent"),
        (201, "Sent"),
        (204, "Sent"),
        (301, "message"),
        (304, "message"),
        (400, "message"),
        (401, "message"),
        (404, "message"),
        (408, "later"),
        (410, "credentials"),
        (413, "message"),
        (425, "later"),
        (429, "later"),
        (500, "later"),
        (502, "later"),
        (503, "later"),
        (599, "later"),
        (299, "Sent"),
        (499, "message"),
    ],
)
def test_a_status_means(status: int, expected: str) -> None:
    with ScriptedHttpServer(Reply(status, body=b"" if status == 304 else b"words")) as server:
        [answer] = send(channel(server.url))
    assert kind(answer) == expected
    assert str(status) in answer.detail
    assert "words" not in answer.detail


@pytest.mark.parametrize(
    ("value", "shortest", "longest"),
    [
        ("120", 120, 120),
        ("86400", 86400, 86400),
        ("0", 0, 0),
        pytest.param(http_date(timedelta(hours=1)), 3000, 3600, id="a date"),
        pytest.param(http_date(-timedelta(hours=1)), 0, 0, id="a date that has passed"),
        ("99999999999999999999", 999999999, 999999999),
        ("-1", None, None),
        ("1.5", None, None),
        ("soon", None, None),
        ("", None, None),
        ("²", None, None),
    ],
)
def test_retry_after(value: str, shortest: float | None, longest: float | None) -> None:
    headers = {"Retry-After": value.encode().decode("latin-1")}
    with ScriptedHttpServer(Reply(429, headers)) as server:
        [answer] = send(channel(server.url))
    assert isinstance(answer, NotSent)
    if shortest is None or longest is None:
        assert answer.retry_after is None
    else:
        assert answer.retry_after is not None
        assert shortest <= answer.retry_after <= longest


def test_a_redirect_is_not_followed() -> None:
    with ScriptedHttpServer() as other:
        location = {"Location": other.url}
        with ScriptedHttpServer(Reply(301, location), Reply(307, location)) as server:
            answers = send(channel(server.url), EVENT, EVENT)
        assert [kind(answer) for answer in answers] == ["message", "message"]
        assert other.requests == []


def test_a_receiver_that_is_slow_or_breaks_off_may_have_got_it() -> None:
    """It is tried again with the same id, so that the receiver can tell."""
    with ScriptedHttpServer(Reply(after_s=0.6), Reply(drops=True)) as server:
        answers = send(channel(server.url, timeout=0.3), EVENT, EVENT)
        assert all(isinstance(answer, UnknownOutcome) for answer in answers)
        assert len({request.headers["webhook-id"] for request in server.requests}) == 1


def test_an_endless_answer_is_cut() -> None:
    with ScriptedHttpServer(Reply(200, body=b"x" * 10_000, endless=True)) as server:
        [answer] = send(channel(server.url))
        assert isinstance(answer, Sent)
        assert server.sent_bytes < 20_000_000


def test_an_answer_that_unpacks_to_much_is_not_unpacked() -> None:
    bomb = {"content-encoding": "gzip"}
    with ScriptedHttpServer(Reply(200, bomb, b"\x1f\x8b rubbish")) as server:
        assert isinstance(send(channel(server.url))[0], Sent)
        assert server.requests[0].headers["accept-encoding"] == "identity"


def test_an_answer_that_drips_does_not_change_what_its_status_said() -> None:
    with ScriptedHttpServer(Reply(500, {"content-length": "10"})) as server:
        assert kind(send(channel(server.url, timeout=0.3))[0]) == "later"


def test_nobody_listening_is_the_channels_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    [answer] = send(channel(f"http://127.0.0.1:{port}/secret-path"))
    assert kind(answer) == "channel"
    assert "secret-path" not in answer.detail


def test_without_a_permit_no_request_is_made() -> None:
    with ScriptedHttpServer() as server:
        [answer] = send(channel(server.url), permit=Permits(False))
        assert answer == NotSent(Refusal.LATER, "not permitted")
        assert server.requests == []


# ---------------------------------------------------------------- where it goes


def leading_to(*answers: Sequence[str]) -> Any:
    """A resolver that gives these, one after the other, the last for ever."""
    script = [list(answer) for answer in answers]

    async def resolve(host: str, port: int) -> Sequence[str]:
        return script.pop(0) if len(script) > 1 else script[0]

    return resolve


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"]],
    ids=str,
)
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(addresses: list[str]) -> None:
    permit = Permits()
    webhook = channel("https://hooks.example/", allow_private=False, resolve=leading_to(addresses))
    [answer] = send(webhook, permit=permit)
    assert kind(answer) == "channel"
    assert "not public" in answer.detail
    assert permit.asked == 0


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that leads elsewhere a moment later is not asked again; the certificate is its own."""
    monkeypatch.setattr(module, "system_trust", trusting)
    with ScriptedHttpServer(tls=server_context()) as server:
        resolve = leading_to(["127.0.0.1"], ["192.0.2.1"])
        url = f"https://hooks.example:{server.port}/x"
        [answer] = send(channel(url, resolve=resolve, secret=NEW))
        assert isinstance(answer, Sent)
        assert server.requests[0].headers["host"] == f"hooks.example:{server.port}"


def test_a_certificate_for_another_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "system_trust", trusting)
    with ScriptedHttpServer(tls=server_context()) as server:
        url = f"https://other.example:{server.port}/x"
        [answer] = send(channel(url, resolve=leading_to(["127.0.0.1"])))
        assert kind(answer) == "channel"
        assert server.requests == []


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedHttpServer() as proxy, ScriptedHttpServer() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert isinstance(send(channel(server.url))[0], Sent)
        assert proxy.requests == []


def test_the_next_address_is_tried_where_one_is_dead() -> None:
    with ScriptedHttpServer() as server:
        dead_first = leading_to(["127.0.0.2", "127.0.0.1"])
        url = f"http://hooks.example:{server.port}/"
        assert isinstance(send(channel(url, resolve=dead_first))[0], Sent)
        assert len(server.requests) == 1


def test_a_name_that_nobody_knows_is_the_channels_failure() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    [answer] = send(channel("http://hooks.example/", resolve=unknown))
    assert kind(answer) == "channel"


def test_a_url_is_refused_when_the_channel_is_made() -> None:
    with pytest.raises(RefusedUrl):
        channel("https://127.0.0.1/", allow_private=False)
