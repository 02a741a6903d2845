"""One reader for every SQL store; what differs between them is a `Store`.

A store says what tables there are, writes a stored form as a typed column, and runs statements.
What counts as a row, what is checked and what is said about it is the same everywhere, and here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Double,
    Executable,
    FromClause,
    Select,
    String,
    TableClause,
    case,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import NULLTYPE, TypeEngine

from connectors.sources.forms import WHITE_SPACE, Form, expected, no_column, wrong_type
from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.ports import Filled, Ordered, Row
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef

__all__ = ["SourceReader", "Store"]

_FORMS_KEPT = 256
Found = TypeVar("Found")


class Store(Protocol):
    """What a dialect has of its own, over one open connection."""

    def columns(self, table: TableRef) -> Mapping[str, str]:
        """Column names and type names of a table; raises SourceFault where it does not exist."""

    def address(self, table: TableRef) -> tuple[str | None, str]:
        """Schema and name under which statements reach the table."""

    def layout(self, table: TableRef) -> Hashable:
        """Address and columns of a table, and whatever else the forms of its columns hang on."""

    def form(
        self, raw: ColumnElement[Any], stored: str, ref: ColumnRef, table: TableRef, zone: ZoneInfo
    ) -> Form | None:
        """A raw column of the type `stored`, read as `ref` says.

        None where that type holds no form of the kind. `zone` is that of timestamps that bear
        none.
        """

    def shown(self, raw: ColumnElement[Any]) -> ColumnElement[Any]:
        """A raw column as it can be read whatever it holds, for messages."""

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """A relation made of values, bound as one parameter."""

    def held(self, statement: Select[Any]) -> FromClause | None:
        """The rows of a statement, as the port `Reader` says."""

    def privilege(self) -> str:
        """What the login is beyond a reader, as the port `Reader` says."""

    def pages(self, statement: Executable | Filled) -> Iterator[Sequence[Row]]:
        """The rows of a statement, streamed, some at a time.

        Raises:
            SourceFault: the data is broken.
        """


class SourceReader:
    """An open snapshot: the port `Reader` over a store. `zones` are those of the connectors.

    `borne` gives the values of the parameters of the store's `rows` where there is a shorter way
    to them than to write it; `integers` the whole numbers of a statement's only column, some at a
    time, where there is a shorter way to them than by rows.
    """

    def __init__(
        self,
        store: Store,
        zones: Mapping[str, ZoneInfo],
        *,
        borne: Callable[[Mapping[str, str], Sequence[Row]], Sequence[object]] | None = None,
        integers: Callable[[Executable | Filled], Iterator[Sequence[int]]] | None = None,
    ) -> None:
        self._store = store
        self._borne = borne
        self._integers = integers
        self._found: dict[Hashable, object] = {}
        self._zones = zones
        self._orders: dict[tuple[ColumnRef, TableRef], str | None] = {}
        self._never_blank: dict[tuple[ColumnRef, TableRef], bool] = {}
        self._good: dict[TableRef, frozenset[ColumnRef]] = {}
        # A statement asks for the same column again and again: its value, plain, in each test.
        self._form = lru_cache(_FORMS_KEPT)(self._form_of)
        self._value = lru_cache(_FORMS_KEPT)(self._value_of)

    def relation(self, table: TableRef) -> FromClause:
        """The rows of a table that count, under a name of its own each time it is asked for."""
        source = self._source(table)
        if not table.where:
            return source
        return select(*source.c).where(*self.counts(source, table)).subquery()

    def column(
        self, relation: FromClause, ref: ColumnRef, table: TableRef
    ) -> ColumnElement[object]:
        """The typed value of a column; a value in another form is missing here, and `check`s."""
        return self._value(relation, ref, table)

    def plain(self, relation: FromClause, ref: ColumnRef, table: TableRef) -> ColumnElement[object]:
        """The column for `=`, `<>` and `IN` with constants that are not blank text."""
        form = self._form(relation, ref, table)
        return self._value(relation, ref, table) if form.plain is None else form.plain

    def ordered(self, relation: FromClause, ref: ColumnRef, table: TableRef) -> Ordered | None:
        """A timestamp for comparisons, bare, where the store's own order will do; else None."""
        look = self._form(relation, ref, table).ordered
        return None if look is None else look()

    def order(self, ref: ColumnRef, table: TableRef) -> str | None:
        """How a timestamp is stored, if `ordered` gives it."""
        asked = (ref, table)
        if asked not in self._orders:
            found = self.ordered(self._source(table), ref, table)
            self._orders[asked] = None if found is None else found.form
        return self._orders[asked]

    def is_never_blank(self, ref: ColumnRef, table: TableRef) -> bool:
        """Whether a text column is known to hold no blank text."""
        asked = (ref, table)
        if asked not in self._never_blank:
            look = self._form(self._source(table), ref, table).never_blank
            self._never_blank[asked] = look is not None and look()
        return self._never_blank[asked]

    def privilege(self) -> str:
        """What the login is that who only reads need not be."""
        return self._store.privilege()

    def layout(self, table: TableRef) -> Hashable:
        """Address and columns, the zone that times are in, and what the store adds."""
        return self._zones[table.connector].key, self._store.layout(table)

    def counts(self, relation: FromClause, table: TableRef) -> Sequence[ColumnElement[bool]]:
        """The table's `where` as tests of a relation of the same table without it."""
        return [self._allowed(relation, table, name, allowed) for name, allowed in table.where]

    def check(self, table: TableRef, refs: Sequence[ColumnRef]) -> None:
        """Raise SourceFault where a value is in a form its type does not have, naming it.

        The columns of the table's own `where` that are compared with true or false are looked at
        too, in every row: a form that is misread there would drop rows in silence. A snapshot
        does not change, so that no column is looked at twice.
        """
        good = self._good.get(table)
        asked = [ref for ref in refs if good is None or ref not in good]
        if good is not None and not asked:
            return
        self._check(self._source(table), table, _booleans(table))
        self._check(self.relation(table), table, asked)
        self._good[table] = frozenset((*(good or ()), *asked))

    def once(self, asked: Hashable, find: Callable[[], Found]) -> Found:
        """What was found when it was asked first: a snapshot does not change."""
        if asked not in self._found:
            self._found[asked] = find()
        return cast(Found, self._found[asked])

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """A relation made of values, bound as one parameter."""
        return self._store.rows(name, columns, values)

    def borne(
        self, name: str, columns: Mapping[str, str], values: Sequence[Row]
    ) -> Sequence[object] | None:
        """The values of its parameters, where there is a shorter way to them."""
        return None if self._borne is None else self._borne(columns, values)

    def held(self, statement: Select[Any]) -> FromClause | None:
        """The rows of a statement, found once and there for the rest of the snapshot."""
        return self._store.held(statement)

    def read(self, statement: Executable | Filled) -> Iterator[Row]:
        """The rows of a statement, streamed. Instants come back as aware UTC datetimes."""
        rows = chain.from_iterable(self._store.pages(statement))
        if all(isinstance(each, _NO_TIMES) for each in _types_of(statement)):
            return rows
        return (tuple(map(_aware, row)) for row in rows)

    def keys(self, statement: Executable | Filled) -> Iterator[Sequence[int | str]]:
        """The values of a statement's only column, some at a time, as the store hands them over."""
        if self._integers is not None and isinstance(_types_of(statement)[0], BigInteger):
            return self._integers(statement)
        return (_keys_of([row[0] for row in page]) for page in self._store.pages(statement))

    def row_count(self, table: TableRef) -> int:
        """How many rows count."""
        statement = select(func.count()).select_from(self.relation(table))
        [(count,)] = self.read(statement)
        return int(str(count))

    def _source(self, ref: TableRef) -> FromClause:
        schema, name = self._store.address(ref)
        return _named(schema, name, tuple(self._store.columns(ref))).alias()

    def _form_of(self, relation: FromClause, ref: ColumnRef, table: TableRef) -> Form:
        stored = self._store.columns(table)
        if ref.column not in stored:
            raise no_column(table, ref.column, stored)
        raw = relation.c[ref.column]
        zone = self._zones[table.connector]
        found = self._store.form(raw, stored[ref.column], ref, table, zone)
        if found is None:
            raise wrong_type(table, ref, stored[ref.column])
        return found

    def _value_of(
        self, relation: FromClause, ref: ColumnRef, table: TableRef
    ) -> ColumnElement[Any]:
        form = self._form(relation, ref, table)
        if form.plain is not None and form.never_blank is not None and form.never_blank():
            return form.plain
        return form.write()

    def _allowed(
        self, relation: FromClause, table: TableRef, name: str, allowed: tuple[Scalar, ...]
    ) -> ColumnElement[bool]:
        """Whether a raw column holds one of the values; each is compared as what it is in YAML."""
        tests: list[ColumnElement[bool]] = []
        for kind, values in _by_kind(allowed).items():
            compared = self.plain(relation, ColumnRef(name, kind), table)
            # Blank text is missing and equals nothing, whatever the column holds.
            asked = [value for value in values if str(value).strip(WHITE_SPACE)]
            tests.append(compared.in_(asked) if asked else false())
        return or_(*tests) if tests else false()

    def _check(self, relation: FromClause, table: TableRef, refs: Sequence[ColumnRef]) -> None:
        forms = [
            (ref, self._form(relation, ref, table).bad)
            for ref in dict.fromkeys(refs)
            if self.ordered(relation, ref, table) is None
        ]
        asked = [(ref, bad()) for ref, bad in forms if bad is not None]
        if not asked:
            return
        counts = [func.count(case((bad, literal_column("1")))) for _, bad in asked]
        [found] = self.read(select(*counts).select_from(relation))
        for (ref, bad), count in zip(asked, found, strict=True):
            if count:
                raise self._fault(relation, table, ref, bad, int(str(count)))

    def _fault(
        self,
        relation: FromClause,
        table: TableRef,
        ref: ColumnRef,
        bad: ColumnElement[bool],
        count: int,
    ) -> SourceFault:
        example = select(self._store.shown(relation.c[ref.column])).where(bad).limit(1)
        [(value,)] = self.read(example)
        others = f" (and {count - 1:,} more)" if count > 1 else ""
        return SourceFault(
            f"{table}.{ref.column} holds {_shown(value)}{others}; expected {expected(ref)}"
        )


