"""Making, opening, moving and breaking a ledger."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, create_engine, inspect, make_url, select, text
from sqlalchemy.exc import StatementError

from engine.ledger import schema
from engine.ledger.audit import Kind
from engine.ledger.check import check_ledger
from engine.ledger.database import connect, ledger_url
from engine.ledger.schema import (
    DryOnly,
    Live,
    adopt,
    create_ledger,
    liveness,
    migrate_ledger,
    open_ledger,
)
from engine.ledger.store import Ledger
from engine.ledger.tables import SCHEMA, leases, metadata
from engine.problems import Misuse, Refused, TouchlineError, Unreachable
from tests.ledger.factories import NOW, kinds, outbox, reading, writing
from tests.support.postgres import fresh_database

SQLITE = "sqlite:///.touchline/ledger.db"


def test_a_ledger_is_what_it_was_made_as(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    opened = open_ledger(ledger_url, root=tmp_path)
    assert opened.identity == ledger.identity
    assert (opened.identity.project, opened.identity.place) == ("acme", "here")
    assert opened.identity.created_at == NOW
    assert kinds(opened) == ["ledger.created"]
    assert check_ledger(opened) == []
    opened.close()


def test_secrets_of_a_ledger_show_nowhere(ledger: Ledger) -> None:
    assert ledger.identity.digest_key not in repr(ledger.identity)
    assert ledger.identity.signing_key not in repr(ledger.identity)


def test_a_ledger_is_made_once(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is a ledger already"):
        create_ledger(ledger_url, root=tmp_path, project="b", place="b", at=NOW, actor="b")
    again = open_ledger(ledger_url, root=tmp_path)
    assert again.identity == ledger.identity
    again.close()


def test_a_database_of_other_uses_is_left_alone(postgres: str, tmp_path: Path) -> None:
    url = fresh_database(postgres)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE runs (id int)"))
    with pytest.raises(Refused, match=r"tables of other uses \(runs\)"):
        create_ledger(url, root=tmp_path, project="a", place="a", at=NOW, actor="a")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["runs"]
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        pytest.param(SQLITE, Unreachable, "touchline ledger init", id="no file"),
        pytest.param(
            "postgresql+psycopg://nobody@127.0.0.1:1/none", Unreachable, "127.0.0.1", id="no server"
        ),
        pytest.param("sqlite://", Misuse, "in memory", id="in memory"),
        pytest.param("mysql://a@b/c", Misuse, "mysql", id="another database"),
        pytest.param("nonsense", Misuse, "no database URL", id="no url"),
        pytest.param("postgresql://a@b:c/d", Misuse, "no database URL", id="a port that is none"),
        pytest.param("sqlite://x/l.db", Misuse, "expected sqlite:///PATH", id="two strokes"),
        pytest.param("sqlite+aiosqlite:///l.db", Unreachable, "ledger init", id="another driver"),
    ],
)
def test_what_cannot_be_opened_is_told(
    url: str, error: type[TouchlineError], words: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=words):
        open_ledger(url, root=tmp_path)
    assert list(tmp_path.iterdir()) == [], "opening makes nothing"


def test_a_password_is_never_told(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as told:
        open_ledger("postgresql://ann:s3cret@127.0.0.1:1/none", root=tmp_path)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_empty_database_is_no_ledger(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    ledger_url = "sqlite:///empty.db"
    (tmp_path / "empty.db").touch()
    if kind == "postgresql":
        ledger_url = fresh_database(request.getfixturevalue("postgres"))
    with pytest.raises(Unreachable, match="touchline ledger init"):
        open_ledger(ledger_url, root=tmp_path)


def test_a_ledger_that_is_being_made_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two first runs at the same time: to the second the file is there, and nothing in it yet."""
    begun, may_end = Event(), Event()

    def slowly(connection: Connection) -> None:
        begun.set()
        may_end.wait(20)
        upgrade(connection)

    upgrade = schema._upgrade
    monkeypatch.setattr(schema, "_upgrade", slowly)
    about = {"root": tmp_path, "project": "a", "place": "here", "at": NOW, "actor": "a"}
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(create_ledger, SQLITE, **about)  # type: ignore[arg-type]
        assert begun.wait(20)
        second = pool.submit(open_ledger, SQLITE, root=tmp_path)
        with pytest.raises(TimeoutError):
            second.result(0.2)
        may_end.set()
        assert second.result(20).identity == first.result(20).identity


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("notes of mine, not a database at all\n" * 50)
    with pytest.raises(Unreachable, match="no SQLite database"):
        open_ledger("sqlite:///ledger.db", root=tmp_path)


