"""Statements that go to the driver as text, written once for each kind of database.

A pass asks some hundred of them, and the outbox a dozen for every group of messages: to prepare one
anew costs SQLAlchemy twenty times what it costs the database. SQLite's driver lets other threads in
at each row and at each set of values; so a group of messages goes in as one value, and comes back
as one row.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Function,
    LargeBinary,
    Select,
    Text,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql import visitors
from sqlalchemy.sql.expression import Executable, SelectBase, UpdateBase

from engine.ledger.instants import Instant, as_stored, instant_of
from engine.ledger.statements import run_text, run_text_for_bytes, run_text_of_each, stream_text

__all__ = ["Given", "Prepared", "rows_of"]

Given = Callable[..., FromClause]
"""From names of columns to the relation of texts that is bound as `given`: a row for each text
where there is one name, and for each sequence of texts where there are several. With `to`, the name
of a second column, it is a mapping that is bound: a row has a key of it and its text."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one kind of database takes it.

    `packed` finds all in one row where `rows` asks for that. `said` are the values that it says
    itself, `order` the names of all its values where the driver knows them by their place,
    `instants` the places of instants in what `row` is made of. `run` gives it to the driver.
    """

    text: str
    packed: str
    said: Mapping[str, object]
    order: tuple[str, ...] | None
    row: Callable[[Sequence[object]], Any]
    instants: tuple[int, ...]
    run: Callable[[Connection, str, object], DBAPICursor]


class Prepared:
    """A statement that is compiled when it is first asked. `build` makes it from a `Given`."""

    __slots__ = ("_build", "_forms")

    def __init__(self, build: Callable[[Given], Executable]) -> None:
        self._build = build
        self._forms: dict[str, _Form] = {}

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """What a select finds, each row with its columns as attributes; no column holds bytes.

        Values are texts, whole numbers and instants, and a list as `given`. What SQLite finds
        comes in no order.
        """
        form = self._form(connection.dialect)
        cursor = run_text(connection, form.packed, _bound(form, values))
        found = cursor.fetchall()
        if form.order is not None:
            found = json.loads(found[0][0])
        return list(map(form.row, _with_instants(found, form.instants)))

    def ordered(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """The same in the order of the statement, row by row; columns may hold bytes.

        A change finds what it returns of each row.
        """
        form = self._form(connection.dialect)
        found = form.run(connection, form.text, _bound(form, values)).fetchall()
        return list(map(form.row, _with_instants(found, form.instants)))

    def first(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The first of these rows; None where there is none."""
        found = self.ordered(connection, values)
        return found[0] if found else None

    def value(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The first column of the first of these rows; None where there is none."""
        found = self.first(connection, values)
        return None if found is None else found[0]

    def column(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """The first column of these rows."""
        return [row[0] for row in self.ordered(connection, values)]

    def pages(
        self, connection: Connection, values: Mapping[str, object], *, size: int
    ) -> Iterator[list[Any]]:
        """These rows, so many at a time: the others are still in the database."""
        form = self._form(connection.dialect)
        for some in stream_text(connection, form.text, _bound(form, values), size=size):
            yield list(map(form.row, _with_instants(some, form.instants)))

    def write(self, connection: Connection, values: Mapping[str, object]) -> int:
        """Change what the statement says, and give how many rows that were."""
        form = self._form(connection.dialect)
        return run_text(connection, form.text, _bound(form, values)).rowcount

    def write_each(self, connection: Connection, rows: Iterable[Mapping[str, object]]) -> int:
        """The same for each of some values, in one call of the driver."""
        form = self._form(connection.dialect)
        return run_text_of_each(connection, form.text, [_bound(form, row) for row in rows]).rowcount

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _compiled(self._build, dialect)
        return form


def rows_of(connection: Connection, statement: Select[Any]) -> Sequence[Any]:
    """What a select finds that is made anew each time, in its order; no column holds bytes."""
    if connection.dialect.name == "postgresql":
        return connection.execute(statement).all()
    given = statement.subquery("picked")
    packed = select(func.json_group_array(func.json_array(*given.c), type_=Text()))
    found = json.loads(connection.execute(packed).scalar_one())
    columns = statement.selected_columns
    row = _row_of(tuple(str(each.key) for each in columns))
    return list(map(row, _with_instants(found, _instants_in(columns))))


@cache
def _row_of(names: tuple[str, ...]) -> Callable[[Sequence[object]], Any]:
    make = getattr(namedtuple("Found", names), "_make")  # noqa: B009 - of a class made here
    return cast("Callable[[Sequence[object]], Any]", make)


def _instants_in(columns: Iterable[ColumnElement[Any]]) -> tuple[int, ...]:
    return tuple(place for place, each in enumerate(columns) if isinstance(each.type, Instant))


def _bound(form: _Form, values: Mapping[str, object]) -> Mapping[str, object] | Sequence[object]:
    """The values as the driver takes them."""
    stored = {**form.said, **values}
    if "given" in stored:
        stored["given"] = json.dumps(stored["given"], ensure_ascii=False)
    if form.order is None:
        return stored
    return [as_stored(stored[name]) for name in form.order]


def _with_instants(
    rows: Sequence[Sequence[object]], places: tuple[int, ...]
) -> Sequence[Sequence[object]]:
    """The rows with datetimes where instants stand."""
    if not places:
        return rows
    changed = [row if type(row) is list else list(row) for row in rows]
    for place in places:
        for row in changed:
            value = row[place]
            if value is not None:
                row[place] = instant_of(value) if type(value) is str else _in_utc(value)
    return changed


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


# ---------------------------------------------------------------- compiling


def _compiled(build: Callable[[Given], Executable], dialect: Dialect) -> _Form:
    is_server = dialect.name == "postgresql"
    statement = _saying_its_words(build(_given_to_postgres if is_server else _given_to_sqlite))
    compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    columns = list(_columns_of(statement))
    names = [str(each.key) for each in columns]
    to_come = {name: None for each, name in compiled.bind_names.items() if each.required}
    whole = compiled.construct_expanded_state(to_come)  # with as many marks as lists have members
    text = whole.statement
    is_packed = isinstance(statement, SelectBase) and not is_server
    return _Form(
        text,
        _in_one_row(text, names) if is_packed else text,
        {name: value for name, value in whole.parameters.items() if name not in to_come},
        None if is_server else tuple(whole.positiontup),
        _row_of(tuple(names)),
        _instants_in(columns),
        run_text_for_bytes if any(map(_is_bytes, columns)) else run_text,
    )


def _is_bytes(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, LargeBinary)


def _saying_its_words(statement: Any) -> Executable:
    """The statement with the texts and numbers of our own written out in it.

    SQLite compiles a statement anew at each execution where a bound value is compared with a column
    that an index of some of the rows speaks of: it might be the very one that the index has.
    """
    found = visitors.cloned_traverse(statement, {}, {"bindparam": _write_out})
    return cast("Executable", found)


def _write_out(value: BindParameter[Any]) -> None:
    if not value.required and all(isinstance(each, (str, int)) for each in _values_of(value)):
        value.literal_execute = True


def _values_of(value: BindParameter[Any]) -> Sequence[object]:
    held = value.effective_value
    return held if isinstance(held, (list, tuple)) else [held]


def _columns_of(statement: Executable) -> Iterable[ColumnElement[Any]]:
    """What a statement finds of each row."""
    if isinstance(statement, SelectBase):
        return statement.selected_columns
    return statement.exported_columns if isinstance(statement, UpdateBase) else ()


def _in_one_row(text: str, names: Sequence[str]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)  # our own, and no data
    return f"SELECT json_group_array(json_array({columns})) FROM ({text})"  # noqa: S608


def _given_to_sqlite(*names: str, to: str = "") -> FromClause:
    whole = func.json_each(bindparam("given", type_=Text()))
    if to:  # to take rows apart costs several times as much as what is done with them
        pairs = whole.table_valued("key", "value")
        return _named([pairs.c.key, pairs.c.value], [*names, to])
    each = whole.table_valued("value")
    if len(names) == 1:
        return _named([each.c.value], names)
    parts = (func.json_extract(each.c.value, f"$[{place}]") for place in range(len(names)))
    return _named(parts, names)


def _given_to_postgres(*names: str, to: str = "") -> FromClause:
    whole = sql_cast(bindparam("given", type_=Text()), JSON())
    if to:
        pairs = _few(func.json_each_text(whole), "key", "value")
        return _named([pairs.c.key, pairs.c.value], [*names, to])
    if len(names) == 1:
        texts = _few(func.json_array_elements_text(whole), "value")
        return _named([texts.c.value], names)
    each = func.json_array_elements(whole).table_valued(column("value", JSON()))
    parts = (each.c.value[place].astext for place in range(len(names)))
    return _named(parts, names)


def _few(rows: Function[Any], *names: str) -> FromClause:
    """The rows of a function as those of arrays, which Postgres takes for ten.

    It takes what json has for a hundred, and would rather read the whole outbox than look so many
    up.
    """
    columns = [column(name, Text()) for name in names]
    each = [select(rows.table_valued(*columns).c[name]).scalar_subquery() for name in names]
    return func.unnest(*map(func.array, each)).table_valued(*columns).render_derived()


def _named(parts: Iterable[ColumnElement[Any]], names: Sequence[str]) -> FromClause:
    labelled = (part.label(name) for part, name in zip(parts, names, strict=True))
    return select(*labelled).subquery("given")
