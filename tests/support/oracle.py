"""The language read in plain Python: conditions over rows given as dicts. Language, sections 3-4.

Written from the language page alone, one row at a time, with no thought of speed or of SQL. It is
what the compiled queries are held against, and shares nothing with them but the bound conditions
and the arithmetic of `engine.moments`, which has tables of its own.

Values in rows are Python's (str, int, float, bool, date, aware datetime) or text in the stored
forms of a CSV file; None is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from engine.audience.contacts import ContactRow
from engine.bind.catalog import Catalog, EntityRef, EventRef, FieldRef
from engine.bind.conditions import (
    Anniversary,
    BoundAll,
    BoundAny,
    BoundContacted,
    BoundDid,
    BoundEveryone,
    BoundField,
    BoundFinished,
    BoundHas,
    BoundInPlaybook,
    BoundMoment,
    BoundNone,
    BoundNot,
    BoundOperand,
    BoundParent,
    BoundRank,
    BoundRole,
    BoundSegment,
    BoundTest,
    Change,
    ChangedTest,
    Clause,
    Condition,
    DaysTest,
    FigureKind,
    Followed,
    ListTest,
    Literal,
    MomentRange,
    MomentTest,
    Op,
    SetTest,
    TextTest,
    UnchangedTest,
    ValueTest,
    Window,
)
from engine.bind.formulas import (
    Band,
    ChildrenFigure,
    Confidence,
    DaysBetween,
    Difference,
    EdgeEvent,
    EventsFigure,
    Formula,
    Labels,
    Level,
    ListedChildren,
    ListedEvents,
    MissingPart,
    Ratio,
    Score,
)
from engine.language.catalog import Kind
from engine.moments import (
    Duration,
    FieldMoment,
    Moment,
    Relative,
    instant,
    local_date,
    shift_date,
    span,
    start_of_day,
)
from engine.tables import ColumnRef, TableRef

__all__ = ["Journey", "Oracle", "Record", "World"]

Row = Mapping[str, object]
Value = str | int | float | bool | date | datetime | tuple[str, ...]
Key = str | int

_ONE_DAY = timedelta(days=1)
_DECIMALS = 9


@dataclass(frozen=True)
class Journey:
    """An enrollment of a row in a playbook."""

    entity: str
    key: str
    playbook: str
    entered_at: datetime
    left_at: datetime | None = None
    outcome: str = ""
    is_held_out: bool = False


@dataclass(frozen=True)
class Record:
    """What a field of a row was found to be, when it was first looked at or had changed."""

    entity: str
    key: str
    field: str
    at: datetime
    value: Value | None


@dataclass(frozen=True)
class World:
    """A catalog, the rows of its tables by `connector.table`, and what the ledger knows."""

    catalog: Catalog
    tables: Mapping[str, Sequence[Row]]
    contacts: Sequence[ContactRow] = ()
    journeys: Sequence[Journey] = ()
    records: Sequence[Record] = ()


@dataclass(frozen=True)
class _Span:
    """What a moment covers: a whole local day, or one instant."""

    day: date
    at: datetime | None = None


@dataclass(frozen=True)
class _Seat:
    """Whose eyes a condition sees with: an entity and one row of it, None for a missing parent."""

    entity: EntityRef
    row: Row | None


@dataclass(frozen=True)
class Oracle:
    """One world at one instant, with the zone whose calendar days count."""

    world: World
    as_of: datetime
    zone: ZoneInfo
    _keyed: dict[tuple[str, str], Mapping[object, list[Row]]] = field(default_factory=dict)
    _ranked: dict[tuple[str, str], list[Value]] = field(default_factory=dict)
    _recorded: dict[tuple[str, str, str], list[Record]] = field(default_factory=dict)

    # ------------------------------------------------------------ who

    def members(self, condition: Condition, entity: EntityRef) -> list[Key]:
        """The keys of all rows of which the condition holds, ascending."""
        found = {
            key
            for key, row in self._population(entity)
            if self.holds(condition, _Seat(entity, row))
        }
        return sorted(found)  # type: ignore[type-var]

    def seen(
        self, condition: Condition, entity: EntityRef, refs: Sequence[FieldRef]
    ) -> list[tuple[Value | None, ...]]:
        """These fields of each row of which the condition holds."""
        seats = (_Seat(entity, row) for _, row in self._population(entity))
        return [
            tuple(self._field(ref, seat) for ref in refs)
            for seat in seats
            if self.holds(condition, seat)
        ]

    def population(self, entity: EntityRef) -> list[Key]:
        """The keys of all rows that count and have one."""
        return sorted(key for key, _ in self._population(entity))  # type: ignore[type-var]

    def _population(self, entity: EntityRef) -> Iterator[tuple[Key, Row]]:
        for row in self._rows(entity.table):
            key = self.value(row, entity.key)
            if key is not None:
                assert isinstance(key, str | int)
                yield key, row

    # ------------------------------------------------------------ rows and values

    def _rows(self, table: TableRef) -> Iterator[Row]:
        for row in self.world.tables[str(table)]:
            if all(_is_allowed(row.get(name), allowed) for name, allowed in table.where):
                yield row

    def value(self, row: Row | None, ref: ColumnRef) -> Value | None:
        """A column of a row as its kind; nothing of a missing row."""
        return None if row is None else _typed(row.get(ref.column), ref.kind)

    def _field(self, ref: FieldRef, seat: _Seat) -> Value | None:
        """A field; of a missing parent every field is missing, computed ones too."""
        for link in ref.links:
            seat = self._parent(seat, link)
        formula = self.world.catalog.formula(ref)
        if formula is None:
            return self.value(seat.row, ref.column)
        if seat.row is None:
            return None
        return self._formula(formula, seat)

    def _parent(self, seat: _Seat, link: str) -> _Seat:
        ref = seat.entity.links[link]
        parent = self.world.catalog.entities[ref.to]
        key = self.value(seat.row, ColumnRef(ref.column, parent.key.kind))
        if key is None:
            return _Seat(parent, None)
        rows = self._by_key(parent.table, parent.key).get(key, [])
        return _Seat(parent, rows[0] if rows else None)

    def _children(self, seat: _Seat, child: EntityRef, link: str) -> list[Row]:
        """The rows of a child entity, with a key, that hold this row's key in their link."""
        key = self.value(seat.row, seat.entity.key)
        if key is None:
            return []
        column = ColumnRef(child.links[link].column, seat.entity.key.kind)
        rows = self._by_key(child.table, column).get(key, [])
        return [row for row in rows if self.value(row, child.key) is not None]

    def _by_key(self, table: TableRef, column: ColumnRef) -> Mapping[object, list[Row]]:
        place = (repr(table), repr(column))
        if place not in self._keyed:
            found: dict[object, list[Row]] = {}
            for row in self._rows(table):
                found.setdefault(self.value(row, column), []).append(row)
            self._keyed[place] = found
        return self._keyed[place]

    # ------------------------------------------------------------ conditions

    def holds(self, condition: Condition, seat: _Seat) -> bool:
        """Whether a condition holds of a row. Two-valued: there is no unknown."""
        match condition:
            case BoundAll(parts):
                return all(self.holds(part, seat) for part in parts)
            case BoundAny(parts):
                return any(self.holds(part, seat) for part in parts)
            case BoundNone(parts):
                return not any(self.holds(part, seat) for part in parts)
            case BoundNot(part):
                return not self.holds(part, seat)
            case BoundEveryone():
                return True
            case BoundSegment(condition=inside):
                return self.holds(inside, seat)
            case BoundField(ref, test):
                return self._passes(self._field(ref, seat), test, seat)
            case BoundRole(email=email, present=present):
                return (self._field(email, seat) is not None) is present
            case BoundParent(link, _, inside):
                return self.holds(inside, self._parent(seat, link))
            case BoundDid():
                return self._did(condition, seat) is not condition.negated
            case BoundHas(entity, link, negated, inside, times):
                number = len(self._seats((entity, link), inside, seat))
                return self._passes(number, times, seat) is not negated
            case BoundRank():
                return self._is_ranked(condition, seat)
            case BoundContacted():
                return self._contacted(condition, seat) is not condition.negated
            case BoundInPlaybook():
                return self._is_inside(condition, seat)
            case BoundFinished():
                return self._has_finished(condition, seat)

    def _did(self, did: BoundDid, seat: _Seat) -> bool:
        events = self._counted(did, seat)
        if not did.figures and did.change is None and not did.followed:
            return bool(events)
        asked = [
            self._passes(self._figure(each.kind, each.property, did.event, events), each.test, seat)
            for each in did.figures
        ]
        if did.change is not None:
            change = self._changed(did.change, did.event, events)
            asked.append(self._passes(change, did.change.test, seat))
        asked += [self._is_followed(each, did, events, seat) for each in did.followed]
        return all(asked)

    def _counted(self, did: BoundDid, seat: _Seat) -> list[Row]:
        """The events that pass the window and `where`."""
        return [
            event
            for event in self._events_through(did, seat)
            if self._in_window(self._at(event, did.event), did.window, seat)
            and self._pass_where(event, did.event, did.where, seat)
        ]

    def _pass_where(
        self, row: Row, event: EventRef, where: Sequence[tuple[str, BoundTest]], seat: _Seat
    ) -> bool:
        return all(
            self._passes(self.value(row, event.properties[name]), test, seat)
            for name, test in where
        )

    def _changed(self, change: Change, event: EventRef, events: list[Row]) -> Value | None:
        """By how much the number a day grew, from the window before to that up to today's start."""
        middle = shift_date(self._today, change.over, -1)
        first = shift_date(middle, change.against, -1)
        days = [local_date(self._at(row, event), self.zone) for row in events]
        recent = sum(middle <= day < self._today for day in days) / (self._today - middle).days
        earlier = sum(first <= day < middle for day in days) / (middle - first).days
        return None if earlier == 0 else round(recent / earlier - 1, _DECIMALS)

    def _is_followed(
        self, followed: Followed, did: BoundDid, events: list[Row], seat: _Seat
    ) -> bool:
        limit = followed.within.exact
        for row in events:
            at = self._at(row, did.event)
            maker = self.value(row, ColumnRef(did.event.key, self._kind_of_key(did.event)))
            later = [
                self._at(other, followed.event)
                for other in self._events(followed.event, maker, self._kind_of_key(did.event))
                if self._pass_where(other, followed.event, followed.where, seat)
            ]
            has = any(at < other <= at + limit for other in later)
            if has and not followed.negated:
                return True
            if followed.negated and not has and at + limit <= self.as_of:
                return True
        return False

    def _kind_of_key(self, event: EventRef) -> Kind:
        return self.world.catalog.entities[event.entity].key.kind

    # ------------------------------------------------------------ children, ranks, playbooks

    def _seats(
        self, children: tuple[str, str], condition: Condition | None, seat: _Seat
    ) -> list[_Seat]:
        """The children by entity and link that satisfy a condition; a missing parent has none."""
        child = self.world.catalog.entities[children[0]]
        seats = [_Seat(child, row) for row in self._children(seat, child, children[1])]
        return [each for each in seats if condition is None or self.holds(condition, each)]

    def _is_ranked(self, rank: BoundRank, seat: _Seat) -> bool:
        entity = self.world.catalog.entities[rank.entity]
        place = (repr(rank), "")
        if place not in self._ranked:
            found = [
                self._field(rank.ref, _Seat(entity, row)) for _, row in self._population(entity)
            ]
            known = [value for value in found if value is not None]
            known.sort(reverse=rank.highest)  # type: ignore[type-var]
            if rank.share is not None:
                number = math.ceil(Decimal(str(rank.share)) * len(known))
            else:
                number = rank.count or 0
            self._ranked[place] = known[:number]
        value = self._field(rank.ref, seat)
        return value is not None and value in self._ranked[place]

    def _is_inside(self, asked: BoundInPlaybook, seat: _Seat) -> bool:
        key = str(self.value(seat.row, seat.entity.key))
        return any(
            (each.entity, each.key, each.playbook) == (seat.entity.name, key, asked.playbook)
            and not each.is_held_out
            and each.entered_at <= self.as_of
            and (each.left_at is None or each.left_at > self.as_of)
            for each in self.world.journeys
        )

    def _has_finished(self, asked: BoundFinished, seat: _Seat) -> bool:
        key = str(self.value(seat.row, seat.entity.key))
        start = None if asked.within is None else self._within_start(asked.within)
        return any(
            (each.entity, each.key, each.playbook) == (seat.entity.name, key, asked.playbook)
            and each.left_at is not None
            and each.left_at <= self.as_of
            and (start is None or each.left_at >= start)
            and asked.outcome in (None, each.outcome)
            for each in self.world.journeys
        )

    # ------------------------------------------------------------ computed fields

    def _formula(self, formula: Formula, seat: _Seat) -> Value | None:
        match formula:
            case EventsFigure(kind, name, did):
                return self._figure(kind, name, did.event, self._counted(did, seat))
            case EdgeEvent():
                return self._edge_event(formula, seat)
            case ChildrenFigure(kind, of, children):
                where = (children.entity, children.link)
                seats = self._seats(where, children.condition, seat)
                if of is None:
                    return len(seats)
                values = [self._field(of, each) for each in seats]
                known = [each for each in values if each is not None]
                return len(set(known)) if kind is FigureKind.DISTINCT else _figure_of(kind, known)
            case Ratio(above, below):
                return _ratio(self._field(above, seat), self._field(below, seat))
            case Difference(minuend, subtrahend):
                return _difference(self._field(minuend, seat), self._field(subtrahend, seat))
            case DaysBetween(first, last):
                one, other = self._moment(first, seat), self._moment(last, seat)
                return None if one is None or other is None else (other.day - one.day).days
            case Score():
                return self._score(formula, seat)
            case Confidence(parts):
                there = [p.weight for p in parts if self._field(p.ref, seat) is not None]
                return round(sum(there) / sum(part.weight for part in parts), _DECIMALS)
            case Band(ref, bands):
                value = self._field(ref, seat)
                if value is None:
                    return None
                return next((name for name, test in bands if self._passes(value, test, seat)), None)
            case Labels(labels):
                return tuple(name for name, inside in labels if self.holds(inside, seat))
            case Level(levels):
                held = [n for n, (_, inside) in enumerate(levels) if self.holds(inside, seat)]
                return held[-1] + 1 if held else 0
            case ListedEvents(name, did, at_most):
                ref = did.event.properties[name]
                return _listed([self.value(row, ref) for row in self._counted(did, seat)], at_most)
            case ListedChildren(of, children, at_most):
                where = (children.entity, children.link)
                seats = self._seats(where, children.condition, seat)
                return _listed([self._field(of, each) for each in seats], at_most)

    def _edge_event(self, edge: EdgeEvent, seat: _Seat) -> Value | None:
        event, rows = edge.events.event, self._counted(edge.events, seat)
        if not rows:
            return None
        times = [self._at(row, event) for row in rows]
        at = max(times) if edge.last else min(times)
        if not edge.property:
            return at
        ref = event.properties[edge.property]
        values = [self.value(row, ref) for row in rows if self._at(row, event) == at]
        return max((each for each in values if each is not None), default=None)  # type: ignore[type-var]

    def _score(self, score: Score, seat: _Seat) -> Value | None:
        total = weights = 0.0
        is_any = False
        for part in score.parts:
            value = self._field(part.ref, seat)
            if value is None:
                weights += part.weight if score.missing is MissingPart.WORST else 0
                continue
            assert isinstance(value, int | float)
            is_any = True
            scaled = (value - part.worst) / (part.best - part.worst) * 100
            total += part.weight * min(max(scaled, 0.0), 100.0)
            weights += part.weight
        return round(total / weights, _DECIMALS) if is_any else None

    def _events_through(self, did: BoundDid, seat: _Seat) -> list[Row]:
        if did.child_link:
            child = self.world.catalog.entities[did.through]
            return [
                event
                for row in self._children(seat, child, did.child_link)
                for event in self._events(did.event, self.value(row, child.key), child.key.kind)
            ]
        owner = self._parent(seat, did.through) if did.through else seat
        key = self.value(owner.row, owner.entity.key)
        return self._events(did.event, key, owner.entity.key.kind)

    def _events(self, event: EventRef, key: Value | None, kind: Kind) -> list[Row]:
        """The events of a key that have a time, none of them later than the run's instant."""
        if key is None:
            return []
        rows = self._by_key(event.table, ColumnRef(event.key, kind)).get(key, [])
        return [row for row in rows if self._has_happened(self.value(row, event.at))]

    def _has_happened(self, at: Value | None) -> bool:
        return isinstance(at, datetime) and at <= self.as_of

    def _at(self, row: Row, event: EventRef) -> datetime:
        at = self.value(row, event.at)
        assert isinstance(at, datetime)
        return at

    def _in_window(self, at: datetime, window: Window, seat: _Seat) -> bool:
        if window.within is not None and not at >= self._within_start(window.within):
            return False
        for bound, op in ((window.since, Op.SINCE), (window.until, Op.UNTIL)):
            if bound is None:
                continue
            moment = self._moment(bound, seat)
            if moment is None or not self._stands(op, at, moment):
                return False
        return True

    def _figure(
        self, kind: FigureKind, name: str, event: EventRef, events: list[Row]
    ) -> Value | None:
        """A figure of events: counts and the sum of none are 0, the others missing."""
        days = [local_date(self._at(row, event), self.zone) for row in events]
        match kind:
            case FigureKind.TIMES:
                return len(events)
            case FigureKind.DAYS:
                return len(set(days))
            case FigureKind.WEEKS:
                return len({day - timedelta(days=day.weekday()) for day in days})
            case FigureKind.MONTHS:
                return len({(day.year, day.month) for day in days})
        ref = event.properties[name]
        values = [value for row in events if (value := self.value(row, ref)) is not None]
        if kind is FigureKind.DISTINCT:
            return len(set(values))
        return _figure_of(kind, values)

    def _contacted(self, asked: BoundContacted, seat: _Seat) -> bool:
        times = [
            at for at in self._contacts(asked, seat) if self._in_window(at, asked.window, seat)
        ]
        return self._passes(len(times), asked.times, seat)

    def _contacts(self, asked: BoundContacted, seat: _Seat) -> Iterator[datetime]:
        key = self.value(seat.row, seat.entity.key)
        if key is None:
            return
        for contact in self.world.contacts:
            if asked.channel is not None and contact.channel != asked.channel:
                continue
            if asked.playbook is not None and contact.playbook != asked.playbook:
                continue
            if contact.at <= self.as_of and self._reached(contact, seat):
                yield contact.at
        if asked.channel is None and asked.playbook is None:
            for event in asked.events:
                for row in self._events(event, key, seat.entity.key.kind):
                    yield self._at(row, event)

    def _reached(self, contact: ContactRow, seat: _Seat) -> bool:
        """To its contact's address, or in an enrollment of it or of a row that links to it."""
        if contact.address and contact.address == self._address(seat):
            return True
        family = {(seat.entity.name, str(self.value(seat.row, seat.entity.key)))}
        for child in self.world.catalog.entities.values():
            for link in child.links.values():
                if link.to == seat.entity.name:
                    for row in self._children(seat, child, link.name):
                        family.add((child.name, str(self.value(row, child.key))))
        return (contact.entity, contact.key) in family

    def _address(self, seat: _Seat) -> str | None:
        contact = seat.entity.contact
        address = self.value(seat.row, contact.email) if contact else None
        return None if address is None else str(address).strip().lower()

    # ------------------------------------------------------------ tests

    def _passes(self, value: Value | None, test: BoundTest, seat: _Seat) -> bool:
        return all(self._clause(value, clause, seat) for clause in test.clauses)

    def _clause(self, value: Value | None, clause: Clause, seat: _Seat) -> bool:
        match clause:
            case SetTest(present):
                return (value is not None) is present
            case ValueTest(op, values, ignore_case):
                others = [self._other(other, seat) for other in values]
                return _compare(op, value, others, _lower if ignore_case else _as_it_is)
            case TextTest(op, other, ignore_case):
                found = self._other(other, seat)
                if value is None or found is None:
                    return False
                assert isinstance(value, str)
                assert isinstance(found, str)
                return _text(op, value, found, _lower if ignore_case else _as_it_is)
            case ListTest(op, members):
                others = [self._other(other, seat) for other in members]
                return isinstance(value, tuple) and _includes(op, value, others)
            case MomentTest(op, moments):
                return self._moment_test(op, value, [self._moment(each, seat) for each in moments])
            case MomentRange(op, duration):
                return value is not None and self._in_range(op, value, duration)
            case DaysTest(sign, clauses):
                if value is None:
                    return False
                days = sign * (self._day(value) - self._today).days
                return all(self._clause(days, each, seat) for each in clauses)
            case Anniversary(duration):
                return value is not None and self._has_anniversary(self._day(value), duration)
            case ChangedTest():
                return self._has_changed(clause, seat)
            case UnchangedTest(ref, duration):
                history, start = self._history(ref, seat), self._within_start(duration)
                reaches_back = bool(history) and history[0].at <= start
                return reaches_back and all(each.at < start for each in history[1:])

    def _other(self, other: Literal | BoundOperand, seat: _Seat) -> Value | None:
        if not isinstance(other, BoundOperand):
            return other
        value = self._then(other.ref, other.at, seat)
        if value is None or (other.multiplied_by is None and other.plus is None):
            return value
        assert isinstance(value, int | float)
        scaled = value if other.multiplied_by is None else value * other.multiplied_by
        return round(float(scaled if other.plus is None else scaled + other.plus), _DECIMALS)

    # ------------------------------------------------------------ histories

    def _history(self, ref: FieldRef, seat: _Seat) -> list[Record]:
        """The records of a field until now, the first one first; a missing parent has none."""
        for link in ref.links:
            seat = self._parent(seat, link)
        if not self._recorded:
            for each in sorted(self.world.records, key=lambda record: record.at):
                place = (each.entity, each.key, each.field)
                self._recorded.setdefault(place, []).append(each)
        key = self.value(seat.row, seat.entity.key)
        found = self._recorded.get((seat.entity.name, str(key), ref.name), [])
        return [each for each in found if key is not None and each.at <= self.as_of]

    def _has_changed(self, asked: ChangedTest, seat: _Seat) -> bool:
        history, start = self._history(asked.ref, seat), self._within_start(asked.within)
        return any(
            after.at >= start
            and (asked.from_test is None or self._passes(before.value, asked.from_test, seat))
            and (asked.to_test is None or self._passes(after.value, asked.to_test, seat))
            for before, after in pairwise(history)
        )

    def _then(self, ref: FieldRef, at: BoundMoment | None, seat: _Seat) -> Value | None:
        """A field as it is; or as it was, by the last record up to a moment or its day's end."""
        if at is None:
            return self._field(ref, seat)
        moment = self._moment(at, seat)
        if moment is None:
            return None
        known = [e for e in self._history(ref, seat) if self._stands(Op.UNTIL, e.at, moment)]
        return known[-1].value if known else None

    # ------------------------------------------------------------ time

    @cached_property
    def _today(self) -> date:
        return local_date(self.as_of, self.zone)

    def _day(self, value: Value) -> date:
        if isinstance(value, datetime):
            return local_date(value, self.zone)
        assert isinstance(value, date)
        return value

    def _within_start(self, duration: Duration) -> datetime:
        if duration.is_exact:
            return self.as_of - duration.exact
        return start_of_day(shift_date(self._today, duration, -1), self.zone)

    def _moment(self, bound: BoundMoment, seat: _Seat) -> _Span | None:
        """What a moment covers, seen by a row; None where it hangs on a missing value."""
        return self._resolve(bound.moment, bound, seat)

    def _resolve(self, moment: Moment, bound: BoundMoment, seat: _Seat) -> _Span | None:
        match moment:
            case FieldMoment():
                assert bound.ref is not None
                return self._span_of(self._then(bound.ref, bound.at, seat))
            case Relative(duration, sign, of):
                return self._shifted(self._resolve(of, bound, seat), duration, sign)
            case _:
                fixed = span(moment, self.as_of, self.zone)
                day = local_date(fixed.start, self.zone)
                return _Span(day) if fixed.whole_day else _Span(day, fixed.start)

    def _span_of(self, value: Value | None) -> _Span | None:
        if value is None:
            return None
        return _Span(self._day(value), value if isinstance(value, datetime) else None)

    def _shifted(self, base: _Span | None, duration: Duration, sign: int) -> _Span | None:
        if base is None:
            return None
        if not duration.is_exact:
            return _Span(shift_date(base.day, duration, sign))
        start = start_of_day(base.day, self.zone) if base.at is None else base.at
        shifted = start + sign * duration.exact
        return _Span(local_date(shifted, self.zone), shifted)

    def _moment_test(self, op: Op, value: Value | None, moments: list[_Span | None]) -> bool:
        if op is Op.NOT_ON:
            return not self._moment_test(Op.ON, value, moments)
        if value is None:
            return False
        return any(moment is not None and self._stands(op, value, moment) for moment in moments)

    def _stands(self, op: Op, value: Value, moment: _Span) -> bool:
        """Whether a value stands to a moment as the operator says."""
        if op is Op.ON:
            return self._day(value) == moment.day
        if not isinstance(value, datetime):  # beside a date an instant means its local date
            return _ORDER[op](self._day(value), moment.day)
        if moment.at is not None:
            return _ORDER[op](value, moment.at)
        begins = start_of_day(moment.day, self.zone)
        ends = start_of_day(moment.day + _ONE_DAY, self.zone)
        match op:
            case Op.BEFORE:
                return value < begins
            case Op.SINCE:
                return value >= begins
            case Op.UNTIL:
                return value < ends
            case _:
                return value >= ends

    def _in_range(self, op: Op, value: Value, duration: Duration) -> bool:
        if isinstance(value, datetime):
            if op is Op.WITHIN:
                return self._within_start(duration) <= value <= self.as_of
            if duration.is_exact:
                return self.as_of <= value <= self.as_of + duration.exact
            last = shift_date(self._today, duration, 1)
            return self.as_of <= value < start_of_day(last + _ONE_DAY, self.zone)
        sign = -1 if op is Op.WITHIN else 1
        edge = self._edge(duration, sign)
        first, last = (edge, self._today) if op is Op.WITHIN else (self._today, edge)
        return first <= self._day(value) <= last

    def _edge(self, duration: Duration, sign: int) -> date:
        """The local day to which a duration reaches from now."""
        if duration.is_exact:
            return local_date(self.as_of + sign * duration.exact, self.zone)
        return shift_date(self._today, duration, sign)

    def _has_anniversary(self, day: date, duration: Duration) -> bool:
        last = self._edge(duration, 1)
        years = range(max(day.year + 1, self._today.year), last.year + 1)
        return any(self._today <= _in_year(day, year) <= last for year in years)


