"""Halts in the middle of everything, and halts that nobody can read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

import pytest

from connectors.channels.smtp import Smtp
from engine.dispatch import line
from engine.language.project import SmtpChannel
from engine.ledger.log import verify_audit
from engine.ledger.store import Ledger
from engine.ports import Answer, Message, Permit
from engine.problems import Unreachable
from engine.stopping import Stop
from tests.dispatch.outbox import Watch, by_key, fill, letter, run
from tests.ledger.factories import NOW, reading
from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import Stage

LATE = {"expires_at": NOW + timedelta(days=3)}


def declared(server: ScriptedSmtpServer) -> SmtpChannel:
    return SmtpChannel("email", "127.0.0.1", server.port, tls="none", answer_timeout=5)


class Interrupted(Smtp):
    """The real channel; right before the permit of the tenth message, something happens."""

    def __init__(self, channel: SmtpChannel, happening: Callable[[], None]) -> None:
        super().__init__(channel)
        self._happening, self._asked = happening, 0

    async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
        """As the real one."""

        async def asked() -> bool:
            self._asked += 1
            if self._asked == 10:
                self._happening()
            return await permit()

        return await super().send(message, asked, **after)


def test_121_kill_switch_during_a_run(ledger: Ledger, tmp_path: Path) -> None:
    """A file is enough: what had been permitted goes, and nothing after it."""
    fill(ledger, {f"{n:03}": letter(f"{n:03}", "ok@x.example", **LATE) for n in range(40)})
    switch = tmp_path / ".touchline" / "HALT"
    seen: list[int] = []

    def pull() -> None:
        switch.touch()
        seen.append(len(server.stored))

    with ScriptedSmtpServer() as server:
        run(ledger, Interrupted(declared(server), pull))
        assert len(server.stored) - seen[0] <= 3, "one in the DATA of each other lane at most"
        states = [row.state.value for row in by_key(ledger).values()]
        assert (states.count("sent"), set(states)) == (len(server.stored), {"sent", "ready"})
        switch.unlink()
        run(ledger, Smtp(declared(server)), watch=Watch(NOW + timedelta(hours=1)))
        assert set(server.ids().values()) == {1}
        assert len(server.stored) == 40
    assert reading(ledger, verify_audit).valid


def loop(switch: Path) -> None:
    switch.symlink_to("nowhere")


def folder(switch: Path) -> None:
    switch.mkdir()


@pytest.mark.parametrize("odd", [loop, folder])
def test_122_kill_switch_of_an_odd_kind(
    ledger: Ledger, tmp_path: Path, odd: Callable[[Path], None]
) -> None:
    """Whatever lies there counts as set."""
    odd(tmp_path / ".touchline" / "HALT")
    assert nothing_goes_out(ledger)


def test_122_kill_switch_that_cannot_be_looked_at(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for somebody who may not look into the folder; root may look everywhere."""
    lstat = Path.lstat

    def refused(path: Path) -> object:
        if path.name == "HALT":
            raise PermissionError(13, "Permission denied")
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", refused)
    assert nothing_goes_out(ledger)


def nothing_goes_out(ledger: Ledger) -> bool:
    fill(ledger, {"1": letter("1", "ok@x.example", **LATE)})
    with ScriptedSmtpServer() as server:
        run(ledger, Smtp(declared(server)))
        return (by_key(ledger)["1"].state, server.stored) == ("ready", [])


