"""What a moment means as values: constants where it can be, else made from the field it hangs on.

Constants are resolved here, once, against `as_of` and the zone; whatever lies outside the calendar
stands at its end, where every comparison comes out as if there were more calendar.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.bind.catalog import Catalog, FieldRef
from engine.bind.conditions import BoundMoment, Literal
from engine.bind.formulas import Formula
from engine.compile.algebra import kind_of
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
    Ago,
    At,
    Day,
    Duration,
    Entered,
    FieldMoment,
    Moment,
    MomentError,
    Relative,
    StepMoment,
    local_date,
    next_window_end,
    shift_date,
    span,
    start_of_day,
    window_start,
)

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "Asking",
    "Edges",
    "constant",
    "day_of",
    "days_before",
    "edges",
    "exact_length",
    "exactly_before",
]

FIRST_DAY = date(2, 1, 1)
LAST_DAY = date(9998, 12, 31)
"""The ends of the calendar, one year in: no zone leads from them past what a datetime holds."""


class Compute(Protocol):
    """Gives the value of a formula whose names are seen from where is asked."""

    def __call__(self, formula: Formula, asking: Asking) -> Value:
        """The value, seen from the asking entity."""


@dataclass(frozen=True, slots=True)
class Asking:
    """From where and when a condition is read: the run's instant, its zone, the links walked.

    `own` is the key of the row of a run where touches of its own enrollment do not count as
    contact; seen from a child it is what the child's link holds. `compute` gives what formulas
    come to.
    """

    as_of: datetime
    zone: ZoneInfo
    catalog: Catalog
    compute: Compute
    links: Links = ()
    own: Key | Field | None = None

    @property
    def today(self) -> date:
        """The local day of the run's instant."""
        return local_date(self.as_of, self.zone)

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

    def day_start(self, day: date) -> Constant:
        """The first instant of a local day."""
        return constant(start_of_day(_clamped(day), self.zone))

    def days_from_today(self, days: int) -> date:
        """The day that many days after today (before, where negative)."""
        ordinal = self.today.toordinal() + days
        return date.fromordinal(min(max(ordinal, FIRST_DAY.toordinal()), LAST_DAY.toordinal()))

    def window_start(self, duration: Duration) -> datetime:
        """Where `within: D` begins."""
        try:
            return window_start(duration, self.as_of, self.zone)
        except (MomentError, OverflowError):
            return start_of_day(FIRST_DAY, self.zone)

    def window_first_day(self, duration: Duration) -> date:
        """The first day of `within: D` beside a date."""
        return local_date(self.window_start(duration), self.zone)

    def next_end(self, duration: Duration) -> Edges:
        """Where `in_next: D` ends."""
        try:
            found = next_window_end(duration, self.as_of, self.zone)
        except (MomentError, OverflowError):
            return _whole_day(LAST_DAY, self)
        if found.whole_day:
            return _whole_day(local_date(found.start, self.zone), self)
        return _instant(found.start, self)


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
        return _of_constant(bound.moment, asking)
    return _of_field(bound.moment, of)


def constant(value: Literal) -> Constant:
    """A literal with the type it has."""
    match value:
        case bool():
            return Constant(value, Kind.BOOLEAN)
        case int():
            return Constant(value, Kind.INTEGER)
        case float():
            return Constant(value, Kind.NUMBER)
        case str():
            return Constant(value, Kind.TEXT)
        case datetime():
            return Constant(value, Kind.TIMESTAMP)
        case date():
            return Constant(value, Kind.DATE)


def days_before(day: date, duration: Duration) -> date:
    """The day that lies days or longer before another."""
    try:
        return _clamped(shift_date(day, duration, -1))
    except (MomentError, OverflowError):
        return FIRST_DAY


def exact_length(duration: Duration) -> timedelta:
    """A duration of weeks or shorter as exact time: a day is 24 hours here."""
    try:
        return min(duration.exact, _LONGEST)
    except OverflowError:
        return _LONGEST


_LONGEST = timedelta(days=3_000_000)


def exactly_before(at: datetime, length: timedelta) -> datetime:
    """The instant that lies so long before another."""
    try:
        return max(at - length, _FIRST_INSTANT)
    except OverflowError:
        return _FIRST_INSTANT


_FIRST_INSTANT = datetime(2, 1, 1, tzinfo=UTC)


def day_of(value: Value, kind: Kind) -> Value:
    """The local day of a date or timestamp value."""
    return value if kind is Kind.DATE else LocalDate(value)


def _of_constant(moment: Moment, asking: Asking) -> Edges:
    try:
        found = span(moment, asking.as_of, asking.zone)
    except (MomentError, OverflowError):
        return _whole_day(_end_of_calendar(moment), asking)
    if found.whole_day:
        return _whole_day(local_date(found.start, asking.zone), asking)
    return _instant(found.start, asking)


def _end_of_calendar(moment: Moment) -> date:
    match moment:
        case Ago() | Relative(sign=-1):
            return FIRST_DAY
        case Day(date(year=year)) | At(datetime(year=year)):
            return FIRST_DAY if year < FIRST_DAY.year + 1 else LAST_DAY
        case _:
            return LAST_DAY


def _clamped(day: date) -> date:
    return min(max(day, FIRST_DAY), LAST_DAY)


def _whole_day(day: date, asking: Asking) -> Edges:
    day = _clamped(day)
    return Edges(
        day=constant(day),
        day_start=asking.day_start(day),
        day_end=asking.day_start(day + timedelta(days=1)),
        at=None,
    )


def _instant(at: datetime, asking: Asking) -> Edges:
    whole = _whole_day(local_date(at, asking.zone), asking)
    return replace(whole, at=constant(at.astimezone(UTC)))


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
