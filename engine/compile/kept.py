"""Statements that are kept by their shape: a question that differs in values alone finds its text.

Kept from one snapshot to the next: what a text hangs on beside the shape is a snapshot's (which
columns there are, how times are stored), was noted as the statement was written, and is looked up
again before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Executable, FromClause, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement, ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler

from engine.compile.given import (
    Brought,
    Dated,
    Given,
    Marks,
    dated_marks,
    dates_of,
    filled,
    filled_anew,
    filled_with,
    marks_of,
    row_marks,
    rows_name,
)
from engine.compile.last_used import LastUsed
from engine.compile.relations import Home
from engine.compile.shape import parted
from engine.language.catalog import Kind
from engine.ports import Filled, Ordered, Reader, Row
from engine.tables import ColumnRef, TableRef

__all__ = ["Repeated", "Text", "asked_of", "repeated", "text_of"]

_SHAPES_KEPT = 256
"""A statement takes about 200 kB with its text."""
_EACH = 4
"""How many statements of one shape are kept: of snapshots whose tables differ."""

Write = Callable[..., Select[Any]]


def asked_of(home: Home, write: Write, *asked: object) -> Filled | Select[Any]:
    """The statement that `write(*asked, home)` gives, filled with the values of what is asked."""
    if home.place is None:
        return write(*asked, home)
    kept, given = _kept_of(home, write, asked)
    return Filled(kept.written, filled(kept.marks, given, home), kept.texts)


def _kept_of(home: Home, write: Write, asked: tuple[object, ...]) -> tuple[_Kept, Given]:
    shape, given = parted((asked, home.supplied))
    key = (home.place, write, shape)
    alike = _KEPT.found(key) or ()
    kept = next((each for each in alike if each.facts.hold(home.reader)), None)
    if kept is None:
        watched = _Watched(home.reader)
        written = write(*asked, replace(home, reader=cast(Reader, watched), given=given))
        kept = _Kept(written, marks_of(written), watched.facts)
        _KEPT.keep(key, (kept, *alike)[:_EACH])
    return kept, given


@dataclass(frozen=True, slots=True)
class Repeated:
    """What `asked_of` gave, to be asked with other dates, instants and rows instead of its own.

    `dates` are every date and instant that is asked for, and `connectors` whose tables it reads.
    `numbers` are of the rows that it may be given others for. There may be many: none are kept.
    """

    dates: frozenset[date]
    connectors: frozenset[str]
    numbers: tuple[int, ...]
    _kept: _Kept
    _values: Mapping[str, object]
    _dated: tuple[Dated, ...]
    _brought: tuple[Brought, ...]

    @property
    def are_rows_apart(self) -> bool:
        """Whether it may be given others for all its rows, and for each by itself."""
        known = frozenset(self.numbers)
        brought = {number for number, _, _ in self._brought}
        return len(known) == len(self.numbers) and brought <= known

    def holds(self, home: Home) -> bool:
        """Whether no other statement would be written for the home."""
        return self._kept.facts.hold(home.reader)

    def at(
        self, moved: Mapping[date, date], rows: Sequence[Sequence[object]], home: Home
    ) -> Filled:
        """With each date as `moved` says, and with other rows in the order of `numbers`.

        The dates must stand to each other as its own do.
        """
        numbered = dict(zip(self.numbers, rows, strict=True))
        values = {
            **self._values,
            **filled_anew(self._dated, moved, home),
            **filled_with(self._brought, numbered, home),
        }
        return Filled(self._kept.written, values, self._kept.texts)


def repeated(
    home: Home, write: Write, *asked: object, rows: Sequence[Sequence[object]]
) -> tuple[Filled, Repeated]:
    """What `asked_of` gives, and the same for other occasions, with others of these rows."""
    kept, given = _kept_of(home, write, asked)
    values = filled(kept.marks, given, home)
    brought = row_marks(kept.marks, given)
    of_rows = {key for _, _, parameters in brought for key, _ in parameters}
    again = Repeated(
        dates=frozenset(dates_of(given)),
        connectors=frozenset(each.connector for each in kept.facts.layouts),
        numbers=tuple(given.numbers[rows_name(each)] for each in rows),
        _kept=kept,
        _values={key: value for key, value in values.items() if key not in of_rows},
        _dated=dated_marks(kept.marks, given),
        _brought=brought,
    )
    return Filled(kept.written, values, kept.texts), again


@dataclass(frozen=True, slots=True)
class Text:
    """A statement as a dialect writes it, and its parameters by their names there."""

    sql: str
    parameters: Mapping[str, object]


def text_of(statement: Executable | Filled, dialect: Dialect) -> Text:
    """The text of a statement, which stays with one that is kept."""
    if isinstance(statement, Filled):
        key = (dialect, "shown")
        compiled = statement.texts.get(key)
        if compiled is None:
            compiled = statement.texts[key] = _compiled(statement.statement, dialect)
        names = {each.key: name for each, name in compiled.bind_names.items()}
        given = statement.parameters.items()
        # Beside what never holds SQLAlchemy writes nothing else, and asks for no value of it.
        values = {names[key]: value for key, value in given if key in names}
        return Text(str(compiled), {**compiled.params, **values})
    compiled = _compiled(statement, dialect)
    return Text(str(compiled), compiled.params)


def _compiled(statement: Executable, dialect: Dialect) -> SQLCompiler:
    if not isinstance(statement, ClauseElement):
        raise TypeError(f"{statement!r} has no text")
    found = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return cast(SQLCompiler, found)


# ---------------------------------------------------------------- what a text hangs on


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a reader said while a statement was written."""

    layouts: dict[TableRef, Hashable] = field(default_factory=dict)
    orders: dict[tuple[ColumnRef, TableRef], str | None] = field(default_factory=dict)
    never_blank: dict[tuple[ColumnRef, TableRef], bool] = field(default_factory=dict)

    def hold(self, reader: Reader) -> bool:
        """Whether a reader would say the same."""
        layouts = self.layouts.items()
        if any(reader.layout(table) != layout for table, layout in layouts):
            return False
        if any(reader.order(*asked) != order for asked, order in self.orders.items()):
            return False
        return all(reader.is_never_blank(*asked) is so for asked, so in self.never_blank.items())


