"""The `webhook` channel: one signed request, after Standard Webhooks 1.0.0.

The id is the same in every attempt, the timestamp and the signature are the attempt's. A request
is made to an address that was checked, follows nothing, and reads the environment for no proxy.
Delivery page, points 3 and 4 and "Security".
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

import httpx

from connectors.channels.addresses import (
    RefusedUrl,
    Target,
    check_url,
    is_address,
    is_public,
)
from connectors.channels.statuses import verdict_on
from connectors.channels.trust import system_trust
from engine.language.project import WebhookChannel
from engine.ports import (
    Answer,
    Clock,
    Follow,
    Message,
    NotSent,
    Permit,
    Refusal,
    UnknownOutcome,
    nobody,
)

__all__ = ["Resolver", "Webhook", "signing_keys"]

_ANSWER_CAP = 64 * 1024  # bytes read of an answer, so that the connection can serve again
_AT_ONCE = 8  # requests under way to one receiver
_ADDRESSES = 3  # of a host that are tried in one attempt
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host; raises OSError where there are none."""


async def _resolve(host: str, port: int) -> Sequence[str]:
    if is_address(host):
        return [host]  # to ask for it would take a thread
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def signing_keys(secret: str) -> tuple[bytes, ...]:
    """The keys of a secret: one or more `whsec_…` texts with spaces between, the newest first.

    Raises:
        ValueError: a part is not base64; the message is a sentence and holds nothing of it.
    """
    return tuple(_key(part) for part in secret.split())


