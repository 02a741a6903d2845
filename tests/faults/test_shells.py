"""What a shell may do to a program: streams that are closed or full, and no current folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stage import Stage

ROOT = Path(__file__).parents[2]


def shell(line: str, *, at: Path, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    """A line of bash in a folder, where `touchline` is this checkout's."""
    program = f'touchline() {{ {sys.executable} -P -m touchline "$@"; }}; set -o pipefail; '
    return subprocess.run(
        ["bash", "-c", program + line],
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding=encoding,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "status"),
    [("status", 1), ("validate --format json", 1), ("--help", 3)],
    ids=["answer", "json", "help"],
)
def test_full_disk_under_the_answer_is_one_sentence(stage: Stage, words: str, status: int) -> None:
    said = shell(f"touchline {words} > /dev/full", at=stage.root)
    assert said.returncode == status
    assert "No space left on device" in said.stderr
    assert said.stderr.count("\n") == 1, "and nothing of what Python could not flush"


def test_a_reader_that_has_seen_enough_is_no_failure(stage: Stage) -> None:
    said = shell("touchline segment checkup | true", at=stage.root)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_what_a_terminal_has_no_letter_for_is_written_as_json_writes_it(
    stage: Stage, encoding: str
) -> None:
    """A run that went well must not end as a bug because of a name."""
    name = "Łukasz 🙂"
    stage.put_users({"user_id": 1, "first_name": name})
    told = shell(
        f"export PYTHONIOENCODING={encoding}; touchline explain checkup --for 1 --as-of 2026-03-10 "
        "&& touchline run --dry-run --as-of 2026-03-10T09:00 --format json",
        at=stage.root,
        encoding=encoding,
    )
    assert (told.returncode, told.stderr) == (0, "")
    answer = told.stdout[told.stdout.index("\n{") :]
    assert json.loads(answer)["would"][0]["subject"] == f"Hello {name}"


@pytest.mark.parametrize("words", ["resume", "erase 1 --entity user", "held edit none", "inbound"])
def test_closed_standard_input_has_nobody_to_ask(stage: Stage, words: str) -> None:
    stage.do("ledger", "init")
    said = shell(f"touchline {words} <&-", at=stage.root)
    assert "bug of ours" not in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    "words", ["init", "demo", "schema --out x", "add expansion", "-C . status", "validate x"]
)
def test_a_current_folder_that_is_gone_is_told(tmp_path: Path, words: str) -> None:
    said = shell(f"mkdir gone && cd gone && rmdir ../gone && touchline {words}", at=tmp_path)
    assert said.returncode == 2
    assert "the current folder is gone; go to one that exists" in said.stderr
