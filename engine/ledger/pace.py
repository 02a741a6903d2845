"""How fast messages go out: turns of channels and of mailboxes that send, shared by all workers.

Language, section 6, `rates`. Messages are spread evenly, so that no burst follows idle time. A turn
is taken when a touch is claimed, and once more right before the act: what was claimed in good time
may come to its dot together with others. Rates go by the real clock, whatever instant a run is at.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, update

from engine.bind.policy import BoundPolicy
from engine.language.policy import Rate
from engine.ledger.statements import insert_new
from engine.ledger.store import Unit
from engine.ledger.tables import rates, touches

__all__ = [
    "PATIENCE",
    "has_turn",
    "names_of",
    "next_claim",
    "take_claim",
    "turn_at",
    "without_turn",
]

PATIENCE = timedelta(seconds=5)
"""A worker waits so long for its turn; what has to wait longer stays ready, and no worker with it.
"""

_SKEW = timedelta(minutes=1)
"""A turn farther off than its interval and this was given by a clock that was wrong."""


def names_of(policy: BoundPolicy, channel: str, sender: str) -> dict[str, Rate]:
    """The rates that a message goes by, by the name of their row."""
    found = {}
    if channel in policy.rates:
        found[_channel(channel)] = policy.rates[channel]
    if policy.per_sender is not None and sender:
        found[_sender(sender)] = policy.per_sender
    return found


def _channel(name: str) -> str:
    return f"channel {name}"


def _sender(address: str) -> str:
    return f"sender {address}"


def has_turn(policy: BoundPolicy, real: datetime) -> list[ColumnElement[bool]]:
    """The touches whose channel and sender have a turn now."""
    wanted = []
    for channel, rate in policy.rates.items():
        blocked = _blocks(rates.c.name == _channel(channel), rate, real)
        wanted.append(or_(touches.c.channel != channel, ~blocked))
    if policy.per_sender is not None:
        mine = rates.c.name == literal(_sender("")) + touches.c.sender
        wanted.append(or_(touches.c.sender == "", ~_blocks(mine, policy.per_sender, real)))
    return wanted


def _blocks(mine: ColumnElement[bool], rate: Rate, real: datetime) -> ColumnElement[bool]:
    return exists().where(and_(mine, *_is_ahead(rates.c.claim_from, rate, real)))


def _is_ahead(
    column: ColumnElement[datetime], rate: Rate, real: datetime
) -> tuple[ColumnElement[bool], ...]:
    return column > real, column <= real + timedelta(seconds=rate.interval_s) + _SKEW


def without_turn(unit: Unit, wanted: Mapping[str, Rate], *, real: datetime) -> list[str]:
    """Those of some rows whose turn to claim is farther off than a worker waits."""
    turns = {name: next_claim(unit, {name: rate}, real=real) for name, rate in wanted.items()}
    return [name for name, turn in turns.items() if turn is not None and turn - real > PATIENCE]


def next_claim(unit: Unit, wanted: Mapping[str, Rate], *, real: datetime) -> datetime | None:
    """When all of some rows have a turn to claim; None: now."""
    return _latest(unit, rates.c.claim_from, wanted, real=real)


def take_claim(unit: Unit, wanted: Mapping[str, Rate], *, real: datetime) -> None:
    """Take a turn to claim; the next one is an interval later."""
    for name, rate in wanted.items():
        following = real + timedelta(seconds=rate.interval_s)
        row = {"name": name, "claim_from": following, "act_from": real}
        fresh = insert_new(unit.connection, rates).values(row)
        if unit.connection.execute(fresh).rowcount != 1:
            mine = update(rates).where(rates.c.name == name)
            unit.connection.execute(mine.values(claim_from=following))


def turn_at(unit: Unit, wanted: Mapping[str, Rate], *, real: datetime) -> datetime | None:
    """Take a turn to act, or say when there is one; None: it was taken, the act may follow."""
    if not wanted:
        return None
    latest = _latest(unit, rates.c.act_from, wanted, real=real)
    for name, rate in wanted.items() if latest is None else ():
        mine = update(rates).where(rates.c.name == name)
        following = real + timedelta(seconds=rate.interval_s)
        unit.connection.execute(mine.values(act_from=following))
    return latest


def _latest(
    unit: Unit, column: ColumnElement[datetime], wanted: Mapping[str, Rate], *, real: datetime
) -> datetime | None:
    waits = [
        unit.connection.scalar(
            select(column).where(rates.c.name == name, *_is_ahead(column, rate, real))
        )
        for name, rate in wanted.items()
    ]
    return max((each for each in waits if each is not None), default=None)
