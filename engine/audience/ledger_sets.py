"""Sets of the ledger that conditions ask for: what is known of them, and as rows of a statement.

The ledger is asked first, so that it is clear of which sets there is nothing at all before a
source is asked for anything: whose a touch is, only the source can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from engine.audience.contacts import ContactRow
from engine.audience.journeys import enrollment_sheet
from engine.audience.reading import Reading
from engine.audience.recorded import history_sheet
from engine.audience.snapshot import Snapshot
from engine.audience.stays import Own, stay_sheet
from engine.audience.touches import touch_log, touch_sheet
from engine.compile.core import Enrollments, History, Kept, Touches
from engine.compile.relations import Sheet
from engine.compile.terms import Stays

__all__ = ["Known", "known_of", "moved_set", "sheet_of"]

Known = tuple[ContactRow, ...] | Sheet
"""The log of touches, whoever they are of; of other sets already the rows."""


def known_of(source: Kept, snapshot: Snapshot, own: Own | None) -> Known | None:
    """What the ledger has of a set; None: nothing at all."""
    match source:
        case Touches():
            return touch_log(source, snapshot) or None
        case Enrollments():
            return enrollment_sheet(source, snapshot)
        case History():
            return history_sheet(source, snapshot)
        case Stays():
            return None if own is None else stay_sheet(source, own)


def sheet_of(source: Kept, known: Known, reading: Reading, *, own: Own | None) -> Sheet:
    """The rows of a set, as a statement takes them."""
    if isinstance(known, Sheet):
        return known
    if not isinstance(source, Touches):
        raise TypeError(f"{source!r} has no log of touches")
    return touch_sheet(source, known, reading, own=own)


def moved_set(source: Kept, moved: Mapping[date, date]) -> Kept:
    """The same set as of another instant, by what stands in the place of each of its own."""
    if isinstance(source, Stays):
        return source
    since = None if source.since is None else _instant(moved[source.since])
    return replace(source, since=since, until=_instant(moved[source.until]))


def _instant(found: date) -> datetime:
    if not isinstance(found, datetime):
        raise TypeError(f"{found} is no instant")
    return found
