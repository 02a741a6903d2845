"""The permit: the last look at what the ledger knows, and `in_doubt`, just before the act.

Delivery page, "Touches", points 3 to 8. Touches that come to their act at the same moment ask
together: a few statements and one commit serve them all, and each has an answer of its own.
`claimed` may be taken over; `in_doubt` never is. Every change asks for the epoch of the claim it
belongs to, so that a worker that was overtaken changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, tuple_, update

from engine.bind.policy import NO_POLICY, BoundPolicy
from engine.decide.facts import TouchState
from engine.decide.policy import GiveUp, Wait
from engine.ledger.audit import Body, Kind
from engine.ledger.control import Stops, stops_in_force
from engine.ledger.drafts import content_digest
from engine.ledger.held import Room, alone, hold_back
from engine.ledger.pace import names_of, turn_at
from engine.ledger.payloads import payloads_of
from engine.ledger.prepared import Prepared
from engine.ledger.statements import OR_ALL_GOES
from engine.ledger.store import Unit
from engine.ledger.tables import NOBODYS, touches
from engine.ledger.told import tell_of_touch, tell_of_touches
from engine.ledger.topics import Addressed, addressed, refusals_of
from engine.ledger.touches import END_KINDS

__all__ = ["Asking", "Permission", "permit_all", "put_back_all"]


@dataclass(frozen=True, slots=True)
class Asking:
    """A claim that has come to its act.

    `lease` must outlast the wait for the answer: what is in doubt longer becomes unknown.
    """

    touch: str
    epoch: int
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether the act may follow, once the transaction has committed; else the reason why not.

    The reasons: `overtaken` (another worker has it, or it ended), `lease_ended` (the claim ran out:
    what was asked before it is too old), `halted`, `paused`, `expired`, `unapproved` (a draft
    again), `suppressed`, `not_subscribed`, `window`, `capped`, and `rate`: then the touch is still
    claimed, and may be asked about again at `turn_at` (real time).
    """

    allowed: bool
    reason: str = ""
    turn_at: datetime | None = None


_ALLOWED = Permission(True)
_OVERTAKEN = Permission(False, "overtaken")


def permit_all(
    unit: Unit,
    asked: Sequence[Asking],
    *,
    now: datetime,
    actor: str,
    policy: BoundPolicy = NO_POLICY,
    real: datetime | None = None,
) -> list[Permission]:
    """Mark claimed touches in doubt, each after a last look; the answers in the order of `asked`.

    The acts may follow only once this unit has committed. A touch that may not go out is skipped,
    expired or ready again accordingly. Caps and rates count from one touch to the next. `real` is
    what rates go by, where `now` is a run's fixed instant.
    """
    if policy.caps or policy.rates or policy.per_sender:
        alone(unit)
    rows = _ASKED.rows(unit.connection, {"given": [each.touch for each in asked]})
    claims = {row.id: row for row in rows}
    mine = dict(claims)
    look = _Look(
        unit=unit,
        policy=policy,
        stops=stops_in_force(unit),
        refusals=refusals_of(unit, {addressed(policy, row) for row in rows}),
        shown=payloads_of(unit, [row.id for row in rows if row.approver]),
        room=Room(unit, rows, policy, now=now),
        now=now,
        real=real or now,
        actor=actor,
    )
    answers = []
    for each in asked:
        row = mine.pop(each.touch, None)  # whoever asks twice has been answered
        answers.append(look.at(row) if row is not None and row.epoch == each.epoch else _OVERTAKEN)
    allowed = [each for each, answer in zip(asked, answers, strict=True) if answer.allowed]
    _put_in_doubt(unit, allowed, now=now)
    sure = [claims[each.touch] for each in allowed]
    tell_of_touches(unit, sure, Kind.TOUCH_IN_DOUBT, _TOLD, body={}, now=now, actor=actor)
    return answers


# ---------------------------------------------------------------- the last look

