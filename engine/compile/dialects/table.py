"""The dialects there are. A registry that can be read."""

from __future__ import annotations

from collections.abc import Mapping

from engine.compile.dialects.duckdb import DuckLeaves
from engine.compile.dialects.postgres import PostgresLeaves
from engine.compile.dialects.spark import SparkLeaves
from engine.compile.dialects.sqlite import SqliteLeaves
from engine.compile.leaves import Leaves

__all__ = ["LEAVES"]

LEAVES: Mapping[str, Leaves] = {
    "duckdb": DuckLeaves(),
    "postgresql": PostgresLeaves(),
    "spark": SparkLeaves(),
    "sqlite": SqliteLeaves(),
}
"""The dialects there are, by SQLAlchemy's name."""