def _in_year(day: date, year: int) -> date:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if (day.month, day.day) == (2, 29) and not is_leap:
        return date(year, 2, 28)
    return day.replace(year=year)


_ORDER: Mapping[Op, Callable[[date, date], bool]] = {
    Op.BEFORE: lambda value, moment: value < moment,
    Op.AFTER: lambda value, moment: value > moment,
    Op.SINCE: lambda value, moment: value >= moment,
    Op.UNTIL: lambda value, moment: value <= moment,
}


# ---------------------------------------------------------------- values


def _as_it_is(value: Value) -> Value:
    return value


def _lower(value: Value) -> Value:
    """Lower case of each code point by itself; nothing grows longer."""
    assert isinstance(value, str)
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in value)


def _compare(
    op: Op,
    value: Value | None,
    others: Sequence[Value | None],
    fold: Callable[[Value], Value],
) -> bool:
    """A missing value passes is_not and none_of alone; a missing other side is equal to nothing."""
    if op in (Op.IS_NOT, Op.NONE_OF):
        return not _compare(Op.ONE_OF, value, others, fold)
    if value is None:
        return False
    known = [fold(other) for other in others if other is not None]
    if op in (Op.IS, Op.ONE_OF):
        return any(_equal(fold(value), other) for other in known)
    return bool(known) and _NUMBERS[op](value, known[0])


