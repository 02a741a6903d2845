"""SQL databases by their URL: which ones this version reads, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.sqlite import SqliteDatabase
from engine.language.project import Connector
from engine.ports import Database
from engine.problems import Misuse

__all__ = ["sql_database"]


def sql_database(url: str, connectors: Mapping[str, Connector], root: Path) -> Database:
    """The database of `url` (secrets filled in), which all of `connectors` share.

    A relative path of SQLite is relative to `root`, the project's folder.

    Raises:
        Misuse: it is no URL, or of a database that this version does not read; the URL itself,
            which may hold a password, is never shown.
    """
    names = ", ".join(connectors)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Misuse(
            f"connector {names}: its `url` is none; expected one as "
            "postgresql://user@host/database or sqlite:///data/crm.db"
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed, connectors, root)
        case "postgresql" | "postgres":
            return PostgresDatabase(parsed, _schemas(connectors))
        case "hive":
            from connectors.sources.spark import SparkDatabase  # no start need wait for it

            return SparkDatabase(parsed, _schemas(connectors))
        case "mysql" | "mariadb":
            return _mariadb(parsed, connectors)
        case other:
            raise Misuse(
                f"connector {names}: this version reads sqlite, postgresql, mysql, mariadb and "
                f"hive (Spark), not `{other}` yet"
            )


def _schemas(connectors: Mapping[str, Connector]) -> Mapping[str, Schema]:
    return {
        name: Schema(connector.schema, ZoneInfo(connector.timezone))
        for name, connector in connectors.items()
    }


def _sqlite(url: URL, connectors: Mapping[str, Connector], root: Path) -> SqliteDatabase:
    names = ", ".join(connectors)
    if not url.database or url.database == ":memory:":
        raise Misuse(f"connector {names}: a SQLite `url` names a file, as sqlite:///data/crm.db")
    if url.host is not None:
        raise Misuse(
            f"connector {names}: its `url` names a server before its file; expected "
            "sqlite:///data/crm.db, with three strokes"
        )
    if any(connector.schema is not None for connector in connectors.values()):
        raise Misuse(f"connector {names}: SQLite has no schemas; take `schema` away")
    zones = {name: ZoneInfo(connector.timezone) for name, connector in connectors.items()}
    return SqliteDatabase((root / url.database).resolve(), zones)


def _mariadb(url: URL, connectors: Mapping[str, Connector]) -> Database:
    from connectors.sources.mariadb import MariaDatabase  # no start need wait for it

    without = [name for name, connector in connectors.items() if connector.schema is None]
    if without and not url.database:
        raise Misuse(
            f"connector {', '.join(without)}: a MariaDB or MySQL `url` names a database, as "
            "mariadb://user@host/crm, or say `schema:`"
        )
    return MariaDatabase(url, _schemas(connectors))
