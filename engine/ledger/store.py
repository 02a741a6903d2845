"""A ledger and its unit of work: one transaction, and the audit records that tell of it.

Delivery page, "The ledger" and "Audit". Every write on SQLite begins IMMEDIATE with synchronous
FULL: a committed row survives a power cut, and no reader turns writer halfway.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeGuard

from sqlalchemy import Connection, Engine, Select, bindparam, select, update

from engine.ledger.audit import (
    Alike,
    AuditRecord,
    Body,
    Head,
    Kind,
    Links,
    canonical,
    canonical_alike,
    chained,
    chained_alike,
)
from engine.ledger.database import let_it_stand_still, told
from engine.ledger.prepared import Prepared
from engine.ledger.statements import insert_alike, insert_rows
from engine.ledger.tables import audit, audit_head
from engine.messages.address import AddressError, normalise
from engine.problems import TouchlineError, Unreachable

__all__ = ["EMPTY", "FellBack", "Identity", "Ledger", "Unit", "halt_file_in"]

EMPTY = "its tables hold nothing, as while a backup is put back"
"""Why a ledger without its own rows cannot be used."""

_WORD = re.compile(r"[^\s<>\"'(),;:]+")
_DIGEST_WIDTH = 32  # hexadecimal digits: 128 bits of a keyed digest
_SHOWN_DIGITS = 12  # of the hash of a record


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a ledger is. `digest_key` and `signing_key` are hexadecimal, and secret."""

    ledger_id: str
    project: str
    place: str
    created_at: datetime
    digest_key: str = field(repr=False)
    signing_key: str = field(repr=False)

    @property
    def key(self) -> bytes:
        """The key of digests, as bytes."""
        return bytes.fromhex(self.digest_key)


class FellBack(TouchlineError):
    """A ledger's log no longer holds what this process has seen there: it is an older state.

    As where a standby that lagged has taken over, or a backup was put back. What went out since
    then is ready there once more. `why` says it without the ledger's name.
    """

    def __init__(self, shown: str, seen: Head, found: Head) -> None:
        self.why = (
            f"the ledger fell back to an older state: record {seen.seq} of its log "
            f"({seen.hash[:_SHOWN_DIGITS]}…) is gone, and the log now ends with record {found.seq} "
            f"({found.hash[:_SHOWN_DIGITS]}…). What went out since is not known there and would go "
            "out again: look at what the mail server sent since then, take in what a provider "
            "reports of it (`touchline inbound`), and say `touchline resume` when you are content"
        )
        super().__init__(f"{shown}: {self.why}")


class Unit:
    """An open transaction on a ledger, and the audit records that will be written with it."""

    __slots__ = ("_notes", "connection", "foreseen", "head", "ledger")

    def __init__(self, ledger: Ledger, connection: Connection) -> None:
        self.ledger = ledger
        self.connection = connection
        self.foreseen: Head | None = None
        """Where the log is likely to end when what is noted here is written."""
        self.head: Head | None = None
        """Where the log ends with what was noted here; None until that is written."""
        self._notes: list[AuditRecord | Alike | _Chained] = []

    def note(
        self, kind: Kind, body: Body, *, at: datetime, actor: str, playbook: str = "", key: str = ""
    ) -> None:
        """Add an audit record; it is written at the end of this transaction, or nothing is.

        `body` holds no personal data: addresses only as `Unit.digest`.
        """
        text = canonical(dict(body))
        self._notes.append(AuditRecord(0, at, actor, str(kind), playbook, key, text, "", ""))

    def note_alike(
        self,
        kind: Kind,
        body: Body,
        *,
        each: Mapping[str, Sequence[str] | Sequence[int]],
        keys: Sequence[str],
        at: datetime,
        actor: str,
        playbook: str,
    ) -> None:
        """Add a record for each of some keys; of the names in `each` its body has its own value."""
        bodies = canonical_alike(body, each)
        self.note_bodies(kind, bodies, keys=keys, at=at, actor=actor, playbook=playbook)

    def note_bodies(
        self,
        kind: Kind,
        bodies: Sequence[str],
        *,
        keys: Sequence[str],
        at: datetime,
        actor: str,
        playbook: str,
    ) -> None:
        """The same, of bodies that `canonical_alike` has written before."""
        self._notes.append(Alike(at, actor, str(kind), playbook, keys, bodies))

    @contextmanager
    def chaining(self) -> Iterator[None]:
        """Let a thread of its own chain what was noted alike, while the block writes rows.

        SQLite's one writer knows the head before its transaction ends; elsewhere it is foreseen.
        """
        head = self.foreseen if self.ledger.is_on_server else self._locked_head()
        if head is None:
            yield
            return
        with ThreadPoolExecutor(max_workers=1) as other:
            following = other.submit(self.chain_after, head)
            yield
        following.result()

    def chain_after(self, head: Head) -> Head:
        """Chain what was noted alike by the head that the end of this transaction is to find.

        Where another writer comes between, its end chains it anew. Gives the head after it.
        """
        for place, note in enumerate(self._notes):
            if isinstance(note, AuditRecord):
                break  # it takes a place in the chain, and is written with those after it
            chain = note if _follows(note, head) else _chained(_records(note), head)
            self._notes[place], head = chain, chain.end
        return head

    def digest(self, address: str) -> str:
        """The keyed digest that stands for an address, empty for none; case does not matter."""
        if not address.strip():
            return ""
        try:
            return self.keyed(normalise(address))
        except AddressError:  # what is no address by our rule still has one digest
            return self.keyed(address.strip().casefold())

    def keyed(self, content: str | bytes) -> str:
        """A digest of any content that only this ledger can compute.

        Half a character, which JSON can hold and UTF-8 cannot, is content as any other.
        """
        if isinstance(content, str):
            content = content.encode("utf-8", "backslashreplace")
        return hmac.digest(self.ledger.identity.key, content, "sha256").hex()[:_DIGEST_WIDTH]

    def without_addresses(self, text: str) -> str:
        """A text that people or servers wrote, with keyed digests where addresses stood."""
        return _WORD.sub(lambda found: self._digest_if_address(found[0]), text)

    def _digest_if_address(self, word: str) -> str:
        return f"address:{self.digest(word)}" if "@" in word[1:-1] else word

    def _write_notes(self) -> None:
        if not self._notes:
            return
        # The head is locked last, so that writers stand in line only while they commit.
        head = self._locked_head()
        alone: list[AuditRecord] = []
        for note in self._notes:
            if isinstance(note, AuditRecord):
                alone.append(chained(note, head))
                head = Head(alone[-1].seq, alone[-1].hash)
            else:
                insert_rows(self.connection, audit, [_row(each) for each in alone])
                alone = []
                chain = note if _follows(note, head) else _chained(_records(note), head)
                _write_chained(self.connection, chain)
                head = chain.end
        insert_rows(self.connection, audit, [_row(each) for each in alone])
        _NEW_HEAD.write(self.connection, {"last": head.seq, "digest": head.hash})
        self.head = head

    def _locked_head(self) -> Head:
        """The head, which is this transaction's from now on."""
        return self._head_by(_LOCKED_HEAD)

    def _head_by(self, statement: Prepared) -> Head:
        """The head of a log that still holds what this process has seen of it."""
        seen = self.ledger.seen
        row = next(iter(statement.rows(self.connection, {"known": seen.seq})), None)
        if row is None:
            raise Unreachable(f"the ledger {self.ledger.shown} cannot be used: {EMPTY}")
        if seen.seq and row.then != seen.hash:
            raise FellBack(self.ledger.shown, seen, Head(row.seq, row.hash))
        return Head(row.seq, row.hash)


