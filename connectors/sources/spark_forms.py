"""Stored forms as Spark reads them: typed columns over tables and views, whatever lies behind them.

A native column stays bare where it can, so that a filter reaches the statistics of the file. Each
function gives the form of one kind, or None where the stored type holds none. Types are named as
`DESCRIBE TABLE` names them. The session's zone is UTC.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Numeric,
    String,
    and_,
    case,
    cast,
    func,
    literal,
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
)
from connectors.sources.zones import is_utc
from engine.language.catalog import Kind
from engine.tables import ColumnRef

__all__ = ["FORMS"]

Raw = ColumnElement[Any]

_INTEGERS = {"tinyint", "smallint", "int", "bigint"}
_FLOATS = {"float", "double"}
_TIMES = {"timestamp", "timestamp_ntz"}
_TEXTS = ("string", "varchar", "char")
_LARGEST = sys.float_info.max

# In the regular expressions of Java. `[^…]` is the complement of what `str.isspace` names.
_NOT_WHITE = r"[^\s\x0B\x1C-\x1F\x{85}\p{Z}]"
_WHITE = r"[\s\x0B]*"
_TRUE, _FALSE = "[tT]|[tT][rR][uU][eE]|1", "[fF]|[fF][aA][lL][sS][eE]|0"
_EPOCH_FACTOR = {"epoch": 1_000_000, "epoch_ms": 1_000}
_EPOCH_NUMBER = r"[+-]?[0-9]{1,18}([.][0-9]*)?"
_ONE_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"


def _matches(raw: Raw, pattern: str) -> ColumnElement[bool]:
    """Whether the whole text has the form, white space around it aside."""
    return func.rlike(raw, literal(rf"\A{_WHITE}({pattern}){_WHITE}\z"), type_=Boolean())


def _has(raw: Raw, pattern: str) -> ColumnElement[bool]:
    return func.rlike(raw, literal(pattern), type_=Boolean())


def _is_set(raw: Raw) -> ColumnElement[bool]:
    """Whether a text is there and not blank; most begin with a plain letter, and that is quick."""
    return or_(raw.between(literal("!"), literal("~")), _has(raw, _NOT_WHITE))


def _bad(raw: Raw, value: Raw) -> ColumnElement[bool]:
    """A text that is there and gave no value."""
    return and_(_is_set(raw), value.is_(None))


def _stripped(raw: Raw) -> Raw:
    return func.btrim(raw, literal(ASCII_WHITE_SPACE), type_=String())


def _is_finite(raw: Raw) -> ColumnElement[bool]:
    """Spark puts NaN above all numbers."""
    return func.abs(raw) <= literal(_LARGEST, Double())


def _is_text(stored: str) -> bool:
    return stored.startswith(_TEXTS)


def _is_exact(stored: str) -> bool:
    return stored in _INTEGERS or stored.startswith("decimal")


def _readable(raw: Raw, stored: str) -> Raw:
    """Text compared by its code points, whatever collation it was declared with."""
    return func.collate(raw, literal("UTF8_BINARY"), type_=String()) if " " in stored else raw


def _text(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if not _is_text(stored):
        flat = _INTEGERS | _FLOATS | _TIMES | {"boolean", "date"}
        return Form(lambda: cast(raw, String())) if stored in flat or _is_exact(stored) else None
    raw = _readable(raw, stored)
    return Form(
        lambda: type_coerce(case((_is_set(raw), raw), else_=null()), String()),
        plain=type_coerce(raw, String()),
    )


def _integer(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "bigint":
        return Form(lambda: type_coerce(raw, BigInteger()))
    if stored in _INTEGERS:
        return Form(lambda: cast(raw, BigInteger()))
    if stored in _FLOATS or _is_exact(stored):
        number = cast(raw, Double()) if stored in _FLOATS else raw
        whole = case((_is_whole(number), try_cast(raw, BigInteger())), else_=null())
        is_there = _is_finite(number) if stored in _FLOATS else raw.is_not(None)
        return Form(lambda: whole, lambda: and_(is_there, whole.is_(None)))
    if _is_text(stored):
        digits = func.regexp_extract(
            raw, literal(rf"\A{_WHITE}(?=({INTEGER}){_WHITE}\z)([+-]?[0-9]+)"), literal_column("3")
        )
        value: Raw = try_cast(digits, BigInteger())
        return Form(lambda: value, lambda: _bad(raw, value))
    return None


def _is_whole(number: Raw) -> ColumnElement[bool]:
    return func.floor(number) == number


def _number(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _FLOATS:
        number: Raw = cast(raw, Double()) if stored == "float" else type_coerce(raw, Double())
        return Form(lambda: case((_is_finite(number), number), else_=null()))
    if _is_exact(stored):
        return Form(lambda: cast(raw, Double()))
    if _is_text(stored):
        number = try_cast(_stripped(raw), Double())
        value = case((and_(_matches(raw, NUMBER), _is_finite(number)), number), else_=null())
        return Form(
            lambda: value,
            lambda: and_(_is_set(raw), not_(_matches(raw, f"{NUMBER}|{NOT_A_NUMBER}"))),
        )
    return None


def _boolean(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "boolean":
        return Form(lambda: type_coerce(raw, SQL_TYPES[Kind.BOOLEAN]))
    if stored in _FLOATS or _is_exact(stored):
        is_true, is_false = raw == literal(1), raw == literal(0)
        is_there = _is_finite(raw) if stored in _FLOATS else raw.is_not(None)
    elif _is_text(stored):
        is_true, is_false = _matches(raw, _TRUE), _matches(raw, _FALSE)
        is_there = _is_set(raw)
    else:
        return None
    value = case((is_true, literal(True)), (is_false, literal(False)), else_=null())
    return Form(
        lambda: type_coerce(value, SQL_TYPES[Kind.BOOLEAN]), lambda: and_(is_there, value.is_(None))
    )


def _date(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "date":
        return Form(lambda: type_coerce(raw, Date()), lambda: not_(raw.between(*_range(Date()))))
    if stored == "timestamp_ntz":
        midnight = func.hour(raw) + func.minute(raw) == literal(0)
        exact = and_(midnight, func.date_part(literal("second"), raw) == literal(0))
        value = case((exact, cast(raw, Date())), else_=null())
        return Form(lambda: value, lambda: and_(raw.is_not(None), value.is_(None)))
    if _is_text(stored):
        value = case((_matches(raw, DATE), try_cast(_stripped(raw), Date())), else_=null())
        return Form(lambda: value, lambda: _bad(raw, value))
    return None


def _range(of: Any) -> tuple[Raw, Raw]:
    """The first and the last of Python's calendar; Spark's is larger."""
    last = _LAST_DAY if isinstance(of, Date) else f"{_LAST_DAY} 23:59:59.999999"
    return cast(literal(_ONE_DAY), of), cast(literal(last), of)


def _timestamp(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if ref.format in _EPOCH_FACTOR:
        return _epoch(raw, stored, _EPOCH_FACTOR[ref.format])
    if _is_text(stored):
        return _iso(raw, zone)
    if stored == "timestamp":
        return Form(lambda: as_instant(raw), lambda: not_(raw.between(*_range(DateTime()))))
    if stored in ("date", "timestamp_ntz"):
        naive = cast(raw, DateTime())
        return Form(lambda: _utc(naive, zone), lambda: not_(naive.between(*_range(DateTime()))))
    return None


def _utc(naive: Raw, zone: ZoneInfo) -> Raw:
    """The instant of a local time, which stands as if it were UTC: of two readings the first."""
    if is_utc(zone):
        return as_instant(naive)
    return as_instant(func.to_utc_timestamp(naive, literal(zone.key)))


def _iso(raw: Raw, zone: ZoneInfo) -> Form:
    """ISO text."""
    stripped = func.upper(_stripped(raw))
    # Where there is an offset Spark wants it in full, and the seconds too.
    offset = func.regexp_replace(stripped, literal(r"([+-][0-9]{2})$"), literal("$1:00"))
    found = try_cast(
        func.regexp_replace(offset, literal(r"^(\S{10}.\S{5})([Z+-])"), literal("$1:00$2")),
        DateTime(),
    )
    has_offset = _has(stripped, r"^\S{10}.*[Z+-]")
    value = case(
        (not_(_matches(raw, TIMESTAMP)), null()),
        (has_offset, found),
        else_=_utc(try_cast(stripped, DateTime()), zone),
    )
    return Form(lambda: as_instant(value), lambda: _bad(raw, value))


def _epoch(raw: Raw, stored: str, factor: int) -> Form | None:
    """Seconds or milliseconds since 1970, with decimals or without, cut at the microsecond."""
    exact = Numeric(29, 9)
    if _is_text(stored):
        number: Raw = case(
            (_matches(raw, _EPOCH_NUMBER), try_cast(_stripped(raw), exact)), else_=null()
        )
        there = _is_set(raw)
    elif stored in _FLOATS or _is_exact(stored):
        number = try_cast(raw, exact)
        there = _is_finite(raw) if stored in _FLOATS else raw.is_not(None)
    else:
        return None
    limits = (FIRST_SECOND * 1_000_000 // factor, LAST_SECOND * 1_000_000 // factor)
    micros = cast(func.floor(number * cast(literal(factor), Numeric(8, 0))), BigInteger())
    value = case((number.between(*limits), func.timestamp_micros(micros)), else_=null())
    return Form(lambda: as_instant(value), lambda: and_(there, value.is_(None)))


def _list(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored.startswith("array<"):
        return Form(lambda: _members(cast(raw, ARRAY(String()))))
    if not _is_text(stored):
        return None
    if ref.separator is not None:
        parts = func.split(raw, literal(_literally(ref.separator)), literal_column("-1"))
        value = case((_is_set(raw), _members(func.transform(parts, _each(_trimmed)))), else_=null())
        return Form(lambda: type_coerce(value, SQL_TYPES[Kind.LIST]))
    value = case((and_(_is_set(raw), _is_array(raw)), _texts_in(raw)), else_=null())
    return Form(lambda: _members(value), lambda: _bad(raw, value))


def _is_array(raw: Raw) -> ColumnElement[bool]:
    """Whether it is one array of JSON; Spark's parser asks for nothing that stands behind it."""
    beside_another = func.concat(literal("["), raw, literal(", 0]"))
    is_alone = func.size(_texts_in(beside_another)) == literal(2)
    return and_(_has(raw, rf"\A{_WHITE}\["), is_alone)


def _texts_in(raw: Raw) -> Raw:
    """The members of an array of JSON as text, strictly; NULL where it is none."""
    strictly = [literal("allowSingleQuotes"), literal("allowNonNumericNumbers")]
    options = func.map(*(part for option in strictly for part in (option, literal("false"))))
    return func.from_json(raw, literal("ARRAY<STRING>"), options)


def _literally(text: str) -> str:
    """A regular expression of exactly this text."""
    return "".join(rf"\x{{{ord(letter):x}}}" for letter in text)


def _each(change: Callable[[Raw], Raw]) -> Raw:
    """A function of a member."""
    member: Raw = literal_column("x")
    return member.op("->")(change(member))


def _trimmed(member: Raw) -> Raw:
    return func.btrim(member, literal(WHITE_SPACE))


def _members(value: Raw) -> Raw:
    """Without those that are blank."""
    kept = func.filter(value, _each(lambda member: _has(member, _NOT_WHITE)))
    return type_coerce(kept, SQL_TYPES[Kind.LIST])


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