# ---------------------------------------------------------------- the file


@pytest.fixture
def file_ledger(tmp_path: Path) -> Ledger:
    """A ledger in a file."""
    return create_ledger(SQLITE, root=tmp_path, project="a", place="here", at=NOW, actor="a")


def test_only_the_owner_reads_the_file(file_ledger: Ledger, tmp_path: Path) -> None:
    outbox(file_ledger)
    for path in (tmp_path / ".touchline").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_sqlite_is_durable(file_ledger: Ledger) -> None:
    with file_ledger.read() as unit:
        mode = unit.connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        full = unit.connection.exec_driver_sql("PRAGMA synchronous").scalar()
    assert (mode, full) == ("wal", 2)


def test_a_read_only_ledger_is_told(file_ledger: Ledger, tmp_path: Path) -> None:
    file_ledger.close()
    path = tmp_path / ".touchline" / "ledger.db"
    opened = open_ledger(f"sqlite:///file:{path}?mode=ro&uri=true", root=tmp_path)
    with pytest.raises(Unreachable, match="read-only"):
        outbox(opened)
    opened.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_file_without_permission_is_told(file_ledger: Ledger, tmp_path: Path) -> None:
    file_ledger.close()
    (tmp_path / ".touchline" / "ledger.db").chmod(0o400)
    with pytest.raises(Unreachable):
        outbox(open_ledger(SQLITE, root=tmp_path))


def test_a_full_disk_leaves_nothing_half(file_ledger: Ledger) -> None:
    before = kinds(file_ledger)
    # One connection: the limit is of a connection, and the next one is this one again.
    with file_ledger.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unreachable, match="disk is full"):
        outbox(file_ledger, payload=b"x" * 100_000)
    with file_ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    assert kinds(file_ledger) == before
    assert check_ledger(file_ledger) == []
    outbox(file_ledger, payload=b"x" * 100_000)
    assert check_ledger(file_ledger) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / ".touchline").write_text("a file where the folder goes")
    with pytest.raises(Unreachable, match="cannot be made"):
        create_ledger(SQLITE, root=tmp_path, project="a", place="a", at=NOW, actor="a")


# ---------------------------------------------------------------- the schema


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        pytest.param("0000", "touchline ledger migrate", id="older"),
        pytest.param("9999", "made by a newer program", id="newer"),
    ],
)
def test_another_schema_is_refused(
    ledger: Ledger, ledger_url: str, tmp_path: Path, revision: str, words: str
) -> None:
    with ledger.engine.begin() as connection:
        statement = text("UPDATE touchline_version SET version_num = :revision")
        connection.execute(statement, {"revision": revision})
    with pytest.raises(Refused, match=words):
        open_ledger(ledger_url, root=tmp_path)


