"""Values as they come out of stores, in the one form that Python knows them in."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from engine.language.catalog import Kind

__all__ = [
    "NO_UTF_8",
    "Key",
    "as_key",
    "key_from_text",
    "seen_value",
    "value_from_text",
    "value_text",
]

Key = int | str
"""The key of an entity, by its kind: whole numbers, or text."""

NO_UTF_8 = re.compile("[\ud800-\udfff]")
"""A byte of a text that is no UTF-8, as sources give it: a surrogate with the byte in its end."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_AS_THEY_ARE: Mapping[Kind, type] = {Kind.INTEGER: int, Kind.TEXT: str}


def seen_value(kind: Kind, raw: object) -> object:
    """A value of a kind: int, float, str, bool, date, or an aware datetime in UTC; None: missing.

    Aggregates come in wider types (a decimal for a sum of integers), and SQLite has none for
    booleans and times.
    """
    if type(raw) is _AS_THEY_ARE.get(kind):  # most values, and there may be millions
        return raw
    match kind, raw:
        case _, None:
            return None
        case Kind.TIMESTAMP, int():
            return _EPOCH + timedelta(microseconds=raw)
        case Kind.TIMESTAMP, datetime(tzinfo=None):
            return raw.replace(tzinfo=UTC)
        case Kind.TIMESTAMP, datetime():
            return raw.astimezone(UTC)
        case Kind.DATE, datetime():
            return raw.date()
        case Kind.DATE, str():
            return date.fromisoformat(raw)
        case Kind.BOOLEAN, int():
            return bool(raw)
        case Kind.INTEGER, Decimal() | float():
            return int(raw)
        case Kind.NUMBER, Decimal() | int():
            return float(raw)
        case Kind.NUMBER, float() if not math.isfinite(raw):
            return None
        case _:
            return raw


def as_key(value: object) -> Key:
    """A value that a source gave for a key, as what it is."""
    if isinstance(value, int | str):
        return value
    raise TypeError(f"{value!r} is no key")


def key_from_text(kind: Kind, text: str) -> Key | None:
    """A key as the ledger writes it; None where the entity has no such keys (any more).

    A whole number has one spelling: `1_0`, `+1` and digits of other scripts are no keys.
    """
    if kind is not Kind.INTEGER:
        return text
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None


_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,29}")


def value_text(value: object) -> str | None:
    """A value in Python's form as the ledger writes it; equal values are written alike."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case list() | tuple():
            return json.dumps(list(value), ensure_ascii=False)
        case float():
            return repr(value + 0.0)  # of the two zeros the one without a sign
        case _:
            return str(value)


def value_from_text(kind: Kind, text: str | None) -> object:
    """A value of a kind as the ledger writes it; None where it is missing.

    What was written when the field had another type is missing, where it is none of this one.
    """
    if text is None:
        return None
    try:
        return _READ[kind](text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def _timestamp(text: str) -> datetime | None:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else None


_READ: Mapping[Kind, Callable[[str], object]] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: date.fromisoformat,
    Kind.TIMESTAMP: _timestamp,
    Kind.LIST: json.loads,
}
