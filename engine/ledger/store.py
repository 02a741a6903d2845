"""A ledger and its unit of work: one transaction, and the audit records that tell of it.

Delivery page, "The ledger" and "Audit". Every write on SQLite begins IMMEDIATE with synchronous
FULL: a committed row survives a power cut, and no reader turns writer halfway.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update

from engine.ledger.audit import AuditRecord, Body, Head, Kind, canonical, chained
from engine.ledger.database import told
from engine.ledger.statements import insert_rows
from engine.ledger.tables import audit, audit_head
from engine.messages.address import AddressError, normalise

__all__ = ["Identity", "Ledger", "Unit"]

_WORD = re.compile(r"[^\s<>\"'(),;:]+")
_DIGEST_WIDTH = 32  # hexadecimal digits: 128 bits of a keyed digest


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a ledger is. `digest_key` and `signing_key` are hexadecimal, and secret."""

    ledger_id: str
    project: str
    place: str
    created_at: datetime
    digest_key: str = field(repr=False)
    signing_key: str = field(repr=False)


class Unit:
    """An open transaction on a ledger, and the audit records that will be written with it."""

    __slots__ = ("_notes", "connection", "ledger")

    def __init__(self, ledger: Ledger, connection: Connection) -> None:
        self.ledger = ledger
        self.connection = connection
        self._notes: list[AuditRecord] = []

    def note(
        self, kind: Kind, body: Body, *, at: datetime, actor: str, playbook: str = "", key: str = ""
    ) -> None:
        """Add an audit record; it is written at the end of this transaction, or nothing is.

        `body` holds no personal data: addresses only as `Unit.digest`.
        """
        text = canonical(dict(body))
        self._notes.append(AuditRecord(0, at, actor, str(kind), playbook, key, text, "", ""))

    def digest(self, address: str) -> str:
        """The keyed digest that stands for an address, empty for none; case does not matter."""
        if not address.strip():
            return ""
        try:
            return self.keyed(normalise(address))
        except AddressError:  # what is no address by our rule still has one digest
            return self.keyed(address.strip().casefold())

    def keyed(self, content: str | bytes) -> str:
        """A digest of any content that only this ledger can compute."""
        data = content.encode() if isinstance(content, str) else content
        key = bytes.fromhex(self.ledger.identity.digest_key)
        return hmac.new(key, data, hashlib.sha256).hexdigest()[:_DIGEST_WIDTH]

    def without_addresses(self, text: str) -> str:
        """A text that people or servers wrote, with keyed digests where addresses stood."""
        return _WORD.sub(lambda found: self._digest_if_address(found[0]), text)

    def _digest_if_address(self, word: str) -> str:
        return f"address:{self.digest(word)}" if "@" in word[1:-1] else word

    def _write_notes(self) -> None:
        if not self._notes:
            return
        # The head is locked last, so that writers stand in line only while they commit.
        head = _locked_head(self.connection)
        rows = []
        for note in self._notes:
            record = chained(note, head)
            head = Head(record.seq, record.hash)
            rows.append(_row(record))
        insert_rows(self.connection, audit, rows)
        self.connection.execute(update(audit_head).values(seq=head.seq, hash=head.hash))


def _locked_head(connection: Connection) -> Head:
    statement = select(audit_head.c.seq, audit_head.c.hash).with_for_update()
    seq, digest = connection.execute(statement).one()
    return Head(seq, digest)


def _row(record: AuditRecord) -> dict[str, object]:
    return {
        "seq": record.seq,
        "at": record.at,
        "actor": record.actor,
        "kind": record.kind,
        "playbook": record.playbook,
        "key": record.key,
        "body": record.body,
        "prev": record.prev,
        "hash": record.hash,
    }


class Ledger:
    """A ledger that was opened; `shown` is its URL without a password, for messages."""

    __slots__ = ("engine", "halt_file", "identity", "shown")

    def __init__(self, engine: Engine, identity: Identity, *, shown: str, halt_file: Path) -> None:
        self.engine = engine
        self.identity = identity
        self.shown = shown
        self.halt_file = halt_file

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """A transaction that commits at the end of the block, or leaves no trace.

        Raises:
            Unreachable: the database cannot be reached or written; nothing was kept.
            Overtaken: another process changed the same rows meanwhile; nothing was kept.
        """
        with told(self.shown), self.engine.connect() as connection:
            writing = connection.execution_options(touchline_write=True)
            with writing.begin():
                unit = Unit(self, writing)
                yield unit
                unit._write_notes()

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """One snapshot to read from.

        Raises:
            Unreachable: the database cannot be reached.
        """
        with told(self.shown), self.engine.connect() as connection:
            reading = connection
            if connection.dialect.name == "postgresql":
                reading = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with reading.begin():
                yield Unit(self, reading)

    def halt_file_stands(self) -> bool:
        """Whether the halt file is there; where that cannot be told, it counts as there."""
        try:
            self.halt_file.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True

    def close(self) -> None:
        """End all connections."""
        self.engine.dispose()
