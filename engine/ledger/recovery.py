"""What is done with touches whose worker is gone, and with those that came too late.

Delivery page, "Touches", points 3, 4 and 12. A claim that ran out is ready again; what was in
doubt is never silently sent again and never silently forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from engine.bind.acts import ADDING
from engine.decide.facts import TouchKind, TouchState
from engine.ledger.audit import Kind
from engine.ledger.control_tables import pauses
from engine.ledger.prepared import Given, Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import IN_HAND, IS_COPY, NOBODYS, channels, touches
from engine.ledger.touches import withdraw_late
from engine.steps.copies import NOT_SENT

__all__ = [
    "RETRIED",
    "OnUnknown",
    "end_copies",
    "expire",
    "for_touch",
    "leaseholders",
    "release",
    "retry_now",
    "sweep",
]


class OnUnknown(StrEnum):
    """What a channel does with an act that no answer came to."""

    HOLD = "hold"
    ASSUME_SENT = "assume_sent"
    RESEND = "resend"


def for_touch(kind: str, method: str, declared: OnUnknown) -> OnUnknown:
    """What is done with one touch of a channel.

    Of an update it hangs on what is written: a value may be set again, a number is added once.
    """
    if kind != TouchKind.UPDATE:
        return declared
    return OnUnknown.HOLD if method == ADDING else OnUnknown.RESEND


def leaseholders(unit: Unit) -> frozenset[str]:
    """The workers that hold a claim or an act in doubt, whether they live or not."""
    return frozenset(_HOLDERS.column(unit.connection, {}))


def sweep(
    unit: Unit,
    *,
    now: datetime,
    on_unknown: Mapping[str, OnUnknown],
    gone: Collection[str] = (),
    actor: str,
) -> int:
    """Take back what no worker holds any more: leases that ran out, and all of workers `gone`.

    `on_unknown` is by channel; for one that is not in it, an email is held and a webhook resent.
    Gives how many are held for a person from now on.
    """
    lost = {"now": now, "given": sorted(gone)}
    released = _LET_GO.ordered(unit.connection, lost)
    _tell(unit, released, Kind.TOUCH_RELEASED, "lease_ended", now=now, actor=actor)
    doubtful = _IN_DOUBT.ordered(unit.connection, lost)
    return _close_doubts(unit, doubtful, now=now, on_unknown=on_unknown, actor=actor)


def release(unit: Unit, worker: str, *, now: datetime, actor: str) -> int:
    """Make everything ready again that a worker claimed and did not begin; how many."""
    claimed = (touches.c.state == TouchState.CLAIMED, touches.c.worker == worker)
    rows = unit.connection.execute(_let_go(*claimed)).all()
    _tell(unit, rows, Kind.TOUCH_RELEASED, "shutdown", now=now, actor=actor)
    return len(rows)


def expire(unit: Unit, *, now: datetime, actor: str) -> int:
    """End what waits, drafts too, and is older than its `max_lateness`; how many.

    In a playbook that is paused lateness stands still.
    """
    rows = _EXPIRE.ordered(unit.connection, {"now": now})
    _tell(unit, rows, Kind.TOUCH_EXPIRED, "expired", now=now, actor=actor)
    return len(rows)


def end_copies(unit: Unit, *, now: datetime, actor: str) -> int:
    """End copies for people in `cc` whose mail has ended and did not go out; how many."""
    rows = _END_COPIES.ordered(unit.connection, {"now": now})
    _tell(unit, rows, Kind.TOUCH_SKIPPED, NOT_SENT, now=now, actor=actor)
    return len(rows)


def retry_now(unit: Unit, *, now: datetime, actor: str) -> int:
    """Make due again what waits for its next attempt, and let shut breakers be probed; how many.

    For a run at an instant that was run at before: no time passes there, so no wait would end.
    """
    waiting = (
        touches.c.state == TouchState.READY,
        touches.c.next_attempt_at > now,
        touches.c.reason.in_(RETRIED),
    )
    statement = update(touches).where(*waiting).values(next_attempt_at=now).returning(*_TOLD)
    rows = unit.connection.execute(statement).all()
    _tell(unit, rows, Kind.TOUCH_RELEASED, "run_again", now=now, actor=actor)
    shut = update(channels).where(channels.c.breaker_until > now).values(breaker_until=now)
    for name in unit.connection.scalars(shut.returning(channels.c.name)).all():
        body = {"channel": name, "reason": "run_again"}
        unit.note(Kind.BREAKER_CLOSED, body, at=now, actor=actor)
    return len(rows)


# ---------------------------------------------------------------- inside

# Who resolves one does so by the clock on the wall.
RETRIED = ("later", "channel", "unopened", "credentials", "resolved")
"""Why a touch that was tried is ready again, and waits for its next attempt."""

_TOLD = (
    touches.c.id,
    touches.c.playbook,
    touches.c.key,
    touches.c.channel,
    touches.c.epoch,
)
_PENDING = touches.c.state.in_((TouchState.DRAFT, TouchState.READY))


def _let_go(*claimed: ColumnElement[bool]) -> ReturningUpdate[Any]:
    values = {**NOBODYS, "state": TouchState.READY, "attempts": touches.c.attempts - 1}
    return update(touches).where(*claimed).values(values).returning(*_TOLD)


def _lost(given: Given) -> ColumnElement[bool]:
    of_the_gone = touches.c.worker.in_(select(given("worker").c.worker))
    ran_out = touches.c.lease_until <= bindparam("now")
    return and_(IN_HAND, or_(ran_out, of_the_gone))  # by its index


def _expire(_: Given) -> ReturningUpdate[Any]:
    paused = select(pauses.c.playbook).where(pauses.c.ended_at.is_(None))
    late = (
        _PENDING,
        touches.c.ended_at.is_(None),
        touches.c.expires_at <= bindparam("now"),
        touches.c.playbook.not_in(paused),
    )
    values = {"state": TouchState.EXPIRED, "reason": "expired", "ended_at": bindparam("now")}
    return update(touches).where(*late).values(values).returning(*_TOLD)


def _end_copies(_: Given) -> ReturningUpdate[Any]:
    mail = touches.alias()
    went_nowhere = select(mail.c.id).where(
        mail.c.id == touches.c.copy_of,
        mail.c.state.in_(
            (TouchState.FAILED, TouchState.SKIPPED, TouchState.DROPPED, TouchState.EXPIRED)
        ),
    )
    values = {"state": TouchState.SKIPPED, "reason": NOT_SENT, "ended_at": bindparam("now")}
    ended = update(touches).where(IS_COPY, _PENDING, went_nowhere.exists()).values(values)
    return ended.returning(*_TOLD)


_HOLDERS = Prepared(lambda _: select(touches.c.worker).where(IN_HAND).distinct())
_LET_GO = Prepared(lambda given: _let_go(touches.c.state == TouchState.CLAIMED, _lost(given)))
_IN_DOUBT = Prepared(
    lambda given: (
        select(touches.c.id, touches.c.kind, touches.c.channel, touches.c.method)
        .where(touches.c.state == TouchState.IN_DOUBT, _lost(given))
        .with_for_update()
    )
)
_EXPIRE = Prepared(_expire)
_END_COPIES = Prepared(_end_copies)


def _close_doubts(
    unit: Unit,
    doubtful: Sequence[Row[tuple[str, str, str, str]]],
    *,
    now: datetime,
    on_unknown: Mapping[str, OnUnknown],
    actor: str,
) -> int:
    chosen: dict[OnUnknown, list[str]] = {choice: [] for choice in OnUnknown}
    for row in doubtful:
        usual = OnUnknown.HOLD if row.kind == TouchKind.EMAIL else OnUnknown.RESEND
        declared = on_unknown.get(row.channel, usual)
        chosen[for_touch(row.kind, row.method, declared)].append(row.id)
    for choice, ids in chosen.items():
        _close(unit, ids, choice, now=now, actor=actor)
    return len(chosen[OnUnknown.HOLD])


_CLOSED: Mapping[OnUnknown, tuple[TouchState, Kind, str]] = {
    OnUnknown.HOLD: (TouchState.UNKNOWN, Kind.TOUCH_UNKNOWN, "worker_gone"),
    OnUnknown.ASSUME_SENT: (TouchState.SENT, Kind.TOUCH_SENT, "assumed"),
    OnUnknown.RESEND: (TouchState.READY, Kind.TOUCH_DEFERRED, "worker_gone"),
}


def _close(
    unit: Unit, ids: Collection[str], choice: OnUnknown, *, now: datetime, actor: str
) -> None:
    state, kind, reason = _CLOSED[choice]
    values: dict[str, object] = {**NOBODYS, "state": state, "reason": reason}
    if state is TouchState.READY:
        values |= {"next_attempt_at": now, "in_doubt_at": None}
    else:
        values["ended_at"] = now
    rows: list[Row[tuple[str, str, str, str, int]]] = []
    for each in ids:
        statement = update(touches).where(touches.c.id == each).values(values)
        rows.extend(unit.connection.execute(statement.returning(*_TOLD)).all())
    _tell(unit, rows, kind, reason, now=now, actor=actor)
    if state is TouchState.READY:
        withdraw_late(unit, ids, at=now, actor=actor)


def _tell(
    unit: Unit,
    rows: Collection[Row[tuple[str, str, str, str, int]]],
    kind: Kind,
    reason: str,
    *,
    now: datetime,
    actor: str,
) -> None:
    for row in rows:
        body = {"touch": row.id, "channel": row.channel, "epoch": row.epoch, "reason": reason}
        unit.note(kind, body, at=now, actor=actor, playbook=row.playbook, key=row.key)
