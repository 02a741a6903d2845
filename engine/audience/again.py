"""Who is in a segment, asked again at another instant: what does not hang on it is done once.

A run asks the same as the one before, at a later instant. What the condition was lowered to, what
was decided of it and the text of its statement are all there still; what is left to be found is
the instants that it names.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select

from engine.audience.answering import ledger_sets, readied
from engine.audience.ledger_sets import Known, known_of, moved_set, sheet_of
from engine.audience.reading import Reading
from engine.audience.sharing import held_figure, shared_figures
from engine.audience.snapshot import Snapshot
from engine.audience.stays import Own
from engine.audience.values import Key
from engine.bind.catalog import EntityRef, EventRef
from engine.bind.playbook import Audience
from engine.compile.algebra import conjuncts, rejoined, transform
from engine.compile.calendar import Readings
from engine.compile.core import Constant, Events, Figure, Kept, Node, Ranked
from engine.compile.core import Key as KeyValue
from engine.compile.edges import Asking
from engine.compile.kept import Repeated, asked_of, repeated
from engine.compile.last_used import LastUsed
from engine.compile.lower import asked_at, lower
from engine.compile.question import Question, statement
from engine.compile.relations import Home
from engine.ports import Filled

__all__ = ["members", "question_of"]

_PLANS_KEPT = 256
"""Some kilobytes each, beside their statements, which are kept with them."""


def question_of(audience: Audience, snapshot: Snapshot, as_of: datetime) -> Question:
    """A segment as a question."""
    return _question(audience, asked_at(as_of, audience.zone, snapshot.catalog))


def _question(audience: Audience, asking: Asking) -> Question:
    condition = lower(audience.condition, asking)
    return Question(audience.entity, audience.zone, filters=conjuncts(condition))


def members(
    audience: Audience,
    reading: Reading,
    as_of: datetime,
    *,
    among: tuple[Key, ...] | None = None,
    own: Own | None = None,
) -> Iterable[Sequence[Key]]:
    """The keys of all who are in a segment, ascending, some at a time.

    `among` are the keys to look at, None for all; `own` are the stays in which it is asked.

    Raises:
        Refused: it asks for what the dialect of a source cannot say.
    """
    connector = audience.entity.table.connector
    home = reading.snapshot.home(connector)
    occasion = _Occasion(reading, among, own)
    asked = _Asked(home.place, audience, occasion)
    plan = _PLANS.found(asked)
    found = None if plan is None else plan.at(as_of, home, occasion)
    written = found or _found_anew(asked, audience, occasion, as_of=as_of)
    return reading.keys(connector, written)


@dataclass(frozen=True, slots=True)
class _Occasion:
    """Of whom and in which stays it is asked this time, and what is read for it."""

    reading: Reading
    among: tuple[Key, ...] | None
    own: Own | None

    def own_key(self, entity: EntityRef) -> KeyValue | None:
        """Whose touches in these stays are no contact for their own row."""
        return KeyValue((), entity.key.kind) if self.own and self.own.enrollments else None


def _found_anew(
    asked: _Asked, audience: Audience, occasion: _Occasion, *, as_of: datetime
) -> Filled | Select[Any]:
    """The statement of a segment, and a plan of it for the next time."""
    reading, entity = occasion.reading, audience.entity
    key = occasion.own_key(entity)
    asking = asked_at(as_of, audience.zone, reading.snapshot.catalog, own=key)
    question = replace(_question(audience, asking), among=occasion.among)
    ready, home = readied(question, reading, occasion.own)
    if home.place is None or not _stands_alone(question, home):
        return asked_of(home, statement, ready)
    met, unmet = _ledger_sets(question, home)
    rows: list[Sequence[object]] = [each.rows for each in home.supplied.ledger.values()]
    if occasion.among is not None:
        rows.append(occasion.among)
    found, again = repeated(home, statement, ready, rows=rows)
    bare = replace(ready, filters=(), outputs=(), among=None)
    shared = shared_figures(ready, lambda events: False)
    plan = _Plan(bare, asking.calendar.readings(), again, met, unmet, shared)
    if plan.is_whole:
        _PLANS.keep(asked, plan)
    return found


def _ledger_sets(question: Question, home: Home) -> tuple[tuple[Kept, ...], tuple[Kept, ...]]:
    """The sets of the ledger that it asks for, in the order of their sheets; and the others."""
    met = tuple(source for source, _ in home.supplied.ledger)
    sources = dict.fromkeys(_source_of(each) for each in ledger_sets(question))
    return met, tuple(each for each in sources if each not in met)


def _source_of(events: Events) -> Kept:
    if isinstance(events.source, EventRef):
        raise TypeError(f"{events.source.name} lies in a source of the project")
    return events.source


def _stands_alone(question: Question, home: Home) -> bool:
    """Whether the one statement asks the sources everything: nothing was looked up or held."""
    brought = home.supplied
    if brought.parents or brought.counted or brought.children or brought.successors:
        return False
    return not any(isinstance(each, Ranked) for each in question.walked)


# ---------------------------------------------------------------- what is kept


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement that was found for a segment, with what it hangs on beside the segment.

    `bare` is its question without what it asks. `readings` are all that the condition took of the
    calendar. `met` are the sets of the ledger whose rows it bears, `unmet` those that there was
    none of: of them nothing is asked. `shared` are the figures that may be held by now.
    """

    bare: Question
    readings: Readings
    asked: Repeated
    met: tuple[Kept, ...]
    unmet: tuple[Kept, ...]
    shared: tuple[Figure, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every date and instant in it was read of the calendar, and its rows are known."""
        return self.asked.dates <= self.readings.dates and self.asked.are_rows_apart

    def at(self, as_of: datetime, home: Home, occasion: _Occasion) -> Filled | None:
        """The statement as of an instant; None where it may be another."""
        moved = self.readings.again(as_of)
        if moved is None or not self._is_in_place(home, occasion.reading.snapshot):
            return None
        known = self._known(moved, occasion)
        if known is None or self._is_held(moved, home, occasion.reading):
            return None
        rows = [
            sheet_of(moved_set(source, moved), each, occasion.reading, own=occasion.own).rows
            for source, each in zip(self.met, known, strict=True)
        ]
        own = () if occasion.among is None else (occasion.among,)
        return self.asked.at(moved, (*rows, *own), home)

    def _is_in_place(self, home: Home, snapshot: Snapshot) -> bool:
        """Whether all that it reads still lies together, as it did."""
        connector = self.bare.entity.table.connector
        together = (snapshot.are_together(connector, each) for each in self.asked.connectors)
        return all(together) and self.asked.holds(home)

    def _known(self, moved: Mapping[date, date], occasion: _Occasion) -> Sequence[Known] | None:
        """What the ledger has of `met`; None where that is nothing, or it has any of `unmet`."""

        def found(source: Kept) -> Known | None:
            snapshot = occasion.reading.snapshot
            return known_of(moved_set(source, moved), snapshot, occasion.own)

        if any(found(each) is not None for each in self.unmet):
            return None
        known = [each for each in map(found, self.met) if each is not None]
        return known if len(known) == len(self.met) else None

    def _is_held(self, moved: Mapping[date, date], home: Home, reading: Reading) -> bool:
        """Whether the store holds any of its figures; those are asked for once more by this."""

        def change(node: Node) -> Node:
            if isinstance(node, Constant) and isinstance(node.value, date):
                return replace(node, value=moved[node.value])
            return rejoined(node)

        figures = [cast(Figure, transform(each, change)) for each in self.shared]
        held = [held_figure(each, self.bare, home, reading) for each in figures]
        return any(each is not None for each in held)


class _Asked:
    """What a plan is found by; its hash is taken once."""

    __slots__ = ("_hash", "_what")

    def __init__(self, place: Hashable, audience: Audience, occasion: _Occasion) -> None:
        asked = (audience.entity.name, audience.zone, audience.condition)
        is_of_some, own = occasion.among is not None, occasion.own
        of_stays = None if own is None else (own.entity.name, bool(own.enrollments))
        self._what = (place, *asked, is_of_some, of_stays)
        self._hash = hash(self._what)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._what == other._what


_PLANS: LastUsed[_Asked, _Plan] = LastUsed(_PLANS_KEPT)
