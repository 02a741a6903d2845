"""Shapes of statements that the ledger's modules share."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, count, islice
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    FromClause,
    Insert,
    Integer,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

from engine.ledger.instants import Instant, as_stored, instant_text

__all__ = [
    "OR_ALL_GOES",
    "along_an_index",
    "insert_alike",
    "insert_new",
    "insert_new_rows",
    "insert_rows",
    "pack_keys",
    "run_text",
    "run_text_for_bytes",
    "run_text_of_each",
    "stand_beside",
    "stand_in_line",
    "stream_text",
    "texts_relation",
    "unpack_keys",
    "unpacked_pages",
]


OR_ALL_GOES = "OR ROLLBACK"
"""What SQLite does where it refuses a row of a statement: it takes back the whole transaction.

Nothing of it is kept in any case. So told, it keeps no copy of each page that the statement
changes, to take back the statement alone.
"""


def run_text(connection: Connection, text: str, values: object) -> DBAPICursor:
    """Give a statement to the driver itself, in the transaction of `connection`.

    What SQLAlchemy does around a statement takes several times as long as most of the outbox's do.
    No event tells of it; failures are those that SQLAlchemy would raise.
    """
    cursor = connection.connection.cursor()
    return _done(connection, cursor, cursor.execute, text, values)


def run_text_for_bytes(connection: Connection, text: str, values: object) -> DBAPICursor:
    """The same of a select with a column of bytes: a server sends them as they are.

    In the text that it sends of all else they are two digits each, to be written and to be read.
    """
    is_server = connection.dialect.name == "postgresql"
    cursor = connection.connection.cursor(**({"binary": True} if is_server else {}))
    return _done(connection, cursor, cursor.execute, text, values)


def run_text_of_each(connection: Connection, text: str, rows: Sequence[object]) -> DBAPICursor:
    """The same for each of some values."""
    cursor = connection.connection.cursor()
    return _done(connection, cursor, cursor.executemany, text, rows)


def _done(
    connection: Connection,
    cursor: DBAPICursor,
    act: Callable[[Any, Any], object],
    text: str,
    values: object,
) -> DBAPICursor:
    try:
        act(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, cursor, text, error) from error
    return cursor


_STREAMS = count(1)
"""Postgres keeps back rows for a cursor that has a name."""


def stream_text(
    connection: Connection, text: str, values: object, *, size: int
) -> Iterator[Sequence[Any]]:
    """The same, so many rows at a time: what was not asked for yet is left with the database."""
    is_server = connection.dialect.name == "postgresql"
    named = (f"touchline_{next(_STREAMS)}",) if is_server else ()
    cursor = connection.connection.cursor(*named)
    try:
        cursor.execute(text, values)  # type: ignore[arg-type]
        while rows := cursor.fetchmany(size):
            yield rows
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, cursor, text, error) from error
    finally:
        cursor.close()


def _told(
    connection: Connection, cursor: DBAPICursor, text: str, error: Exception
) -> DBAPIError | Exception:
    """A failure of the driver as SQLAlchemy would tell it."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection, cursor)  # type: ignore[arg-type]
    if is_lost:
        connection.invalidate(error)
    base: type[Exception] = dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, None, error, base, connection_invalidated=is_lost)


def stand_in_line(connection: Connection, lock: int) -> None:
    """Wait for everyone who named the same lock before, and hold it until the transaction ends.

    SQLite's BEGIN IMMEDIATE has let in one writer only.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock)))


def stand_beside(connection: Connection, lock: int) -> None:
    """Wait for who stands in line at this lock, and hold it with all others who stand beside."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(lock)))


