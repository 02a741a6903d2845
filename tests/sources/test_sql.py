"""SQL databases: their URLs, one snapshot, read-only, and what is said when they do not answer."""

from __future__ import annotations

import sqlite3
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, func, make_url, select, text
from sqlalchemy.exc import DBAPIError, ResourceClosedError
from sqlalchemy.pool import NullPool

from connectors.sources.mariadb import MariaDatabase
from connectors.sources.postgres import PostgresDatabase
from connectors.sources.schema import Schema
from connectors.sources.sql import sql_database
from connectors.table import SOURCES, build_databases
from engine.language.catalog import Kind
from engine.language.project import Connector, Secret, Settings
from engine.ports import Database
from engine.problems import Misuse, SourceFault, Unreachable
from engine.tables import ColumnRef, TableRef
from tests.support.mariadb import fresh_mariadb
from tests.support.postgres import fresh_database

ZONE = ZoneInfo("UTC")
TABLE = TableRef("crm", "calls")


def connector(name: str = "crm", *, schema: str | None = None, url: str = "") -> Connector:
    return Connector(name, "sql", url=Secret(url), schema=schema)


def sqlite_calls(root: Path, *keys: int) -> Path:
    path = root / "crm.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE IF NOT EXISTS calls (id INTEGER)")
        connection.executemany("INSERT INTO calls VALUES (?)", [(key,) for key in keys])
    connection.close()
    return path


def server_calls(url: str, *keys: int) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS calls (id bigint)")
        for key in keys:
            connection.exec_driver_sql("INSERT INTO calls VALUES (%s)", (key,))


FRESH: dict[str, Callable[[str], str]] = {"postgres": fresh_database, "mariadb": fresh_mariadb}


@pytest.fixture(params=["sqlite", *FRESH])
def grown(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Database, Callable[[], object]]:
    """A database of two calls, and a function that adds a third from elsewhere."""
    if request.param == "sqlite":
        sqlite_calls(tmp_path, 1, 2)
        database = sql_database("sqlite:///crm.db", {"crm": connector()}, tmp_path)
        return database, lambda: sqlite_calls(tmp_path, 3)
    url = FRESH[request.param](request.getfixturevalue(request.param))
    server_calls(url, 1, 2)
    return sql_database(url, {"crm": connector()}, tmp_path), lambda: server_calls(url, 3)


def test_all_statements_see_one_snapshot(grown: tuple[Database, Callable[[], object]]) -> None:
    database, grow = grown
    with database.open() as reader:
        grow()
        assert reader.row_count(TABLE) == 2
        grow()
        assert reader.row_count(TABLE) == 2
    with database.open() as reader:
        assert reader.row_count(TABLE) == 4


WRITES = ["INSERT INTO calls VALUES (9)", "DELETE FROM calls", "CREATE TABLE x (y integer)"]


@pytest.mark.parametrize("statement", WRITES)
def test_a_source_is_read_only(
    grown: tuple[Database, Callable[[], object]], statement: str
) -> None:
    database, _ = grown
    with (
        database.open() as reader,
        pytest.raises(DBAPIError, match=r"(?i)read[- ]?only|syntax error"),
    ):
        list(reader.read(text(statement)))
    with database.open() as reader:
        assert reader.row_count(TABLE) == 2


def test_a_statement_that_is_wrong_is_a_bug_of_ours_and_keeps_its_name(
    grown: tuple[Database, Callable[[], object]],
) -> None:
    database, _ = grown
    with database.open() as reader, pytest.raises(DBAPIError):
        list(reader.read(text("SELECT nothing FROM nowhere")))


def test_a_quoted_name_that_sqlite_would_take_for_text_is_refused(tmp_path: Path) -> None:
    sqlite_calls(tmp_path, 1)
    database = sql_database("sqlite:///crm.db", {"crm": connector()}, tmp_path)
    with database.open() as reader:
        assert list(reader.read(text('SELECT "idd" FROM calls'))) == [("idd",)]  # the trap
        with pytest.raises(SourceFault, match="did you mean id"):
            reader.column(reader.relation(TABLE), ColumnRef("idd", Kind.TEXT), TABLE)


def test_schemas_of_postgres(postgres: str, tmp_path: Path) -> None:
    url = fresh_database(postgres)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE SCHEMA "Odd one"')
        connection.exec_driver_sql('CREATE TABLE "Odd one".calls (id integer)')
        connection.exec_driver_sql('INSERT INTO "Odd one".calls VALUES (1)')
        connection.exec_driver_sql("CREATE VIEW talks AS SELECT 5 AS id")
    sharing = {
        "crm": connector(schema="Odd one"),
        "open": connector("open"),
        "lost": connector("lost", schema="odd"),
    }
    with sql_database(url, sharing, tmp_path).open() as reader:
        assert reader.row_count(TABLE) == 1
        assert reader.row_count(TableRef("open", "talks")) == 1
        with pytest.raises(SourceFault, match="open has no table `talk`; did you mean talks"):
            reader.relation(TableRef("open", "talk"))
        with pytest.raises(SourceFault, match="lost has no schema `odd`; there is Odd one, "):
            reader.relation(TableRef("lost", "calls"))


