"""The dialects there are. A registry that can be read."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import FunctionFilter

from engine.compile.dialects.bigquery import BigQueryLeaves
from engine.compile.dialects.clickhouse import (
    CLICKHOUSE_SETTINGS,
    ClickHouseLeaves,
)
from engine.compile.dialects.duckdb import DuckLeaves
from engine.compile.dialects.filtered import filter_as_case
from engine.compile.dialects.mariadb import MariaLeaves
from engine.compile.dialects.postgres import PostgresLeaves
from engine.compile.dialects.redshift import REDSHIFT_LIMITS, RedshiftLeaves
from engine.compile.dialects.snowflake import SnowflakeLeaves
from engine.compile.dialects.spark import SparkLeaves
from engine.compile.dialects.sqlite import SqliteLeaves
from engine.compile.dialects.sqlserver import SQL_SERVER_LIMITS, SqlServerLeaves
from engine.compile.dialects.trino import TrinoLeaves
from engine.compile.leaves import Leaves
from engine.compile.limits import Limit
from engine.compile.parts import Part, beside

__all__ = ["ENDINGS", "LEAVES", "LIMITS", "NAMES", "PARTS"]

LEAVES: Mapping[str, Leaves] = {
    "bigquery": BigQueryLeaves(),
    "clickhousedb": ClickHouseLeaves(),
    "databricks": SparkLeaves(),
    "duckdb": DuckLeaves(),
    "mssql": SqlServerLeaves(),
    "mysql": MariaLeaves(),
    "postgresql": PostgresLeaves(),
    "redshift": RedshiftLeaves(),
    "snowflake": SnowflakeLeaves(),
    "spark": SparkLeaves(),
    "sqlite": SqliteLeaves(),
    "trino": TrinoLeaves(),
}
"""The dialects there are, by SQLAlchemy's name."""

_WITHOUT_FILTER = ("bigquery", "mssql", "mysql", "redshift", "snowflake")
compiles(FunctionFilter, *_WITHOUT_FILTER)(filter_as_case)  # the others keep SQLAlchemy's own

LIMITS: Mapping[str, Mapping[Limit, str]] = {
    "mssql": SQL_SERVER_LIMITS,
    "redshift": REDSHIFT_LIMITS,
}
"""What a dialect cannot say, each with the reason; one that is not here can say everything."""

NAMES: Mapping[str, str] = {
    "mssql": "SQL Server",
    "redshift": "Redshift",
}
"""What people call a dialect that cannot say everything."""

PARTS: Mapping[str, Part] = {"sqlite": beside}
"""Where the parts of a statement stand, of dialects in which they do not stand inside it."""

ENDINGS: Mapping[str, str] = {"clickhousedb": CLICKHOUSE_SETTINGS}
"""What ends every statement of a dialect."""
