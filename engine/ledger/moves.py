"""Enrollments that go on with another version of their playbook. Language, section 5, "Versions".

What the ledger knows of a stay goes by the step ids of the version that it goes on with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import CompoundSelect, Table, exists, select, union_all, update

from engine.decide.facts import Moved
from engine.ledger.prepared import Given, Prepared
from engine.ledger.statements import texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import invitations, items, passed, tasks, touches

__all__ = ["rename_steps", "steps_had"]


def rename_steps(unit: Unit, moved: Iterable[Moved]) -> None:
    """Let everything that is kept of these stays go by the ids that their steps have now."""
    stays: dict[tuple[str, str], list[str]] = {}
    for each in moved:
        for names in each.renamed:
            stays.setdefault(names, []).append(each.after.id)
    for (former, step), ids in stays.items():
        for table in (touches, items, tasks, passed, invitations):
            _rename(unit, table, former, step, ids)


def _rename(unit: Unit, table: Table, former: str, step: str, ids: Collection[str]) -> None:
    given = texts_relation(unit.connection, ids)
    mine = (table.c.enrollment.in_(select(given.c.value)), table.c.step == former)
    statement = update(table).where(*mine).values(step=step)
    if table in (passed, invitations):  # one row a stay and step: what it has by that id stays
        there = table.alias("there")
        same = (there.c.enrollment == table.c.enrollment, there.c.step == step)
        statement = statement.where(~exists().where(*same))
    unit.connection.execute(statement)


def steps_had(unit: Unit, steps: Collection[str], ids: Collection[str]) -> frozenset[str]:
    """Those of some enrollments for which one of these steps made a touch or an invitation."""
    asked = [(each, step) for each in ids for step in steps]
    return frozenset(row.enrollment for row in _HAD.rows(unit.connection, {"given": asked}))


def _had(given: Given) -> CompoundSelect[Any]:
    wanted = given("enrollment", "step")
    return union_all(
        *(
            select(table.c.enrollment).join(
                wanted,
                (table.c.enrollment == wanted.c.enrollment) & (table.c.step == wanted.c.step),
            )
            for table in (touches, items, invitations)
        )
    )


_HAD = Prepared(_had)
