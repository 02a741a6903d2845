"""Instants in the ledger: aware, in UTC, and in an order that both databases agree on."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["Instant", "as_stored", "instant_of", "instant_text"]

INSTANT_WIDTH = 27  # 2026-03-10T09:00:00.000000Z


def instant_text(value: datetime) -> str:
    """An instant as fixed-width ISO text in UTC, which sorts as the instants do.

    Raises:
        ValueError: it is naive.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value!r} is naive; the ledger keeps instants with their zone")
    return _text(value.astimezone(UTC))


def as_stored(value: object) -> object:
    """A value as SQLite keeps it."""
    return instant_text(value) if isinstance(value, datetime) else value


# One pass writes the same few instants many thousand times. Only what is UTC may be looked up: in
# a zone of their own the two comings of a doubled hour are equal.
@lru_cache(maxsize=1024)
def _text(value: datetime) -> str:
    return value.isoformat(timespec="microseconds").replace("+00:00", "Z")


@lru_cache(maxsize=1024)  # and reads them as often
def instant_of(text: str) -> datetime:
    """The instant that a text of `instant_text` tells."""
    return datetime.fromisoformat(text).astimezone(UTC)


class Instant(TypeDecorator[datetime]):
    """An instant: text of fixed width on SQLite, timestamptz on Postgres, aware UTC in Python."""

    impl = String(INSTANT_WIDTH)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's own type in one dialect."""
        stored: TypeEngine[Any] = String(INSTANT_WIDTH)
        if dialect.name == "postgresql":
            stored = postgresql.TIMESTAMP(timezone=True)
        return dialect.type_descriptor(stored)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Refuses naive values: two databases would read them in two zones."""
        if value is None:
            return None
        stored = instant_text(value)
        return value.astimezone(UTC) if dialect.name == "postgresql" else stored

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else instant_of(str(value))