def test_a_newer_ledger_is_not_migrated(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    with ledger.engine.begin() as connection:
        connection.execute(text("UPDATE touchline_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="newer"):
        migrate_ledger(ledger_url, root=tmp_path, at=NOW, actor="ann")


def test_migrating_what_is_up_to_date_does_nothing(
    ledger: Ledger, ledger_url: str, tmp_path: Path
) -> None:
    assert migrate_ledger(ledger_url, root=tmp_path, at=NOW, actor="ann") == SCHEMA
    assert kinds(ledger) == ["ledger.created"]


def test_all_migrations_together_equal_the_tables(ledger: Ledger, ledger_url: str) -> None:
    plain = connect_to_another(ledger_url)
    metadata.create_all(plain)
    with ledger.engine.connect() as migrated, plain.connect() as declared:
        shape = SHAPES[migrated.dialect.name]
        assert shape(migrated) == shape(declared)
        assert len(shape(migrated)) > 20
    plain.dispose()


def connect_to_another(url: str):
    """An engine on an empty database of the same kind."""
    return (
        connect(ledger_url(fresh_database(url), Path()))
        if "postgresql" in url
        else create_engine("sqlite://")
    )


def _sqlite_shape(connection: Connection) -> dict[str, object]:
    statement = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'touchline_version'"
    rows = connection.execute(text(statement + " AND name NOT LIKE 'sqlite_%'")).all()
    return {name: sorted(_parts(sql)) for name, sql in rows if "touchline_version" not in name}


def _parts(sql: str) -> list[str]:
    """The clauses of a definition: their order in a table says nothing."""
    return [" ".join(line.strip(" ,\t").split()) for line in sql.splitlines() if line.strip()]


def _postgres_shape(connection: Connection) -> dict[str, object]:
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name "
        "FROM information_schema.columns WHERE table_schema = 'public'"
    )
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    constraints = (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    )
    triggers = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    functions = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    found: dict[str, object] = {}
    for statement in (columns, indexes, constraints, triggers, functions):
        for row in connection.execute(text(statement)):
            found[str(row[:2])] = tuple(row)
    return {name: of for name, of in found.items() if "touchline_version" not in name}


SHAPES: dict[str, Callable[[Connection], dict[str, object]]] = {
    "sqlite": _sqlite_shape,
    "postgresql": _postgres_shape,
}

# ---------------------------------------------------------------- where it runs


@pytest.mark.parametrize(
    ("named", "place", "code"),
    [
        pytest.param(None, "here", None, id="no id is named"),
        pytest.param("own", "here", None, id="its own id"),
        pytest.param("other", "here", "other_ledger", id="the id of another"),
        pytest.param("own", "elsewhere", "other_place", id="a copy that was started elsewhere"),
        pytest.param("other", "elsewhere", "other_ledger", id="another, elsewhere"),
    ],
)
def test_only_the_live_ledger_sends(
    file_ledger: Ledger, named: str | None, place: str, code: str | None
) -> None:
    named_id = file_ledger.identity.ledger_id if named == "own" else named
    found = liveness(file_ledger, named_id=named_id, place=place)
    assert found == Live() if code is None else isinstance(found, DryOnly) and found.code == code


def test_a_copy_sends_once_it_is_adopted(file_ledger: Ledger, tmp_path: Path) -> None:
    file_ledger.close()
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / ".touchline" / "ledger.db", tmp_path / "copy" / "ledger.db")
    copy = open_ledger("sqlite:///copy/ledger.db", root=tmp_path)
    assert isinstance(liveness(copy, named_id=None, place="there"), DryOnly)
    adopted = adopt(copy, "there", named_id=None, at=NOW, actor="ann")
    assert liveness(adopted, named_id=None, place="there") == Live()
    again = open_ledger("sqlite:///copy/ledger.db", root=tmp_path)
    assert liveness(again, named_id=None, place="there") == Live()
    assert kinds(again)[-1] == Kind.LEDGER_ADOPTED


# ---------------------------------------------------------------- instants


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param(NOW, id="utc"),
        pytest.param(NOW.astimezone(timezone(timedelta(hours=13, minutes=45))), id="another zone"),
        pytest.param(NOW + timedelta(microseconds=1), id="microseconds"),
        pytest.param(datetime(1, 1, 2, tzinfo=UTC), id="the first year"),
        pytest.param(datetime(9999, 12, 30, tzinfo=UTC), id="the last year"),
    ],
)
def test_an_instant_comes_back_as_it_is_in_utc(ledger: Ledger, instant: datetime) -> None:
    row = {"name": "n", "holder": "h", "epoch": 1, "until": instant}
    writing(ledger, lambda unit: unit.connection.execute(leases.insert().values(row)))
    found = reading(ledger, lambda unit: unit.connection.scalar(select(leases.c.until)))
    assert found == instant
    assert found.utcoffset() == timedelta(0)


