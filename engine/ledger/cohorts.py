"""Writing those who enter alike: a million of them in columns, with a record for each.

Delivery page, "Audit": who entered and why is told in the transaction that lets them in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.decide.stay import Cohort
from engine.ledger.audit import Kind
from engine.ledger.journey import entered_row
from engine.ledger.statements import insert_alike
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments
from engine.ledger.told import entered_body

__all__ = ["let_in"]

Columns = Mapping[str, Sequence[str] | Sequence[int]]


def let_in(unit: Unit, cohort: Cohort, *, at: datetime, actor: str, run: str) -> None:
    """Write a cohort: rows and audit records as for each of them alone.

    Raises:
        Overtaken: one of them is inside by another process; nothing may be kept.
    """
    who, model = cohort.who, cohort.model
    columns: Columns = {"number": who.numbers, "per": who.per, "each": who.each}
    same, each = _apart(entered_row(model, run=run), columns)
    insert_alike(unit.connection, enrollments, same, {"id": cohort.ids, "key": who.keys, **each})
    same, each = _apart(entered_body(model, run), {"number": who.numbers})
    unit.note_alike(
        Kind.ENTERED,
        same,
        each={"enrollment": cohort.ids, **each},
        keys=who.keys,
        at=at,
        actor=actor,
        playbook=model.playbook,
    )


def _apart(model: Mapping[str, object], columns: Columns) -> tuple[dict[str, object], Columns]:
    """What all of them say, and what each says for itself; who it is, it says besides."""
    alike = {name: values[0] for name, values in columns.items() if len(set(values)) == 1}
    each = {name: values for name, values in columns.items() if name not in alike}
    said = {**columns, "id": (), "key": (), "enrollment": ()}
    return {name: value for name, value in model.items() if name not in said} | alike, each
