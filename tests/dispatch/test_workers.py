"""Whether a worker is gone: only what is certain counts."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from engine.dispatch.workers import gone_among, this_worker

NAME = "from engine.dispatch.workers import this_worker; print(this_worker(), flush=True); input()"


def test_this_one_lives() -> None:
    assert gone_among([this_worker()]) == frozenset()


def test_another_process_is_gone_once_it_has_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert name != this_worker()
        assert gone_among([name]) == frozenset()
        process.kill()
        if sys.platform == "linux":  # not even waited for
            assert any(gone_among([name]) or time.sleep(0.02) for _ in range(200))
        process.wait()
    assert gone_among([name, this_worker()]) == {name}


@pytest.mark.parametrize(
    "change",
    [
        lambda here, number, started: f"elsewhere:{number}:{started}",
        lambda here, number, started: "somebody",
        lambda here, number, started: "",
        lambda here, number, started: f"{here}:x:{started}",
        lambda here, number, started: f"{here}:99999999999999999999:{started}",
        lambda here, number, started: f"{here}:{number}:",
    ],
)
def test_of_others_nobody_knows(change) -> None:  # type: ignore[no-untyped-def]
    assert gone_among([change(*this_worker().split(":"))]) == frozenset()


def test_a_number_given_to_another_process_since_is_gone() -> None:
    here, number, _ = this_worker().split(":")
    assert gone_among([f"{here}:{number}:1"]) == {f"{here}:{number}:1"}
