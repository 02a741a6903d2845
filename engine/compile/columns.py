"""Columns by the values that stand in them, written when they are asked for: few of many are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy.sql import ColumnElement

from engine.compile.core import Value

__all__ = ["Columns", "Within"]

Sql = ColumnElement[Any]


class Columns(Mapping[Value, Sql]):
    """Each column is made the first time that it is asked for, and then stays."""

    def __init__(self, makers: Mapping[Value, Callable[[], Sql]]) -> None:
        self._makers = makers
        self._made: dict[Value, Sql] = {}

    def __getitem__(self, value: Value) -> Sql:
        found = self._made.get(value)
        if found is None:
            found = self._made[value] = self._makers[value]()
        return found

    def __contains__(self, value: object) -> bool:
        return value in self._makers

    def __iter__(self) -> Iterator[Value]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class Within(Mapping[Value, Sql]):
    """Columns of an inner scope before those of the outer one."""

    def __init__(self, inner: Mapping[Value, Sql], outer: Mapping[Value, Sql]) -> None:
        self._inner = inner
        self._outer = outer

    def __getitem__(self, value: Value) -> Sql:
        return self._inner[value] if value in self._inner else self._outer[value]

    def __contains__(self, value: object) -> bool:
        return value in self._inner or value in self._outer

    def __iter__(self) -> Iterator[Value]:
        return iter(dict.fromkeys((*self._outer, *self._inner)))

    def __len__(self) -> int:
        return len(dict.fromkeys((*self._outer, *self._inner)))
