"""Disks that are full, here or there, and a ledger that nobody may write."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

import cli
from connectors.channels.smtp import Smtp
from engine.dispatch import line
from engine.language.project import SmtpChannel
from engine.ledger.check import check_ledger
from engine.ledger.log import verify_audit
from engine.ledger.store import Ledger
from engine.ports import Answer, Follow, Message, Permit, nobody
from engine.problems import Unreachable
from engine.stopping import Stop
from tests.dispatch.outbox import Watch, by_key, fill, letter, run
from tests.ledger.factories import NOW, reading
from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import AS_OF, Stage

LATE = {"expires_at": NOW + timedelta(days=3)}

# ---------------------------------------------------------------- the ledger's disk


class FillingUp:
    """The real channel; with its first answer the disk is full: no file grows beyond `log`."""

    def __init__(self, inner: Smtp, log: Path) -> None:
        self.name, self.on_unknown = inner.name, inner.on_unknown
        self.patience, self.at_once = inner.patience, inner.at_once
        self._inner, self._log = inner, log

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Send it."""
        answer = await self._inner.send(message, permit, follow=follow)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._log.stat().st_size, hard))
        return answer

    async def close(self) -> None:
        """As the inner one."""
        await self._inner.close()


@contextmanager
def space_in_the_end() -> Iterator[None]:
    """Whatever filled the disk, there is space again after the block."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_030_disk_full_at_the_sent_commit(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered cannot be kept: nothing more goes out, it is unknown, nothing is double."""
    monkeypatch.setattr(line, "_SETTLE_WAITS_S", (0.01,))
    fill(ledger, {str(n): letter(str(n), f"ok@x{n}.example", **LATE) for n in range(40)})
    with ScriptedSmtpServer() as server:
        declared = SmtpChannel("email", "127.0.0.1", server.port, tls="none", answer_timeout=5)
        log = tmp_path / ".touchline" / "ledger.db-wal"
        with space_in_the_end(), pytest.raises(Unreachable, match="the disk"):
            run(ledger, FillingUp(Smtp(declared), log))
        assert 0 < len(server.stored) <= 4, "one a lane at most"
        run(ledger, Smtp(declared), watch=Watch(NOW + timedelta(hours=1)))
        assert set(server.ids().values()) == {1}
        arrived = {each.strip("<>").partition("@")[0] for each in server.ids()}
    rows = by_key(ledger).values()
    unknown = {row.id for row in rows if row.state == "unknown"}
    assert {row.state.value for row in rows} == {"sent", "unknown"}
    assert arrived | unknown == {row.id for row in rows}
    assert reading(ledger, verify_audit).valid
    assert check_ledger(ledger) == []


def test_038_read_only_database_file(stage: Stage) -> None:
    """Whatever would write ends at its start, with a sentence; what only reads goes on."""
    stage.do("ledger", "init")
    (file,) = stage.root.glob(".touchline/*.db")
    stage.edit(
        "touchline.yaml",
        "sqlite:///.touchline/ledger.db",
        f"sqlite:///file:{file}?mode=ro&uri=true",
    )
    for words in (["run", "--as-of", AS_OF], ["daemon", "--once"], ["daemon"], ["halt"]):
        told = stage.do(*words)
        assert (told.status, "it is read-only here" in told.err) == (3, True), (words, told)
        assert "another daemon" not in told.err
    assert stage.mail.received == []
    halted = stage.do("run", "--dry-run", "--as-of", AS_OF)  # by its file, ledger or not
    assert (halted.status, "held: halted" in halted.out) == (1, True), halted
    told = stage.do("status")
    assert (told.status, "HALT stands" in told.out, told.err) == (1, True, ""), told
    assert stage.do("ledger", "check").status == 0


# ---------------------------------------------------------------- the disk of what is told

EVERY_MINUTE = (
    'playbook: checkup\nschedule: "* * * * *"\nsegment: {of: user, where: [{everyone: true}]}\n'
    "steps: [{email: hello}]\n"
)


def test_031_disk_full_of_the_log_file_only(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be written stops nothing: not at the start, and not later."""
    stage.write("playbooks/checkup.yaml", EVERY_MINUTE)
    monkeypatch.setattr(Stop, "sleep", lambda stop, _: stop.ask())
    assert printing(stage, "stderr", "daemon") == 0
    assert len(stage.mail.received) == 3


def test_031_disk_full_of_what_a_command_prints(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so, and not that it is a bug or that nothing was done."""
    assert printing(stage, "stdout", "run", "--as-of", AS_OF) == 1
    told = capsys.readouterr().err
    assert told.startswith("touchline: the answer cannot be written (No space left on device)")
    assert len(stage.mail.received) == 3
    assert printing(stage, "stdout", "audit", "export") == 1


def printing(stage: Stage, stream: str, *words: str) -> int:
    """The exit status of a command that prints to a full disk."""
    full = Path("/dev/full").open("w", buffering=1)  # noqa: SIM115  closing it fails as well
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, stream, full)
        with pytest.raises(SystemExit) as end:
            cli.main([words[0], "-C", str(stage.root), *words[1:]])
    with suppress(OSError):
        full.close()
    assert isinstance(end.value.code, int)
    return end.value.code
