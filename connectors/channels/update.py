"""Writing fields back: one row of a source, changed in one transaction. Language, section 5.

The one act that cannot be taken back is the commit: the row is changed before, and the permit asked
between the two. So a crash costs few unknowns, as with the dot that ends a mail.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from connectors.sources.writing import RowChange, Writable, Writing, refused, was_not_committed
from engine.language.catalog import Kind
from engine.ports import (
    Answer,
    Follow,
    Message,
    NotSent,
    Permit,
    Refusal,
    Sent,
    UnknownOutcome,
    nobody,
)
from engine.problems import Invalid, Misuse, SourceFault, Unreachable
from engine.tables import ColumnRef, TableRef

__all__ = ["Update", "change_in"]

_PATIENCE_S = 120.0


class Update:
    """The built-in channel of updates. `databases` gives those that can be written, when asked."""

    on_unknown = "hold"  # of additions; a value that was set is set again
    patience = _PATIENCE_S
    at_once = 1  # whoever changes a row stands in line

    def __init__(self, databases: Callable[[], Mapping[str, Writable]]) -> None:
        self.name = "update"
        self._build = databases
        self._databases: Mapping[str, Writable] | None = None
        self._turn = asyncio.Lock()

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Change the row, ask the permit, commit. One at a time: rows of a file lock each other."""
        change = change_in(message.payload)
        async with self._turn:
            made = await asyncio.to_thread(self._make, change)
            if isinstance(made, NotSent):
                return made
            try:
                if not await permit():
                    return NotSent(Refusal.LATER, "not permitted")
                return await asyncio.to_thread(_commit, made)
            finally:
                made.close()

    async def close(self) -> None:
        """Nothing stays open between two changes."""
        self._databases = None

    def _make(self, change: RowChange) -> Writing | NotSent:
        """The changed row, uncommitted; or why it is not changed."""
        try:
            database = self._writable(change.table.connector)
            if database is None:
                return NotSent(Refusal.MESSAGE, _no_writer(change.table.connector))
            writing = database.begin_change()
        except DBAPIError as error:
            return refused(error)
        except (Unreachable, Invalid, Misuse) as error:
            return NotSent(Refusal.CHANNEL, str(error))
        answer = _made(writing, change)
        if answer is None:
            return writing
        writing.close()
        return answer

    def _writable(self, connector: str) -> Writable | None:
        if self._databases is None:
            self._databases = self._build()
        return self._databases.get(connector)


def _no_writer(connector: str) -> str:
    return f"the connector {connector} cannot be written; an update needs SQLite, Postgres or MySQL"


def _made(writing: Writing, change: RowChange) -> NotSent | None:
    try:
        rows = writing.make(change)
    except DBAPIError as error:
        return refused(error)
    except SourceFault as fault:
        return NotSent(Refusal.LATER, str(fault))
    except Unreachable as error:
        return NotSent(Refusal.CHANNEL, str(error))
    if rows == 1:
        return None
    row = f"{change.table} whose {change.key.column} is {change.is_}"
    if rows == 0:
        return NotSent(Refusal.GONE, f"there is no row of {row}")
    return NotSent(Refusal.MESSAGE, f"{rows} rows of {row}; none was changed")


def _commit(writing: Writing) -> Answer:
    try:
        writing.commit()
    except DBAPIError as error:
        if was_not_committed(error):
            return refused(error)
        return UnknownOutcome(f"the commit got no answer: {type(error.orig).__name__}")
    return Sent("1 row changed")


# ---------------------------------------------------------------- what a touch says


def change_in(payload: bytes) -> RowChange:
    """The change that the bytes of a touch say, as its step wrote them."""
    said = json.loads(payload)
    where = tuple((name, tuple(allowed)) for name, allowed in said["where"])
    return RowChange(
        TableRef(said["connector"], said["table"], where),
        _ref(said["key"]),
        _value(said["key"]),
        becomes=tuple((_ref(each), _value(each)) for each in said["set"]),
        adds=tuple((_ref(each), each["value"]) for each in said["add"]),
    )


def _ref(said: Mapping[str, Any]) -> ColumnRef:
    return ColumnRef(said["column"], Kind(said["kind"]), said.get("format"))


def _value(said: Mapping[str, Any]) -> Any:
    match Kind(said["kind"]):
        case Kind.TIMESTAMP:
            return datetime.fromisoformat(said["value"])
        case Kind.DATE:
            return date.fromisoformat(said["value"])
        case _:
            return said["value"]
