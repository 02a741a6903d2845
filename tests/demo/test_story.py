"""The demo's story: which commands it tells, in which order, and where it stops."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from connectors.demo.example import Ports, write_example
from connectors.demo.generate import Scale
from connectors.demo.story import tell
from engine.problems import Refused

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
SIX_DAYS_AGO = "2026-11-14T14:30:00+00:00"
SMALL = Scale(users=500, events=10_000)


class Recorder:
    """A program that notes its commands; those in `ends` end with another status than 0."""

    def __init__(self, **ends: int) -> None:
        self.commands: list[list[str]] = []
        self.ends = ends

    def __call__(self, arguments: list[str]) -> NoReturn:
        folder = Path(arguments[2])
        words = [arguments[0], *arguments[3:]]
        assert arguments[1] == "-C"
        self.commands.append(words)
        if words[:2] == ["ledger", "init"]:
            (folder / ".touchline/ledger.db").touch()
        if "json" in words:
            print(json.dumps({"keys": [7, 9]}))
        else:
            print("\n".join(f"line {n}" for n in range(100)))
        raise SystemExit(self.ends.get(words[0], 0))

    def verbs(self) -> list[str]:
        return [" ".join(words[:2]) if words[0] in GROUPS else words[0] for words in self.commands]


GROUPS = {"ledger", "audit"}


def told(folder: Path, program: Recorder) -> tuple[int, list[str]]:
    said: list[str] = []
    return tell(folder, SMALL, now=NOW, program=program, say=said.append), said


def test_a_new_demo_tells_the_whole_story(tmp_path: Path) -> None:
    program = Recorder()
    status, _ = told(tmp_path / "demo", program)
    assert status == 0
    assert program.verbs() == [
        *("ledger init", "ledger adopt", "validate"),
        *("segment", "segment", "explain", "explain", "run"),
        *("run", "run", "tasks", "run", "status", "audit verify"),
    ]


def test_it_asks_and_first_sends_as_of_six_days_ago(tmp_path: Path) -> None:
    program = Recorder()
    told(tmp_path / "demo", program)
    runs = [words for words in program.commands if words[0] == "run"]
    assert runs[0] == ["run", "feature-checkup", "--dry-run", "--as-of", SIX_DAYS_AGO]
    assert runs[1] == ["run", "feature-checkup", "--as-of", SIX_DAYS_AGO]
    assert runs[2:] == [["run", "feature-checkup"]] * 2


def test_it_explains_one_who_matches_and_one_who_does_not(tmp_path: Path) -> None:
    program = Recorder()
    told(tmp_path / "demo", program)
    matching, other = [words[3] for words in program.commands if words[0] == "explain"]
    assert matching == "7"
    assert other not in {"7", "9", "None"}


def test_a_second_demo_goes_on_with_the_project(tmp_path: Path) -> None:
    told(tmp_path / "demo", Recorder())
    data = (tmp_path / "demo/data/crm.db").stat().st_mtime_ns
    program = Recorder()
    status, _ = told(tmp_path / "demo", program)
    assert status == 0
    assert program.verbs() == ["validate", "run", "tasks", "status", "audit verify"]
    assert (tmp_path / "demo/data/crm.db").stat().st_mtime_ns == data


def test_a_demo_that_was_cut_short_makes_what_is_missing(tmp_path: Path) -> None:
    write_example(tmp_path / "demo", Ports(1, 2))
    program = Recorder()
    told(tmp_path / "demo", program)
    assert (tmp_path / "demo/data/crm.db").exists()
    assert program.verbs()[:2] == ["ledger init", "ledger adopt"]


@pytest.mark.parametrize(("verb", "status"), [("validate", 1), ("segment", 3), ("audit", 1)])
def test_it_stops_where_a_command_does_and_shows_what_it_said(
    tmp_path: Path, verb: str, status: int
) -> None:
    program = Recorder(**{verb: status})
    ended, said = told(tmp_path / "demo", program)
    assert ended == status
    assert program.commands[-1][0] == verb
    assert "line 99" in said[-1]


def test_output_is_cut_and_says_so(tmp_path: Path) -> None:
    _, said = told(tmp_path / "demo", Recorder())
    assert "  … 86 lines more" in said
    assert not any("line 99" in text for text in said)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(Refused):
        told(tmp_path, Recorder())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
