"""The outbox: what an answer makes of a touch.

Delivery page, "Touches", points 3 to 7. Every change asks for the epoch of the claim it belongs to,
so that a worker that was overtaken changes nothing. The answer that nearly all get is recorded of
many touches with a few statements.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, null, or_, select, update

from engine.decide.facts import TouchState
from engine.ledger.audit import Kind
from engine.ledger.held import let_others_ask
from engine.ledger.prepared import Given, Prepared
from engine.ledger.statements import OR_ALL_GOES
from engine.ledger.store import Unit
from engine.ledger.tables import NOBODYS, touches
from engine.ledger.told import tell_of_touch, tell_of_touches
from engine.ledger.touches import END_KINDS

__all__ = [
    "Accepted",
    "settle_failed",
    "settle_later",
    "settle_postponed",
    "settle_sent",
    "settle_sent_all",
    "settle_unknown",
]


# ---------------------------------------------------------------- settling

# An answer that comes after the lease has run out finds the touch unknown; under the same epoch
# it is still this worker's own act that is answered, and the answer closes it.
_ACTED = (TouchState.IN_DOUBT, TouchState.UNKNOWN)
_HELD = (TouchState.CLAIMED, *_ACTED)
_AGAIN = (TouchState.READY, TouchState.CLAIMED)
_COUNT = (TouchState.SENT, TouchState.UNKNOWN)  # against caps

_ANSWERED = Prepared(
    lambda given: (
        select(
            *(
                touches.c[name]
                for name in ("id", "epoch", "channel", "playbook", "key", "attempts")
            ),
            touches.c.state,
        )
        .where(
            touches.c.id.in_(select(given("touch").c.touch)),
            or_(*(touches.c.state == each for each in (*_ACTED, *_AGAIN))),
        )
        .order_by(touches.c.id)  # workers lock in one order
        .with_for_update()
    )
)
_TOLD = {"channel": "channel", "epoch": "epoch", "attempt": "attempts"}


def _sent(given: Given) -> Update:
    mine = given("touch", to="said")
    return (
        update(touches)
        .prefix_with(OR_ALL_GOES, dialect="sqlite")
        .where(touches.c.id == mine.c.touch)
        .values(
            state=TouchState.SENT,
            reason="",
            detail=mine.c.said,
            ended_at=bindparam("now"),
            worker="",
            lease_until=null(),
        )
    )


_SENT = Prepared(_sent)


_WENT_OUT = Prepared(
    lambda given: (
        update(touches)
        .where(touches.c.id.in_(select(given("touch").c.touch)))
        .values(in_doubt_at=bindparam("now"))
    )
)
"""Of what was ready again: it is a contact, and counts against caps."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An act that the receiver took; `detail` is its answer."""

    touch: str
    epoch: int
    detail: str


def settle_sent(
    unit: Unit, touch: str, *, epoch: int, now: datetime, detail: str, actor: str
) -> bool:
    """Record that the receiver took it. False: the touch is no longer this claim's; as it was."""
    return settle_sent_all(unit, [Accepted(touch, epoch, detail)], now=now, actor=actor)[0]


def settle_sent_all(
    unit: Unit, accepted: Sequence[Accepted], *, now: datetime, actor: str
) -> list[bool]:
    """The same of many, the answers in their order.

    An act that was given up, so that the touch is ready again or in another's hands, was done all
    the same: it does not go out a second time.
    """
    found = _ANSWERED.rows(unit.connection, {"given": [each.touch for each in accepted]})
    rows = {row.id: row for row in found}
    answers, mine = [], []
    said: dict[str, str] = {}
    for each in accepted:
        row = rows.pop(each.touch, None)
        answers.append(row is not None and _is_told_of(row, each.epoch))
        if row is None or not answers[-1]:
            continue
        mine.append(row)
        said[each.touch] = each.detail
    if said:
        _SENT.write(unit.connection, {"given": said, "now": now})
        if again := [row.id for row in mine if row.state in _AGAIN]:
            _WENT_OUT.write(unit.connection, {"given": again, "now": now})
        body = {"reason": ""}
        tell_of_touches(unit, mine, Kind.TOUCH_SENT, _TOLD, body=body, now=now, actor=actor)
    return answers


def _is_told_of(row: Any, epoch: int) -> bool:
    """Whether the answer to an act under an epoch says what became of a touch."""
    if row.state == TouchState.READY:
        return bool(row.epoch >= epoch)
    if row.state == TouchState.CLAIMED:
        return bool(row.epoch > epoch)  # under its own epoch nothing was done yet
    return bool(row.epoch == epoch)


def settle_failed(
    unit: Unit, touch: str, *, epoch: int, now: datetime, reason: str, detail: str, actor: str
) -> bool:
    """Record that it was refused for good; `detail` may quote the server, `reason` is a word."""
    values = {"state": TouchState.FAILED, "reason": reason, "detail": detail, "ended_at": now}
    return _settle(unit, touch, values, epoch=epoch, states=_HELD, now=now, actor=actor)


def settle_later(
    unit: Unit,
    touch: str,
    *,
    epoch: int,
    now: datetime,
    next_attempt_at: datetime,
    reason: str,
    detail: str,
    actor: str,
) -> bool:
    """Record that it certainly did not go out and is tried again from `next_attempt_at` on."""
    values = _ready_again(next_attempt_at, reason, detail)
    return _settle(unit, touch, values, epoch=epoch, states=_HELD, now=now, actor=actor)


def settle_postponed(
    unit: Unit,
    touch: str,
    *,
    epoch: int,
    now: datetime,
    next_attempt_at: datetime,
    reason: str,
    detail: str,
    actor: str,
) -> bool:
    """As `settle_later`, where the channel failed and not the touch: no attempt is used up."""
    values = _ready_again(next_attempt_at, reason, detail)
    values["attempts"] = touches.c.attempts - 1
    return _settle(unit, touch, values, epoch=epoch, states=_HELD, now=now, actor=actor)


def _ready_again(next_attempt_at: datetime, reason: str, detail: str) -> dict[str, object]:
    return {
        "state": TouchState.READY,
        "reason": reason,
        "detail": detail,
        "next_attempt_at": next_attempt_at,
        "in_doubt_at": None,
        "ended_at": None,
    }


def settle_unknown(
    unit: Unit, touch: str, *, epoch: int, now: datetime, detail: str, actor: str
) -> bool:
    """Record that the act was done and no answer came; it is held for a person."""
    values = {
        "state": TouchState.UNKNOWN,
        "reason": "no_answer",
        "detail": detail,
        "ended_at": now,
    }
    states = (TouchState.IN_DOUBT,)
    return _settle(unit, touch, values, epoch=epoch, states=states, now=now, actor=actor)


def _settle(
    unit: Unit,
    touch: str,
    values: Mapping[str, object],
    *,
    epoch: int,
    states: Collection[TouchState],
    now: datetime,
    actor: str,
) -> bool:
    mine = (touches.c.id == touch, touches.c.epoch == epoch, touches.c.state.in_(list(states)))
    statement = update(touches).where(*mine).values({**values, **NOBODYS}).returning(touches)
    row = unit.connection.execute(statement).first()
    if row is None:
        return False
    if row.to_customer and row.state not in _COUNT:
        let_others_ask(unit, row.id, now=now)
    kind = END_KINDS.get(TouchState(row.state), Kind.TOUCH_DEFERRED)
    body = {"reason": row.reason, "attempt": row.attempts}
    tell_of_touch(unit, row, kind, body, now=now, actor=actor)
    return True
