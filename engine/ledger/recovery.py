"""What is done with touches whose worker is gone, and with those that came too late.

Delivery page, "Touches", points 3, 4 and 12. A claim that ran out is ready again; what was in
doubt is never silently sent again and never silently forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, or_, select, update

from engine.bind.acts import ADDING
from engine.decide.facts import TouchKind, TouchState
from engine.ledger.audit import Kind
from engine.ledger.control_tables import pauses
from engine.ledger.store import Unit
from engine.ledger.tables import IS_COPY, channels, touches
from engine.steps.copies import NOT_SENT

__all__ = [
    "OnUnknown",
    "Swept",
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


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: claims let go, acts held for a person, sent again, taken for sent."""

    released: int = 0
    unknown: int = 0
    resent: int = 0
    assumed: int = 0


def leaseholders(unit: Unit) -> frozenset[str]:
    """The workers that hold a claim or an act in doubt, whether they live or not."""
    statement = select(touches.c.worker).where(touches.c.lease_until.is_not(None)).distinct()
    return frozenset(unit.connection.scalars(statement))


def sweep(
    unit: Unit,
    *,
    now: datetime,
    on_unknown: Mapping[str, OnUnknown],
    gone: Collection[str] = (),
    actor: str,
) -> Swept:
    """Take back what no worker holds any more: leases that ran out, and all of workers `gone`.

    `on_unknown` is by channel; for one that is not in it, an email is held and a webhook resent.
    """
    lost: ColumnElement[bool] = touches.c.lease_until <= now
    if gone:
        lost = or_(lost, touches.c.worker.in_(sorted(gone)))
    return Swept(
        released=_release(unit, [lost], now=now, reason="lease_ended", actor=actor),
        **_close_doubts(unit, lost, now=now, on_unknown=on_unknown, actor=actor),
    )


def release(unit: Unit, worker: str, *, now: datetime, actor: str) -> int:
    """Make everything ready again that a worker claimed and did not begin; how many."""
    return _release(unit, [touches.c.worker == worker], now=now, reason="shutdown", actor=actor)


def expire(unit: Unit, *, now: datetime, actor: str) -> int:
    """End what waits, drafts too, and is older than its `max_lateness`; how many.

    In a playbook that is paused lateness stands still.
    """
    paused = select(pauses.c.playbook).where(pauses.c.ended_at.is_(None))
    late = (
        touches.c.state.in_((TouchState.DRAFT, TouchState.READY)),
        touches.c.ended_at.is_(None),
        touches.c.expires_at <= now,
        touches.c.playbook.not_in(paused),
    )
    values = {"state": TouchState.EXPIRED, "reason": "expired", "ended_at": now}
    statement = update(touches).where(*late).values(values).returning(*_TOLD)
    rows = unit.connection.execute(statement).all()
    _tell(unit, rows, Kind.TOUCH_EXPIRED, "expired", now=now, actor=actor)
    return len(rows)


def end_copies(unit: Unit, *, now: datetime, actor: str) -> int:
    """End copies for people in `cc` whose mail has ended and did not go out; how many."""
    mail = touches.alias()
    went_nowhere = select(mail.c.id).where(
        mail.c.id == touches.c.copy_of,
        mail.c.state.in_(
            (TouchState.FAILED, TouchState.SKIPPED, TouchState.DROPPED, TouchState.EXPIRED)
        ),
    )
    pending = touches.c.state.in_((TouchState.DRAFT, TouchState.READY))
    values = {"state": TouchState.SKIPPED, "reason": NOT_SENT, "ended_at": now}
    statement = update(touches).where(IS_COPY, pending, went_nowhere.exists()).values(values)
    rows = unit.connection.execute(statement.returning(*_TOLD)).all()
    _tell(unit, rows, Kind.TOUCH_SKIPPED, NOT_SENT, now=now, actor=actor)
    return len(rows)


def retry_now(unit: Unit, *, now: datetime, actor: str) -> int:
    """Make due again what waits for its next attempt, and let shut breakers be probed; how many.

    For a run at an instant that was run at before: no time passes there, so no wait would end.
    """
    waiting = (
        touches.c.state == TouchState.READY,
        touches.c.next_attempt_at > now,
        touches.c.reason.in_(_WAITS),
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

# Why a touch that was tried is ready again; who resolves one does so by the clock on the wall.
_WAITS = ("later", "channel", "credentials", "resolved")
_TOLD = (
    touches.c.id,
    touches.c.playbook,
    touches.c.key,
    touches.c.channel,
    touches.c.epoch,
)
_FREE: Mapping[str, object] = {"worker": "", "lease_until": None}


def _release(
    unit: Unit, which: Collection[ColumnElement[bool]], *, now: datetime, reason: str, actor: str
) -> int:
    claimed = (touches.c.state == TouchState.CLAIMED, *which)
    values = {**_FREE, "state": TouchState.READY, "attempts": touches.c.attempts - 1}
    statement = update(touches).where(*claimed).values(values).returning(*_TOLD)
    rows = unit.connection.execute(statement).all()
    _tell(unit, rows, Kind.TOUCH_RELEASED, reason, now=now, actor=actor)
    return len(rows)


def _close_doubts(
    unit: Unit,
    lost: ColumnElement[bool],
    *,
    now: datetime,
    on_unknown: Mapping[str, OnUnknown],
    actor: str,
) -> dict[str, int]:
    doubtful = select(touches.c.id, touches.c.kind, touches.c.channel, touches.c.method)
    found = unit.connection.execute(
        doubtful.where(touches.c.state == TouchState.IN_DOUBT, lost).with_for_update()
    ).all()
    chosen: dict[OnUnknown, list[str]] = {choice: [] for choice in OnUnknown}
    for row in found:
        usual = OnUnknown.HOLD if row.kind == TouchKind.EMAIL else OnUnknown.RESEND
        declared = on_unknown.get(row.channel, usual)
        chosen[for_touch(row.kind, row.method, declared)].append(row.id)
    for choice, ids in chosen.items():
        _close(unit, ids, choice, now=now, actor=actor)
    return {
        "unknown": len(chosen[OnUnknown.HOLD]),
        "resent": len(chosen[OnUnknown.RESEND]),
        "assumed": len(chosen[OnUnknown.ASSUME_SENT]),
    }


_CLOSED: Mapping[OnUnknown, tuple[TouchState, Kind, str]] = {
    OnUnknown.HOLD: (TouchState.UNKNOWN, Kind.TOUCH_UNKNOWN, "worker_gone"),
    OnUnknown.ASSUME_SENT: (TouchState.SENT, Kind.TOUCH_SENT, "assumed"),
    OnUnknown.RESEND: (TouchState.READY, Kind.TOUCH_DEFERRED, "worker_gone"),
}


def _close(
    unit: Unit, ids: Collection[str], choice: OnUnknown, *, now: datetime, actor: str
) -> None:
    state, kind, reason = _CLOSED[choice]
    values: dict[str, object] = {**_FREE, "state": state, "reason": reason}
    if state is TouchState.READY:
        values |= {"next_attempt_at": now, "in_doubt_at": None}
    else:
        values["ended_at"] = now
    rows: list[Row[tuple[str, str, str, str, int]]] = []
    for each in ids:
        statement = update(touches).where(touches.c.id == each).values(values)
        rows.extend(unit.connection.execute(statement.returning(*_TOLD)).all())
    _tell(unit, rows, kind, reason, now=now, actor=actor)


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
