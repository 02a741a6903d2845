"""A page that monitoring reads: one text, made anew for each request, over plain HTTP."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from engine.problems import TouchlineError, Unreachable

__all__ = ["PATH", "serving"]

PATH = "/metrics"
_IDLE_SECONDS = 5.0  # a client that says nothing for so long is let go

_LOG = logging.getLogger("touchline.endpoint")


@contextmanager
def serving(
    host: str, port: int, make: Callable[[], str], *, content_type: str
) -> Iterator[tuple[str, int]]:
    """Answer GET of PATH at an address while inside, from threads of their own; gives the address.

    Port 0 takes a free one. `make` is called once a request, from any thread. Where it raises, that
    request is answered by 503 and the sentence; what it cannot know ends nothing else.

    Raises:
        Unreachable: the address cannot be listened at.
    """
    try:
        server = ThreadingHTTPServer((host, port), _handler(make, content_type))
    except OSError as error:
        raise Unreachable(
            f"no page for monitoring at {host}:{port}: {error.strerror or error}; name a free port "
            "of this machine"
        ) from error
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="endpoint", daemon=True)
    thread.start()
    try:
        yield str(server.server_address[0]), server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(_IDLE_SECONDS)


def _handler(make: Callable[[], str], content_type: str) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        timeout = _IDLE_SECONDS
        server_version = "touchline"
        sys_version = ""

        def do_GET(self) -> None:
            if self.path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, f"there is only {PATH}\n", "text/plain")
                return
            try:
                self._answer(HTTPStatus.OK, make(), content_type)
            except TouchlineError as error:
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n", "text/plain")

        def _answer(self, status: HTTPStatus, text: str, kind: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            _LOG.debug(format, *args)

    return Page