class _Watched:
    """As much of the port `Reader` as writes a statement, noting what that hangs on."""

    def __init__(self, reader: Reader) -> None:
        self.facts = _Facts()
        self._reader = reader

    def relation(self, table: TableRef) -> FromClause:
        """The rows of a table."""
        self.facts.layouts[table] = self._reader.layout(table)
        return self._reader.relation(table)

    def column(self, relation: FromClause, ref: ColumnRef, table: TableRef) -> ColumnElement[Any]:
        """The typed value of a column."""
        if ref.kind is Kind.TEXT:
            self.facts.never_blank[ref, table] = self._reader.is_never_blank(ref, table)
        return self._reader.column(relation, ref, table)

    def plain(self, relation: FromClause, ref: ColumnRef, table: TableRef) -> ColumnElement[Any]:
        """The column for equality with constants."""
        return self._reader.plain(relation, ref, table)

    def ordered(self, relation: FromClause, ref: ColumnRef, table: TableRef) -> Ordered | None:
        """The column for comparisons."""
        self.facts.orders[ref, table] = self._reader.order(ref, table)
        return self._reader.ordered(relation, ref, table)

    def counts(self, relation: FromClause, table: TableRef) -> Sequence[ColumnElement[bool]]:
        """The table's `where`."""
        return self._reader.counts(relation, table)

    def rows(self, name: str, columns: Mapping[str, str], values: Sequence[Row]) -> FromClause:
        """A relation made of values."""
        return self._reader.rows(name, columns, values)

    def borne(
        self, name: str, columns: Mapping[str, str], values: Sequence[Row]
    ) -> Sequence[object] | None:
        """The values of its parameters."""
        return self._reader.borne(name, columns, values)


# ---------------------------------------------------------------- what is kept


class _Texts(MutableMapping[Any, Any]):
    """The texts of one statement, as SQLAlchemy keeps them: by what tells dialects apart."""

    def __init__(self) -> None:
        self._texts: dict[Hashable, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        return self._texts[_dialect_of(key)]

    def __setitem__(self, key: Any, text: Any) -> None:
        self._texts[_dialect_of(key)] = text

    def __delitem__(self, key: Any) -> None:
        del self._texts[_dialect_of(key)]

    def __iter__(self) -> Any:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _dialect_of(key: Any) -> Hashable:
    """Each snapshot has a dialect of its own, after what the server says of itself."""
    dialect = key[0]
    version = getattr(dialect, "server_version_info", None)
    return type(dialect), dialect.paramstyle, version, key[1] == "shown"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A statement without its values, what it hangs on, and its texts."""

    written: Select[Any]
    marks: Marks
    facts: _Facts
    texts: _Texts = field(default_factory=_Texts)


_KEPT: LastUsed[Hashable, tuple[_Kept, ...]] = LastUsed(_SHAPES_KEPT)
"""The statements that were used last, by their shape."""