def _equal(value: Value, other: Value) -> bool:
    return value == other and isinstance(value, bool) is isinstance(other, bool)


_NUMBERS: Mapping[Op, Callable[[object, object], bool]] = {
    Op.MORE_THAN: lambda value, other: value > other,  # type: ignore[operator]
    Op.AT_LEAST: lambda value, other: value >= other,  # type: ignore[operator]
    Op.LESS_THAN: lambda value, other: value < other,  # type: ignore[operator]
    Op.AT_MOST: lambda value, other: value <= other,  # type: ignore[operator]
}


def _text(op: Op, value: str, other: str, fold: Callable[[Value], Value]) -> bool:
    text, part = str(fold(value)), str(fold(other))
    match op:
        case Op.CONTAINS:
            return part in text
        case Op.STARTS_WITH:
            return text.startswith(part)
        case _:
            return text.endswith(part)


def _includes(op: Op, value: Sequence[str], members: Sequence[object]) -> bool:
    found = [member in value for member in members]
    return any(found) if op is Op.INCLUDES_ANY else all(found)


def _ratio(above: Value | None, below: Value | None) -> Value | None:
    if above is None or below is None or below == 0:
        return None
    assert isinstance(above, int | float)
    assert isinstance(below, int | float)
    found = above / below
    return round(found, _DECIMALS) if math.isfinite(found) else None


