"""What the ledger recorded, as sets: tracked fields, and stays. Language, sections 3 and 4.

They are seen as they were at the run's instant: a record that was written later is not there.
"""

from __future__ import annotations

from datetime import datetime

from engine.bind.catalog import FieldRef
from engine.bind.conditions import FigureKind
from engine.compile import core
from engine.compile.edges import Asking
from engine.compile.terms import Stays

__all__ = ["changes", "instant_of_stay", "last_record", "reaches_back"]


def changes(ref: FieldRef, since: datetime, asking: Asking) -> core.Events:
    """The changes of a field from an instant on, which is included."""
    return _part(core.Part.CHANGES, ref, asking, since=since, until=asking.as_of)


def reaches_back(ref: FieldRef, to: datetime, asking: Asking) -> core.Events:
    """The first record of a field, where it was written by an instant."""
    return _part(core.Part.BEGINNINGS, ref, asking, since=None, until=min(to, asking.as_of))


def last_record(ref: FieldRef, such: core.Predicate, asking: Asking) -> core.Figure:
    """The value of the last record of which a test of its time holds; missing without any."""
    source = core.History(
        ref.entity, ref.name, ref.kind, core.Part.RECORDS, since=None, until=asking.as_of
    )
    events = core.Events(source, asking.at_links(ref.links).links, None, such)
    return core.Figure(core.EdgeKind.LAST, events, source.value)


def instant_of_stay(step: str) -> core.Figure:
    """When the stay that is asked about began, or a step of it happened; missing if it did not.

    It is of the outermost entity, from wherever it is asked.
    """
    events = core.Events(Stays(step), (), None, core.Always(True))
    return core.Figure(FigureKind.HIGHEST, events, core.TOUCH_AT)


def _part(
    part: core.Part,
    ref: FieldRef,
    asking: Asking,
    *,
    since: datetime | None,
    until: datetime,
) -> core.Events:
    source = core.History(ref.entity, ref.name, ref.kind, part, since=since, until=until)
    return core.Events(source, asking.at_links(ref.links).links, None, core.Always(True))
