"""What a segment becomes: every statement with its dialect and parameters, none of them run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Executable
from sqlalchemy.engine import Dialect

from engine.audience.again import members
from engine.audience.reading import Noting
from engine.audience.snapshot import Snapshot
from engine.bind.playbook import Audience
from engine.compile.dialects.table import ENDINGS
from engine.compile.kept import text_of
from engine.ports import Filled

__all__ = ["Statement", "statements"]

Shown = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of an answer, in the order they run; parameters as JSON can say them."""

    connector: str
    dialect: str
    sql: str
    parameters: Mapping[str, Shown]


def statements(audience: Audience, snapshot: Snapshot, as_of: datetime) -> list[Statement]:
    """The statements that find a segment's keys, the last of which gives them.

    What comes from another database stands as a parameter that says so: it holds rows once the
    statements before it have run.

    Raises:
        Refused: it asks for what the dialect of a source cannot say.
    """
    noting = Noting(snapshot)
    for _ in members(audience, noting, as_of):
        raise TypeError("nothing is read when statements are only noted")
    return [
        _statement(connector, statement, snapshot.database(connector).dialect)
        for connector, statement in noting.noted
    ]


def _statement(connector: str, statement: Executable | Filled, dialect: Dialect) -> Statement:
    shown = text_of(statement, dialect)
    parameters = {name: _shown(value) for name, value in shown.parameters.items()}
    ending = f"\n{ENDINGS[dialect.name]}" if dialect.name in ENDINGS else ""
    return Statement(connector, dialect.name, f"{shown.sql}{ending}", parameters)


def _shown(value: object) -> Shown:
    match value:
        case str():
            return "rows that the statements before it find" if value == _NO_ROWS else value
        case int() | float() | bool() | None:
            return value
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


_NO_ROWS = json.dumps([])
"""What a parameter of rows holds as long as nothing was read."""
