"""The dialects there are. A registry that can be read."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import FunctionFilter

from engine.compile.dialects.duckdb import DuckLeaves
from engine.compile.dialects.filtered import filter_as_case
from engine.compile.dialects.mariadb import MariaLeaves
from engine.compile.dialects.postgres import PostgresLeaves
from engine.compile.dialects.spark import SparkLeaves
from engine.compile.dialects.sqlite import SqliteLeaves
from engine.compile.leaves import Leaves

__all__ = ["LEAVES"]

LEAVES: Mapping[str, Leaves] = {
    "duckdb": DuckLeaves(),
    "mysql": MariaLeaves(),
    "postgresql": PostgresLeaves(),
    "spark": SparkLeaves(),
    "sqlite": SqliteLeaves(),
}
"""The dialects there are, by SQLAlchemy's name."""

_WITHOUT_FILTER = ("mysql",)
compiles(FunctionFilter, *_WITHOUT_FILTER)(filter_as_case)  # the others keep SQLAlchemy's own
