"""Stays that are over while the goal still counts: who they are, and that one reached it.

Language, section 5: the goal's window runs from entry, also after the last step, for the figures
only. Nothing else of a stay that is over ever changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from engine.decide.facts import Enrollment
from engine.ledger.audit import Kind
from engine.ledger.journey import FACTS, enrollment_of
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments

__all__ = ["over_and_aiming", "reached_afterwards"]

_columns = enrollments.c


def over_and_aiming(
    unit: Unit, playbook: str, as_of: datetime, *, after: tuple[datetime, str], limit: int
) -> list[Enrollment]:
    """A page of those whose goal counts at `as_of` and was not reached, by its end and id.

    The page begins behind the end and the id `after`.
    """
    end, of = after
    wanted = (
        _columns.playbook == playbook,
        _columns.left_at.is_not(None),
        _columns.goal_at.is_(None),
        _columns.goal_until >= as_of,
        _columns.goal_until >= end,
        (_columns.goal_until > end) | (_columns.id > of),
    )
    page = select(*FACTS).where(*wanted).order_by(_columns.goal_until, _columns.id).limit(limit)
    return [enrollment_of(row) for row in unit.connection.execute(page)]


def reached_afterwards(
    unit: Unit, stays: Sequence[Enrollment], goal: str, *, at: datetime, actor: str
) -> int:
    """Keep that these reached the goal after they had left; of how many nobody had before."""
    given = texts_relation(unit.connection, [each.id for each in stays])
    new = (
        _columns.id.in_(select(given.c.value)),
        _columns.left_at.is_not(None),
        _columns.goal_at.is_(None),
    )
    told = update(enrollments).where(*new).values(goal_at=at).returning(_columns.id)
    found = set(unit.connection.scalars(told))
    for each in stays:
        if each.id in found:
            body = {"enrollment": each.id, "goal": goal}
            whose = {"playbook": each.playbook, "key": each.key}
            unit.note(Kind.GOAL_REACHED, body, at=at, actor=actor, **whose)
    return len(found)
