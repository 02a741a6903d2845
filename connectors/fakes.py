"""A source without files or servers, for tests of your own: rows given as Python values.

```python
database = FakeDatabase({
    "product.users": FakeTable([{"user_id": 7, "email": "ann@example.com"}]),
    "product.events": FakeTable([], columns=("user_id", "name", "occurred_at")),
})
with database.open() as reader:
    assert reader.row_count(TableRef("product", "users")) == 1
```

It is a real store, DuckDB in memory, so what passes here passes on files. A column has the type of
its values: bool, int, float, str, date, datetime (naive is local to the zone of the source), list
of str; a column of mixed values, or of none, is text.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from duckdb_sqlalchemy import Dialect as DuckDialect
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from connectors.sources.duck import DuckStore, memory_engine, quoted
from connectors.sources.duck_forms import quoted_text
from connectors.sources.forms import no_table
from connectors.sources.reader import SourceReader
from engine.ports import Reader, StoreKind
from engine.tables import TableRef

__all__ = ["FakeDatabase", "FakeTable"]

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class FakeTable:
    """Rows by column name; `columns` names them where no row does, or fixes their order."""

    rows: Sequence[Mapping[str, object]]
    columns: Sequence[str] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, those of `columns` first."""
        return tuple(dict.fromkeys([*self.columns, *(name for row in self.rows for name in row)]))


class FakeDatabase:
    """The port `Database` over tables given by `connector.table`; each snapshot is a copy.

    `zone` is that of timestamps that bear none.
    """

    kind = StoreKind.COLUMN
    dialect: Dialect

    def __init__(self, tables: Mapping[str, FakeTable], zone: ZoneInfo = _UTC) -> None:
        self.dialect = DuckDialect()
        self._tables = tables
        self._zone = zone
        self.id = f"fake:{','.join(self.connectors)}"

    @property
    def connectors(self) -> tuple[str, ...]:
        """The names of the connectors that its tables belong to."""
        return tuple(dict.fromkeys(name.partition(".")[0] for name in self._tables))

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """A snapshot of the rows as they are now."""
        engine = memory_engine(f"fake-{uuid.uuid4().hex}", ())
        try:
            zones = dict.fromkeys(self.connectors, self._zone)
            store = DuckStore(engine, _Tables(self._tables))
            yield SourceReader(store, zones, integers=store.integers)
        finally:
            engine.dispose()


class _Tables:
    def __init__(self, tables: Mapping[str, FakeTable]) -> None:
        self._tables = tables

    def prepare(self, connection: Connection, table: TableRef) -> None:
        """Make the table, typed by its values."""
        found = self._tables.get(str(table))
        if found is None:
            prefix = f"{table.connector}."
            known = [name.removeprefix(prefix) for name in self._tables if name.startswith(prefix)]
            raise no_table(table.connector, table.table, known)
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quoted(table.connector)}")
        connection.exec_driver_sql(
            f"CREATE TABLE {quoted(table.connector)}.{quoted(table.table)} AS {_select(found)}",
            (json.dumps([[_text(row.get(name)) for name in found.names] for row in found.rows]),),
        )

    def keep(self, connection: Connection, table: TableRef) -> None:
        """They are in memory."""

    def never_blank(self, connection: Connection, table: TableRef) -> Collection[str]:
        """They have no statistics."""
        return ()

    def fault(self, told: str, *, is_parser: bool) -> str | None:
        """They lie in no file."""
        return None


def _select(table: FakeTable) -> str:
    """All values travel as text in one parameter and are cast to the types of their columns."""
    columns = ", ".join(
        f"member[{at}]::{_type_of([row.get(name) for row in table.rows])} AS {quoted(name)}"
        for at, name in enumerate(table.names, start=1)
    )
    shape = quoted_text(json.dumps([["VARCHAR"]]))
    return f"FROM (SELECT unnest(from_json(?, {shape})) AS member) SELECT {columns}"


def _type_of(values: Sequence[object]) -> str:
    types = {_TYPES.get(type(value), "VARCHAR") for value in values if value is not None}
    if types == {"TIMESTAMP"}:
        is_aware = any(isinstance(value, datetime) and value.tzinfo for value in values)
        return "TIMESTAMPTZ" if is_aware else "TIMESTAMP"
    return types.pop() if len(types) == 1 else "VARCHAR"


_TYPES: Mapping[type, str] = {
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    date: "DATE",
    datetime: "TIMESTAMP",
    list: "JSON::VARCHAR[]",
}


def _text(value: object) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat(" ")
        case date():
            return value.isoformat()
        case list():
            return json.dumps(value)
        case _:
            return repr(value)
