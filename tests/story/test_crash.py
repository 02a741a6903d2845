"""A run that is killed anywhere: run again, nobody gets a message twice and nobody is forgotten."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.stage import AS_OF, Stage

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 40


def start(stage: Stage) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "-C", str(stage.root), "run", "--as-of", AS_OF],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_killed_and_run_again(stage: Stage, seed: int) -> None:
    """Each is mailed once, or held as unknown for a person; never twice, never silently not."""
    stage.put_users(*({"user_id": key} for key in range(1, PEOPLE + 1)))
    chance = random.Random(seed)
    for _ in range(3):
        process = start(stage)
        before = len(stage.mail.received)
        deadline = time.monotonic() + 20
        while len(stage.mail.received) == before and time.monotonic() < deadline:
            if process.poll() is not None:
                break
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.wait()
    last = stage.run()
    assert last.status in (0, 1)
    mails = Counter(stage.mailed)
    unknown = {item["to"] for item in stage.do("held", "--format", "json").data}
    everyone = {f"ann{key}@example.com" for key in range(1, PEOPLE + 1)}
    assert max(mails.values()) == 1
    assert everyone - set(mails) <= unknown
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0


def test_sigterm_finishes_what_is_under_way_and_leaves_the_rest_ready(stage: Stage) -> None:
    stage.put_users(*({"user_id": key} for key in range(1, PEOPLE + 1)))
    process = start(stage)
    deadline = time.monotonic() + 20
    while not stage.mail.received and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    states = stage.do("status", "--format", "json").data["touches"]
    assert set(states) <= {"sent", "ready"}
    assert states["sent"] == len(stage.mail.received)
    assert stage.do("held", "--format", "json").data == []
    stage.run()
    assert Counter(stage.mailed) == Counter(f"ann{key}@example.com" for key in range(1, PEOPLE + 1))
