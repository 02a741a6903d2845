"""Stays in a playbook as rows: what `{step: …}` and the moments `entered` and `step ID` ask.

Language, sections 3 and 4. Only the stays that are asked about are known, one of a row at most.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.audience.values import key_from_text
from engine.bind.catalog import EntityRef
from engine.compile.core import TOUCH_AT
from engine.compile.relations import Sheet
from engine.compile.terms import Stays
from engine.language.catalog import Kind
from engine.language.conditions import Became
from engine.ports import Row

__all__ = ["Own", "Stay", "StepSeen", "stay_sheet"]


@dataclass(frozen=True, slots=True)
class StepSeen:
    """What became of a step: every word that holds of it, and the `outcome` of its task.

    `at` is when the stay was over with it, in UTC; None while it is not.
    """

    became: frozenset[Became]
    at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """One row's stay in the playbook that asks: its key as text, its beginning, its steps."""

    key: str
    entered_at: datetime
    steps: Mapping[str, StepSeen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Own:
    """The stays of rows of an entity that a playbook asks about.

    The touches of these `enrollments` do not count as contact for their own row. `stays` reads
    what became of them, where a condition asks.
    """

    entity: EntityRef
    enrollments: frozenset[str]
    stays: Callable[[], Collection[Stay]] = tuple


def stay_sheet(asked: Stays, own: Own) -> Sheet:
    """Key and instant of each stay that became as is asked."""
    kind = own.entity.key.kind
    columns = {"key": kind, TOUCH_AT.column: Kind.TIMESTAMP}
    return Sheet("stays", columns, list(_rows(asked, own, kind)))


def _rows(asked: Stays, own: Own, kind: Kind) -> Iterator[Row]:
    for stay in own.stays():
        key = key_from_text(kind, stay.key)
        if key is not None and _is_meant(asked, stay):
            yield key, _instant(asked, stay)


def _instant(asked: Stays, stay: Stay) -> datetime | None:
    seen = stay.steps.get(asked.step)
    return seen.at if seen else stay.entered_at


def _is_meant(asked: Stays, stay: Stay) -> bool:
    if not asked.step:
        return True
    seen = stay.steps.get(asked.step)
    if seen is None:
        return False
    if asked.became is None and asked.outcome is None:
        return seen.at is not None
    return asked.became in (None, *seen.became) and asked.outcome in (None, seen.outcome)
