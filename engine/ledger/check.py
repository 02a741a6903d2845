"""What is wrong with a ledger: the file, the chain, and rows that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, and_, func, not_, or_, select, text

from engine.bind.acts import TASK_CHANNEL
from engine.decide.facts import NO_PLAYBOOK, Phase, TouchState
from engine.ledger.items import WAS_TAKEN_BACK
from engine.ledger.log import verify_audit
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import AT_REST, IN_HAND, enrollments, items, tasks, touches, versions

__all__ = ["Finding", "check_ledger"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong; `code` is stable, `message` a sentence."""

    code: str
    message: str


def check_ledger(ledger: Ledger) -> list[Finding]:
    """Everything wrong with a ledger; an empty list for a sound one."""
    with ledger.read() as unit:
        return [*_file(unit), *_chain(unit), *_rows(unit)]


def _file(unit: Unit) -> list[Finding]:
    if unit.connection.dialect.name != "sqlite":
        return []
    told = unit.connection.scalars(text("PRAGMA integrity_check(10)")).all()
    return [Finding("damaged-file", f"SQLite says: {line}") for line in told if line != "ok"]


def _chain(unit: Unit) -> list[Finding]:
    verdict = verify_audit(unit)
    return [] if verdict.valid else [Finding("broken-chain", f"the audit log: {verdict.why}")]


def _rows(unit: Unit) -> list[Finding]:
    found = []
    for code, sentence, statement in _invariants():
        number = unit.connection.scalar(statement)
        if number:
            found.append(Finding(code, sentence.format(number=number)))
    return found


_Invariant = tuple[str, str, Select[tuple[int]]]


def _invariants() -> list[_Invariant]:
    return [*_of_stays(), *_of_touches()]


_WAITS_FOR_A_MISSING_MOMENT = and_(enrollments.c.phase == Phase.WAITING, enrollments.c.fixed == 1)


def _of_stays() -> list[_Invariant]:
    return [
        (
            "version-missing",
            "{number} open enrollments stand on a version that is not kept",
            _count(enrollments.c.id).where(
                enrollments.c.left_at.is_(None),
                enrollments.c.version.not_in(select(versions.c.hash)),
            ),
        ),
        (
            "wait-without-end",
            "{number} open enrollments wait for no instant",
            _count(enrollments.c.id).where(
                enrollments.c.left_at.is_(None),
                enrollments.c.phase.in_((Phase.WAITING, Phase.GATHERING)),
                enrollments.c.waits_until.is_(None),
                ~_WAITS_FOR_A_MISSING_MOMENT,
            ),
        ),
    ]


def _of_touches() -> list[_Invariant]:
    ended = [state for state in TouchState if state.has_ended]
    return [
        (
            "touch-without-enrollment",
            "{number} touches belong to no enrollment",
            _count(touches.c.id).where(
                touches.c.enrollment != "",
                touches.c.enrollment.not_in(select(enrollments.c.id)),
            ),
        ),
        (
            "digest-about-nobody",
            "{number} digests tell of nobody",
            _count(touches.c.id).where(
                touches.c.enrollment == "",
                touches.c.playbook != NO_PLAYBOOK,
                not_(WAS_TAKEN_BACK),
                touches.c.id.not_in(select(items.c.touch)),
            ),
        ),
        (
            "end-without-instant",
            "{number} touches have ended at no instant, or go on after their end",
            _count(touches.c.id).where(
                or_(
                    touches.c.state.in_(ended) & touches.c.ended_at.is_(None),
                    touches.c.state.not_in(ended) & touches.c.ended_at.is_not(None),
                )
            ),
        ),
        (
            "claim-without-lease",
            "{number} touches are in no worker's hands, and say they are",
            _count(touches.c.id).where(
                touches.c.state.in_((TouchState.CLAIMED, TouchState.IN_DOUBT)),
                AT_REST,
            ),
        ),
        (
            "lease-without-claim",
            "{number} touches are in a worker's hands, and say they are not",
            _count(touches.c.id).where(
                touches.c.state.not_in((TouchState.CLAIMED, TouchState.IN_DOUBT)),
                or_(IN_HAND, touches.c.worker != ""),
            ),
        ),
        (
            "task-missing",
            "{number} touches to the inbox have no task",
            _count(touches.c.id).where(
                touches.c.channel == TASK_CHANNEL,
                touches.c.state == TouchState.SENT,
                touches.c.id.not_in(select(tasks.c.id)),
            ),
        ),
    ]


def _count(column: object) -> Select[tuple[int]]:
    return select(func.count(column))  # type: ignore[arg-type]
