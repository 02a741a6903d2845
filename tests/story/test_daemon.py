"""The daemon as a process: fires once, moves people on, gives way, stops cleanly."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
LOG = "daemon.log"


def every_minute(stage: Stage) -> None:
    """A schedule that fires within the minute, whatever the day."""
    stage.write(
        "playbooks/checkup.yaml",
        'playbook: checkup\nschedule: "* * * * *"\nsegment: {of: user, where: [{everyone: true}]}\n'
        "steps: [{email: hello}]\n",
    )


@contextmanager
def daemon(stage: Stage, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A daemon in a process of its own, killed at the end if it still runs."""
    with (stage.root / LOG).open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), "-C", str(stage.root), "daemon", *words],
            stdout=log,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


def until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to it in time"
        time.sleep(0.05)


def test_one_round_fires_what_is_due_once(stage: Stage) -> None:
    every_minute(stage)
    assert stage.do("daemon", "--once").status == 0
    assert stage.mailed == ["ann1@example.com", "ann2@example.com", "ann3@example.com"]
    stage.do("daemon", "--once")
    assert len(stage.mail.received) == 3
    (line,) = stage.do("status", "--format", "json").data["playbooks"]
    assert line["last_state"] == "done"
    assert line["next_fire"] > datetime.now(UTC).isoformat()


def test_status_says_that_no_daemon_is_at_work(stage: Stage) -> None:
    """Where none ever was there is none to be missed: `touchline run` does as well."""
    told = "no daemon is at work since"
    every_minute(stage)
    stage.run()
    assert told not in stage.do("status").out
    with daemon(stage):
        until(lambda: stage.do("status", "--format", "json").data["daemon_until"] is not None)
        assert told not in stage.do("status").out
    file = stage.root / ".touchline" / "ledger.db"
    with closing(sqlite3.connect(file)) as ledger, ledger:
        ledger.execute("UPDATE leases SET until = ?", ["2026-03-10T09:00:00.000000Z"])
    assert f"{told} 2026-03-10 09:00 UTC" in stage.do("status").out
    assert told in stage.do("status", "--format", "json").data["notes"][0]


def test_slots_that_were_missed_are_recorded_and_the_latest_is_caught_up(stage: Stage) -> None:
    every_minute(stage)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    stage.edit(
        "playbooks/checkup.yaml",
        'schedule: "* * * * *"',
        f'schedule: {{cron: "*/5 * * * *", timezone: UTC, from: {now:%Y-%m-%d}}}',
    )
    stage.do("daemon", "--once")
    audit = stage.do("audit", "show", "--format", "json").data
    skipped = [record for record in audit if record["kind"] == "run.skipped"]
    started = [record for record in audit if record["kind"] == "run.started"]
    assert len(started) <= 1
    assert all(record["body"]["reason"] == "superseded" for record in skipped)
    assert len(stage.mail.received) == 3 * len(started)


def test_a_second_daemon_gives_way_and_says_who_is_at_work(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    every_minute(stage)
    with daemon(stage) as first:
        until(lambda: len(stage.mail.received) == 3)
        assert stage.do("daemon", "--once").status == 1
        assert "another daemon holds the lease" in caplog.text
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=30) == 0
    assert stage.do("daemon", "--once").status == 0
    assert len(stage.mail.received) == 3


def test_a_daemon_that_was_killed_need_not_be_waited_for(stage: Stage) -> None:
    every_minute(stage)
    with daemon(stage):
        until(lambda: len(stage.mail.received) == 3)
    assert stage.do("daemon", "--once").status == 0


def test_changed_files_are_taken_up_whole_or_not_at_all(stage: Stage) -> None:
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: user, where: [{everyone: true}]}\n"
        "steps: [{email: hello}]\n",
    )
    log = stage.root / LOG
    with daemon(stage) as process:
        until(lambda: "stop it with SIGTERM" in log.read_text())
        stage.write("playbooks/other.yaml", "playbook: other\nsegment:")
        every_minute(stage)
        until(lambda: "not taken up" in log.read_text())
        assert stage.mail.received == [], "one broken file keeps all of the change out"
        (stage.root / "playbooks/other.yaml").unlink()
        until(lambda: len(stage.mail.received) == 3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_a_wait_that_is_over_moves_on_without_a_fire(stage: Stage) -> None:
    then = (datetime.now(UTC) - timedelta(days=5, minutes=1)).isoformat()
    stage.edit("playbooks/checkup.yaml", "{days_ago: {between: [30, 90]}}", "{set: true}")
    stage.run(as_of=then)
    assert len(stage.mail.received) == 3
    stage.do("daemon", "--once")
    assert len(stage.hooks.received) == 3


def test_nobody_leaves_between_fires_by_data_that_cannot_be_trusted(stage: Stage) -> None:
    """An empty table looks as if everyone were gone."""
    then = (datetime.now(UTC) - timedelta(days=5, minutes=1)).isoformat()
    stage.edit("playbooks/checkup.yaml", "{days_ago: {between: [30, 90]}}", "{set: true}")
    stage.run(as_of=then)
    users = (stage.root / "data/users.csv").read_text()
    stage.write("data/users.csv", users.splitlines()[0] + "\n")
    assert stage.do("daemon", "--once").status == 1
    stage.write("data/users.csv", users)
    assert stage.do("daemon", "--once").status == 0
    assert len(stage.hooks.received) == 3


def test_a_daemon_serves_its_figures_while_it_works(stage: Stage) -> None:
    every_minute(stage)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with daemon(stage, "--metrics-port", str(port)):
        until(lambda: len(stage.mail.received) == 3)
        page = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    (lease,) = re.findall(r"^touchline_daemon_lease_timestamp_seconds (.+)$", page, re.MULTILINE)
    assert float(lease) > time.time()
    told = stage.do("status", "--format", "prometheus").out
    assert _figures(page) == _figures(told)


def _figures(page: str) -> set[str]:
    return set(re.findall(r"^# HELP (\w+)", page, re.MULTILINE))