_LOOKED_AT = (
    *("id", "epoch", "playbook", "key", "channel", "sender", "topic", "to_customer", "zone"),
    *("state", "attempts", "expires_at", "capped_at", "address_digest", "approver", "approved"),
    "lease_until",
)
_ASKED = Prepared(
    lambda given: (
        select(*(touches.c[name] for name in _LOOKED_AT))
        .where(
            touches.c.id.in_(select(given("touch").c.touch)),
            touches.c.state == TouchState.CLAIMED,
        )
        .order_by(touches.c.id)  # workers lock in one order
        .with_for_update()
    )
)
_TOLD = {"channel": "channel", "epoch": "epoch"}
_IN_DOUBT = Prepared(
    lambda given: (
        update(touches)
        .prefix_with(OR_ALL_GOES, dialect="sqlite")
        .where(touches.c.id.in_(select(given("touch").c.touch)))
        .values(
            state=TouchState.IN_DOUBT, in_doubt_at=bindparam("now"), lease_until=bindparam("until")
        )
    )
)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the ledger knows about touches that ask together, each looked at by itself."""

    unit: Unit
    policy: BoundPolicy
    stops: Stops
    refusals: Mapping[Addressed, str]
    shown: Mapping[str, bytes]
    room: Room
    now: datetime
    real: datetime
    actor: str

    def at(self, row: Row[Any]) -> Permission:
        """Whether this one may go out; one that may not is what it becomes by that."""
        if stopped := self.stops.reason_for(row.playbook):
            return self._put_back(row, stopped)
        if row.expires_at is not None and row.expires_at <= self.now:
            return self._end(row, TouchState.EXPIRED, "expired")
        if row.lease_until <= self.now:
            return self._put_back(row, "lease_ended")
        if row.approver and row.approved != content_digest(self.shown.get(row.id, b"")):
            return self._put_back(row, "unapproved", state=TouchState.DRAFT)
        if self.refusals and (refusal := self.refusals.get(addressed(self.policy, row))):
            return self._end(row, TouchState.SKIPPED, refusal)
        verdict = self.room.verdict(row)
        if isinstance(verdict, Wait):
            self._hold_back(row, verdict)
            return Permission(False, verdict.reason)
        if isinstance(verdict, GiveUp):
            return self._end(row, TouchState.SKIPPED, verdict.reason)
        names = names_of(self.policy, row.channel, row.sender)
        if turn := turn_at(self.unit, names, real=self.real):
            return Permission(False, "rate", turn)
        self.room.take(row)
        return _ALLOWED

    def _hold_back(self, row: Row[Any], wait: Wait) -> None:
        policy, now, actor = self.policy, self.now, self.actor
        hold_back(self.unit, row, wait, policy=policy, now=now, actor=actor)

    def _put_back(
        self, row: Row[Any], reason: str, state: TouchState = TouchState.READY
    ) -> Permission:
        _let_go(self.unit, [row], reason, now=self.now, actor=self.actor, state=state)
        return Permission(False, reason)

    def _end(self, row: Row[Any], state: TouchState, reason: str) -> Permission:
        values = {**NOBODYS, "state": state, "reason": reason, "ended_at": self.now}
        ending = update(touches).where(touches.c.id == row.id).values(values)
        self.unit.connection.execute(ending)
        self._tell(row, END_KINDS[state], {"reason": reason})
        return Permission(False, reason)

    def _tell(self, row: Row[Any], kind: Kind, body: Body) -> None:
        tell_of_touch(self.unit, row, kind, body, now=self.now, actor=self.actor)


def _put_in_doubt(unit: Unit, allowed: Collection[Asking], *, now: datetime) -> None:
    by_lease: dict[timedelta, list[str]] = {}
    for each in allowed:
        by_lease.setdefault(each.lease, []).append(each.touch)
    for lease, ids in by_lease.items():
        _IN_DOUBT.write(unit.connection, {"given": ids, "now": now, "until": now + lease})


# ---------------------------------------------------------------- putting back


def put_back_all(
    unit: Unit, claims: Collection[tuple[str, int]], *, reason: str, now: datetime, actor: str
) -> None:
    """Make touches ready again that did not come to their act; no attempt is used up.

    `claims` are by touch and epoch; what is another's claim by now is left to it.
    """
    mine = (
        tuple_(touches.c.id, touches.c.epoch).in_(list(claims)),
        touches.c.state == TouchState.CLAIMED,
    )
    told = (touches.c.id, touches.c.epoch, touches.c.channel, touches.c.playbook, touches.c.key)
    found: Select[Any] = select(*told).where(*mine).order_by(touches.c.id).with_for_update()
    rows = unit.connection.execute(found).all()
    _let_go(unit, rows, reason, now=now, actor=actor, state=TouchState.READY)


def _let_go(
    unit: Unit,
    rows: Sequence[Row[Any]],
    reason: str,
    *,
    now: datetime,
    actor: str,
    state: TouchState,
) -> None:
    values = {**NOBODYS, "state": state, "attempts": touches.c.attempts - 1}
    mine = touches.c.id.in_([row.id for row in rows])
    unit.connection.execute(update(touches).where(mine).values(values))
    for row in rows:
        tell_of_touch(unit, row, Kind.TOUCH_RELEASED, {"reason": reason}, now=now, actor=actor)
