"""Stored forms as SQLite reads them. Any column may hold any type there, so each value is asked.

The declared type matters for one thing: where its affinity makes a bare column equal a constant
exactly where the typed one does, the column is `plain` and an index serves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Double,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement

from connectors.sources.forms import ASCII_WHITE_SPACE, SQL_TYPES, WHITE_SPACE, Form
from engine.language.catalog import Kind
from engine.tables import ColumnRef

__all__ = ["FORMS"]

Raw = ColumnElement[Any]

_EPOCH_FACTOR = {"epoch": 1_000_000, "epoch_ms": 1_000}
_DAY_PATTERN = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]"


def _sql(text: str) -> Raw:
    return literal_column(text)


def _is(raw: Raw, *storage: str) -> ColumnElement[bool]:
    names = ", ".join(f"'{name}'" for name in storage)
    return func.typeof(raw).op("IN")(_sql(f"({names})"))


def _characters(text: str) -> Raw:
    return _sql(f"char({', '.join(str(ord(each)) for each in text)})")


def _is_blank(raw: Raw) -> ColumnElement[bool]:
    return func.trim(raw, _characters(WHITE_SPACE)) == _sql("''")


def _trimmed(raw: Raw) -> Raw:
    return func.trim(raw, _characters(ASCII_WHITE_SPACE))


def _bad(raw: Raw, value: Raw) -> ColumnElement[bool]:
    """A value that is there, is neither blank nor infinite, and gave none."""
    is_blank = and_(_is(raw, "text"), _is_blank(raw))
    is_infinite = and_(_is(raw, "real"), func.abs(raw) == _sql("9e999"))
    return and_(raw.is_not(None), value.is_(None), ~or_(is_blank, is_infinite))


def _affinity(stored: str) -> str:
    """The affinity of a declared type, by SQLite's own rules in their order."""
    declared = stored.upper()
    for affinity, words in {
        "integer": ("INT",),
        "text": ("CHAR", "CLOB", "TEXT"),
        "none": ("BLOB",),
        "real": ("REAL", "FLOA", "DOUB"),
    }.items():
        if any(word in declared for word in words):
            return affinity
    return "numeric" if declared else "none"


def _typed(raw: Raw, kind: Kind, value: Callable[[], Raw], plain: Raw | None = None) -> Form:
    """What `value` writes, with the type of its kind."""
    return Form(
        lambda: type_coerce(value(), SQL_TYPES[kind]), lambda: _bad(raw, value()), plain=plain
    )


def _text(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form:
    is_text = _affinity(stored) == "text"

    def value() -> Raw:
        text = raw if is_text else cast(raw, Text())
        return type_coerce(
            case((or_(_is(raw, "blob"), _is_blank(text)), null()), else_=text), String()
        )

    plain = type_coerce(raw, String()) if is_text else None
    return Form(value, lambda: _is(raw, "blob"), plain)


def _integer(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form:
    def value() -> Raw:
        whole = cast(raw, BigInteger())
        return case(
            (_is(raw, "integer"), raw),
            (and_(_is(raw, "real"), raw == whole, func.abs(raw) < _sql("9.2e18")), whole),
            (_is(raw, "text"), func.tl_integer(raw)),
            else_=null(),
        )

    is_plain = _affinity(stored) in ("integer", "numeric")
    return _typed(raw, ref.kind, value, type_coerce(raw, BigInteger()) if is_plain else None)


def _number(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form:
    def value() -> Raw:
        finite = func.abs(raw) < _sql("9e999")
        return case(
            (and_(_is(raw, "integer", "real"), finite), cast(raw, Double())),
            (_is(raw, "text"), func.tl_number(raw)),
            else_=null(),
        )

    def bad() -> ColumnElement[bool]:
        is_missing = and_(_is(raw, "text"), func.tl_is_no_number(raw))
        return and_(_bad(raw, value()), ~is_missing)

    return Form(lambda: type_coerce(value(), Double()), bad)


def _boolean(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form:
    def value() -> Raw:
        word = func.lower(_trimmed(raw))
        return case(
            (and_(_is(raw, "integer", "real"), raw.in_((0, 1))), cast(raw, BigInteger())),
            (and_(_is(raw, "text"), word.in_(("true", "t", "1"))), _sql("1")),
            (and_(_is(raw, "text"), word.in_(("false", "f", "0"))), _sql("0")),
            else_=null(),
        )

    return _typed(raw, ref.kind, value)


def _date(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form:
    def value() -> Raw:
        day = _trimmed(raw)
        # With a modifier date() turns 30 February into 2 March: only a real day comes back.
        is_day = and_(
            _is(raw, "text"),
            day.op("GLOB")(_DAY_PATTERN),
            func.date(day, _sql("'+0 days'")) == day,
            day >= "0001-01-01",
        )
        return case((is_day, day), else_=null())

    return _typed(raw, ref.kind, value)


def _timestamp(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form:
    def value() -> Raw:
        if ref.format in _EPOCH_FACTOR:
            instant = func.tl_epoch(raw, _EPOCH_FACTOR[ref.format])
            return case((_is(raw, "blob"), null()), else_=instant)
        return case((_is(raw, "text"), func.tl_instant(raw, zone.key)), else_=null())

    return _typed(raw, ref.kind, value)


def _list(raw: Raw, stored: str, ref: ColumnRef, zone: ZoneInfo) -> Form:
    return _typed(raw, ref.kind, lambda: func.tl_list(raw, ref.separator))


FORMS: Mapping[Kind, Callable[[Raw, str, ColumnRef, ZoneInfo], Form]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.TIMESTAMP: _timestamp,
    Kind.LIST: _list,
}
"""How each kind is read."""
