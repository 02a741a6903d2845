"""One row of a source changed: made in a transaction, and committed when somebody says so.

Everything but the commit can be taken back, so that what fails before it certainly did not happen.
Rows and columns are found as they are read: by the typed key, among those that the table's `where`
lets count. A value is written in the form that its column has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    TableClause,
    Update,
    bindparam,
    column,
    func,
    literal_column,
    table,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.types import NullType

from connectors.sources.forms import expected
from connectors.sources.reader import SourceReader, Store
from engine.ports import NotSent, Refusal
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef

__all__ = ["RowChange", "Writable", "Writing", "refused", "was_not_committed"]

Value = str | int | float | bool | date


@dataclass(frozen=True, slots=True)
class RowChange:
    """The row of `table` whose `key` is `is_`: columns that become a value, and numbers added."""

    table: TableRef
    key: ColumnRef
    is_: str | int
    becomes: tuple[tuple[ColumnRef, Value], ...] = ()
    adds: tuple[tuple[ColumnRef, int | float], ...] = ()


@runtime_checkable
class Writable(Protocol):
    """A database that a row can be changed in."""

    def begin_change(self) -> Writing:
        """Open a transaction to write in.

        Raises:
            DBAPIError: it does not answer, or does not let anybody in.
            Unreachable: it is not there at all.
        """


class Writing:
    """An open transaction on a database; `close` undoes what was not committed."""

    def __init__(self, connection: Connection, store: Store, zones: Mapping[str, ZoneInfo]) -> None:
        self._connection = connection
        self._store = store
        self._zones = zones
        self._reader = SourceReader(store, zones)

    def make(self, change: RowChange) -> int:
        """Change the row, uncommitted; how many rows bear the key.

        Raises:
            SourceFault: a table or column is not there, or of a type that cannot hold the value.
            DBAPIError: the database refuses it.
        """
        return self._connection.execute(self._statement(change)).rowcount

    def commit(self) -> None:
        """The one act that cannot be taken back; DBAPIError where it fails."""
        self._connection.commit()

    def close(self) -> None:
        """Undo what was not committed, and end the connection."""
        try:
            self._connection.close()
        except DBAPIError:
            self._connection.invalidate()  # nothing was committed over it: the server undoes it

    def _statement(self, change: RowChange) -> Update:
        there = change.table
        target = self._target(there)
        found = self._reader.plain(target, change.key, there) == change.is_
        values: dict[Any, Any] = {}
        for ref, value in change.becomes:
            stored = self._stored(value, ref, target, there)
            values[target.c[ref.column]] = bindparam(None, stored, NullType())
        for ref, number in change.adds:
            self._reader.column(target, ref, there)  # it is there, and holds numbers
            now = func.coalesce(target.c[ref.column], literal_column("0"))
            values[target.c[ref.column]] = now + self._number(number)
        which = (found, *self._reader.counts(target, there))
        return update(target).where(*which).values(values)

    def _target(self, there: TableRef) -> TableClause:
        schema, name = self._store.address(there)
        names = self._store.columns(there)
        return table(name, *(column(each) for each in names), schema=schema)

    def _number(self, number: int | float) -> Any:
        """Bare: the column's own type decides, so that no decimal passes through a double."""
        said = str(number) if self._dialect == "postgresql" else number
        return bindparam(None, said, NullType())

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name

    # ------------------------------------------------------------ forms

    def _stored(self, value: Value, ref: ColumnRef, target: TableClause, there: TableRef) -> object:
        """A value in the form of its column."""
        self._reader.column(target, ref, there)  # raises where there is no such column, or form
        stored = self._store.columns(there)[ref.column].casefold()
        said = self._said(value, ref, stored, target, there)
        # Postgres takes a text of no type for whatever the column is.
        return str(said) if self._dialect == "postgresql" else said

    def _said(
        self, value: Value, ref: ColumnRef, stored: str, target: TableClause, there: TableRef
    ) -> object:
        match value:
            case datetime():
                return self._instant(value, ref, stored, target, there)
            case date():
                return value.isoformat()
            case bool():
                is_native = (self._dialect, stored) == ("postgresql", "boolean")
                return str(value).lower() if is_native else int(value)
            case _:
                return value

    def _instant(
        self, at: datetime, ref: ColumnRef, stored: str, target: TableClause, there: TableRef
    ) -> object:
        if ref.format in _EPOCHS:
            return int(at.timestamp()) * _EPOCHS[ref.format]
        base = stored.partition("(")[0].strip()
        if base == "date" and self._dialect != "sqlite":
            raise SourceFault(
                f"{there}.{ref.column} is of type {stored}, which holds no time; expected "
                f"{expected(ref)}"
            )
        if (zone := self._zone_of(base, there)) is not None:
            return at.astimezone(zone).replace(tzinfo=None).isoformat(" ")
        ordered = self._reader.ordered(target, ref, there)
        if ordered is not None and self._dialect == "sqlite":
            return ordered.written(at)  # as all the others in the column are
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def _zone_of(self, base: str, there: TableRef) -> ZoneInfo | None:
        """The zone of native times that bear none; None where they say it."""
        if (self._dialect, base) in _LOCAL:
            return self._zones[there.connector]
        return ZoneInfo("UTC") if (self._dialect, base) in _IN_UTC else None


