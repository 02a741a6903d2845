"""Ledgers that fall back under a process: a standby that lagged takes over, a backup is put back.

What went out since then is ready there once more, and only who was at work knows better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from connectors.channels.smtp import Smtp
from engine.language.project import SmtpChannel
from engine.ledger.log import verify_audit
from engine.ledger.schema import open_ledger
from engine.ledger.store import FellBack, Ledger
from engine.ports import Answer, Message, Permit
from tests.dispatch.outbox import by_key, fill, letter, run
from tests.faults.clocks import Hands
from tests.faults.test_ledgers import mailer
from tests.faults.test_others import DAILY, HOUR, daemon_at
from tests.ledger.factories import NOW, reading
from tests.ledger.made import SQLITE
from tests.support.backups import Restore, backup
from tests.support.postgres import fresh_database
from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import Stage, open_stage

LATE = {"expires_at": NOW + timedelta(days=3)}
DAY = 24 * HOUR


def nobody_writes(_: Ledger) -> None:
    """The log is shorter than it was."""


def others_write(ledger: Ledger) -> None:
    """The log is as long as it was and longer, and goes another way."""
    other = open_ledger(ledger.engine.url.render_as_string(False), root=ledger.halt_file.parents[1])
    fill(other, {f"other{n}": letter(f"other{n}", f"ok@o{n}.example", **LATE) for n in range(40)})
    other.close()


MEANWHILE = pytest.mark.parametrize("meanwhile", [nobody_writes, others_write])


@MEANWHILE
def test_what_was_sent_does_not_go_out_again(
    any_ledger: Ledger, tmp_path: Path, meanwhile: Callable[[Ledger], None]
) -> None:
    """Nothing goes out, and nothing that is planned is kept."""
    ledger = any_ledger
    fill(ledger, {"1": letter("1", "ok@x.example", **LATE)})
    restore = backup(ledger, tmp_path)
    with ScriptedSmtpServer() as server:
        run(ledger, mailer(server))
        assert len(server.stored) == 1
        restore()
        meanwhile(ledger)
        with pytest.raises(FellBack, match="fell back"):
            run(ledger, mailer(server))
        with pytest.raises(FellBack):
            fill(ledger, {"2": letter("2", "ok@x2.example", **LATE)})
        assert len(server.stored) == 1
    rows = by_key(ledger)
    assert (rows["1"].state.value, "2" in rows) == ("ready", False)
    assert reading(ledger, verify_audit).valid


@MEANWHILE
def test_it_is_noticed_in_the_middle_of_a_delivery(
    any_ledger: Ledger, tmp_path: Path, meanwhile: Callable[[Ledger], None]
) -> None:
    """What was claimed before gets no permit: in the ledger that took over it may be another's."""
    ledger = any_ledger
    fill(ledger, {str(n): letter(str(n), f"ok@x{n}.example", **LATE) for n in range(40)})
    restore = backup(ledger, tmp_path)

    class Falling(Smtp):
        async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
            answer = await super().send(message, permit, **after)
            if len(server.stored) >= 3 and not when:
                restore()
                meanwhile(ledger)
                when.append(len(server.stored))
            return answer

    when: list[int] = []
    with ScriptedSmtpServer() as server:
        channel = Falling(SmtpChannel("email", "127.0.0.1", server.port, tls="none"))
        with pytest.raises(FellBack):
            run(ledger, channel)
        assert len(server.stored) <= when[0] + channel.at_once, "what had its permit by then"


@pytest.fixture(params=["sqlite", "postgresql"])
def daily(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Stage, Ledger]]:
    """A project that mails each new user at noon, and its ledger, on each of the two databases."""
    url = SQLITE
    if request.param == "postgresql":
        url = fresh_database(request.getfixturevalue("postgres"))
    with open_stage(tmp_path / "project", ledger=url) as stage:
        stage.write("playbooks/checkup.yaml", DAILY)
        stage.put_users({"user_id": 1})
        assert stage.do("ledger", "init").status == 0
        ledger = open_ledger(url, root=stage.root)
        try:
            yield stage, ledger
        finally:
            ledger.close()


