"""Stored forms as DuckDB reads them: typed columns over CSV, JSON Lines, Parquet and tables.

A native column stays bare where it can, so that a filter reaches the statistics of the file. Each
function gives the form of one kind, or None where the stored type holds none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    DateTime,
    Double,
    Numeric,
    String,
    and_,
    case,
    cast,
    func,
    literal_column,
    not_,
    null,
    or_,
    try_cast,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement

from connectors.sources.forms import (
    ASCII_WHITE_SPACE,
    DATE,
    FIRST_SECOND,
    INTEGER,
    LAST_SECOND,
    NOT_A_NUMBER,
    NUMBER,
    SQL_TYPES,
    TIMESTAMP,
    WHITE_SPACE,
    Form,
    as_instant,
    as_list,
)
from connectors.sources.zones import fold_lengths, is_utc
from engine.language.catalog import Kind
from engine.tables import ColumnRef

__all__ = ["FORMS", "quoted_text"]

Raw = ColumnElement[Any]

_FLAT = {"BOOLEAN", "DATE", "TIME", "UUID"}
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_WIDE_INTEGERS = {"UBIGINT", "HUGEINT", "UHUGEINT"}
_FLOATS = {"FLOAT", "DOUBLE"}
_NAIVE = {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_AWARE = "TIMESTAMP WITH TIME ZONE"

# RE2 has no class for all that `str.isspace` names, but these together are it.
_NOT_WHITE = r"[^\s\x0B\x1C-\x1F\x{85}\p{Z}]"
_TRUE, _FALSE = "[tT]|[tT][rR][uU][eE]|1", "[fF]|[fF][aA][lL][sS][eE]|0"
_EPOCH_FACTOR = {"epoch": 1_000_000, "epoch_ms": 1_000}
_EPOCH_NUMBER = r"[+-]?[0-9]{1,18}([.][0-9]*)?"


def quoted_text(text: str) -> str:
    """A text literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _constant(text: str) -> Raw:
    """A constant of ours inside a statement; a pattern is then read once and not for each row."""
    return literal_column(quoted_text(text), String())


def _sql(text: str) -> Raw:
    return literal_column(text)


def _matches(raw: Raw, pattern: str) -> ColumnElement[bool]:
    """Whether the whole text has the form, white space around it aside."""
    return func.regexp_full_match(raw, _constant(rf"[\s\x0B]*({pattern})[\s\x0B]*"))


def _is_set(raw: Raw) -> ColumnElement[bool]:
    """Whether a text is there and not blank; most begin with a plain letter, and that is quick."""
    return or_(
        raw.between(_constant("!"), _constant("~")),
        func.regexp_matches(raw, _constant(_NOT_WHITE)),
    )


def _bad(raw: Raw, value: Raw) -> ColumnElement[bool]:
    """A text that is there and gave no value."""
    return and_(_is_set(raw), value.is_(None))


def _is_text(stored: str) -> bool:
    return stored in ("VARCHAR", "JSON")


def _is_decimal(stored: str) -> bool:
    return stored.startswith("DECIMAL")


