"""The dialects that segments can be written in without a database. A registry that can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.dialects import registry
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import NoSuchModuleError

from connectors.sources.mariadb import maria_dialect
from connectors.sources.spark_dialect import SparkDialect
from engine.ports import StoreKind
from engine.problems import Misuse, did_you_mean

__all__ = ["PAPER", "PaperDialect", "paper_dialect"]


@dataclass(frozen=True, slots=True)
class PaperDialect:
    """A dialect: SQLAlchemy's name of it, the package that has it (none: ours), how it reads.

    `make` gives one that SQLAlchemy does not find by its name, or not as it is used here.
    """

    registered: str
    package: str
    kind: StoreKind
    make: Callable[..., Dialect] | None = None

    def load(self) -> Dialect:
        """The dialect, connected to nothing, its parameters written by name.

        Raises:
            Misuse: it is not installed; the sentence says what to install.
        """
        if self.make is not None:
            return self.make(paramstyle="named")
        try:
            dialect: Dialect = registry.load(self.registered)(paramstyle="named")
        except (NoSuchModuleError, ImportError):
            raise Misuse(
                f"--dialect: {self.registered} is not installed; `pip install "
                f"'{self.package}'` brings it"
            ) from None
        return dialect


_MYSQL = PaperDialect("mysql", "", StoreKind.ROW, maria_dialect)
PAPER: Mapping[str, PaperDialect] = {
    "bigquery": PaperDialect("bigquery", "sqlalchemy-bigquery", StoreKind.COLUMN),
    "clickhouse": PaperDialect("clickhousedb", "clickhouse-connect", StoreKind.COLUMN),
    "databricks": PaperDialect("databricks", "databricks-sqlalchemy", StoreKind.COLUMN),
    "duckdb": PaperDialect("duckdb", "", StoreKind.COLUMN),
    "mariadb": _MYSQL,
    "mysql": _MYSQL,
    "postgresql": PaperDialect("postgresql.psycopg", "", StoreKind.ROW),
    "redshift": PaperDialect("redshift.psycopg2", "sqlalchemy-redshift", StoreKind.COLUMN),
    "snowflake": PaperDialect("snowflake", "snowflake-sqlalchemy", StoreKind.COLUMN),
    "spark": PaperDialect("spark", "", StoreKind.COLUMN, SparkDialect),
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
