"""Stored forms as MariaDB and MySQL read them. A native column stays bare where it can.

A cast that fails is NULL there, so that only what it would misread is looked at first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    DECIMAL,
    BigInteger,
    Boolean,
    Date,
    Double,
    Integer,
    String,
    and_,
    case,
    cast,
    column,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement

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
    TIMESTAMP,
    WHITE_SPACE,
    Form,
    as_instant,
    as_list,
)
from connectors.sources.mariadb_text import CodePointText, by_code_point
from engine.language.catalog import Kind
from engine.offsets import Steps, offsets_of_local_times
from engine.tables import ColumnRef

__all__ = ["FORMS", "base_type", "json_rows"]

Raw = ColumnElement[Any]

_TEXTS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}
_INTEGERS = {"tinyint", "smallint", "mediumint", "int", "bigint"}
_LARGE = "bigint unsigned"
_NUMBERS = _INTEGERS | {_LARGE, "float", "double", "decimal"}
_NAIVE, _AWARE = "datetime", "timestamp"
_FLAT = {"date", "uuid", "inet6", "inet4", "year", "time", _NAIVE, _AWARE}
_EPOCH_PER_SECOND = {"epoch": 1, "epoch_ms": 1_000}
_EPOCH_NUMBER = "[+-]?[0-9]{1,18}([.][0-9]*)?"
_TO_SECONDS_OF_1970 = 62_167_219_200
_LARGEST_DOUBLE, _LARGEST_AT_SCALE = "1.7976931348623157e308", "1.7976931348623157e8"
_WHOLE: DECIMAL[Any] = DECIMAL(65, 0)
_EXACT: DECIMAL[Any] = DECIMAL(65, 30)
_OFFSET = "[+-][0-9]{2}(:?[0-9]{2})?$"


def base_type(stored: str) -> str:
    """The name of a type without its size; of its signs, what makes it too large for 64 bits."""
    name = stored.lower().partition("(")[0].partition(" ")[0]
    return _LARGE if name == "bigint" and "unsigned" in stored.lower() else name


def _sql(text: str) -> Raw:
    return literal_column(text)


def _quoted(text: str) -> Raw:
    """Text in a session without backslash escapes."""
    return _sql("'" + text.replace("'", "''") + "'")


def _letters(text: str) -> str:
    """A class of a regular expression."""
    return "[" + "".join(f"\\x{{{ord(each):x}}}" for each in text) + "]"


def _matches(text: Raw, pattern: str) -> ColumnElement[bool]:
    return text.op("REGEXP", is_comparison=True)(_quoted(f"^({pattern})$"))


def _without(text: Raw, pattern: str) -> Raw:
    return func.regexp_replace(text, _quoted(pattern), _quoted(""), type_=String())


def _trimmed(raw: Raw) -> Raw:
    white = _letters(ASCII_WHITE_SPACE)
    return _without(by_code_point(raw), f"^{white}+|{white}+$")


def _is_blank(raw: Raw) -> ColumnElement[bool]:
    return _matches(by_code_point(raw), f"{_letters(WHITE_SPACE)}*")


def _bad(raw: Raw, value: Raw) -> ColumnElement[bool]:
    """A text that is there and gave no value."""
    return and_(raw.is_not(None), ~_is_blank(raw), value.is_(None))


def _text(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _TEXTS or stored in ("enum", "set"):
        value: Raw = case((_is_blank(raw), null()), else_=by_code_point(raw))
        return Form(lambda: type_coerce(value, CodePointText()))
    if stored in _FLAT | _NUMBERS:
        return Form(lambda: type_coerce(by_code_point(raw), CodePointText()))
    return None


def _integer(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _INTEGERS:
        return Form(lambda: type_coerce(raw, BigInteger()))
    if stored in _NUMBERS:
        is_whole = and_(raw == func.floor(raw), _fits(raw))
        value: Raw = case((is_whole, cast(raw, BigInteger())))
        return Form(lambda: value, lambda: and_(raw.is_not(None), value.is_(None)))
    if stored in _TEXTS:
        text = _trimmed(raw)
        exact = cast(text, _WHOLE)
        value = case((and_(_matches(text, INTEGER), _fits(exact)), cast(exact, BigInteger())))
        return Form(lambda: value, lambda: _bad(raw, value))
    return None


def _fits(number: Raw) -> ColumnElement[bool]:
    """Within 64 bits; as a double, the largest integer is one more, which is not."""
    least, most = _sql(str(SMALLEST_INTEGER)), _sql(str(LARGEST_INTEGER))
    return and_(number >= least, cast(number, _WHOLE) <= most)


def _number(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _NUMBERS:
        return Form(lambda: cast(raw, Double()))
    if stored in _TEXTS:
        text = _trimmed(raw)
        value = case((_matches(text, NUMBER), _double(text)))
        is_form = _matches(text, f"{NUMBER}|{NOT_A_NUMBER}")
        return Form(lambda: value, lambda: and_(raw.is_not(None), ~_is_blank(raw), ~is_form))
    return None


def _double(text: Raw) -> Raw:
    """A number as a double; one that is too large is infinite, and so missing.

    The cast makes that the largest double, which is told from it at a smaller scale.
    """
    number: Raw = cast(text, Double())
    exponent = cast(_without(text, "^[^eE]*[eE]?"), Integer()) - _sql("300")
    smaller: Raw = cast(func.concat(_without(text, "[eE].*$"), _quoted("e"), exponent), Double())
    return case(
        (func.abs(number) < _sql(_LARGEST_DOUBLE), number),
        (func.abs(smaller) <= _sql(_LARGEST_AT_SCALE), number),
    )


def _boolean(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored in _NUMBERS or stored == "bit":
        number = raw + _sql("0") if stored == "bit" else raw
        value: Raw = case((number == _sql("1"), true()), (number == _sql("0"), false()))
        plain = type_coerce(raw, Boolean()) if stored in _INTEGERS else None
        is_bad = and_(raw.is_not(None), value.is_(None))
        return Form(lambda: type_coerce(value, Boolean()), lambda: is_bad, plain)
    if stored in _TEXTS:
        word = func.lower(_trimmed(raw), type_=String())
        value = case(
            (word.op("IN")(_sql("('true', 't', '1')")), true()),
            (word.op("IN")(_sql("('false', 'f', '0')")), false()),
        )
        return Form(lambda: type_coerce(value, Boolean()), lambda: _bad(raw, value))
    return None


def _is_no_day(raw: Raw) -> ColumnElement[bool]:
    """Zeros in the place of a year, a month or a day, which older servers let in."""
    return or_(func.year(raw) == 0, func.month(raw) == 0, func.dayofmonth(raw) == 0)


def _date(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "date":
        return Form(lambda: type_coerce(raw, Date()), lambda: _is_no_day(raw))
    if stored == _NAIVE:
        day = cast(raw, Date())
        value: Raw = case((and_(day == raw, ~_is_no_day(raw)), day))
        return Form(lambda: value, lambda: and_(raw.is_not(None), value.is_(None)))
    if stored in _TEXTS:
        text = _trimmed(raw)
        value = case((_matches(text, DATE), cast(text, Date())))  # 30 February is NULL
        return Form(lambda: value, lambda: _bad(raw, value))
    return None


def _timestamp(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if ref.format in _EPOCH_PER_SECOND:
        return _epoch(raw, stored, _EPOCH_PER_SECOND[ref.format])
    if stored == _AWARE:  # the session reads it in UTC
        return Form(lambda: as_instant(raw), lambda: _is_no_day(raw))
    if stored == _NAIVE:
        return Form(lambda: _utc(raw, zone), lambda: _is_no_day(raw))
    if stored == "date":
        return Form(lambda: _utc(func.timestamp(raw), zone), lambda: _is_no_day(raw))
    return _iso(raw, zone) if stored in _TEXTS else None


def _moved(unit: str, at: Raw, amount: Raw) -> Raw:
    return func.timestampadd(_sql(unit), amount, at)


def _utc(naive: Raw, zone: ZoneInfo) -> Raw:
    """UTC of a local time: of two readings the first, in a gap with the offset before it."""
    ahead = offsets_of_local_times(zone)
    if not ahead.starts:
        return as_instant(
            _moved("SECOND", naive, _sql(str(-ahead.first))) if ahead.first else naive
        )
    return as_instant(_moved("SECOND", naive, -_looked_up(naive, ahead)))


def _looked_up(naive: Raw, steps: Steps) -> Raw:
    """The value that holds at a time, by `interval`, which searches constants in halves."""
    starts = _sql(", ".join(str(start + _TO_SECONDS_OF_1970) for start in steps.starts))
    values = _sql(", ".join(map(str, (steps.first, *steps.values))))
    return func.elt(func.interval(func.to_seconds(naive), starts) + _sql("1"), values)


def _iso(raw: Raw, zone: ZoneInfo) -> Form:
    """ISO text, cut off after the microsecond; an offset is taken from it and then the time."""
    text = _trimmed(raw)
    day = cast(func.left(text, 10), Date())  # 30 February is NULL
    has_offset = _matches(text, ".*:[0-9.]+(Z|z|[+-][0-9:]+)")
    offset = func.regexp_substr(text, _quoted(_OFFSET), type_=String())
    minutes = cast(func.left(offset, 3), Integer()) * _sql("60") + case(
        (func.char_length(offset) > _sql("3"), _signed_minutes(offset)), else_=_sql("0")
    )
    local = func.timestamp(func.left(_without(text, f"Z$|z$|{_OFFSET}"), 26))
    value: Raw = case(
        (or_(~_matches(text, TIMESTAMP), day.is_(None)), null()),
        (has_offset, _moved("MINUTE", local, -func.coalesce(minutes, _sql("0")))),
        else_=_utc(func.timestamp(func.left(text, 26)), zone),
    )
    return Form(lambda: as_instant(value), lambda: _bad(raw, value))


def _signed_minutes(offset: Raw) -> Raw:
    """The minutes of an offset, with the sign of its hours."""
    return cast(func.concat(func.left(offset, 1), func.right(offset, 2)), Integer())


def _epoch(raw: Raw, stored: str, per_second: int) -> Form | None:
    """Seconds or milliseconds since 1970, with decimals or without, cut at the microsecond."""
    if stored in ("float", "double"):  # these have no microseconds to cut: the nearest is meant
        number, micros = raw, func.round(raw * _sql(f"{10**6 // per_second}e0"))
    elif stored in _NUMBERS:
        number = cast(raw, _EXACT)
        micros = func.floor(number * _sql(str(10**6 // per_second)))
    elif stored in _TEXTS:
        text = _trimmed(raw)
        number = case((_matches(text, _EPOCH_NUMBER), cast(text, _EXACT)))
        micros = func.floor(number * _sql(str(10**6 // per_second)))
    else:
        return None
    first, last = (_sql(str(edge * per_second)) for edge in (FIRST_SECOND, LAST_SECOND))
    since_1970 = _moved(
        "MICROSECOND", _sql("TIMESTAMP'1970-01-01 00:00:00'"), cast(micros, BigInteger())
    )
    value = as_instant(case((number.between(first, last), since_1970)))
    is_there = and_(raw.is_not(None), ~_is_blank(raw))
    return Form(lambda: value, lambda: and_(is_there, value.is_(None)))


def _list(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form | None:
    if stored == "json":
        value: Raw = case((func.json_type(raw) == _quoted("ARRAY"), _members(raw)))
        is_bad = ~func.json_type(raw).in_((_quoted("ARRAY"), _quoted("NULL")))
        return Form(lambda: as_list(value), lambda: and_(raw.is_not(None), is_bad))
    if stored not in _TEXTS:
        return None
    if ref.separator is not None:
        is_there = and_(raw.is_not(None), ~_is_blank(raw))
        value = case((is_there, _parts(by_code_point(raw), ref.separator)))
        return Form(lambda: as_list(value))
    text = _trimmed(raw)
    value = case((_matches(text, JSON_ARRAY), _members(text)))
    is_missing = or_(_is_blank(raw), text == _quoted("null"))
    return Form(
        lambda: as_list(value), lambda: and_(raw.is_not(None), ~is_missing, value.is_(None))
    )


def _members(array: Raw) -> Raw:
    """The members of a JSON array that are not blank."""
    columns = "n FOR ORDINALITY, member LONGTEXT CHARACTER SET utf8mb4 PATH '$'"
    rows = json_rows(array, columns, "n", "member")
    return _listed(rows, by_code_point(rows.c["member"]))


def _parts(text: Raw, separator: str) -> Raw:
    """The parts of a text between separators, without white space around them."""
    mark = _quoted(separator)
    length = func.char_length(mark)
    marks = (func.char_length(text) - func.char_length(func.replace(text, mark, ""))) / length
    ordinals = func.concat("[0", func.repeat(",0", marks), "]")
    rows = json_rows(ordinals, "n FOR ORDINALITY", "n")
    number = rows.c["n"]
    before = func.char_length(func.substring_index(text, mark, number - 1))
    start = case((number == 1, 1), else_=before + length + 1)
    part = func.substr(func.substring_index(text, mark, number), start, type_=String())
    white = _letters(WHITE_SPACE)
    return _listed(rows, _without(part, f"^{white}+|{white}+$"))


def json_rows(array: Raw, columns: str, *names: str) -> Any:
    """The members of a JSON array as rows."""
    listed = _sql(f"'$[*]' COLUMNS ({columns})")
    return func.json_table(array, listed).table_valued(*(column(name) for name in names))


def _listed(rows: Any, member: Raw) -> Raw:
    """Those rows whose member is not blank, as the text of a JSON array."""
    quoted = by_code_point(func.json_quote(member))
    ordered = func.aggregate_strings(quoted, ",").aggregate_order_by(rows.c["n"])
    array = func.concat("[", func.coalesce(ordered, ""), "]", type_=String())
    kept = select(array).select_from(rows).where(member.is_not(None), ~_is_blank(member))
    return kept.correlate_except(rows).scalar_subquery()


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
