"""Statements of the outbox that go to the driver as text, written once for each kind of database.

A dozen of them are asked for every group of messages, and to prepare one anew costs SQLAlchemy more
than it costs the database. SQLite's driver lets other threads in at each row and at each set of
values; so a group goes in as one value, and comes back as one row.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Text,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.expression import Executable, SelectBase

from engine.ledger.instants import Instant, instant_of, instant_text
from engine.ledger.statements import run_text

__all__ = ["Given", "Prepared"]

Given = Callable[..., FromClause]
"""From names of columns to the relation of texts that is bound as `given`: a row for each text
where there is one name, and for each sequence of texts where there are several."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one kind of database takes it.

    `said` are the values that it says itself, `order` the names of all its values where the driver
    knows them by their place, `instants` the places of instants in what `row` is made of.
    """

    text: str
    said: Mapping[str, object]
    order: tuple[str, ...] | None
    row: Callable[[Sequence[object]], Any]
    instants: tuple[int, ...]


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
        cursor = _done(connection, form, values)
        found = cursor.fetchall()
        if form.order is not None:
            found = json.loads(found[0][0])
        return list(map(form.row, _with_instants(found, form.instants)))

    def write(self, connection: Connection, values: Mapping[str, object]) -> int:
        """Change what the statement says, and give how many rows that were."""
        return _done(connection, self._form(connection.dialect), values).rowcount

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _compiled(self._build, dialect)
        return form


def _done(connection: Connection, form: _Form, values: Mapping[str, object]) -> DBAPICursor:
    stored = {**form.said, **values}
    if "given" in stored:
        stored["given"] = json.dumps(stored["given"], ensure_ascii=False)
    if form.order is None:
        return run_text(connection, form.text, stored)
    return run_text(connection, form.text, [_stored(stored[name]) for name in form.order])


def _stored(value: object) -> object:
    return instant_text(value) if isinstance(value, datetime) else value


def _with_instants(
    rows: Sequence[Sequence[object]], places: tuple[int, ...]
) -> Sequence[Sequence[object]]:
    """The rows with datetimes where instants stand."""
    if not places:
        return rows
    changed = [list(row) for row in rows]
    for row in changed:
        for place in places:
            row[place] = _instant(row[place])
    return changed


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return instant_of(value) if isinstance(value, str) else value


# ---------------------------------------------------------------- compiling


def _compiled(build: Callable[[Given], Executable], dialect: Dialect) -> _Form:
    is_server = dialect.name == "postgresql"
    statement = build(_given_to_postgres if is_server else _given_to_sqlite)
    compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    columns = list(statement.selected_columns) if isinstance(statement, SelectBase) else []
    names = [str(each.key) for each in columns]
    text = str(compiled)
    return _Form(
        _in_one_row(text, names) if names and not is_server else text,
        {name: each.value for each, name in compiled.bind_names.items() if not each.required},
        None if is_server else tuple(compiled.positiontup),
        getattr(namedtuple("Found", names), "_make"),  # noqa: B009 - of a class made here
        tuple(place for place, each in enumerate(columns) if isinstance(each.type, Instant)),
    )


def _in_one_row(text: str, names: Sequence[str]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)  # our own, and no data
    return f"SELECT json_group_array(json_array({columns})) FROM ({text})"  # noqa: S608


def _given_to_sqlite(*names: str) -> FromClause:
    each = func.json_each(bindparam("given", type_=Text())).table_valued("value")
    if len(names) == 1:
        return _named([each.c.value], names)
    parts = (func.json_extract(each.c.value, f"$[{place}]") for place in range(len(names)))
    return _named(parts, names)


def _given_to_postgres(*names: str) -> FromClause:
    whole = sql_cast(bindparam("given", type_=Text()), JSON())
    if len(names) == 1:
        texts = func.json_array_elements_text(whole).table_valued(column("value", Text()))
        return _named([texts.c.value], names)
    each = func.json_array_elements(whole).table_valued(column("value", JSON()))
    parts = (each.c.value[place].astext for place in range(len(names)))
    return _named(parts, names)


def _named(parts: Iterable[ColumnElement[Any]], names: Sequence[str]) -> FromClause:
    labelled = (part.label(name) for part, name in zip(parts, names, strict=True))
    return select(*labelled).subquery("given")
