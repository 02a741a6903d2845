"""The connections of one mail channel: so many at most, used again, and never for too long."""

from __future__ import annotations

import asyncio
import ssl

from connectors.channels.greeting import Session, connect
from connectors.channels.trust import any_certificate, system_trust
from engine.language.project import SmtpChannel

__all__ = ["Connections"]

# Servers and what lies between drop what is idle for minutes; a new connection costs less than
# finding out. A server that closed a younger one is asked again, see `Smtp`.
_IDLE_S = 30.0
_QUIT_TIMEOUT_S = 2.0  # politeness, no more: nothing depends on the answer


class Connections:
    """Opens connections to the server of `channel` as they are needed; none in the constructor.

    `password` and `context` as for `Smtp`.
    """

    def __init__(
        self, channel: SmtpChannel, password: str, *, context: ssl.SSLContext | None
    ) -> None:
        self._channel = channel
        self._password = password
        self._context = context
        self.room = asyncio.Semaphore(channel.connections)
        """Held while a connection is in use; who comes later waits in turn."""
        self._idle: list[Session] = []
        self._farewells: set[asyncio.Task[None]] = set()

    async def take(self) -> Session:
        """The connection that was used last, or a new one; raises NoConnection."""
        if kept := self._kept():
            return kept
        if self._context is None and self._channel.tls != "none":
            self._context = system_trust() if self._channel.verify else any_certificate()
        return await connect(self._channel, self._password, context=self._context)

    def give_back(self, session: Session) -> None:
        """Keep a connection for another message, unless it is over or was used enough."""
        session.served += 1
        if not (session.is_in_step and session.conversation.is_quiet):
            session.conversation.abort()
        elif session.served >= self._channel.messages_per_connection:
            self._dismiss(session)
        else:
            session.idle_since = asyncio.get_running_loop().time()
            self._idle.append(session)

    async def close(self) -> None:
        """Say QUIT on every connection, on all at once; nobody waits for more than a moment."""
        while self._idle:
            self._dismiss(self._idle.pop())
        await asyncio.gather(*self._farewells)

    def _kept(self) -> Session | None:
        """The youngest of the idle connections; those that are too old, or over, are ended."""
        oldest = asyncio.get_running_loop().time() - _IDLE_S
        while self._idle and self._idle[0].idle_since < oldest:
            self._dismiss(self._idle.pop(0))
        while self._idle:
            session = self._idle.pop()
            if session.conversation.is_quiet:
                return session
            session.conversation.abort()
        return None

    def _dismiss(self, session: Session) -> None:
        farewell = asyncio.get_running_loop().create_task(_quit(session))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)


async def _quit(session: Session) -> None:
    await session.conversation.ask(b"QUIT\r\n", 1, timeout=_QUIT_TIMEOUT_S)
    session.conversation.abort()
