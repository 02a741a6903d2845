"""Syntax that SQLAlchemy has no construct for: a text with places for what is written as usual.

Whatever comes from outside stays a bound parameter; the texts are ours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine, UserDefinedType

__all__ = ["Named", "Written", "iso_text"]

Sql = ColumnElement[Any]


class Named(UserDefinedType[Any]):
    """A type of a dialect by the name that it has there."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        """Its name."""
        return self.name


class Written(FunctionElement[Any]):
    """A text with `{0}`, `{1}`, … where its parts stand.

    A part with a parameter in it may stand twice only where a dialect's parameters have names.
    """

    name = "written"
    inherit_cache = False

    def __init__(self, text: str, *parts: Any, type_: TypeEngine[Any]) -> None:
        super().__init__(*parts)
        self.text = text
        self.type = type_


@compiles(Written)
def _write(element: Written, compiler: SQLCompiler, **kwargs: Any) -> str:
    parts = (compiler.process(part, **kwargs) for part in element.clauses)
    return element.text.format(*parts)


def iso_text(value: date, suffix: str = "") -> Sql:
    """A date, or an instant in UTC to the microsecond, as a parameter of text."""
    if isinstance(value, datetime):
        text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return literal(text.zfill(len("2026-03-10 09:00:00.000000")) + suffix)
    return literal(value.isoformat())
