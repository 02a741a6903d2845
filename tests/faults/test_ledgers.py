"""Ledgers that break, are busy, were copied, or were changed under a program that runs."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import URL, Engine, create_engine, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

import cli
from connectors.channels.fakes import FakeChannel
from connectors.channels.smtp import Smtp
from engine.dispatch import line
from engine.language.project import SmtpChannel
from engine.ledger import database, schema
from engine.ledger.log import verify_audit
from engine.ledger.schema import create_ledger, open_ledger
from engine.ledger.store import Ledger
from engine.ports import Answer, Message, Permit
from engine.problems import Refused, Unreachable
from engine.stopping import Stop
from tests.dispatch.outbox import Watch, by_key, fill, letter, run
from tests.faults.clocks import Hands
from tests.faults.test_others import DAILY, HOUR, daemon_at
from tests.ledger.factories import NOW, outbox, reading
from tests.ledger.made import new_ledger
from tests.support.postgres import fresh_database
from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import AS_OF, Stage

ROOT = Path(__file__).parents[2]
LATE = {"expires_at": NOW + timedelta(days=3)}


def mailer(server: ScriptedSmtpServer) -> Smtp:
    """The real channel."""
    return Smtp(SmtpChannel("email", "127.0.0.1", server.port, tls="none", answer_timeout=5))


@pytest.fixture
def postgres_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on Postgres."""
    opened = open_ledger(new_ledger("postgresql", request), root=tmp_path)
    yield opened
    opened.close()


# ---------------------------------------------------------------- 33: connections lost in COMMIT


Commit = Callable[[DBAPIConnection], None]


def losing(has_come: Callable[[DBAPIConnection], bool], *, is_kept: bool) -> Commit:
    """A commit that loses its connection once: before the server did it, or after."""
    is_over = False

    def commit(connection: DBAPIConnection) -> None:
        nonlocal is_over
        if is_over or not has_come(connection):
            connection.commit()
            return
        is_over = True
        if is_kept:
            connection.commit()
        raise OperationalError("COMMIT", {}, Exception("the connection was lost"))

    return commit


def comes_to(state: str) -> Callable[[DBAPIConnection], bool]:
    """Whether a transaction brings a touch to that state."""

    def has_come(connection: DBAPIConnection) -> bool:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM touches WHERE state = %s", [state])
        [found] = cursor.fetchone() or [0]
        return bool(found)

    return has_come


def the_nth(nth: int) -> Callable[[DBAPIConnection], bool]:
    """Whether it is the transaction of that number."""
    numbers = count(1)
    return lambda _: next(numbers) == nth


KEPT = pytest.mark.parametrize("is_kept", [True, False], ids=["was kept", "was not kept"])


@KEPT
@pytest.mark.parametrize("state", ["claimed", "in_doubt", "sent"])
def test_033_connection_lost_during_commit_while_sending(
    postgres_ledger: Ledger, monkeypatch: pytest.MonkeyPatch, state: str, is_kept: bool
) -> None:
    """Whatever the server made of it: what counts is what it says when it is asked again."""
    monkeypatch.setattr(line, "_SETTLE_WAITS_S", (0.01,))
    ledger = postgres_ledger
    fill(ledger, {"1": letter("1", "ok@x.example", **LATE)})
    with ScriptedSmtpServer() as server:
        with monkeypatch.context() as patched:
            commit = losing(comes_to(state), is_kept=is_kept)
            patched.setattr(ledger.engine.dialect, "do_commit", commit)
            with suppress(Unreachable):
                run(ledger, mailer(server))
        run(ledger, mailer(server), watch=Watch(NOW + timedelta(hours=1)))
        [row] = by_key(ledger).values()
        unsent = (
            state == "in_doubt" and is_kept
        )  # in doubt, and the worker was never told that it may
        expected = ("unknown", 0) if unsent else ("sent", 1)
        assert (row.state.value, len(server.stored)) == expected
    assert reading(ledger, verify_audit).valid


@KEPT
@pytest.mark.parametrize("nth", [3, 5])
def test_033_connection_lost_during_commit_while_planning(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, nth: int, is_kept: bool
) -> None:
    """Nobody enters twice, and nobody is left out."""
    stage.do("ledger", "init")
    commit = losing(the_nth(nth), is_kept=is_kept)

    def connect(url: URL) -> Engine:
        engine = database.connect(url)
        engine.dialect.do_commit = commit  # type: ignore[method-assign]
        return engine

    with monkeypatch.context() as patched:
        patched.setattr(schema, "connect", connect)
        first = stage.run()
        assert (first.status, "the connection was lost" in first.out + first.err) == (3, True)
    assert stage.run().status == 0
    assert stage.mailed == ["ann1@example.com", "ann2@example.com", "ann3@example.com"]
    assert stage.do("audit", "verify").status == 0