@contextmanager
def along_an_index(connection: Connection) -> Iterator[None]:
    """Let a server read what is asked in the block in the order of an index, no further than asked.

    It plans by how many rows it believes there are. Of a table that has just been filled it
    believes few, and reads and sorts all to give the first ones.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    run_text(connection, _SORTS, ("off", "off"))
    yield
    run_text(connection, _SORTS, ("on", "on"))


_SORTS = "SELECT set_config('enable_sort', %s, true), set_config('enable_bitmapscan', %s, true)"


def insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone whose unique key is there already."""
    if connection.dialect.name == "postgresql":
        insert = postgresql.insert(table).on_conflict_do_nothing()
        # The closed cursor of this driver has forgotten whether a row was written.
        return insert.execution_options(preserve_rowcount=True)
    return sqlite.insert(table).on_conflict_do_nothing()


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many rows that all say the same columns, in one call of the driver.

    A million of them pass through here in a run: what SQLAlchemy makes of each parameter, and a
    server of each statement, would take longer than writing them. No column holds bytes.
    """
    _insert(connection, table, rows, "")


def insert_new_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]
) -> int:
    """The same, leaving rows alone whose unique key is there already; how many were written."""
    return _insert(connection, table, rows, " ON CONFLICT DO NOTHING")


def _insert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], ending: str
) -> int:
    if not rows:
        return 0
    names = list(rows[0])
    quote = connection.dialect.identifier_preparer.quote
    name, columns = quote(table.name), ", ".join(map(quote, names))  # our own, and no data
    into = f"INSERT INTO {name} ({columns})"
    if connection.dialect.name == "postgresql":
        records = f"json_populate_recordset(NULL::{name}, %s::json)"
        told = json.dumps(rows, default=instant_text, ensure_ascii=False)
        text = f"{into} SELECT {columns} FROM {records}{ending}"  # noqa: S608
        return run_text(connection, text, (told,)).rowcount
    marks = ", ".join("?" * len(names))
    stored = ([as_stored(row[each]) for row in rows] for each in names)
    values = list(zip(*stored, strict=True))
    return run_text_of_each(connection, f"{into} VALUES ({marks}){ending}", values).rowcount


Values = Sequence[str] | Sequence[int]


def insert_alike(
    connection: Connection, table: Table, same: Mapping[str, object], each: Mapping[str, Values]
) -> None:
    """Insert rows that all say `same`, and of each name in `each` have one value each, in order.

    What is the same is bound once for thousands of rows, and these are one step of the database:
    meanwhile Python has its hands free.
    """
    if connection.dialect.name == "postgresql":
        # What only counts upwards is not sent: the server counts.
        counts = {name: values for name, values in each.items() if isinstance(values, range)}
        listed = {name: values for name, values in each.items() if name not in counts}
        statement = _alike_from_arrays(table, tuple(same), tuple(counts), tuple(listed))
        begun = (values.start - 1 for values in counts.values())
        joined = chain.from_iterable(map(_joined, listed.values()))
        run_text(connection, statement, (*same.values(), *begun, *joined))
        return
    stored = tuple(map(as_stored, same.values()))
    columns = tuple(each.values())
    start, end = 0, len(columns[0])
    while start < end:
        number = next(size for size in _SIZES if size <= end - start)
        statement = _alike_in_rows(table, tuple(same), tuple(each), number=number)
        some = _row_by_row([column[start : start + number] for column in columns])
        run_text(connection, statement, (*stored, *some))
        start += number


def _row_by_row(columns: Sequence[Values]) -> list[str | int]:
    """The values of columns in the order of rows; no row is made, of which there are so many."""
    found: list[str | int] = [""] * (len(columns) * len(columns[0]))
    for place, column in enumerate(columns):
        found[place :: len(columns)] = column
    return found


_SIZES = (2_048, 256, *range(128, 0, -1))
"""Rows of one statement: SQLite reads each once, and binds 32,766 values at most.

