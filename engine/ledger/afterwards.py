"""Stays that are over while the goal still counts: who they are, and how far they came.

Language, section 5: the goal's window runs from entry, also after the last step, for the figures
only. Nothing else of a stay that is over ever changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, update

from engine.decide.facts import Enrollment
from engine.ledger.audit import Kind
from engine.ledger.journey import FACTS, enrollment_of
from engine.ledger.prepared import Prepared
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments

__all__ = ["climbed_afterwards", "over_and_aiming", "reached_afterwards"]

_columns = enrollments.c


def over_and_aiming(
    unit: Unit, playbook: str, as_of: datetime, *, after: tuple[datetime, str], limit: int
) -> list[Enrollment]:
    """A page of those whose goal counts at `as_of` and was not reached, by its end and id.

    The page begins behind the end and the id `after`.
    """
    end, of = after
    values = {"mine": playbook, "now": as_of, "end": end, "of": of, "most": limit}
    return [enrollment_of(row) for row in _PAGE.ordered(unit.connection, values)]


_PAGE = Prepared(
    lambda _: (
        select(*FACTS)
        .where(
            _columns.playbook == bindparam("mine"),
            _columns.left_at.is_not(None),
            _columns.goal_at.is_(None),
            _columns.goal_until >= bindparam("now"),
            _columns.goal_until >= bindparam("end"),
            (_columns.goal_until > bindparam("end")) | (_columns.id > bindparam("of")),
        )
        .order_by(_columns.goal_until, _columns.id)
        .limit(bindparam("most"))
    )
)


def reached_afterwards(
    unit: Unit, stays: Sequence[Enrollment], goal: str, *, at: datetime, actor: str
) -> None:
    """Keep that these reached the goal after they had left, as far as none had before."""
    told = update(enrollments).where(*_still_aiming(unit, stays)).values(goal_at=at)
    found = set(unit.connection.scalars(told.returning(_columns.id)))
    for each in stays:
        if each.id in found:
            body = {"enrollment": each.id, "goal": goal}
            whose = {"playbook": each.playbook, "key": each.key}
            unit.note(Kind.GOAL_REACHED, body, at=at, actor=actor, **whose)


def climbed_afterwards(
    unit: Unit,
    climbed: Iterable[tuple[Enrollment, str]],
    goal: str,
    *,
    at: datetime,
    actor: str,
) -> None:
    """Keep the higher level that each of these came to after it had left.

    Where another process has kept one meanwhile, the next pass asks again from there.
    """
    alike: dict[tuple[str, str], list[Enrollment]] = {}
    for each, level in climbed:
        alike.setdefault((each.level, level), []).append(each)
    for (before, level), stays in alike.items():
        unmoved = (*_still_aiming(unit, stays), _columns.level == before)
        told = update(enrollments).where(*unmoved).values(level=level)
        found = set(unit.connection.scalars(told.returning(_columns.id)))
        for each in stays:
            if each.id in found:
                body = {"enrollment": each.id, "goal": goal, "level": level}
                whose = {"playbook": each.playbook, "key": each.key}
                unit.note(Kind.LEVEL_REACHED, body, at=at, actor=actor, **whose)


def _still_aiming(unit: Unit, stays: Sequence[Enrollment]) -> tuple[ColumnElement[bool], ...]:
    given = texts_relation(unit.connection, [each.id for each in stays])
    return (
        _columns.id.in_(select(given.c.value)),
        _columns.left_at.is_not(None),
        _columns.goal_at.is_(None),
    )