def test_a_table_without_the_right_to_read_it(postgres: str) -> None:
    url = make_url(fresh_database(postgres))
    role = f"r{url.database}"
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE calls (id integer)")
        connection.exec_driver_sql(f'CREATE ROLE "{role}" LOGIN')
    database = PostgresDatabase(url.set(username=role), {"crm": Schema(None, ZONE)})
    with database.open() as reader, pytest.raises(SourceFault, match="grant SELECT on it"):
        reader.row_count(TABLE)


def test_a_statement_that_takes_too_long_ends(postgres: str) -> None:
    database = PostgresDatabase(make_url(fresh_database(postgres)), {"crm": Schema(None, ZONE)})
    with database.open() as reader:
        list(reader.read(select(func.set_config("statement_timeout", "50ms", True))))
        with pytest.raises(Unreachable, match="did not answer in time"):
            list(reader.read(select(func.pg_sleep(10))))


def test_not_even_a_function_writes_to_postgres(postgres: str) -> None:
    url = fresh_database(postgres)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SEQUENCE counter")
    database = PostgresDatabase(make_url(url), {"crm": Schema(None, ZONE)})
    with database.open() as reader, pytest.raises(DBAPIError, match="read-only transaction"):
        list(reader.read(select(func.nextval("counter"))))


def with_calls(url: str, *rights: str) -> str:
    """The database with a table, and a login of its own that has only what `rights` give it."""
    name = f"reader_{uuid.uuid4().hex[:12]}"
    server_calls(url, 1)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for right in rights:
            connection.exec_driver_sql(right.replace("WHO", name))
    return make_url(url).set(username=name, password="secret").render_as_string(False)


def privilege(url: str) -> str:
    database = sql_database(url, {"crm": connector()}, Path())
    with database.open() as reader:
        assert reader.row_count(TABLE) == 1
        return reader.privilege()


def test_a_login_of_postgres_that_may_more_than_read_is_told(postgres: str) -> None:
    url = fresh_database(postgres)
    reads = "CREATE ROLE WHO LOGIN PASSWORD 'secret'", "GRANT SELECT ON calls TO WHO"
    reader = with_calls(url, *reads)
    assert privilege(url) == "a superuser of the server"
    assert privilege(reader) == ""
    owner = with_calls(fresh_database(postgres), reads[0], "ALTER TABLE calls OWNER TO WHO")
    assert privilege(owner) == "the owner of tables, as of `calls`"


def test_a_login_of_mariadb_that_may_more_than_read_is_told(mariadb: str) -> None:
    url = fresh_mariadb(mariadb)
    made = "CREATE USER WHO@localhost IDENTIFIED BY 'secret'"
    assert privilege(with_calls(url, made, "GRANT SELECT ON calls TO WHO@localhost")) == ""
    name = make_url(url).database
    owner = with_calls(
        fresh_mariadb(mariadb), made, f"GRANT ALL PRIVILEGES ON {name}.* TO WHO@localhost"
    )
    whole = make_url(owner).set(database=name).render_as_string(False)
    assert privilege(whole) == f"one with all privileges on `{name}`.*"


def test_schemas_of_mariadb(mariadb: str, tmp_path: Path) -> None:
    url, other = fresh_mariadb(mariadb), make_url(fresh_mariadb(mariadb)).database
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE `{other}`.calls (id integer)")
        connection.exec_driver_sql(f"INSERT INTO `{other}`.calls VALUES (1)")
        connection.exec_driver_sql("CREATE VIEW talks AS SELECT 5 AS id")
    sharing = {
        "crm": connector(schema=other),
        "open": connector("open"),
        "lost": connector("lost", schema="odd%one"),
    }
    with sql_database(url, sharing, tmp_path).open() as reader:
        assert reader.row_count(TABLE) == 1
        assert reader.row_count(TableRef("open", "talks")) == 1
        with pytest.raises(SourceFault, match="open has no table `talk`; did you mean talks"):
            reader.relation(TableRef("open", "talk"))
        with pytest.raises(SourceFault, match="lost has no schema `odd%one`; there is "):
            reader.relation(TableRef("lost", "calls"))


def test_a_mariadb_table_without_the_right_to_read_it(mariadb: str) -> None:
    url = make_url(fresh_mariadb(mariadb))
    role = f"r{url.database}"
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE calls (id integer)")
        connection.exec_driver_sql("CREATE TABLE open (id integer)")
        connection.exec_driver_sql(f"CREATE USER {role}@localhost")
        connection.exec_driver_sql(f"GRANT SELECT ON open TO {role}@localhost")
    database = MariaDatabase(url.set(username=role), {"crm": Schema(None, ZONE)})
    with database.open() as reader, pytest.raises(SourceFault, match="grant SELECT on it"):
        reader.row_count(TABLE)


