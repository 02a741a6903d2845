"""Faults that the catalogue does not name: of clocks, certificates, servers and files."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import cli
from connectors.channels.smtp import Smtp
from engine.language.project import SmtpChannel
from engine.ledger.control import pause_channel
from engine.ledger.schema import open_ledger
from engine.passes.journal import LedgerJournal
from engine.ports import Answer, Message, NotSent, Sent
from engine.stopping import Stop
from tests.faults.clocks import Hands
from tests.support.certificates import server_context, trusting
from tests.support.postgres import fresh_database, postgres
from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import Stage

__all__ = ["postgres"]

HOURLY = """\
playbook: checkup
schedule: {cron: "0 * * * *", timezone: UTC}
segment: {of: user, where: [{everyone: true}]}
entry: {again: always}
steps: [{email: hello}]
"""
WAITING = """\
playbook: checkup
schedule: {cron: "0 * * * *", timezone: UTC}
segment: {of: user, where: [{everyone: true}]}
steps: [{wait: 2 days}, {email: hello}]
"""
DAILY = """\
playbook: checkup
schedule: {cron: "0 12 * * *", timezone: UTC}
segment: {of: user, where: [{everyone: true}]}
exit_when: {uses_reports: true}
steps: [{email: hello}]
"""
TEN_YEARS = timedelta(days=3652)
HOUR = timedelta(hours=1)


async def yes() -> bool:
    """A permit."""
    return True


def letter(number: int) -> Message:
    payload = f"Message-ID: <{number}@acme.example>\r\n\r\nHi.\r\n".encode()
    return Message(f"{number}", "email", f"ok@x{number}.example", "dana@acme.example", payload)


def daemon_at(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    start: datetime,
    *moves: Callable[[Hands], None],
    status: int = 0,
) -> None:
    """A daemon whose clock is moved between its rounds, until no move is left."""
    hands, left = Hands(start), iter(moves)
    monkeypatch.setattr(cli, "_SystemClock", lambda: hands)

    def sleep(stop: Stop, _: float) -> None:
        next(left, lambda _: stop.ask())(hands)

    monkeypatch.setattr(Stop, "sleep", sleep)
    assert stage.do("daemon").status == status


def back(hands: Hands) -> None:
    """The clock is set back by an hour; the machine goes on."""
    hands.at -= HOUR
    hands.seconds += 2


def on(hands: Hands) -> None:
    """A quarter of an hour goes by."""
    hands.go_on(HOUR / 4)


# ---------------------------------------------------------------- clocks


def test_a_clock_that_goes_back_an_hour_fires_no_slot_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does anybody get a mail twice, and the hour after it fires again."""
    stage.write("playbooks/checkup.yaml", HOURLY)
    stage.put_users({"user_id": 1})
    start = datetime(2026, 3, 10, 11, 59, 59, tzinfo=UTC)
    daemon_at(stage, monkeypatch, start, on, on, back, *[on] * 9)
    log = stage.do("audit", "show", "--format", "json").data
    fires = Counter(each["body"]["fire"] for each in log if each["kind"] == "run.started")
    assert set(fires.values()) == {1}, fires
    assert "2026-03-10T13:00" in fires
    ids = Counter(mail["Message-ID"] for mail in stage.letters)
    assert set(ids.values()) == {1}
    assert stage.do("audit", "verify").status == 0


def test_a_clock_that_goes_back_leaves_no_pass_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was cleared by the hour that it showed before is too old, and is asked anew."""
    stage.write("playbooks/checkup.yaml", DAILY)
    stage.put_users({"user_id": 1})
    stage.do("ledger", "init")
    start = datetime(2026, 3, 10, 11, 59, 59, tzinfo=UTC)
    with open_ledger("sqlite:///.touchline/ledger.db", root=stage.root).write() as unit:
        pause_channel(unit, "email", why="535 5.7.8 no", at=start, actor="ann")

    def goes_back(hands: Hands) -> None:
        hands.at -= 20 * HOUR

    def needs_it_no_more(hands: Hands) -> None:
        on(hands)
        stage.put_users({"user_id": 1, "uses_reports": "true"})

    def resumes(_: Hands) -> None:
        assert stage.do("resume", "--yes").status == 0

    nearly_a_day = [lambda hands: hands.go_on(23 * HOUR), on]
    moves = [on, *nearly_a_day, goes_back, needs_it_no_more, resumes, on]
    daemon_at(stage, monkeypatch, start, *moves)
    assert stage.mailed == []
    log = stage.do("audit", "show", "--format", "json").data
    assert [each["body"]["outcome"] for each in log if each["kind"] == "left"] == ["exited"]
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0


def test_a_clock_that_was_years_ahead_and_is_right_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was started years ahead bursts nothing old; set right, nothing is sent a second time."""
    stage.write("playbooks/checkup.yaml", WAITING)
    stage.put_users({"user_id": 1})
    start = datetime(2026, 3, 10, 12, 0, 1, tzinfo=UTC)
    daemon_at(stage, monkeypatch, start, on)
    daemon_at(stage, monkeypatch, start + TEN_YEARS, on, on)
    sent = len(stage.letters)
    assert "still to come" not in caplog.text
    daemon_at(stage, monkeypatch, start + HOUR, on, on, on, on)
    assert caplog.text.count("is still to come by this machine's clock") == 1
    assert len(stage.letters) == sent <= 1
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0


