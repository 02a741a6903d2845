"""One connection of HTTP/1.1 to one address. The protocol is h11's, the bytes are asyncio's.

Nothing is followed, unpacked or remembered, and no proxy stands between: the address that was
checked is the one that is connected to.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Self

import h11

__all__ = ["HttpConnection"]

_LONGEST_HEAD = 64 * 1024  # bytes of a status and its headers


class HttpConnection(asyncio.Protocol):
    """A connection to `address`. `idle_since` is an instant of the loop's clock."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.idle_since = 0.0
        self._wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
        self._transport: asyncio.Transport
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Future[None] | None = None

    @classmethod
    async def open(
        cls, address: str, port: int, *, trust: ssl.SSLContext | None, name: str
    ) -> Self:
        """Connect; with `trust` over TLS, where the certificate must bear `name`.

        Raises:
            OSError: nobody listens, or the certificate is not good.
        """
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: cls(address), address, port, ssl=trust, server_hostname=name if trust else None
        )
        return connection

    @property
    def may_serve(self) -> bool:
        """Whether it is open, and neither a request nor an answer is left of what was before."""
        is_between = self._wire.our_state is h11.IDLE and self._wire.trailing_data == (b"", False)
        transport = self._transport
        return is_between and not transport.is_closing() and not transport.get_write_buffer_size()

    async def ask(self, request: h11.Request, body: bytes) -> h11.Response:
        """Write a request in one piece, and read the status and the headers of its answer.

        The answer is heard while the request is still on its way: whoever refuses a body may say
        so before it has come.

        Raises:
            h11.LocalProtocolError: such a request cannot be written; nothing was.
            h11.RemoteProtocolError: no answer came, or none that is HTTP.
        """
        events = (request, h11.Data(data=body), h11.EndOfMessage())
        self._transport.write(b"".join(self._wire.send(event) or b"" for event in events))
        while not isinstance(event := await self._event(), h11.Response):
            if isinstance(event, h11.ConnectionClosed):
                raise h11.RemoteProtocolError("the connection was closed without an answer")
        return event

    async def finish(self, most: int) -> None:
        """Read the rest of an answer, up to so many bytes, so that the connection may serve again.

        Raises:
            h11.RemoteProtocolError: it broke off; what came before stands.
        """
        size = 0
        while size < most and self._wire.their_state is h11.SEND_BODY:
            event = await self._event()
            size += len(event.data) if isinstance(event, h11.Data) else 0
        if self._wire.our_state is h11.DONE and self._wire.their_state is h11.DONE:
            self._wire.start_next_cycle()
            self.idle_since = self._loop.time()

    def close(self) -> None:
        """End it now."""
        self._transport.abort()

    async def _event(self) -> h11.Event:
        while not isinstance(event := self._wire.next_event(), h11.Event):
            if event is h11.PAUSED:
                raise h11.RemoteProtocolError("more came than was asked for")
            self._heard = self._loop.create_future()
            await self._heard
        return event

    def _hear(self, data: bytes) -> None:
        if not self._wire.trailing_data[1]:
            self._wire.receive_data(data)  # empty: nothing more will come
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(None)

    # -- called by the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._hear(data)

    def eof_received(self) -> None:
        self._hear(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        self._hear(b"")