def _difference(one: Value | None, other: Value | None) -> Value | None:
    if one is None or other is None:
        return None
    assert isinstance(one, int | float)
    assert isinstance(other, int | float)
    return round(float(one) - float(other), _DECIMALS)


def _listed(values: Iterable[Value | None], at_most: int | None) -> tuple[str, ...]:
    """The different values, in order, as far as they are wanted."""
    known = {value for value in values if value is not None}
    return tuple(sorted(known)[:at_most])  # type: ignore[type-var, arg-type]


def _figure_of(kind: FigureKind, values: Sequence[Value]) -> Value | None:
    """Of days and times there are only the highest and the lowest."""
    days = [value for value in values if isinstance(value, date)]
    if days:
        return max(days) if kind is FigureKind.HIGHEST else min(days)
    return _number_of(kind, values)


def _number_of(kind: FigureKind, values: Iterable[Value]) -> float | None:
    numbers = [value for value in values if isinstance(value, int | float)]
    if kind is FigureKind.SUM:
        return round(math.fsum(numbers), _DECIMALS)
    if not numbers:
        return None
    match kind:
        case FigureKind.AVERAGE:
            found = math.fsum(numbers) / len(numbers)
        case FigureKind.HIGHEST:
            found = max(numbers)
        case _:
            found = min(numbers)
    return round(found, _DECIMALS)


