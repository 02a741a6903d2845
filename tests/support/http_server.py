"""An HTTP server with scripted answers, on a free port of loopback."""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

__all__ = ["Answer", "Request", "ScriptedHttpServer"]


@dataclass(frozen=True)
class Answer:
    """A status with headers and a body; `endless` repeats it, `after_s` is slow, `drops` breaks."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    endless: bool = False
    after_s: float = 0.0
    drops: bool = False


@dataclass(frozen=True)
class Request:
    """A request as it came; names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class ScriptedHttpServer:
    """Gives `answers` one after the other, then 204 for ever; keeps the requests."""

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.sent_bytes = 0
        self._tls = tls
        self.port = 0

    def __enter__(self) -> Self:
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(size)
                script.requests.append(Request(self.command, self.path, headers, body))
                self.give(script.answers.pop(0) if script.answers else Answer())

            def give(self, answer: Answer) -> None:
                time.sleep(answer.after_s)
                if answer.drops:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.endless:
                    self.close_connection = True
                elif answer.status != 204 and "content-length" not in answer.headers:
                    self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                try:
                    self.wfile.write(answer.body)
                    while answer.endless:
                        self.wfile.write(answer.body)
                        script.sent_bytes += len(answer.body)
                except OSError:
                    self.close_connection = True

            do_POST = do_PUT = do_GET = answer

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if self._tls is not None:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook?a=b"
