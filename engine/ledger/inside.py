"""Those inside a playbook, streamed: a pass over a million reads only whom it has to ask.

Each question is put so that an index answers it; what it finds comes in pages, from one snapshot,
while decisions about earlier pages are being written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from engine.decide.facts import Enrollment, Phase
from engine.ledger.journey import FACTS, OPEN, enrollment_of
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments

__all__ = [
    "gathering",
    "number_inside",
    "outdated",
    "patient",
    "patient_named",
    "stirring",
    "versions_inside",
    "watching",
]

_PAGE = 5_000

_STIRRING = (Phase.READY, Phase.TOUCHING, Phase.HOLDING)
_PATIENT = (Phase.WAITING, Phase.WATCHING, Phase.GATHERING)


def stirring(unit: Unit, playbook: str, as_of: datetime) -> Iterator[Sequence[Enrollment]]:
    """Those whose step goes on or is about to, and those whose rest as a holdout is over."""
    for phase in _STIRRING:
        yield from _pages(unit, _IN_PHASE, playbook, phase=phase)
    yield from _pages(unit, _RESTED, playbook, phase=Phase.RESTING, now=as_of)


def patient(
    unit: Unit, playbook: str, as_of: datetime, among: Collection[str]
) -> Iterator[Sequence[Enrollment]]:
    """Everyone else who goes on with one of some versions."""
    some = list(among)
    for phase in _PATIENT:
        yield from _pages(unit, _AMONG, playbook, phase=phase, some=some)
    resting = {"phase": Phase.RESTING, "some": some, "now": as_of}
    yield from _pages(unit, _RESTING, playbook, **resting)


def patient_named(
    unit: Unit,
    playbook: str,
    as_of: datetime,
    among: Collection[str],
    *,
    keys: Sequence[str],
    past: Collection[str] | None,
) -> Iterator[Sequence[Enrollment]]:
    """Those of the `patient` who have one of some keys: each is looked up, nobody else is read.

    With `past` only those whom the goal counts for at `as_of`, and who are at none of these levels.
    """
    given = texts_relation(unit.connection, keys)
    asked = _NAMED if past is None else _AIMING
    named = asked.where(enrollments.c.key.in_(select(given.c.value)))
    values = {"now": as_of} if past is None else {"now": as_of, "past": list(past)}
    for page in _pages(unit, named, playbook, **values):
        # Not in the question: SQLite would go by the index of versions, and read all of one.
        yield [each for each in page if each.version in among]


def number_inside(unit: Unit, playbook: str, among: Collection[str], *, up_to: int) -> int:
    """How many go on with one of some versions; they are counted no further than `up_to`."""
    mine = (enrollments.c.playbook == playbook, OPEN, _SOME)
    some = select(enrollments.c.version).where(*mine).limit(up_to).subquery()
    counted = select(func.count()).select_from(some)
    return unit.connection.scalar(counted, {"some": list(among)}) or 0


def watching(unit: Unit, playbook: str) -> Iterator[Sequence[Enrollment]]:
    """Those who stand still for a condition, or for a moment that is missing."""
    for phase in (Phase.WATCHING, Phase.HOLDING):
        yield from _pages(unit, _IN_PHASE, playbook, phase=phase)
    yield from _pages(unit, _NO_MOMENT, playbook, phase=Phase.WAITING)


def gathering(unit: Unit, playbook: str, as_of: datetime) -> list[Enrollment]:
    """Everyone who waits to be gathered, and whose digest has fired, by key."""
    due = (enrollments.c.phase == Phase.GATHERING, enrollments.c.waits_until <= as_of)
    wanted = (enrollments.c.playbook == playbook, OPEN, *due)
    statement = select(*FACTS).where(*wanted).order_by(enrollments.c.key)
    return [enrollment_of(row) for row in unit.connection.execute(statement)]


def outdated(unit: Unit, playbook: str, version: str) -> Iterator[Sequence[Enrollment]]:
    """Those who go on with another version than this one."""
    for other in versions_inside(unit, playbook):
        if other != version:
            yield from _pages(unit, _OF_VERSION, playbook, version=other)


def versions_inside(unit: Unit, playbook: str) -> list[str]:
    """The versions with which somebody is inside: one look into the index for each of them."""
    found: list[str] = []
    mine = (enrollments.c.playbook == playbook, OPEN)
    while True:
        last = found[-1] if found else ""
        following = select(func.min(enrollments.c.version)).where(
            *mine, enrollments.c.version > last
        )
        version = unit.connection.scalar(following)
        if version is None:
            return found
        found.append(version)


def _asking(*which: ColumnElement[bool]) -> Select[Any]:
    order = (enrollments.c.waits_until, enrollments.c.key)  # as the index has them
    mine = (enrollments.c.playbook == bindparam("mine"), OPEN, *which)
    return select(*FACTS).where(*mine).order_by(*order)


# Written once: a pass puts a dozen of these, and mostly finds nobody.
_IS_IN = enrollments.c.phase == bindparam("phase")
_SOME = enrollments.c.version.in_(bindparam("some", expanding=True))
_IN_PHASE = _asking(_IS_IN)
_NO_MOMENT = _asking(_IS_IN, enrollments.c.waits_until.is_(None))
_RESTED = _asking(_IS_IN, enrollments.c.waits_until <= bindparam("now"))
_NOT_OVER = enrollments.c.waits_until.is_(None) | (enrollments.c.waits_until > bindparam("now"))
_RESTING = _asking(_IS_IN, _NOT_OVER, _SOME)
_AMONG = _asking(_IS_IN, _SOME)
_NAMED = _asking(
    enrollments.c.phase.in_(_PATIENT) | ((enrollments.c.phase == Phase.RESTING) & _NOT_OVER)
)
_AIMING = _NAMED.where(
    enrollments.c.goal_at.is_(None),
    enrollments.c.goal_until.is_(None) | (enrollments.c.goal_until >= bindparam("now")),
    enrollments.c.level.not_in(bindparam("past", expanding=True)),
)
_OF_VERSION = _asking(enrollments.c.version == bindparam("version"))


def _pages(
    unit: Unit, asked: Select[Any], playbook: str, **given: object
) -> Iterator[Sequence[Enrollment]]:
    values = {"mine": playbook, **given}
    streaming = {"yield_per": _PAGE}
    with unit.connection.execute(asked, values, execution_options=streaming) as streamed:
        for rows in streamed.partitions():
            yield [enrollment_of(row) for row in rows]
