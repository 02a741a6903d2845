"""What was used last is kept, and what was used longest ago is let go."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["LastUsed"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LastUsed(Generic[Key, Value]):
    """At most so many values by key; no value is None."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Key, Value] = {}  # the one used longest ago first

    def found(self, key: Key) -> Value | None:
        """The value of a key, which counts as used now; None where there is none."""
        value = self._kept.pop(key, None)
        if value is not None:
            self._kept[key] = value
        return value

    def keep(self, key: Key, value: Value) -> None:
        """Keep a value in the place of the one that the key had."""
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > self._most:
            self._kept.pop(next(iter(self._kept)), None)
