"""The dialects that segments can be written in without a database. A registry that can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.dialects import registry
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import NoSuchModuleError

from engine.ports import StoreKind
from engine.problems import Misuse, did_you_mean

__all__ = ["PAPER", "PaperDialect", "paper_dialect"]


@dataclass(frozen=True, slots=True)
class PaperDialect:
    """A dialect: SQLAlchemy's name of it, the package that has it (none: ours), how it reads."""

    registered: str
    package: str
    kind: StoreKind

    def load(self) -> Dialect:
        """The dialect, connected to nothing, its parameters written by name.

        Raises:
            Misuse: it is not installed; the sentence says what to install.
        """
        try:
            dialect: Dialect = registry.load(self.registered)(paramstyle="named")
        except (NoSuchModuleError, ImportError):
            raise Misuse(
                f"--dialect: {self.registered} is not installed; `pip install "
                f"'{self.package}'` brings it"
            ) from None
        return dialect


PAPER: Mapping[str, PaperDialect] = {
    "bigquery": PaperDialect("bigquery", "sqlalchemy-bigquery", StoreKind.COLUMN),
    "clickhouse": PaperDialect("clickhousedb", "clickhouse-connect", StoreKind.COLUMN),
    "databricks": PaperDialect("databricks", "databricks-sqlalchemy", StoreKind.COLUMN),
    "duckdb": PaperDialect("duckdb", "", StoreKind.COLUMN),
    "postgresql": PaperDialect("postgresql.psycopg", "", StoreKind.ROW),
    "redshift": PaperDialect("redshift.psycopg2", "sqlalchemy-redshift", StoreKind.COLUMN),
    "snowflake": PaperDialect("snowflake", "snowflake-sqlalchemy", StoreKind.COLUMN),
    "sqlite": PaperDialect("sqlite", "", StoreKind.ROW),
    "sqlserver": PaperDialect("mssql", "", StoreKind.ROW),
    "trino": PaperDialect("trino", "trino[sqlalchemy]", StoreKind.COLUMN),
}
"""By the name that `--dialect` takes."""


def paper_dialect(name: str) -> PaperDialect:
    """A dialect by name; Misuse where there is none."""
    if name not in PAPER:
        raise Misuse(f"--dialect: there is no dialect `{name}`; {did_you_mean(name, PAPER)}")
    return PAPER[name]
