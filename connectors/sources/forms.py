"""The stored forms of values, the same on every store. Language, section 4.

What is here is said once; each store writes it in its own SQL. A value is *missing* (NULL), or in
a form that its kind has, or *bad*: then the typed column is NULL as well, and `check` names it.

| kind | forms, beside the store's native type |
| --- | --- |
| text | anything; nothing but white space (`WHITE_SPACE`) is missing |
| integer | digits with a sign, or a number whose decimals are all 0; at most 64 bits |
| number | decimal or scientific; NaN and infinity are missing |
| boolean | true/false, t/f (in any case), 1/0 |
| date | `YYYY-MM-DD`, or a native timestamp at midnight |
| timestamp | `YYYY-MM-DD[T ]hh:mm[:ss[.ffffff]]`, then `Z`, an offset or nothing; or a date alone |
| timestamp, `format: epoch` or `epoch_ms` | seconds or milliseconds since 1970, UTC |
| list | native, a JSON array, or text with a `separator`; members that are blank are left out |

ASCII white space around a value that is not text is no matter. Digits beyond the microsecond are
cut off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Double, String, Text, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import ARRAY, TypeDecorator, TypeEngine

from engine.language.catalog import Kind
from engine.ports import Ordered
from engine.problems import NoColumn, SourceFault, did_you_mean
from engine.tables import ColumnRef, TableRef

__all__ = [
    "ASCII_WHITE_SPACE",
    "DATE",
    "EPOCH",
    "FIRST_SECOND",
    "INTEGER",
    "JSON_ARRAY",
    "LARGEST_INTEGER",
    "LAST_SECOND",
    "NOT_A_NUMBER",
    "NUMBER",
    "SMALLEST_INTEGER",
    "SQL_TYPES",
    "TIMESTAMP",
    "WHITE_SPACE",
    "Form",
    "Instant",
    "TextList",
    "as_instant",
    "as_list",
    "expected",
    "json_value",
    "microseconds",
    "no_column",
    "no_table",
    "wrong_type",
]

WHITE_SPACE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""The 29 code points that count as white space: those for which Python's `str.isspace` holds."""

ASCII_WHITE_SPACE = "\t\n\v\f\r "

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_SECOND = -62_135_596_800  # 0001-01-01, as seconds since 1970
LAST_SECOND = 253_402_300_799  # 9999-12-31 23:59:59
LARGEST_INTEGER = 2**63 - 1
SMALLEST_INTEGER = -(2**63)

# In the part of regular expressions that Python, RE2 and Postgres share.
INTEGER = r"[+-]?[0-9]+([.]0*)?"
NUMBER = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?"
NOT_A_NUMBER = r"[+-]?([nN][aA][nN]|[iI][nN][fF]([iI][nN][iI][tT][yY])?)"
_YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
DATE = rf"{_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
_OFFSET = r"(Z|z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
TIMESTAMP = rf"{DATE}([T ]{_TIME}{_OFFSET}?)?"
_JSON_TEXT = r'"([^"\\[:cntrl:]]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"'
_JSON_PLAIN = "-?[0-9]+([.][0-9]+)?|true|false|null"
_JSON_MEMBER = rf"\s*({_JSON_TEXT}|{_JSON_PLAIN})\s*"
JSON_ARRAY = rf"\[(\s*|{_JSON_MEMBER}(,{_JSON_MEMBER})*)\]"


@dataclass(frozen=True, slots=True)
class Form:
    """A column read as a kind: how its typed value is written, and where one is in a `bad` form.

    Most statements need one of these few: each is made when it is asked for. `bad` is None where
    the store's own type leaves no room for it. `plain`, where there is one, is an expression that
    an index serves and that equals a constant exactly where the typed value does. `never_blank`
    looks whether a column of text is known to hold no blank one: then `plain` is the typed value.
    `ordered` looks whether the raw column orders as that does; then it holds no bad value.
    """

    write: Callable[[], ColumnElement[Any]]
    bad: Callable[[], ColumnElement[bool]] | None = None
    plain: ColumnElement[Any] | None = None
    never_blank: Callable[[], bool] | None = None
    ordered: Callable[[], Ordered | None] | None = None


