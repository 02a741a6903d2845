"""The rows that an example gives: names to columns, moments to instants. Language, section 5.

A row names fields, links or columns of its entity; an event's row whose it is, when it was, and its
properties. What a row leaves out is missing. A key that is not said is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from engine.bind.catalog import BoundPerson, Catalog, EntityRef, EventRef
from engine.bind.findings import Findings, wrong
from engine.bind.given_values import value_of
from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.language.examples import Cell, Given, Row
from engine.moments import MomentError, parse_duration, shift_local
from engine.places import Place
from engine.problems import Invalid, did_you_mean
from engine.records import dataclass
from engine.tables import ColumnRef, TableRef

__all__ = ["NewRow", "Stored", "Tables", "known_keys", "rows_given", "tables_of"]

Stored = Scalar | date | datetime | tuple[str, ...] | None
"""A value as its kind has it: dates and instants are those of Python, a list is of texts."""

Tables = Mapping[tuple[str, str], Mapping[str, ColumnRef]]
"""By connector and table, the columns that the catalog names."""

_MOST_ROWS = 100_000  # of one `repeat`
_REPEAT, _EVERY, _AT = "repeat", "every", "at"


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row for a table; `key` is the column that tells it from others, None of an event."""

    table: TableRef
    values: Mapping[str, tuple[ColumnRef, Stored]] = field(hash=False)
    key: str | None = None


# ---------------------------------------------------------------- what tables there are


def tables_of(catalog: Catalog) -> Tables:
    """All tables of a catalog, each with every column that an entity or an event of it names."""
    tables: dict[tuple[str, str], dict[str, ColumnRef]] = {}
    for entity in catalog.entities.values():
        _add(tables, entity.table, _columns_of(entity, catalog).values())
        for event in entity.events.values():
            _add(tables, event.table, _columns_of_event(event, entity).values())
    return tables


def _add(
    tables: dict[tuple[str, str], dict[str, ColumnRef]], table: TableRef, refs: Iterable[ColumnRef]
) -> None:
    known = tables.setdefault((table.connector, table.table), {})
    for ref in (*refs, *(ColumnRef(name, _kind_of(allowed)) for name, allowed in table.where)):
        known.setdefault(ref.column, ref)


def _kind_of(allowed: Sequence[Scalar]) -> Kind:
    match allowed[0]:
        case bool():
            return Kind.BOOLEAN
        case int() | float():
            return Kind.NUMBER
        case _:
            return Kind.TEXT


def _columns_of(entity: EntityRef, catalog: Catalog) -> dict[str, ColumnRef]:
    """What a row of an entity may name: fields and links, then columns by their own names."""
    named = {ref.name: ref.column for ref in entity.stored}
    for link in entity.links.values():
        parent = catalog.entities.get(link.to)
        kind = parent.key.kind if parent is not None else Kind.TEXT
        named.setdefault(link.name, ColumnRef(link.column, kind))
    columns = [*named.values(), entity.key, *([entity.label] if entity.label else [])]
    for person in (entity.contact, *entity.people.values()):
        columns += person.columns if isinstance(person, BoundPerson) else ()
    columns += [ColumnRef(name, _kind_of(allowed)) for name, allowed in entity.table.where]
    for ref in columns:
        named.setdefault(ref.column, ref)
    return named


def _columns_of_event(event: EventRef, entity: EntityRef) -> dict[str, ColumnRef]:
    """What a row of an event may name: properties, `at`, whose it is, and columns."""
    whose = ColumnRef(event.key, entity.key.kind)
    named = dict(event.properties)
    named.setdefault(_AT, event.at)
    named.setdefault(entity.name, whose)
    own = (event.at, whose, *event.properties.values())
    where = (ColumnRef(name, _kind_of(allowed)) for name, allowed in event.table.where)
    for ref in (*own, *where):
        named.setdefault(ref.column, ref)
    return named


# ---------------------------------------------------------------- rows


def rows_given(
    given: Sequence[Given], catalog: Catalog, at: datetime, zone: ZoneInfo, *, known: set[str]
) -> tuple[NewRow, ...]:
    """The rows of a scene at its instant; entities come before events.

    `known` are the keys that exist by then, as `ENTITY KEY`; those made here are added.

    Raises:
        Invalid: all that is wrong with them.
    """
    rows: list[NewRow] = []
    with Findings() as found:
        meant = [*filter(None, found.each(given, lambda each: (each, _meant(each, catalog))))]
        for each, what in sorted(meant, key=lambda pair: isinstance(pair[1], EventRef)):
            binder = _Binder(what, catalog, at, zone, known, _keys_said(each.rows, what, catalog))
            for made in filter(None, found.each(each.rows, binder.rows)):
                rows += made
    return tuple(rows)