def _text(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    plain = raw
    if stored.startswith("ENUM"):
        raw = cast(raw, String())
    elif not _is_text(stored):
        flat = _FLAT | _INTEGERS | _WIDE_INTEGERS | _FLOATS | _NAIVE | {_AWARE}
        return Form(lambda: cast(raw, String())) if stored in flat or _is_decimal(stored) else None
    return Form(
        lambda: type_coerce(case((_is_set(raw), raw), else_=null()), String()),
        plain=type_coerce(plain, String()),
    )


def _integer(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "BIGINT":
        return Form(lambda: type_coerce(raw, BigInteger()))
    if stored in _INTEGERS:
        return Form(lambda: cast(raw, BigInteger()))
    if stored in _WIDE_INTEGERS:
        value: Raw = try_cast(raw, BigInteger())
        return Form(lambda: value, lambda: and_(raw.is_not(None), value.is_(None)))
    if stored in _FLOATS:
        whole = case((func.trunc(raw) == raw, try_cast(raw, BigInteger())), else_=null())
        return Form(lambda: whole, lambda: and_(func.isfinite(raw), whole.is_(None)))
    if _is_decimal(stored):
        whole = case((func.trunc(raw) == raw, try_cast(raw, BigInteger())), else_=null())
        return Form(lambda: whole, lambda: and_(raw.is_not(None), whole.is_(None)))
    if _is_text(stored):
        value = case((_matches(raw, INTEGER), try_cast(raw, BigInteger())), else_=null())
        return Form(lambda: value, lambda: _bad(raw, value))
    return None


def _number(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _FLOATS:
        return Form(lambda: case((func.isfinite(raw), cast(raw, Double())), else_=null()))
    if stored in _INTEGERS | _WIDE_INTEGERS or _is_decimal(stored):
        return Form(lambda: cast(raw, Double()))
    if _is_text(stored):
        number: Raw = try_cast(raw, Double())
        value = case((and_(_matches(raw, NUMBER), func.isfinite(number)), number), else_=null())
        return Form(
            lambda: value,
            lambda: and_(_is_set(raw), not_(_matches(raw, f"{NUMBER}|{NOT_A_NUMBER}"))),
        )
    return None


def _boolean(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "BOOLEAN":
        return Form(lambda: type_coerce(raw, SQL_TYPES[Kind.BOOLEAN]))
    true, false = _sql("true"), _sql("false")
    if stored in _INTEGERS | _WIDE_INTEGERS | _FLOATS or _is_decimal(stored):
        value = case((raw == 1, true), (raw == 0, false), else_=null())
        is_there = func.isfinite(raw) if stored in _FLOATS else raw.is_not(None)
        return Form(
            lambda: type_coerce(value, SQL_TYPES[Kind.BOOLEAN]),
            lambda: and_(is_there, value.is_(None)),
        )
    if _is_text(stored):
        value = case((_matches(raw, _TRUE), true), (_matches(raw, _FALSE), false), else_=null())
        return Form(lambda: type_coerce(value, SQL_TYPES[Kind.BOOLEAN]), lambda: _bad(raw, value))
    return None


def _date(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "DATE":
        return Form(
            lambda: type_coerce(raw, Date()), lambda: not_(raw.between(*_date_range("DATE")))
        )
    if stored in _NAIVE:
        midnight = func.date_trunc(_constant("day"), raw) == raw
        value = case((midnight, cast(raw, Date())), else_=null())
        return Form(lambda: value, lambda: and_(raw.is_not(None), value.is_(None)))
    if _is_text(stored):
        value = case((_matches(raw, DATE), try_cast(raw, Date())), else_=null())
        return Form(lambda: value, lambda: _bad(raw, value))
    return None


def _date_range(type_name: str) -> tuple[Raw, Raw]:
    """The first and last day that Python's calendar holds; infinities lie beyond."""
    first = "0001-01-01"
    last = "9999-12-31" if type_name == "DATE" else "9999-12-31 23:59:59.999999"
    return literal_column(f"{type_name} '{first}'"), literal_column(f"{type_name} '{last}'")


def _timestamp(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if ref.format in _EPOCH_FACTOR:
        return _epoch(raw, stored, _EPOCH_FACTOR[ref.format])
    if _is_text(stored):
        return _iso(raw, zone)
    if stored == "DATE":
        return Form(
            lambda: _utc(cast(raw, DateTime()), zone),
            lambda: not_(raw.between(*_date_range("DATE"))),
        )
    if stored == _AWARE:
        return Form(
            lambda: as_instant(_naive(raw)), lambda: not_(raw.between(*_date_range("TIMESTAMPTZ")))
        )
    if stored in _NAIVE:
        naive = raw if stored == "TIMESTAMP" else cast(raw, DateTime())
        return Form(
            lambda: _utc(naive, zone), lambda: not_(naive.between(*_date_range("TIMESTAMP")))
        )
    return None


def _naive(aware: Raw) -> Raw:
    """UTC without a zone; a cast would say the same, but asks a calendar for each row."""
    return func.make_timestamp(func.epoch_us(aware))


def _utc(naive: Raw, zone: ZoneInfo) -> Raw:
    """UTC of a local time: of two readings the first, in a gap with the offset before it."""
    if is_utc(zone):
        return as_instant(naive)
    name = _constant(zone.key)
    last = func.timezone(name, naive, type_=DateTime(timezone=True))
    readings = []
    for length in fold_lengths(zone):
        first = last - _sql(f"INTERVAL '{int(length.total_seconds())} seconds'")
        readings.append((func.timezone(name, first) == naive, _naive(first)))
    return as_instant(case(*readings, else_=_naive(last)) if readings else _naive(last))


def _iso(raw: Raw, zone: ZoneInfo) -> Form:
    """ISO text. Where there is an offset DuckDB wants the seconds too, which are rarely missing."""
    aware, naive = DateTime(timezone=True), DateTime()
    stripped = func.trim(raw, _constant(ASCII_WHITE_SPACE))
    with_seconds = func.regexp_replace(
        func.upper(stripped), _constant(r"^(\S{10}.\S{5})([Z+-])"), _constant(r"\1:00\2")
    )
    value = case(
        (not_(_matches(raw, TIMESTAMP)), null()),
        (
            _has_offset(raw),
            _naive(func.coalesce(try_cast(raw, aware), try_cast(with_seconds, aware))),
        ),
        else_=_utc(func.coalesce(try_cast(raw, naive), try_cast(stripped, naive)), zone),
    )
    return Form(lambda: as_instant(value), lambda: _bad(raw, value))


def _has_offset(iso: Raw) -> ColumnElement[bool]:
    signs = [func.contains(iso, _constant(sign)) for sign in "Zz+"]
    return or_(*signs, iso.like(_constant("%:%-%")))


def _epoch(raw: Raw, stored: str, factor: int) -> Form | None:
    """Seconds or milliseconds since 1970, with decimals or without, cut at the microsecond."""
    if _is_text(stored):
        number: Raw = case(
            (_matches(raw, _EPOCH_NUMBER), try_cast(raw, Numeric(38, 9))), else_=null()
        )
        there = _is_set(raw)
    elif stored in _INTEGERS | _WIDE_INTEGERS or _is_decimal(stored):
        number, there = try_cast(raw, Numeric(38, 9)), raw.is_not(None)
    elif stored in _FLOATS:
        number, there = try_cast(raw, Numeric(38, 9)), func.isfinite(raw)
    else:
        return None
    limits = (FIRST_SECOND * 1_000_000 // factor, LAST_SECOND * 1_000_000 // factor)
    micros = cast(func.floor(number * factor), BigInteger())
    value = case((number.between(*limits), func.make_timestamp(micros)), else_=null())
    return Form(lambda: as_instant(value), lambda: and_(there, value.is_(None)))


def _list(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    is_set = _sql(f"lambda x: regexp_matches(x, {quoted_text(_NOT_WHITE)})")
    if stored.endswith("[]"):
        return Form(lambda: as_list(func.list_filter(cast(raw, ARRAY(String())), is_set)))
    if not _is_text(stored):
        return None
    if ref.separator is not None:
        trimmed = _sql(f"lambda x: trim(x, {quoted_text(WHITE_SPACE)})")
        parts = func.list_transform(func.string_split(raw, _constant(ref.separator)), trimmed)
        value = case((_is_set(raw), func.list_filter(parts, is_set)), else_=null())
        return Form(lambda: as_list(value))
    # DuckDB lets a comma before the bracket pass, which is no JSON.
    has_comma = func.regexp_matches(raw, _constant(r",\s*\]\s*$"))
    is_array = case(
        (and_(func.json_valid(raw), not_(has_comma)), func.json_type(raw) == _constant("ARRAY")),
        else_=_sql("false"),
    )
    members = func.list_filter(func.json_extract_string(raw, _constant("$[*]")), is_set)
    value = case((and_(_is_set(raw), is_array), members), else_=null())
    return Form(lambda: as_list(value), lambda: _bad(raw, value))


FORMS: Mapping[Kind, Callable[[Raw, str, ColumnRef, ZoneInfo], Form | None]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.TIMESTAMP: _timestamp,
    Kind.LIST: _list,
}
"""How each kind is read."""
