"""The connections of one mail channel: so many at most, used again, and never for too long.

Where the caller knows its next message, the envelope of that leaves with the dot of the one before,
in one write (RFC 2920, 3.1), and the connection is kept for it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass

from connectors.channels.envelope import envelope
from connectors.channels.greeting import Session, connect
from connectors.channels.logins import Logins
from connectors.channels.replies import Reply
from connectors.channels.trust import any_certificate, system_trust
from engine.language.project import SmtpChannel
from engine.ports import Follow, Message

__all__ = ["Connections", "Opened", "Turn"]

# Servers and what lies between drop what is idle for minutes; a new connection costs less than
# finding out. A server that closed a younger one is asked again, see `Smtp`.
_IDLE_S = 30.0
_QUIT_TIMEOUT_S = 2.0  # politeness, no more: nothing depends on the answer
_DOT = b".\r\n"


@dataclass(frozen=True, slots=True)
class Opened:
    """A message whose envelope was said, and what will be the answers to its `count` lines."""

    message: Message
    count: int
    replies: Awaitable[list[Reply]]


@dataclass(frozen=True, slots=True)
class Turn:
    """A connection for one message; `opened` where its envelope left with the dot before it."""

    session: Session
    opened: Opened | None = None


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
        self._room = asyncio.Semaphore(channel.connections)
        self._taken = 0  # of the room
        self._logins = Logins(self._connect)
        self._idle: list[Session] = []
        self._after: dict[Session, Opened] = {}  # until the dot before is answered
        self._begun: dict[str, Turn] = {}  # by message; each holds the room of its connection
        self._farewells: set[asyncio.Task[None]] = set()

    async def take(self, message: Message) -> Turn:
        """The connection on which the message was begun, one that is kept, or a new one.

        Who finds all of them in use waits in turn. Raises NoConnection.
        """
        if begun := self._begun_for(message):
            return begun
        if self._room.locked() and self._begun:
            oldest = next(iter(self._begun))  # what was begun there may never come
            self._drop(self._begun.pop(oldest))
        await self._room.acquire()
        self._taken += 1
        try:
            return Turn(await self._session())
        except BaseException:
            self._leave()
            raise

    def say_dot(
        self, session: Session, follow: Follow, *, patience: float, timeout: float
    ) -> asyncio.Future[list[Reply]]:
        """End the message, begin the one that follows, and give what will be the dot's one answer.

        `patience` and `timeout` are the seconds that the answers to the dot, and to an envelope,
        may take.
        """
        begun = _begin(follow, session) if self._may_go_on(session) else None
        if begun is None:
            return session.conversation.ask(_DOT, 1, timeout=patience)
        after, lines = begun
        answer = session.conversation.ask(_DOT + b"".join(lines), 1, timeout=patience)
        replies = session.conversation.expect(len(lines), timeout=timeout)
        self._after[session] = Opened(after, len(lines), replies)
        return answer

    def give_back(self, session: Session) -> None:
        """Keep a connection for another message, unless it is over or was used enough."""
        session.served += 1
        session.idle_since = asyncio.get_running_loop().time()
        after = self._after.pop(session, None)
        if not (session.is_in_step and session.conversation.is_quiet):
            session.conversation.abort()
        elif after is not None:
            if twice := self._begun.pop(after.message.id, None):
                self._drop(twice)  # it was put back between
            self._begun[after.message.id] = Turn(session, after)
            return
        elif session.served >= self._channel.messages_per_connection:
            self._dismiss(session)
        else:
            self._idle.append(session)
        self._leave()

    async def close(self) -> None:
        """Say QUIT on every connection, on all at once; nobody waits for more than a moment."""
        while self._begun:
            self._drop(self._begun.popitem()[1])
        while self._idle:
            self._dismiss(self._idle.pop())
        await asyncio.gather(*self._farewells)

    def _begun_for(self, message: Message) -> Turn | None:
        """Where its envelope was said, unless that was long ago, or it was made again since."""
        begun = self._begun.pop(message.id, None)
        if begun is None:
            return None
        oldest = asyncio.get_running_loop().time() - _IDLE_S
        is_it = begun.opened is not None and begun.opened.message == message
        if is_it and begun.session.idle_since >= oldest:
            return begun
        self._drop(begun)
        return None

    async def _session(self) -> Session:
        if kept := self._kept():
            return kept
        if self._channel.username is None:
            return await self._connect()
        return await self._logins.session(is_alone=self._taken == 1)

    async def _connect(self) -> Session:
        if self._context is None and self._channel.tls != "none":
            self._context = system_trust() if self._channel.verify else any_certificate()
        return await connect(self._channel, self._password, context=self._context)

    def _leave(self) -> None:
        self._taken -= 1
        self._room.release()

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

    def _may_go_on(self, session: Session) -> bool:
        is_last = session.served + 1 >= self._channel.messages_per_connection
        return "pipelining" in session.extensions and not is_last

    def _drop(self, begun: Turn) -> None:
        """Without its body and dot nothing of a message was sent."""
        begun.session.conversation.abort()
        self._leave()

    def _dismiss(self, session: Session) -> None:
        farewell = asyncio.get_running_loop().create_task(_quit(session))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)


def _begin(follow: Follow, session: Session) -> tuple[Message, list[bytes]] | None:
    """The message that follows and the lines that open it; None where it cannot be begun here."""
    try:
        after = follow()
        lines = envelope(after, session) if after else None
    except Exception:
        # One touch must not stop another: that in hand has its permit and not left yet. This one
        # is made anew in its own turn, and what it raises then ends it alone.
        return None
    return None if after is None or not isinstance(lines, list) else (after, lines)


async def _quit(session: Session) -> None:
    await session.conversation.ask(b"QUIT\r\n", 1, timeout=_QUIT_TIMEOUT_S)
    session.conversation.abort()