# ---------------------------------------------------------------- 35, 38, 39: what will not do


def test_035_sqlite_busy_for_too_long(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that does not let go: waited for, then told, and nothing is half done."""
    stage.do("ledger", "init")
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(stage.root / ".touchline/ledger.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        told = stage.run()
        assert (told.status, "kept it locked" in told.err) == (3, True), told
        assert stage.mail.received == []
        other.rollback()
    assert stage.run().status == 0
    assert len(stage.mail.received) == 3


def test_035_a_backup_and_a_long_reader_hold_up_nobody(stage: Stage, tmp_path: Path) -> None:
    stage.do("ledger", "init")
    file = stage.root / ".touchline/ledger.db"
    with closing(sqlite3.connect(file)) as reader, closing(sqlite3.connect(file)) as source:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM audit").fetchall()
        assert stage.run().status == 0
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            source.backup(copy)
            [sent] = copy.execute("SELECT count(*) FROM touches WHERE state = 'sent'").fetchone()
        assert sent == 3
        assert reader.execute("SELECT count(*) FROM touches").fetchone() == (0,), "its snapshot"


class Holding(FakeChannel):
    """Sends, and right behind the act somebody else keeps the end of the log to himself a while."""

    def __init__(self, name: str, url: URL, seconds: float) -> None:
        super().__init__(name)
        self._other = create_engine(url, poolclass=NullPool)
        self._seconds = seconds

    async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
        answer = await super().send(message, permit, **after)
        holder = self._other.connect()
        holder.exec_driver_sql("SELECT seq FROM audit_head FOR UPDATE")
        Timer(self._seconds, holder.close).start()
        return answer


@pytest.mark.parametrize("setting", ["lock_timeout", "statement_timeout"])
def test_035_a_server_that_has_nobody_wait_for_long(
    postgres_ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str
) -> None:
    """As hosted ones are often set: who is turned away asks again, and an answer that was given is
    not lost."""
    url, hurried = postgres_ledger.engine.url, {"options": f"-c {setting}=100ms"}
    monkeypatch.setattr(line, "_SETTLE_WAITS_S", (0.1,) * 20)
    fill(postgres_ledger, {"1": letter("1", "ok@x.example", **LATE)})
    impatient = str(url.update_query_dict(hurried))
    with closing(open_ledger(impatient, root=tmp_path)) as ledger:
        done = run(ledger, Holding("email", url, 0.5))
    assert done.counts == {"email": {"sent": 1}}
    [row] = by_key(postgres_ledger).values()
    assert row.state == "sent"


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        pytest.param("9999", "made by a newer program", id="newer"),
        pytest.param("0000", "touchline ledger migrate", id="older"),
    ],
)
def test_039_schema_of_another_program(stage: Stage, revision: str, words: str) -> None:
    """Nothing starts on it and nothing changes it by itself."""
    stage.do("ledger", "init")
    migrated_to(stage.root, revision)
    for command in (["daemon"], ["daemon", "--once"], ["run", "--as-of", AS_OF], ["status"]):
        told = stage.do(*command)
        assert (told.status, words in told.err) == (1, True), told
    assert stage.mail.received == []


def migrated_to(root: Path, revision: str) -> None:
    with closing(sqlite3.connect(root / ".touchline/ledger.db")) as connection:
        connection.execute("UPDATE touchline_version SET version_num = ?", [revision])
        connection.commit()


# ---------------------------------------------------------------- 40: killed in a migration

MIGRATE = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import text
from engine.ledger import schema
from engine.ledger.store import Unit

def half_way(connection):
    real(connection)
    connection.execute(text("ALTER TABLE touches ADD COLUMN novelty TEXT"))
    connection.execute(text("UPDATE touchline_version SET version_num = '0002'"))
    os.kill(os.getpid(), signal.SIGKILL)

real, schema._upgrade = schema._upgrade, half_way
said = {"root": Path(sys.argv[2]), "at": datetime.now(UTC), "actor": "ann"}
if sys.argv[3] == "migrate":
    schema.SCHEMA, real = "0002", lambda connection: None
    schema.migrate_ledger(sys.argv[1], **said)
else:
    schema.create_ledger(sys.argv[1], project="acme", place="here", **said)
"""


def killed(url: str, root: Path, doing: str) -> None:
    command = [sys.executable, "-c", MIGRATE, url, str(root), doing]
    assert subprocess.run(command, check=False, cwd=ROOT).returncode == -signal.SIGKILL


def test_040_killed_in_a_migration(any_ledger: Ledger, any_url: str, tmp_path: Path) -> None:
    """It is as if it had not begun: the program of before goes on."""
    killed(any_url, tmp_path, "migrate")
    opened = open_ledger(any_url, root=tmp_path)
    columns = {each["name"] for each in inspect(opened.engine).get_columns("touches")}
    assert "novelty" not in columns
    outbox(opened)
    assert reading(opened, verify_audit).valid
    opened.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_040_killed_while_a_ledger_is_made(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """There is none, and it is made at the next try."""
    url = "sqlite:///.touchline/ledger.db"
    if kind == "postgresql":
        url = fresh_database(request.getfixturevalue("postgres"))
    killed(url, tmp_path, "create")
    with pytest.raises(Unreachable, match="there is no ledger"):
        open_ledger(url, root=tmp_path)
    made = create_ledger(url, root=tmp_path, project="a", place="here", at=NOW, actor="ann")
    assert reading(made, verify_audit).valid
    made.close()


# ---------------------------------------------------------------- 126, 144: copies and upgrades


def is_removed(file: Path) -> None:
    """As `git clean -fdx` does, for one."""
    shutil.rmtree(file.parent)


def is_restored(file: Path) -> None:
    """Another one is put in its place, under a daemon that was not stopped."""
    shutil.copyfile(file, file.with_name("copy.db"))
    file.with_name("copy.db").rename(file)


def log_is_removed(file: Path) -> None:
    """As by somebody who tidies up, or copies the other file alone. Who comes next makes a new one,
    and what is said there, as by an unsubscribe, the process at work would never hear."""
    file.with_name("ledger.db-wal").unlink()
    file.with_name("ledger.db-shm").unlink()


@pytest.mark.parametrize("happens", [is_removed, is_restored, log_is_removed])
def test_a_ledger_that_is_no_longer_the_one_that_was_opened(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    happens: Callable[[Path], None],
) -> None:
    """What went out by it would stand nowhere, and go out again after a restart."""
    stage.write("playbooks/checkup.yaml", DAILY)
    stage.put_users({"user_id": 1})
    stage.do("ledger", "init")
    file = stage.root / ".touchline" / "ledger.db"
    away = stage.root / "away"
    counts: list[int] = []

    def goes(_: Hands) -> None:
        shutil.copytree(file.parent, away)
        happens(file)
        stage.put_users({"user_id": 1}, {"user_id": 2})

    def a_day_later(hands: Hands) -> None:
        hands.go_on(24 * HOUR)

    def look(_: Hands) -> None:
        counts.append(len(stage.mail.received))

    start = datetime(2026, 3, 10, 12, 0, 1, tzinfo=UTC)
    daemon_at(stage, monkeypatch, start, look, goes, a_day_later, look, status=3)
    assert counts == [1, 1]
    assert "removed or replaced" in caplog.text

    shutil.rmtree(file.parent, ignore_errors=True)
    away.rename(file.parent)
    daemon_at(stage, monkeypatch, start + 25 * HOUR, look)
    assert stage.mailed == ["ann1@example.com", "ann2@example.com"]


def test_126_copy_of_the_production_database_started_elsewhere(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same folder under another path, or the same path on another machine: dry runs only."""
    stage.do("ledger", "init")
    copy = tmp_path / "copy"
    shutil.copytree(stage.root, copy, ignore=shutil.ignore_patterns("copy"))
    elsewhere = Stage(copy, stage.mail, stage.hooks)
    for there in (elsewhere, stage):
        if there is stage:
            monkeypatch.setattr(cli, "_host", lambda: "another machine")
        told = there.run()
        assert told.status == 1
        assert "touchline ledger adopt" in told.out + told.err
        assert there.do("daemon", "--once").status == 1
        assert there.run("--dry-run").status == 0
    assert stage.mail.received == []


def test_144_upgrade_in_the_middle_of_a_run(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older program sends what it has in hand and claims nothing more."""
    fill(ledger, {str(n): letter(str(n), f"ok@x{n}.example", **LATE) for n in range(40)})

    class Upgrading(Smtp):
        async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
            answer = await super().send(message, permit, **after)
            migrated_to(tmp_path, "9999")
            return answer

    with ScriptedSmtpServer() as server:
        channel = Upgrading(SmtpChannel("email", "127.0.0.1", server.port, tls="none"))
        with pytest.raises(Refused, match="made by a newer program"):
            run(ledger, channel)
        assert 0 < len(server.stored) <= 8
    states = {row.state.value for row in by_key(ledger).values()}
    assert states == {"sent", "ready"}


def test_144_upgrade_under_a_daemon(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with a sentence, so that what looks after it starts the new program."""
    stage.do("ledger", "init")
    monkeypatch.setattr(Stop, "sleep", lambda stop, _: migrated_to(stage.root, "9999"))
    told = stage.do("daemon")
    assert (told.status, "made by a newer program" in told.err) == (1, True)
