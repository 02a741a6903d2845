"""Workers as processes: each mail once by the receiver's record, nothing that was not cleared."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select, text

from connectors.channels.receivers import SmtpReceiver
from engine.ledger.clearances import Clearance, clear
from engine.ledger.control import is_halted
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from engine.ledger.tables import audit, touches
from tests.campaign.launcher import Launcher
from tests.ledger.factories import keep, make_enrollment, make_touch, touching
from tests.support.backups import backup
from tests.support.postgres import fresh_database
from tests.support.stage import Stage, open_stage

LOG = "worker.log"
ENDED = ("sent", "unknown")


class SlowReceiver(SmtpReceiver):
    """Takes its time, so that something happens in the middle."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(0.02)
        return await super().handle_DATA(server, session, envelope)


@dataclass
class Crew:
    """A project on Postgres, its slow mail server, and workers to start on it."""

    stage: Stage
    mail: SlowReceiver
    ledger: Ledger
    launcher: Launcher
    running: set[int] = field(default_factory=set)

    def start(self) -> int:
        """A worker, once procrastinate knows of it."""
        log = self.stage.root / LOG
        before = self._count("workers")
        process = self.launcher.start(log, "-C", str(self.stage.root), "worker")
        until(lambda: self._count("workers") > before)
        return process

    def end(self, process: int, how: signal.Signals) -> int:
        """Stop one; its exit status, negative for the signal that ended it."""
        os.kill(process, how)
        return self.launcher.wait(process)

    def fill(self, number: int, playbook: str, *, cleared: bool = True) -> set[str]:
        """So many mails of a playbook, due now; the addresses they go to."""
        now = datetime.now(UTC)
        if cleared:
            with self.ledger.write() as unit:
                clear(unit, playbook, Clearance(now, now + timedelta(minutes=15)))
        decisions, addresses = [], set()
        for key in range(number):
            of = make_enrollment(str(key), playbook=playbook)
            address = f"{playbook}-{key}@example.com"
            until = now + timedelta(days=1)
            made = make_touch(of, channel="email", recipient=address, expires_at=until)
            decisions += touching(of, made)
            addresses.add(address)
        keep(self.ledger, decisions, now)
        return addresses

    @property
    def got(self) -> list[str]:
        """The addresses that got mail, one for each mail."""
        return [mail.recipients[0] for mail in list(self.mail.received)]

    def addresses(self, *states: str) -> set[str]:
        """Whose touches are in these states."""
        with self.ledger.read() as unit:
            mine = select(touches.c.recipient).where(touches.c.state.in_(states))
            return set(unit.connection.scalars(mine))

    def senders(self) -> Collection[str]:
        """Who sent something, by the audit."""
        with self.ledger.read() as unit:
            sent = select(audit.c.actor).where(audit.c.kind == "touch.sent").distinct()
            return set(unit.connection.scalars(sent))

    def jobs(self) -> int:
        """How many jobs procrastinate holds."""
        return self._count("jobs")

    def _count(self, what: str) -> int:
        with self.ledger.read() as unit:
            number = unit.connection.scalar(text(f"SELECT count(*) FROM procrastinate_{what}"))
            return int(number or 0)


def until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to it in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    """One process that has imported everything."""
    with Launcher() as started:
        yield started


@pytest.fixture
def crew(tmp_path: Path, postgres: str, launcher: Launcher) -> Iterator[Crew]:
    """A project with a ledger that was just made, and nobody at work on it."""
    url = fresh_database(postgres)
    with open_stage(tmp_path, ledger=url) as stage, SlowReceiver() as mail:
        stage.edit("touchline.yaml", f"port: {stage.mail.port}", f"port: {mail.port}")
        assert stage.do("ledger", "init").status == 0
        ledger = open_ledger(url, root=tmp_path)
        try:
            yield Crew(stage, mail, ledger, launcher)
        finally:
            ledger.close()


def test_workers_carry_what_a_daemon_has_cleared(crew: Crew) -> None:
    stage = crew.stage
    stage.write(
        "playbooks/checkup.yaml",
        'playbook: checkup\nschedule: "* * * * *"\nsegment: {of: user, where: [{everyone: true}]}\n'
        "steps: [{email: hello, approve: account.csm}]\n",
    )
    assert stage.do("daemon", "--once").status == 1, "drafts wait"
    drafts = [item["id"] for item in stage.do("held", "list", "--format", "json").data]
    assert len(drafts) == 3
    first, second = crew.start(), crew.start()
    assert stage.do("held", "approve", *drafts).status == 0
    until(lambda: len(crew.addresses("sent")) == 3)
    assert crew.end(first, signal.SIGTERM) == 0
    assert crew.end(second, signal.SIGTERM) == 0
    assert sorted(crew.got) == ["ann1@example.com", "ann2@example.com", "ann3@example.com"]
    assert stage.do("audit", "verify").status == 0


