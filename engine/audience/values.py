"""Values as they come out of stores, in the one form that Python knows them in."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from engine.language.catalog import Kind

__all__ = ["Key", "key_from_text", "seen_value"]

Key = int | str
"""The key of an entity, by its kind: whole numbers, or text."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seen_value(kind: Kind, raw: object) -> object:
    """A value of a kind: int, float, str, bool, date, or an aware datetime in UTC; None: missing.

    Aggregates come in wider types (a decimal for a sum of integers), and SQLite has none for
    booleans and times.
    """
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


def key_from_text(kind: Kind, text: str) -> Key | None:
    """A key as the ledger writes it; None where the entity has no such keys (any more)."""
    if kind is not Kind.INTEGER:
        return text
    try:
        return int(text)
    except ValueError:
        return None