What a group of messages tells is one statement, however many they are.
"""

_MARKS = 256  # texts of statements that are kept: those of groups, and a few for each table


@lru_cache(_MARKS)
def _alike_in_rows(table: Table, same: Sequence[str], each: Sequence[str], *, number: int) -> str:
    """The statement for SQLite: what is the same comes first, and is named in every row."""
    alike = "".join(f"?{place + 1}," for place in range(len(same)))
    first = len(same) + 1
    rows = (
        ",".join(f"?{first + row * len(each) + place}" for place in range(len(each)))
        for row in range(number)
    )
    into = _into(table, same, each, verb=f"INSERT {OR_ALL_GOES}")
    return f"{into} VALUES {','.join(f'({alike}{row})' for row in rows)}"


@lru_cache(_MARKS)
def _alike_from_arrays(
    table: Table, same: Sequence[str], counts: Sequence[str], listed: Sequence[str]
) -> str:
    """The statement for Postgres: what varies comes as texts that the server takes apart."""
    alike = "".join(f"%s::{_cast(table.c[name])}, " for name in same)
    upwards = "".join("%s::integer + counted, " for _ in counts)
    columns = ", ".join(f'"{name}"' for name in listed)
    casts = [_cast(table.c[name]) for name in listed]
    arrays = ", ".join(f"(string_to_array(%s, %s))[2:]::{cast}[]" for cast in casts)
    given = f"unnest({arrays}) WITH ORDINALITY AS given ({columns}, counted)"
    into = _into(table, (*same, *counts), listed)
    return f"{into} SELECT {alike}{upwards}{columns} FROM {given}"  # noqa: S608


def _joined(values: Values) -> tuple[str, str]:
    """Values as one text, and the character that parts them and occurs in none.

    The driver takes an array apart value by value, which costs more than the rest of the pass. The
    text begins with the mark: an empty one would be no value, and not an empty value.
    """
    texts = ["", *map(str, values)]
    joined = ((mark.join(texts), mark) for mark in map(chr, count(1)))
    return next((text, mark) for text, mark in joined if text.count(mark) == len(texts) - 1)


def _into(table: Table, same: Sequence[str], each: Sequence[str], *, verb: str = "INSERT") -> str:
    columns = ", ".join(f'"{name}"' for name in (*same, *each))  # our own, and no data
    return f'{verb} INTO "{table.name}" ({columns})'


def _cast(column: Column[object]) -> str:
    if isinstance(column.type, Instant):
        return "timestamptz"
    return "integer" if isinstance(column.type, Integer) else "text"


def texts_relation(connection: Connection, texts: Iterable[str]) -> FromClause:
    """Texts as a relation with one column `value`, bound as one parameter however many they are."""
    if connection.dialect.name == "postgresql":
        array = sql_cast(bindparam("texts", list(texts), unique=True), ARRAY(Text()))
        return func.unnest(array).table_valued("value", name="given").render_derived()
    encoded = json.dumps(list(texts))
    return func.json_each(encoded).table_valued("value", name="given")


def pack_keys(keys: Iterable[str]) -> bytes:
    """A list of keys, as small as it gets; of millions only some are held at a time."""
    coming, packer = iter(keys), zlib.compressobj()
    packed, mark = [], b"["
    while page := list(islice(coming, _PACKED)):
        packed.append(
            packer.compress(mark + json.dumps(page, separators=(",", ":")).encode()[1:-1])
        )
        mark = b",\n"
    packed.append(packer.compress(b"]" if mark == b",\n" else b"[]"))
    return b"".join((*packed, packer.flush()))


_PACKED = 20_000  # keys packed in one call, and unpacked together: each page is a line


def unpack_keys(packed: bytes) -> list[str]:
    """The list that was packed."""
    return cast("list[str]", json.loads(zlib.decompress(packed)))


def unpacked_pages(packed: bytes) -> Iterator[list[str]]:
    """The same in its order, page by page: only one of them is held at a time."""
    unpacker, line, rest = zlib.decompressobj(), b"", packed
    while rest:
        *lines, line = (line + unpacker.decompress(rest, _UNPACKED)).split(b"\n")
        yield from map(_page, lines)
        rest = unpacker.unconsumed_tail
    if page := _page(line):
        yield page


_UNPACKED = 2**20  # bytes unpacked in one call


def _page(line: bytes) -> list[str]:
    """Its keys stand in quotes, so that what is around them can be told from them."""
    return cast("list[str]", json.loads(b"[" + line.strip(b"[],") + b"]"))