def _keys_said(rows: Sequence[Row], what: EntityRef | EventRef, catalog: Catalog) -> list[str]:
    """The keys that are written in the rows of an entity: none is made that another has."""
    if not isinstance(what, EntityRef):
        return []
    named = _columns_of(what, catalog)
    cells = (cell for row in rows for cell in row.cells)
    return [str(cell.value) for cell in cells if named.get(cell.name) == what.key]


def known_keys(known: set[str], entity: str) -> list[str]:
    """The keys of an entity among the known, as texts."""
    prefix = f"{entity} "
    return sorted(each.removeprefix(prefix) for each in known if each.startswith(prefix))


def _meant(given: Given, catalog: Catalog) -> EntityRef | EventRef:
    """The entity or event of a name; an event that several entities have is `ENTITY.EVENT`."""
    if given.of in catalog.entities:
        return catalog.entities[given.of]
    entity, dot, name = given.of.partition(".")
    events = [
        each
        for owner in catalog.entities.values()
        for each in owner.events.values()
        if each.name == (name if dot else given.of) and (not dot or owner.name == entity)
    ]
    if len(events) == 1:
        return events[0]
    if events:
        ways = " or ".join(f"`{each.entity}.{each.name}`" for each in events)
        message = f"`{given.of}` is an event of several entities"
        raise wrong(given.place, "ambiguous-event", message, hint=f"write {ways}")
    names = [*catalog.entities, *(n for e in catalog.entities.values() for n in e.events)]
    message = f"there is no entity or event `{given.of}`"
    raise wrong(given.place, "unknown-event", message, hint=did_you_mean(given.of, names))


