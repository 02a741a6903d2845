"""Who is in a segment, asked again at another instant: what does not hang on it is done once.

A run asks the same as the one before, at a later instant. What the condition was lowered to, what
was decided of it and the text of its statement are all there still; what is left to be found is
the instants that it names.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from engine.audience.answering import ledger_sets, readied
from engine.audience.journeys import enrollment_sheet
from engine.audience.reading import Reading
from engine.audience.snapshot import Snapshot
from engine.audience.touches import touch_log
from engine.bind.catalog import EventRef
from engine.bind.playbook import Audience
from engine.compile.algebra import conjuncts
from engine.compile.calendar import Readings
from engine.compile.core import Enrollments, Events, History, Kept, Ranked, Tallied, Touches
from engine.compile.edges import Asking
from engine.compile.kept import Repeated, asked_of
from engine.compile.last_used import LastUsed
from engine.compile.lower import asked_at, lower
from engine.compile.question import Question, statement
from engine.compile.relations import Home
from engine.compile.terms import Stays
from engine.ports import Filled, Row

__all__ = ["members", "question_of"]

Timed = TypeVar("Timed", Touches, Enrollments)

_PLANS_KEPT = 256
"""Some kilobytes each, beside their statements, which are kept with them."""


def question_of(audience: Audience, snapshot: Snapshot, as_of: datetime) -> Question:
    """A segment as a question."""
    return _question(audience, asked_at(as_of, audience.zone, snapshot.catalog))


def _question(audience: Audience, asking: Asking) -> Question:
    condition = lower(audience.condition, asking)
    return Question(audience.entity, audience.zone, filters=conjuncts(condition))


def members(audience: Audience, reading: Reading, as_of: datetime) -> Iterable[Row]:
    """The rows of the keys of all who are in a segment, ascending.

    Raises:
        Refused: it asks for what the dialect of a source cannot say.
    """
    connector = audience.entity.table.connector
    home = reading.snapshot.home(connector)
    asked = _Asked(home.place, audience)
    plan = _PLANS.found(asked)
    found = None if plan is None else plan.at(as_of, home, reading.snapshot)
    if found is None:
        return _members_anew(asked, audience, reading, as_of=as_of)
    return reading.read(connector, found)


def _members_anew(
    asked: _Asked, audience: Audience, reading: Reading, *, as_of: datetime
) -> Iterable[Row]:
    connector = audience.entity.table.connector
    asking = asked_at(as_of, audience.zone, reading.snapshot.catalog)
    question = _question(audience, asking)
    ready, home = readied(question, reading, None)
    if home.place is None or not _stands_alone(question, ready, home):
        return reading.read(connector, asked_of(home, statement, ready))
    again = Repeated(home, statement, ready)
    unmet = tuple(dict.fromkeys(_source_of(each) for each in ledger_sets(question)))
    plan = _Plan(connector, asking.calendar.readings(), again, unmet)
    if plan.is_whole:
        _PLANS.keep(asked, plan)
    return reading.read(connector, again.filled)


def _source_of(events: Events) -> Kept:
    if isinstance(events.source, EventRef):
        raise TypeError(f"{events.source.name} lies in a source of the project")
    return events.source


def _stands_alone(question: Question, ready: Question, home: Home) -> bool:
    """Whether the one statement asks everything: nothing was looked up, brought or held for it."""
    brought = home.supplied
    if brought.parents or brought.counted or brought.ledger:
        return False
    if brought.children or brought.successors:
        return False
    looked_up = any(isinstance(each, Ranked) for each in question.walked)
    return not looked_up and not any(isinstance(each, Tallied) for each in ready.walked)


# ---------------------------------------------------------------- what is kept


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement that was found for a segment, with what it hangs on beside the segment.

    `home` is the connector of those who ask. `readings` are all that the condition took of the
    calendar, and `unmet` the sets of the ledger that there was none of: of them nothing is asked.
    """

    home: str
    readings: Readings
    asked: Repeated
    unmet: tuple[Kept, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every date and instant in it was read of the calendar."""
        return self.asked.dates <= self.readings.dates

    def at(self, as_of: datetime, home: Home, snapshot: Snapshot) -> Filled | None:
        """The statement as of an instant; None where it may be another."""
        moved = self.readings.again(as_of)
        if moved is None or any(_is_met(each, moved, snapshot) for each in self.unmet):
            return None
        if any(not snapshot.are_together(self.home, each) for each in self.asked.connectors):
            return None
        return self.asked.at(moved, home)


def _is_met(source: Kept, moved: Mapping[date, date], snapshot: Snapshot) -> bool:
    """Whether the ledger has any of a set, as of another instant."""
    match source:
        case Touches():
            return bool(touch_log(_moved(source, moved), snapshot))
        case Enrollments():
            return enrollment_sheet(_moved(source, moved), snapshot) is not None
        case History():
            return True
        case Stays():
            return False


def _moved(source: Timed, moved: Mapping[date, date]) -> Timed:
    """The same set of the ledger as of another instant."""
    since = None if source.since is None else _instant(moved[source.since])
    return replace(source, since=since, until=_instant(moved[source.until]))


def _instant(found: date) -> datetime:
    if not isinstance(found, datetime):
        raise TypeError(f"{found} is no instant")
    return found


class _Asked:
    """What a plan is found by; its hash is taken once."""

    __slots__ = ("_hash", "_what")

    def __init__(self, place: Hashable, audience: Audience) -> None:
        self._what = (place, audience.entity.name, audience.zone, audience.condition)
        self._hash = hash(self._what)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._what == other._what


_PLANS: LastUsed[_Asked, _Plan] = LastUsed(_PLANS_KEPT)