def test_the_two_comings_of_a_doubled_hour_are_two_instants(ledger: Ledger) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    rows = [
        {"name": str(fold), "holder": "h", "epoch": 1, "until": first.replace(fold=fold)}
        for fold in (0, 1)
    ]
    writing(ledger, lambda unit: unit.connection.execute(leases.insert(), rows))
    in_order = select(leases.c.until).order_by(leases.c.name)
    earlier, later = reading(ledger, lambda unit: unit.connection.scalars(in_order).all())
    assert later - earlier == timedelta(hours=1)


def test_a_naive_instant_is_refused(ledger: Ledger) -> None:
    row = {"name": "n", "holder": "h", "epoch": 1, "until": NOW.replace(tzinfo=None)}
    with pytest.raises(StatementError, match="naive"):
        writing(ledger, lambda unit: unit.connection.execute(leases.insert().values(row)))


def test_instants_compare_as_time_goes(ledger: Ledger) -> None:
    steps = [NOW, NOW + timedelta(microseconds=1), NOW + timedelta(seconds=1)]
    rows = [{"name": str(n), "holder": "h", "epoch": 1, "until": at} for n, at in enumerate(steps)]
    writing(ledger, lambda unit: unit.connection.execute(leases.insert(), rows))
    later = select(leases.c.name).where(leases.c.until > NOW).order_by(leases.c.until)
    assert reading(ledger, lambda unit: unit.connection.scalars(later).all()) == ["1", "2"]


def test_a_commit_is_on_the_disk_whatever_the_server_is_set_to(ledger: Ledger) -> None:
    postgres = ledger.engine.dialect.name == "postgresql"  # ours is set to `off`, as some are
    asked = "SHOW synchronous_commit" if postgres else "PRAGMA synchronous"
    found = reading(ledger, lambda unit: unit.connection.scalar(text(asked)))
    assert found == ("on" if postgres else 2)


def test_a_server_that_waits_for_more_than_its_disk_is_left_to(ledger_url: str) -> None:
    if not ledger_url.startswith("postgresql"):
        pytest.skip("SQLite has no standbys")
    stricter = {"options": "-c synchronous_commit=remote_apply"}
    engine = connect(make_url(ledger_url).update_query_dict(stricter))
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "remote_apply"
    engine.dispose()


def test_a_check_finds_rows_that_contradict_each_other(ledger: Ledger) -> None:
    outbox(ledger)
    assert check_ledger(ledger) == []
    with ledger.engine.begin() as connection:
        connection.execute(text("DELETE FROM versions"))
        connection.execute(text("UPDATE touches SET state = 'claimed'"))
        connection.execute(text("UPDATE audit SET body = '{}' WHERE seq = 2"))
    codes = [each.code for each in check_ledger(ledger)]
    assert codes == ["broken-chain", "version-missing", "claim-without-lease"]


@pytest.mark.parametrize("held", ["lease_until = made_at", "worker = 'w1'"])
def test_a_check_finds_what_is_held_though_it_has_ended(ledger: Ledger, held: str) -> None:
    outbox(ledger)
    with ledger.engine.begin() as connection:
        connection.execute(text(f"UPDATE touches SET {held}"))
    assert [each.code for each in check_ledger(ledger)] == ["lease-without-claim"]
