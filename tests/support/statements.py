"""Every statement of a ledger, told as the driver has done it, whoever gave it to the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.pool.base import _ConnectionFairy

__all__ = ["telling"]


class _Telling:
    """A cursor that tells of what it has done."""

    def __init__(self, cursor: Any, done: Callable[[str], None]) -> None:
        self._cursor = cursor
        self._done = done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, text: str, *values: object) -> Any:
        found = self._cursor.execute(text, *values)
        self._done(text)
        return found

    def executemany(self, text: str, *values: object) -> Any:
        found = self._cursor.executemany(text, *values)
        self._done(text)
        return found


@contextmanager
def telling(done: Callable[[str], None]) -> Iterator[None]:
    """Tell of each statement in this block; what `done` raises, the statement's caller meets."""
    make = _ConnectionFairy.cursor

    def cursor(self: PoolProxiedConnection, *arguments: Any, **named: Any) -> Any:
        return _Telling(make(self, *arguments, **named), done)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_ConnectionFairy, "cursor", cursor)
        yield