@dataclass(frozen=True, slots=True)
class _Chained:
    """Records with what the chain adds to them, between the heads that it has before and after."""

    records: Alike
    links: Links
    before: Head
    end: Head


def _chained(records: Alike, head: Head) -> _Chained:
    links = chained_alike(records, head)
    end = Head(links.seqs[-1], links.hashes[-1]) if links.seqs else head
    return _Chained(records, links, head, end)


def _records(note: Alike | _Chained) -> Alike:
    return note.records if isinstance(note, _Chained) else note


def _follows(note: Alike | _Chained, head: Head) -> TypeGuard[_Chained]:
    return isinstance(note, _Chained) and note.before == head


def _write_chained(connection: Connection, chain: _Chained) -> None:
    alike, links = chain.records, chain.links
    same = {"at": alike.at, "actor": alike.actor, "kind": alike.kind, "playbook": alike.playbook}
    each: dict[str, Sequence[str] | Sequence[int]] = {
        "seq": links.seqs,
        "key": alike.keys,
        "body": alike.bodies,
        "prev": links.prevs,
        "hash": links.hashes,
    }
    insert_alike(connection, audit, same, each)


def _head_with_what_was_seen() -> Select[tuple[int, str, str | None]]:
    """The head, and the hash that the record which was last seen has now."""
    then = select(audit.c.hash).where(audit.c.seq == bindparam("known")).scalar_subquery()
    return select(audit_head.c.seq, audit_head.c.hash, then.label("then"))


_HEAD = Prepared(lambda _: _head_with_what_was_seen())
_LOCKED_HEAD = Prepared(lambda _: _head_with_what_was_seen().with_for_update())
_NEW_HEAD = Prepared(
    lambda _: update(audit_head).values(seq=bindparam("last"), hash=bindparam("digest"))
)


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


def halt_file_in(root: Path) -> Path:
    """The file that halts everything that runs in a project's folder."""
    return root / ".touchline" / "HALT"


class Ledger:
    """A ledger that was opened; `shown` is its URL without a password, for messages.

    It is never written to again once its log lacks what was seen of it (`seen`).
    """

    __slots__ = ("engine", "halt_file", "identity", "seen", "shown")

    def __init__(self, engine: Engine, identity: Identity, *, shown: str, halt_file: Path) -> None:
        self.engine = engine
        self.identity = identity
        self.shown = shown
        self.halt_file = halt_file
        self.seen = Head()
        """Where the log ended when this process last wrote to it, or looked back."""

    def anew(self) -> Ledger:
        """The same for one who has seen nothing of it yet."""
        return Ledger(self.engine, self.identity, shown=self.shown, halt_file=self.halt_file)

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """A transaction that commits at the end of the block, or leaves no trace.

        Raises:
            Unreachable: the database cannot be reached or written; nothing was kept.
            Overtaken: another process changed the same rows meanwhile; nothing was kept.
            FellBack: its log lacks what was seen there; nothing that is told in it was kept.
        """
        with told(self.shown), self.engine.connect() as connection:
            writing = connection.execution_options(touchline_write=True)
            with writing.begin():
                unit = Unit(self, writing)
                yield unit
                unit._write_notes()
        if unit.head is not None:
            self.seen = unit.head

    def look_back(self) -> None:
        """See where the log ends now, and refuse it where it lacks what was seen there before.

        A standby that lags may answer who only reads: where it seems so, who may write is asked.

        Raises:
            Unreachable: the database cannot be reached.
            FellBack: as `write`.
        """
        try:
            with self.read() as unit:
                self.seen = unit._head_by(_HEAD)
        except FellBack:
            with self.write() as unit:
                unit._locked_head()

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
                let_it_stand_still(reading)
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

    @property
    def is_on_server(self) -> bool:
        """Whether processes on several machines may share it."""
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        """End all connections."""
        self.engine.dispose()
