"""Logging in, once before many do: a password that is wrong must not lock the account.

Providers lock it after a few attempts. Where no connection stands, one goes ahead; those who come
meanwhile wait for it, and where it fails its answer is theirs, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from connectors.channels.greeting import NoConnection, Session

__all__ = ["Logins"]

Connect = Callable[[], Coroutine[None, None, Session]]


class Logins:
    """Sessions that log in by `connect`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._ahead: asyncio.Task[Session] | None = None

    async def session(self, *, is_alone: bool) -> Session:
        """A new session; `is_alone`: no other connection stands. Raises NoConnection."""
        ahead = self._ahead
        while ahead is not None and not ahead.done():
            await asyncio.wait([ahead])
            if not ahead.cancelled() and isinstance(error := ahead.exception(), NoConnection):
                raise NoConnection(error.answer)
            ahead = self._ahead
        if ahead is None or is_alone or ahead.cancelled() or ahead.exception():
            ahead = self._ahead = asyncio.create_task(self._connect())
            return await ahead
        return await self._connect()