def _typed(raw: object, kind: Kind) -> Value | None:
    """A stored value as its kind; blank text, NaN and infinity are missing."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, str) and kind is not Kind.TEXT:
        return _PARSERS[kind](raw)
    if isinstance(raw, float) and not math.isfinite(raw):
        return None
    if kind is Kind.TIMESTAMP:
        assert isinstance(raw, datetime)
        return raw.astimezone(UTC)
    if isinstance(raw, list):
        return tuple(each for each in raw if each is not None and each.strip())
    assert isinstance(raw, str | int | float | date)
    return raw


_PARSERS: Mapping[Kind, Callable[[str], Value]] = {
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.BOOLEAN: lambda text: {"true": True, "t": True, "1": True}.get(text.lower(), False),
    Kind.DATE: date.fromisoformat,
    Kind.TIMESTAMP: lambda text: instant(datetime.fromisoformat(text), ZoneInfo("UTC")),
}


def _is_allowed(raw: object, allowed: Sequence[object]) -> bool:
    """Whether a raw value is one of those that count; each is compared as what it is."""
    for other in allowed:
        kind = (
            Kind.BOOLEAN
            if isinstance(other, bool)
            else Kind.NUMBER
            if isinstance(other, int | float)
            else Kind.TEXT
        )
        if (value := _typed(raw, kind)) is not None and value == other:
            return True
    return False
