"""The ledger's own affairs: its making, its place, its integrity, and the proof of its log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from engine.ledger.audit import AuditRecord, Verification
from engine.ledger.check import Finding, check_ledger
from engine.ledger.chunks import prepare_chunks
from engine.ledger.log import checkpoint as signed_note
from engine.ledger.log import export_line, read_audit, verify_audit
from engine.ledger.schema import (
    DryOnly,
    adopt,
    liveness,
    migrate_ledger,
    new_ledger_id,
)
from engine.moments import (
    Moment,
    MomentError,
    parse_duration,
    parse_moment,
    span,
    window_start,
)
from engine.problems import Misuse, Refused
from engine.workplace import Workplace

__all__ = [
    "adopt_ledger",
    "checkpoint",
    "export",
    "findings",
    "init_ledger",
    "make_live_ledger",
    "migrate",
    "records",
    "verify",
]


def records(
    workplace: Workplace, *, key: str | None, playbook: str | None, since: str | None
) -> Iterator[AuditRecord]:
    """Audit records in their order, narrowed by what is said.

    Raises:
        Refused: neither the log nor the project knows the playbook.
    """
    start = _since(workplace, since) if since else None
    with workplace.ledger().read() as unit:
        if playbook and next(read_audit(unit, playbook=playbook), None) is None:
            workplace.check_known((playbook,))
        yield from read_audit(unit, key=key, playbook=playbook, since=start)


def _since(workplace: Workplace, text: str) -> datetime:
    now, zone = workplace.ports.clock.now(), workplace.zone
    try:
        return window_start(parse_duration(text), now, zone)
    except MomentError:
        pass
    moment = _moment(text)
    try:
        return span(moment, now, zone).start
    except MomentError as error:
        raise Misuse(f"--since: {error}") from None
    except TypeError:
        raise Misuse(f"--since: {_NO_START.format(text)}") from None


def _moment(text: str) -> Moment:
    try:
        return parse_moment(text)
    except MomentError:
        raise Misuse(f"--since: {_NO_START.format(text)}") from None


_NO_START = "`{}` is no duration, date or timestamp, such as `7 days` or 2026-03-10"


def verify(workplace: Workplace, against: Path | None) -> Verification:
    """Recompute the chain; with a checkpoint kept elsewhere, also that nothing before was cut.

    Raises:
        Refused: the file is no checkpoint, or not of this log.
    """
    note = _note_in(against) if against else None
    with workplace.ledger().read() as unit:
        return verify_audit(unit, against=note)


def _note_in(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        message = f"{file} is not UTF-8, as a checkpoint is; where a shell wrote it, save it anew"
        raise Refused(message) from None


def checkpoint(workplace: Workplace) -> str:
    """Size and head of the log as a signed note."""
    with workplace.ledger().read() as unit:
        return signed_note(unit).rstrip("\n")


def export(workplace: Workplace) -> Iterator[str]:
    """Every record as a line of NDJSON."""
    with workplace.ledger().read() as unit:
        for record in read_audit(unit):
            yield export_line(record)


def init_ledger(workplace: Workplace) -> str:
    """Make the ledger that `touchline.yaml` points to.

    Where the file names another ledger's id, the new one only dry-runs until it is adopted: a
    colleague's clone must not send what the live one sends.
    """
    ledger = workplace.new_ledger(ledger_id=new_ledger_id(), at=workplace.ports.clock.now())
    prepare_chunks(ledger)
    made = f"made the ledger {ledger.identity.ledger_id} at {ledger.shown}"
    named = workplace.settings.ledger.id
    if named is None:
        return f"{made}; write `id: {ledger.identity.ledger_id}` under ledger in touchline.yaml"
    live = liveness(ledger, named_id=named, place=workplace.place)
    return f"{made}. {live.reason}" if isinstance(live, DryOnly) else made


def make_live_ledger(workplace: Workplace) -> str:
    """Make the ledger of a new project under the very id that its `touchline.yaml` names."""
    named = workplace.settings.ledger.id or new_ledger_id()
    ledger = workplace.new_ledger(ledger_id=named, at=workplace.ports.clock.now())
    return f"its ledger {named} is at {ledger.shown}"


def findings(workplace: Workplace) -> list[Finding]:
    """Everything wrong with the ledger."""
    return check_ledger(workplace.ledger())


def migrate(workplace: Workplace) -> str:
    """Bring the ledger to this program's schema, and make what hands out work to workers."""
    before = migrate_ledger(
        workplace.ledger_url,
        root=workplace.root,
        at=workplace.ports.clock.now(),
        actor=workplace.ports.actor,
    )
    prepare_chunks(workplace.ledger())
    return f"the ledger was at schema {before}; it is at this program's now"


def adopt_ledger(workplace: Workplace) -> str:
    """Make this ledger, in this place, the live one of the project."""
    ledger = adopt(
        workplace.ledger(),
        workplace.place,
        named_id=workplace.settings.ledger.id,
        at=workplace.ports.clock.now(),
        actor=workplace.ports.actor,
    )
    return f"the ledger {ledger.identity.ledger_id} is live here: {ledger.identity.place}"
