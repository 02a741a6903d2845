"""What the ledger remembers of earlier stays: the facts of `entry.again`. Language, section 5."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, func, select

from engine.decide.facts import Past
from engine.ledger.prepared import Given, Prepared
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments

__all__ = ["inside_another", "past_entries", "past_entries_of_groups"]


def past_entries(
    unit: Unit, playbook: str, keys: Iterable[str], *, valued: Iterable[str]
) -> dict[str, Past]:
    """What is remembered of these keys in a playbook; a key that never entered is absent.

    Which values (`again.per`) they entered with is remembered of those in `valued` alone.
    """
    return _past(unit, playbook, _OF_KEYS, wanted=list(keys), valued=list(valued))


def past_entries_of_groups(
    unit: Unit, playbook: str, groups: Iterable[str], *, valued: Iterable[str]
) -> dict[str, Past]:
    """The same of everyone of some parents (`again.each`), by the parents' keys."""
    return _past(unit, playbook, _OF_GROUPS, wanted=list(groups), valued=list(valued))


def _stays(by: Column[str]) -> Prepared:
    numbers = (
        func.count().label("stays"),
        func.max(enrollments.c.left_at).label("left_at"),
        (func.count() - func.count(enrollments.c.left_at)).label("open"),
    )
    return Prepared(
        lambda given: select(by.label("name"), *numbers).where(*_among(by, given)).group_by(by)
    )


def _values(by: Column[str]) -> Prepared:
    return Prepared(
        lambda given: (
            select(by.label("name"), enrollments.c.per)
            .where(*_among(by, given), enrollments.c.per != "")
            .distinct()
        )
    )


def _among(by: Column[str], given: Given) -> tuple[ColumnElement[bool], ...]:
    return enrollments.c.playbook == bindparam("mine"), by.in_(select(given("name").c.name))


_OF_KEYS = (_stays(enrollments.c.key), _values(enrollments.c.key))
_OF_GROUPS = (_stays(enrollments.c.each), _values(enrollments.c.each))


def _past(
    unit: Unit,
    playbook: str,
    asked: tuple[Prepared, Prepared],
    *,
    wanted: Sequence[str],
    valued: Sequence[str],
) -> dict[str, Past]:
    stays, of_values = asked
    values: dict[str, set[str]] = {}
    for name, value in _rows(unit, of_values, playbook, valued):
        values.setdefault(name, set()).add(value)
    return {
        name: Past(
            count,
            last_left_at=left,
            has_open=inside > 0,
            values=frozenset(values.get(name, ())),
        )
        for name, count, left, inside in _rows(unit, stays, playbook, wanted)
    }


def _rows(unit: Unit, asked: Prepared, playbook: str, names: Sequence[str]) -> list[Any]:
    """What is found of some names: where there are none, nothing is asked."""
    told = {"mine": playbook, "given": names}
    return asked.rows(unit.connection, told) if names else []


def inside_another(
    unit: Unit, entity: str, playbook: str, keys: Iterable[str], *, over: Collection[str] = ()
) -> frozenset[str]:
    """Those of some rows of an entity that have an open enrollment in another playbook.

    Those held out are in none. Enrollments in `over` are taken for ended.
    """
    given = texts_relation(unit.connection, keys)
    statement = select(enrollments.c.id, enrollments.c.key).where(
        enrollments.c.entity == entity,
        enrollments.c.playbook != playbook,
        enrollments.c.left_at.is_(None),
        enrollments.c.holdout == 0,
        enrollments.c.key.in_(select(given.c.value)),
    )
    return frozenset(row.key for row in unit.connection.execute(statement) if row.id not in over)
