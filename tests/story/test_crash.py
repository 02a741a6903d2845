"""A run that is told to stop finishes what is under way; `tests/campaign` kills it anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

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