def test_one_of_two_is_killed_and_nobody_is_written_to_twice(crew: Crew) -> None:
    first, second = crew.start(), crew.start()
    strangers = crew.fill(5, "strangers", cleared=False)
    wanted: set[str] = set()
    for part in range(30):  # until both are at it: who wakes first takes all of a small part
        wanted |= crew.fill(100, f"wanted{part}")
        if len(crew.senders()) == 2:
            break
    wanted |= crew.fill(200, "more")
    assert crew.end(first, signal.SIGKILL) == -signal.SIGKILL
    until(lambda: crew.addresses(*ENDED) == wanted)
    assert len(crew.got) == len(set(crew.got)), "somebody got it twice"
    lost = wanted - set(crew.got)
    assert lost <= crew.addresses("unknown")
    assert crew.addresses("sent") <= set(crew.got)
    assert len(crew.senders()) == 2
    assert crew.end(second, signal.SIGTERM) == 0
    assert crew.addresses("ready") == strangers, "what no pass has cleared stays where it is"
    assert crew.stage.do("audit", "verify").status == 0


def test_a_halt_stops_all_within_a_second_and_sigterm_leaves_nothing_half(crew: Crew) -> None:
    workers = [crew.start(), crew.start()]
    wanted = crew.fill(400, "wanted")
    until(lambda: len(crew.got) > 20)
    crew.stage.do("halt", "--why", "wrong text")
    time.sleep(0.5)
    then = len(crew.got)
    time.sleep(0.3)
    assert len(crew.got) == then < len(wanted)
    crew.stage.do("resume", "--yes")
    until(lambda: len(crew.got) > then)
    assert [crew.end(each, signal.SIGTERM) for each in workers] == [0, 0]
    assert len(crew.got) < len(wanted), "it was stopped in the middle"
    assert crew.addresses("sent") == set(crew.got)
    assert crew.addresses("ready") == wanted - set(crew.got)
    assert len(crew.got) == len(set(crew.got))


def test_chunks_are_handed_out_and_gone_when_they_are_done(crew: Crew) -> None:
    worker = crew.start()
    wanted = crew.fill(20, "wanted")
    assert crew.jobs() == 1, "made with the touches"
    until(lambda: crew.addresses("sent") == wanted and crew.jobs() == 0)
    assert crew.end(worker, signal.SIGTERM) == 0


def test_changed_files_are_taken_up(crew: Crew) -> None:
    worker = crew.start()
    crew.stage.edit("touchline.yaml", f"port: {crew.mail.port}", f"port: {crew.stage.mail.port}")
    until(lambda: "took up changed files" in (crew.stage.root / LOG).read_text())
    wanted = crew.fill(3, "wanted")
    until(lambda: crew.addresses("sent") == wanted)
    assert crew.got == []
    assert set(crew.stage.mailed) == wanted
    assert crew.end(worker, signal.SIGTERM) == 0


def test_a_ledger_that_falls_back_halts_everything_and_ends_the_worker(crew: Crew) -> None:
    """Also one that has nothing to send at that moment: it knows what was sent."""
    wanted = crew.fill(3, "wanted")
    restore = backup(crew.ledger, crew.stage.root)
    worker = crew.start()
    until(lambda: crew.addresses("sent") == wanted)
    restore()
    assert crew.launcher.wait(worker) == 1
    assert "fell back to an older state" in (crew.stage.root / LOG).read_text()
    with crew.ledger.read() as unit:
        assert is_halted(unit, "wanted")
    other = crew.start()
    time.sleep(0.5)
    assert len(crew.got) == 3
    assert crew.end(other, signal.SIGTERM) == 0


# ---------------------------------------------------------------- what a worker refuses


def test_a_ledger_in_a_file_has_no_workers(tmp_path: Path) -> None:
    with open_stage(tmp_path) as stage:
        refused = stage.do("worker")
        assert refused.status == 2
        assert "`touchline daemon` delivers from it alone" in refused.err
        assert not (tmp_path / ".touchline").exists(), "nothing was made"


def test_a_ledger_that_only_rehearses_has_none(crew: Crew) -> None:
    settings = (crew.stage.root / "touchline.yaml").read_text()
    crew.stage.write("touchline.yaml", settings.replace("ledger: {url", "ledger: {id: abc, url"))
    refused = crew.stage.do("worker")
    assert refused.status == 1
    assert "touchline.yaml names the ledger abc" in refused.err


def test_a_ledger_that_hands_out_nothing_is_made_ready_by_migrate(crew: Crew) -> None:
    with crew.ledger.write() as unit:
        for name in ("jobs", "workers"):
            unit.connection.execute(text(f"ALTER TABLE procrastinate_{name} RENAME TO old_{name}"))
    refused = crew.stage.do("worker")
    assert refused.status == 1
    assert "`touchline ledger migrate`" in refused.err
    with crew.ledger.read() as unit:
        assert unit.connection.scalar(select(func.count()).select_from(touches)) == 0


def test_without_procrastinate_it_says_how_to_get_it(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    refused = crew.stage.do("worker")
    assert refused.status == 1
    assert "pip install 'touchline[worker]'" in refused.err