@lru_cache(_FORMS_KEPT)
def _named(schema: str | None, name: str, columns: Sequence[str]) -> TableClause:
    return table(name, *map(column, columns), schema=schema)


def _types_of(statement: Executable | Filled) -> Sequence[TypeEngine[Any]]:
    """The types of the columns that it finds; one that is unknown may be anything."""
    asked = statement.statement if isinstance(statement, Filled) else statement
    if not isinstance(asked, Select):
        return (NULLTYPE,)
    return [each.type for each in asked.selected_columns]


def _keys_of(values: Sequence[object]) -> Sequence[int | str]:
    for strange in {*map(type, values)} - {int, str}:
        raise TypeError(f"{strange.__name__} is no type of keys")
    return cast("Sequence[int | str]", values)


_NO_TIMES = (BigInteger, Double, String)


def _aware(value: object) -> object:
    """An instant that lost its type on the way is still naive UTC in the stores that have those."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def _booleans(table: TableRef) -> list[ColumnRef]:
    return [
        ColumnRef(name, Kind.BOOLEAN)
        for name, allowed in table.where
        if any(isinstance(value, bool) for value in allowed)
    ]


def _by_kind(allowed: Sequence[Scalar]) -> dict[Kind, list[Scalar]]:
    kinds: dict[Kind, list[Scalar]] = {}
    for value in allowed:
        kinds.setdefault(_kind_of(value), []).append(value)
    return kinds


def _kind_of(value: Scalar) -> Kind:
    match value:
        case bool():
            return Kind.BOOLEAN
        case int() | float():
            return Kind.NUMBER
        case _:
            return Kind.TEXT


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, bytes) else f"`{value}`"
    return text if len(text) <= 80 else f"{text[:77]}…`"
