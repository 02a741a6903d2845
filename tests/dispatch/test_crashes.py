"""Workers that are killed, stopped and restarted: nothing twice, nothing lost without a word."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.channels.smtp import Smtp
from engine.dispatch.workers import this_worker
from engine.language.project import SmtpChannel
from engine.ledger.log import verify_audit
from engine.ledger.store import Ledger
from tests.dispatch.outbox import Watch, by_key, fill, letter, run
from tests.ledger.factories import reading
from tests.support.smtp_server import ScriptedSmtpServer

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
LATE = {"expires_at": NOW + timedelta(days=3)}


@contextmanager
def worker(
    url: str, root: Path, server: ScriptedSmtpServer, moment: str = "", times: int = 1
) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own, killed at the end of the block if it still lives."""
    command = [sys.executable, "-m", "tests.dispatch.victim", url, str(root), str(server.port)]
    command += [moment, str(times)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> str:
    """What a worker said, once it has ended by itself."""
    said, _ = process.communicate(timeout=30)
    return said


def restarted(ledger: Ledger, server: ScriptedSmtpServer) -> None:
    """What the next worker does: this process, which finds the other one gone."""
    declared = SmtpChannel("email", "127.0.0.1", server.port, tls="none", answer_timeout=60)
    run(ledger, Smtp(declared), watch=Watch(datetime.now(UTC)), worker=this_worker())


def eventually(server: ScriptedSmtpServer, recipients: int) -> None:
    """Wait until the server holds so many messages."""
    for _ in range(500):
        if len(server.stored) >= recipients:
            return
        time.sleep(0.02)
    pytest.fail(f"the server holds {server.recipients()}")


BIG = "x" * 70 + "\r\n"

# the moment | recipient | bytes of body in lines | after the kill: stored | after the restart:
# state, stored
TABLE = [
    ("before", "ok", 1, 0, "sent", 1),
    ("claimed", "ok", 1, 0, "sent", 1),
    ("body", "slow-body", 60_000, 0, "sent", 1),
    ("permitted", "ok", 1, 0, "unknown", 0),
    ("dotted", "hang-after-dot", 1, 1, "unknown", 1),
    ("answered", "ok", 1, 1, "unknown", 1),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_worker_killed_at_each_moment(
    any_ledger: Ledger, any_url: str, tmp_path: Path, row: tuple[str, str, int, int, str, int]
) -> None:
    """Before the dot it goes out once after the restart; after the permit nobody sends it again."""
    moment, recipient, lines, stored, state, stored_then = row
    said = letter("1", f"{recipient}@x.example", body=BIG * lines, **LATE)
    fill(any_ledger, {"1": said}, NOW)
    with ScriptedSmtpServer() as server:
        if moment != "before":
            with worker(any_url, tmp_path, server, moment) as process:
                if moment in ("body", "dotted"):
                    assert server.reached.wait(30)
                    process.kill()
                ended(process)
                assert process.returncode == -signal.SIGKILL
        assert len(server.stored) == stored
        server.calm = True
        restarted(any_ledger, server)
        assert len(server.stored) == stored_then
    assert by_key(any_ledger)["1"].state == state
    assert reading(any_ledger, verify_audit).valid


@pytest.mark.parametrize(
    ("moment", "times"), [("uncommitted", 7), ("committed", 6), ("answered", 9)]
)
def test_a_worker_killed_in_the_middle_of_its_groups(
    any_ledger: Ledger, any_url: str, tmp_path: Path, moment: str, times: int
) -> None:
    """What was claimed in advance is sent by the next; each lane leaves one unknown at most."""
    keys = [f"{n:02}" for n in range(24)]
    fill(any_ledger, {key: letter(key, f"ok@x{key}.example", **LATE) for key in keys}, NOW)
    with ScriptedSmtpServer() as server:
        with worker(any_url, tmp_path, server, moment, times) as process:
            ended(process)
            assert process.returncode == -signal.SIGKILL
        before = len(server.stored)
        restarted(any_ledger, server)
        assert set(server.ids().values()) == {1}
        held = set(server.ids())
    rows = by_key(any_ledger).values()
    unknown = [row for row in rows if row.state == "unknown"]
    assert {row.state.value for row in rows} <= {"sent", "unknown"}
    assert len(unknown) <= 4
    assert before < 24
    lost = [row for row in rows if row.state == "sent" and f"<{row.id}@acme.example>" not in held]
    assert lost == []
    assert reading(any_ledger, verify_audit).valid


def test_a_hundred_messages_and_a_few_kills(
    ledger: Ledger, sqlite_url: str, tmp_path: Path
) -> None:
    """Killed at any moment: no message twice, and each is sent, unknown, or sent by the next."""
    fill(ledger, {str(n): letter(str(n), "ok@x.example", **LATE) for n in range(100)}, NOW)
    with ScriptedSmtpServer() as server:
        for kill in range(3):
            with worker(sqlite_url, tmp_path, server) as process:
                eventually(server, min(100, (kill + 1) * 25))
                process.kill()
        restarted(ledger, server)
        assert set(server.ids().values()) == {1}
        held = set(server.ids())
    rows = by_key(ledger).values()
    assert {row.state.value for row in rows} <= {"sent", "unknown"}
    lost = [row for row in rows if row.state == "sent" and f"<{row.id}@acme.example>" not in held]
    assert lost == []
    unknown = [row for row in rows if row.state == "unknown"]
    assert len(unknown) <= 3 * 4, "at most what each lane had in doubt"


def test_a_term_lets_what_is_under_way_finish(
    ledger: Ledger, sqlite_url: str, tmp_path: Path
) -> None:
    fill(ledger, {str(n): letter(str(n), "ok@x.example", **LATE) for n in range(300)}, NOW)
    with ScriptedSmtpServer() as server, worker(sqlite_url, tmp_path, server) as process:
        eventually(server, 20)
        process.send_signal(signal.SIGTERM)
        ended(process)
        assert process.returncode == 0
        states = [row.state.value for row in by_key(ledger).values()]
        assert set(states) == {"sent", "ready"}
        assert states.count("sent") == len(server.stored)


def test_a_second_term_ends_it_now_and_guesses_nothing(
    ledger: Ledger, sqlite_url: str, tmp_path: Path
) -> None:
    fill(ledger, {"1": letter("1", "hang-after-dot@x.example", **LATE)}, NOW)
    with ScriptedSmtpServer() as server:
        with worker(sqlite_url, tmp_path, server) as process:
            assert server.reached.wait(30)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            assert process.poll() is None, "it waits for the answer"
            process.send_signal(signal.SIGTERM)
            assert "cut off" in ended(process)
        assert by_key(ledger)["1"].state == "in_doubt"
        restarted(ledger, server)
        assert by_key(ledger)["1"].state == "unknown"
        assert len(server.stored) == 1
