"""Connecting to a mail server: greeting, EHLO, TLS, login, all through aiosmtplib.

What goes wrong here is never about a message: nothing was offered yet, and where TLS is wanted
nothing is said in the clear.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import aiosmtplib

from connectors.channels.conversation import Conversation
from connectors.channels.replies import reply_of
from connectors.channels.verdicts import at_connect
from engine.language.project import SmtpChannel
from engine.ports import NotSent, Refusal

__all__ = ["NoConnection", "Session", "connect"]

_CONNECT_TIMEOUT_S = 60.0
_UNKNOWN_TO_SERVER = frozenset({500, 502, 504})  # this way to log in, not these credentials


class NoConnection(Exception):
    """There is no session with the server; `answer` says why."""

    def __init__(self, answer: NotSent) -> None:
        self.answer = answer
        super().__init__(answer.detail)


@dataclass(slots=True, eq=False)
class Session:
    """A logged-in connection, and what the server said it can do (names in lower case).

    `served` are the messages it was used for. `is_in_step`: the server waits for a command;
    `needs_reset`: it still holds what it refused. `idle_since` is an instant of the loop's clock.
    """

    conversation: Conversation
    extensions: Mapping[str, str]
    served: int = 0
    is_in_step: bool = True
    needs_reset: bool = False
    idle_since: float = 0.0


async def connect(
    channel: SmtpChannel, password: str, *, context: ssl.SSLContext | None
) -> Session:
    """A session with the server of `channel`; raises NoConnection."""
    client = aiosmtplib.SMTP(
        hostname=channel.host,
        port=channel.port,
        timeout=_CONNECT_TIMEOUT_S,
        use_tls=channel.tls == "implicit",
        start_tls=False,
        local_hostname="localhost",  # never said: EHLO is given its name below
        tls_context=context,
    )
    where, session = f"{channel.host}:{channel.port}", None
    try:
        session = await _log_on(client, channel, password)
    except aiosmtplib.SMTPResponseException as error:
        if error.code < 0:  # what came was no answer
            raise _no(f"{where} does not speak SMTP: {_one_line(error.message)}") from error
        raise NoConnection(at_connect(reply_of(error.code, error.message))) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
        raise _no(f"no connection to the mail server {where}: {_one_line(str(cause))}") from error
    finally:
        if session is None:
            client.close()
    return session


async def _log_on(client: aiosmtplib.SMTP, channel: SmtpChannel, password: str) -> Session:
    await client.connect()
    await _introduce(client)
    if channel.tls == "starttls":
        await _upgrade(client)
    if channel.username is not None:
        await _log_in(client, channel.username, password)
    return _session(client)


async def _introduce(client: aiosmtplib.SMTP) -> None:
    """EHLO with our address: the one name of this machine that is true and always there."""
    host = str(client.get_transport_info("sockname")[0])
    await client.ehlo(hostname=f"[IPv6:{host}]" if ":" in host else f"[{host}]")


async def _upgrade(client: aiosmtplib.SMTP) -> None:
    if not client.supports_extension("starttls"):
        raise _no(
            "the mail server offers no STARTTLS, which `tls: starttls` wants; nothing is sent"
        )
    await client.starttls()
    await _introduce(client)


async def _log_in(client: aiosmtplib.SMTP, username: str, password: str) -> None:
    """One attempt with the first way both sides know: several would lock an account sooner."""
    ways = {
        "plain": client.auth_plain,
        "login": client.auth_login,
        "cram-md5": client.auth_crammd5,
    }
    offered = [name for name in ways if name in client.server_auth_methods]
    for name in offered:
        try:
            await ways[name](username, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code not in _UNKNOWN_TO_SERVER:
                raise
        else:
            return
    raise _no("the mail server offers no login that is known here (PLAIN, LOGIN, CRAM-MD5)")


def _session(client: aiosmtplib.SMTP) -> Session:
    extensions = dict(client.esmtp_extensions)
    transport = client.transport
    if transport is None:
        raise _no("the mail server closed the connection")
    return Session(Conversation(cast(asyncio.Transport, transport)), extensions)


def _no(detail: str) -> NoConnection:
    return NoConnection(NotSent(Refusal.CHANNEL, detail))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