@dataclass(frozen=True, slots=True)
class _Binder:
    """Rows of one entity or event, at an instant."""

    what: EntityRef | EventRef
    catalog: Catalog
    at: datetime
    zone: ZoneInfo
    known: set[str]
    said: Sequence[str]
    met: set[Stored] = field(default_factory=set)

    def rows(self, row: Row) -> list[NewRow]:
        """A row as often as it is to be there."""
        if isinstance(self.what, EntityRef):
            return [self._of_entity(self.what, row)]
        return list(self._of_event(self.what, row))

    # ------------------------------------------------------------ entities

    def _of_entity(self, entity: EntityRef, row: Row) -> NewRow:
        columns = _columns_of(entity, self.catalog)
        try:
            values = self._values(row, columns, entity)
        except Invalid:  # that its key is unknown would be said of every row that names it
            own = (each for each in row.cells if columns.get(each.name) == entity.key)
            self.known.update(f"{entity.name} {each.value}" for each in own)
            raise
        key = values.get(entity.key.column, (entity.key, None))[1]
        if key is None:
            key = self._made_key(entity)
        elif key in self.met:
            message = f"the {entity.name} {key} is given twice at once"
            raise wrong(row.place, "duplicate-key", message, hint="put what is said into one row")
        self.met.add(key)
        values[entity.key.column] = (entity.key, key)
        self.known.add(f"{entity.name} {key}")
        return NewRow(entity.table, _with_where(entity.table, values), entity.key.column)

    def _made_key(self, entity: EntityRef) -> int | str:
        is_number = entity.key.kind is Kind.INTEGER
        keys = (number if is_number else f"{entity.name}-{number}" for number in count(1))
        taken = self.known | {f"{entity.name} {each}" for each in self.said}
        return next(each for each in keys if f"{entity.name} {each}" not in taken)

    # ------------------------------------------------------------ events

    def _of_event(self, event: EventRef, row: Row) -> Iterator[NewRow]:
        entity = self.catalog.entities[event.entity]
        named = _columns_of_event(event, entity)
        own = [c for c in row.cells if c.name not in (_REPEAT, _EVERY) or c.name in named]
        beside = {c.name: c for c in row.cells if c not in own}
        values = self._values(Row(tuple(own), row.place), named, event)
        whose = values.get(event.key, (None, None))[1]
        if whose is None:
            values[event.key] = (named[event.key], self._only_one(event, row.place))
        elif f"{entity.name} {whose}" not in self.known:
            raise self._nobody(event, whose, row.place)
        when = values.get(event.at.column, (None, None))[1]
        if not isinstance(when, datetime):
            message = f"a row of {event.name} lacks `at`: when it was"
            raise wrong(row.place, "missing-key", message, hint="as in `at: 2 days ago`")
        for each in self._times(when, beside):
            at_column = {event.at.column: (event.at, each)}
            yield NewRow(event.table, _with_where(event.table, values | at_column))

    def _only_one(self, event: EventRef, place: Place) -> int | str:
        """Whose an event is that does not say so: there must be one."""
        keys = known_keys(self.known, event.entity)
        if len(keys) != 1:
            message = f"a row of {event.name} lacks `{event.key}`: whose it is"
            raise wrong(place, "missing-key", message)
        kind = self.catalog.entities[event.entity].key.kind
        return int(keys[0]) if kind is Kind.INTEGER else keys[0]

    def _nobody(self, event: EventRef, key: Stored, place: Place) -> Invalid:
        hint = did_you_mean(str(key), known_keys(self.known, event.entity))
        message = f"no {event.entity} is given with the key {key}"
        return wrong(place, "unknown-key", message, hint=hint)

    def _times(self, when: datetime, beside: Mapping[str, Cell]) -> Iterator[datetime]:
        """The instants of a row that is repeated: the same, or `every` so much earlier."""
        every = beside.get(_EVERY)
        number = _repeated(beside[_REPEAT]) if _REPEAT in beside else 1
        for n in range(number):
            yield when if every is None else self._earlier(when, every, n)

    def _earlier(self, when: datetime, every: Cell, times: int) -> datetime:
        try:
            apart = shift_local(when, parse_duration(str(every.value)), self.zone) - when
        except MomentError as error:
            raise wrong(every.place, "bad-duration", str(error)) from None
        return when - apart * times

    # ------------------------------------------------------------ cells

    def _values(
        self, row: Row, named: Mapping[str, ColumnRef], of: EntityRef | EventRef
    ) -> dict[str, tuple[ColumnRef, Stored]]:
        values: dict[str, tuple[ColumnRef, Stored]] = {}
        with Findings() as found:
            cells = found.each(row.cells, lambda cell: self._cell(cell, named, of))
            for place, ref, value in filter(None, cells):
                if ref.column in values:
                    message = f"the column {ref.column} of {of.name} is given twice"
                    raise wrong(place, "duplicate-key", message, hint="keep one of them")
                values[ref.column] = (ref, value)
        return values

    def _cell(
        self, cell: Cell, named: Mapping[str, ColumnRef], of: EntityRef | EventRef
    ) -> tuple[Place, ColumnRef, Stored]:
        ref = named.get(cell.name)
        if ref is None:
            raise _unknown(cell, named, of)
        value = value_of(cell, ref.kind, self.at, self.zone)
        if isinstance(of, EntityRef) and cell.name in of.fields:
            _check_allowed(cell, value, of.fields[cell.name].values)
        return cell.place, ref, value


def _unknown(cell: Cell, named: Mapping[str, ColumnRef], of: EntityRef | EventRef) -> Invalid:
    if isinstance(of, EntityRef) and cell.name in of.formulas:
        message = f"`{cell.name}` of {of.name} is computed: it follows from the rows given"
        return wrong(cell.place, "computed-field", message)
    extra = () if isinstance(of, EntityRef) else (_REPEAT, _EVERY)
    hint = did_you_mean(cell.name, [*named, *extra])
    message = f"{of.name} has no field or column `{cell.name}`"
    return wrong(cell.place, "unknown-field", message, hint=hint)


def _repeated(cell: Cell) -> int:
    number = cell.value
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= _MOST_ROWS:
        return number
    message = f"expected a number from 1 to {_MOST_ROWS:,}, as `repeat: 3`"
    raise wrong(cell.place, "bad-value", message)


def _check_allowed(cell: Cell, value: Stored, allowed: Sequence[Scalar]) -> None:
    if value is None or not allowed or value in allowed:
        return
    message = f"`{cell.name}` is never `{value}`, as the catalog says"
    hint = did_you_mean(str(value), [str(each) for each in allowed])
    raise wrong(cell.place, "bad-value", message, hint=hint)


def _with_where(
    table: TableRef, values: Mapping[str, tuple[ColumnRef, Stored]]
) -> dict[str, tuple[ColumnRef, Stored]]:
    """A row that counts: what `where` of the catalog asks is so, unless the row says otherwise."""
    asked: dict[str, tuple[ColumnRef, Stored]] = {
        name: (ColumnRef(name, _kind_of(allowed)), allowed[0]) for name, allowed in table.where
    }
    return asked | dict(values)
