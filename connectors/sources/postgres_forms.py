"""Stored forms as Postgres reads them. A native column stays bare where it can: indexes serve.

A cast that fails would end the statement, so text is cast only where its form has been seen to be
right; `CASE` keeps that order. Each function gives None where the stored type holds no form.
"""

from __future__ import annotations

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
    Integer,
    Numeric,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import Function

from connectors.sources.forms import (
    ASCII_WHITE_SPACE,
    DATE,
    FIRST_SECOND,
    INTEGER,
    JSON_ARRAY,
    LARGEST_INTEGER,
    LAST_SECOND,
    NOT_A_NUMBER,
    NUMBER,
    SMALLEST_INTEGER,
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

__all__ = ["FORMS"]

Raw = ColumnElement[Any]

_TEXTS = {"text", "character varying", "character", "name", "citext", "bpchar", '"char"'}
_INTEGERS = {"smallint", "integer", "bigint"}
_FLOATS = {"real", "double precision"}
_NAIVE, _AWARE = "timestamp without time zone", "timestamp with time zone"
_FLAT = {"uuid", "boolean", "date", "inet", "numeric", _NAIVE, _AWARE}
_EPOCH_PER_SECOND = {"epoch": 1, "epoch_ms": 1_000}
_EPOCH_NUMBER = r"[+-]?[0-9]{1,18}([.][0-9]*)?"
_LARGEST_DOUBLE, _SMALLEST_DOUBLE = "1.7976931348623157e308", "2.5e-324"


def _sql(text: str) -> Raw:
    return literal_column(text)


def _characters(text: str) -> Raw:
    return _sql("U&'" + "".join(f"\\{ord(each):04X}" for each in text) + "'")


def _c(raw: Raw) -> Raw:
    """Text that compares by code point, whatever the database's collation."""
    return cast(raw, Text()).collate("C")


def _trimmed(raw: Raw) -> Raw:
    return func.btrim(_c(raw), _characters(ASCII_WHITE_SPACE), type_=Text())


def _is_blank(raw: Raw) -> ColumnElement[bool]:
    return func.btrim(_c(raw), _characters(WHITE_SPACE)) == _sql("''")


def _matches(text: Raw, pattern: str) -> ColumnElement[bool]:
    return text.op("~", is_comparison=True)(_sql(f"'^({pattern})$'"))


def _bad(raw: Raw, value: Raw) -> ColumnElement[bool]:
    """A text that is there and gave no value."""
    return and_(raw.is_not(None), ~_is_blank(raw), value.is_(None))


def _text(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _TEXTS:
        plain = type_coerce(raw, Text()) if stored in ("text", "character varying") else None
        return Form(
            lambda: type_coerce(case((_is_blank(raw), null()), else_=_c(raw)), SQL_TYPES[ref.kind]),
            plain=plain,
        )
    if stored in _FLAT | _INTEGERS | _FLOATS or stored == "enum":
        return Form(lambda: type_coerce(_c(raw), SQL_TYPES[Kind.TEXT]))
    return None


def _integer(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _INTEGERS:
        return Form(lambda: type_coerce(raw, BigInteger()))
    if stored in _FLOATS or stored == "numeric":
        number: Raw = _finite(raw, stored)
        value: Raw = case((_is_whole(cast(number, Numeric())), cast(number, BigInteger())))
        return Form(lambda: value, lambda: and_(number.is_not(None), value.is_(None)))
    if stored in _TEXTS:
        text = _trimmed(raw)
        exact = cast(text, Numeric())
        is_integer: Raw = case((_matches(text, INTEGER), _is_whole(exact)), else_=_sql("false"))
        value = case((is_integer, cast(exact, BigInteger())))
        return Form(lambda: value, lambda: _bad(raw, value))
    return None


def _is_whole(exact: Raw) -> ColumnElement[bool]:
    limits = (_sql(str(SMALLEST_INTEGER)), _sql(str(LARGEST_INTEGER)))
    return and_(exact == func.trunc(exact), exact.between(*limits))


def _finite(raw: Raw, stored: str) -> Raw:
    """The number where it is neither NaN nor infinite; Postgres sorts NaN above infinity."""
    infinity = _sql(f"'Infinity'::{stored}")
    return case((and_(raw > -infinity, raw < infinity), raw))


def _number(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _INTEGERS:
        return Form(lambda: cast(raw, Double()))
    if stored in _FLOATS:
        return Form(lambda: cast(_finite(raw, stored), Double()))
    if stored == "numeric":
        return Form(lambda: _double(raw))
    if stored in _TEXTS:
        text = _trimmed(raw)
        value: Raw = case((_matches(text, NUMBER), _double(cast(text, Numeric()))))
        is_form = _matches(text, f"{NUMBER}|{NOT_A_NUMBER}")
        return Form(lambda: value, lambda: and_(raw.is_not(None), ~_is_blank(raw), ~is_form))
    return None


def _double(exact: Raw) -> Raw:
    """A numeric as a double; one that is too large is infinite, and so missing."""
    size = func.abs(exact)
    return case(
        (size <= _sql(_SMALLEST_DOUBLE), cast(_sql("0"), Double())),
        (size <= _sql(_LARGEST_DOUBLE), cast(exact, Double())),
    )


def _boolean(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "boolean":
        return Form(lambda: type_coerce(raw, Boolean()))
    if stored in _INTEGERS | _FLOATS or stored == "numeric":
        value: Raw = case((raw == _sql("1"), _sql("true")), (raw == _sql("0"), _sql("false")))
        there = raw if stored in _INTEGERS else _finite(raw, stored)
        return Form(
            lambda: type_coerce(value, Boolean()), lambda: and_(there.is_not(None), value.is_(None))
        )
    if stored in _TEXTS:
        word = func.lower(_trimmed(raw))
        value = case(
            (word.op("IN")(_sql("('true', 't', '1')")), _sql("true")),
            (word.op("IN")(_sql("('false', 'f', '0')")), _sql("false")),
        )
        return Form(lambda: type_coerce(value, Boolean()), lambda: _bad(raw, value))
    return None


def _beyond(raw: Raw, type_name: str) -> ColumnElement[bool]:
    """Outside the calendar that Python has, infinities among them."""
    last = "9999-12-31" if type_name == "date" else "9999-12-31 23:59:59.999999"
    limits = (_sql(f"{type_name} '0001-01-01'"), _sql(f"{type_name} '{last}'"))
    return ~raw.between(*limits)


def _date(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "date":
        return Form(lambda: type_coerce(raw, Date()), lambda: _beyond(raw, "date"))
    if stored == _NAIVE:
        day = cast(raw, Date())
        value: Raw = case((and_(day == raw, ~_beyond(raw, "timestamp")), day))
        return Form(lambda: value, lambda: and_(raw.is_not(None), value.is_(None)))
    if stored in _TEXTS:
        text = _trimmed(raw)
        value = case((_is_day(text, DATE), cast(text, Date())))
        return Form(lambda: value, lambda: _bad(raw, value))
    return None


def _is_day(text: Raw, pattern: str) -> ColumnElement[bool]:
    """Whether a text has the form and its day is in its month, so that a cast cannot fail."""
    year, month, day = (
        cast(func.substr(text, start, size), Integer()) for start, size in ((1, 4), (6, 2), (9, 2))
    )
    last = func.make_date(year, month, 1) + _sql("interval '1 month' - interval '1 day'")
    in_month = day <= func.date_part("day", last)
    found: ColumnElement[bool] = case((_matches(text, pattern), in_month), else_=_sql("false"))
    return found


def _timestamp(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if ref.format in _EPOCH_PER_SECOND:
        return _epoch(raw, stored, _EPOCH_PER_SECOND[ref.format])
    if stored == _AWARE:
        return Form(lambda: as_instant(raw), lambda: _beyond(raw, "timestamptz"))
    if stored == _NAIVE:
        return Form(lambda: _utc(raw, zone), lambda: _beyond(raw, "timestamp"))
    if stored == "date":
        return Form(lambda: _utc(cast(raw, DateTime()), zone), lambda: _beyond(raw, "date"))
    return _iso(raw, zone) if stored in _TEXTS else None


def _utc(naive: Raw, zone: ZoneInfo) -> Raw:
    """UTC of a local time: of two readings the first, in a gap with the offset before it."""
    name = _sql(f"'{zone.key}'")
    last = func.timezone(name, naive)
    readings = []
    for length in () if is_utc(zone) else fold_lengths(zone):
        first = last - _sql(f"interval '{int(length.total_seconds())} seconds'")
        readings.append((func.timezone(name, first) == naive, first))
    return as_instant(case(*readings, else_=last) if readings else last)


def _iso(raw: Raw, zone: ZoneInfo) -> Form:
    """ISO text; what Postgres would round, beyond the microsecond, is cut off first."""
    text = _trimmed(raw)
    cut = func.regexp_replace(text, _sql(r"'([.]\d{6})\d+'"), _sql(r"'\1'"))
    has_offset = text.op("~", is_comparison=True)(_sql("':[0-9.]+(Z|z|[+-][0-9:]+)$'"))
    value: Raw = case(
        (~_is_day(text, TIMESTAMP), null()),
        (has_offset, cast(cut, DateTime(timezone=True))),
        else_=_utc(cast(cut, DateTime()), zone),
    )
    return Form(lambda: as_instant(value), lambda: _bad(raw, value))


def _epoch(raw: Raw, stored: str, per_second: int) -> Form | None:
    """Seconds or milliseconds since 1970, with decimals or without, cut at the microsecond."""
    limits = (_sql(str(FIRST_SECOND * per_second)), _sql(str(LAST_SECOND * per_second)))
    if stored in _FLOATS:  # these have no microseconds to cut: the nearest is meant
        number: Raw = _finite(raw, stored)
        value: Raw = case((number.between(*limits), func.to_timestamp(number / per_second)))
        return Form(lambda: as_instant(value), lambda: and_(number.is_not(None), value.is_(None)))
    if stored in _TEXTS:
        text = _trimmed(raw)
        number, there = (
            case((_matches(text, _EPOCH_NUMBER), cast(text, Numeric()))),
            ~_is_blank(raw),
        )
    elif stored in _INTEGERS or stored == "numeric":
        number, there = cast(raw, Numeric()), raw.is_not(None)
    else:
        return None
    value = case(
        (number.between(*limits), _from_micros(func.floor(number * (10**6 // per_second))))
    )
    return Form(lambda: as_instant(value), lambda: and_(raw.is_not(None), there, value.is_(None)))


def _from_micros(micros: Raw) -> Raw:
    """An instant by days and the rest, since Postgres multiplies an interval in floating point."""
    us = cast(micros, BigInteger())
    days = us.op("/")(_sql("86400000000")) * _sql("interval '1 day'")
    rest = us.op("%")(_sql("86400000000")) * _sql("interval '1 microsecond'")
    return _sql("timestamptz 'epoch'") + days + rest


# Some dialects, once loaded, have an `unnest` of their own for everyone: `func` is not asked.
def _list(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored.endswith("[]"):
        return Form(lambda: _kept(raw, Function("unnest", cast(raw, ARRAY(Text())))))
    if stored in ("json", "jsonb"):
        array = cast(raw, JSONB())
        is_array = func.jsonb_typeof(array) == _sql("'array'")
        value = case((is_array, _kept(raw, func.jsonb_array_elements_text(array))))
        is_null = func.jsonb_typeof(array) == _sql("'null'")
        return Form(lambda: as_list(value), lambda: and_(raw.is_not(None), ~is_array, ~is_null))
    if stored not in _TEXTS:
        return None
    if ref.separator is not None:
        parts: Any = Function("unnest", func.string_to_array(_c(raw), ref.separator))
        return Form(
            lambda: as_list(case((_is_blank(raw), null()), else_=_kept(raw, parts, _stripped)))
        )
    text = _trimmed(raw)
    read = _kept(raw, func.json_array_elements_text(cast(text, JSON())))
    value = case((_matches(text, JSON_ARRAY), read))
    return Form(lambda: as_list(value), lambda: _bad(raw, value))


def _as_it_is(member: Raw) -> Raw:
    return member


def _stripped(member: Raw) -> Raw:
    return func.btrim(member, _characters(WHITE_SPACE))


def _kept(raw: Raw, members: Any, read: Callable[[Raw], Raw] = _as_it_is) -> Raw:
    """The members that are not blank, in their order; NULL where the list is."""
    each = members.table_valued("member", with_ordinality="place").render_derived()
    kept = (
        select(read(each.c.member))
        .where(~_is_blank(each.c.member))
        .order_by(each.c.place)
        .scalar_subquery()
    )
    return as_list(case((raw.is_not(None), func.array(kept))))


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