def test_a_mariadb_statement_that_takes_too_long_ends(mariadb: str) -> None:
    database = MariaDatabase(make_url(fresh_mariadb(mariadb)), {"crm": Schema(None, ZONE)})
    with database.open() as reader, pytest.raises(Unreachable, match="did not answer in time"):
        list(reader.read(text("SET STATEMENT max_statement_time = 0.05 FOR SELECT sleep(10)")))


def test_what_was_not_read_to_its_end_does_not_keep_a_mariadb_open(mariadb: str) -> None:
    database = MariaDatabase(make_url(fresh_mariadb(mariadb)), {"crm": Schema(None, ZONE)})
    with database.open() as reader:
        values = reader.rows("given", {"key": "integer"}, [(at,) for at in range(30_000)])
        rows = reader.read(select(values.c.key).order_by(values.c.key))
        assert next(rows) == (0,)
    with pytest.raises(ResourceClosedError):  # rather than an end that is none
        list(rows)


def test_a_missing_driver_is_named(mariadb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    database = MariaDatabase(make_url(mariadb), {"crm": Schema(None, ZONE)})
    with pytest.raises(Misuse, match=r"install it with `pip install 'touchline\[mysql\]'`"):
        database.open().__enter__()


PASSWORD = "s3cr3t-pass"
REACHED = {
    "no server": (
        f"postgresql://user:{PASSWORD}@127.0.0.1:1/db",
        Unreachable,
        "connector crm (postgresql://user:***@127.0.0.1:1/db) does not answer: ",
    ),
    "no file": ("sqlite:///nowhere.db", Unreachable, "connector crm: there is no file "),
    "no database": ("sqlite:///notes.txt", SourceFault, "connector crm ("),
    "no MariaDB server": (
        f"mariadb://user:{PASSWORD}@127.0.0.1:1/db",
        Unreachable,
        "connector crm (mariadb://user:***@127.0.0.1:1/db) does not answer: ",
    ),
    "no MySQL server": (
        f"mysql+pymysql://user:{PASSWORD}@127.0.0.1:1/db",
        Unreachable,
        "connector crm (mysql+pymysql://user:***@127.0.0.1:1/db) does not answer: ",
    ),
    "a MariaDB url without a database": (
        f"mariadb://user:{PASSWORD}@host",
        Misuse,
        "connector crm: a MariaDB or MySQL `url` names a database, as mariadb://user@host/crm",
    ),
    "another dialect": (
        f"oracle://user:{PASSWORD}@host/db",
        Misuse,
        "connector crm: this version reads sqlite, postgresql, mysql, mariadb and hive "
        "(Spark), not `oracle` yet",
    ),
    "no url": (f"user {PASSWORD}", Misuse, "connector crm: its `url` is none; expected one as"),
    "a port that is none": (f"postgresql://u:{PASSWORD}@h:x/d", Misuse, "connector crm: its `url`"),
    "in memory": ("sqlite://", Misuse, "connector crm: a SQLite `url` names a file"),
    "two strokes": ("sqlite://data/crm.db", Misuse, "connector crm: its `url` names a server"),
    "in memory by name": ("sqlite:///:memory:", Misuse, "connector crm: a SQLite `url` names"),
}


@pytest.mark.parametrize(("url", "error", "message"), REACHED.values(), ids=REACHED.keys())
def test_what_is_said_when_a_database_is_out_of_reach(
    tmp_path: Path, url: str, error: type[Exception], message: str
) -> None:
    (tmp_path / "notes.txt").write_text("no database at all, but long enough to have a header" * 9)
    with pytest.raises(error) as caught, sql_database(url, {"crm": connector()}, tmp_path).open():
        pass
    assert str(caught.value).startswith(message)
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(caught.value.__cause__)


def test_a_schema_beside_sqlite_is_a_misuse(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="SQLite has no schemas"):
        sql_database("sqlite:///x.db", {"crm": connector(schema="public")}, tmp_path)


def test_connectors_share_databases_and_nothing_is_opened(tmp_path: Path) -> None:
    settings = Settings(
        "acme",
        connectors={
            "product": Connector("product", "files", path="data/product"),
            "crm": Connector("crm", "files", path=str(tmp_path / "elsewhere")),
            "one": connector("one", url="${env:URL}"),
            "two": connector("two", url="${env:URL}"),
            "three": connector("three", url="sqlite:///other.db"),
        },
    )
    built = build_databases(
        settings, tmp_path, lambda secret: secret.text.replace("${env:URL}", "sqlite:///crm.db")
    )
    assert list(built) == ["product", "crm", "one", "two", "three"]
    assert built["product"] is built["crm"]
    assert built["one"] is built["two"]
    assert len({id(database) for database in built.values()}) == 3
    assert set(SOURCES) == {"files", "sql"}