def test_122_kill_switch_while_the_ledger_is_down(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can look whether it is set, there is no dot."""
    monkeypatch.setattr(line, "_SETTLE_WAITS_S", (0.01,))
    fill(ledger, {f"{n:02}": letter(f"{n:02}", "ok@x.example", **LATE) for n in range(30)})
    file = tmp_path / ".touchline" / "ledger.db"
    seen: list[int] = []

    def go_down() -> None:
        seen.append(len(server.stored))
        ledger.engine.dispose()
        file.rename(file.with_suffix(".away"))
        file.mkdir()

    with ScriptedSmtpServer() as server:
        with pytest.raises(Unreachable):
            run(ledger, Interrupted(declared(server), go_down))
        assert len(server.stored) - seen[0] <= 3, "one in the DATA of each other lane at most"
        assert len(server.stored) < 30


# ---------------------------------------------------------------- pulled where little works

URL = "sqlite:///.touchline/ledger.db"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(URL, "postgresql+psycopg://x@127.0.0.1:1/x", "refused", id="no answer"),
        pytest.param(URL, "${env:NOBODY_SET_THIS}", "is not set", id="a secret of another shell"),
        pytest.param("channels:", "chanels:", "chanels", id="a file that was broken"),
    ],
)
def test_a_halt_is_set_by_its_file_where_its_ledger_cannot_be_asked(
    stage: Stage, old: str, new: str, told: str
) -> None:
    """A daemon that runs goes on with the files it has: so it must be stopped without them."""
    stage.do("ledger", "init")
    stage.edit("touchline.yaml", old, new)
    said = stage.do("halt", "--why", "wrong price")
    switch = stage.root / ".touchline" / "HALT"
    assert (said.status, told in said.err, str(switch) in said.err) == (3, True, True), said
    assert switch.read_text() == "wrong price\n"
    stage.edit("touchline.yaml", new, old)
    assert stage.run().status == 1
    assert stage.mail.received == []
    assert stage.do("resume", "--yes").status == 0
    stage.run(as_of="2026-03-11T09:00:00-04:00")
    assert len(stage.mail.received) == 3


def test_a_halt_of_one_playbook_needs_the_ledger(stage: Stage) -> None:
    stage.edit("touchline.yaml", URL, "postgresql+psycopg://x@127.0.0.1:1/x")
    assert stage.do("halt", "checkup").status == 3
    assert not (stage.root / ".touchline" / "HALT").exists()


def test_a_halt_is_set_by_the_ledger_where_its_file_cannot_be_made(stage: Stage) -> None:
    """As where the folder is read-only, and everybody's ledger lies on a server."""
    stage.do("ledger", "init")
    (stage.root / ".touchline" / "ledger.db").rename(stage.root / "ledger.db")
    (stage.root / ".touchline").rmdir()
    (stage.root / ".touchline").touch()
    stage.edit("touchline.yaml", URL, "sqlite:///ledger.db")
    stage.do("ledger", "adopt")
    assert stage.do("halt", "--why", "wrong price").status == 0
    assert "halted (wrong price)" in stage.run().data["runs"][0]["held"]
    assert stage.mail.received == []
    stage.edit("touchline.yaml", "sqlite:///ledger.db", "postgresql+psycopg://x@127.0.0.1:1/x")
    said = stage.do("halt")
    assert (said.status, "nor can the file" in said.err) == (3, True), said


def test_a_reason_in_another_encoding_keeps_no_halt_from_being_set(stage: Stage) -> None:
    """What an old terminal sends for `für` is no UTF-8."""
    stage.do("ledger", "init")
    assert stage.do("halt", "--why", os.fsdecode(b"f\xfcr alle")).status == 0
    assert "halted (f\ufffdr alle)" in stage.run().data["runs"][0]["held"]


# ---------------------------------------------------------------- signals


def test_a_signal_that_comes_in_any_moment_of_a_sleep_ends_it() -> None:
    """Its handler interrupts the sleeper between two steps, whatever that holds just then."""
    for moment in range(40):
        thread = Thread(target=sleep_until_asked, args=[Stop(), moment], daemon=True)
        thread.start()
        thread.join(5)
        assert not thread.is_alive(), moment


def sleep_until_asked(stop: Stop, moment: int) -> None:
    """It is asked for an end before that step of the interpreter, if the sleep has so many."""
    left = moment

    def step(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code is Stop.ask.__code__ or stop.is_asked:
            return None
        frame.f_trace_opcodes = True
        left -= event == "opcode"
        if left < 0:
            stop.ask()
        return step

    sys.settrace(step)
    stop.sleep(0.02)
