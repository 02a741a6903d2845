"""What a moment means as values: constants where it can be, else made from the field it hangs on.

Constants are read once of the run's calendar; whatever lies outside the calendar stands at its end,
where every comparison comes out as if there were more calendar.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.bind.catalog import Catalog, FieldRef
from engine.bind.conditions import BoundMoment, Literal
from engine.bind.formulas import Formula
from engine.compile import calendar
from engine.compile.algebra import kind_of
from engine.compile.calendar import FIRST_DAY, Calendar, Covered, clamped
from engine.compile.core import (
    Chosen,
    Constant,
    DayStart,
    Field,
    IsSet,
    Key,
    Links,
    LocalDate,
    Shifted,
    Value,
)
from engine.compile.links import link_ref
from engine.language.catalog import Kind
from engine.moments import (
    Duration,
    Entered,
    FieldMoment,
    Moment,
    MomentError,
    Relative,
    StepMoment,
    shift_date,
)

__all__ = [
    "Asking",
    "Edges",
    "constant",
    "dated",
    "day_of",
    "days_before",
    "edges",
    "exact_length",
]


class Compute(Protocol):
    """Gives the value of a formula whose names are seen from where is asked."""

    def __call__(self, formula: Formula, asking: Asking) -> Value:
        """The value, seen from the asking entity."""


@dataclass(frozen=True, slots=True)
class Asking:
    """From where and when a condition is read: the run's calendar, the links walked.

    `own` is the key of the row of a run where touches of its own enrollment do not count as
    contact; seen from a child it is what the child's link holds. `compute` gives what formulas
    come to.
    """

    calendar: Calendar
    catalog: Catalog
    compute: Compute
    links: Links = ()
    own: Key | Field | None = None

    @property
    def as_of(self) -> datetime:
        """The run's instant."""
        return self.calendar.read(calendar.now)

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days count."""
        return self.calendar.zone

    @property
    def today(self) -> date:
        """The local day of the run's instant."""
        return self.calendar.read(calendar.today)

    @property
    def this_day(self) -> date:
        """The same, to be reckoned with: what is lowered holds on this day alone."""
        return date.fromordinal(self.calendar.read(calendar.this_day))

    def at_link(self, link: str) -> Asking:
        """The same, seen from the linked parent."""
        return replace(self, links=(*self.links, link))

    def field(self, ref: FieldRef) -> Value:
        """A field seen from here, as a value of the asking entity; of no parent it is missing."""
        formula = self.catalog.formula(ref)
        there = self.at_links(ref.links)
        if formula is None:
            return Field(replace(ref, links=there.links))
        value = self.compute(formula, there)
        if not there.links:
            return value
        key = Key(there.links, self.catalog.entities[ref.entity].key.kind)
        return Chosen((IsSet(key, True),), (value,))

    def at_links(self, links: Links) -> Asking:
        """The same, seen from the parent that links lead to."""
        return replace(self, links=self.links + links)

    def among_children(self, entity: str, link: str) -> Asking:
        """The same, seen from a child by itself, whose `link` leads here."""
        own = None if self.own is None or self.links else self._own_of_child(entity, link)
        return replace(self, links=(), own=own)

    def _own_of_child(self, entity: str, link: str) -> Field:
        if isinstance(self.own, Field):
            return Field(replace(self.own.ref, links=(link, *self.own.ref.links)))
        return Field(link_ref(self.catalog, self.catalog.entities[entity], link))

    def by_itself(self) -> Asking:
        """The same, seen from a row that stands for all of its kind."""
        return replace(self, links=(), own=None)

    def literal(self, value: Literal) -> Constant:
        """A literal of the condition, with the type it has."""
        if isinstance(value, date):
            return dated(self.calendar.read(calendar.written, value))
        return constant(value)

    def day_start(self, day: date) -> Constant:
        """The first instant of a local day that was reckoned from this day."""
        return dated(self.calendar.read(calendar.start_of_day, day))

    def day_from_today(self, days: int) -> Constant:
        """The day that many days after today (before, where negative)."""
        return dated(self.calendar.read(calendar.day_from_today, days))

    def start_from_today(self, days: int, *, later: int = 0) -> Constant:
        """The first instant of the day so many days after that one."""
        return dated(self.calendar.read(calendar.start_from_today, days, later))

    def window_start(self, duration: Duration) -> datetime:
        """Where `within: D` begins."""
        return self.calendar.read(calendar.window_start, duration)

    def window_first_day(self, duration: Duration) -> date:
        """The first day of `within: D` beside a date."""
        return self.calendar.read(calendar.window_first_day, duration)

    def exactly_before(self, length: timedelta) -> datetime:
        """The instant that lies so long before the run's."""
        return self.calendar.read(calendar.exactly_before, length)

    def next_end(self, duration: Duration) -> Edges:
        """Where `in_next: D` ends."""
        return _edges_of(self.calendar.read(calendar.next_end, duration))

    def anniversaries(self, duration: Duration) -> tuple[date, date]:
        """This day, and the one where `in_next: D` ends; both to be reckoned with."""
        first, last = self.calendar.read(calendar.anniversaries, duration)
        return date.fromordinal(first), date.fromordinal(last)


