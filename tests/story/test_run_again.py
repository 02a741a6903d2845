"""A run that is taken up again, by the next process or by another one meanwhile: once each."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import engine.passes.run as passes
from engine.passes.gather import World
from engine.passes.journal import LedgerJournal
from engine.problems import Unreachable
from tests.support.postgres import fresh_database
from tests.support.stage import AS_OF, Stage, open_stage

ROOT = Path(__file__).resolve().parents[2]
ALL = ["ann1@example.com", "ann2@example.com", "ann3@example.com"]

AGAIN = """\
playbook: checkup
entry: {again: always}
segment: {of: user, where: [{everyone: true}]}
steps: [{email: hello}]
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def staged(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    """A stage on a ledger of each kind."""
    url = "sqlite:///.touchline/ledger.db"
    if request.param == "postgresql":
        url = fresh_database(request.getfixturevalue("postgres"))
    with open_stage(tmp_path, ledger=url) as stage:
        stage.do("ledger", "init")
        yield stage


def test_two_runs_at_the_same_instant_mail_everyone_once(staged: Stage) -> None:
    staged.put_users(*({"user_id": key} for key in range(1, 21)))
    staged.write("playbooks/checkup.yaml", AGAIN)
    processes = [
        subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), "-C", str(staged.root), "run", "--as-of", AS_OF],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in processes]
    assert all(process.returncode in (0, 1) for process in processes), said
    assert "Traceback" not in str(said)
    staged.run()
    assert Counter(staged.mailed) == Counter(f"ann{key}@example.com" for key in range(1, 21))
    assert staged.do("audit", "verify").status == 0


def test_a_run_that_another_process_took_over_enters_nobody(
    staged: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has read who enters; meanwhile the other enters, mails and ends."""
    staged.write("playbooks/checkup.yaml", AGAIN)
    select, other = passes.select, []

    def late(*given: object, **named: object) -> object:
        if not other:
            other.append(None)
            thread = threading.Thread(target=lambda: other.append(in_between(staged)))
            thread.start()
            thread.join()
        return select(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(passes, "select", late)
    first = staged.run()
    assert staged.mailed == ALL
    assert first.status == 1
    assert "another process has taken this run over" in first.data["runs"][0]["error"]


def in_between(stage: Stage) -> int:
    command = [sys.executable, str(ROOT / "cli.py"), "-C", str(stage.root)]
    done = subprocess.run(
        [*command, "run", "--as-of", AS_OF],
        check=False,
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.returncode


def test_a_ledger_that_fails_after_everyone_entered_lets_nobody_enter_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By then they were mailed and have left, and might enter again."""
    stage.write("playbooks/checkup.yaml", AGAIN)
    deliver, tries = LedgerJournal.deliver, []

    def fails(self: LedgerJournal) -> bool:
        tries.append(None)
        if len(tries) == 2:
            raise Unreachable("the ledger cannot be used: the server is restarting")
        return deliver(self)

    with monkeypatch.context() as patched:
        patched.setattr(LedgerJournal, "deliver", fails)
        assert stage.run().status == 3
    assert stage.mailed == ALL
    assert stage.run().status == 0
    assert stage.mailed == ALL
    assert "run.failed" in stage.do("audit", "show").out


def test_the_sources_are_checked_when_a_run_is_repeated(stage: Stage) -> None:
    """Else a file that was emptied would count as everyone being gone."""
    stage.run()
    kept = (stage.root / "data/users.csv").read_bytes()
    stage.write("data/users.csv", kept.decode().splitlines()[0] + "\n")
    assert stage.run().status == 1
    (stage.root / "data/users.csv").write_bytes(kept)
    stage.run(as_of="2026-03-15T09:00:00-04:00")
    assert len(stage.hooks.received) == 3


def test_a_person_who_moves_on_elsewhere_meanwhile_does_not_end_the_run(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes move the same people: the slower one asks again."""
    stage.write("playbooks/other.yaml", AGAIN.replace("checkup", "other").replace("hello", "hello"))
    of_step, other = World.of_step, []

    def late(self: World, playbook: object, enrollments: object) -> object:
        known = of_step(self, playbook, enrollments)  # type: ignore[arg-type]
        if not other:
            other.append(in_between(stage))
        return known

    monkeypatch.setattr(World, "of_step", late)
    run = stage.run()
    assert [each["error"] for each in run.data["runs"]] == [None, None] or run.status == 0, run
    assert Counter(stage.mailed) == Counter(ALL * 2)


def test_a_ledger_that_is_locked_for_a_while_is_waited_for(stage: Stage) -> None:
    stage.do("ledger", "init")
    engine = create_engine(f"sqlite:///{stage.root}/.touchline/ledger.db")
    with engine.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        unlock = threading.Timer(1.5, connection.rollback)
        unlock.start()
        assert stage.run().status == 0
        unlock.join()
    engine.dispose()
    assert stage.mailed == ALL
