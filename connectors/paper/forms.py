"""Columns of stores that are not read here, by the kinds that the catalog declares.

Nothing is known of how such a store holds a value, so that each kind is taken as the store's own
type for it: a timestamp as the one that says an instant (also where the format is `iso`), or a
number where the format says seconds or milliseconds, or one text where a list has a `separator`.
What counts as missing is the same as everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, case, func, literal, type_coerce
from sqlalchemy.sql import ColumnElement

from connectors.sources.forms import SQL_TYPES, WHITE_SPACE, Form
from engine.language.catalog import Kind
from engine.syntax import Written
from engine.tables import ColumnRef

__all__ = ["WRITING", "Writing", "native_form"]

Raw = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """How a dialect writes what is asked of a raw column, as texts for `Written`.

    `is_set` of a text {0} and all white space {1}; `instant` of a number {0} and the microseconds
    in one of it {1}; `members` of a text {0}, a separator {1} and all white space {2}.
    """

    is_set: str
    instant: str
    members: str
    collation: str = ""


def native_form(writing: Writing, raw: Raw, ref: ColumnRef) -> Form:
    """A raw column of the store's own type for what `ref` declares."""
    match ref.kind:
        case Kind.TEXT:
            return _text(writing, raw)
        case Kind.NUMBER:
            finite = case((func.abs(raw) <= sys.float_info.max, raw))
            return Form(lambda: type_coerce(finite, SQL_TYPES[Kind.NUMBER]))
        case Kind.TIMESTAMP if ref.format in _MICROSECONDS:
            factor = literal(_MICROSECONDS[ref.format])
            return Form(
                lambda: Written(writing.instant, raw, factor, type_=SQL_TYPES[Kind.TIMESTAMP])
            )
        case Kind.LIST if ref.separator is not None:
            return _separated(writing, raw, ref.separator)
        case _:
            return Form(lambda: type_coerce(raw, SQL_TYPES[ref.kind]))


_MICROSECONDS: Mapping[str | None, int] = {"epoch": 1_000_000, "epoch_ms": 1_000}


def _text(writing: Writing, raw: Raw) -> Form:
    text: Raw = type_coerce(raw, SQL_TYPES[Kind.TEXT])
    if writing.collation:
        text = text.collate(writing.collation)
    return Form(lambda: case((_is_set(writing, raw), text)), plain=text)


def _separated(writing: Writing, raw: Raw, separator: str) -> Form:
    parts = (raw, literal(separator), literal(WHITE_SPACE))
    members = Written(writing.members, *parts, type_=SQL_TYPES[Kind.LIST])
    return Form(lambda: case((_is_set(writing, raw), members)))


def _is_set(writing: Writing, raw: Raw) -> ColumnElement[bool]:
    return Written(writing.is_set, raw, literal(WHITE_SPACE), type_=Boolean())


_MICROS = "CAST(FLOOR({0} * {1}) AS bigint)"

WRITING: Mapping[str, Writing] = {
    "bigquery": Writing(
        is_set="TRIM({0}, {1}) <> ''",
        instant="TIMESTAMP_MICROS(CAST(FLOOR({0} * {1}) AS INT64))",
        members="ARRAY(SELECT TRIM(m, {2}) FROM UNNEST(SPLIT({0}, {1})) AS m)",
    ),
    "clickhousedb": Writing(
        is_set="match({0}, concat('[^', {1}, ']'))",
        instant="fromUnixTimestamp64Micro(toInt64(floor({0} * {1})), 'UTC')",
        members="arrayMap(m -> replaceRegexpAll(m, concat('^[', {2}, ']+|[', {2}, ']+$'), ''), "
        "splitByString({1}, {0}))",
    ),
    "databricks": Writing(
        is_set="TRIM(BOTH {1} FROM {0}) <> ''",
        instant="TIMESTAMP_MICROS(CAST(FLOOR({0} * {1}) AS BIGINT))",
        members="TRANSFORM(SPLIT({0}, CONCAT('\\\\Q', {1}, '\\\\E')), m -> TRIM(BOTH {2} FROM m))",
    ),
    "mssql": Writing(
        is_set="TRIM({1} FROM {0}) <> N''",
        instant=f"DATEADD(microsecond, {_MICROS} % 1000000, "
        f"DATEADD(second, {_MICROS} / 1000000 % 86400, "
        f"DATEADD(day, {_MICROS} / 86400000000, "
        "CAST('1970-01-01 00:00:00 +00:00' AS datetimeoffset(6)))))",
        members="(SELECT CONCAT('[', STRING_AGG(CONCAT('\"', STRING_ESCAPE(TRIM({2} FROM value), "
        "'json'), '\"'), ','), ']') FROM STRING_SPLIT({0}, {1}))",
        collation="Latin1_General_100_BIN2",
    ),
    "redshift": Writing(
        is_set="BTRIM({0}, {1}) <> ''",
        instant="TIMEZONE('UTC', DATEADD(microsecond, CAST(FLOOR({0} * {1}) AS BIGINT), "
        "CAST('1970-01-01' AS TIMESTAMP)))",
        members="SPLIT_TO_ARRAY(BTRIM({0}, {2}), {1})",
    ),
    "snowflake": Writing(
        is_set="TRIM({0}, {1}) <> ''",
        instant="DATEADD('microsecond', FLOOR({0} * {1}), "
        "TO_TIMESTAMP_TZ('1970-01-01 00:00:00 +00:00'))",
        members="TRANSFORM(SPLIT({0}, {1}), m -> TRIM(m, {2}))",
    ),
    "trino": Writing(
        is_set="TRIM(BOTH {1} FROM {0}) <> ''",
        instant="CAST(from_unixtime_nanos(CAST(FLOOR({0} * {1}) AS BIGINT) * 1000) "
        "AS TIMESTAMP(6) WITH TIME ZONE)",
        members="transform(split({0}, {1}), m -> TRIM(BOTH {2} FROM m))",
    ),
}
"""By SQLAlchemy's name of the dialect."""
