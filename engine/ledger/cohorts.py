"""Writing those who enter alike: a million of them in columns, with a record for each.

Delivery page, "Audit": who entered and why is told in the transaction that lets them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from engine.decide.stay import Cohort
from engine.ledger.audit import Kind, canonical_alike
from engine.ledger.journey import entered_row
from engine.ledger.statements import insert_alike
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import enrollments
from engine.ledger.told import entered_body

__all__ = ["WrittenCohort", "count_anew", "let_in", "written"]

Columns = Mapping[str, Sequence[str] | Sequence[int]]


@dataclass(frozen=True, slots=True)
class WrittenCohort:
    """A cohort as the ledger keeps it: what all rows say, what each says, and the records' bodies.

    It is made before the transaction that writes it, and hangs on nothing in the ledger.
    """

    playbook: str
    keys: Sequence[str]
    same: Mapping[str, object]
    each: Columns
    bodies: Sequence[str]


def written(cohort: Cohort, *, run: str) -> WrittenCohort:
    """The rows and records of those who enter in a run, or (empty) in none."""
    who, model = cohort.who, cohort.model
    columns: Columns = {"number": who.numbers, "per": who.per, "each": who.each}
    same, each = _apart(entered_row(model, run=run), columns)
    told, told_each = _apart(entered_body(model, run), {"number": who.numbers})
    return WrittenCohort(
        playbook=model.playbook,
        keys=who.keys,
        same=same,
        each={"id": cohort.ids, "key": who.keys, **each},
        bodies=canonical_alike(told, {"enrollment": cohort.ids, **told_each}),
    )


def let_in(unit: Unit, cohorts: Iterable[WrittenCohort], *, at: datetime, actor: str) -> None:
    """Write some cohorts: rows and audit records as for each of their people alone.

    Raises:
        Overtaken: one of them is inside by another process; nothing may be kept.
    """
    listed = tuple(cohorts)
    for each in listed:
        unit.note_bodies(
            Kind.ENTERED, each.bodies, keys=each.keys, at=at, actor=actor, playbook=each.playbook
        )
    with unit.chaining():
        for each in listed:
            insert_alike(unit.connection, enrollments, each.same, each.each)


def count_anew(ledger: Ledger, *, entered: int) -> None:
    """Let a server count who is inside where many entered.

    Until its own daemon comes to that, within minutes, it plans for as many as there were, and
    reads everyone to find a few.
    """
    if ledger.is_on_server and entered >= _MANY:
        with ledger.write() as unit:
            unit.connection.execute(text(f"ANALYZE enrollments ({', '.join(_ASKED_BY)})"))


_MANY = 10_000  # who enter together; counting them costs a server a tenth of a second or two
_ASKED_BY = ("playbook", "key", "version", "phase", "left_at")
"""The columns by which a pass asks who is inside."""


def _apart(model: Mapping[str, object], columns: Columns) -> tuple[dict[str, object], Columns]:
    """What all of them say, and what each says for itself; who it is, it says besides."""
    alike = {name: values[0] for name, values in columns.items() if len(set(values)) == 1}
    each = {name: values for name, values in columns.items() if name not in alike}
    said = {**columns, "id": (), "key": (), "enrollment": ()}
    return {name: value for name, value in model.items() if name not in said} | alike, each
