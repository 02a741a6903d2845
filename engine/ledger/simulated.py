"""What a simulation asks of its ledger: when something is due next, and what became of everyone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engine.decide.facts import Phase
from engine.ledger.store import Unit
from engine.ledger.tables import IS_COPY, IS_READY, enrollments, touches

__all__ = [
    "SimulatedStay",
    "SimulatedTouch",
    "held_back",
    "inside",
    "next_due",
    "over",
    "simulated_stays",
    "simulated_touches",
    "to_deliver",
    "watched",
]

_WATCHING = (Phase.WATCHING, Phase.HOLDING)


@dataclass(frozen=True, slots=True)
class SimulatedStay:
    """One who was inside a playbook; `left_at` is None of who still is."""

    playbook: str
    entity: str
    key: str
    entered_at: datetime
    left_at: datetime | None
    holdout: int


@dataclass(frozen=True, slots=True)
class SimulatedTouch:
    """What was made for somebody; `ended_at` is None of what has not gone out."""

    id: str
    playbook: str
    entity: str
    key: str
    channel: str
    state: str
    reason: str
    made_at: datetime
    ended_at: datetime | None


def next_due(unit: Unit, after: datetime) -> datetime | None:
    """The first instant after another at which a wait ends or a touch that waits is tried again."""
    waits = select(func.min(enrollments.c.waits_until)).where(
        enrollments.c.left_at.is_(None), enrollments.c.waits_until > after
    )
    tries = select(func.min(touches.c.next_attempt_at)).where(
        IS_READY, touches.c.next_attempt_at > after
    )
    found = [unit.connection.scalar(each) for each in (waits, tries)]
    return min((each for each in found if each is not None), default=None)


def inside(unit: Unit) -> frozenset[str]:
    """The playbooks that somebody is inside of."""
    names = select(enrollments.c.playbook).where(enrollments.c.left_at.is_(None)).distinct()
    return frozenset(unit.connection.scalars(names))


def watched(unit: Unit) -> frozenset[str]:
    """Those in which somebody stands still for a condition, or for a moment that is missing."""
    watching = enrollments.c.phase.in_(_WATCHING) | (
        (enrollments.c.phase == Phase.WAITING) & enrollments.c.waits_until.is_(None)
    )
    names = select(enrollments.c.playbook).where(enrollments.c.left_at.is_(None), watching)
    return frozenset(unit.connection.scalars(names.distinct()))


def over(unit: Unit, at: datetime) -> frozenset[str]:
    """Those in which somebody has stood still for as long as was to be waited."""
    waited = (enrollments.c.left_at.is_(None), enrollments.c.waits_until <= at)
    return frozenset(unit.connection.scalars(select(enrollments.c.playbook).where(*waited)))


def to_deliver(unit: Unit, at: datetime) -> frozenset[str]:
    """Those of which a touch that waits may be tried by now."""
    ready = (IS_READY, touches.c.next_attempt_at <= at)
    return frozenset(unit.connection.scalars(select(touches.c.playbook).where(*ready).distinct()))


def simulated_stays(unit: Unit) -> Iterator[SimulatedStay]:
    """Everyone who ever was inside, in the order of entry."""
    columns = [enrollments.c[name] for name in SimulatedStay.__slots__]
    order = (enrollments.c.entered_at, enrollments.c.playbook, enrollments.c.key)
    for row in unit.connection.execute(select(*columns).order_by(*order)):
        yield SimulatedStay(*row)


def simulated_touches(unit: Unit) -> Iterator[SimulatedTouch]:
    """Everything that was made, but copies, in the order in which it was."""
    columns = [touches.c[name] for name in SimulatedTouch.__slots__]
    statement = select(*columns).where(~IS_COPY).order_by(touches.c.made_at, touches.c.id)
    for row in unit.connection.execute(statement):
        yield SimulatedTouch(*row)


def held_back(unit: Unit) -> list[tuple[str, str]]:
    """The touches that are ready and may not go out yet, each with why."""
    waiting = select(touches.c.id, touches.c.reason).where(
        IS_READY, ~IS_COPY, touches.c.reason != ""
    )
    return [(id_, reason) for id_, reason in unit.connection.execute(waiting)]
