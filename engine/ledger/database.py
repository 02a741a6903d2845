"""Connections to a ledger's database, and its failures as sentences."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from engine.ledger.chain_guard import AUDIT_FOLLOWS
from engine.ledger.statements import run_text
from engine.problems import Misuse, Refused, Unreachable

if TYPE_CHECKING:
    import psycopg

__all__ = [
    "STATEMENTS_KEPT",
    "Overtaken",
    "begin_sqlite",
    "connect",
    "ledger_file",
    "ledger_url",
    "let_it_stand_still",
    "make_file",
    "scrub",
    "shown",
    "told",
]

_FILE, _LOG = "file", "log"  # of a connection: which ones it has open
_NAMES = {_FILE: "file", _LOG: "log (the file beside it that ends in `-wal`)"}
_LOG_SUFFIX = "-wal"  # of the file in which SQLite keeps what it has not yet brought to its place
_MAY_STAND_STILL = "may_stand_still"  # of a connection: whether that was limited here
_BUSY_SECONDS = 30  # a writer waits so long for the one before it
_STILL_SECONDS = 60  # a server waits so long for who has it wait in the middle of a transaction
STATEMENTS_KEPT = 512
"""Statements that a connection of SQLite keeps prepared; a pass has some hundred and fifty."""

_DIALECTS = ("sqlite", "postgresql")

_SQLITE_FAULTS = {
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_BUSY: f"another process kept it locked for over {_BUSY_SECONDS} seconds",
    sqlite3.SQLITE_LOCKED: "another connection keeps it locked",
    sqlite3.SQLITE_READONLY: "it is read-only here; make the file and its folder writable",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a copy",
    sqlite3.SQLITE_FULL: "the disk is full; nothing of this step was kept",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; look at its path and permissions",
    sqlite3.SQLITE_NOTADB: "the file is no SQLite database",
}
_SQLSTATE_BUSY = "55P03"  # what `lock_timeout` turns away
_SQLSTATE_OVERTAKEN = "40"  # serialisation failures and deadlocks
_SQLSTATE_UNREACHABLE = ("08", "25006", "28", "3D", "42501", "42P01", "42P10", "53", "57", "58")
"""42P01 and 42P10: a table or its key is missing, as while a backup is put back."""


class Overtaken(Refused):
    """Another process changed the same rows first; nothing of this transaction was kept."""


def ledger_url(text: str, root: Path) -> URL:
    """The URL of a ledger; a relative path of SQLite stands under `root`.

    Raises:
        Misuse: it is no URL, or of a database that cannot hold a ledger.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise Misuse(
            "the ledger's url is no database URL; expected sqlite:///PATH or "
            "postgresql+psycopg://USER@HOST/NAME"
        ) from None
    if url.get_backend_name() not in _DIALECTS:
        raise Misuse(
            f"a ledger cannot be kept in {url.get_backend_name()}; expected sqlite or postgresql"
        )
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return _file_url(url, root)


def _file_url(url: URL, root: Path) -> URL:
    if not url.database or url.database == ":memory:":
        raise Misuse("a ledger in memory forgets what it sent; expected sqlite:///PATH")
    if url.host is not None:
        raise Misuse("the ledger's url names a server before its file; expected sqlite:///PATH")
    if url.database.startswith("file:"):
        return url.set(drivername="sqlite")
    return url.set(drivername="sqlite", database=str(root / url.database))


def ledger_file(url: URL) -> Path | None:
    """The file of a SQLite ledger; None for a server."""
    if url.get_backend_name() != "sqlite":
        return None
    return Path(str(url.database).removeprefix("file:"))


def shown(url: URL) -> str:
    """A URL as messages show it: no password."""
    return url.render_as_string(hide_password=True)


def make_file(path: Path) -> None:
    """Make an empty file that only its owner reads, and its folder.

    Raises:
        Unreachable: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise Unreachable(f"the ledger {path} cannot be made: {error.strerror}") from None


def connect(url: URL) -> Engine:
    """An engine on a ledger's database; no connection is made yet."""
    if url.get_backend_name() == "postgresql":
        # Processes wait for each other's rows and then see what was written; as a server may be
        # set to have it, `serializable`, one of them would be turned away.
        engine = create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
        event.listen(engine, "connect", _prepare_postgres)
        return engine
    arguments = {
        "timeout": _BUSY_SECONDS,
        "check_same_thread": False,
        "cached_statements": STATEMENTS_KEPT,
    }
    # The connection that was used last has its statements and its pages at hand.
    engine = create_engine(url, connect_args=arguments, pool_use_lifo=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", partial(_remember_file, url))
    event.listen(engine, "begin", partial(_refuse_another_file, url))
    event.listen(engine, "begin", begin_sqlite)
    return engine


_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    # Digests are keys here and come in no order: the pages of their indexes are kept in memory, and
    # one that many commits change is copied from the log to its place once for 64 MB of it.
    "cache_size = -65536",
    "wal_autocheckpoint = 16384",
    # What is emptied or deleted is overwritten in the file as well.
    "secure_delete = ON",
)