_EPOCHS = {"epoch": 1, "epoch_ms": 1_000}
_LOCAL = {("postgresql", "timestamp without time zone"), ("mysql", "datetime")}
_IN_UTC = {("mysql", "timestamp")}  # its session is in UTC


# ---------------------------------------------------------------- what went wrong

_LOCKED_SQLITE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_REFUSED_SQLITE = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_RANGE,
}
_LOCKED_STATES = ("40", "55P03", "57014")  # deadlocks, locks and time that was over
_CHANNEL_STATES = ("08", "25006", "28", "3D", "53", "57P", "58")
_NO_RIGHT_STATE = "42501"
_LOCKED_MARIA = {1205, 1213, 1317, 1969, 3024}
_NO_RIGHT_MARIA = {1044, 1142, 1143, 1370}
_CHANNEL_MARIA = {1040, 1045, 1049, 1129, 1130, 1203, 1226, 1227, 1290, 1698, 1836}
_CLIENT_OF_MARIA = range(2000, 3000)


def refused(error: DBAPIError) -> NotSent:
    """What a database said before anything was committed: try again, or never."""
    told = " ".join(_words(error).split()) or type(error).__name__
    match _refusal(error):
        case "right":
            return NotSent(Refusal.LATER, f"the row may not be written: {told}; grant UPDATE on it")
        case "locked":
            return NotSent(Refusal.LATER, f"the row is locked by somebody else: {told}")
        case "channel":
            return NotSent(Refusal.CHANNEL, f"the database does not answer: {told}")
        case _:
            return NotSent(Refusal.MESSAGE, f"the database refuses it: {told}")


def was_not_committed(error: DBAPIError) -> bool:
    """Whether a commit that failed certainly left nothing behind: the database itself said so."""
    if error.connection_invalidated:
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in {*_LOCKED_SQLITE, sqlite3.SQLITE_CONSTRAINT}
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(("23", "40")) and state != "40003"
    return _number_of(error) in {1205, 1213}


def _refusal(error: DBAPIError) -> str:
    code = getattr(error.orig, "sqlite_errorcode", None)
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(code or sqlite3.SQLITE_ERROR)
    if error.connection_invalidated:
        return "channel"
    if isinstance(error, IntegrityError):
        return "value"
    if state is not None:
        return _of_state(state)
    number = _number_of(error)
    return _of_maria(number) if number else "channel"  # no answer at all


def _of_sqlite(code: int) -> str:
    base = code & 0xFF
    if base in _LOCKED_SQLITE:
        return "locked"
    return "value" if base in _REFUSED_SQLITE else "channel"


def _of_state(state: str) -> str:
    if state == _NO_RIGHT_STATE:
        return "right"
    if state.startswith(_LOCKED_STATES):
        return "locked"
    return "channel" if state.startswith(_CHANNEL_STATES) else "value"


def _of_maria(number: int) -> str:
    if number in _NO_RIGHT_MARIA:
        return "right"
    if number in _LOCKED_MARIA:
        return "locked"
    is_away = number in _CHANNEL_MARIA or number in _CLIENT_OF_MARIA
    return "channel" if is_away else "value"


def _arguments(error: DBAPIError) -> Sequence[object]:
    return () if error.orig is None else error.orig.args


def _number_of(error: DBAPIError) -> int:
    arguments = _arguments(error)
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0


def _words(error: DBAPIError) -> str:
    """The database's own words, without the address, in which a password could stand."""
    arguments = _arguments(error)
    return str(arguments[-1] if arguments else error.orig)
