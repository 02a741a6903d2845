"""Those inside a playbook, streamed: a pass over a million reads only whom it has to ask.

Each question is put so that an index answers it; what it finds comes in pages, from one snapshot,
while decisions about earlier pages are being written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select

from engine.decide.facts import Enrollment, Phase
from engine.decide.stay import counts_for_goal
from engine.ledger.journey import FACTS, IN_TURN, OPEN, enrollment_of
from engine.ledger.prepared import Given, Prepared
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
        yield from _pages(unit, _AMONG, playbook, phase=phase, given=some)
    resting = {"phase": Phase.RESTING, "given": some, "now": as_of}
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
    # Nothing else is in the question: a database that thinks few are in a phase, or go on with a
    # version, would read all who are in it and look for the keys among them.
    for page in _pages(unit, _NAMED, playbook, given=list(keys)):
        yield [
            each
            for each in page
            if each.version in among
            and _is_patient(each, as_of)
            and (past is None or (counts_for_goal(each, as_of) and each.level not in past))
        ]


def _is_patient(enrollment: Enrollment, as_of: datetime) -> bool:
    if enrollment.phase is not Phase.RESTING:
        return enrollment.phase in _PATIENT
    return enrollment.waits_until is None or enrollment.waits_until > as_of


def number_inside(unit: Unit, playbook: str, among: Collection[str], *, up_to: int) -> int:
    """How many go on with one of some versions; they are counted no further than `up_to`."""
    values = {"mine": playbook, "given": list(among), "up_to": up_to}
    return int(_NUMBER.value(unit.connection, values))


def watching(unit: Unit, playbook: str) -> Iterator[Sequence[Enrollment]]:
    """Those who stand still for a condition, or for a moment that is missing."""
    for phase in (Phase.WATCHING, Phase.HOLDING):
        yield from _pages(unit, _IN_PHASE, playbook, phase=phase)
    yield from _pages(unit, _NO_MOMENT, playbook, phase=Phase.WAITING)


def gathering(unit: Unit, playbook: str, as_of: datetime) -> list[Enrollment]:
    """Everyone who waits to be gathered, and whose digest has fired, by key."""
    values = {"mine": playbook, "now": as_of}
    return [enrollment_of(row) for row in _GATHERING.ordered(unit.connection, values)]


def outdated(unit: Unit, playbook: str, version: str) -> Iterator[Sequence[Enrollment]]:
    """Those who go on with another version than this one."""
    for other in versions_inside(unit, playbook):
        if other != version:
            yield from _pages(unit, _OF_VERSION, playbook, version=other)


def versions_inside(unit: Unit, playbook: str) -> list[str]:
    """The versions with which somebody is inside: one look into the index for each of them."""
    found: list[str] = []
    while True:
        last = found[-1] if found else ""
        version = _FOLLOWING.value(unit.connection, {"mine": playbook, "last": last})
        if version is None:
            return found
        found.append(version)


def _asking(*which: ColumnElement[bool]) -> Select[Any]:
    mine = (enrollments.c.playbook == bindparam("mine"), OPEN, *which)
    return select(*FACTS).where(*mine).order_by(*IN_TURN)


def _some(given: Given) -> ColumnElement[bool]:
    return enrollments.c.version.in_(select(given("version").c.version))


def _has_key(given: Given) -> ColumnElement[bool]:
    return enrollments.c.key.in_(select(given("key").c.key))


_IS_IN = enrollments.c.phase == bindparam("phase")
_WAITS_ON = enrollments.c.waits_until.is_(None) | (enrollments.c.waits_until > bindparam("now"))

_IN_PHASE = Prepared(lambda _: _asking(_IS_IN))
_NO_MOMENT = Prepared(lambda _: _asking(_IS_IN, enrollments.c.waits_until.is_(None)))
_RESTED = Prepared(lambda _: _asking(_IS_IN, enrollments.c.waits_until <= bindparam("now")))
_RESTING = Prepared(lambda given: _asking(_IS_IN, _WAITS_ON, _some(given)))
_AMONG = Prepared(lambda given: _asking(_IS_IN, _some(given)))
_NAMED = Prepared(lambda given: _asking(_has_key(given)))
_NUMBER = Prepared(
    lambda given: select(func.count().label("number")).select_from(
        select(enrollments.c.version)
        .where(enrollments.c.playbook == bindparam("mine"), OPEN, _some(given))
        .limit(bindparam("up_to", type_=Integer()))
        .subquery()
    )
)
_OF_VERSION = Prepared(lambda _: _asking(enrollments.c.version == bindparam("version")))
_GATHERING = Prepared(
    lambda _: (
        select(*FACTS)
        .where(
            enrollments.c.playbook == bindparam("mine"),
            OPEN,
            enrollments.c.phase == Phase.GATHERING,
            enrollments.c.waits_until <= bindparam("now"),
        )
        .order_by(enrollments.c.key)
    )
)
_FOLLOWING = Prepared(
    lambda _: select(func.min(enrollments.c.version).label("version")).where(
        enrollments.c.playbook == bindparam("mine"),
        OPEN,
        enrollments.c.version > bindparam("last"),
    )
)


def _pages(
    unit: Unit, asked: Prepared, playbook: str, **values: object
) -> Iterator[Sequence[Enrollment]]:
    mine = {"mine": playbook, **values}
    for rows in asked.pages(unit.connection, mine, size=_PAGE):
        yield [enrollment_of(row) for row in rows]