def test_a_daemon_halts_everything_and_ends(
    daily: tuple[Stage, Ledger], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What follows it sends nothing either, until a person says so."""
    stage, ledger = daily
    counts: list[int] = []
    restores: list[Restore] = []

    def is_kept(_: Hands) -> None:
        restores.append(backup(ledger, tmp_path))
        stage.put_users({"user_id": 1}, {"user_id": 2})

    def a_day_later(hands: Hands) -> None:
        hands.go_on(DAY)

    def look(_: Hands) -> None:
        counts.append(len(stage.mail.received))

    def is_restored(_: Hands) -> None:
        restores.pop()()

    start = datetime(2026, 3, 10, 12, 0, 1, tzinfo=UTC)
    moves = (is_kept, a_day_later, look, is_restored, look)
    daemon_at(stage, monkeypatch, start, *moves, status=1)
    assert counts == [2]
    assert "the ledger fell back to an older state" in stage.do("status").out
    assert not ledger.halt_file.exists(), "a resume on another machine is enough"
    assert stage.do("ledger", "check").status == 0

    assert stage.do("daemon", "--once").status == 1, "it is halted"
    assert len(stage.mail.received) == 2
    assert stage.do("resume", "--yes").status == 0
    assert stage.do("daemon", "--once").status == 0
    assert stage.mailed == ["ann1@example.com", "ann2@example.com", "ann2@example.com"]


def test_a_run_halts_everything_and_ends(
    daily: tuple[Stage, Ledger], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As under cron: the next one sends nothing."""
    stage, ledger = daily
    stage.put_users(*({"user_id": n} for n in range(1, 30)))
    restore = backup(ledger, tmp_path)
    send = Smtp.send
    when: list[int] = []

    async def falling(channel: Smtp, message: Message, permit: Permit, **after: Any) -> Answer:
        answer = await send(channel, message, permit, **after)
        if not when:
            restore()
            when.append(len(stage.mail.received))
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(Smtp, "send", falling)
        told = stage.run()
    assert (told.status, "fell back" in told.err) == (1, True)
    number = len(stage.mail.received)
    assert stage.run().status == 1
    assert len(stage.mail.received) == number


# ---------------------------------------------------------------- between two processes


def put_back_between_runs(stage: Stage, ledger: Ledger, folder: Path) -> None:
    """One user has his mail in the backup, the other had hers since; nobody is at work.

    A halt that was lifted before the backup says nothing of what is missing.
    """
    assert stage.run().status == 0
    assert stage.do("halt").status == stage.do("resume", "--yes").status == 0
    restore = backup(ledger, folder)
    stage.put_users({"user_id": 1}, {"user_id": 2})
    assert stage.run(as_of=A_DAY_LATER).status == 0
    restore()


A_DAY_LATER = "2026-03-11T09:00:00-04:00"
BOTH = ["ann1@example.com", "ann2@example.com"]
AGAIN = [*BOTH, "ann2@example.com"]


@pytest.mark.parametrize(
    "command", [("run", "--as-of", A_DAY_LATER), ("daemon", "--once")], ids=["run", "daemon"]
)
def test_who_starts_afterwards_misses_what_the_one_before_has_seen(
    daily: tuple[Stage, Ledger], tmp_path: Path, command: tuple[str, ...]
) -> None:
    """As under cron, where nobody was at work meanwhile; a resume takes the ledger as it is."""
    stage, ledger = daily
    put_back_between_runs(stage, ledger, tmp_path)
    told = stage.do(*command)
    assert (told.status, "fell back" in told.err, stage.mailed) == (1, True, BOTH)
    assert "the ledger fell back to an older state" in stage.do("status").out
    assert stage.do(*command).err.count("fell back") <= 1
    assert stage.mailed == BOTH
    assert stage.do("resume", "--yes").status == 0
    assert (stage.run(as_of=A_DAY_LATER).status, stage.mailed) == (0, AGAIN)


def test_whoever_puts_it_back_by_the_book_is_not_stopped_once_more(
    daily: tuple[Stage, Ledger], tmp_path: Path
) -> None:
    """Halted before it starts, and resumed by who looked (operations page, "Backups")."""
    stage, ledger = daily
    put_back_between_runs(stage, ledger, tmp_path)
    assert stage.do("halt", "--why", "put back").status == 0
    assert stage.do("resume", "--yes").status == 0
    assert (stage.run(as_of=A_DAY_LATER).status, stage.mailed) == (0, AGAIN)


@pytest.mark.parametrize(
    ("resumed", "status", "mailed"),
    [((), 0, AGAIN), (("checkup",), 1, BOTH)],
    ids=["everything", "a playbook"],
)
def test_a_resume_of_everything_on_one_machine_is_one_for_all(
    daily: tuple[Stage, Ledger],
    tmp_path: Path,
    resumed: tuple[str, ...],
    status: int,
    mailed: list[str],
) -> None:
    """What the others have seen is older than it."""
    stage, ledger = daily
    put_back_between_runs(stage, ledger, tmp_path)
    file = seen_by(stage)
    of_another = file.read_text()
    assert stage.do("halt", *resumed).status == 0
    assert stage.do("resume", "--yes", *resumed).status == 0
    file.write_text(of_another)
    assert (stage.run(as_of=A_DAY_LATER).status, stage.mailed) == (status, mailed)


def test_dry_runs_neither_ask_nor_keep_it(daily: tuple[Stage, Ledger], tmp_path: Path) -> None:
    """They write nothing, and whoever reads may read an older state."""
    stage, ledger = daily
    put_back_between_runs(stage, ledger, tmp_path)
    before = seen_by(stage).read_text()
    assert stage.run("--dry-run").status == 0
    assert seen_by(stage).read_text() == before


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"seq": "1", "hash": 2, "at": 3}', "\0"])
def test_a_file_that_cannot_be_read_is_told_of_and_written_anew(
    daily: tuple[Stage, Ledger],
    content: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is no record: the log is."""
    stage, ledger = daily
    assert stage.run().status == 0
    seen_by(stage).write_text(content)
    assert stage.run().status == 0
    assert "cannot be read" in caplog.text
    caplog.clear()
    put_back_between_runs(stage, ledger, tmp_path)
    assert stage.run(as_of=A_DAY_LATER).status == 1, "from then on it is asked again"
    assert "cannot be read" not in caplog.text


def test_a_folder_that_takes_no_file_hinders_no_run(
    daily: tuple[Stage, Ledger], caplog: pytest.LogCaptureFixture
) -> None:
    """As in a container whose disk is not to be written."""
    stage, _ = daily
    assert stage.run().status == 0
    file = seen_by(stage)
    file.unlink()
    file.mkdir()
    assert stage.run().status == 0
    assert "cannot be kept in" in caplog.text
    assert list(file.parent.glob("seen-*")) == [file]


def seen_by(stage: Stage) -> Path:
    """The file in which this machine keeps what it has seen of the ledger."""
    (file,) = (stage.root / ".touchline").glob("seen-*.json")
    return file


GONE = ("ALTER TABLE {} RENAME TO away", "ALTER TABLE away RENAME TO {}")
EMPTY = ("CREATE TABLE away AS TABLE {0}; DELETE FROM {0}", "INSERT INTO {} TABLE away")


@pytest.mark.parametrize("daily", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["touchline_version", "audit_head"])
@pytest.mark.parametrize(("away", "back"), [GONE, EMPTY], ids=["gone", "empty"])
def test_a_daemon_outlives_the_minutes_in_which_tables_are_put_back(
    daily: tuple[Stage, Ledger], monkeypatch: pytest.MonkeyPatch, table: str, away: str, back: str
) -> None:
    """One that ended would take along what it has seen, and the next one knows nothing."""
    stage, ledger = daily

    def say(statement: str) -> Callable[[Hands], None]:
        def move(hands: Hands) -> None:
            with ledger.engine.begin() as connection:
                connection.execute(text(statement.format(table)))
            stage.put_users({"user_id": 1}, {"user_id": 2})
            hands.go_on(DAY / 2)

        return move

    def look(_: Hands) -> None:
        assert len(stage.mail.received) == 1

    start = datetime(2026, 3, 10, 12, 0, 1, tzinfo=UTC)
    daemon_at(stage, monkeypatch, start, say(away), look, say(back))
    assert len(stage.mail.received) == 2
