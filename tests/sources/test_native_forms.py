"""Native columns: the store's own types, read as the catalog's, and bare where that can be."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from sqlalchemy import create_engine, make_url, select
from sqlalchemy.pool import NullPool

from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.mariadb import MariaDatabase
from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.sqlite import SqliteDatabase
from engine.language.catalog import Kind
from engine.ports import Database
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef
from tests.support.mariadb import fresh_mariadb
from tests.support.postgres import fresh_database

TABLE = TableRef("s", "t")
UTC_ZONE = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
FOLD = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
"""The first of the two instants that 01:30 in New York was."""


def read(database: Database, ref: ColumnRef) -> list[object]:
    with database.open() as reader:
        reader.check(TABLE, [ref])
        relation = reader.relation(TABLE)
        return [row[0] for row in reader.read(select(reader.column(relation, ref, TABLE)))]


def fault(database: Database, ref: ColumnRef) -> str:
    with pytest.raises(SourceFault) as caught:
        read(database, ref)
    return str(caught.value)


# ---------------------------------------------------------------- Parquet


def parquet(folder: Path, expression: str, zone: ZoneInfo = UTC_ZONE) -> Database:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        target = str(folder / "t.parquet").replace("'", "''")
        connection.execute(f"COPY (SELECT {expression} AS v) TO '{target}'")
    return FilesDatabase({"s": Folder(folder, zone)})


PARQUET = {
    "text of an enum": ("'x'::ENUM('x', 'y')", Kind.TEXT, "x"),
    "blank text of an enum": ("' '::ENUM(' ', 'y')", Kind.TEXT, None),
    "text of a number": ("12::INTEGER", Kind.TEXT, "12"),
    "text of a uuid": (
        "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID",
        Kind.TEXT,
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    ),
    "bigint": ("9007199254740993::BIGINT", Kind.INTEGER, 9007199254740993),
    "smallint": ("-7::SMALLINT", Kind.INTEGER, -7),
    "ubigint": ("7::UBIGINT", Kind.INTEGER, 7),
    "decimal without decimals": ("7.00::DECIMAL(10, 2)", Kind.INTEGER, 7),
    "float without decimals": ("7::DOUBLE", Kind.INTEGER, 7),
    "nan for an integer": ("'nan'::DOUBLE", Kind.INTEGER, None),
    "decimal": ("1.25::DECIMAL(10, 2)", Kind.NUMBER, 1.25),
    "double": ("0.1::DOUBLE", Kind.NUMBER, 0.1),
    "integer as number": ("3::INTEGER", Kind.NUMBER, 3.0),
    "nan": ("'nan'::DOUBLE", Kind.NUMBER, None),
    "infinity": ("'-inf'::DOUBLE", Kind.NUMBER, None),
    "boolean": ("true", Kind.BOOLEAN, True),
    "integer as boolean": ("0::TINYINT", Kind.BOOLEAN, False),
    "float as boolean": ("1::DOUBLE", Kind.BOOLEAN, True),
    "nan for a boolean": ("'nan'::DOUBLE", Kind.BOOLEAN, None),
    "date": ("DATE '2026-01-05'", Kind.DATE, date(2026, 1, 5)),
    "midnight as date": ("TIMESTAMP '2026-01-05'", Kind.DATE, date(2026, 1, 5)),
    "timestamp": (
        "TIMESTAMP '2026-01-05 10:00:00.123456'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC),
    ),
    "timestamp_ns": (
        "TIMESTAMP_NS '2026-01-05 23:59:59.999999999'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 23, 59, 59, 999999, tzinfo=UTC),
    ),
    "timestamp_ms": (
        "TIMESTAMP_MS '2026-01-05 10:00:00.123'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 10, 0, 0, 123000, tzinfo=UTC),
    ),
    "timestamptz": (
        "TIMESTAMPTZ '2026-01-05 10:00:00+02'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 8, tzinfo=UTC),
    ),
    "date as timestamp": (
        "DATE '2026-01-05'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, tzinfo=UTC),
    ),
    "list": ("['b', ' ', NULL, 'a']", Kind.LIST, ("b", "a")),
    "list of integers": ("[1, 2]", Kind.LIST, ("1", "2")),
    "no list": ("NULL::VARCHAR[]", Kind.LIST, None),
}


@pytest.mark.parametrize(("expression", "kind", "value"), PARQUET.values(), ids=PARQUET.keys())
def test_parquet(tmp_path: Path, expression: str, kind: Kind, value: object) -> None:
    assert read(parquet(tmp_path, expression), ColumnRef("v", kind)) == [value]


@pytest.mark.parametrize(
    ("expression", "format_", "value"),
    [
        ("1767607200::BIGINT", "epoch", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("1767607200.123456::DOUBLE", "epoch", datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC)),
        ("1767607200123::BIGINT", "epoch_ms", datetime(2026, 1, 5, 10, 0, 0, 123000, tzinfo=UTC)),
        ("'nan'::DOUBLE", "epoch", None),
    ],
)
def test_parquet_epochs(tmp_path: Path, expression: str, format_: str, value: object) -> None:
    ref = ColumnRef("v", Kind.TIMESTAMP, format_)
    assert read(parquet(tmp_path, expression, NEW_YORK), ref) == [value]


def test_naive_parquet_timestamps_are_local_to_the_connector(tmp_path: Path) -> None:
    database = parquet(tmp_path, "TIMESTAMP '2026-11-01 01:30:00'", NEW_YORK)
    assert read(database, ColumnRef("v", Kind.TIMESTAMP)) == [FOLD]


PARQUET_FAULTS = {
    "half an integer": ("1.5::DOUBLE", Kind.INTEGER, "s.t.v holds `1.5`; expected an integer"),
    "too large an integer": ("18446744073709551615::UBIGINT", Kind.INTEGER, "s.t.v holds `184467"),
    "a boolean of 2": ("2::TINYINT", Kind.BOOLEAN, "s.t.v holds `2`; expected a boolean"),
    "a date with a time": ("TIMESTAMP '2026-01-05 10:00'", Kind.DATE, "s.t.v holds `2026-01-05 10"),
    "infinite date": ("DATE 'infinity'", Kind.DATE, "s.t.v holds"),
    "infinite timestamp": ("TIMESTAMP 'infinity'", Kind.TIMESTAMP, "s.t.v holds"),
    "an epoch without a format": (
        "1767607200::BIGINT",
        Kind.TIMESTAMP,
        "s.t.v is of type BIGINT; expected a timestamp",
    ),
    "bytes as text": ("'x'::BLOB", Kind.TEXT, "s.t.v is of type BLOB; expected text"),
    "a list as text": ("['x']", Kind.TEXT, "s.t.v is of type VARCHAR[]; expected text"),
    "a boolean as number": ("true", Kind.NUMBER, "s.t.v is of type BOOLEAN; expected a number"),
    "a timestamp as list": ("TIMESTAMP '2026-01-05'", Kind.LIST, "s.t.v is of type TIMESTAMP"),
}


@pytest.mark.parametrize(
    ("expression", "kind", "message"), PARQUET_FAULTS.values(), ids=PARQUET_FAULTS.keys()
)
def test_parquet_faults(tmp_path: Path, expression: str, kind: Kind, message: str) -> None:
    assert fault(parquet(tmp_path, expression), ColumnRef("v", kind)).startswith(message)


def test_a_native_timestamp_stays_bare_so_that_statistics_serve(tmp_path: Path) -> None:
    with parquet(tmp_path, "TIMESTAMP '2026-01-05'").open() as reader:
        relation = reader.relation(TABLE)
        typed = reader.column(relation, ColumnRef("v", Kind.TIMESTAMP), TABLE)
        assert str(select(typed)).startswith("SELECT t_1.v")


# ---------------------------------------------------------------- SQLite


def sqlite(folder: Path, declared: str, value: object, zone: ZoneInfo = UTC_ZONE) -> Database:
    with sqlite3.connect(folder / "d.db") as connection:
        connection.execute(f"CREATE TABLE t (v {declared})")
        connection.execute("INSERT INTO t VALUES (?)", (value,))
    connection.close()
    return SqliteDatabase(folder / "d.db", {"s": zone})


SQLITE = {
    "text": ("TEXT", "x", Kind.TEXT, "x"),
    "a number as text": ("", 7, Kind.TEXT, "7"),
    "integer": ("INTEGER", 9007199254740993, Kind.INTEGER, 9007199254740993),
    "empty text in an integer column": ("INTEGER", "", Kind.INTEGER, None),
    "real without decimals": ("REAL", 7.0, Kind.INTEGER, 7),
    "text of an integer": ("", "7", Kind.INTEGER, 7),
    "infinity for an integer": ("REAL", float("inf"), Kind.INTEGER, None),
    "real": ("REAL", 0.1, Kind.NUMBER, 0.1),
    "integer as number": ("INTEGER", 3, Kind.NUMBER, 3.0),
    "infinity": ("REAL", float("-inf"), Kind.NUMBER, None),
    "boolean": ("BOOLEAN", 1, Kind.BOOLEAN, True),
    "text boolean": ("BOOLEAN", "f", Kind.BOOLEAN, False),
    "real boolean": ("REAL", 0.0, Kind.BOOLEAN, False),
    "epoch": ("INTEGER", 1767607200, Kind.TIMESTAMP, datetime(2026, 1, 5, 10, tzinfo=UTC)),
}


@pytest.mark.parametrize(
    ("declared", "stored", "kind", "value"), SQLITE.values(), ids=SQLITE.keys()
)
def test_sqlite(tmp_path: Path, declared: str, stored: object, kind: Kind, value: object) -> None:
    ref = ColumnRef("v", kind, "epoch" if kind is Kind.TIMESTAMP else None)
    assert read(sqlite(tmp_path, declared, stored), ref) == [value]


SQLITE_FAULTS = {
    "text in an integer column": ("INTEGER", "many", Kind.INTEGER, "s.t.v holds `many`; expected"),
    "half an integer": ("INTEGER", 1.5, Kind.INTEGER, "s.t.v holds `1.5`; expected an integer"),
    "a huge real": ("REAL", 1e300, Kind.INTEGER, "s.t.v holds `1e+300`; expected an integer"),
    "bytes": ("TEXT", b"\xff", Kind.TEXT, "s.t.v holds b'\\xff'; expected text"),
    "bytes as a date": ("", b"2026-01-05", Kind.DATE, "s.t.v holds b'2026-01-05'; expected a date"),
    "an epoch without a format": ("", 1767607200, Kind.TIMESTAMP, "s.t.v holds `1767607200`; exp"),
    "a boolean of 2": ("", 2, Kind.BOOLEAN, "s.t.v holds `2`; expected a boolean"),
    "a number as a date": ("", 20260105, Kind.DATE, "s.t.v holds `20260105`; expected a date"),
}


@pytest.mark.parametrize(
    ("declared", "stored", "kind", "message"), SQLITE_FAULTS.values(), ids=SQLITE_FAULTS.keys()
)
def test_sqlite_faults(
    tmp_path: Path, declared: str, stored: object, kind: Kind, message: str
) -> None:
    assert fault(sqlite(tmp_path, declared, stored), ColumnRef("v", kind)).startswith(message)


def test_bytes_that_are_no_utf_8_come_as_surrogates(tmp_path: Path) -> None:
    """They fail what prints them, and no other row."""
    database = sqlite(tmp_path, "TEXT", "whole")
    with sqlite3.connect(tmp_path / "d.db") as connection:
        connection.execute("INSERT INTO t VALUES (CAST(x'ff41' AS TEXT))")
    connection.close()
    assert read(database, ColumnRef("v", Kind.TEXT)) == ["whole", "\udcffA"]


# ---------------------------------------------------------------- Postgres

POSTGRES = {
    "varchar": ("varchar(9)", "'x'", Kind.TEXT, "x"),
    "char": ("char(5)", "'x'", Kind.TEXT, "x"),
    "blank char": ("char(5)", "' '", Kind.TEXT, None),
    "integer as text": ("integer", "12", Kind.TEXT, "12"),
    "enum": ("mood", "'glad'", Kind.TEXT, "glad"),
    "domain": ("positive", "7", Kind.INTEGER, 7),
    "bigint": ("bigint", "9007199254740993", Kind.INTEGER, 9007199254740993),
    "numeric without decimals": ("numeric", "7.00", Kind.INTEGER, 7),
    "nan for an integer": ("double precision", "'NaN'", Kind.INTEGER, None),
    "numeric": ("numeric(10, 2)", "1.25", Kind.NUMBER, 1.25),
    "real": ("real", "0.5", Kind.NUMBER, 0.5),
    "nan": ("double precision", "'NaN'", Kind.NUMBER, None),
    "numeric nan": ("numeric", "'NaN'", Kind.NUMBER, None),
    "infinity": ("double precision", "'-Infinity'", Kind.NUMBER, None),
    "too large a numeric": ("numeric", "1e400", Kind.NUMBER, None),
    "boolean": ("boolean", "true", Kind.BOOLEAN, True),
    "integer as boolean": ("smallint", "0", Kind.BOOLEAN, False),
    "date": ("date", "'2026-01-05'", Kind.DATE, date(2026, 1, 5)),
    "midnight as date": ("timestamp", "'2026-01-05'", Kind.DATE, date(2026, 1, 5)),
    "timestamptz": (
        "timestamptz",
        "'2026-01-05 10:00+02'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 8, tzinfo=UTC),
    ),
    "timestamp": (
        "timestamp",
        "'2026-01-05 10:00:00.123456'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC),
    ),
    "array": ("text[]", "array['b', ' ', null, 'a']", Kind.LIST, ("b", "a")),
    "empty array": ("text[]", "'{}'", Kind.LIST, ()),
    "no array": ("text[]", "null", Kind.LIST, None),
    "jsonb": ("jsonb", """'["b", "", "a"]'""", Kind.LIST, ("b", "a")),
    "json null": ("json", "'null'", Kind.LIST, None),
}


def in_postgres(url: str, declared: str, expression: str, zone: ZoneInfo = UTC_ZONE) -> Database:
    fresh = fresh_database(url)
    engine = create_engine(fresh, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TYPE mood AS ENUM ('glad', 'sad')")
        connection.exec_driver_sql("CREATE DOMAIN positive AS integer CHECK (value > 0)")
        connection.exec_driver_sql(f"CREATE TABLE t (v {declared})")
        connection.exec_driver_sql(f"INSERT INTO t VALUES ({expression})")
    return PostgresDatabase(make_url(fresh), {"s": Schema("public", zone)})


@pytest.mark.parametrize(
    ("declared", "expression", "kind", "value"), POSTGRES.values(), ids=POSTGRES.keys()
)
def test_postgres(postgres: str, declared: str, expression: str, kind: Kind, value: object) -> None:
    assert read(in_postgres(postgres, declared, expression), ColumnRef("v", kind)) == [value]


def test_naive_postgres_timestamps_are_local_to_the_connector(postgres: str) -> None:
    database = in_postgres(postgres, "timestamp", "'2026-11-01 01:30'", NEW_YORK)
    assert read(database, ColumnRef("v", Kind.TIMESTAMP)) == [FOLD]


@pytest.mark.parametrize(
    ("declared", "expression", "format_"),
    [
        ("bigint", "1767607200", "epoch"),
        ("double precision", "1767607200", "epoch"),
        ("numeric", "1767607200000.0", "epoch_ms"),
    ],
)
def test_postgres_epochs(postgres: str, declared: str, expression: str, format_: str) -> None:
    database = in_postgres(postgres, declared, expression, NEW_YORK)
    ref = ColumnRef("v", Kind.TIMESTAMP, format_)
    assert read(database, ref) == [datetime(2026, 1, 5, 10, tzinfo=UTC)]


POSTGRES_FAULTS = {
    "half an integer": ("numeric", "1.5", Kind.INTEGER, "s.t.v holds `1.5`; expected an integer"),
    "a boolean of 2": ("integer", "2", Kind.BOOLEAN, "s.t.v holds `2`; expected a boolean"),
    "a date with a time": ("timestamp", "'2026-01-05 10:00'", Kind.DATE, "s.t.v holds `2026-01-05"),
    "infinite timestamp": ("timestamptz", "'infinity'", Kind.TIMESTAMP, "s.t.v holds `infinity`"),
    "infinite date": ("date", "'-infinity'", Kind.DATE, "s.t.v holds `-infinity`"),
    "an object as list": ("jsonb", "'{}'", Kind.LIST, "s.t.v holds `{}`; expected a list"),
    "bytes": ("bytea", "'x'", Kind.TEXT, "s.t.v is of type bytea; expected text"),
    "an epoch without a format": ("bigint", "1", Kind.TIMESTAMP, "s.t.v is of type bigint; expec"),
}


@pytest.mark.parametrize(
    ("declared", "expression", "kind", "message"),
    POSTGRES_FAULTS.values(),
    ids=POSTGRES_FAULTS.keys(),
)
def test_postgres_faults(
    postgres: str, declared: str, expression: str, kind: Kind, message: str
) -> None:
    database = in_postgres(postgres, declared, expression)
    assert fault(database, ColumnRef("v", kind)).startswith(message)


# ---------------------------------------------------------------- MariaDB

MARIADB = {
    "varchar": ("varchar(9)", "'x '", Kind.TEXT, "x "),
    "char": ("char(5)", "'x'", Kind.TEXT, "x"),
    "blank char": ("char(5)", "' '", Kind.TEXT, None),
    "latin1": ("varchar(9) CHARACTER SET latin1", "'é'", Kind.TEXT, "é"),
    "integer as text": ("integer", "12", Kind.TEXT, "12"),
    "enum": ("enum('glad', 'sad')", "'glad'", Kind.TEXT, "glad"),
    "uuid": (
        "uuid",
        "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'",
        Kind.TEXT,
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    ),
    "bigint": ("bigint", "9007199254740993", Kind.INTEGER, 9007199254740993),
    "unsigned": ("int unsigned", "4294967295", Kind.INTEGER, 2**32 - 1),
    "unsigned bigint": ("bigint unsigned", "9223372036854775807", Kind.INTEGER, 2**63 - 1),
    "decimal without decimals": ("decimal(12, 2)", "7.00", Kind.INTEGER, 7),
    "double without decimals": ("double", "-9223372036854775808", Kind.INTEGER, -(2**63)),
    "decimal": ("decimal(10, 2)", "1.25", Kind.NUMBER, 1.25),
    "double": ("double", "0.1", Kind.NUMBER, 0.1),
    "float": ("float", "0.5", Kind.NUMBER, 0.5),
    "unsigned bigint as number": ("bigint unsigned", "18446744073709551615", Kind.NUMBER, 2.0**64),
    "boolean": ("boolean", "true", Kind.BOOLEAN, True),
    "tinyint(1)": ("tinyint(1)", "0", Kind.BOOLEAN, False),
    "bit": ("bit(1)", "b'1'", Kind.BOOLEAN, True),
    "decimal as boolean": ("decimal(3, 1)", "1.0", Kind.BOOLEAN, True),
    "date": ("date", "'2026-01-05'", Kind.DATE, date(2026, 1, 5)),
    "the first date": ("date", "'0001-01-01'", Kind.DATE, date(1, 1, 1)),
    "midnight as date": ("datetime", "'2026-01-05'", Kind.DATE, date(2026, 1, 5)),
    "timestamp": (
        "timestamp(6)",
        "convert_tz('2026-01-05 10:00:00.123456', '+02:00', @@time_zone)",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC),
    ),
    "datetime": (
        "datetime(6)",
        "'2026-01-05 10:00:00.123456'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC),
    ),
    "json": ("json", """'["b", "", "a"]'""", Kind.LIST, ("b", "a")),
    "json null": ("json", "'null'", Kind.LIST, None),
    "empty json": ("json", "'[]'", Kind.LIST, ()),
}


def in_mariadb(url: str, declared: str, expression: str, zone: ZoneInfo = UTC_ZONE) -> Database:
    fresh = fresh_mariadb(url)
    engine = create_engine(fresh, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET SESSION sql_mode = ''")  # it takes what older servers took
        connection.exec_driver_sql(f"CREATE TABLE t (v {declared} NULL)")
        connection.exec_driver_sql(f"INSERT INTO t VALUES ({expression})")
    return MariaDatabase(make_url(fresh), {"s": Schema(None, zone)})


@pytest.mark.parametrize(
    ("declared", "expression", "kind", "value"), MARIADB.values(), ids=MARIADB.keys()
)
def test_mariadb(mariadb: str, declared: str, expression: str, kind: Kind, value: object) -> None:
    assert read(in_mariadb(mariadb, declared, expression), ColumnRef("v", kind)) == [value]


def test_naive_mariadb_timestamps_are_local_to_the_connector(mariadb: str) -> None:
    database = in_mariadb(mariadb, "datetime", "'2026-11-01 01:30'", NEW_YORK)
    assert read(database, ColumnRef("v", Kind.TIMESTAMP)) == [FOLD]


@pytest.mark.parametrize(
    ("declared", "expression", "format_"),
    [
        ("bigint", "1767607200", "epoch"),
        ("double", "1767607200", "epoch"),
        ("decimal(16, 1)", "1767607200000.0", "epoch_ms"),
    ],
)
def test_mariadb_epochs(mariadb: str, declared: str, expression: str, format_: str) -> None:
    database = in_mariadb(mariadb, declared, expression, NEW_YORK)
    ref = ColumnRef("v", Kind.TIMESTAMP, format_)
    assert read(database, ref) == [datetime(2026, 1, 5, 10, tzinfo=UTC)]


MARIADB_FAULTS = {
    "half an integer": ("decimal(3, 1)", "1.5", Kind.INTEGER, "s.t.v holds `1.5`; expected an int"),
    "too large an integer": (
        "bigint unsigned",
        "9223372036854775808",
        Kind.INTEGER,
        "s.t.v holds `9223372036854775808`; expected an integer",
    ),
    "too large a double": ("double", "9223372036854775808", Kind.INTEGER, "s.t.v holds `9.22"),
    "a boolean of 2": ("tinyint(1)", "2", Kind.BOOLEAN, "s.t.v holds `2`; expected a boolean"),
    "a date with a time": ("datetime", "'2026-01-05 10:00'", Kind.DATE, "s.t.v holds `2026-01-05"),
    "a date of zeros": ("date", "'0000-00-00'", Kind.DATE, "s.t.v holds `0000-00-00`; expected a"),
    "a month of zeros": ("date", "'2026-00-10'", Kind.DATE, "s.t.v holds `2026-00-10`; expected"),
    "a time of zeros": ("datetime", "'0000-00-00'", Kind.TIMESTAMP, "s.t.v holds `0000-00-00"),
    "a midnight of zeros": ("datetime", "'0000-00-00'", Kind.DATE, "s.t.v holds `0000-00-00"),
    "an object as list": ("json", "'{}'", Kind.LIST, "s.t.v holds `{}`; expected a list"),
    "bytes": ("blob", "'x'", Kind.TEXT, "s.t.v is of type blob; expected text"),
    "an epoch without a format": ("bigint(20)", "1", Kind.TIMESTAMP, "s.t.v is of type bigint"),
}


@pytest.mark.parametrize(
    ("declared", "expression", "kind", "message"),
    MARIADB_FAULTS.values(),
    ids=MARIADB_FAULTS.keys(),
)
def test_mariadb_faults(
    mariadb: str, declared: str, expression: str, kind: Kind, message: str
) -> None:
    database = in_mariadb(mariadb, declared, expression)
    assert fault(database, ColumnRef("v", kind)).startswith(message)