_POSTGRES_SETTINGS = """
SELECT set_config('datestyle', 'ISO', false),
    CASE current_setting('synchronous_commit')
    WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END,
    CASE current_setting('lock_timeout')
    WHEN '0' THEN set_config('lock_timeout', %(busy)s, false) END,
    CASE current_setting('idle_in_transaction_session_timeout')
    WHEN '0' THEN set_config('idle_in_transaction_session_timeout', %(still)s, false) END
"""
"""What a server may be set to for other work, and the ledger may not.

Instants are read as ISO 8601. A commit that a crash of the server takes back may be the permit of a
mail that has gone out: so it waits for the disk, and where it is set to wait for standbys as well,
that is kept. A process that stands still in the middle of a transaction (its machine sleeps, the
network to it is gone) would have all others wait for as long, without a word: they say so, and the
server lets go of it.
"""
_READER_MAY_STAND_STILL = "SELECT set_config('idle_in_transaction_session_timeout', '0', true)"


def _prepare_postgres(connection: psycopg.Connection, entry: ConnectionPoolEntry) -> None:
    limits = {"busy": _milliseconds(_BUSY_SECONDS), "still": _milliseconds(_STILL_SECONDS)}
    found = connection.execute(_POSTGRES_SETTINGS, limits).fetchone()
    entry.info[_MAY_STAND_STILL] = found is not None and found[-1] is not None
    connection.commit()


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def let_it_stand_still(connection: Connection) -> None:
    """Set no limit, in this transaction, to how long it may do nothing: nobody waits for a reader.

    A pass asks the sources meanwhile. A limit that the server is set to stays.
    """
    if connection.connection.info.get(_MAY_STAND_STILL):
        run_text(connection, _READER_MAY_STAND_STILL, {})


def _prepare_sqlite(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; begin_sqlite does
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _remember_file(url: URL, _: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    entry.info[_FILE], entry.info[_LOG] = _file_at(url), None


def _refuse_another_file(url: URL, connection: Connection) -> None:
    """A file that was removed can be written for as long as it is open, and nobody reads it again.

    What went out by it would go out a second time after a restart, and who unsubscribed since, or
    halted everything, would have said so in another file. So it is with the log beside it, which
    SQLite itself takes away only where nobody has the ledger open.
    """
    info = connection.connection.info
    for which, suffix in ((_FILE, ""), (_LOG, _LOG_SUFFIX)):
        found = _file_at(url, suffix)
        if info[which] not in (None, found):
            raise Unreachable(
                f"the ledger {shown(url)} cannot be used: its {_NAMES[which]} was "
                "removed or replaced while this process had it open, and nothing goes out. Put "
                "that very file back, or start the process again once you know what the one that "
                "is there now has seen"
            )
        info[which] = found


def _file_at(url: URL, suffix: str = "") -> tuple[int, int] | None:
    """Which file lies there now, None where that cannot be told."""
    try:
        found = os.stat(f"{ledger_file(url) or ''}{suffix}")
    except OSError:
        return None
    return found.st_dev, found.st_ino


def scrub(engine: Engine) -> None:
    """Bring what was overwritten in a SQLite file out of its log as well, as far as readers let go.

    What the log still holds is overwritten as the ledger goes on. Postgres does the like by itself.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction: one that writes takes its turn at once, and never turns writer later."""
    writes = connection.get_execution_options().get("touchline_write")
    run_text(connection, "BEGIN IMMEDIATE" if writes else "BEGIN", ())


@contextmanager
def told(name: str) -> Iterator[None]:
    """Failures of the database as sentences that name the ledger; bugs pass as they are."""
    try:
        yield
    except DBAPIError as error:
        sentence = _sentence(error)
        if sentence:
            raise Unreachable(f"the ledger {name} cannot be used: {sentence}") from error
        if AUDIT_FOLLOWS in str(error.orig):
            raise Refused(
                f"the audit of the ledger {name} does not end with the record that was written "
                "last; nothing was kept. Look at it with `touchline audit verify`, and restore the "
                "ledger from a copy"
            ) from error
        if isinstance(error, IntegrityError) or _sqlstate(error).startswith(_SQLSTATE_OVERTAKEN):
            raise Overtaken(
                f"another process wrote the same to the ledger {name} first; nothing was kept, "
                "run it again"
            ) from error
        raise


def _sentence(error: DBAPIError) -> str:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        return _SQLITE_FAULTS.get(code, "")
    state = _sqlstate(error)
    if state == _SQLSTATE_BUSY:
        return "another process kept it locked for too long; `pg_stat_activity` tells which"
    if error.connection_invalidated or state.startswith(_SQLSTATE_UNREACHABLE):
        return str(error.orig).strip().splitlines()[0]
    if not state and not isinstance(error, IntegrityError):
        return str(error.orig).strip().splitlines()[0]
    return ""


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