def as_instant(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value that the store has as an instant."""
    return type_coerce(value, SQL_TYPES[Kind.TIMESTAMP])


def as_list(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value that the store has as a list."""
    return type_coerce(value, SQL_TYPES[Kind.LIST])


def json_value(value: object) -> object:
    """A value as JSON brings it to a store: instants as microseconds since 1970."""
    if isinstance(value, datetime):
        return microseconds(value)
    return value.isoformat() if isinstance(value, date) else value


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant, exactly."""
    return (at - EPOCH) // timedelta(microseconds=1)


_NAIVE = ("duckdb", "mysql")
"""The dialects whose instants are timestamps without a zone, in UTC."""
_WITHOUT_ARRAYS = ("sqlite", "mysql")


class Instant(TypeDecorator[datetime]):
    """An instant in a store's own form; Python sees aware UTC datetimes.

    DuckDB and MariaDB hold a naive timestamp in UTC, Postgres a timestamptz, SQLite microseconds
    since 1970.
    What is no datetime passes as it is, so that arithmetic on the stored form stays possible.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """BIGINT on SQLite, a timestamp with a zone on Postgres, without on DuckDB and MariaDB."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        if dialect.name == "mysql":
            from sqlalchemy.dialects.mysql import DATETIME  # no start need wait for it

            return dialect.type_descriptor(DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The stored form of an aware datetime."""
        if not isinstance(value, datetime):
            return value
        if dialect.name == "sqlite":
            return microseconds(value)
        if dialect.name in _NAIVE and value.tzinfo:
            return value.astimezone(UTC).replace(tzinfo=None)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The aware datetime in UTC of a stored form."""
        if isinstance(value, int):
            return EPOCH + timedelta(microseconds=value)
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return None


class TextList(TypeDecorator[tuple[str, ...]]):
    """A list of text: an array where the store has arrays, else JSON text; a tuple here."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSON text where there are no arrays, else an array of text."""
        return dialect.type_descriptor(Text() if dialect.name in _WITHOUT_ARRAYS else ARRAY(Text()))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The stored form of a list."""
        if value is None or isinstance(value, str):
            return value
        return json.dumps(list(value)) if dialect.name in _WITHOUT_ARRAYS else list(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        """The members, in their order."""
        if value is None:
            return None
        return tuple(json.loads(value) if isinstance(value, str) else value)


SQL_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: String(),
    Kind.INTEGER: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Date(),
    Kind.TIMESTAMP: Instant(),
    Kind.LIST: TextList(),
}
"""The types that typed columns bear."""

_EXPECTED = {
    Kind.TEXT: "text",
    Kind.INTEGER: "an integer of at most 64 bits",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "a boolean: true or false, t or f, 1 or 0",
    Kind.DATE: f"a date as {date(2026, 3, 31)}",
    Kind.TIMESTAMP: "a timestamp as 2026-03-31T09:00:00, with or without Z or an offset "
    "(or say `format: epoch` or `epoch_ms`)",
    Kind.LIST: "a list: a JSON array of text (or say `separator:`)",
}
_EXPECTED_BY_FORMAT = {
    "epoch": "seconds since 1970 (`format: epoch`)",
    "epoch_ms": "milliseconds since 1970 (`format: epoch_ms`)",
    "iso": "a timestamp as 2026-03-31T09:00:00 (`format: iso`)",
}


def expected(ref: ColumnRef) -> str:
    """What a column should hold, in words."""
    if ref.kind is Kind.TIMESTAMP and ref.format is not None:
        return _EXPECTED_BY_FORMAT[ref.format]
    return _EXPECTED[ref.kind]


def no_table(connector: str, table: str, known: Iterable[str]) -> SourceFault:
    """A connector has no such table; the nearest that it has is named."""
    hint = did_you_mean(table, known) or "it has none"
    return SourceFault(f"{connector} has no table `{table}`; {hint}")


def no_column(table: TableRef, column: str, known: Iterable[str]) -> SourceFault:
    """A table has no such column; the nearest that it has is named."""
    hint = did_you_mean(column, known) or "it has none"
    return NoColumn(str(table), column, hint=hint)


def wrong_type(table: TableRef, ref: ColumnRef, stored: str) -> SourceFault:
    """A column is of a type that holds no form of its kind."""
    return SourceFault(f"{table}.{ref.column} is of type {stored}; expected {expected(ref)}")
