"""The outside, as protocols of a few methods. `connectors/` implements them, `cli.py` ties them.

Nothing that implements a port connects, reads the environment or opens a file in its constructor.
"""

from __future__ import annotations

from collections.abc import (
    Awaitable,
    Callable,
    Hashable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AbstractContextManager
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from engine.records import dataclass
from engine.tables import ColumnRef, TableRef

if TYPE_CHECKING:  # what only sends or validates starts without the library
    from sqlalchemy import Executable, Select
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql import ColumnElement, FromClause

__all__ = [
    "ABOUT_THE_MAILBOX",
    "TAG",
    "Answer",
    "Channel",
    "Clock",
    "Database",
    "Filled",
    "Follow",
    "Message",
    "NotSent",
    "Ordered",
    "Permit",
    "Reader",
    "Recipient",
    "Refusal",
    "Row",
    "Sent",
    "StoreKind",
    "UnknownOutcome",
    "nobody",
]

Row = tuple[object, ...]


class Clock(Protocol):
    """Tells the time; held by `cli.py` and `daemon.py` only."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""

    def uptime(self) -> float:
        """Seconds since the machine started, those in which it slept included; never set."""


# ---------------------------------------------------------------- sources


class StoreKind(StrEnum):
    """How a store reads: a column store scans once for many figures, a row store seeks."""

    COLUMN = "column"
    ROW = "row"


class Database(Protocol):
    """One database that holds the tables of one or more connectors.

    Tables of all connectors that share a `Database` can stand in one statement. All `files`
    connectors of a project share one.
    """

    id: str
    kind: StoreKind
    dialect: Dialect

    def open(self) -> AbstractContextManager[Reader]:
        """One snapshot: every statement read through it sees the same data, read-only.

        Raises:
            Unreachable: it does not answer; the message names the connector and what to do.
        """


@dataclass(frozen=True, slots=True)
class Ordered:
    """A column of times as it is stored, whose order is that of the instants it stands for.

    Every value in it is of one `form`, which says whole seconds as `written` does; two such columns
    of the same form compare with each other.
    """

    column: ColumnElement[object]
    form: str
    written: Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Filled:
    """A statement that is kept, with the values of its parameters by their keys for this once.

    `texts` are those of the dialects that ran it, as SQLAlchemy keeps them.
    """

    statement: Select[tuple[object, ...]]
    parameters: Mapping[str, object]
    texts: MutableMapping[Any, Any]


Found = TypeVar("Found")


class Reader(Protocol):
    """An open snapshot of one database.

    Typed columns are two things: `relation(table)` gives the raw rows that count (the table's
    `where` applied), and `column(relation, ref)` the value read as `ref.kind`, missing as NULL:
    text that is empty or white space is NULL; timestamps are comparable UTC instants; booleans are
    booleans. Compared with constants, a typed column lets indexes and file statistics serve.
    """

    def relation(self, table: TableRef) -> FromClause:
        """The rows of a table that count; raises SourceFault where it does not exist."""

    def column(
        self, relation: FromClause, ref: ColumnRef, table: TableRef
    ) -> ColumnElement[object]:
        """The typed value of a column; raises SourceFault where the column does not exist."""

    def plain(self, relation: FromClause, ref: ColumnRef, table: TableRef) -> ColumnElement[object]:
        """The column for `=`, `<>` and `IN` with constants that are not blank text.

        It equals such a constant exactly where `column` does, and may hold blank text where that
        is NULL; bare wherever the stored form allows it, so that indexes and statistics serve.
        """

    def ordered(self, relation: FromClause, ref: ColumnRef, table: TableRef) -> Ordered | None:
        """A timestamp for comparisons, bare, where the store's own order will do; else None.

        May look at every value of the column, once a snapshot.
        """

    def order(self, ref: ColumnRef, table: TableRef) -> str | None:
        """The form of what `ordered` gives, None where that is None; looked at once a snapshot."""

    def is_never_blank(self, ref: ColumnRef, table: TableRef) -> bool:
        """Whether a text column is known to hold no blank text, so that `column` gives it bare.

        Told without reading the table, once a snapshot; where nothing is known it may hold some.
        """

    def layout(self, table: TableRef) -> Hashable:
        """All that the text of a statement on a table hangs on but what the two above tell."""

    def counts(self, relation: FromClause, table: TableRef) -> Sequence[ColumnElement[bool]]:
        """The table's `where` as tests of a relation of the same table without it.

        So that several events of one table can be told apart in a single pass over it.
        """

    def check(self, table: TableRef, refs: Sequence[ColumnRef]) -> None:
        """Raise SourceFault where a value is in a form its type does not have, naming it."""

    def once(self, asked: Hashable, find: Callable[[], Found]) -> Found:
        """What `find` finds for whatever is `asked`: as long as this is open nothing changes."""

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """A relation made of values, bound as one parameter: how keys and figures travel.

        `columns` maps names to kinds (`text`, `integer`, `number`, `boolean`, `date`,
        `timestamp`); `values` are rows in that order. Its columns are typed already.
        """

    def borne(
        self, name: str, columns: Mapping[str, str], values: Sequence[Row]
    ) -> Sequence[object] | None:
        """The values of the parameters of what `rows` gives, in the order in which they stand.

        None where there is no shorter way to them than to write it.
        """

    def held(self, statement: Select[tuple[object, ...]]) -> FromClause | None:
        """The rows of a statement, found once and there for the rest of the snapshot.

        Under a name of its own, with the statement's columns. None where the store holds nothing
        beside its tables, or holds as much already as it may.
        """

    def read(self, statement: Executable | Filled) -> Iterator[Row]:
        """The rows of a statement, streamed. Instants come back as aware UTC datetimes."""

    def keys(self, statement: Executable | Filled) -> Iterator[Sequence[int | str]]:
        """The values of a statement's only column, some at a time: for who looks at millions.

        Raises:
            TypeError: one of them is neither a whole number nor text.
        """

    def row_count(self, table: TableRef) -> int:
        """How many rows the source holds (its `where` applied)."""

    def privilege(self) -> str:
        """What the login is that who only reads need not be, as words; empty where nothing."""


# ---------------------------------------------------------------- channels


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a message goes: an address that has passed the strict parser, and a name."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered touch on its way out; `payload` never changes between attempts.

    For email `payload` are the bytes of the message (CRLF, no dot-stuffing) and `headers` is
    empty; for a webhook the body as sent, with the `headers` and `method` of the step. `token`
    stands for the touch in what comes back of an email; empty: nothing can.
    """

    id: str
    channel: str
    recipient: str
    sender: str
    payload: bytes
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = ""


TAG = "touchline"
"""The name under which a provider keeps the token of a mail and sends it back."""

ABOUT_THE_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""The enhanced status codes (RFC 3463) that are about the mailbox, whoever tells of them.

No such mailbox or domain, moved away, takes no mail, disabled. Not `5.2.2`: a full mailbox is
emptied again."""


class Refusal(StrEnum):
    """What a definite no is about, which decides what follows."""

    MESSAGE = "message"
    """This message is refused for good: the touch fails."""
    MAILBOX = "mailbox"
    """The mailbox does not exist: the touch fails and the address is suppressed."""
    LATER = "later"
    """Not now: try again after a while."""
    CHANNEL = "channel"
    """It is about us (5.7.x, a certificate, a breaker): try again, and open the breaker."""
    GONE = "gone"
    """What it is about is no longer there: the touch fails, with that as its reason."""
    UNOPENED = "unopened"
    """The channel cannot be opened on our side (a secret): try again, open the breaker at once."""
    CREDENTIALS = "credentials"
    """The channel is paused until a person looks (535), or disabled (410)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The receiver took it; `detail` is its answer."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly did not go out. `retry_after` is in seconds, where the receiver said so."""

    refusal: Refusal
    detail: str
    code: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class UnknownOutcome:
    """The one act was done, or may have been, and no answer came."""

    detail: str


Answer = Sent | NotSent | UnknownOutcome

Permit = Callable[[], Awaitable[bool]]
"""Commits `in_doubt` and says whether the act may follow; False means: abort, nothing goes out."""

Follow = Callable[[], Message | None]
"""The message that this caller means to send next over the same channel, if there is one.

Asked once at most, right before the act, so that the next may be begun with the same write. It may
still not come: then nothing of it goes out. The message in hand goes alone where this raises.
"""


def nobody() -> None:
    """A `Follow` of a caller who does not know what is next."""


class Channel(Protocol):
    """Sends messages. One instance serves one run or worker; `close` ends its connections.

    `on_unknown` is what becomes of an act without an answer (`hold`, `assume_sent`, `resend`);
    `at_once` is how many messages it carries at the same time;
    `patience` is how many seconds an answer may take at most once a permit was given.
    """

    name: str
    on_unknown: str
    patience: float
    at_once: int

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Bring the message up to the one act that cannot be taken back, ask `permit`, then act.

        Called for one message at a time a connection. Never raises for what the other side does:
        every failure is an answer. When `permit` says no, returns NotSent(LATER, "not permitted").
        """

    async def close(self) -> None:
        """End connections politely; whatever happens here changes no answer."""
