"""The audit log in the ledger: read, verified, pinned by a signed note, exported.

Delivery page, "Audit". A checkpoint is a C2SP signed note (tlog-checkpoint): the log's name, its
size, the head's hash in base64, and an Ed25519 signature. A copy of it kept elsewhere proves later
that nothing before it was cut off or rewritten.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Generator
from contextlib import closing
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ColumnElement, Row, Select, func, literal, select

from engine.ledger.audit import AuditRecord, Head, Kind, Verification, canonical, verify
from engine.ledger.audit_tables import BLOCK, BLOCK_SIZE, audit, audit_head
from engine.ledger.instants import instant_text
from engine.ledger.store import Unit
from engine.problems import Refused

__all__ = [
    "checkpoint",
    "export_line",
    "head_of",
    "last_records",
    "read_audit",
    "read_checkpoint",
    "verify_audit",
]

_PAGE = 2_000  # records read at a time: memory stays flat in the length of the log
_NOTE = re.compile(
    r"(?P<origin>[^\n]+)\n(?P<size>\d{1,15})\n(?P<root>[^\n]+)\n\n(?P<lines>.+)", re.DOTALL
)
_ED25519 = b"\x01"  # the signature type of the signed-note format


# ---------------------------------------------------------------- reading


def read_audit(
    unit: Unit,
    *,
    playbook: str | None = None,
    key: str | None = None,
    since: datetime | None = None,
) -> Generator[AuditRecord, None, None]:
    """Records in their order, streamed; each narrowing that is said must hold."""
    wanted: list[ColumnElement[bool]] = []
    if playbook is not None:
        wanted.append(audit.c.playbook == playbook)
    if key is not None:
        wanted.append(_of_key(unit, key))
    if since is not None:
        wanted.append(audit.c.at >= since)
    statement = select(audit).where(*wanted).order_by(audit.c.seq)
    with unit.connection.execution_options(yield_per=_PAGE).execute(statement) as streamed:
        for row in streamed:
            yield _record(row)


def last_records(
    unit: Unit, *, playbooks: Collection[str], key: str, kinds: Collection[Kind], limit: int
) -> list[AuditRecord]:
    """The newest records of some kinds on a key in a playbook, by all of its names, in order."""
    among = (audit.c.playbook.in_(list(playbooks)), audit.c.kind.in_(list(kinds)))
    mine = (*among, _of_key(unit, key))
    statement = select(audit).where(*mine).order_by(audit.c.seq.desc()).limit(limit)
    return [_record(row) for row in reversed(unit.connection.execute(statement).all())]


def _of_key(unit: Unit, key: str) -> ColumnElement[bool]:
    """The records on a key, found block by block."""
    first: Select[tuple[int]] = select(literal(0).label("number"))
    blocks = first.cte("blocks", recursive=True)
    following = select(blocks.c.number + 1).where(blocks.c.number < _last_block(unit))
    blocks = blocks.union_all(following)
    mine = select(audit.c.seq).join_from(blocks, audit, blocks.c.number == BLOCK)
    return audit.c.seq.in_(mine.where(audit.c.key == key))


def _last_block(unit: Unit) -> int:
    return (unit.connection.scalar(select(func.max(audit.c.seq))) or 0) // BLOCK_SIZE


def head_of(unit: Unit) -> Head:
    """The end of the chain, as the ledger says it is."""
    row = unit.connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
    return Head(*row)


def export_line(record: AuditRecord) -> str:
    """A record as one line of NDJSON: whoever takes `hash` out can recompute it from the rest."""
    return canonical(
        {
            "actor": record.actor,
            "at": instant_text(record.at),
            "body": json.loads(record.body),
            "hash": record.hash,
            "key": record.key,
            "kind": record.kind,
            "playbook": record.playbook,
            "prev": record.prev,
            "seq": record.seq,
        }
    )


def verify_audit(unit: Unit, *, against: str | None = None) -> Verification:
    """Recompute the whole chain; `against` is the text of a checkpoint that it must contain.

    Raises:
        Refused: the checkpoint is none of this ledger's.
    """
    pinned = None if against is None else read_checkpoint(unit, against)
    with closing(read_audit(unit)) as records:  # a broken chain is not read to its end
        return verify(records, pinned=pinned, expected=head_of(unit))


def _record(row: Row[tuple[object, ...]]) -> AuditRecord:
    return AuditRecord(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        kind=row.kind,
        playbook=row.playbook,
        key=row.key,
        body=row.body,
        prev=row.prev,
        hash=row.hash,
    )


# ---------------------------------------------------------------- checkpoints


def checkpoint(unit: Unit) -> str:
    """The head as a signed note, to pin in git or in a mail."""
    head = head_of(unit)
    root = base64.b64encode(bytes.fromhex(head.hash)).decode()
    text = f"{_origin(unit)}\n{head.seq}\n{root}\n"
    signature = _key_hash(unit, _origin(unit)) + _signing_key(unit).sign(text.encode())
    return f"{text}\n— {_origin(unit)} {base64.b64encode(signature).decode()}\n"


def read_checkpoint(unit: Unit, text: str) -> Head:
    """The head that a checkpoint of this ledger was made on.

    Raises:
        Refused: it is no checkpoint, or not signed by this ledger.
    """
    note = _NOTE.fullmatch(text.replace("\r\n", "\n"))
    if note is None:
        raise Refused("the file is no checkpoint; make one with `touchline audit checkpoint`")
    # The key is the proof and not the name: an adopted ledger may bear another id than it did.
    origin = note["origin"]
    signed = f"{origin}\n{note['size']}\n{note['root']}\n"
    if not any(_is_signed(unit, origin, signed, line) for line in note["lines"].splitlines()):
        raise Refused(
            f"the checkpoint of {origin} does not bear the signature of this log, "
            f"{_origin(unit)}: it is of another ledger, or one of them was changed"
        )
    return Head(int(note["size"]), base64.b64decode(note["root"]).hex())


def _origin(unit: Unit) -> str:
    # A key name may hold neither spaces nor a plus sign.
    return "touchline/" + re.sub(r"[\s+]", "-", unit.ledger.identity.ledger_id)


def _signing_key(unit: Unit) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(unit.ledger.identity.signing_key))


def _key_hash(unit: Unit, origin: str) -> bytes:
    key = _signing_key(unit).public_key().public_bytes_raw()
    return hashlib.sha256(f"{origin}\n".encode() + _ED25519 + key).digest()[:4]


def _is_signed(unit: Unit, origin: str, text: str, line: str) -> bool:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if mark != "—" or name != origin:
        return False
    try:
        raw = base64.b64decode(encoded, validate=True)
        _signing_key(unit).public_key().verify(raw[4:], text.encode())
    except (ValueError, InvalidSignature):
        return False
    return raw[:4] == _key_hash(unit, origin)
