"""How many are inside a playbook, for `status`: by step, and by the version they go on with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from engine.decide.facts import Phase
from engine.ledger.prepared import Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments

__all__ = ["Insiders", "counts_by_phase", "counts_by_step", "gathering_count", "insiders"]


def counts_by_step(unit: Unit, playbook: str) -> dict[str, int]:
    """How many stand at each step."""
    found: dict[str, int] = {}
    for each in insiders(unit, playbook):
        found[each.step] = found.get(each.step, 0) + each.people
    return dict(sorted(found.items()))


def counts_by_phase(unit: Unit, playbook: str) -> dict[str, dict[str, int]]:
    """By step, how many are in each phase there; the step is empty for those held out."""
    by = (enrollments.c.step, enrollments.c.phase)
    inside = (enrollments.c.playbook == playbook, enrollments.c.left_at.is_(None))
    statement = select(*by, func.count()).where(*inside).group_by(*by)
    found: dict[str, dict[str, int]] = {}
    for step, phase, people in sorted(unit.connection.execute(statement)):
        found.setdefault(step, {})[phase] = people
    return found


def gathering_count(unit: Unit, playbook: str | None = None) -> int:
    """How many wait for a digest to fire, in one playbook or in all."""
    asked = _GATHERING if playbook is None else _GATHERING_IN
    return int(asked.value(unit.connection, {"mine": playbook}))


def _gathering(*which: ColumnElement[bool]) -> Select[Any]:
    wanted = (enrollments.c.phase == Phase.GATHERING, enrollments.c.left_at.is_(None), *which)
    return select(func.count().label("number")).where(*wanted)


_GATHERING = Prepared(lambda _: _gathering())
_GATHERING_IN = Prepared(lambda _: _gathering(enrollments.c.playbook == bindparam("mine")))


@dataclass(frozen=True, slots=True)
class Insiders:
    """How many stand at one step of one version; the step is empty for those held out."""

    version: str
    entity: str
    step: str
    people: int


def insiders(unit: Unit, playbook: str) -> list[Insiders]:
    """How many stand where, by version and step."""
    by = (enrollments.c.version, enrollments.c.entity, enrollments.c.step)
    inside = (enrollments.c.playbook == playbook, enrollments.c.left_at.is_(None))
    statement = select(*by, func.count()).where(*inside).group_by(*by)
    return [Insiders(*row) for row in sorted(unit.connection.execute(statement))]
