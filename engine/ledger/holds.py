"""What waits for a person: fuses that blew, and sends whose outcome is unknown.

Delivery page, "Runs", point 10, and "Touches", point 3. An approval is for one version and one
list of keys, and void after three days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from engine.decide.entry import told_of_fuse
from engine.decide.facts import TouchState
from engine.ledger.approvals import HoldState, approval_in_force
from engine.ledger.audit import Kind, canonical
from engine.ledger.runs import RunState
from engine.ledger.statements import pack_keys, unpack_keys
from engine.ledger.store import Unit
from engine.ledger.tables import IS_DRAFT, enrollments, holds, runs, touches
from engine.ledger.touches import LEFT_EARLY
from engine.problems import Refused, did_you_mean

__all__ = [
    "HeldFuse",
    "HeldTouch",
    "approve",
    "approved_keys",
    "drop",
    "held_fuses",
    "held_touches",
    "hold_run",
    "resolve_not_sent",
    "resolve_sent",
    "void_holds",
]

_ID_WIDTH = 12  # hexadecimal digits: short enough to be typed, long enough to be alone


@dataclass(frozen=True, slots=True)
class HeldFuse:
    """A run over a fuse: `found` of `total` would enter, more than `allowed`.

    `keys` are those who would; `decided_at` is when it was approved, if it was.
    """

    id: str
    run: str
    playbook: str
    version: str
    fuse: str
    allowed: str
    found: int
    total: int
    keys: tuple[str, ...]
    state: HoldState
    held_at: datetime
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class HeldTouch:
    """A touch whose outcome nobody knows."""

    id: str
    playbook: str
    entity: str
    key: str
    step: str
    channel: str
    recipient: str
    subject: str
    in_doubt_at: datetime
    detail: str


# ---------------------------------------------------------------- fuses


def hold_run(
    unit: Unit,
    run: str,
    *,
    fuse: str,
    allowed: str,
    found: int,
    total: int,
    keys: Iterable[str],
    matched: int,
    version: str,
    at: datetime,
    actor: str,
) -> str:
    """Hold a run that a fuse stopped, where so many `matched`; gives the id of what is held.

    Whatever waited of the same playbook is void: only the newest list is put to a person.
    """
    playbook = str(unit.connection.scalar(select(runs.c.playbook).where(runs.c.id == run)))
    void_holds(unit, playbook, at=at, actor=actor)
    attempts = unit.connection.scalar(select(runs.c.attempts).where(runs.c.id == run))
    held = _hold_id(unit, run, attempts)
    packed = pack_keys(keys)
    row: dict[str, object] = {
        "id": held,
        "run": run,
        "playbook": playbook,
        "version": version,
        "fuse": fuse,
        "allowed": allowed,
        "found": found,
        "total": total,
        "keys": packed,
        "state": HoldState.WAITING,
        "held_at": at,
    }
    unit.connection.execute(insert(holds).values(row))
    reason = told_of_fuse(fuse, allowed, found=found, total=total)
    counts = canonical({"matched": matched})
    values = {"state": RunState.HELD, "reason": reason, "ended_at": at, "counts": counts}
    unit.connection.execute(update(runs).where(runs.c.id == run).values(values))
    told = ("run", "version", "fuse", "allowed", "found", "total")
    body = {"hold": held, "keys": unit.keyed(packed), **{name: row[name] for name in told}}
    unit.note(Kind.RUN_HELD, body, at=at, actor=actor, playbook=playbook)
    return held


def approve(unit: Unit, hold: str, *, at: datetime, actor: str) -> HeldFuse:
    """Let the listed keys pass, for this version and three days.

    Raises:
        Refused: there is no such hold, or it was decided already.
    """
    return _decide(unit, hold, HoldState.APPROVED, kind=Kind.HOLD_APPROVED, at=at, actor=actor)


def drop(unit: Unit, hold: str, *, at: datetime, actor: str, why: str = "") -> HeldFuse:
    """Let nobody of the list pass; `why` is for the audit.

    Raises:
        Refused: there is no such hold, or it was decided already.
    """
    kind = Kind.HOLD_DROPPED
    return _decide(unit, hold, HoldState.DROPPED, kind=kind, at=at, actor=actor, why=why)


def approved_keys(
    unit: Unit, playbook: str, version: str, *, now: datetime
) -> frozenset[str] | None:
    """The keys that an approval in force lets pass; None where there is none."""
    row = approval_in_force(unit, playbook, version, now=now)
    return None if row is None else frozenset(unpack_keys(row.keys))


def held_fuses(unit: Unit) -> list[HeldFuse]:
    """Fuses that wait for a person, the oldest first."""
    waiting = select(holds).where(holds.c.state == HoldState.WAITING)
    rows = unit.connection.execute(waiting.order_by(holds.c.held_at, holds.c.id))
    return [_fuse(row) for row in rows]


def void_holds(unit: Unit, playbook: str, *, at: datetime, actor: str) -> None:
    """Let nobody decide any more on what a playbook was held for."""
    older = (holds.c.playbook == playbook, holds.c.state == HoldState.WAITING)
    values = {"state": HoldState.VOID, "decided_at": at, "decided_by": actor}
    statement = update(holds).where(*older).values(values).returning(holds.c.id)
    for held in unit.connection.scalars(statement).all():
        unit.note(Kind.HOLD_VOID, {"hold": held}, at=at, actor=actor, playbook=playbook)


def _hold_id(unit: Unit, run: str, attempts: int | None) -> str:
    return unit.keyed(canonical(["hold", run, attempts]))[:_ID_WIDTH]


def _decide(
    unit: Unit,
    hold: str,
    state: HoldState,
    *,
    kind: Kind,
    at: datetime,
    actor: str,
    why: str = "",
) -> HeldFuse:
    waiting = (holds.c.id == hold, holds.c.state == HoldState.WAITING)
    values = {"state": state, "decided_at": at, "decided_by": actor}
    statement = update(holds).where(*waiting).values(values).returning(holds)
    row = unit.connection.execute(statement).first()
    if row is None:
        raise Refused(_why_not(unit, hold))
    body = {"hold": hold, "run": row.run, "version": row.version}
    body |= {"why": unit.without_addresses(why)} if why else {}
    unit.note(kind, body, at=at, actor=actor, playbook=row.playbook)
    return _fuse(row)


def _why_not(unit: Unit, hold: str) -> str:
    row = unit.connection.execute(select(holds).where(holds.c.id == hold)).first()
    if row is not None:
        by = f" by {row.decided_by}" if row.decided_by else ""
        return f"{hold} waits no longer: it is {row.state}{by} since {row.decided_at:%F %R} UTC"
    if unit.connection.scalar(select(touches.c.id).where(touches.c.id == hold)):
        return (
            f"{hold} is a send, not a fuse; say `touchline held resolve {hold} --sent|--not-sent`"
        )
    known = [*(each.id for each in held_fuses(unit)), *(each.id for each in held_touches(unit))]
    known += unit.connection.scalars(select(touches.c.id).where(IS_DRAFT)).all()
    hint = did_you_mean(hold, known)
    return f"nothing held has the id {hold}" + (f"; {hint}" if hint else "")


def _fuse(row: Row[tuple[object, ...]]) -> HeldFuse:
    return HeldFuse(
        id=row.id,
        run=row.run,
        playbook=row.playbook,
        version=row.version,
        fuse=row.fuse,
        allowed=row.allowed,
        found=row.found,
        total=row.total,
        keys=tuple(unpack_keys(row.keys)),
        state=HoldState(row.state),
        held_at=row.held_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


# ---------------------------------------------------------------- unknown outcomes


def held_touches(unit: Unit) -> list[HeldTouch]:
    """Sends whose outcome is unknown, the oldest first."""
    names = HeldTouch.__slots__
    unknown = select(*(touches.c[name] for name in names)).where(
        touches.c.state == TouchState.UNKNOWN
    )
    rows = unit.connection.execute(unknown.order_by(touches.c.in_doubt_at, touches.c.id))
    return [HeldTouch(*row) for row in rows]


def resolve_sent(unit: Unit, touch: str, *, at: datetime, actor: str) -> None:
    """Say that an unknown send did go out.

    Raises:
        Refused: its outcome is not unknown, or there is no such touch.
    """
    values: dict[str, object] = {"state": TouchState.SENT, "reason": "resolved"}
    _resolve(unit, touch, values, verdict="sent", at=at, actor=actor)


def resolve_not_sent(unit: Unit, touch: str, *, at: datetime, actor: str) -> None:
    """Say that an unknown send did not go out: it is ready again, with the same bytes.

    Where the one it was for has left the playbook early, it is dropped instead.

    Raises:
        Refused: its outcome is not unknown, or there is no such touch.
    """
    values: dict[str, object] = {
        "state": TouchState.READY,
        "reason": "resolved",
        "epoch": touches.c.epoch + 1,  # a late answer to the act that was given up is not ours
        "next_attempt_at": at,
        "in_doubt_at": None,
        "ended_at": None,
    }
    if _has_left_early(unit, touch):
        values = {"state": TouchState.DROPPED, "reason": "left", "ended_at": at}
    _resolve(unit, touch, values, verdict="not sent", at=at, actor=actor)


def _has_left_early(unit: Unit, touch: str) -> bool:
    """Whether the stay that a touch belongs to ended before its last step."""
    mine = select(touches.c.id).join(enrollments, enrollments.c.id == touches.c.enrollment)
    return unit.connection.scalar(mine.where(touches.c.id == touch, LEFT_EARLY)) is not None


def _resolve(
    unit: Unit, touch: str, values: dict[str, object], *, verdict: str, at: datetime, actor: str
) -> None:
    unknown = (touches.c.id == touch, touches.c.state == TouchState.UNKNOWN)
    statement = update(touches).where(*unknown).values(values)
    row = unit.connection.execute(statement.returning(touches.c.playbook, touches.c.key)).first()
    if row is None:
        raise Refused(_why_not_resolved(unit, touch))
    body = {"touch": touch, "verdict": verdict}
    unit.note(Kind.TOUCH_RESOLVED, body, at=at, actor=actor, playbook=row.playbook, key=row.key)


def _why_not_resolved(unit: Unit, touch: str) -> str:
    state = unit.connection.scalar(select(touches.c.state).where(touches.c.id == touch))
    if state is not None:
        return f"the outcome of {touch} is not unknown: it is {state}"
    if unit.connection.scalar(select(holds.c.id).where(holds.c.id == touch)):
        return f"{touch} is a fuse; say `touchline held approve {touch}` or `drop {touch}`"
    hint = did_you_mean(touch, (each.id for each in held_touches(unit)))
    return f"no send has the id {touch}" + (f"; {hint}" if hint else "")