@dataclass(frozen=True, slots=True)
class Edges:
    """A moment as values: its local day with both ends, and its instant where it is one."""

    day: Value
    day_start: Value
    day_end: Value
    at: Value | None


def edges(bound: BoundMoment, of: Value | None, asking: Asking) -> Edges:
    """What a moment covers, as values seen from the asking entity; `of` is what it hangs on."""
    if of is None:
        return _edges_of(asking.calendar.read(calendar.covered, bound.moment))
    return _of_field(bound.moment, of)


def _edges_of(found: Covered) -> Edges:
    at = None if found.at is None else dated(found.at)
    return Edges(dated(found.day), dated(found.start), dated(found.end), at)


def constant(value: str | int | float | bool) -> Constant:
    """A literal with the type it has; dates and instants are read of a calendar, and `dated`."""
    match value:
        case bool():
            return Constant(value, Kind.BOOLEAN)
        case int():
            return Constant(value, Kind.INTEGER)
        case float():
            return Constant(value, Kind.NUMBER)
        case str():
            return Constant(value, Kind.TEXT)


def dated(found: date) -> Constant:
    """A date or instant that was read of the run's calendar."""
    return Constant(found, Kind.TIMESTAMP if isinstance(found, datetime) else Kind.DATE)


def days_before(day: date, duration: Duration) -> date:
    """The day that lies days or longer before another."""
    try:
        return clamped(shift_date(day, duration, -1))
    except (MomentError, OverflowError):
        return FIRST_DAY


def exact_length(duration: Duration) -> timedelta:
    """A duration of weeks or shorter as exact time: a day is 24 hours here."""
    try:
        return min(duration.exact, _LONGEST)
    except OverflowError:
        return _LONGEST


_LONGEST = timedelta(days=3_000_000)


def day_of(value: Value, kind: Kind) -> Value:
    """The local day of a date or timestamp value."""
    return value if kind is Kind.DATE else LocalDate(value)


def _of_field(moment: Moment, field: Value) -> Edges:
    match moment:
        case FieldMoment() | Entered() | StepMoment():
            if kind_of(field) is Kind.DATE:
                return _edges_of_day(field)
            return _edges_of_instant(field)
        case Relative(duration, sign, of):
            inner = _of_field(of, field)
            if not duration.is_exact:
                return _edges_of_day(Shifted(inner.day, duration, sign))
            return _edges_of_instant(Shifted(inner.at or inner.day_start, duration, sign))
        case _:
            raise TypeError(f"{type(moment).__name__} hangs on no field")


def _edges_of_day(day: Value) -> Edges:
    return Edges(day=day, day_start=DayStart(day), day_end=DayStart(day, later=1), at=None)


def _edges_of_instant(at: Value) -> Edges:
    day = LocalDate(at)
    return Edges(day=day, day_start=DayStart(day), day_end=DayStart(day, later=1), at=at)
