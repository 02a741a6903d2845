"""Receivers on loopback, for the demo and for your tests: they keep whatever arrives.

```python
with SmtpReceiver() as mail, WebhookReceiver() as hooks:
    ...                       # send to 127.0.0.1:mail.port and to hooks.url
    print(len(mail.received), hooks.received[0].id)
```
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

__all__ = ["ReceivedMail", "ReceivedRequest", "SmtpReceiver", "WebhookReceiver"]

_LARGEST_BODY = 16 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A message as it came: `data` are its bytes, dot-stuffing undone."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it came; names of headers are in lower case."""

    id: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class SmtpReceiver:
    """A mail server on a free port of loopback that takes everything; no TLS, no login."""

    def __init__(self) -> None:
        self.received: list[ReceivedMail] = []
        self.port = 0
        self._sessions: list[SMTP] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._session, "127.0.0.1", 0)

    def _session(self) -> SMTP:
        session = SMTP(self, loop=self._loop, hostname="localhost", enable_SMTPUTF8=True)
        self._sessions.append(session)
        return session

    async def _stop(self) -> None:
        self._server.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message."""
        data = envelope.original_content or b""
        message_id = BytesHeaderParser().parsebytes(data).get("Message-ID", "")
        recipients = tuple(envelope.rcpt_tos)
        self.received.append(ReceivedMail(message_id, envelope.mail_from or "", recipients, data))
        return f"250 2.0.0 kept as {len(self.received)}"


class WebhookReceiver:
    """An HTTP server on a free port of loopback that answers every request with 204."""

    def __init__(self) -> None:
        self.received: list[ReceivedRequest] = []
        self.url = ""

    def __enter__(self) -> Self:
        self._server = _Server(self.received)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """The server, and the list that its requests are kept in."""

    daemon_threads = True

    def __init__(self, received: list[ReceivedRequest]) -> None:
        super().__init__(("127.0.0.1", 0), _Keeper)
        self.received = received

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news: tests kill clients all the time."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Keeper(BaseHTTPRequestHandler):
    """Keeps the requests of one connection."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def keep(self) -> None:
        """Keep this request, and answer that there is nothing to say."""
        size = int(self.headers.get("content-length") or 0)
        if size > _LARGEST_BODY:
            self.send_error(413)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(size)
        self.server.received.append(
            ReceivedRequest(headers.get("webhook-id", ""), self.command, self.path, headers, body)
        )
        self.send_response(204)
        self.end_headers()

    do_POST = do_PUT = do_PATCH = do_GET = do_DELETE = keep

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what arrived is in `received`."""