def _key(part: str) -> bytes:
    try:
        key = base64.b64decode(part.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError(
            "a webhook's secret is `whsec_` and base64; several are set apart by spaces"
        )
    return key


class Webhook:
    """A receiver of signed requests. `url` and `secret` are resolved; no secret, no signature."""

    def __init__(
        self,
        channel: WebhookChannel,
        *,
        url: str,
        clock: Clock,
        secret: str = "",
        resolve: Resolver = _resolve,
    ) -> None:
        """Raise RefusedUrl or ValueError where the URL or the secret will not do."""
        self.name = channel.name
        self.on_unknown = channel.on_unknown
        self.at_once = _AT_ONCE
        self.patience = _ADDRESSES * 2 * channel.timeout  # each: the status, then the rest
        self._channel = channel
        self._target = check_url(url, channel.allow_private)
        self._keys = signing_keys(secret)
        self._clock = clock
        self._resolve = resolve
        self._idle: list[httpx.AsyncHTTPTransport] = []
        self._trust: ssl.SSLContext | None = None

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Check the address, ask the permit, make the request."""
        try:
            async with asyncio.timeout(self._channel.timeout):
                addresses = await self._addresses()
        except TimeoutError:
            return NotSent(Refusal.CHANNEL, "the name of the receiver was not resolved in time")
        except RefusedUrl as refused:
            return NotSent(Refusal.CHANNEL, str(refused))
        except OSError as error:
            return NotSent(Refusal.CHANNEL, f"the receiver's name is not known: {error.strerror}")
        if not await permit():
            return NotSent(Refusal.LATER, "not permitted")
        return await self._attempt(message, addresses)

    async def close(self) -> None:
        """End kept connections."""
        while self._idle:
            await self._idle.pop().aclose()

    async def _addresses(self) -> Sequence[str]:
        """Where the host's name leads now: every address is checked, for any may be taken."""
        addresses = await self._resolve(self._target.host, self._target.port)
        if not self._channel.allow_private and not all(map(is_public, addresses)):
            raise RefusedUrl("the receiver's name leads to an address that is not public")
        return addresses

    async def _attempt(self, message: Message, addresses: Sequence[str]) -> Answer:
        """The request to the first address that can be connected to."""
        answer: Answer = NotSent(Refusal.CHANNEL, "the receiver's name leads to no address")
        transport = self._idle.pop() if self._idle else self._new_transport()
        try:
            for address in addresses[:_ADDRESSES]:
                answer = await self._answer(transport, message, address)
                if not (isinstance(answer, NotSent) and answer.refusal is Refusal.CHANNEL):
                    break
        finally:
            self._idle.append(transport)
        return answer

    async def _answer(
        self, transport: httpx.AsyncHTTPTransport, message: Message, address: str
    ) -> Answer:
        try:
            request = self._request(message, address)
            async with asyncio.timeout(self._channel.timeout):
                response = await transport.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return NotSent(Refusal.CHANNEL, f"no connection to the receiver: {_short(error)}")
        except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError) as error:
            return NotSent(Refusal.MESSAGE, f"the request cannot be written: {_short(error)}")
        except (httpx.TransportError, TimeoutError) as error:
            return UnknownOutcome(f"the receiver gave no answer: {_short(error)}")
        await self._finish(response)
        return _verdict(response, self._clock.now())

    async def _finish(self, response: httpx.Response) -> None:
        """Read the answer to its end or the cap, as it came; nothing in it changes the verdict."""
        size = 0
        body = cast(AsyncGenerator[bytes, None], response.aiter_raw())
        try:
            async with asyncio.timeout(self._channel.timeout), aclosing(body):
                async for part in body:
                    size += len(part)
                    if size >= _ANSWER_CAP:
                        break
        except (httpx.TransportError, TimeoutError):
            pass  # the status has said all there is to know
        finally:
            await response.aclose()

    def _request(self, message: Message, address: str) -> httpx.Request:
        target = self._target
        host = f"[{address}]" if ":" in address else address
        return httpx.Request(
            message.method,
            f"{target.scheme}://{host}:{target.port}{target.path}",
            headers=self._headers(message, target),
            content=message.payload,
            # The name that the certificate must bear, and the server is asked for.
            extensions={"sni_hostname": target.host, "timeout": self._timeout.as_dict()},
        )

    def _headers(self, message: Message, target: Target) -> dict[str, str]:
        """The step's headers, then ours: a step cannot take the place of a signature."""
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {"content-type": "application/json", "user-agent": "touchline"}
        headers.update((name.lower(), value) for name, value in message.headers.items())
        headers = {
            name: value
            for name, value in headers.items()
            if name not in _OURS and not name.startswith("webhook-")
        }
        ours = {
            "host": target.authority,
            "accept-encoding": "identity",  # an answer that unpacks to gigabytes has no use
            "webhook-id": message.id,
            "webhook-timestamp": timestamp,
        }
        if self._keys:
            signed = f"{message.id}.{timestamp}.".encode() + message.payload
            ours["webhook-signature"] = " ".join(_signature(key, signed) for key in self._keys)
        return headers | ours

    @property
    def _timeout(self) -> httpx.Timeout:
        """Half for the connection, so that not having connected is told from having no answer."""
        return httpx.Timeout(self._channel.timeout, connect=self._channel.timeout / 2)

    def _new_transport(self) -> httpx.AsyncHTTPTransport:
        """One for each request under way: a shared pool looks at all of its connections, often.

        A transport follows nothing, keeps no cookies and writes no URL into a log.
        """
        self._trust = self._trust or system_trust()
        return httpx.AsyncHTTPTransport(verify=self._trust, trust_env=False)


def _signature(key: bytes, signed: bytes) -> str:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _verdict(response: httpx.Response, now: datetime) -> Answer:
    wait = _retry_after(response.headers.get("retry-after", ""), now)
    return verdict_on(response.status_code, wait)


def _retry_after(value: str, now: datetime) -> float | None:
    """Seconds that the receiver asks to wait (RFC 9110, 10.2.3); None for rubbish."""
    if value.isascii() and value.isdecimal():
        return float(value[:9])  # thirty years say all: the schedule clamps anyway
    try:
        at = parsedate_to_datetime(value)
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        return max(0.0, (at - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