# ---------------------------------------------------------------- certificates and servers


def test_a_certificate_that_runs_out_while_mail_goes_out() -> None:
    """The connection that stands serves on; the next is refused, and nothing is in the clear."""
    gone = timedelta(hours=-1)

    async def run(server: ScriptedSmtpServer) -> list[Answer]:
        declared = SmtpChannel(
            "email", "127.0.0.1", server.port, tls="starttls", messages_per_connection=1
        )
        smtp = Smtp(declared, context=trusting(), command_timeout=2)
        first = await smtp.send(letter(1), yes)
        server.tls = server_context(gone)
        second = await smtp.send(letter(2), yes)
        await smtp.close()
        return [first, second]

    with ScriptedSmtpServer(tls=server_context()) as server:
        first, second = asyncio.run(run(server))
        assert isinstance(first, Sent)
        assert isinstance(second, NotSent)
        assert "certificate" in second.detail
        assert server.recipients() == ["ok@x1.example"]


def test_what_is_slipped_in_before_the_tls_begins_is_never_taken_for_an_answer() -> None:
    """A reply behind `220 go`, still in the clear, would stand for the answer to the next word."""
    faults = {"starttls": "220 go\r\n250 slipped in"}
    with ScriptedSmtpServer(tls=server_context(), faults=faults) as server:

        async def run() -> Answer:
            declared = SmtpChannel("email", "127.0.0.1", server.port, tls="starttls")
            smtp = Smtp(declared, context=trusting(), command_timeout=1)
            answer = await smtp.send(letter(1), yes)
            await smtp.close()
            return answer

        answer = asyncio.run(run())
        assert isinstance(answer, Sent), answer
        assert "queued" in answer.detail
        assert server.recipients() == ["ok@x1.example"]


# ---------------------------------------------------------------- files, databases


def test_files_replaced_in_the_middle_of_a_pass(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everyone of the pass gets the words of the files as they were when it began."""
    stage.write("playbooks/checkup.yaml", HOURLY)
    stage.put_users(*({"user_id": n} for n in range(1, 4)))
    deliver = LedgerJournal.deliver

    def replaced(journal: LedgerJournal) -> bool:
        stage.write("emails/hello.md", "---\nsubject: Other\n---\nOther words.\n")
        stage.write("playbooks/checkup.yaml", "playbook: [")
        return deliver(journal)

    monkeypatch.setattr(LedgerJournal, "deliver", replaced)
    assert stage.run().status == 0
    assert len(stage.letters) == 3
    for mail in stage.letters:
        body = mail.get_body(("plain",))
        assert body is not None
        assert "a word from" in body.get_content()


@pytest.fixture
def on_server(stage: Stage, postgres: str) -> str:
    """The ledger in Postgres; the URL of its database."""
    url = fresh_database(postgres)
    stage.edit("touchline.yaml", "sqlite:///.touchline/ledger.db", url)
    assert stage.do("ledger", "init").status == 0
    return url


def test_all_connections_to_the_ledger_end_between_and_within_rounds(
    stage: Stage, on_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when Postgres fails over: the daemon goes on, and each mail goes out once."""
    stage.write("playbooks/checkup.yaml", HOURLY.replace("always", "never"))
    stage.put_users(*({"user_id": n} for n in range(1, 6)))
    deliver, times = LedgerJournal.deliver, iter([True])

    def cut(_: object = None) -> None:
        engine = create_engine(on_server, poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()

    def interrupted(journal: LedgerJournal) -> bool:
        if next(times, False):
            cut()
        return deliver(journal)

    def cut_and_on(hands: Hands) -> None:
        cut()
        on(hands)

    monkeypatch.setattr(LedgerJournal, "deliver", interrupted)
    start = datetime(2026, 3, 10, 11, 59, 59, tzinfo=UTC)
    daemon_at(stage, monkeypatch, start, on, cut_and_on, on, cut_and_on, on, on)
    ids = Counter(mail["Message-ID"] for mail in stage.letters)
    assert sorted(ids.values()) == [1] * 5
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0
