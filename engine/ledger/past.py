"""What the ledger remembers of earlier stays: the facts of `entry.again`. Language, section 5."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, func, select

from engine.decide.facts import Past
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments

__all__ = ["inside_another", "past_entries", "past_entries_of_groups"]


def past_entries(unit: Unit, playbook: str, keys: Iterable[str]) -> dict[str, Past]:
    """What is remembered of these keys in a playbook; a key that never entered is absent."""
    return _past(unit, playbook, enrollments.c.key, list(keys))


def past_entries_of_groups(unit: Unit, playbook: str, groups: Iterable[str]) -> dict[str, Past]:
    """The same of everyone of some parents (`again.each`), by the parents' keys."""
    return _past(unit, playbook, enrollments.c.each, list(groups))


def _past(unit: Unit, playbook: str, by: Column[str], wanted: list[str]) -> dict[str, Past]:
    given = texts_relation(unit.connection, wanted)
    among = (enrollments.c.playbook == playbook, by.in_(select(given.c.value)))
    statement = (
        select(
            by,
            func.count(),
            func.max(enrollments.c.left_at),
            func.count() - func.count(enrollments.c.left_at),
        )
        .where(*among)
        .group_by(by)
    )
    values: dict[str, set[str]] = {}
    of_values = select(by, enrollments.c.per).where(*among, enrollments.c.per != "").distinct()
    for name, value in unit.connection.execute(of_values):
        values.setdefault(name, set()).add(value)
    return {
        name: Past(
            count,
            last_left_at=left,
            has_open=inside > 0,
            values=frozenset(values.get(name, ())),
        )
        for name, count, left, inside in unit.connection.execute(statement)
    }


def inside_another(unit: Unit, entity: str, playbook: str, keys: Iterable[str]) -> frozenset[str]:
    """Those of some rows of an entity that have an open enrollment in another playbook.

    Those held out are in none.
    """
    given = texts_relation(unit.connection, keys)
    statement = select(enrollments.c.key).where(
        enrollments.c.entity == entity,
        enrollments.c.playbook != playbook,
        enrollments.c.left_at.is_(None),
        enrollments.c.holdout == 0,
        enrollments.c.key.in_(select(given.c.value)),
    )
    return frozenset(unit.connection.scalars(statement))
