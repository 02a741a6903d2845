"""Workers that stand still in the wrong moment and go on when nobody expects it any more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

import pytest

from connectors.channels.smtp import Smtp
from engine.dispatch.workers import this_worker
from engine.language.project import SmtpChannel
from engine.ledger import database
from engine.ledger.control import halts_in_force, write_halt
from engine.ledger.holds import resolve_not_sent
from engine.ledger.log import head_of, verify_audit
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger, Unit
from engine.problems import Unreachable
from tests.dispatch.outbox import Watch, by_key, fill, letter, run
from tests.faults.breaking import after_commits
from tests.ledger.factories import reading, writing
from tests.ledger.made import new_ledger
from tests.support.smtp_server import ScriptedSmtpServer

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
LATE = {"expires_at": NOW + timedelta(days=3)}


def mailer(server: ScriptedSmtpServer) -> Smtp:
    """The real channel."""
    return Smtp(SmtpChannel("email", "127.0.0.1", server.port, tls="none", answer_timeout=5))


@contextmanager
def stopped(
    url: str, root: Path, server: ScriptedSmtpServer, moment: str
) -> Iterator[subprocess.Popen[str]]:
    """A worker that has stopped itself at that moment; killed at the end if it still lives."""
    command = [sys.executable, "-m", "tests.faults.sleeper", url, str(root), str(server.port)]
    process = subprocess.Popen([*command, moment], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        state = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        assert state is not None
        assert state.si_status == signal.SIGSTOP
        yield process
    finally:
        process.kill()
        process.communicate()


def gone_on(process: subprocess.Popen[str]) -> None:
    """Let it go on, and wait until it has ended."""
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=30)


def test_025_stopped_between_in_doubt_and_dot(
    ledger: Ledger, sqlite_url: str, tmp_path: Path
) -> None:
    """Nobody else takes it, not even hours later; what the late one does counts, once."""
    fill(ledger, {"1": letter("1", "ok@x.example", **LATE)}, NOW)
    with ScriptedSmtpServer() as server, stopped(sqlite_url, tmp_path, server, "permitted") as late:
        run(ledger, mailer(server), watch=Watch(datetime.now(UTC)), worker=this_worker())
        assert (by_key(ledger)["1"].state, len(server.stored)) == ("in_doubt", 0)
        run(ledger, mailer(server), watch=Watch(NOW + timedelta(hours=3)), worker=this_worker())
        assert (by_key(ledger)["1"].state, len(server.stored)) == ("unknown", 0)
        gone_on(late)
        assert (by_key(ledger)["1"].state, len(server.stored)) == ("sent", 1)
    assert reading(ledger, verify_audit).valid


def test_025_stopped_with_a_claim(ledger: Ledger, sqlite_url: str, tmp_path: Path) -> None:
    """Another one has taken it over and sent it: the late one is told no."""
    fill(ledger, {"1": letter("1", "ok@x.example", **LATE)}, NOW)
    with ScriptedSmtpServer() as server, stopped(sqlite_url, tmp_path, server, "claimed") as late:
        run(ledger, mailer(server), watch=Watch(datetime.now(UTC)), worker=this_worker())
        assert (by_key(ledger)["1"].state, len(server.stored)) == ("claimed", 0)
        run(ledger, mailer(server), watch=Watch(NOW + timedelta(hours=1)), worker=this_worker())
        gone_on(late)
        assert (by_key(ledger)["1"].state, len(server.stored)) == ("sent", 1)


@pytest.mark.parametrize("resolved", [True, False], ids=["sent again by a person", "held"])
def test_025_stopped_while_in_doubt_was_committed(
    ledger: Ledger, sqlite_url: str, tmp_path: Path, resolved: bool
) -> None:
    """Whoever finds its lease over after that commit does not act: others may have, meanwhile."""
    fill(ledger, {"1": letter("1", "ok@x.example", **LATE)}, NOW)
    watch, hours_later = Watch(NOW), Watch(NOW + timedelta(hours=2))
    others = open_ledger(sqlite_url, root=tmp_path)

    def sleep_through_the_lease() -> None:
        if by_key(others)["1"].state != "in_doubt" or watch.at > NOW:
            return
        watch.at = hours_later.at
        run(others, mailer(server), watch=hours_later, worker="w2")
        if resolved:
            (touch,) = (row.id for row in by_key(others).values())
            said = {"at": hours_later.at, "actor": "ann"}
            writing(others, lambda unit: resolve_not_sent(unit, touch, **said))
            run(others, mailer(server), watch=hours_later, worker="w2")

    with ScriptedSmtpServer() as server:
        after_commits(ledger.engine, sleep_through_the_lease)
        run(ledger, mailer(server), watch=watch, real=watch.now)
        assert len(server.stored) == (1 if resolved else 0)
        hours_later.at += timedelta(hours=2)
        run(others, mailer(server), watch=hours_later, worker="w2")
        assert (by_key(others)["1"].state, len(server.stored)) == ("sent", 1)
    assert reading(others, verify_audit).valid
    others.close()


STANDING_STILL = """
import os, signal, sys
from pathlib import Path
from engine.ledger.schema import open_ledger
with open_ledger(sys.argv[1], root=Path(sys.argv[2])).write() as unit:
    unit.note("halted", {}, at=unit.ledger.identity.created_at, actor="ann")
    unit._write_notes()  # it has the end of the log now, which all others wait for
    os.kill(os.getpid(), signal.SIGSTOP)
"""


@contextmanager
def in_a_transaction(url: str, root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands still in the middle of one."""
    process = subprocess.Popen([sys.executable, "-c", STANDING_STILL, url, str(root)], cwd=ROOT)
    try:
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        yield process
    finally:
        process.kill()
        process.wait()


def halts_all(unit: Unit) -> None:
    write_halt(unit, (), why="", at=NOW, actor="bob")


def test_a_process_that_stands_still_in_a_transaction_holds_up_nobody_for_long(
    any_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine sleeps, or the network to it is gone: whoever waits for it hears of that."""
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.2)
    with (
        in_a_transaction(any_url, tmp_path),
        closing(open_ledger(any_url, root=tmp_path)) as other,
        pytest.raises(Unreachable, match="another process kept it locked"),
    ):
        writing(other, halts_all)


def test_a_server_lets_go_of_who_stands_still_in_a_transaction(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is kept, and it hears so when it goes on. Nobody waits for one who reads: it
    may ask the sources for as long as they take."""
    monkeypatch.setattr(database, "_STILL_SECONDS", 0.2)
    url = new_ledger("postgresql", request)
    with closing(open_ledger(url, root=tmp_path)) as ledger:
        with ledger.read() as unit:
            sleep(0.5)
            assert head_of(unit).seq == 1

        def stands_still(unit: Unit) -> None:
            halts_all(unit)
            sleep(0.5)

        with pytest.raises(Unreachable, match="idle-in-transaction"):
            writing(ledger, stands_still)
        assert not reading(ledger, halts_in_force)
