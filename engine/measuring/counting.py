"""How often customers did things in their first days: counted by the stores, many at once.

One pass over a table of events counts all that is asked of it; only a row a customer leaves the
store, and of those is kept how many there are of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.audience.answering import answer
from engine.audience.reading import Running
from engine.audience.snapshot import Snapshot
from engine.bind.formulations import bind_formula
from engine.bind.names import Scope
from engine.compile.core import Value
from engine.compile.edges import Asking
from engine.compile.lower import asked_at
from engine.compile.question import Question
from engine.measuring.behaviours import Behaviour
from engine.measuring.cohort import Cohort, Group, Looked, everyone_looked_at
from engine.measuring.thresholds import Spread
from engine.problems import SourceFault

__all__ = ["Counted", "counted"]

_AT_ONCE = 40  # figures in one statement: every store takes as many columns, and memory its rows


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a behaviour was seen in both halves."""

    behaviour: Behaviour
    first: Spread
    other: Spread


def counted(
    behaviours: Sequence[Behaviour],
    cohort: Cohort,
    looked: Looked,
    scope: Scope,
    *,
    snapshot: Snapshot,
    as_of: datetime,
) -> Iterator[Counted]:
    """How often the customers of a cohort did each of these.

    Raises:
        SourceFault: the source changed while it was read.
    """
    asking = asked_at(as_of, looked.stayed.zone, snapshot.catalog)
    listed = sorted(behaviours, key=_table)
    for start in range(0, len(listed), _AT_ONCE):
        some = listed[start : start + _AT_ONCE]
        question = Question(
            looked.stayed.entity,
            looked.stayed.zone,
            filters=(everyone_looked_at(looked, asking),),
            outputs=tuple(_number(each, scope, asking) for each in some),
        )
        keys, *columns = list(zip(*answer(question, Running(snapshot)), strict=True)) or [()]
        if list(keys) != cohort.keys:
            raise SourceFault("the customers changed while they were read; ask again")
        for behaviour, times in zip(some, columns, strict=bool(columns)):
            yield _of(behaviour, times, cohort)


def _table(behaviour: Behaviour) -> tuple[str, str, bool]:
    """What lies together is counted in one pass."""
    table = behaviour.happening.event.table
    return table.connector, table.table, behaviour.by_each


def _number(behaviour: Behaviour, scope: Scope, asking: Asking) -> Value:
    formula, _, _ = bind_formula(behaviour.formula(), scope)
    return asking.compute(formula, asking)


def _of(behaviour: Behaviour, times: Sequence[object], cohort: Cohort) -> Counted:
    groups = cohort.groups_of(behaviour.days, behaviour.happening.event.history_from)
    found: dict[Group, dict[int, int]] = {group: {} for group in Group}
    for (group, number), customers in Counter(zip(groups, times, strict=True)).items():
        if group is not None and isinstance(number, int):
            found[group][number] = customers
    return Counted(
        behaviour,
        Spread(found[Group.FIRST_STAYED], found[Group.FIRST_LEFT]),
        Spread(found[Group.OTHER_STAYED], found[Group.OTHER_LEFT]),
    )
